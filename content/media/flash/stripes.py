"""Regular stripes in one picture: more than five pairs of light and dark, next to each other and about as wide.

Lines are walked across, down and at 45 degrees; checks, rings and slanted stripes are stripes along such lines too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from content.media.flash.cells import Light
from content.media.flash.rules import PATTERN_LIGHTEST, PATTERN_PAIRS, PATTERN_STEP, PATTERN_STRONG

_Numbers = NDArray[np.signedinteger]
_Marks = NDArray[np.bool_]

_EDGES = 2 * PATTERN_PAIRS + 1
_SLACK_CELLS = 1
_SLACK_SHARE = 0.12
_MOST_GROWTH = 2
_LEAST_SWING = 0.6
_FEW_LINES = 8
_LEAST_SIDE = 24
"""Striped places narrower than this in either direction are lines of text and the like, not a pattern."""


@dataclass(frozen=True, slots=True)
class Stripes:
    """The share of the screen, in percent, that stripes cover, and that of them of high contrast."""

    percent: int
    strong_percent: int


@dataclass(frozen=True, slots=True)
class Run:
    """Stripes along a line, between two places; `swing` is their usual difference of light."""

    line: int
    start: int
    end: int
    swing: int


def stripes_of(light: Light) -> Stripes:
    """The stripes of a picture."""
    lines = light.astype(np.int32)
    rows, columns = lines.shape
    every, strong = np.zeros(lines.shape, np.bool_), np.zeros(lines.shape, np.bool_)
    for found, found_strong in (_marked(lines), tuple(mark.T for mark in _marked(lines.T))):
        every |= found
        strong |= found_strong
    # Stripes that are slanted and fine cross the lines above often enough; the broad ones are seen at half the size.
    half = np.asarray(cv2.resize(light, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)).astype(np.int32)
    slanted, there, back_again = _slanted(half)
    for found, found_strong in (_marked(slanted), tuple(mark.T for mark in _marked(slanted.T))):
        every |= _turned_back(found & there, back_again, (columns, rows))
        strong |= _turned_back(found_strong & there, back_again, (columns, rows))
    return Stripes(*(int(marks.sum()) * 100 // marks.size for marks in (every, strong)))


def runs_along(lines: _Numbers, places: _Numbers, levels: _Numbers) -> Iterator[Run]:
    """The regular stripes among edges at rising `places` of rising `lines`; `levels`: the light before each edge."""
    if len(places) < _EDGES:
        return
    periods, widths = places[2:] - places[:-2], np.diff(places)
    same_line = (lines[3:] == lines[:-3]) & (np.abs(np.diff(periods)) <= _SLACK_CELLS + _SLACK_SHARE * periods[:-1])
    even = same_line & (np.abs(widths[2:] - widths[:-2]) <= _SLACK_CELLS + 2 * _SLACK_SHARE * widths[:-2])
    bounds = np.flatnonzero(np.diff(np.concatenate(([False], even, [False])).astype(np.int8)))
    for first, after in zip(bounds[::2].tolist(), bounds[1::2].tolist(), strict=True):
        last = after + 2
        if last - first + 1 >= _EDGES:
            run = _run(int(lines[first]), places[first : last + 1], levels[first : last + 1])
            if run is not None:
                yield run


def _run(line: int, places: _Numbers, levels: _Numbers) -> Run | None:
    periods, swings = places[2:] - places[:-2], np.abs(np.diff(levels))
    usual = int(np.median(swings))
    lightest = int(np.median(np.maximum(levels[:-1], levels[1:])))
    if lightest < PATTERN_LIGHTEST or int(swings.min()) < _LEAST_SWING * usual:
        return None
    if int(periods.max()) > _MOST_GROWTH * int(periods.min()) + _SLACK_CELLS:
        return None
    margin = int(places[-1] - places[0]) // (len(places) - 1)
    return Run(line, max(0, int(places[0]) - margin), int(places[-1]) + margin, usual)


def _marked(picture: _Numbers) -> tuple[_Marks, _Marks]:
    """Where the lines of the picture are striped, and where with high contrast."""
    every, strong = np.zeros(picture.shape, np.uint8), np.zeros(picture.shape, np.uint8)
    # Each edge takes a tenth of white; most pictures have few lines with that much up and down.
    ups_and_downs = np.abs(np.diff(picture, axis=1)).sum(axis=1)
    if int((ups_and_downs >= _EDGES * PATTERN_STEP).sum()) < _FEW_LINES:
        return every > 0, strong > 0
    edges, levels = _edges(picture)
    lines, places = np.nonzero(edges)
    for run in runs_along(lines, places, levels[lines, places]):
        every[run.line, run.start : run.end] = 1
        if run.swing >= PATTERN_STRONG:
            strong[run.line, run.start : run.end] = 1
    return _broad(every), _broad(strong)


def _broad(marks: NDArray[np.uint8]) -> _Marks:
    if not marks.any():
        return marks > 0
    side = np.ones((_LEAST_SIDE, _LEAST_SIDE), np.uint8)
    # A line here and there whose edges fell unluckily does not part a pattern in two.
    whole = cv2.morphologyEx(marks, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    broad: _Marks = np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, side)) > 0
    return broad


def _edges(lines: _Numbers) -> tuple[_Marks, _Numbers]:
    """Where the light of each line turned by a tenth of white, and the light it turned from."""
    across = np.ascontiguousarray(lines.T)
    edges, levels = np.zeros(across.shape, np.bool_), np.zeros(across.shape, np.int32)
    low, high = across[0].copy(), across[0].copy()
    may_rise, may_fall = np.ones(len(low), np.bool_), np.ones(len(low), np.bool_)
    for place, light in enumerate(across):
        np.minimum(low, light, out=low)
        np.maximum(high, light, out=high)
        up, down = (light - low >= PATTERN_STEP) & may_rise, (high - light >= PATTERN_STEP) & may_fall
        turned = up | down
        if turned.any():
            edges[place] = turned
            levels[place] = np.where(up, low, high)
            np.copyto(high, light, where=up)
            np.copyto(low, light, where=down)
            may_rise = (may_rise & ~up) | down
            may_fall = (may_fall & ~down) | up
    return edges.T, levels.T


def _slanted(lines: _Numbers) -> tuple[_Numbers, _Marks, NDArray[np.float64]]:
    """The picture turned by 45 degrees, where there is any of it, and the way back."""
    rows, columns = lines.shape
    side = int((rows + columns) / 2**0.5) + 2
    turn = np.asarray(cv2.getRotationMatrix2D((columns / 2, rows / 2), 45, 1.0), np.float64)
    turn[:, 2] += (side - columns) / 2, (side - rows) / 2
    grey = int(lines.mean())
    turned = cv2.warpAffine(lines.astype(np.float32), turn, (side, side), borderValue=(grey, grey, grey, grey))
    there = cv2.warpAffine(np.ones(lines.shape, np.uint8), turn, (side, side), flags=cv2.INTER_NEAREST)
    return np.asarray(turned, np.float32).astype(np.int32), np.asarray(there) > 0, turn


def _turned_back(marks: _Marks, turn: NDArray[np.float64], size: tuple[int, int]) -> _Marks:
    """The marks of a turned picture of half the size, on the picture itself."""
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    half = (size[0] // 2, size[1] // 2)
    upright = np.asarray(cv2.warpAffine(marks.astype(np.uint8), turn, half, flags=flags))
    back: _Marks = np.asarray(cv2.resize(upright, size, interpolation=cv2.INTER_NEAREST)) > 0
    return back
