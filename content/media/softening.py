"""Makes parts of a film dark, soft and pale enough that they do not flash, with smooth ramps before and after.

Each picture is mixed with the mean of those before it, so what comes and goes does so less and slower; then it is made
darker, because what differs little in the dark differs less in light; and paler, so that red is not saturated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from content.media.mends import RAMP_MS, STRENGTHS, Dim, Mends
from content.media.planes import like, samples, write_samples

_MEMORY_MS = 800
_BLACK, _NO_COLOUR = 16, 128
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strength:
    """What is left: of each picture against the mean before it, of its light (in codes), of its colour."""

    own: float
    light: float
    colour: float


_STRENGTHS = (
    Strength(own=0.55, light=0.85, colour=0.75),
    Strength(own=0.35, light=0.65, colour=0.55),
    Strength(own=0.20, light=0.50, colour=0.40),
    Strength(own=0.10, light=0.40, colour=0.25),
    Strength(own=0.04, light=0.30, colour=0.10),
)
assert len(_STRENGTHS) == STRENGTHS  # noqa: S101
_UNTOUCHED = Strength(1.0, 1.0, 1.0)


class Softener:
    """Gives a film's pictures back, dimmed where the mends say so. Takes them in rising time of the upload."""

    def __init__(self, mends: Mends, fps: int) -> None:
        """For a film of `fps` pictures a second."""
        self._dims = tuple(mend for mend in mends if isinstance(mend, Dim))
        self._fps = fps
        self._weight = 1 - math.exp(-1_000 / (fps * _MEMORY_MS))
        self._means: list[Floats] = []

    def pictures(self, frame: VideoFrame, first: int, times: int) -> Iterator[tuple[VideoFrame, int]]:
        """What is shown instead of a picture that is house frame `first` and the `times` - 1 after it."""
        first_ms, last_ms = first * 1_000 // self._fps, (first + times - 1) * 1_000 // self._fps
        if not any(
            dim.start_ms - RAMP_MS <= last_ms and first_ms < dim.end_ms + RAMP_MS for dim in self._dims
        ):  # fmt: skip
            self._means = []
            yield frame, times
            return
        for number in range(first, first + times):
            yield self._softened(frame, self._strength(number * 1_000 // self._fps)), 1

    def _strength(self, at_ms: int) -> Strength:
        """How strongly, at this time: the strongest of the parts that are here or near."""
        all_here = [_between(_STRENGTHS[max(1, dim.strength) - 1], share_of(dim, at_ms)) for dim in self._dims]
        return min(all_here, key=lambda strength: strength.light, default=_UNTOUCHED)

    def _softened(self, frame: VideoFrame, strength: Strength) -> VideoFrame:
        planes = [samples(plane) for plane in frame.planes]
        if not self._means:
            self._means = [plane.astype(np.float32) for plane in planes]
        shown = like(frame, frame.width, frame.height)
        whole = ((strength.light, _BLACK), (strength.colour, _NO_COLOUR), (strength.colour, _NO_COLOUR))
        for place, (plane, (left, ground)) in enumerate(zip(planes, whole, strict=True)):
            mean = self._means[place]
            cv2.accumulateWeighted(plane, mean, self._weight)
            mixed = cv2.addWeighted(
                plane.astype(np.float32), left * strength.own, mean, left * (1 - strength.own), ground * (1 - left),
                dtype=cv2.CV_8U,
            )  # fmt: skip
            write_samples(shown.planes[place], np.asarray(mixed, np.uint8))
        return shown


def share_of(dim: Dim, at_ms: int) -> float:
    """How much of a dimming there is at an instant: all within its part, none half a second before and after it."""
    away_ms = max(dim.start_ms - at_ms, at_ms - dim.end_ms, 0)
    return 0.0 if away_ms >= RAMP_MS else (1 + math.cos(math.pi * away_ms / RAMP_MS)) / 2


def _between(full: Strength, share: float) -> Strength:
    return Strength(
        1 - share * (1 - full.own), 1 - share * (1 - full.light), 1 - share * (1 - full.colour)
    )  # fmt: skip
