"""What every piece draws with: palette, gradients, soft light, letters. Pictures are (height, width, 3) RGB uint8."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720

Picture = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
Colour = tuple[int, int, int]

INK: Colour = (20, 33, 61)
PAPER: Colour = (251, 247, 239)
CORAL: Colour = (228, 87, 46)
TEAL: Colour = (23, 114, 109)
SUN: Colour = (242, 182, 50)
PLUM: Colour = (107, 45, 92)
SKY: Colour = (143, 195, 242)
LEAF: Colour = (96, 148, 66)

_FONTS = Path(__file__).resolve().parents[3] / "display_node" / "assets" / "fonts"
_SUBPIXEL = 4  # cv2 draws at 1/16 of a pixel, so that slow movement does not stutter


def plain(colour: Colour) -> Picture:
    """A picture of one colour."""
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


@lru_cache(maxsize=16)
def _gradient(top: Colour, bottom: Colour) -> Picture:
    ramp = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    shades = np.array(top, np.float32) * (1 - ramp) + np.array(bottom, np.float32) * ramp
    noise = np.random.default_rng(7).uniform(-0.6, 0.6, (HEIGHT, WIDTH, 1))  # keeps wide gradients from banding
    return np.clip(shades + noise, 0, 255).astype(np.uint8)


def gradient(top: Colour, bottom: Colour) -> Picture:
    """A fresh picture that runs from one colour at the top to another at the bottom."""
    return _gradient(top, bottom).copy()


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Between two colours; 0 is the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def disc(picture: Picture, x: float, y: float, radius: float, colour: Colour) -> None:
    """A filled circle, at a fraction of a pixel."""
    scale = 1 << _SUBPIXEL
    centre = (round(x * scale), round(y * scale))
    cv2.circle(picture, centre, round(radius * scale), colour, -1, cv2.LINE_AA, _SUBPIXEL)


def ring(picture: Picture, x: float, y: float, radius: float, colour: Colour, thickness: int) -> None:
    """A circle's outline."""
    scale = 1 << _SUBPIXEL
    centre = (round(x * scale), round(y * scale))
    cv2.circle(picture, centre, max(1, round(radius * scale)), colour, thickness, cv2.LINE_AA, _SUBPIXEL)


def shape(picture: Picture, points: Points, colour: Colour, at: tuple[float, float] = (0, 0)) -> None:
    """A filled polygon; `points` is (n, 2), x and y in pixels from `at`."""
    scaled = np.round((points + np.array(at)) * (1 << _SUBPIXEL)).astype(np.int32)
    cv2.fillPoly(picture, [scaled], colour, cv2.LINE_AA, _SUBPIXEL)


def line(picture: Picture, points: Points, colour: Colour, thickness: int) -> None:
    """An open line through `points`, (n, 2)."""
    scaled = np.round(points * (1 << _SUBPIXEL)).astype(np.int32)
    cv2.polylines(picture, [scaled], False, colour, thickness, cv2.LINE_AA, _SUBPIXEL)


@lru_cache(maxsize=64)
def _glow(radius: int) -> Light:
    reach = np.arange(-radius, radius + 1, dtype=np.float32)
    distance = np.sqrt(reach[:, None] ** 2 + reach[None, :] ** 2) / radius
    light: Light = np.power(np.clip(1 - distance, 0, 1), 2.2, dtype=np.float32)
    return light


def glow(picture: Picture, x: float, y: float, radius: int, colour: Colour, strength: float) -> None:
    """Adds a soft light around a point."""
    left, top = round(x) - radius, round(y) - radius
    from_x, from_y = max(left, 0), max(top, 0)
    to_x, to_y = min(left + 2 * radius + 1, WIDTH), min(top + 2 * radius + 1, HEIGHT)
    if from_x >= to_x or from_y >= to_y:
        return
    light = _glow(radius)[from_y - top : to_y - top, from_x - left : to_x - left, None] * strength
    part = picture[from_y:to_y, from_x:to_x].astype(np.float32)
    lit = part + (np.array(colour, np.float32) - part * 0.3) * light
    picture[from_y:to_y, from_x:to_x] = np.clip(lit, 0, 255).astype(np.uint8)


@lru_cache(maxsize=64)
def letters(words: str, size: int, *, bold: bool = True) -> Light:
    """Words as a mask, (height, width) from 0 to 1, `size` pixels high letters."""
    name = "BeVietnamPro-Bold.ttf" if bold else "BeVietnamPro-Regular.ttf"
    font = ImageFont.truetype(str(_FONTS / name), size)
    left, top, right, bottom = font.getbbox(words)
    sheet = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(sheet).text((2 - left, 2 - top), words, font=font, fill=255)
    mask: Light = np.asarray(sheet, np.float32) * np.float32(1 / 255)
    return mask


def write(picture: Picture, mask: Light, x: float, y: float, colour: Colour, strength: float = 1.0) -> None:
    """Puts letters with their top left corner at x, y; `strength` fades them."""
    height, width = mask.shape
    left, top = round(x), round(y)
    from_x, from_y = max(left, 0), max(top, 0)
    to_x, to_y = min(left + width, WIDTH), min(top + height, HEIGHT)
    if from_x >= to_x or from_y >= to_y or strength <= 0:
        return
    share = mask[from_y - top : to_y - top, from_x - left : to_x - left, None] * min(strength, 1.0)
    part = picture[from_y:to_y, from_x:to_x].astype(np.float32)
    picture[from_y:to_y, from_x:to_x] = (part * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)


def ease(share: float) -> float:
    """0 to 1 with a soft start and end."""
    held = min(max(share, 0.0), 1.0)
    return held * held * (3 - 2 * held)
