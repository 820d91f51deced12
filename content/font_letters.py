"""Which letters a font file has a picture of: its character map (OpenType `cmap`), read as ranges. Pure."""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from mmap import mmap

MOST_SEGMENTS = 100_000


class NotAFont(ValueError):
    """Bytes that are not a font with a Unicode character map."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Code points, as rising ranges that do not touch; both ends are in."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, char: str) -> bool:
        """Whether `char` is one of them."""
        place = bisect_right(self.starts, ord(char)) - 1
        return place >= 0 and ord(char) <= self.ends[place]

    @classmethod
    def of(cls, ranges: list[tuple[int, int]]) -> "Letters":
        """Ranges in any order, overlapping or not."""
        starts: list[int] = []
        ends: list[int] = []
        for first, last in sorted(ranges):
            if ends and first <= ends[-1] + 1:
                ends[-1] = max(ends[-1], last)
            else:
                starts.append(first)
                ends.append(last)
        return cls(tuple(starts), tuple(ends))


def letters_of(font: bytes | mmap) -> Letters:
    """The letters of a TrueType or OpenType font, or of the first in a collection. Raises NotAFont."""
    try:
        with memoryview(font) as view:
            return Letters.of(_ranges(view))
    except (struct.error, IndexError) as error:
        raise NotAFont("the character map cannot be read") from error


def _ranges(font: memoryview) -> list[tuple[int, int]]:
    head = struct.unpack_from(">I", font, 12)[0] if bytes(font[:4]) == b"ttcf" else 0
    tables = struct.unpack_from(">H", font, head + 4)[0]
    for number in range(tables):
        tag, _, offset, size = struct.unpack_from(">4sIII", font, head + 12 + 16 * number)
        if tag == b"cmap":
            return _of_map(bytes(font[offset : offset + size]))
    raise NotAFont("there is no character map")


def _of_map(cmap: bytes) -> list[tuple[int, int]]:
    """The fullest Unicode map: one of all planes before one of the first."""
    found: dict[int, int] = {}
    for number in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
        if platform == 0 or (platform, encoding) in {(3, 1), (3, 10)}:
            found[struct.unpack_from(">H", cmap, offset)[0]] = offset
    if 12 in found:
        return _of_groups(cmap[found[12] :])
    if 4 in found:
        return _of_segments(cmap[found[4] :])
    raise NotAFont("the character map is of no known kind")


def _of_groups(table: bytes) -> list[tuple[int, int]]:
    groups = struct.unpack_from(">I", table, 12)[0]
    if groups > MOST_SEGMENTS:
        raise NotAFont("the character map is too long")
    rows = struct.iter_unpack(">III", table[16 : 16 + 12 * groups])
    return [(first + (glyph == 0), last) for first, last, glyph in rows if first + (glyph == 0) <= last]


def _of_segments(table: bytes) -> list[tuple[int, int]]:
    count = struct.unpack_from(">H", table, 6)[0] // 2
    words = f">{count}H"
    ends = struct.unpack_from(words, table, 14)
    starts = struct.unpack_from(words, table, 16 + 2 * count)
    deltas = struct.unpack_from(words, table, 16 + 4 * count)
    offsets = struct.unpack_from(words, table, 16 + 6 * count)
    ranges: list[tuple[int, int]] = []
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        if first > last or first == 0xFFFF:
            continue
        if not offsets[number]:
            missing = -deltas[number] & 0xFFFF
            ranges += [(first, last)] if not first <= missing <= last else [(first, missing - 1), (missing + 1, last)]
            continue
        base = 16 + 6 * count + 2 * number + offsets[number]
        glyphs = struct.unpack_from(f">{last - first + 1}H", table, base)
        ranges += [(first + step, first + step) for step, glyph in enumerate(glyphs) if glyph]
    return [(first, last) for first, last in ranges if first <= last]
