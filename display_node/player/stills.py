"""Loads a still picture in its own thread: decoded small, kept in shape, in front of its own blurred self."""

import threading
from pathlib import Path

import pygame
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from display_node.player.decoder import Failure
from display_node.player.painting import contained
from display_node.words import _

MOST_PIXELS = 80_000_000
SURROUND_LIGHT = 0.45


_UNDECODABLE = (
    OSError, ValueError, SyntaxError, EOFError, MemoryError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


class StillLoader:
    """The picture in `path` composed for a surface of `size`, when its thread has finished."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        """Starts at once."""
        self._path = path
        self._size = size
        self.picture: pygame.Surface | None = None
        self.failure: Failure | None = None
        self._thread = threading.Thread(target=self._run, name="still", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the thread still lives."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.picture = _as_surface(_composed(self._path, self._size))
        except FileNotFoundError:
            self.failure = Failure("file", _("The file is not in the cache any more."))
        except _UNDECODABLE as error:
            self.failure = Failure("file", _("The picture cannot be decoded: {error}").format(error=error)[:400])


def _composed(path: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(path, formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
        if image.width * image.height > MOST_PIXELS:
            too_many = _("{width} x {height} pixels are more than a screen decodes")
            raise ValueError(too_many.format(width=image.width, height=image.height))
        image.draft("RGB", size)
        picture = ImageOps.exif_transpose(image).convert("RGB")
    place = contained(picture.size, size)
    inner = picture.resize(place.size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if place.size == size:
        return inner
    whole = _surround(picture, size)
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
