"""Counts what counts: changes that cover a quarter of a window, per cell, within a second.

Counting per cell is what tells three flashes here and three there from seven in one place.
"""

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from content.media.flash.cells import Plane
from content.media.flash.changes import ALL, Change
from content.media.flash.findings import Hit
from content.media.flash.rules import LONG_TRANSITIONS, MOST_TRANSITIONS, SECOND_US, TOGETHER_US, Field

_MOST_COUNTED = 60
"""Flashing faster than this is not told apart."""


@dataclass(slots=True)
class _Recent:
    """A change that later ones of the same direction may still add their area to."""

    at_us: int
    mask: Plane
    counted: Plane | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """Counted cells, packed eight to a byte."""

    at_us: int
    is_up: bool
    packed: NDArray[np.uint8]


class Tally:
    """Counts the transitions of one kind over windows of one size."""

    def __init__(self, shape: tuple[int, int], window: Field) -> None:
        """For so many rows and columns; a window as large as these is the whole."""
        self._shape = shape
        self._window = window
        self._counts = {True: np.zeros(shape, np.uint8), False: np.zeros(shape, np.uint8)}
        self._recent: dict[bool, deque[_Recent]] = {True: deque(), False: deque()}
        self._records: list[_Record] = []
        self._changed = False
        self._is_long = False

    def at(self, at_us: int, change: Change | None) -> Hit | None:
        """Counts what changed at this instant; a hit if that is too much within the second that ends here."""
        self._expire(at_us)
        if change is None:
            return None
        more = [self._add(at_us, is_up, mask) for is_up, mask in ((True, change.up), (False, change.down))]
        if not any(more):
            return None
        transitions = self._transitions()
        if transitions <= MOST_TRANSITIONS:
            return None
        return Hit(min(record.at_us for record in self._records), at_us, transitions)

    @property
    def is_long(self) -> bool:
        """Whether the second that ends now has two flashes or more."""
        if self._changed:
            self._is_long = self._covers(self._total() >= LONG_TRANSITIONS)
            self._changed = False
        return self._is_long

    def _expire(self, at_us: int) -> None:
        old = [record for record in self._records if at_us - record.at_us >= SECOND_US]
        if old:
            self._records = [record for record in self._records if at_us - record.at_us < SECOND_US]
            self._changed = True
        for record in old:
            self._counts[record.is_up] -= self._cells(record)

    def _cells(self, record: _Record) -> Plane:
        cells = np.unpackbits(record.packed, count=self._shape[0] * self._shape[1])
        return cells.reshape(self._shape)

    def _add(self, at_us: int, is_up: bool, mask: Plane) -> bool:
        recent = self._recent[is_up]
        while recent and at_us - recent[0].at_us > TOGETHER_US:
            recent.popleft()
        if not mask.any():
            return False
        recent.append(_Recent(at_us, mask))
        together = mask
        for other in list(recent)[:-1]:
            together = together | other.mask
        region = self._region(together)
        if region is None:
            return False
        for one in recent:
            self._count(one, is_up, region)
        return True

    def _count(self, one: _Recent, is_up: bool, region: Plane) -> None:
        new = one.mask & region
        if one.counted is not None:
            new &= ~one.counted
        one.counted = new if one.counted is None else one.counted | new
        ones = new & 1
        self._counts[is_up] += ones
        self._records.append(_Record(one.at_us, is_up, np.packbits(ones)))
        self._changed = True

    def _total(self) -> NDArray[np.uint8]:
        """Transitions of each cell, up and down in turn; where an area was too small for one of them, fewer."""
        ups, downs = self._counts[True], self._counts[False]
        total: NDArray[np.uint8] = np.minimum(ups + downs, 2 * np.minimum(ups, downs) + 1)
        return total

    def _transitions(self) -> int:
        """The most that a quarter of a window has; MOST_TRANSITIONS if it is not more."""
        total = self._total()
        most = min(int(total.max()), _MOST_COUNTED)
        while most > MOST_TRANSITIONS and not self._covers(total >= most):
            most -= 1
        return max(most, MOST_TRANSITIONS)

    def _covers(self, cells: NDArray[np.bool_]) -> bool:
        return self._region(cells.view(np.uint8) * ALL) is not None

    def _region(self, mask: Plane) -> Plane | None:
        """The cells of all windows of which the mask covers a quarter; None if there is no such window."""
        window = self._window
        if int(cv2.countNonZero(mask)) < window.least:
            return None
        if (window.rows, window.columns) == self._shape:
            return np.full(self._shape, ALL, np.uint8)
        enough = _box(mask & np.uint8(1), window) >= window.least
        if not enough.any():
            return None
        border = (window.rows - 1, window.columns - 1)
        around = np.pad(enough.view(np.uint8), ((border[0], border[0]), (border[1], border[1])))
        return (_box(around, window) > 0).view(np.uint8) * ALL


def _box(mask: Plane, window: Field) -> NDArray[np.int32]:
    """How many cells each window that lies wholly inside has."""
    sums = np.asarray(cv2.integral(mask), np.int32)
    rows, columns = window.rows, window.columns
    inside: NDArray[np.int32] = (
        sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    )
    return inside
