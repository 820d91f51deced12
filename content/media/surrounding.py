"""Fills what a film leaves of the screen, picture by picture, without adding anything that flashes.

The blurred copy is the running mean of the last second, so that what comes and goes in the film hardly does around it;
after a cut it follows softly.
"""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from content.media.mends import BLUR, Surround
from content.media.planes import Samples, like, samples, write_samples
from content.media.surrounds import COLOUR, LIGHT, SIGMA, Layout, Size, colour_of

_MEMORY_MS = 1_000
_BLACK, _NO_COLOUR = 16.0, 128.0
_SETTLED = 0.5
"""Codes: nearer than this it is the copy itself, and a picture that stands need not be made again."""
_SMOOTH = 4
_LUMA = (0.2126, 0.7152, 0.0722)
Floats = NDArray[np.float32]


class Surrounder:
    """Gives a film's pictures back in the middle of filled house pictures. Takes them in rising time."""

    def __init__(self, layout: Layout, surround: Surround, fps: int) -> None:
        """For a film of `fps` pictures a second."""
        self._layout = layout
        self._weight = 1 - math.exp(-1_000 / (fps * _MEMORY_MS))
        self._is_blurred = surround.ground == BLUR
        self._means: list[Floats] = []
        self._grounds = [] if self._is_blurred else _plain(layout.house, colour_of(surround))

    def pictures(self, frame: VideoFrame, times: int) -> Iterator[tuple[VideoFrame, int]]:
        """What is shown instead of a picture that is shown `times` times: more than one while its ground changes."""
        if self._layout.picture == self._layout.house:
            yield frame, times
            return
        copies = self._copies(frame) if self._is_blurred else []
        while times:
            shown_times = times if self._follow(copies) else 1
            yield self._composed(frame), shown_times
            times -= shown_times

    def _follow(self, copies: list[Floats]) -> bool:
        """Takes the mean one picture further towards the copies; whether it is there."""
        if not copies:
            return True
        self._means = self._means or [copy.copy() for copy in copies]
        for mean, copy in zip(self._means, copies, strict=True):
            cv2.accumulateWeighted(copy, mean, self._weight)
        is_there = all(
            float(np.abs(mean - copy).max()) < _SETTLED for mean, copy in zip(self._means, copies, strict=True)
        )  # fmt: skip
        self._means = [copy.copy() for copy in copies] if is_there else self._means
        self._grounds = [
            _enlarged(mean, size) for mean, size in zip(self._means, _sizes(self._layout.house), strict=True)
        ]
        return is_there

    def _copies(self, frame: VideoFrame) -> list[Floats]:
        """The part of the picture that covers the screen, small, blurred and dark."""
        copies = []
        for plane, share, keeps in zip(frame.planes, (1, 2, 2), (LIGHT, COLOUR * LIGHT, COLOUR * LIGHT), strict=True):
            left, top, width, height = (part // share for part in self._layout.covering)
            part = samples(plane)[top : top + max(1, height), left : left + max(1, width)]
            small = cv2.resize(part, self._layout.blurred, interpolation=cv2.INTER_AREA)
            soft = cv2.GaussianBlur(small.astype(np.float32), (0, 0), SIGMA)
            none = _BLACK if share == 1 else _NO_COLOUR
            copies.append(np.asarray(none + (soft - none) * keeps, np.float32))
        return copies

    def _composed(self, frame: VideoFrame) -> VideoFrame:
        shown = like(frame, *self._layout.house)
        for place, share in enumerate((1, 2, 2)):
            whole, inner = self._grounds[place].copy(), samples(frame.planes[place])
            left, top = (side // share for side in self._layout.at)
            whole[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
            write_samples(shown.planes[place], whole)
        return shown


def _sizes(house: Size) -> tuple[Size, Size, Size]:
    half = house[0] // 2, house[1] // 2
    return house, half, half


def _enlarged(mean: Floats, size: Size) -> Samples:
    rows, columns = mean.shape
    smooth = cv2.resize(mean, (columns * _SMOOTH, rows * _SMOOTH), interpolation=cv2.INTER_CUBIC)
    # Half the work in bytes: what lies between two codes cannot be shown anyway.
    return np.asarray(cv2.resize(cv2.convertScaleAbs(smooth), size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _plain(house: Size, colour: tuple[int, int, int]) -> list[Samples]:
    """The three planes of one colour (BT.709, limited range)."""
    red, green, blue = (part / 255 for part in colour)
    luma = _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue
    blueish, reddish = (blue - luma) / (2 - 2 * _LUMA[2]), (red - luma) / (2 - 2 * _LUMA[0])
    codes = 16 + 219 * luma, 128 + 224 * blueish, 128 + 224 * reddish
    return [np.full(size[::-1], round(code), np.uint8) for size, code in zip(_sizes(house), codes, strict=True)]
