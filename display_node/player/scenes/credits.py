"""Who made this: title and group at the lower left for the first seconds of an item, fading in and out."""

import pygame

from display_node.messages import Cue
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.text import INK, PAPER, SUN, Typesetter

SHOWN_FROM_MS = 300
SHOWN_UNTIL_MS = 4_300
FADE_MS = 500
FADE_STEP_MS = 50
SCRIM_ALPHA = 185
SMALLEST_STAGE_PX = 120


class Credits:
    """The lower third of one cue, drawn once and laid over its pictures."""

    def __init__(self, cue: Cue, size: tuple[int, int], typesetter: Typesetter) -> None:
        """For a surface of `size`; a stage too small for words, or a cue without a title, gets none."""
        self._start_ns = cue.start_ms * NS_PER_MS
        made_by = cue.group_name or cue.credits
        has_room = min(size) >= SMALLEST_STAGE_PX
        self._panel = _panel(cue.title, made_by, size, typesetter) if has_room and cue.title else None
        margin = min(size) // 18
        self._place = (margin, size[1] - margin - (self._panel.get_height() if self._panel else 0))

    def is_moving(self, instant_ns: int) -> bool:
        """Whether the line is fading in or out at `instant_ns`."""
        ms = (instant_ns - self._start_ns) // NS_PER_MS
        fades = ((SHOWN_FROM_MS, SHOWN_FROM_MS + FADE_MS), (SHOWN_UNTIL_MS - FADE_MS, SHOWN_UNTIL_MS))
        return self._panel is not None and any(begin - FADE_STEP_MS <= ms < end for begin, end in fades)

    def place_at(self, instant_ns: int) -> pygame.Rect | None:
        """Where the line stands at `instant_ns`; None while it does not."""
        if self._panel is None or _opacity((instant_ns - self._start_ns) / NS_PER_MS) <= 0:
            return None
        return self._panel.get_rect(topleft=self._place)

    def draw(self, surface: pygame.Surface, instant_ns: int) -> None:
        """Lays the line over `surface` as it is at `instant_ns`."""
        if self._panel is None:
            return
        opacity = _opacity((instant_ns - self._start_ns) / NS_PER_MS)
        if opacity > 0:
            self._panel.set_alpha(round(255 * opacity))
            surface.blit(self._panel, self._place)


def _opacity(ms: float) -> float:
    rising = (ms - SHOWN_FROM_MS) / FADE_MS
    falling = (SHOWN_UNTIL_MS - ms) / FADE_MS
    return max(0.0, min(1.0, rising, falling))


def _panel(title: str, made_by: str, size: tuple[int, int], typesetter: Typesetter) -> pygame.Surface:
    unit = min(size) / 100
    most_px = int(size[0] * 0.6)
    lines = [typesetter.line(title, int(4.4 * unit), "SemiBold", PAPER, most_px)]
    if made_by:
        lines.append(typesetter.line(made_by, int(3.1 * unit), "Regular", PAPER, most_px))
    pad, bar = int(2.2 * unit), max(2, int(0.7 * unit))
    width = max(line.get_width() for line in lines) + 2 * pad + bar
    height = sum(line.get_height() for line in lines) + int(1.6 * pad)
    panel = pygame.Surface((width, height), pygame.SRCALPHA)
    panel.fill((*INK, SCRIM_ALPHA))
    panel.fill(SUN, (0, 0, bar, height))
    top = int(0.8 * pad)
    for line in lines:
        panel.blit(line, (bar + pad, top))
        top += line.get_height()
    return panel
