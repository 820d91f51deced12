"""The window (or the whole screen) and its surface: what is drawn there is shown by `present`, whole."""

import os
from dataclasses import dataclass
from typing import Literal

import pygame

from display_node.words import _

Mode = Literal["windowed", "fullscreen", "headless"]

NOWHERE = ("offscreen", "dummy")
"""Where SDL draws, without a word, when it finds nothing better: the screen would be dark and say that all is well."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What the person at the window did since last asked."""

    quit: bool = False
    resized: bool = False


class Stage:
    """Owns SDL's video. Only the main thread uses it. Raises pygame.error when no screen can be opened."""

    def __init__(self, mode: Mode, size: tuple[int, int] = (1280, 720)) -> None:
        """Opens the window; `size` in pixels is not used full screen."""
        if mode == "headless":
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        # Under X11 SDL would send every frame through OpenGL, which costs ten times as much where that is software.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        pygame.display.init()
        if mode != "headless" and pygame.display.get_driver() in NOWHERE and "SDL_VIDEODRIVER" not in os.environ:
            pygame.display.quit()
            raise pygame.error(_("no display was found to show on: is one connected, and may this user use it?"))
        pygame.display.set_caption("Commonscreen")
        pygame.display.set_allow_screensaver(False)
        self._mode = mode
        self._window_size = size
        self._is_full = mode == "fullscreen"
        self.surface = self._open()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the surface in pixels."""
        return self.surface.get_size()

    def dim(self, percent: int) -> None:
        """Makes what was drawn since the last `present` so bright, 1 to 100 per cent. Once for each drawing."""
        if percent < 100:
            level = percent * 255 // 100
            self.surface.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)

    def present(self) -> None:
        """Shows the surface as it is now."""
        pygame.display.flip()

    def happened(self) -> Happened:
        """Hears the window system; F11 and Escape are seen to here."""
        quits = resized = False
        for event in pygame.event.get():
            quits = quits or event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and _is_quit_key(event))
            resized = self._follow(event) or resized
        return Happened(quits, resized)

    def close(self) -> None:
        """Gives the screen back."""
        pygame.display.quit()

    def _follow(self, event: pygame.Event) -> bool:
        if event.type == pygame.VIDEORESIZE:
            self.surface = pygame.display.get_surface() or self.surface
            return True
        if event.type == pygame.KEYDOWN and self._mode != "headless":
            return self._full(not self._is_full if event.key == pygame.K_F11 else self._is_full, event.key)
        return event.type in (pygame.VIDEOEXPOSE, pygame.WINDOWEXPOSED)

    def _full(self, wanted: bool, key: int) -> bool:
        wanted = wanted and key != pygame.K_ESCAPE
        if wanted == self._is_full:
            return False
        self._is_full = wanted
        self.surface = self._open()
        return True

    def _open(self) -> pygame.Surface:
        pygame.mouse.set_visible(not self._is_full)
        if self._is_full:
            return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        flags = 0 if self._mode == "headless" else pygame.RESIZABLE
        return pygame.display.set_mode(self._window_size, flags)


def _is_quit_key(event: pygame.Event) -> bool:
    return event.key == pygame.K_q or (event.key == pygame.K_c and bool(event.mod & pygame.KMOD_CTRL))
