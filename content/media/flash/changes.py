"""Where on the screen it grew lighter or darker, or turned red or back: per cell, each direction after the other.

Three ways to see it: `Sudden` (within SUDDEN_US), `Gradual` (between turning points, however long it takes) and
`Reddening`. Cells only; what area that makes and how often it happens is counted in content.media.flash.tally.
"""

from collections import deque
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from content.media.flash.cells import LINEAR, Cells, Light, Plane
from content.media.flash.rules import (
    BRIGHT_RATIO,
    DARK,
    RED_DISTANCE,
    RED_LEAST_LIGHT,
    RED_SHARE,
    STEP,
    SUDDEN_US,
)

_T = TypeVar("_T")

ALL = 255
_BALANCED_FROM = 500
"""Fewer cells than this are no quarter of any window."""
_FEW = 5_000
"""Up to so many cells it is quicker to pick them out."""
_BALANCE = 10, 7
_D65 = 0.1978, 0.4683


@dataclass(frozen=True, slots=True)
class Change:
    """The cells (255) that turned up and those that turned down at an instant."""

    up: Plane
    down: Plane

    def is_like(self, other: "Change") -> bool:
        """Whether the same cells turned."""
        return np.array_equal(self.up, other.up) and np.array_equal(self.down, other.down)


class Turns:
    """Lets a cell turn up only after it turned down, and the other way round."""

    def __init__(self, shape: tuple[int, int]) -> None:
        """For so many rows and columns; at first either is possible."""
        self._may_rise = np.full(shape, ALL, np.uint8)
        self._may_fall = np.full(shape, ALL, np.uint8)

    def take(self, up: Plane, down: Plane) -> Change:
        """Those of the cells whose turn it is."""
        up, down = up & self._may_rise, down & self._may_fall
        if cv2.countNonZero(up):
            self._may_rise ^= up
            self._may_fall |= up
        if cv2.countNonZero(down):
            self._may_fall ^= down
            self._may_rise |= down
        return Change(up, down)


class Sudden:
    """Changes of light that take at most SUDDEN_US, by the usual rule and by Trace24's."""

    def __init__(self, shape: tuple[int, int]) -> None:
        """For so many rows and columns."""
        self._recent: deque[tuple[int, Light]] = deque()
        self._usual = Turns(shape)
        self._trace24 = Turns(shape)

    def at(self, at_us: int, light: Light) -> tuple[Change, Change] | None:
        """What changed with the picture shown from `at_us` on: usual, Trace24; None if nothing did."""
        _forget(self._recent, at_us)
        before = [earlier for _, earlier in self._recent]
        self._recent.append((at_us, light))
        if not before:
            return None
        low, high = _least(before), _most(before)
        up, down = _reaches(light, low), _reaches(high, light)
        if not up.any() and not down.any():
            return None
        dark_up, dark_down = up & _below(low, DARK), down & _below(light, DARK)
        bright_up, bright_down = _bright(up & ~dark_up, low, light), _bright(down & ~dark_down, light, high)
        return self._usual.take(dark_up, dark_down), self._trace24.take(dark_up | bright_up, dark_down | bright_down)


class Gradual:
    """Changes of light between turning points, as WCAG's words have it, however slow."""

    def __init__(self, shape: tuple[int, int]) -> None:
        """For so many rows and columns."""
        self._turns = Turns(shape)
        self._low: Light | None = None
        self._high: Light | None = None

    def at(self, light: Light) -> Change | None:
        """What has changed by now; None if nothing has."""
        if self._low is None or self._high is None:
            self._low, self._high = light.copy(), light.copy()
            return None
        self._low, self._high = _least([self._low, light]), _most([self._high, light])
        up, down = _reaches(light, self._low), _reaches(self._high, light)
        if not up.any() and not down.any():
            return None
        change = self._turns.take(up & _below(self._low, DARK), down & _below(light, DARK))
        # From its turning point on, a cell is measured anew.
        np.copyto(self._high, light, where=change.up > 0)
        np.copyto(self._low, light, where=change.down > 0)
        return change


class Reddening:
    """Changes to saturated red and back, whatever the light does."""

    def __init__(self, shape: tuple[int, int]) -> None:
        """For so many rows and columns."""
        self._shape = shape
        self._recent: deque[tuple[int, tuple[Plane, Cells]]] = deque()
        self._turns = Turns(shape)

    def at(self, at_us: int, cells: Cells) -> Change | None:
        """What turned red (up) or ceased to be (down); None if nothing did."""
        _forget(self._recent, at_us)
        red = saturated(cells)
        up, down = np.zeros(self._shape, np.uint8), np.zeros(self._shape, np.uint8)
        changed = False
        for _, (was_red, then) in self._recent:
            places = _places(red ^ was_red)
            if places.size:
                changed = True
                far = places[_far_apart(then, cells, places)]
                up.flat[far] |= red.flat[far]
                down.flat[far] |= was_red.flat[far]
        self._recent.append((at_us, (red, cells)))
        return self._turns.take(up, down) if changed else None


