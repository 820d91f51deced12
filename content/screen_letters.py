"""Which letters every screen can draw: those who write titles and captions are told there, and not by the street.

`screen_letters.txt` lists what the fonts that come with the player have; a test holds the two together.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from content.font_letters import Letters

MOST_TOLD = 12
CJK_PACKAGE = "fonts-noto-cjk"
"""What Debian calls the fonts of Chinese, Japanese and Korean, which are too large to come with us."""

_CJK = Letters.of(
    [(0x1100, 0x11FF), (0x2E80, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF),
     (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF)]
)  # fmt: skip
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Undrawn:
    """Letters that screens have no picture of: those that a package of Debian has, and those in no font we know."""

    cjk: str = ""
    unknown: str = ""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.cjk or self.unknown)


@cache
def _shipped() -> Letters:
    words = (Path(__file__).parent / "screen_letters.txt").read_text().split()
    ends = [word.partition("-") for word in words]
    return Letters.of([(int(first, 16), int(last or first, 16)) for first, _, last in ends])


def undrawn(words: str) -> Undrawn:
    """The letters of `words` that the player's own fonts lack, each once and at most MOST_TOLD of a kind."""
    lacking = dict.fromkeys(
        char for char in words if char not in _shipped() and unicodedata.category(char) not in _UNSEEN
    )
    cjk = [char for char in lacking if char in _CJK]
    unknown = [char for char in lacking if char not in _CJK]
    return Undrawn("".join(cjk[:MOST_TOLD]), "".join(unknown[:MOST_TOLD]))
