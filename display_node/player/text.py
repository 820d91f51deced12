"""Words on the screen: our own font, in memory from the start, and lines that fit where they are put."""

from collections import OrderedDict
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Literal

import pygame

Weight = Literal["Regular", "SemiBold", "Bold"]
Colour = tuple[int, int, int]

INK: Colour = (0x14, 0x21, 0x3D)
PAPER: Colour = (0xFB, 0xF7, 0xEF)
CORAL: Colour = (0xE4, 0x57, 0x2E)
TEAL: Colour = (0x17, 0x72, 0x6D)
SUN: Colour = (0xF2, 0xB6, 0x32)
PLUM: Colour = (0x6B, 0x2D, 0x5C)

SMALLEST_PX = 5
MOST_KEPT = 120
MOST_FONTS = 40
_FONTS = Path(__file__).resolve().parent.parent / "assets" / "fonts"
_WEIGHTS: tuple[Weight, ...] = ("Regular", "SemiBold", "Bold")


class Typesetter:
    """Sets lines and paragraphs of Be Vietnam Pro. Opens its files once, when made; raises OSError if they are gone."""

    def __init__(self) -> None:
        """Reads the fonts."""
        pygame.font.init()
        self._files = {weight: (_FONTS / f"BeVietnamPro-{weight}.ttf").read_bytes() for weight in _WEIGHTS}
        self._fonts: OrderedDict[tuple[Weight, int], pygame.font.Font] = OrderedDict()
        self._lines: OrderedDict[tuple[str, int, Weight, Colour], pygame.Surface] = OrderedDict()

    @cached_property
    def nothing(self) -> pygame.Surface:
        """A picture of no words."""
        return pygame.Surface((1, 1), pygame.SRCALPHA)

    def line(self, words: str, size_px: int, weight: Weight, colour: Colour, most_px: int) -> pygame.Surface:
        """`words` on one line at most `most_px` wide: made smaller down to two thirds, then ended with an ellipsis."""
        words = " ".join(words.split())
        size_px, least_px = max(SMALLEST_PX, size_px), max(SMALLEST_PX, size_px * 2 // 3)
        while size_px > least_px and self._width(words, size_px, weight) > most_px:
            size_px = max(least_px, size_px * 9 // 10)
        return self._set(self._ended(words, size_px, weight, most_px), size_px, weight, colour)

    def paragraph(
        self, words: str, size_px: int, weight: Weight, colour: Colour, width_px: int, most_lines: int
    ) -> list[pygame.Surface]:
        """`words` broken into at most `most_lines` lines of `width_px`; what does not fit ends with an ellipsis."""
        size_px = max(SMALLEST_PX, size_px)
        rows = self._broken(words, size_px, weight, width_px)
        if len(rows) > most_lines:
            rows = [*rows[: most_lines - 1], " ".join(rows[most_lines - 1 :])]
        return [self._set(self._ended(row, size_px, weight, width_px), size_px, weight, colour) for row in rows]

    def _broken(self, words: str, size_px: int, weight: Weight, width_px: int) -> list[str]:
        rows: list[str] = []
        for word in words.split():
            longer = f"{rows[-1]} {word}" if rows else word
            if rows and self._width(longer, size_px, weight) <= width_px:
                rows[-1] = longer
            else:
                rows.append(word)
        return rows

    def _ended(self, words: str, size_px: int, weight: Weight, most_px: int) -> str:
        if self._width(words, size_px, weight) <= most_px:
            return words
        fits, too_long = 0, len(words)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self._width(words[:middle].rstrip() + "…", size_px, weight) <= most_px:
                fits = middle
            else:
                too_long = middle
        return words[:fits].rstrip() + "…"

    def _set(self, words: str, size_px: int, weight: Weight, colour: Colour) -> pygame.Surface:
        key = (words, size_px, weight, colour)
        if key not in self._lines:
            self._lines[key] = self._font(size_px, weight).render(words, True, colour) if words else self.nothing
            if len(self._lines) > MOST_KEPT:
                self._lines.popitem(last=False)
        self._lines.move_to_end(key)
        return self._lines[key]

    def _width(self, words: str, size_px: int, weight: Weight) -> int:
        return self._font(size_px, weight).size(words)[0]

    def _font(self, size_px: int, weight: Weight) -> pygame.font.Font:
        key = (weight, size_px)
        if key not in self._fonts:
            self._fonts[key] = pygame.font.Font(BytesIO(self._files[weight]), size_px)
            if len(self._fonts) > MOST_FONTS:
                self._fonts.popitem(last=False)
        self._fonts.move_to_end(key)
        return self._fonts[key]
