"""The ticker: lines of words that run along the foot of the programme, one after another, with a pause after each.

What is told when is a function of the lines and the instant, so that screens of one size show the same. On a calm
screen nothing runs: a line stands, part by part, each for as long as it takes to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import pygame

from content.captions import is_right_to_left
from content.reading_speed import CHARACTERS_A_SECOND, reading_ms
from display_node.manner_messages import TickerLine
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.scenes.ticker_rounds import Pass, Rounds, Span
from display_node.player.text import INK, PAPER, SUN, Typesetter

SIZE_PERCENT = 4
"""The height of the letters, of the shorter side."""
SAFE_PERCENT = 4
"""Of the shorter side: so much at the edges may be hidden by a panel's frame, and no words are there."""
NOTICE_MS = 1_000
"""To look down and find the beginning, where a line stands."""
STEP_NS = 33_333_333
"""A line runs in thirty steps a second; over a film in as many as that has."""
SMALLEST_STAGE_PX = 120
LONGEST_LINE_PX = 100_000
MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class Composed:
    """A line as it is told: one picture that runs, or several that stand, each with its time."""

    line: TickerLine
    parts: tuple[pygame.Surface, ...]
    ms: tuple[int, ...]
    is_rtl: bool

    @property
    def told_ms(self) -> int:
        """How long telling it once takes."""
        return sum(self.ms)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told at an instant: a part of a line, for so long already; and when that ends."""

    composed: Composed
    part: int
    since_ms: float
    end_ms: int


class TickerScene:
    """Some lines over pictures of one size."""

    def __init__(
        self, lines: Sequence[TickerLine], size: tuple[int, int], typesetter: Typesetter, *, is_calm: bool
    ) -> None:  # fmt: skip
        """Composes them. A stage too small for words gets none."""
        unit = min(size) / 100
        self._size, self._is_calm = size, is_calm
        self._margin = int(SAFE_PERCENT * unit)
        self._lines: tuple[Composed, ...] = ()
        self._spans: list[Span] = []
        self._rounds = Rounds(())
        self._height = 0
        if min(size) < SMALLEST_STAGE_PX:
            return
        px = max(8, int(SIZE_PERCENT * unit))
        make = _standing if is_calm else _running
        self._lines = tuple(make(line, px, size[0] - 2 * self._margin, typesetter) for line in lines)
        self._height = max((part.get_height() for one in self._lines for part in one.parts), default=0) * 3 // 2
        self._spans = [Span(one.line.from_ms, one.line.until_ms, one.told_ms) for one in self._lines]
        self._rounds = Rounds(self._spans)

    def telling(self, instant_ms: float) -> Telling | int | None:
        """What is told at an instant; else when something may be told next, in ms, or None if nothing is to come."""
        found = self._rounds.at(instant_ms)
        return _part(self._lines[found.index], found.begins_ms, instant_ms) if isinstance(found, Pass) else found

    def running(self, instant_ns: int) -> tuple[TickerLine, int] | None:
        """The line that is being told at `instant_ns`, and when that ends, in ms; None between two."""
        found = self._rounds.at(instant_ns / NS_PER_MS)
        return (self._lines[found.index].line, found.ends_ms) if isinstance(found, Pass) else None

    def begin_after(self, free_ms: int) -> None:
        """Begins no line before then: another ticker was told until now."""
        self._rounds = Rounds(self._spans, free_ms)

    def place_at(self, instant_ns: int, taken: Sequence[pygame.Rect] = ()) -> pygame.Rect | None:
        """The band at `instant_ns`: at the foot, or at the head where the foot is `taken`; None while there is none."""
        return self._band(taken) if isinstance(self.telling(instant_ns / NS_PER_MS), Telling) else None

    def change_after(self, instant_ns: int) -> int | None:
        """When the next picture of it is wanted; None when nothing is to come."""
        told = self.telling(instant_ns / NS_PER_MS)
        if told is None:
            return None
        if isinstance(told, int):
            return max(instant_ns + 1, told * NS_PER_MS)
        end_ns = told.end_ms * NS_PER_MS
        if self._is_calm:
            return max(instant_ns + 1, end_ns)
        return min(instant_ns - instant_ns % STEP_NS + STEP_NS, max(instant_ns + 1, end_ns))

    def draw(self, surface: pygame.Surface, instant_ns: int, taken: Sequence[pygame.Rect] = ()) -> None:
        """Lays it over `surface` as it is at `instant_ns`."""
        told = self.telling(instant_ns / NS_PER_MS)
        if not isinstance(told, Telling):
            return
        band, clip = self._band(taken), surface.get_clip()
        surface.fill(INK, band)
        edge = band.top if band.top > 0 else band.bottom - self._line_px
        surface.fill(SUN, (0, edge, band.width, self._line_px))
        part, inner = told.composed.parts[told.part], band.inflate(-2 * self._margin, 0)
        words_top = band.top if band.top > 0 else self._margin
        top = words_top + (self._height - part.get_height()) // 2
        surface.set_clip(inner.clip(clip))
        surface.blit(part, (self._left(told, part, inner), top))
        surface.set_clip(clip)

    @property
    def _line_px(self) -> int:
        return max(1, self._margin // 8)

    def _band(self, taken: Sequence[pygame.Rect]) -> pygame.Rect:
        height = self._height + self._margin
        foot = pygame.Rect(0, self._size[1] - height, self._size[0], height)
        return foot if foot.collidelist(list(taken)) < 0 else foot.move(0, height - self._size[1])

    def _left(self, told: Telling, part: pygame.Surface, inner: pygame.Rect) -> int:
        is_rtl = told.composed.is_rtl
        if self._is_calm:
            return inner.right - part.get_width() if is_rtl else inner.left
        way = inner.width + part.get_width()
        moved = round(way * told.since_ms / told.composed.told_ms)
        return inner.left - part.get_width() + moved if is_rtl else inner.right - moved


def _part(one: Composed, begins_ms: float, instant_ms: float) -> Telling:
    ends = [int(begins_ms) + ms for ms in accumulate(one.ms)]
    index = next(index for index, end_ms in enumerate(ends) if instant_ms < end_ms)
    since_ms = instant_ms - (ends[index] - one.ms[index])
    return Telling(one, index, since_ms, ends[index])


def _running(line: TickerLine, px: int, width: int, typesetter: Typesetter) -> Composed:
    """One picture, that passes at the speed at which its letters are read."""
    picture = typesetter.line(line.text, px, "SemiBold", PAPER, LONGEST_LINE_PX)
    px_a_second = max(1.0, picture.get_width() / len(line.text) * CHARACTERS_A_SECOND)
    ms = round((width + picture.get_width()) / px_a_second * 1_000)
    return Composed(line, (picture,), (ms,), is_right_to_left(line.text))


def _standing(line: TickerLine, px: int, width: int, typesetter: Typesetter) -> Composed:
    """As many pictures as it takes, each for as long as it takes to read."""
    parts = tuple(typesetter.paragraph(line.text, px, "SemiBold", PAPER, width, MOST_PARTS))
    each_ms = NOTICE_MS + reading_ms(-(-len(line.text) // len(parts)))
    return Composed(line, parts, (each_ms,) * len(parts), is_right_to_left(line.text))
