"""The game of the lantern: a river at dusk, lights that drift down it, and a lantern where most people lean.

The scene is told thirty times a second where the lantern is and draws it sixty times, gliding in between.
"""

import math

import pygame

from display_node.player.scenes.activity import FRAME_NS, frame_before
from display_node.player.scenes.landscape import dusk
from display_node.player.text import CORAL, INK, PAPER, SUN, TEAL, Colour, Typesetter
from display_node.session_messages import SessionNow
from display_node.words import _
from kiosks.activities.crowd import ACROSS, FALL_MS, LOBBY_MS, NEEDED, WHOLE_GLOW, lights

SHARE_WIDE = 0.60
GLIDE_NS = 50_000_000
WATER: Colour = (0x1D, 0x3A, 0x5C)
FIGURES = 6
"""x, lean, glow, gathered, together, ms since the session began."""
MOST_RIPPLES = 14
HIDDEN_FOOT = 0.045
"""Of the town's picture, so much lies below the water."""


class CrowdScene:
    """The river for a surface of one size."""

    def __init__(self, seed: int, size: tuple[int, int], typesetter: Typesetter) -> None:
        """Composes bank and water: some tenths of a second at 1920x1080."""
        self.number, self.is_calm = 0, False
        self._size, self._typesetter = size, typesetter
        self._unit = min(size) / 100
        self._lights = lights(seed)
        self._river = _river(size)
        self._picture, windows = _banks(size, self._river)
        self._windows = windows[:: max(1, len(windows) // NEEDED)]
        self._halos = [_halo(int(self._unit * (8 + 3 * step))) for step in range(6)]
        self._dot = _halo(max(3, int(self._unit * 3.2)))
        self._lantern = _lantern(max(4, int(self._unit * 8)))
        self._news = SessionNow("-", 0, "lobby", 0, 0, (ACROSS // 2, 0, 0, 0, 0, 0))
        self._x_from, self._heard_ns = float(ACROSS // 2), 0

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Glides to the newest place of the lantern."""
        if len(news.figures) < FIGURES:
            return
        self._x_from = self._x_at(now_ns)
        self.number, self._news, self._heard_ns = news.number, news, now_ns

    def change_before(self, instant_ns: int) -> int:
        """The frame that is on at an instant."""
        return frame_before(instant_ns)

    def change_after(self, instant_ns: int) -> int:
        """The next frame."""
        return frame_before(instant_ns) + FRAME_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The river as it is."""
        _x, lean, glow, gathered, together, _at = self._news.figures[:FIGURES]
        surface.blit(self._picture, (0, 0))
        drifting_ns = 0 if self.is_calm else instant_ns
        self._draw_windows(surface, gathered, together, drifting_ns)
        self._draw_ripples(surface, drifting_ns)
        self._draw_lights(surface, instant_ns)
        self._draw_lantern(surface, lean, glow, instant_ns)
        self._draw_words(surface, gathered, together)
        return True

    def _x_at(self, instant_ns: int) -> float:
        share = min(1.0, max(0.0, (instant_ns - self._heard_ns + FRAME_NS) / GLIDE_NS))
        return self._x_from + (self._news.figures[0] - self._x_from) * share

    def _played_ms(self, instant_ns: int) -> int:
        since_ms = max(0, min(200, (instant_ns - self._heard_ns) // 1_000_000))
        return int(self._news.figures[5]) - LOBBY_MS + since_ms

    def _across(self, x: float, depth: float) -> int:
        """Where `x` lies on the screen, at a depth of 0 (far) to 1 (at the lantern)."""
        half = self._river.width * (0.20 + 0.28 * depth)
        return int(self._river.centerx + (x / ACROSS * 2 - 1) * half)

    def _draw_windows(self, surface: pygame.Surface, gathered: int, together: int, instant_ns: int) -> None:
        lit = min(len(self._windows), gathered * len(self._windows) // NEEDED)
        for index, window in enumerate(self._windows[:lit]):
            breath = 0.8 + 0.2 * math.sin(instant_ns / 2e9 + index)
            colour = CORAL if index < together * len(self._windows) // NEEDED else SUN
            surface.fill(tuple(int(channel * breath) for channel in colour), window.inflate(2, 2))

    def _draw_ripples(self, surface: pygame.Surface, instant_ns: int) -> None:
        for index in range(MOST_RIPPLES):
            depth = (index / MOST_RIPPLES + instant_ns / 9e9) % 1.0
            y = self._river.y + int(self._river.height * depth**1.5)
            wide = int(self._unit * (4 + 14 * depth))
            left = self._across((index * 3_701) % ACROSS, depth) - wide // 2
            surface.fill((0x2A, 0x4E, 0x74), (left, y, wide, max(1, int(self._unit * 0.25 * (0.4 + depth)))))

    def _draw_lights(self, surface: pygame.Surface, instant_ns: int) -> None:
        at_ms = self._played_ms(instant_ns)
        if self._news.phase != "play":
            return
        for light in self._lights:
            depth = (at_ms - light.from_ms) / FALL_MS
            if 0 <= depth < 1:
                spot = self._across(light.x, depth), self._river.y + int(self._river.height * 0.86 * depth)
                place = self._dot.get_rect(center=spot)
                surface.blit(self._dot, place, special_flags=pygame.BLEND_RGB_ADD)

    def _draw_lantern(self, surface: pygame.Surface, lean: int, glow: int, instant_ns: int) -> None:
        spot = self._across(self._x_at(instant_ns), 1.0), self._river.y + int(self._river.height * 0.86)
        halo = self._halos[min(len(self._halos) - 1, glow * len(self._halos) // (WHOLE_GLOW + 1))]
        surface.blit(halo, halo.get_rect(center=spot), special_flags=pygame.BLEND_RGB_ADD)
        body = self._lantern.get_rect(center=(spot[0] + int(lean * self._unit / 60), spot[1]))
        surface.blit(self._lantern, body)

    def _draw_words(self, surface: pygame.Surface, gathered: int, together: int) -> None:
        unit = self._unit
        seconds = -(-self._news.left_ms // 1000)
        is_lit = together * 2 >= NEEDED
        heading, line = {
            "lobby": (_("Lean left or right, all together"), _("It begins in {seconds} s").format(seconds=seconds)),
            "play": (_("{count} lights").format(count=gathered), _("{seconds} s left").format(seconds=seconds)),
        }.get(
            self._news.phase,
            (_("You lit the far bank together"), _("{count} lights").format(count=gathered))
            if is_lit
            else (_("{count} lights for the town").format(count=gathered), _("Lean together, and more light up")),
        )
        width = int(self._size[0] * SHARE_WIDE) - int(6 * unit)
        top = int(5 * unit) if self._size[0] >= self._size[1] else int(self._size[1] * 0.42)
        for words, size in ((heading, 7.0), (line, 4.2)):
            row = self._typesetter.line(words, int(size * unit), "Bold", PAPER, max(20, width))
            surface.blit(row, (int(6 * unit), top))
            top += row.get_height()
        here = self._typesetter.line(
            _("{count} here").format(count=self._news.here), int(3.4 * unit), "SemiBold", PAPER, width
        )
        surface.blit(here, (int(6 * unit), top))


def _river(size: tuple[int, int]) -> pygame.Rect:
    width, height = size
    top = int(height * (0.56 if width >= height else 0.66))
    return pygame.Rect(0, top, width, height - top)


def _water(size: tuple[int, int]) -> pygame.Surface:
    """Water that is darker towards us."""
    surface = pygame.Surface(size)
    for y in range(size[1]):
        share = y / max(1, size[1])
        colour = tuple(int(WATER[index] * (1 - share) + INK[index] * share) for index in range(3))
        surface.fill(colour, (0, y, size[0], 1))
    surface.fill(TEAL, (0, 0, size[0], max(1, size[1] // 120)))
    return surface


def _halo(radius: int) -> pygame.Surface:
    """A soft round light, to be added to what is there."""
    surface = pygame.Surface((2 * radius, 2 * radius))
    steps = min(radius, 90)
    for step in range(steps, 0, -1):
        share = (1 - step / steps) ** 2
        colour = tuple(int(channel * share) for channel in SUN)
        pygame.draw.circle(surface, colour, (radius, radius), radius * step // steps)
    return surface


def _banks(size: tuple[int, int], river: pygame.Rect) -> tuple[pygame.Surface, list[pygame.Rect]]:
    """The town on the far bank above the water, and where its windows are."""
    ground, windows = dusk(size)
    lower = int(size[1] * HIDDEN_FOOT)
    picture = pygame.Surface(size)
    picture.blit(ground, (0, river.y - size[1] + lower))
    picture.blit(_water(river.size), river)
    moved = [window.move(0, river.y - size[1] + lower) for window in windows]
    return picture, [window for window in moved if window.bottom < river.y]


def _lantern(width: int) -> pygame.Surface:
    """A paper lantern on its little raft."""
    big = pygame.Surface((width * 4, width * 4), pygame.SRCALPHA)
    wide = big.get_width()
    body = pygame.Rect(wide * 20 // 100, wide * 14 // 100, wide * 60 // 100, wide * 58 // 100)
    for step in range(12):
        share = step / 12
        colour = tuple(int(SUN[index] + (PAPER[index] - SUN[index]) * share) for index in range(3))
        pygame.draw.rect(
            big, colour, body.inflate(-body.width * share * 0.8, -body.height * share * 0.8), 0, wide // 12
        )
    for x in (body.x, body.centerx - wide // 80, body.right - wide // 40):
        pygame.draw.rect(big, CORAL, (x, body.y, wide // 40, body.height))
    pygame.draw.rect(big, INK, (body.x, body.y - wide // 30, body.width, wide // 22), border_radius=wide // 60)
    raft = pygame.Rect(wide * 8 // 100, body.bottom, wide * 84 // 100, wide * 10 // 100)
    pygame.draw.rect(big, INK, raft, border_radius=raft.height // 2)
    return pygame.transform.smoothscale(big, (width, width))
