"""The window (or the whole screen) and its surface: what is drawn there is shown by `present`, whole."""

import os
from dataclasses import dataclass
from typing import Literal

import pygame

from display_node.panel import PLAIN, Panel
from display_node.player.canvas import Canvas
from display_node.words import _

Mode = Literal["windowed", "fullscreen", "headless"]

NOWHERE = ("offscreen", "dummy")
"""Where SDL draws, without a word, when it finds nothing better: the screen would be dark and say that all is well."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What the person at the window did since last asked."""

    quit: bool = False
    resized: bool = False
    exposed: bool = False
    """The same size, but what was shown is gone: it must be presented again."""
    overlay: bool = False
    events: tuple[pygame.Event, ...] = ()
    """All of it, as it came."""


class Stage:
    """Owns SDL's video. Only the main thread uses it. Raises pygame.error when no screen opens, and BadSetting."""

    def __init__(
        self, mode: Mode, size: tuple[int, int] = (1280, 720), panel: Panel = PLAIN, *, has_keys: bool = True
    ) -> None:  # fmt: skip
        """Opens the window; `size` in pixels is not used full screen. Without `has_keys` no key does anything to it."""
        if mode == "headless":
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        pygame.display.init()
        # Under X11 SDL would send every frame through OpenGL, which costs ten times as much where that is software.
        # On a bare graphics card and under Wayland that is the only way into a window, and must stay open.
        if pygame.display.get_driver() == "x11":
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        if mode != "headless" and pygame.display.get_driver() in NOWHERE and "SDL_VIDEODRIVER" not in os.environ:
            pygame.display.quit()
            raise pygame.error(_("no display was found to show on: is one connected, and may this user use it?"))
        pygame.display.set_caption("Commonscreen")
        pygame.display.set_allow_screensaver(False)
        self._mode, self._has_keys = mode, has_keys
        self._window_size = size
        self._is_full = mode == "fullscreen"
        self._panel = panel
        self._canvas = Canvas(panel, self._open())

    @property
    def surface(self) -> pygame.Surface:
        """What scenes draw on: the whole picture, of which this panel may show a part."""
        return self._canvas.surface

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the surface in pixels."""
        return self.surface.get_size()

    @property
    def window_size(self) -> tuple[int, int]:
        """Width and height of the window in pixels."""
        window = pygame.display.get_surface()
        return self.size if window is None else window.get_size()

    def point(self, share: tuple[float, float]) -> tuple[int, int] | None:
        """The pixel of the surface that is seen at a place of the window (0 to 1 across and down); None for none."""
        return self._canvas.point(share)

    def deliver(self) -> None:
        """Brings what was drawn into the window's memory, as this panel wants it; `present` shows it."""
        self._canvas.deliver()

    def upright(self) -> pygame.Surface:
        """A copy of what this panel shows, as it is meant to be seen."""
        return self._canvas.upright()

    def dim(self, percent: int) -> None:
        """Makes what was drawn since the last `present` so bright, 1 to 100 per cent. Once for each drawing."""
        if percent < 100:
            level = percent * 255 // 100
            self.surface.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)

    def present(self) -> None:
        """Shows what was delivered."""
        pygame.display.flip()

    def happened(self, *, is_public: bool = False) -> Happened:
        """Hears the window system; F11 and Escape are seen to here, unless the keyboard is there for everybody."""
        has_keys = self._has_keys and not is_public
        quits = resized = exposed = overlay = False
        events = tuple(pygame.event.get())
        for event in events:
            if event.type == pygame.KEYDOWN and not has_keys:
                continue
            quits = quits or event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and _is_quit_key(event))
            overlay ^= event.type == pygame.KEYDOWN and event.key == pygame.K_F3
            exposed = exposed or event.type in (pygame.VIDEOEXPOSE, pygame.WINDOWEXPOSED)
            resized = self._follow(event) or resized
        return Happened(quits, resized, exposed, overlay, events)

    def close(self) -> None:
        """Gives the screen back."""
        pygame.display.quit()

    def _follow(self, event: pygame.Event) -> bool:
        if event.type == pygame.VIDEORESIZE:
            return self._follow_size()
        if event.type == pygame.KEYDOWN and self._mode != "headless":
            return self._full(not self._is_full if event.key == pygame.K_F11 else self._is_full, event.key)
        return False

    def _follow_size(self) -> bool:
        window, before = pygame.display.get_surface(), self.size
        if window is not None:
            self._canvas = Canvas(self._panel, window)
        return self.size != before

    def _full(self, wanted: bool, key: int) -> bool:
        wanted = wanted and key != pygame.K_ESCAPE
        if wanted == self._is_full:
            return False
        self._is_full = wanted
        self._canvas = Canvas(self._panel, self._open())
        return True

    def _open(self) -> pygame.Surface:
        pygame.mouse.set_visible(not self._is_full)
        if self._is_full:
            return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        flags = 0 if self._mode == "headless" else pygame.RESIZABLE
        return pygame.display.set_mode(self._window_size, flags)


def _is_quit_key(event: pygame.Event) -> bool:
    return event.key == pygame.K_q or (event.key == pygame.K_c and bool(event.mod & pygame.KMOD_CTRL))
