"""The pictures that the kites are made of, each drawn once: kites, lights, a star, names on a dark ground."""

import math

import pygame

from display_node.player.text import INK, PAPER, SUN, Colour, Typesetter
from display_node.visitor_words import animal_word, paint

OVERSAMPLED = 4
LEANS = 9
"""A kite leans so many ways, from left to right."""
MOST_LEAN = 34
"""Degrees."""
GLOW_STEPS = 40


def kite_leans(side: int, colour: int, animal: int) -> list[pygame.Surface]:
    """A kite in its visitor's colour, leaning from left to right; its cut tells nearly equal colours apart."""
    upright = _kite(side * OVERSAMPLED, paint(colour), animal % 4)
    leans = []
    for step in range(LEANS):
        turned = pygame.transform.rotozoom(upright, MOST_LEAN - 2 * MOST_LEAN * step / (LEANS - 1), 1 / OVERSAMPLED)
        leans.append(turned.convert_alpha() if pygame.display.get_surface() else turned)
    return leans


def lean_of(fast_x: float) -> int:
    """Which of them, for how fast it flies sideways (-1 to 1)."""
    return min(LEANS - 1, max(0, round((1 + fast_x) / 2 * (LEANS - 1))))


def _kite(side: int, colour: Colour, cut: int) -> pygame.Surface:
    tall = int(side * 1.25)
    big = pygame.Surface((side, tall), pygame.SRCALPHA)
    middle, cross, rim = side // 2, int(tall * 0.38), side // 28
    top, right, foot, left = (middle, rim), (side - rim, cross), (middle, tall - rim), (rim, cross)
    light, dark = _mixed(colour, PAPER, 0.42), _mixed(colour, INK, 0.30)
    centre = (middle, cross)
    pygame.draw.polygon(big, colour, [top, right, foot, left])
    if cut == 0:
        pygame.draw.polygon(big, light, [top, centre, left])
        pygame.draw.polygon(big, dark, [centre, right, foot])
    elif cut == 1:
        pygame.draw.polygon(big, light, [top, right, centre, left])
    elif cut == 2:
        pygame.draw.polygon(big, light, [top, centre, foot, left])
    else:
        pygame.draw.circle(big, light, (middle, int(tall * 0.42)), side // 5)
    pygame.draw.line(big, dark, top, foot, rim)
    pygame.draw.line(big, dark, left, right, rim)
    pygame.draw.lines(big, PAPER, True, [top, right, foot, left], int(rim * 1.8))
    return big


def glow(radius: int, colour: Colour, core: float = 0.22) -> pygame.Surface:
    """A soft round light with a bright middle, to be added to what is there."""
    radius = max(3, radius)
    light = pygame.Surface((2 * radius, 2 * radius))
    steps = min(radius, GLOW_STEPS)
    for step in range(steps, 0, -1):
        share = step / steps
        strength = 1.0 if share < core else 0.75 * (1 - (share - core) / (1 - core)) ** 2.2
        tint = PAPER if share < core else colour
        pygame.draw.circle(light, tuple(int(channel * strength) for channel in tint), (radius, radius), radius * share)
    return light


def star(radius: int) -> pygame.Surface:
    """A star with five points."""
    wide = 2 * radius * OVERSAMPLED
    big = pygame.Surface((wide, wide), pygame.SRCALPHA)
    points = [
        (wide / 2 * (1 + reach * math.sin(math.pi * step / 5)), wide / 2 * (1 - reach * math.cos(math.pi * step / 5)))
        for step in range(10)
        for reach in ((0.96 if step % 2 == 0 else 0.46),)
    ]
    pygame.draw.polygon(big, SUN, points)
    pygame.draw.polygon(big, PAPER, points, wide // 26)
    return pygame.transform.smoothscale(big, (2 * radius, 2 * radius))


def name_plate(animal: int, size_px: int, colour: Colour, typesetter: Typesetter) -> pygame.Surface:
    """The animal's word on a dark ground with a rim in its colour."""
    return plate(animal_word(animal), size_px, colour, typesetter, 14 * size_px)


def plate(words: str, size_px: int, colour: Colour, typesetter: Typesetter, most_px: int) -> pygame.Surface:
    """Words on a dark ground with a rim."""
    row = typesetter.line(words, size_px, "SemiBold", PAPER, most_px)
    pad, rim = max(2, size_px // 3), max(1, size_px // 9)
    surface = pygame.Surface((row.get_width() + 3 * pad, row.get_height() + pad // 2), pygame.SRCALPHA)
    box = surface.get_rect()
    pygame.draw.rect(surface, (*INK, 225), box, border_radius=box.height // 2)
    pygame.draw.rect(surface, colour, box, rim, border_radius=box.height // 2)
    surface.blit(row, row.get_rect(center=box.center))
    return surface


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
