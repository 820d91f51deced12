"""Words that somebody put over the programme: a heading and a few lines, large, light on dark."""

import pygame

from content.captions import is_right_to_left
from display_node.player.scenes.scene import BEAT_NS, step_before
from display_node.player.text import INK, PAPER, SUN, Typesetter

MOST_HEADING_ROWS = 3
MOST_ROWS_A_LINE = 3
SMALLEST_SHARE = 0.4
"""Words that do not fit are made smaller, down to this share of their size."""


class WordsScene:
    """A heading and lines, composed once for a surface's size."""

    def __init__(self, words: tuple[str, ...], size: tuple[int, int], typesetter: Typesetter) -> None:
        """`words` is the heading and then the lines. Takes some tens of milliseconds at 1920x1080."""
        self._picture = _compose(words, size, typesetter)

    def change_before(self, instant_ns: int) -> int:
        """The last beat."""
        return step_before(instant_ns, BEAT_NS)

    def change_after(self, instant_ns: int) -> int:
        """The next beat."""
        return step_before(instant_ns, BEAT_NS) + BEAT_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The composed picture, always ready."""
        surface.blit(self._picture, (0, 0))
        return True


def _compose(words: tuple[str, ...], size: tuple[int, int], typesetter: Typesetter) -> pygame.Surface:
    picture = pygame.Surface(size)
    picture.fill(INK)
    unit, margin = min(size) / 100, int(min(size) * 0.08)
    band = max(1, int(2.5 * unit))
    picture.fill(SUN, (0, 0, size[0], band))
    picture.fill(SUN, (0, size[1] - band, size[0], band))
    room = size[1] - 2 * (band + margin // 2)
    share = 1.0
    rows = _rows(words, unit, size[0] - 2 * margin, typesetter)
    while _height(rows) > room and share > SMALLEST_SHARE:
        share *= 0.9
        rows = _rows(words, unit * share, size[0] - 2 * margin, typesetter)
    top = max(band, (size[1] - _height(rows)) // 2)
    is_rtl = is_right_to_left(" ".join(words))
    for row, gap in rows:
        picture.blit(row, (size[0] - margin - row.get_width() if is_rtl else margin, top))
        top += row.get_height() + gap
    return picture


def _rows(words: tuple[str, ...], unit: float, width: int, typesetter: Typesetter) -> list[tuple[pygame.Surface, int]]:
    """The rows with the gap below each."""
    rows: list[tuple[pygame.Surface, int]] = []
    for line in words[:1]:
        rows += _spaced(typesetter.paragraph(line, int(11 * unit), "Bold", SUN, width, MOST_HEADING_ROWS), 3 * unit)
    for line in words[1:]:
        rows += _spaced(typesetter.paragraph(line, int(6.5 * unit), "SemiBold", PAPER, width, MOST_ROWS_A_LINE), unit)
    return rows


def _spaced(rows: list[pygame.Surface], gap: float) -> list[tuple[pygame.Surface, int]]:
    return [*((row, 0) for row in rows[:-1]), *((row, int(gap)) for row in rows[-1:])]


def _height(rows: list[tuple[pygame.Surface, int]]) -> int:
    return sum(row.get_height() + gap for row, gap in rows)