def saturated(cells: Cells) -> Plane:
    """The cells (255) that are saturated red."""
    others = np.maximum(cells.green, cells.blue)
    red = _mask(others < np.asarray(cv2.LUT(cells.red, _OTHERS_BELOW), np.uint8))
    count = cv2.countNonZero(red)
    if 0 < count <= _FEW:
        places = _places(red)
        light, green, blue = (
            LINEAR[plane.flat[places]].astype(np.int32) for plane in (cells.red, cells.green, cells.blue)
        )
        few_red = (light >= RED_SHARE * (green + blue)) & (light + green + blue > RED_LEAST_LIGHT)
        red.flat[places[~few_red]] = 0
    elif count:
        green_and_blue = np.asarray(cv2.add(cv2.LUT(cells.green, LINEAR), cv2.LUT(cells.blue, LINEAR)), np.uint16)
        light = np.asarray(cv2.LUT(cells.red, LINEAR), np.uint16)
        # Where the sums grow too large for their numbers and stop at the largest, nothing is red anyhow.
        is_red = (light // RED_SHARE >= green_and_blue) & (np.asarray(cv2.add(light, green_and_blue)) > RED_LEAST_LIGHT)
        red &= _mask(is_red)
    return red


def without_fine_balance(change: Change) -> Change:
    """The same without fine patterns whose squares only change places: at a distance they stay as light as they were.

    A cell is left out when nearly as many of its neighbours turn the other way (WCAG's exception: < 0.1 degree), unless
    it is of a square of four that turn together: those are larger.
    """
    if min(int(cv2.countNonZero(change.up)), int(cv2.countNonZero(change.down))) < _BALANCED_FROM:
        return change
    up, down = (
        np.asarray(
            cv2.boxFilter(mask & 1, cv2.CV_8U, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT), np.uint8
        )
        for mask in (change.up, change.down)
    )
    # At most nine neighbours: ten times as many still fit.
    keeps_up = _mask(_BALANCE[0] * down < _BALANCE[1] * up)
    keeps_down = _mask(_BALANCE[0] * up < _BALANCE[1] * down)
    return Change((change.up & keeps_up) | _squares(change.up), (change.down & keeps_down) | _squares(change.down))


def _squares(mask: Plane) -> Plane:
    """The cells that are of a square of four."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _SQUARE), np.uint8)


def _others_below() -> Plane:
    """For each code of red: the least code of green or blue with which it cannot be saturated."""
    # In wide numbers: five times the light of white does not fit in its own.
    light = LINEAR.astype(np.int64)
    table = np.searchsorted(light, light // RED_SHARE, side="right")
    table[light * (RED_SHARE + 1) // RED_SHARE < RED_LEAST_LIGHT] = 0
    return table.astype(np.uint8)


def _far_apart(then: Cells, now: Cells, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    (u_then, v_then), (u_now, v_now) = _chroma(then, places), _chroma(now, places)
    return np.hypot(u_now - u_then, v_now - v_then) > RED_DISTANCE


def _chroma(cells: Cells, places: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """u' and v' of the cells; black has no colour and is taken for white."""
    red, green, blue = (LINEAR[plane.flat[places]].astype(np.float64) for plane in (cells.red, cells.green, cells.blue))
    x = 0.4124 * red + 0.3576 * green + 0.1805 * blue
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = 0.0193 * red + 0.1192 * green + 0.9505 * blue
    is_black = red + green + blue <= RED_LEAST_LIGHT
    whole = np.where(is_black, 1.0, x + 15 * y + 3 * z)
    return np.where(is_black, _D65[0], 4 * x / whole), np.where(is_black, _D65[1], 9 * y / whole)


def _bright(mask: Plane, low: Light, high: Light) -> Plane:
    """Those of the cells whose light goes up or down by Trace24's ratio."""
    places = _places(mask)
    if places.size:
        lower, higher = low.flat[places].astype(np.int32), high.flat[places].astype(np.int32)
        mask.flat[places[BRIGHT_RATIO[1] * higher < BRIGHT_RATIO[0] * lower]] = 0
    return mask


def _places(mask: Plane) -> NDArray[np.intp]:
    # Many times quicker over truth values than over numbers.
    return np.flatnonzero(mask > 0) if cv2.countNonZero(mask) else _NOWHERE


def _forget(recent: deque[tuple[int, _T]], at_us: int) -> None:
    """Keeps the picture before this one, and those before it that are recent enough."""
    while len(recent) > 1 and at_us - recent[0][0] > SUDDEN_US:
        recent.popleft()


def _reaches(higher: Light, lower: Light) -> Plane:
    # OpenCV's difference ends at 0.
    return _mask(np.asarray(cv2.subtract(higher, lower), np.uint16) >= STEP)


def _below(light: Light, most: int) -> Plane:
    return _mask(light < most)


def _mask(cells: NDArray[np.bool_]) -> Plane:
    return cells.view(np.uint8) * np.uint8(ALL)


def _least(lights: list[Light]) -> Light:
    return reduce(np.minimum, lights)


def _most(lights: list[Light]) -> Light:
    return reduce(np.maximum, lights)


_OTHERS_BELOW = _others_below()
_NOWHERE = np.zeros(0, np.intp)
_SQUARE = np.ones((2, 2), np.uint8)
