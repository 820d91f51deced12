"""A child is heard out as a stranger is: what it says, takes up or leaves behind beyond its due ends it."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from content.clock import monotonic_ns
from content.media.child_room import room_of
from content.media.child_watch import Child, ChildStopped
from content.media.confinement import Start
from content.media.job import Saying
from content.media.limits import DEFAULTS
from content.media.preparation import code_of_exit


def test_a_crash_is_a_refusal() -> None:
    assert code_of_exit(-signal.SIGSEGV) == code_of_exit(-signal.SIGABRT) == code_of_exit(1) == "decoder_crashed"
    assert code_of_exit(-signal.SIGKILL) == "out_of_memory"
    assert code_of_exit(-signal.SIGXCPU) == "timeout"


def hear_out(folder: Path, program: str, *, wait_ms: int = 20_000) -> tuple[int, list[Saying]]:
    """Watches a child that runs `program` instead of ours."""
    heard: list[Saying] = []
    start = Start("none", (sys.executable, "-I", "-c", program), {})
    deadline_ns = monotonic_ns() + wait_ms * 1_000_000
    with Child(start, folder, room_of(DEFAULTS), deadline_ns, lambda: False, heard.append) as child:
        return child.attend(), heard


@pytest.mark.parametrize(
    "program",
    [
        "print('hello')",
        "print('{\"says\": \"progress\", \"step\": \"render\", \"percent\": 101}')",
        "print('{\"says\": \"progress\", \"step\": \"<b>\", \"percent\": 1}')",
        "print('{\"says\": \"finished\", \"reasons\": [{\"code\": \"mine\"}], \"facts\": null, \"made\": null}')",
        "print('[' * 30000)",
        "while True: print('x' * 4096, end='')",
        "while True: print('{\"says\": \"progress\", \"step\": \"render\", \"percent\": 1}')",
    ],
)  # fmt: skip
def test_a_child_that_says_what_it_must_not_is_stopped(program: str, tmp_path: Path) -> None:
    with pytest.raises(ChildStopped) as stopped:
        hear_out(tmp_path, program)
    assert stopped.value.code == "worker_misbehaved"


def test_a_child_that_complains_without_end_is_stopped_in_time_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ChildStopped) as stopped:
        hear_out(tmp_path, "import sys\nwhile True: sys.stderr.write('x' * 4096)", wait_ms=500)
    assert stopped.value.code == "timeout"


def test_a_child_that_closes_its_ears_and_hangs_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(ChildStopped) as stopped:
        hear_out(tmp_path, "import os, time\nos.close(1); os.close(2)\ntime.sleep(60)", wait_ms=500)
    assert stopped.value.code == "timeout"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time\nfor n in range(100): open(str(n), 'w').close()\ntime.sleep(60)", "output_too_large"),
        ("for n in range(100): open(str(n), 'w').close()", "output_too_large"),
        ("import time\nfor n in range(3): open(str(n), 'w').truncate(500 << 20)\ntime.sleep(60)", "output_too_large"),
        (
            "import threading, time\nfor n in range(80): threading.Thread(target=time.sleep, args=(60,)).start()",
            "worker_misbehaved",
        ),
    ],
)
def test_a_child_that_takes_too_much_room_is_stopped(program: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(ChildStopped) as stopped:
        hear_out(tmp_path, program)
    assert stopped.value.code == code


@pytest.mark.parametrize("ends", ["", "time.sleep(60)"])
def test_what_a_child_started_ends_with_it(ends: str, tmp_path: Path) -> None:
    program = f"""
import os, time
other = os.fork()
if other == 0:
    os.close(1); os.close(2)
    time.sleep(60)
open("{tmp_path}/other", "w").write(str(other))
{ends}
"""
    with contextlib.suppress(ChildStopped):
        hear_out(tmp_path, program, wait_ms=1_500)
    other = int((tmp_path / "other").read_text())
    wait_until(lambda: not is_alive(other))


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns once `holds`; fails after ten seconds."""
    deadline_ns = monotonic_ns() + 10 * 1_000_000_000
    while not holds():
        assert monotonic_ns() < deadline_ns
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    """Whether the process of that id still does anything; a zombie whom nobody has buried does not."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_child_that_breaks_down_tells_by_its_status(tmp_path: Path) -> None:
    status, _ = hear_out(tmp_path, "import ctypes; ctypes.string_at(0)")
    assert code_of_exit(status) == "decoder_crashed"
