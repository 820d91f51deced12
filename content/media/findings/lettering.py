"""An estimate of how much there is to read in a picture, and how large the letters are. Nothing is recognised.

Letters are small, evenly lit shapes that stand out from what is around them and stand in a row on one line. Counted
so, printed Latin and Vietnamese text comes out within a fifth or so of the truth; joined scripts count as fewer, longer
shapes; what is written by hand or set in a curve is hardly found. Only for the confined child.
"""

from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from content.media.house_size import fit
from content.media.watching import Pixels

STILL_SIDE, FILM_SIDE = 1_280, 960
"""The long side of what is looked at: a still once and closely, a film often."""
_WINDOW, _STANDS_OUT = 31, 22
_LEAST_HEIGHT, _TALLEST_PART = 7, 5
_WIDEST = 3
"""Of a letter, in heights: joined ones are wide."""
_LEAST_FILLED = 0.15
_LEAST_CONTRAST = 40
_UNEVEN, _GRAIN = 0.45, 6
"""How much a letter's light may vary: this part of its contrast, and some codes more."""
_ALIKE_LIGHT, _ALIKE_CODES = 0.35, 12
_LEAST_IN_A_ROW = 6
_GAP, _OVERLAP = 1.2, 0.2
_LOWEST, _TALLEST = 0.55, 1.8
_ON_A_LINE = 0.12
"""How far feet or heads of neighbours may be apart."""
_LEAST_VARIETY = 0.05
"""Letters have different widths; the bars of a fence do not."""
_MOST_SHAPES = 5_000


class _Shape(NamedTuple):
    """Something that may be a letter."""

    left: int
    top: int
    width: int
    height: int
    light: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Lettering:
    """What there is to read: for each line its letters and their usual height, in pixels of a 1920 x 1080 screen."""

    lines: tuple[tuple[int, float], ...] = ()

    @property
    def characters(self) -> int:
        """Letters, and the spaces between words."""
        return sum(count for count, _height in self.lines) * 6 // 5

    def smaller_than(self, height: float) -> int:
        """How many of the characters are less high than `height`."""
        return sum(count for count, tall in self.lines if tall < height) * 6 // 5

    @property
    def usual_height(self) -> float:
        """The height of the letter in the middle, by height; 0 where there is nothing to read."""
        every = sorted(self.lines, key=lambda line: line[1])
        half, passed = sum(count for count, _height in every) / 2, 0
        for count, height in every:
            passed += count
            if passed >= half:
                return height
        return 0.0


def lettering(luma: Pixels, side: int) -> Lettering:
    """What there is to read in a picture (rows, columns) that is shown as large as a screen allows.

    It is looked at with a long side of at most `side` pixels: what is too small there is not seen.
    """
    rows, columns = luma.shape
    size = fit(columns, rows, side, side)
    seen = (
        luma if size == (columns, rows) else np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
    )
    box = (1_920, 1_080) if size[0] >= size[1] else (1_080, 1_920)
    scale = min(box[0] / size[0], box[1] / size[1])
    lines = [line for plane in (seen, 255 - seen) for line in _rows_of(_shapes(plane))]
    return Lettering(tuple((len(line), scale * float(np.median([one.height for one in line]))) for line in lines))


def _shapes(light: Pixels) -> list[_Shape]:
    """Shapes lighter than what is around them, from left to right."""
    lit = cv2.adaptiveThreshold(light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, _WINDOW, -_STANDS_OUT)
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(lit, connectivity=8)
    left, top, width, height, area = (stats[:, column].astype(np.int64) for column in range(5))
    flat, codes = labels.ravel(), light.ravel().astype(np.float64)
    total, squares = np.bincount(flat, codes, count), np.bincount(flat, codes * codes, count)
    mean = total / np.maximum(area, 1)
    spread = np.sqrt(np.maximum(squares / np.maximum(area, 1) - mean * mean, 0))
    sums = cv2.integral(light).astype(np.float64)
    right, bottom = left + width, top + height
    whole = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    contrast = mean - (whole - total) / np.maximum(width * height - area, 1)
    is_letter = (
        (height >= _LEAST_HEIGHT) & (height <= light.shape[0] // _TALLEST_PART) & (width >= 2)
        & (width <= _WIDEST * height) & (area >= _LEAST_FILLED * width * height)
        & (contrast >= _LEAST_CONTRAST) & (spread <= _UNEVEN * contrast + _GRAIN)
    )  # fmt: skip
    is_letter[0] = False  # what is around them all
    found = [
        _Shape(int(left[n]), int(top[n]), int(width[n]), int(height[n]), float(mean[n]), float(contrast[n]))
        for n in np.flatnonzero(is_letter)[:_MOST_SHAPES]
    ]
    return sorted(found)


def _rows_of(shapes: list[_Shape]) -> list[list[_Shape]]:
    """Those that stand in rows as letters do; each in one row only."""
    lefts = [one.left for one in shapes]
    free = [True] * len(shapes)
    rows = []
    for first in range(len(shapes)):
        if not free[first]:
            continue
        row = [first]
        while (following := _neighbour(shapes, lefts, free, row)) is not None:
            row.append(following)
        widths = [shapes[place].width for place in row]
        if len(row) >= _LEAST_IN_A_ROW and float(np.std(widths)) > _LEAST_VARIETY * float(np.mean(widths)):
            rows.append([shapes[place] for place in row])
            for place in row:
                free[place] = False
    return rows


def _neighbour(shapes: list[_Shape], lefts: list[int], free: list[bool], row: list[int]) -> int | None:
    last = shapes[row[-1]]
    usual = sorted(shapes[place].height for place in row[-9:])[len(row[-9:]) // 2]
    right = last.left + last.width
    for place in range(bisect_left(lefts, last.left + 1), bisect_left(lefts, right + _GAP * usual)):
        one = shapes[place]
        feet, heads = abs(one.top + one.height - last.top - last.height), abs(one.top - last.top)
        if (
            free[place]
            and one.left >= right - _OVERLAP * usual
            and _LOWEST * usual <= one.height <= _TALLEST * usual
            and min(feet, heads) <= max(1, _ON_A_LINE * usual)
            and abs(one.light - last.light) <= max(_ALIKE_CODES, _ALIKE_LIGHT * last.contrast)
        ):
            return place
    return None
