"""How a film's pictures could get into the window, on the display that is there: `python -m benchmarks.glass`.

The player's own way (swscale into the window's pixels) beside SDL's renderers, called in the libSDL2 that pygame has
loaded: the planes as a texture that the renderer converts and scales, or converted pixels as a texture. For each the
CPU of the process for a frame, how long the frame loop is held, and how far the pixels are from the player's own.
"""

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pygame
from av.video.frame import VideoFrame

from benchmarks.clips import clip
from display_node.player.device import _loaded
from display_node.player.direct import DirectPainter

FPS = 30
FRAMES = 90
FILM_FRAMES = 8
IYUV, RGB888 = 0x56555949, 0x16161804
STREAMING, SOFTWARE, ACCELERATED, BT709 = 1, 1, 2, 2
OURS = "ours"
WAYS = (OURS, "software planes", "opengl planes", "opengles2 planes", "opengl pixels", "opengles2 pixels")
Show = Callable[[VideoFrame], float]
"""Draws and presents; gives the instant between the two."""


def main() -> None:
    """Runs each way in a process of its own and passes on what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["1920x1080", "3840x2160"], metavar="WxH")
    parser.add_argument("--clips", type=Path, help="a folder in which the clip stays for the next time")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        width, height = (int(side) for side in asked.sizes[0].split("x"))
        _measure(asked.way, (width, height), asked.clips)
        return
    with tempfile.TemporaryDirectory() as name:
        film = clip((asked.clips or Path(name)) / f"{FPS}-10-0.mp4", FPS, 10, 0)
        for size in asked.sizes:
            for way in WAYS:
                command = [
                    sys.executable,
                    "-m",
                    "benchmarks.glass",
                    "--sizes",
                    size,
                    "--way",
                    way,
                    "--clips",
                    str(film),
                ]
                hints = {
                    "PYGAME_HIDE_SUPPORT_PROMPT": "1",
                    "SDL_RENDER_SCALE_QUALITY": "1",
                    "SDL_RENDER_DRIVER": way.split()[0],
                }
                subprocess.run(command, env={**os.environ, **hints}, check=False)
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}\n")


def _measure(way: str, size: tuple[int, int], film: Path) -> None:
    pygame.display.init()
    with av.open(str(film)) as container:
        frames = [frame for frame, _ in zip(container.decode(video=0), range(FILM_FRAMES), strict=False)]
    off = ""
    if way == OURS:
        show = _ours(size)
    else:
        window = pygame.Window("glass", size)
        glass = _Glass(window, frames[0], is_software=way.startswith("software"))
        show = glass.planes if way.endswith("planes") else glass.pixels
        off = f", pixels off by {glass.difference(frames[-1])}" if way.endswith("planes") else ""
    for frame in frames:
        show(frame)
    drawn, presented, before = [], [], _cpu_s()
    for number in range(FRAMES):
        began = time.perf_counter()
        between = show(frames[number % len(frames)])
        ended = time.perf_counter()
        drawn.append(between - began)
        presented.append(ended - between)
        pygame.event.pump()
        time.sleep(max(0.0, 1 / FPS - (time.perf_counter() - began)))
    cpu_ms = (_cpu_s() - before) / FRAMES * 1_000
    sys.stdout.write(
        f"{size[0]}x{size[1]} {way}: CPU {cpu_ms:.2f} ms a frame,"
        f" drawing {_median_ms(drawn):.2f} ms, presenting {_median_ms(presented):.2f} ms{off}\n"
    )


def _ours(size: tuple[int, int]) -> Show:
    if pygame.display.get_driver() == "x11":
        os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
    surface, painter = pygame.display.set_mode(size), DirectPainter()

    def show(frame: VideoFrame) -> float:
        painter.paint(frame, surface, surface.get_rect())
        between = time.perf_counter()
        pygame.display.flip()
        return between

    return show


class _Glass:
    """A renderer of SDL's on a window, and a film's pictures on it."""

    def __init__(self, window: pygame.Window, frame: VideoFrame, *, is_software: bool) -> None:
        self._sdl = _library()
        self._size = window.size
        self._painter, self._surface = DirectPainter(), pygame.Surface(window.size, 0, 32)
        handle = self._sdl.SDL_GetWindowFromID(window.id)
        self._renderer = self._sdl.SDL_CreateRenderer(handle, -1, SOFTWARE if is_software else ACCELERATED)
        if not self._renderer:
            raise SystemExit(f"{os.environ.get('SDL_RENDER_DRIVER')}: {self._sdl.SDL_GetError().decode()}")
        self._sdl.SDL_SetYUVConversionMode(BT709)
        film = (frame.width, frame.height)
        self._film = self._sdl.SDL_CreateTexture(self._renderer, IYUV, STREAMING, *film)
        self._picture = self._sdl.SDL_CreateTexture(self._renderer, RGB888, STREAMING, *window.size)

    def planes(self, frame: VideoFrame) -> float:
        """The renderer converts and scales."""
        parts = [part for plane in frame.planes for part in (plane.buffer_ptr, plane.line_size)]
        self._sdl.SDL_UpdateYUVTexture(self._film, None, *parts)
        return self._presented(self._film)

    def pixels(self, frame: VideoFrame) -> float:
        """The player converts and scales; the renderer copies."""
        self._painter.paint(frame, self._surface, self._surface.get_rect())
        address = self._surface._pixels_address  # noqa: SLF001 - as in `direct.py`
        self._sdl.SDL_UpdateTexture(self._picture, None, address, self._surface.get_pitch())
        return self._presented(self._picture)

    def difference(self, frame: VideoFrame) -> str:
        """How far the renderer's picture is from the player's: the mean, and 999 of 1,000 channels at most."""
        self.planes(frame)
        self._sdl.SDL_RenderCopy(self._renderer, self._film, None, None)
        seen = np.zeros((self._size[1], self._size[0], 4), np.uint8)
        self._sdl.SDL_RenderReadPixels(self._renderer, None, RGB888, seen.ctypes.data, self._size[0] * 4)
        self._painter.paint(frame, self._surface, self._surface.get_rect())
        wanted = np.frombuffer(self._surface.get_buffer().raw, np.uint8).reshape(seen.shape)
        off = np.abs(seen[..., :3].astype(np.int16) - wanted[..., :3])
        return f"{off.mean():.2f} (mean), {np.percentile(off, 99.9):.0f} (999 of 1,000)"

    def _presented(self, texture: int) -> float:
        self._sdl.SDL_RenderCopy(self._renderer, texture, None, None)
        between = time.perf_counter()
        self._sdl.SDL_RenderPresent(self._renderer)
        return between


def _library() -> ctypes.CDLL:
    library, pointer, number = ctypes.CDLL(str(_loaded())), ctypes.c_void_p, ctypes.c_int
    library.SDL_GetWindowFromID.restype = library.SDL_CreateRenderer.restype = pointer
    library.SDL_CreateTexture.restype, library.SDL_GetError.restype = pointer, ctypes.c_char_p
    library.SDL_CreateRenderer.argtypes = [pointer, number, ctypes.c_uint32]
    library.SDL_CreateTexture.argtypes = [pointer, ctypes.c_uint32, number, number, number]
    library.SDL_UpdateYUVTexture.argtypes = [
        pointer, pointer, pointer, number, pointer, number, pointer, number,
    ]  # fmt: skip
    library.SDL_UpdateTexture.argtypes = [pointer, pointer, pointer, number]
    library.SDL_RenderReadPixels.argtypes = [pointer, pointer, ctypes.c_uint32, pointer, number]
    library.SDL_RenderCopy.argtypes = [pointer] * 4
    library.SDL_RenderPresent.argtypes = [pointer]
    return library


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _median_ms(each: list[float]) -> float:
    return sorted(each)[len(each) // 2] * 1_000


if __name__ == "__main__":
    main()
