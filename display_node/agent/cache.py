"""The files on this screen's disk, named by their SHA-256. A file is cued only after its bytes were hashed here.

Methods marked "blocks" touch the disk: call them in a thread. The rest are for the event loop and only look.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from content.clock import Now
from content.files import adopt, place_of, sha256_of
from content.manifest import NeededFile
from display_node.agent.cues import Shelf
from display_node.config import DISK_RESERVE_BYTES, RECHECK_MS, DataFolder


class DiskTrouble(Exception):
    """The disk does not take a file: there is no room even after everything unneeded went, or it is broken."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file looked like when its bytes were checked: any change makes it unchecked again."""

    size_bytes: int
    changed_ns: int
    inode: int
    checked_ms: int


def free_bytes(folder: Path) -> int:
    """Room left on the disk of `folder`, in bytes."""
    return shutil.disk_usage(folder).free


class Cache:
    """Knows which files are here and sound."""

    def __init__(self, folder: DataFolder, now: Now, free: Callable[[Path], int] = free_bytes) -> None:
        """`free` tells the room left on the disk of a folder, in bytes."""
        self._files = folder.files
        self._partial = folder.partial
        self._now = now
        self._free = free
        self._seen: dict[str, Seen] = {}

    def find(self, sha256: str) -> Path | Shelf:
        """Where the sound file lies, or why there is none. Costs one `stat`."""
        place = place_of(self._files, sha256)
        seen = self._seen.get(sha256)
        try:
            facts = place.stat()
        except OSError:
            self._seen.pop(sha256, None)
            return Shelf.MISSING
        if seen is None:
            return Shelf.UNCHECKED
        if (facts.st_size, facts.st_mtime_ns, facts.st_ino) != (seen.size_bytes, seen.changed_ns, seen.inode):
            del self._seen[sha256]
            return Shelf.UNCHECKED
        return place

    def holds(self, needs: Iterable[NeededFile]) -> bool:
        """Whether every one of these is here and sound."""
        return all(isinstance(self.find(need.sha256), Path) for need in needs)

    def lacking(self, needs: Iterable[NeededFile]) -> list[NeededFile]:
        """Those that must be fetched."""
        return [need for need in needs if self.find(need.sha256) is Shelf.MISSING]

    def unchecked(self, hashes: Iterable[str]) -> str | None:
        """The first of these whose bytes nobody has checked yet, or not for RECHECK_MS."""
        for sha256 in hashes:
            found = self.find(sha256)
            if found is Shelf.UNCHECKED:
                return sha256
            seen = self._seen.get(sha256)
            if seen is not None and not 0 <= self._now() - seen.checked_ms < RECHECK_MS:
                return sha256
        return None

    def check(self, sha256: str) -> bool:
        """Hashes the file: True when it is sound; otherwise it is deleted and False. Blocks."""
        place = place_of(self._files, sha256)
        try:
            before = place.stat()
            sound = sha256_of(place) == sha256
        except FileNotFoundError:
            return False
        except OSError:
            sound, before = False, None
        if sound and before is not None:
            self._seen[sha256] = Seen(before.st_size, before.st_mtime_ns, before.st_ino, self._now())
            return True
        self._seen.pop(sha256, None)
        with contextlib.suppress(OSError):
            place.unlink()
        return False

    def adopt(self, source: Path, sha256: str) -> None:
        """Takes in a downloaded file whose bytes were just hashed. Blocks. Raises DiskTrouble."""
        try:
            facts = adopt(self._files, source, sha256).stat()
        except OSError as error:
            raise DiskTrouble(str(error)) from error
        self._seen[sha256] = Seen(facts.st_size, facts.st_mtime_ns, facts.st_ino, self._now())

    def partial_of(self, sha256: str) -> Path:
        """Where a download of the file grows."""
        return self._partial / sha256

    def make_room(self, size_bytes: int, keep: list[set[str]]) -> None:
        """Sees to `size_bytes` of room beyond the reserve, evicting all but the first of `keep`, then but the next.

        Blocks. Raises DiskTrouble when that does not give enough room.
        """
        wanted = size_bytes + DISK_RESERVE_BYTES
        for needed in keep:
            if self._free(self._files) >= wanted:
                return
            self.evict(needed)
        free = self._free(self._files)
        if free < wanted:
            raise DiskTrouble(f"{free >> 20} MiB free, {wanted >> 20} MiB wanted")

    def evict(self, needed: set[str]) -> int:
        """Deletes every cached and half-fetched file that is not `needed`; returns how many. Blocks."""
        gone = 0
        for path in [*self._files.glob("??/??/*"), *self._partial.iterdir()]:
            if path.name not in needed:
                with contextlib.suppress(OSError):
                    path.unlink()
                    gone += 1
                self._seen.pop(path.name, None)
        return gone

    def room_bytes(self) -> int:
        """Room left on the cache's disk, in bytes. Blocks."""
        return self._free(self._files)
