"""Words on the screen, in every script: lines and paragraphs that fit where they are put."""

from collections import OrderedDict
from functools import cached_property

import pygame

from content.captions import is_right_to_left
from content.screen_letters import CJK_PACKAGE, MOST_TOLD, undrawn
from display_node.player import shaping
from display_node.player.breaking import clusters, rows
from display_node.player.fonts import Fonts, Lacking, Weight
from display_node.player.shaping import Colour
from display_node.words import _

__all__ = ["CORAL", "INK", "PAPER", "PLUM", "SUN", "TEAL", "Colour", "Typesetter", "Weight", "lacking_words"]

INK: Colour = (0x14, 0x21, 0x3D)
PAPER: Colour = (0xFB, 0xF7, 0xEF)
CORAL: Colour = (0xE4, 0x57, 0x2E)
TEAL: Colour = (0x17, 0x72, 0x6D)
SUN: Colour = (0xF2, 0xB6, 0x32)
PLUM: Colour = (0x6B, 0x2D, 0x5C)

SMALLEST_PX = 5
MOST_KEPT = 120
MOST_WIDTHS = 2_000


class Typesetter:
    """Sets lines and paragraphs. Opens its files once, when made; raises OSError if they are gone. For one thread."""

    def __init__(self, lacking: Lacking | None = None) -> None:
        """Reads the fonts."""
        self._fonts = Fonts(lacking)
        self._lines: OrderedDict[tuple[str, int, Weight, Colour, bool], pygame.Surface] = OrderedDict()
        self._widths: dict[tuple[str, int, Weight], int] = {}

    def lacking(self) -> str:
        """The letters that were to be set since last asked and that no font here has."""
        return self._fonts.lacking.told()

    def for_a_thread(self) -> "Typesetter":
        """Another for another thread; what it lacks is told by this one."""
        return Typesetter(self._fonts.lacking)

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
        ended = self._ended(words, size_px, weight, most_px)
        return self._set(ended, size_px, weight, colour, is_right_to_left(words))

    def paragraph(
        self, words: str, size_px: int, weight: Weight, colour: Colour, width_px: int, most_lines: int
    ) -> list[pygame.Surface]:
        """`words` broken into at most `most_lines` lines of `width_px`; what does not fit ends with an ellipsis."""
        size_px = max(SMALLEST_PX, size_px)
        is_rtl = is_right_to_left(words)
        found = rows(words, width_px, lambda row: self._width(row, size_px, weight))
        if len(found) > most_lines:
            rest = " ".join(words.split())
            for row in found[: most_lines - 1]:
                rest = rest[len(row) :].lstrip()
            found = [*found[: most_lines - 1], rest]
        ended = [self._ended(row, size_px, weight, width_px) for row in found]
        return [self._set(row, size_px, weight, colour, is_rtl) for row in ended]

    def _ended(self, words: str, size_px: int, weight: Weight, most_px: int) -> str:
        if self._width(words, size_px, weight) <= most_px:
            return words
        letters = clusters(words)
        fits, too_long = 0, len(letters)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self._width("".join(letters[:middle]).rstrip() + "…", size_px, weight) <= most_px:
                fits = middle
            else:
                too_long = middle
        return "".join(letters[:fits]).rstrip() + "…"

    def _set(self, words: str, size_px: int, weight: Weight, colour: Colour, is_rtl: bool) -> pygame.Surface:
        key = (words, size_px, weight, colour, is_rtl)
        if key not in self._lines:
            drawn = shaping.drawn(words, size_px, weight, colour, self._fonts, is_rtl=is_rtl) if words else self.nothing
            self._lines[key] = drawn
            if len(self._lines) > MOST_KEPT:
                self._lines.popitem(last=False)
        self._lines.move_to_end(key)
        return self._lines[key]

    def _width(self, words: str, size_px: int, weight: Weight) -> int:
        key = (words, size_px, weight)
        if key not in self._widths:
            if len(self._widths) >= MOST_WIDTHS:
                self._widths.clear()
            self._widths[key] = shaping.width(words, size_px, weight, self._fonts)
        return self._widths[key]


def lacking_words(letters: str) -> str:
    """What to report when no font has `letters`."""
    shown = " ".join(letters[:MOST_TOLD])
    if undrawn(letters).cjk:
        sentence = _("No font here has these letters: {letters}. Debian's package {package} has many of them.")
        return sentence.format(letters=shown, package=CJK_PACKAGE)
    return _("No font here has these letters; boxes stand in their place: {letters}").format(letters=shown)
