"""What scenes draw on, and how that gets into the window: as it is, turned, as one part of a wall, or lamp by lamp."""

from dataclasses import dataclass

import pygame

from display_node.config import BadSetting
from display_node.panel import Facade, Panel, Wall
from display_node.words import _

LARGEST_CANVAS_PX = 64 << 20
LAMP_PX = 4
"""A facade is drawn so many times as large and averaged: what lies between two lamps counts for both."""

STRIP_PX = 64
"""Turned in strips: the processor's caches hold one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture's size, and the part of it that this panel shows."""

    size: tuple[int, int]
    part: pygame.Rect

    @property
    def is_whole(self) -> bool:
        """Whether the panel shows all of it."""
        return self.part.topleft == (0, 0) and self.part.size == self.size


def layout(panel: Panel, window: tuple[int, int]) -> Layout:
    """How a picture lies on `panel` in a window of that size. Raises BadSetting for a wall beyond all measure."""
    if panel.facade is not None:
        size = (panel.facade.columns * LAMP_PX, panel.facade.rows * LAMP_PX)
        return Layout(size, pygame.Rect((0, 0), size))
    upright = window if panel.rotation in (0, 180) else (window[1], window[0])
    if panel.wall is None:
        return Layout(upright, pygame.Rect((0, 0), upright))
    return _of_wall(panel.wall, upright)


def _of_wall(wall: Wall, one: tuple[int, int]) -> Layout:
    gap = [round(wall.gap_mm[side] * one[side] / wall.panel_mm[side]) for side in (0, 1)]
    step = (one[0] + gap[0], one[1] + gap[1])
    size = (wall.columns * step[0] - gap[0], wall.rows * step[1] - gap[1])
    if size[0] * size[1] > LARGEST_CANVAS_PX:
        raise BadSetting(_("a wall of {width} x {height} pixels is too large").format(width=size[0], height=size[1]))
    return Layout(size, pygame.Rect(((wall.column - 1) * step[0], (wall.row - 1) * step[1]), one))


class Canvas:
    """A surface for scenes, clipped to what this panel shows, and the way into the window."""

    def __init__(self, panel: Panel, window: pygame.Surface) -> None:
        """Where nothing has to be changed, the surface is the window's own. Raises BadSetting."""
        self._panel, self._window = panel, window
        self._layout = layout(panel, window.get_size())
        self._is_direct = panel.rotation == 0 and panel.facade is None and self._layout.is_whole
        self.surface = window if self._is_direct else pygame.Surface(self._layout.size, 0, window)
        self._lamps = None if panel.facade is None else _Lamps(panel.facade, window)
        self.surface.set_clip(None if self._layout.is_whole else self._layout.part)

    def deliver(self) -> None:
        """Puts what was drawn into the window. Costs nothing where the surface is the window's own."""
        if self._is_direct:
            return
        if self._lamps is not None:
            self._lamps.light(self.surface)
        elif self._panel.rotation == 0:
            self._window.blit(self.surface, (0, 0), self._layout.part)
        else:
            _turn(self.surface.subsurface(self._layout.part), self._panel.rotation, self._window)

    def point(self, share: tuple[float, float]) -> tuple[int, int] | None:
        """The pixel of the surface at a place of the window (0 to 1); None outside, and on a facade of lamps."""
        x, y = share
        if self._lamps is not None or not (0 <= x <= 1 and 0 <= y <= 1):
            return None
        x, y = {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[self._panel.rotation]
        part = self._layout.part
        across, down = min(int(x * part.width), part.width - 1), min(int(y * part.height), part.height - 1)
        return part.x + across, part.y + down

    def upright(self) -> pygame.Surface:
        """A copy of what this panel shows, as it is meant to be seen."""
        return self.surface.subsurface(self._layout.part).copy()


def _turn(source: pygame.Surface, degrees: int, target: pygame.Surface) -> None:
    # NumPy copies through two views and makes no surface; read here, since most panels hang upright.
    import numpy as np

    to, turned = pygame.surfarray.pixels2d(target), np.rot90(pygame.surfarray.pixels2d(source), degrees // 90)
    for left in range(0, len(to), STRIP_PX):
        np.copyto(to[left : left + STRIP_PX], turned[left : left + STRIP_PX])


class _Lamps:
    """The pixels of each lamp of a facade in a window; what reaches beyond the window is left out."""

    def __init__(self, facade: Facade, window: pygame.Surface) -> None:
        import numpy as np

        self._size = (facade.columns, facade.rows)
        self._window = window
        places = np.array(facade.places)
        offsets = np.array([(x, y) for x in range(facade.pixel[0]) for y in range(facade.pixel[1])])
        pixels = (places[:, np.newaxis] + offsets).reshape(-1, 2)
        is_in = (pixels < window.get_size()).all(axis=1)
        self._lamps = np.repeat(np.arange(len(places)), len(offsets))[is_in]
        self._across, self._down = pixels[is_in].T

    def light(self, source: pygame.Surface) -> None:
        """Gives each lamp the mean of its place in `source`."""
        lamps = pygame.surfarray.array2d(pygame.transform.smoothscale(source, self._size)).T.ravel()
        self._window.fill((0, 0, 0))
        pygame.surfarray.pixels2d(self._window)[self._across, self._down] = lamps[self._lamps]
