"""Hills, a town at dusk and drifting clouds in our colours: the house's own picture, drawn once for a size."""

import math
import random
from collections.abc import Sequence
from functools import lru_cache

import pygame

from display_node.player.text import CORAL, INK, PAPER, PLUM, SUN, Colour
from kiosks.themes import PAPER as PAPER_THEME
from kiosks.themes import THEMES, Theme

OVERSAMPLED = 2
_SUNLIGHT: Colour = (0xFF, 0xD9, 0x7A)
_SKY: tuple[tuple[float, Colour], ...] = (
    (0.0, (0x0E, 0x18, 0x2E)), (0.38, INK), (0.62, PLUM), (0.80, CORAL), (0.92, SUN), (1.0, SUN),
)  # fmt: skip


def hills_top(height: int) -> int:
    """The y of the highest point of the hills at the foot of a picture."""
    return height - max(1, height // 4) * 3 // 4


def paper_hills(picture: pygame.Surface, theme: Theme = THEMES[PAPER_THEME]) -> int:
    """Cut-paper hills along the foot of `picture`; gives the y of their highest point."""
    width, height = picture.get_size()
    big = pygame.Surface((width * OVERSAMPLED, height * OVERSAMPLED // 4))
    big.fill(theme.ground)
    tall = big.get_height()
    ridges = ((0.42, 0.16, 0.4), (0.55, 0.14, 2.2), (0.68, 0.12, 4.1), (0.80, 0.10, 5.6))
    for colour, (level, swing, phase) in zip(theme.hills, ridges, strict=True):
        pygame.draw.polygon(big, colour, _ridge(big.get_width(), tall, level, swing, phase))
    foot = pygame.transform.smoothscale(big, (width, max(1, height // 4)))
    picture.blit(foot, (0, height - foot.get_height()))
    return hills_top(height)


@lru_cache(maxsize=1)
def dusk(size: tuple[int, int]) -> tuple[pygame.Surface, list[pygame.Rect]]:
    """The town at dusk for a surface of `size`, and where its windows are. Kept: not to be changed."""
    picture = _sky(size)
    width, height = size[0] * OVERSAMPLED, size[1] * OVERSAMPLED
    big = pygame.transform.smoothscale(picture, (width, height))
    pygame.draw.circle(big, _SUNLIGHT, _sun_place(big), _sun_radius(big))
    for colour, level, swing, phase in (((0x55, 0x27, 0x50), 0.74, 0.035, 1.0), ((0x1B, 0x4B, 0x57), 0.81, 0.03, 3.3)):
        pygame.draw.polygon(big, colour, _ridge(width, height, level, swing, phase))
    windows = _town(big)
    whole = pygame.transform.smoothscale(big, size)
    small = [
        pygame.Rect(
            spot.x // OVERSAMPLED, spot.y // OVERSAMPLED, max(1, spot.w // OVERSAMPLED), max(1, spot.h // OVERSAMPLED)
        )
        for spot in windows
    ]
    return whole, small


def cloud(width: int, seed: int) -> pygame.Surface:
    """A long soft cloud, `width` pixels across, mostly see-through."""
    shade = random.Random(seed)  # noqa: S311 - a picture, not a secret
    height = max(4, width // 6)
    big = pygame.Surface((width * OVERSAMPLED, height * OVERSAMPLED), pygame.SRCALPHA)
    for _ in range(5):
        span = int(big.get_width() * shade.uniform(0.35, 0.75))
        thick = max(2, int(big.get_height() * shade.uniform(0.16, 0.26)))
        left = shade.randint(0, max(1, big.get_width() - span))
        top = shade.randint(0, max(1, big.get_height() - thick))
        pygame.draw.rect(big, (*PAPER, 255), (left, top, span, thick), border_radius=thick // 2)
    soft = pygame.transform.smoothscale(big, (width, height))
    soft.set_alpha(26)
    return soft


def _sky(size: tuple[int, int]) -> pygame.Surface:
    """The sky, with the light around the sun, strongest at its rim."""
    # NumPy takes a while to be read: not before the first picture of the programme is on.
    import numpy as np

    width, height = size
    rows = np.linspace(0.0, 1.0 / 0.86, height)
    stops = [stop for stop, _ in _SKY]
    picture = pygame.Surface(size)
    spread = 1.7 * _sun_radius(picture)
    across, down = (
        np.exp(-((np.arange(side) - middle) ** 2) / (2 * spread**2)).astype(np.float32)
        for side, middle in zip(size, _sun_place(picture), strict=True)
    )
    share = np.float32(0.55) * np.outer(down, across)
    # A little noise keeps the gradient from showing bands.
    noise = np.random.default_rng(7).random((height, width), dtype=np.float32) * np.float32(2.4) - np.float32(1.2)
    pixels = np.zeros((height, width, 4), np.uint8)
    for index in range(3):
        sky = np.interp(rows, stops, [colour[index] for _, colour in _SKY]).astype(np.float32)[:, np.newaxis] + noise
        sky += (np.float32(_SUNLIGHT[index]) - sky) * share
        pixels[:, :, 2 - index] = np.clip(sky, 0, 255, out=sky)
    whole = pygame.image.frombuffer(pixels.data, size, "BGRA")
    whole.set_alpha(None)
    picture.blit(whole, (0, 0))
    return picture


def _sun_place(picture: pygame.Surface) -> tuple[int, int]:
    return int(picture.get_width() * 0.74), int(picture.get_height() * 0.72)


def _sun_radius(picture: pygame.Surface) -> int:
    return max(1, int(min(picture.get_size()) * 0.13))


def _town(big: pygame.Surface) -> list[pygame.Rect]:
    """Roofs and trees along the near ridge, in ink; gives the windows."""
    width, height = big.get_size()
    shape = random.Random(11)  # noqa: S311 - a picture, not a secret
    ridge = _ridge(width, height, 0.885, 0.012, 0.2)
    pygame.draw.polygon(big, INK, ridge)
    unit, left, windows = min(width, height) / 100, 0.0, list[pygame.Rect]()
    while left < width:
        wide = unit * shape.uniform(3.2, 6.5)
        foot = _height_at(ridge, left + wide / 2) + 2 * unit
        kind = shape.random()
        if kind < 0.24:
            _tree(big, left + wide / 2, foot, unit * shape.uniform(3.0, 5.0))
        else:
            tall = unit * (shape.uniform(4.5, 8.0) if kind < 0.88 else shape.uniform(10.0, 13.0))
            windows += _house(big, (left, foot, wide if kind < 0.88 else wide * 0.7, tall), unit, shape)
        left += wide + unit * shape.choice((0.0, 0.0, 0.6, 2.4))
    return windows


def _house(
    big: pygame.Surface, box: tuple[float, float, float, float], unit: float, shape: random.Random
) -> list[pygame.Rect]:
    left, foot, wide, tall = box
    top = foot - tall
    roof = wide * shape.uniform(0.32, 0.55)
    pygame.draw.rect(big, INK, (left, top, wide + 1, tall + unit))
    peak = left + wide * shape.choice((0.5, 0.5, 0.0))
    pygame.draw.polygon(
        big, INK, [(left - unit * 0.3, top + 1), (peak, top - roof), (left + wide + unit * 0.3, top + 1)]
    )
    pane, windows = unit * 0.9, list[pygame.Rect]()
    for row in range(max(0, int((tall - 2.4 * unit) / (2 * unit)))):
        for column in range(int((wide - 0.8 * unit) / (1.7 * unit))):
            if shape.random() < 0.5:
                spot = (left + unit * 0.8 + column * 1.7 * unit, top + unit * 0.9 + row * 2 * unit)
                windows.append(pygame.Rect(int(spot[0]), int(spot[1]), int(pane), int(pane * 1.25)))
    return windows


def _tree(big: pygame.Surface, middle: float, foot: float, tall: float) -> None:
    pygame.draw.rect(big, INK, (middle - tall * 0.05, foot - tall * 0.6, tall * 0.1, tall))
    pygame.draw.ellipse(big, INK, (middle - tall * 0.3, foot - tall * 1.25, tall * 0.6, tall))


def _ridge(width: int, height: int, level: float, swing: float, phase: float) -> list[tuple[float, float]]:
    steps = 160
    across = [step / steps for step in range(steps + 1)]
    waves = [0.6 * math.sin(phase + 5.1 * x) + 0.4 * math.sin(2 * phase + 11.7 * x) for x in across]
    points = [(width * x, height * (level + swing * wave)) for x, wave in zip(across, waves, strict=True)]
    return [*points, (width, height), (0.0, height)]


def _height_at(ridge: Sequence[tuple[float, float]], left: float) -> float:
    return next((point[1] for point in ridge if point[0] >= left), ridge[0][1])
