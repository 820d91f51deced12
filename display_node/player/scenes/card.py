"""The house's own card between items: a calm town at dusk, the screen's name, what comes next, and an invitation."""

import math
from dataclasses import dataclass
from typing import Protocol

import pygame

from display_node.player.scenes.landscape import cloud, dusk
from display_node.player.scenes.scene import BEAT_NS, NS_PER_MS, step_before
from display_node.player.text import PAPER, SUN, Typesetter

STEP_NS = 125 * NS_PER_MS
"""Eight pictures a second are smooth at the speed at which clouds drift."""

MOST_WINDOWS = 60
SMALLEST_STAGE_PX = 60


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the card says. `next_start_ms` is when the next item starts (UTC ms), 0 when none is known."""

    screen_name: str = ""
    next_title: str = ""
    next_group: str = ""
    next_start_ms: int = 0


class Words(Protocol):
    """The translations in use: see `content.language`."""

    def gettext(self, message: str, /) -> str:
        """`message` in the screen's language."""
        ...

    def ngettext(self, one: str, many: str, number: int, /) -> str:
        """`one` or `many`, by `number`."""
        ...


class CardScene:
    """The card for surfaces of one size. `announce` changes its words; making one takes some 0.2 s at 1920x1080."""

    def __init__(self, size: tuple[int, int], typesetter: Typesetter, words: Words) -> None:
        """Draws the landscape once."""
        self._size = size
        self._typesetter = typesetter
        self._words = words
        self._ground, windows = dusk(size)
        self._windows = windows[:: max(1, len(windows) // MOST_WINDOWS)]
        span = max(8, size[0] // 3)
        self._clouds = [cloud(span * (10 - 2 * index) // 10, 20 + index) for index in range(3)]
        self._announcement = Announcement()
        self.is_calm = False
        """Clouds and windows stand still; only the words are kept up to date."""
        self.keep_off: tuple[pygame.Rect, ...] = ()
        """See `Yielding`."""

    def announce(self, announcement: Announcement, words: Words) -> None:
        """Says this from the next picture on, in the language of `words`."""
        self._announcement = announcement
        self._words = words

    def change_before(self, instant_ns: int) -> int:
        """The last step of the clouds."""
        return step_before(instant_ns, self._step_ns)

    def change_after(self, instant_ns: int) -> int:
        """The next step of the clouds."""
        return step_before(instant_ns, self._step_ns) + self._step_ns

    @property
    def _step_ns(self) -> int:
        return BEAT_NS if self.is_calm else STEP_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The town at `instant_ns`, always ready."""
        seconds = 0.0 if self.is_calm else instant_ns / 1_000_000_000
        surface.blit(self._ground, (0, 0))
        for index, drifting in enumerate(self._clouds):
            surface.blit(drifting, self._cloud_place(index, drifting, seconds))
        for index, window in enumerate(self._windows):
            surface.fill(_glow(index, seconds), window)
        if min(self._size) >= SMALLEST_STAGE_PX:
            self._write(surface, instant_ns)
        return True

    def _cloud_place(self, index: int, drifting: pygame.Surface, seconds: float) -> tuple[int, int]:
        width, height = self._size
        travel = width + drifting.get_width()
        speed_px = max(2.0, width / (260 + 90 * index))
        left = (seconds * speed_px + index * travel * 0.37) % travel - drifting.get_width()
        return int(left), int(height * (0.40 + 0.09 * index))

    def _write(self, surface: pygame.Surface, instant_ns: int) -> None:
        unit, margin = min(self._size) / 100, int(min(self._size) * 0.08)
        width = int((self._size[0] - 2 * margin) * (0.8 if self._size[0] > self._size[1] else 1.0))
        top = margin
        for line, gap in self._lines(unit, width, instant_ns):
            surface.blit(line, (margin, top))
            top += line.get_height() + int(gap * unit)
        invitation = self._words.gettext("This screen shows what people around here make. Yours could be next.")
        rows = self._typesetter.paragraph(invitation, int(3.2 * unit), "SemiBold", PAPER, self._size[0] - 2 * margin, 2)
        height = sum(row.get_height() for row in rows)
        place = pygame.Rect(margin, self._size[1] - int(2.4 * unit) - height, self._size[0] - 2 * margin, height)
        for other in self.keep_off:
            if place.colliderect(other):
                place.bottom = other.top - int(unit)
        foot = place.top
        for row in rows:
            surface.blit(row, (margin, foot))
            foot += row.get_height()

    def _lines(self, unit: float, width: int, instant_ns: int) -> list[tuple[pygame.Surface, float]]:
        said, set_line = self._announcement, self._typesetter.line
        lines = [(set_line(said.screen_name, int(3.6 * unit), "SemiBold", SUN, width), 3.0)] if said.screen_name else []
        seconds = -((instant_ns // NS_PER_MS - said.next_start_ms) // 1000)
        if not said.next_title or seconds <= 0:
            heading = self._words.gettext("Made here, for here")
            return [*lines, (set_line(heading, int(8.5 * unit), "Bold", PAPER, width), 1.0)]
        lines.append((set_line(self._soon(seconds), int(3.6 * unit), "Regular", PAPER, width), 0.6))
        most_lines = 2 if self._size[0] > self._size[1] else 4
        title = self._typesetter.paragraph(said.next_title, int(8 * unit), "Bold", PAPER, width, most_lines)
        lines += [(row, 0.0) for row in title]
        lines.append((set_line(said.next_group, int(4.2 * unit), "Regular", PAPER, width), 0.0))
        return lines

    def _soon(self, seconds: int) -> str:
        if seconds < 100:
            return self._words.ngettext("Next, in {n} second", "Next, in {n} seconds", seconds).format(n=seconds)
        minutes = round(seconds / 60)
        return self._words.ngettext("Next, in {n} minute", "Next, in {n} minutes", minutes).format(n=minutes)


def _glow(index: int, seconds: float) -> tuple[int, int, int]:
    """The light of a window: each on its own slow breath of ten to twenty-five seconds."""
    period_s = 10 + index * 37 % 16
    light = 0.62 + 0.30 * math.sin(2 * math.pi * seconds / period_s + index)
    return (int(SUN[0] * light), int(SUN[1] * light), int(SUN[2] * light))
