"""What this is and who made it: title, group and credits at the lower left in the first seconds of an item."""

from collections.abc import Sequence

import pygame

from content.captions import is_right_to_left
from content.reading_speed import reading_ms
from display_node.messages import Cue
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.text import INK, PAPER, SUN, Typesetter

SHOWN_FROM_MS = 300
SHORTEST_MS, LONGEST_MS = 4_000, 8_000
"""How long it stands: as long as it takes to read, within these."""
FADE_MS = 500
FADE_STEP_MS = 50
SCRIM_ALPHA = 185
SMALLEST_STAGE_PX = 120
MOST_CREDITS_ROWS = 2


class Credits:
    """The lower third of one cue, drawn once and laid over its pictures."""

    def __init__(self, cue: Cue, size: tuple[int, int], typesetter: Typesetter, *, is_hidden: bool = False) -> None:
        """For a surface of `size`; a stage too small for words, or a cue without a title, gets none."""
        self._start_ns = cue.start_ms * NS_PER_MS
        words = words_of(cue)
        self._until_ms = SHOWN_FROM_MS + min(LONGEST_MS, max(SHORTEST_MS, reading_ms(sum(map(len, words)))))
        has_room = min(size) >= SMALLEST_STAGE_PX
        self._panel = _panel(words, size, typesetter) if has_room and cue.title and not is_hidden else None
        margin = min(size) // 18
        self._place = (margin, size[1] - margin - (self._panel.get_height() if self._panel else 0))

    def is_moving(self, instant_ns: int) -> bool:
        """Whether the line is fading in or out at `instant_ns`."""
        ms = (instant_ns - self._start_ns) // NS_PER_MS
        fades = ((SHOWN_FROM_MS, SHOWN_FROM_MS + FADE_MS), (self._until_ms - FADE_MS, self._until_ms))
        return self._panel is not None and any(begin - FADE_STEP_MS <= ms < end for begin, end in fades)

    def place_at(self, instant_ns: int, keep_off: Sequence[pygame.Rect] = ()) -> pygame.Rect | None:
        """Where the line stands at `instant_ns`, above what is at the foot; None while it does not."""
        if self._panel is None or self._opacity(instant_ns) <= 0:
            return None
        place = self._panel.get_rect(topleft=self._place)
        for other in keep_off:
            if place.colliderect(other):
                place.bottom = other.top - (self._place[0] // 4)
        return place

    def draw(self, surface: pygame.Surface, instant_ns: int, keep_off: Sequence[pygame.Rect] = ()) -> None:
        """Lays the line over `surface` as it is at `instant_ns`."""
        place = self.place_at(instant_ns, keep_off)
        if self._panel is not None and place is not None:
            self._panel.set_alpha(round(255 * self._opacity(instant_ns)))
            surface.blit(self._panel, place)

    def _opacity(self, instant_ns: int) -> float:
        ms = (instant_ns - self._start_ns) / NS_PER_MS
        return max(0.0, min(1.0, (ms - SHOWN_FROM_MS) / FADE_MS, (self._until_ms - ms) / FADE_MS))


def words_of(cue: Cue) -> tuple[str, str, str]:
    """Title, group and who made it; "" for what is not known, or was said already."""
    made_by = "" if cue.credits.casefold() in (cue.group_name.casefold(), cue.title.casefold()) else cue.credits
    return cue.title, cue.group_name, made_by


def _panel(words: tuple[str, str, str], size: tuple[int, int], typesetter: Typesetter) -> pygame.Surface:
    title, group, made_by = words
    unit = min(size) / 100
    most_px = int(size[0] * 0.6)
    lines = [typesetter.line(title, int(4.4 * unit), "SemiBold", PAPER, most_px)]
    if group:
        lines.append(typesetter.line(group, int(3.1 * unit), "Regular", PAPER, most_px))
    if made_by:
        lines += typesetter.paragraph(made_by, int(2.7 * unit), "Regular", PAPER, most_px, MOST_CREDITS_ROWS)
    pad, bar = int(2.2 * unit), max(2, int(0.7 * unit))
    width = max(line.get_width() for line in lines) + 2 * pad + bar
    height = sum(line.get_height() for line in lines) + int(1.6 * pad)
    panel = pygame.Surface((width, height), pygame.SRCALPHA)
    panel.fill((*INK, SCRIM_ALPHA))
    is_rtl = is_right_to_left(title)
    panel.fill(SUN, (width - bar if is_rtl else 0, 0, bar, height))
    top = int(0.8 * pad)
    for line in lines:
        panel.blit(line, (width - bar - pad - line.get_width() if is_rtl else bar + pad, top))
        top += line.get_height()
    return panel
