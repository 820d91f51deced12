"""Watches a screen picture by picture for flashes and keeps what it finds. Bounded memory, however long the film."""

from collections import deque

import cv2
import numpy as np

from content.media.flash.cells import Cells, Light, dark
from content.media.flash.changes import Change, Gradual, Reddening, Sudden, without_fine_balance
from content.media.flash.findings import Findings, Found, Hit
from content.media.flash.rules import (
    COLUMNS,
    LONG_OF_US,
    LONG_US,
    ROWS,
    SCREEN,
    SEAM_US,
    TRACE24,
    WCAG,
    Field,
    Rule,
)
from content.media.flash.tally import Tally

_SEAM_STEP = 2
_SLOW_STEP = 2
_SEAM_LEAST_US = 16_000
_GAP_US = 33_000
_LEAST_CELLS = WCAG.least // 8
"""Even of several pictures that count together, one has at least this many."""


class Long:
    """Notices flashing that is slow enough but goes on and on."""

    def __init__(self) -> None:
        """Nothing flashed yet."""
        self._spans: deque[tuple[int, int]] = deque()
        self._before_us: int | None = None
        self._was_long = False

    def at(self, at_us: int, *, is_long: bool) -> Hit | None:
        """A hit when the five seconds that end now were mostly flashing; `is_long` says how it is from now on."""
        if self._was_long and self._before_us is not None:
            self._spans.append((self._before_us, at_us))
        self._before_us, self._was_long = at_us, is_long
        while self._spans and self._spans[0][1] <= at_us - LONG_OF_US:
            self._spans.popleft()
        lasted_us = sum(end - max(start, at_us - LONG_OF_US) for start, end in self._spans)
        return Hit(self._spans[0][0], at_us, 0) if lasted_us >= LONG_US else None


class Watch:
    """Takes pictures in rising time. Cells may be fewer than the screen's; then only the whole screen is judged."""

    def __init__(self, shape: tuple[int, int] = (ROWS, COLUMNS)) -> None:
        """For so many rows and columns."""
        whole = shape == (ROWS, COLUMNS)
        slow_shape = shape[0] // _SLOW_STEP, shape[1] // _SLOW_STEP
        screen = _screen(shape)
        self.findings = Findings()
        self._sudden, self._gradual, self._reddening = Sudden(shape), Gradual(slow_shape), Reddening(shape)
        fields = (("itu", screen), ("wcag", WCAG), ("trace24", TRACE24)) if whole else (("itu", screen),)
        self._general = {name: Tally(shape, window) for name, window in fields}
        self._red = {name: Tally(shape, window) for name, window in fields}
        self._slow = Tally(slow_shape, _screen(slow_shape))
        self._long, self._long_red = Long(), Long()

    def see(self, at_us: int, cells: Cells, light: Light) -> None:
        """The screen from `at_us` on, and its light."""
        sudden = self._sudden.at(at_us, light)
        usual = None if sudden is None else _counted(sudden[0])
        trace24 = usual if sudden is None or sudden[0].is_like(sudden[1]) else _counted(sudden[1])
        red = self._reddening.at(at_us, cells)
        red = None if red is None else _counted(red)
        slow = self._gradual.at(_coarser(light))
        self._note("gradual", self._slow.at(at_us, None if slow is None else _counted(slow)))
        for name, tally in self._general.items():
            self._note(_GENERAL[name], tally.at(at_us, trace24 if name == "trace24" else usual))
        for name, tally in self._red.items():
            self._note(_RED[name], tally.at(at_us, red))
        self._note("long", self._long.at(at_us, is_long=self._general["itu"].is_long))
        self._note("long_red", self._long_red.at(at_us, is_long=self._red["itu"].is_long))

    def end(self, at_us: int) -> None:
        """The last picture is gone at `at_us`."""
        self._note("long", self._long.at(at_us, is_long=False))
        self._note("long_red", self._long_red.at(at_us, is_long=False))

    def _note(self, rule: Rule, hit: Hit | None) -> None:
        if hit is not None:
            self.findings.add(rule, hit)


_GENERAL: dict[str, Rule] = {"itu": "itu_general", "wcag": "wcag_general", "trace24": "trace24_general"}
_RED: dict[str, Rule] = {"itu": "itu_red", "wcag": "wcag_red", "trace24": "trace24_red"}


def _screen(shape: tuple[int, int]) -> Field:
    """The whole screen, in so many rows and columns."""
    return Field(shape[1], shape[0], SCREEN.least * shape[0] * shape[1] // (ROWS * COLUMNS))


def _coarser(light: Light) -> Light:
    """The same in fewer cells: what is slow is only held, and only when it covers the screen."""
    size = (light.shape[1] // _SLOW_STEP, light.shape[0] // _SLOW_STEP)
    coarser: Light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.uint16)
    return coarser


def _counted(change: Change) -> Change | None:
    """What may count of a change; None where it is too little for a quarter of any window."""
    if max(int(cv2.countNonZero(change.up)), int(cv2.countNonZero(change.down))) < _LEAST_CELLS:
        return None
    return without_fine_balance(change)


class Seam:
    """Keeps a film's head and tail roughly, to see what happens when it is followed by itself."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._head: list[tuple[int, Cells]] = []
        self._tail: deque[tuple[int, Cells]] = deque()
        self._last_us = -_SEAM_LEAST_US

    def see(self, at_us: int, cells: Cells) -> None:
        """The screen from `at_us` on; more than 60 pictures a second are thinned out."""
        if at_us - self._last_us < _SEAM_LEAST_US:
            return
        self._last_us = at_us
        kept = cells.coarser(_SEAM_STEP)
        if at_us <= SEAM_US:
            self._head.append((at_us, kept))
        self._tail.append((at_us, kept))
        while at_us - self._tail[0][0] > SEAM_US:
            self._tail.popleft()

    def findings(self, end_us: int) -> list[Found]:
        """Flashes over the whole screen that only come up across the seam of a film that ends at `end_us`."""
        watch = Watch((ROWS // _SEAM_STEP, COLUMNS // _SEAM_STEP))
        # A player that changes files may show a dark screen between them.
        between = end_us, dark(ROWS // _SEAM_STEP, COLUMNS // _SEAM_STEP)
        again = ((end_us + _GAP_US + at_us, cells) for at_us, cells in self._head)
        for at_us, cells in (*self._tail, between, *again):
            watch.see(at_us, cells, cells.light())
        return [
            Found("loop_red" if found.rule == "itu_red" else "loop", max(0, found.start_us), end_us, found.transitions)
            for found in watch.findings.found
            if found.rule in {"itu_general", "itu_red"} and found.start_us < end_us < found.end_us
        ]
