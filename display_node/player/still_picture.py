"""A still picture composed for a stage: decoded small, kept in shape, surrounded or cut as the site wants."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pygame
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from content.screen_facts import Fit
from display_node.player.motion import MOST_PIXELS as MOST_MOVING_PIXELS
from display_node.player.painting import contained
from display_node.words import _

MOST_PIXELS = 80_000_000
SURROUND_LIGHT = 0.45


UNDECODABLE = (
    OSError, ValueError, SyntaxError, EOFError, MemoryError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composed:
    """A picture for a stage, where on it the picture itself lies, and what of it moves there: larger, if it moves."""

    surface: pygame.Surface
    place: pygame.Rect
    moving: Image.Image | None = None


def composed(path: Path, size: tuple[int, int], fit: Fit, closer: float = 0.0) -> Composed:
    """The picture for a surface of `size`; with `closer` also so many times as large. Raises what UNDECODABLE lists."""
    picture = _decoded(path, size if not closer else (math.ceil(size[0] * closer), math.ceil(size[1] * closer)))
    if fit == "cover":
        place = pygame.Rect((0, 0), size)
        picture = picture if not closer else _cut(picture, size)
    else:
        place = contained(picture.size, size)
    surface = _as_surface(_composed(picture, size, place, fit))
    if not closer or place.width * place.height > MOST_MOVING_PIXELS:
        return Composed(surface, place)
    larger = (round(place.width * closer), round(place.height * closer))
    moving = picture.resize(larger, Image.Resampling.LANCZOS, reducing_gap=2.0)
    # In the screen's own order, so that each picture of it is a plain copy.
    return Composed(surface, place, Image.frombytes("RGBX", larger, moving.tobytes("raw", "BGRX")))


def filling(source: Path | BinaryIO, size: tuple[int, int]) -> Image.Image:
    """The picture cut to fill `size`. Raises what UNDECODABLE lists."""
    return ImageOps.fit(_decoded(source, size), size, Image.Resampling.LANCZOS)


def _cut(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of the picture in the shape of `size`."""
    place = contained(size, picture.size)
    return picture.crop((place.left, place.top, place.right, place.bottom))


def _decoded(source: Path | BinaryIO, size: tuple[int, int]) -> Image.Image:
    with Image.open(source, formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
        if image.width * image.height > MOST_PIXELS:
            too_many = _("{width} x {height} pixels are more than a screen decodes")
            raise ValueError(too_many.format(width=image.width, height=image.height))
        image.draft("RGB", size)
        return ImageOps.exif_transpose(image).convert("RGB")


def _composed(picture: Image.Image, size: tuple[int, int], place: pygame.Rect, fit: Fit) -> Image.Image:
    if fit == "cover":
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    inner = picture.resize(place.size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if place.size == size:
        return inner
    whole = _surround(picture, size) if fit == "contain" else Image.new("RGB", size)
    whole.paste(inner, place.topleft)
    return whole


def _surround(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture itself, filling `size`, blurred and dim."""
    small = (max(1, size[0] // 20), max(1, size[1] // 20))
    filled = ImageOps.fit(picture.resize((max(1, small[0] * 2), max(1, small[1] * 2))), small)
    dim = ImageEnhance.Brightness(filled.filter(ImageFilter.GaussianBlur(4))).enhance(SURROUND_LIGHT)
    return dim.resize(size, Image.Resampling.BICUBIC)


def _as_surface(picture: Image.Image) -> pygame.Surface:
    surface = pygame.image.frombuffer(picture.tobytes("raw", "BGRX"), picture.size, "BGRA")
    surface.set_alpha(None)
    return surface
