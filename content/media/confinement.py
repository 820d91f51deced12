"""How the child that reads uploads is locked in: the walls this machine has, and the command that starts it there.

With bubblewrap: no network, its own processes, a read-only system, the upload read-only and one folder to write into.
Without it: Landlock for files and seccomp for the network and other programs. In both, the child adds its own limits
(content.media.kernel_limits). Where neither is to be had nothing is run, unless the operator says so.
"""

import logging
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from content.media.job import Job, job_text
from content.media.kernel_limits import CannotConfine, has_seccomp, landlock_version

ALLOW_UNCONFINED = "COMMONSCREEN_ALLOW_UNCONFINED"
"""Environment variable: "1" lets uploads be read without walls where the machine has none."""

_log = logging.getLogger(__name__)
_TRY_S = 10
_INSIDE_SOURCE = Path("/job/source")
_INSIDE_OUT = Path("/job/out")
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/ld.so.conf")

Walls = Literal["bubblewrap", "kernel", "none"]


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a child: its command and its whole environment."""

    walls: Walls
    command: tuple[str, ...]
    environment: dict[str, str]


def walls_here(*, allow_unconfined: bool) -> Walls:
    """The best walls of this machine. Raises CannotConfine when there are none, unless `allow_unconfined`."""
    if bubblewrap_works():
        return "bubblewrap"
    if landlock_version() >= 1 and has_seccomp():
        return "kernel"
    if not allow_unconfined:
        raise CannotConfine(
            "This machine cannot confine the reader of uploads: install bubblewrap, use a kernel with Landlock, "
            f"or set {ALLOW_UNCONFINED}=1 to read uploads without walls."
        )
    _log.warning("uploads are read without walls: %s=1", ALLOW_UNCONFINED)
    return "none"


def start_of(job: Job, walls: Walls) -> Start:
    """The command and environment that start the child for `job` behind `walls`."""
    environment = {
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(_package().parent),
    }
    if walls != "bubblewrap":
        return Start(walls, _child_command(job, walls), environment)
    inside = replace(job, source=_INSIDE_SOURCE, out=_INSIDE_OUT)
    places = ("--ro-bind", str(job.source), str(_INSIDE_SOURCE), "--bind", str(job.out), str(_INSIDE_OUT))
    return Start(
        walls, (*bubblewrap_around(), *places, "--chdir", str(_INSIDE_OUT), *_child_command(inside, walls)), environment
    )


def readable_folders() -> list[Path]:
    """What the child has to read besides the upload: the system's libraries, Python and this package."""
    places = [Path(place) for place in _SYSTEM]
    python = [Path(sys.prefix), Path(sys.base_prefix), _package()]
    return [place for place in (*places, *python, Path("/dev/urandom"), Path("/dev/null")) if place.exists()]


def _child_command(job: Job, walls: Walls) -> tuple[str, ...]:
    return (sys.executable, "-P", "-s", "-m", "content.media.child", walls, job_text(job))


def _package() -> Path:
    return Path(__file__).resolve().parent.parent


def bubblewrap_around() -> tuple[str, ...]:
    """The words that put up bubblewrap's walls; what may be read or written besides, and the command, come after."""
    binds: list[str] = []
    for place in _SYSTEM:
        binds += ["--ro-bind-try", place, place]
    for path in (Path(sys.prefix), Path(sys.base_prefix), _package()):
        if not path.is_relative_to("/usr"):
            binds += ["--ro-bind", str(path), str(path)]
    return (
        _bubblewrap_path() or "bwrap",
        "--unshare-user",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "preparation",
        "--dev",
        "/dev",
        "--tmpfs",
        "/tmp",  # noqa: S108 - a new, empty one inside the walls
        *binds,
    )


def _bubblewrap_path() -> str | None:
    return shutil.which("bwrap")


@lru_cache(maxsize=1)
def bubblewrap_works() -> bool:
    """Whether bubblewrap is there and the kernel lets it do what we ask; tried once."""
    if _bubblewrap_path() is None:
        return False
    command = (*bubblewrap_around(), sys.executable, "-I", "-S", "-c", "pass")
    try:
        tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TRY_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("bubblewrap does not start (%s); using the kernel's own walls", error)
        return False
    if tried.returncode != 0:
        _log.warning(
            "bubblewrap is refused (%s); using the kernel's own walls", tried.stderr[:200].decode(errors="replace")
        )
    return tried.returncode == 0
