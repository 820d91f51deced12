"""For every test: blocking work in an event loop fails it, and SDL draws and sounds nowhere."""

import asyncio
import gc
import inspect
import os
import sys
import tempfile
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import settings

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

ROOT = Path(__file__).resolve().parent.parent
OURS = tuple(str(ROOT / name) + "/" for name in ("content", "curator", "display_node", "kiosks", "commonscreen"))
TESTS = str(ROOT / "tests") + "/"
TEMPORARY = str(Path(tempfile.gettempdir()).resolve())
ON_FILES = frozenset({"open", "os.listdir", "os.scandir", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"})
ALWAYS = frozenset({"sqlite3.connect", "subprocess.Popen", "time.sleep", "socket.getaddrinfo"})


class BlockedLoop(RuntimeError):
    """Our code would have stopped the event loop, and with it every screen and page, to wait for something."""


def _is_data(path: str) -> bool:
    """Whether a file is of the data a test made, and not of the program, wherever that was checked out."""
    return path.startswith(TEMPORARY + "/") and not path.startswith(str(ROOT) + "/")


def _no_blocking(event: str, arguments: tuple[object, ...]) -> None:
    if event not in ON_FILES and event not in ALWAYS:
        return
    if event in ON_FILES and not _is_data(str(arguments[0] if arguments else "")):
        return
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    here = _our_blocking_call(sys._getframe(1))
    if here is not None:
        raise BlockedLoop(f"{event} {arguments[:1]} in the event loop, at {here}")


def _our_blocking_call(frame: FrameType | None) -> str | None:
    """Where our code waits in the loop; `None` where a test does so itself, by calling a plain function of ours.

    A test may look into its database between two requests. What a coroutine of ours does, whoever awaits it, is ours.
    """
    here = None
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(TESTS):
            return None
        if name.startswith(OURS):
            here = here or f"{name}:{frame.f_lineno}"
            if frame.f_code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
                return here
        frame = frame.f_back
    return here


sys.addaudithook(_no_blocking)

# What holds does not depend on how busy the machine is.
settings.register_profile("whole", deadline=None)
settings.load_profile("whole")


FILES_BETWEEN = 4
"""Between two journeys. Begun last, one of them would keep everybody waiting."""

# Little garbage is made beside the modules held: looking through them all less often saves a seventh of the time.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """What was imported stays: no collection need look at it again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole journeys wait more than they work: each is begun early, with others between, which keep processors busy."""
    files = list(dict.fromkeys(item.path for item in items))
    journeys = [path for path in files if path.parent.name == "flows"]
    place = {path: index for index, path in enumerate(path for path in files if path not in journeys)}
    place |= {path: index * FILES_BETWEEN - 1 for index, path in enumerate(journeys)}
    items.sort(key=lambda item: (place[item.path], item.path.parent.name != "flows"))
