"""An office document becomes a PDF, where LibreOffice is installed: behind bubblewrap, or not at all.

LibreOffice makes more system calls than any other reader of ours, so only a wall around whole processes holds it: no
network, its own processes, a read-only system without anybody's files, one folder to write into. Macros do not run.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from content.clock import monotonic_ns
from content.media.confinement import bubblewrap_around, bubblewrap_works
from content.media.facts import Prepared
from content.media.reasons import Refused

MOST_MS = 120_000
_MOST_CPU_S = 100
_MOST_MEMORY_KIB = 4 << 20
_MOST_PDF_BYTES = 200 << 20
_BLOCK_BYTES = 512
_LOOK_S = 0.1
_SOURCE, _OUT = Path("/job/source"), Path("/job/out")
_BESIDES = ("/etc/fonts", "/etc/libreoffice", "/var/lib/libreoffice")


def is_office(prepared: Prepared) -> bool:
    """Whether an upload was refused only because it is an office document."""
    return [reason.code for reason in prepared.reasons] == ["document_office"]


def is_here() -> bool:
    """Whether this machine can turn office documents into PDFs: LibreOffice and bubblewrap are there and work."""
    return shutil.which("soffice") is not None and bubblewrap_works()


@contextlib.contextmanager
def as_pdf(source: Path, cancelled: Callable[[], bool]) -> Iterator[Path]:
    """The document at `source` as a PDF, until the block ends. Blocks for at most MOST_MS; raises Refused."""
    with tempfile.TemporaryDirectory(prefix="commonscreen-office-") as folder:
        out = Path(folder).resolve()
        _convert(source, out, cancelled)
        made = out / f"{_SOURCE.name}.pdf"
        if made.is_symlink() or not made.is_file() or not 0 < made.stat().st_size <= _MOST_PDF_BYTES:
            raise Refused("office_failed")
        yield made


def _convert(source: Path, out: Path, cancelled: Callable[[], bool]) -> None:
    deadline_ns = monotonic_ns() + MOST_MS * 1_000_000
    with subprocess.Popen(  # noqa: S603
        _command(source, out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_S)
                    return
                if cancelled():
                    raise Refused("cancelled")
                if monotonic_ns() > deadline_ns:
                    raise Refused("timeout")
        finally:
            process.kill()  # bubblewrap takes all that is within with it


def _command(source: Path, out: Path) -> tuple[str, ...]:
    binds = [word for place in _BESIDES for word in ("--ro-bind-try", place, place)]
    limits = f"ulimit -t {_MOST_CPU_S}; ulimit -v {_MOST_MEMORY_KIB}; ulimit -f {_MOST_PDF_BYTES // _BLOCK_BYTES}"
    profile = "-env:UserInstallation=file:///tmp/profile"
    office = f"exec soffice {profile} --headless --norestore --nologo --convert-to pdf --outdir {_OUT} {_SOURCE}"
    return (
        *bubblewrap_around(), *binds, "--proc", "/proc", "--ro-bind", str(source), str(_SOURCE), "--bind", str(out),
        str(_OUT), "--chdir", str(_OUT), "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/tmp",  # noqa: S108
        "--setenv", "LANG", "C.UTF-8", "/bin/sh", "-c", f"{limits}; {office}",
    )  # fmt: skip
