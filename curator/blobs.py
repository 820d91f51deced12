"""The library's files on disk: uploads that grow, originals, and what was made of them. Knows nothing of the database.

An upload in progress is one file that one writer at a time holds; its size is the offset, and no offset is told before
the bytes are safe. Whoever stores a row about a file calls `keep` first: bytes before rows.
"""

import errno
import fcntl
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from content import files

BLOCK_BYTES = 1 << 20
"""What is held in memory of an upload at a time."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Busy(Exception):
    """Somebody else is writing to this upload."""


class Growing:
    """An upload's file, held by one writer (also against other processes) until the block ends. For threads.

    Raises FileNotFoundError when there is none and `make` is False, Busy when somebody else holds it.
    """

    def __init__(self, path: Path, *, make: bool = False) -> None:
        """Opens the file, or makes it, and takes hold of it."""
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT | os.O_EXCL if make else 0)
        self._descriptor = os.open(path, flags, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.size_bytes = os.lseek(self._descriptor, 0, os.SEEK_END)
            if make:
                files.sync_folder(path.parent)
        except BlockingIOError:
            self.close()
            raise Busy(path.name) from None
        except OSError:
            self.close()
            raise

    def append(self, block: bytes) -> None:
        """Writes `block` at the end. Raises OSError (see `is_full`); what got onto the disk until then counts."""
        rest = memoryview(block)
        while rest:
            written = os.write(self._descriptor, rest)
            self.size_bytes += written
            rest = rest[written:]

    def settle(self) -> int:
        """Makes the bytes so far survive a power cut; gives how many there are."""
        os.fsync(self._descriptor)
        return self.size_bytes

    def close(self) -> None:
        """Lets go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets go of the file."""
        self.close()


def is_full(error: OSError) -> bool:
    """Whether an error says that there is no room left."""
    return error.errno in _FULL


def free_bytes(folder: Path) -> int:
    """How much room there is where `folder` lies."""
    return shutil.disk_usage(folder).free


def keep(folder: Path, source: Path, sha256: str) -> None:
    """Moves `source`, if it is still there, to its place below `folder`; harmless when done twice.

    Raises FileNotFoundError when it is in neither place.
    """
    if source.exists():
        files.adopt(folder, source, sha256)
    elif not files.place_of(folder, sha256).is_file():
        raise FileNotFoundError(source)


def discard(path: Path) -> None:
    """Removes a file or a folder of ours; harmless when it is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
