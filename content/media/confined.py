"""Runs one of our own modules behind the walls of this machine: little memory, no network, no file to write.

Started with the walls, the limits and the module's name; the module does not know that it is locked in.
"""

import os
import runpy
import sys
from pathlib import Path

from content.media.confinement import Walls, bubblewrap_around, readable_folders
from content.media.kernel_limits import (
    CannotConfine,
    refuse_calls,
    renounce_privileges,
    restrict_files,
    set_resources,
)

EXIT_CANNOT_CONFINE = 77
DESCRIPTORS = 64
PACKAGES = ("content", "display_node", "kiosks")
_ROOT = Path(__file__).resolve().parent.parent.parent


def command_for(module: str, walls: Walls, *, memory_bytes: int, cpu_s: int) -> tuple[str, ...]:
    """The command that runs `module` behind `walls`, speaking by its standard input and output."""
    inside = (
        sys.executable, "-P", "-s", "-m", "content.media.confined", walls, str(memory_bytes), str(cpu_s), module,
    )  # fmt: skip
    if walls != "bubblewrap":
        return inside
    places = [str(_ROOT / name) for name in PACKAGES]
    return (*bubblewrap_around(), *(word for place in places for word in ("--ro-bind", place, place)), *inside)


def environment() -> dict[str, str]:
    """All that such a module is told of the world."""
    return {
        "HOME": "/nonexistent", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin", "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(_ROOT),
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Locks this process in for good, and runs the module; the exit status."""
    walls, memory_bytes, cpu_s, module = arguments
    set_resources(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s), file_bytes=0, descriptors=DESCRIPTORS)
    try:
        renounce_privileges()
        try:
            restrict_files([*readable_folders(), *(_ROOT / name for name in PACKAGES)], None)
            refuse_calls()
        except CannotConfine:
            # Behind bubblewrap these are a second wall; without it they are the only one.
            if walls == "kernel":
                raise
    except CannotConfine as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CANNOT_CONFINE
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status)
