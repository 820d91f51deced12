"""The short way: swscale writes a frame straight into the window surface's own memory, which saves a copy.

It calls the very libswscale that PyAV has loaded. Where that cannot be found, or the surface has another layout, the
plain painter does the work. `Surface._pixels_address` and AVFrame's first members are all it relies on.
"""

import ctypes
from functools import lru_cache
from pathlib import Path

import av
import pygame
from av.video.frame import VideoFrame

from display_node.player.painting import PlainPainter, is_full_range

_BGR0_MASKS = (0xFF0000, 0xFF00, 0xFF, 0)
_BILINEAR = 2
_SWS_CS_ITU709 = 1
_ONE = 1 << 16
_PLANES = 4
_FORMATS = {"yuv420p": (0, 1, 1), "nv12": (0, 0)}
"""What software and hardware decoders give: for each plane, how often its columns are halved, in bytes."""


@lru_cache(maxsize=1)
def is_direct_possible() -> bool:
    """Whether the libraries that PyAV loaded can be called."""
    return _libraries() is not None


class DirectPainter:
    """Like PlainPainter, one copy cheaper. Keeps one swscale context for the sizes in use; freed with the painter."""

    def __init__(self) -> None:
        """Nothing is made before the first frame."""
        self._plain = PlainPainter()
        self._context: int | None = None
        self._for: tuple[object, ...] = ()

    def paint(self, frame: VideoFrame, surface: pygame.Surface, place: pygame.Rect) -> None:
        """Draws `frame` over `place`, scaled to fill it."""
        libraries = _libraries()
        seen = place.clip(surface.get_clip())
        if libraries is None or surface.get_masks() != _BGR0_MASKS or frame.format.name not in _FORMATS:
            self._plain.paint(frame, surface, place)
            return
        if not seen.width or not seen.height:
            return
        crop = _crop(frame, place, seen)
        self._prepare(libraries, frame.format.name, crop.size, is_full_range(frame), seen.size)
        sources = (ctypes.c_void_p * _PLANES)(*_starts(frame, crop))
        strides = (ctypes.c_int * _PLANES)(*(plane.line_size for plane in frame.planes))
        pitch = surface.get_pitch()
        surface.lock()
        try:
            start = surface._pixels_address + seen.top * pitch + seen.left * 4  # noqa: SLF001 - the point of this module
            targets = (ctypes.c_void_p * _PLANES)(start)
            pitches = (ctypes.c_int * _PLANES)(pitch)
            libraries.sws_scale(self._context, sources, strides, 0, crop.height, targets, pitches)
        finally:
            surface.unlock()

    def __del__(self) -> None:
        """Gives swscale's tables back."""
        libraries = _libraries()
        if self._context and libraries is not None:
            libraries.sws_freeContext(self._context)

    def _prepare(
        self, libraries: ctypes.CDLL, name: str, size: tuple[int, int], is_full: bool, target_size: tuple[int, int]
    ) -> None:
        wanted = (name, *size, *target_size, is_full)
        if wanted == self._for:
            return
        if self._context:
            libraries.sws_freeContext(self._context)
        source, target = _pixel_format(name.encode()), _pixel_format(b"bgr0")
        self._context = libraries.sws_getContext(*size, source, *target_size, target, _BILINEAR, None, None, None)
        if not self._context:
            raise MemoryError("swscale has no room for its tables")
        matrix = libraries.sws_getCoefficients(_SWS_CS_ITU709)
        libraries.sws_setColorspaceDetails(self._context, matrix, int(is_full), matrix, 1, 0, _ONE, _ONE)
        self._for = wanted


def _crop(frame: VideoFrame, place: pygame.Rect, seen: pygame.Rect) -> pygame.Rect:
    """The part of the frame that lies in `seen`, to the nearest two pixels: colour is kept for pairs of them."""
    if seen == place:
        return pygame.Rect(0, 0, frame.width, frame.height)
    left, width = _span(seen.left - place.left, seen.width, place.width, frame.width)
    top, height = _span(seen.top - place.top, seen.height, place.height, frame.height)
    return pygame.Rect(left, top, width, height)


def _span(start: int, length: int, whole: int, pixels: int) -> tuple[int, int]:
    """Where `length` of `whole` from `start` on begins in so many pixels, and how many of them it takes."""
    first = min(max(0, 2 * round(start * pixels / whole / 2)), max(0, (pixels - 1) // 2 * 2))
    last = min(pixels, max(first + 1, 2 * round((start + length) * pixels / whole / 2)))
    return first, last - first


def _starts(frame: VideoFrame, crop: pygame.Rect) -> list[int]:
    """Where the part begins in the memory of each plane: the colours have half as many columns and rows."""
    return [
        plane.buffer_ptr + (crop.top >> bool(index)) * plane.line_size + (crop.left >> halved)
        for index, (plane, halved) in enumerate(zip(frame.planes, _FORMATS[frame.format.name], strict=True))
    ]


@lru_cache(maxsize=1)
def _libraries() -> ctypes.CDLL | None:
    path = _loaded("libswscale")
    if path is None:
        return None
    library = ctypes.CDLL(str(path))
    library.sws_getContext.restype = ctypes.c_void_p
    library.sws_getContext.argtypes = [ctypes.c_int] * 7 + [ctypes.c_void_p] * 3
    library.sws_getCoefficients.restype = ctypes.c_void_p
    library.sws_getCoefficients.argtypes = [ctypes.c_int]
    library.sws_setColorspaceDetails.argtypes = [
        ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int,
        ctypes.c_int, ctypes.c_int, ctypes.c_int,
    ]  # fmt: skip
    library.sws_scale.argtypes = [
        ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    library.sws_freeContext.argtypes = [ctypes.c_void_p]
    return library


@lru_cache(maxsize=4)
def _pixel_format(name: bytes) -> int:
    path = _loaded("libavutil")
    if path is None:
        raise OSError("PyAV is loaded, but its libavutil is not")
    library = ctypes.CDLL(str(path))
    library.av_get_pix_fmt.argtypes = [ctypes.c_char_p]
    return int(library.av_get_pix_fmt(name))


def _loaded(name: str) -> Path | None:
    """The file of the library `name` that this process has mapped for PyAV."""
    if not av.library_versions:
        return None
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return None
    return next((Path(line.split(maxsplit=5)[5]) for line in lines if f"/{name}" in line), None)
