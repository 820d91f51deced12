"""An X server to look at and our player in it, for measurements: what is shown is read from the server's memory."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.clips import SIZE

DISPLAY = ":96"
OURS = {
    "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy", "SDL_VIDEO_WINDOW_POS": "0,0",
    "MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "PYTHONWARNINGS": "default",
}  # fmt: skip


@contextmanager
def server(folder: Path, display: str = DISPLAY, size: tuple[int, int] = SIZE) -> Iterator[tuple[int, dict[str, str]]]:
    """A server whose picture lies in `folder`/Xvfb_screen0: its process, and the environment of its clients."""
    process = subprocess.Popen(
        ["Xvfb", display, "-ac", "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp", "-fbdir", str(folder)],
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 10
        while not Path(f"/tmp/.X11-unix/X{display[1:]}").exists():  # noqa: S108
            assert time.monotonic() < until, "Xvfb does not start"
            time.sleep(0.05)
        yield process.pid, {**os.environ, "DISPLAY": display, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    finally:
        process.terminate()
        process.wait()


@contextmanager
def our_player(
    run: Path,
    environment: dict[str, str],
    size: tuple[int, int] = SIZE,
    program: tuple[str, ...] = ("-m", "display_node.player"),
) -> Iterator[subprocess.Popen[bytes]]:
    """Our player in a window that fills the server's picture; its socket is `run`/p.sock."""
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    process = start_player(run, environment, size, program)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def start_player(
    run: Path, environment: dict[str, str], size: tuple[int, int], program: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    """The bare process of one, for who ends it by other means."""
    looks = ("--windowed", f"{size[0]}x{size[1]}")
    command = [sys.executable, *program, "--socket", str(run / "p.sock"), *looks]
    return subprocess.Popen(command, env={**environment, **OURS}, start_new_session=True)
