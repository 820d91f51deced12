"""What we read from MP4 boxes ourselves, because the decoders do not say: protection, Dolby Vision, HDR stills.

Never follows a length beyond the file and never reads more than MOST_BYTES.
"""

from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 32 << 20
_MOST_BOXES = 4_096
_WANTED = {b"moov", b"moof", b"meta"}


def is_encrypted(source: Path) -> bool:
    """Whether an MP4 or QuickTime file is protected (common encryption or a store's DRM)."""
    for kind, body in _boxes(source):
        if kind == b"pssh" or b"pssh" in body or (b"sinf" in body and b"schm" in body):
            return True
    return False


def dolby_vision_profile(source: Path) -> int | None:
    """The Dolby Vision profile of an MP4 or QuickTime file; None if it has none."""
    for _, body in _boxes(source):
        for name in (b"dvcC", b"dvvC"):
            at = body.find(name)
            if 0 <= at < len(body) - 7:
                return body[at + 6] >> 1
    return None


def transfer_of_still(source: Path) -> int | None:
    """The transfer code (ITU-T H.273) an HEIC or AVIF names for its colours; None if it names none."""
    for _, body in _boxes(source):
        at = body.find(b"colrnclx")
        if 0 <= at < len(body) - 14:
            return int.from_bytes(body[at + 10 : at + 12], "big")
    return None


def _boxes(source: Path) -> Iterator[tuple[bytes, bytes]]:
    """The boxes at the top of the file: name, and the body of those we look into."""
    size = source.stat().st_size
    left = MOST_BYTES
    with source.open("rb") as stream:
        at = 0
        for _ in range(_MOST_BOXES):
            stream.seek(at)
            head = stream.read(16)
            if len(head) < 8:
                return
            length, header = _length(head, size - at)
            kind = head[4:8]
            body = b""
            if kind in _WANTED and left > 0:
                stream.seek(at + header)
                body = stream.read(min(length - header, left))
                left -= len(body)
            yield kind, body
            at += length


def _length(head: bytes, rest: int) -> tuple[int, int]:
    """The length of a box and of its header; a box that claims nonsense reaches to the end of the file."""
    length = int.from_bytes(head[:4], "big")
    header = 8
    if length == 1 and len(head) == 16:
        length, header = int.from_bytes(head[8:16], "big"), 16
    if length < header or length > rest:
        length = max(rest, header)
    return length, header
