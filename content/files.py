"""Files written whole or not at all, and files named by their SHA-256."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

CHUNK_BYTES = 1 << 20


def write_whole(path: Path, body: bytes, *, mode: int = 0o644) -> None:
    """Writes `body` to `path` so that after a power cut there is the old file or the new one, never a part.

    Temporary file beside it, fsync, rename, fsync of the folder. Raises OSError and leaves the old file when it fails.
    """
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Makes the bytes of `path` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; reads a megabyte at a time."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def place_of(folder: Path, sha256: str) -> Path:
    """Where the file named `sha256` lies below `folder`: `ab/cd/<sha256>`."""
    return folder / sha256[:2] / sha256[2:4] / sha256


def adopt(folder: Path, source: Path, sha256: str) -> Path:
    """Moves `source` (on the same file system) to its place below `folder`, durably, and returns the place.

    Adopting the same bytes twice is harmless. The caller has checked that `sha256` is the file's.
    """
    place = place_of(folder, sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    sync_file(source)
    source.replace(place)
    sync_folder(place.parent)
    sync_folder(place.parent.parent)
    sync_folder(folder)
    return place
