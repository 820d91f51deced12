"""How much room a running child takes that no kernel limit holds it to: its folder as a whole, and its threads."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from content.media.limits import Limits


@dataclass(frozen=True, slots=True)
class Room:
    """What a child may have at once. Looked at from outside, from time to time: a burst between two looks goes by."""

    files: int
    folder_bytes: int
    threads: int

    def excess(self, folder: Path, process: int) -> str | None:
        """The code of the reason to stop the process of that id, which writes into `folder`; None if all is well."""
        sizes = list(self._sizes(folder))
        if len(sizes) > self.files or sum(sizes) > self.folder_bytes:
            return "output_too_large"
        if threads_of(process) > self.threads:
            return "worker_misbehaved"
        return None

    def _sizes(self, folder: Path) -> Iterator[int]:
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                if count > self.files:
                    return
                size_bytes = 0
                with contextlib.suppress(FileNotFoundError):  # it renamed or removed it just now
                    size_bytes = entry.stat(follow_symlinks=False).st_size
                yield size_bytes


def room_of(limits: Limits) -> Room:
    """The room `limits` give a child."""
    return Room(limits.files, limits.folder_bytes, limits.processes)


def threads_of(process: int) -> int:
    """How many threads the process of that id has; 0 when it is gone or the system does not tell (no /proc)."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    told = next((line for line in status.splitlines() if line.startswith("Threads:")), "Threads: 0")
    return int(told.split()[1])
