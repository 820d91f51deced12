"""Where a line may end, in every script, and which letters are never parted. Pure: widths are asked for.

Scripts without spaces between words (Thai, Lao, Khmer, Burmese) are broken between syllable parts when a line is full,
since no dictionary is at hand.
"""

import unicodedata
from collections.abc import Callable

ZERO_WIDTH_SPACE = "\u200b"
JOINER = "\u200d"
_EXTENDS = frozenset({"Mn", "Mc", "Me"})
_NOT_FIRST = frozenset(
    "、。，．・：；？！）］｝〉》」』】〕〗’”ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥～％,.!?:;)]}%"
)
_NOT_LAST = frozenset("（［｛〈《「『【〔〖‘“([{￥＄")
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
_TRAILING_VOWELS = frozenset("ะาำๅๆฯະາຳໆຯ")
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x0F00, 0x0FFF), (0xA9E0, 0xAA7F))
_IDEOGRAPHIC = (
    (0x2E80, 0x303F), (0x3040, 0x31FF), (0x3200, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF), (0x20000, 0x3FFFF),
)  # fmt: skip


def clusters(words: str) -> list[str]:
    """`words` in what a reader takes for single letters: each with its accents, vowel signs and joined parts."""
    found: list[str] = []
    for char in words:
        if found and _belongs(char, found[-1]):
            found[-1] += char
        else:
            found.append(char)
    return found


def _belongs(char: str, before: str) -> bool:
    if before.isspace():
        return False
    if unicodedata.category(char) in _EXTENDS or char in {JOINER, "\u200c"} or 0xFE00 <= ord(char) <= 0xFE0F:
        return True
    if 0x1F3FB <= ord(char) <= 0x1F3FF or 0xE0020 <= ord(char) <= 0xE007F:  # skin tones, flags of regions
        return True
    if before[-1] == JOINER and ord(char) >= 0x2190:
        return True
    if unicodedata.combining(before[-1]) == 9 and char.isalpha():  # a virama ties the next consonant
        return True
    return _is_flag_letter(char) and len(before) == 1 and _is_flag_letter(before)


def _is_flag_letter(char: str) -> bool:
    return 0x1F1E6 <= ord(char[0]) <= 0x1F1FF


def pieces(words: str) -> list[str]:
    """`words` cut wherever a line may end; a piece keeps the space after it."""
    found: list[str] = []
    for cluster in clusters(words):
        if found and not _may_break(found[-1], cluster):
            found[-1] += cluster
        else:
            found.append(cluster)
    return found


def _may_break(before: str, after: str) -> bool:
    last, first = before[-1], after[0]
    if first in {" ", ZERO_WIDTH_SPACE}:
        return False
    if last in {" ", ZERO_WIDTH_SPACE}:
        return True
    if first in _NOT_FIRST or last in _NOT_LAST:
        return False
    return _within(first, _IDEOGRAPHIC) or _within(last, _IDEOGRAPHIC)


def _within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def rows(words: str, width_px: int, width_of: Callable[[str], int]) -> list[str]:
    """`words` in rows of at most `width_px`. Only a piece that is wider alone, and may not be cut, is wider."""
    found: list[str] = []
    for piece in pieces(" ".join(words.split())):
        if found and width_of((found[-1] + piece).rstrip()) <= width_px:
            found[-1] += piece
        else:
            found += _cut(piece, width_px, width_of)
    return [row.strip() for row in found]


def _cut(piece: str, width_px: int, width_of: Callable[[str], int]) -> list[str]:
    """A piece of a script without spaces in rows of its own; any other piece whole."""
    if not any(_within(char, _UNSPACED) for char in piece) or width_of(piece.rstrip()) <= width_px:
        return [piece]
    cut: list[str] = []
    for cluster in clusters(piece):
        is_tied = cut and (cut[-1][-1] in _LEADING_VOWELS or cluster[0] in _TRAILING_VOWELS or cluster[0] == " ")
        if cut and (is_tied or width_of(cut[-1] + cluster) <= width_px):
            cut[-1] += cluster
        else:
            cut.append(cluster)
    return cut
