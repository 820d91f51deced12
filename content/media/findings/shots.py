"""Where a film cuts from one picture to another, and which pictures are gone before anybody can see what they are.

A picture of less than half a second between two cuts works on people who cannot tell that they saw it; broadcasters may
not use that (Ofcom Broadcasting Code, rule 2.12). Only for the confined child.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from content.media.findings.clock import Span, clock, places, spans_ms
from content.media.reasons import Reason
from content.media.watching import Pixels

BRIEF_US = 500_000
"""A shorter picture cannot be told."""
MOST_SHOTS = 20_000
_ROUGH = 32, 18
"""Compared in so many columns and rows: what moves changes them little, another picture changes them all."""
_LEAST_CHANGE = 9.0
"""Mean change in codes below which nothing was cut."""
_LEAST_AT_FIRST = 20.0
"""The same for the first change of a film, when nobody knows yet how much it moves."""
_TIMES_USUAL = 3.0
"""A cut changes the picture so many times more than it changed just before."""
_LEARNS = 0.2
_REPEATED = 0.3
"""What changes less is the same picture once more."""
_MIXED = 0.3
"""A picture this near to a mixture of its neighbours is the passage from one to the other."""

Rough = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Shots:
    """The cuts of a whole film: when each shot begins, and which are brief."""

    starts_us: tuple[int, ...]
    brief: tuple[Span, ...]

    def reasons(self) -> list[Reason]:
        """A word about the brief ones."""
        if not self.brief:
            return []
        shortest = min(end - start for start, end in self.brief)
        first = self.brief[0][0]
        values: dict[str, str | int] = {
            "count": len(self.brief), "at": clock(first), "ms": shortest // 1_000, "places": places(self.brief),
            "spans_ms": spans_ms(self.brief),
        }  # fmt: skip
        return [Reason("hidden_picture", values, first // 1_000)]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A shot begins at `at_us` with the picture `after`; the one before it was `before`."""

    at_us: int
    before: Rough | None
    after: Rough


class Cutter:
    """Finds the cuts while the pictures go by."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._before: Rough | None = None
        self._usual: float | None = None
        self._cuts: list[_Cut] = []

    def see(self, at_us: int, glance: Pixels) -> bool:
        """The next picture, as `Picture.glance` gives it; whether a new shot begins with it."""
        rough: Rough = np.asarray(cv2.resize(glance, _ROUGH, interpolation=cv2.INTER_AREA), np.int16)
        is_cut = self._before is None or self._is_cut(float(np.abs(rough - self._before).mean()))
        if is_cut and len(self._cuts) < MOST_SHOTS:
            self._cuts.append(_Cut(at_us, self._before, rough))
        self._before = rough
        return is_cut

    def end(self, at_us: int) -> Shots:
        """The shots of a film that ends at `at_us`."""
        brief = [
            (one.at_us, following.at_us)
            for one, following in pairwise(self._cuts)
            if following.at_us - one.at_us < BRIEF_US and not _is_passage(one, following)
        ]
        last_us = self._cuts[-1].at_us if self._cuts else at_us
        if len(self._cuts) > 1 and at_us - last_us < BRIEF_US:
            brief.append((last_us, at_us))
        return Shots(tuple(cut.at_us for cut in self._cuts), tuple(brief))

    def _is_cut(self, change: float) -> bool:
        if change < _REPEATED:
            return False
        if self._usual is None:
            self._usual = change
            return change >= _LEAST_AT_FIRST
        is_cut = change >= max(_LEAST_CHANGE, _TIMES_USUAL * self._usual)
        self._usual += _LEARNS * (change - self._usual)
        return is_cut


def _is_passage(one: _Cut, following: _Cut) -> bool:
    """Whether a shot is but the mixture in which one picture passes into the next, as a change of rate makes it."""
    if one.before is None:
        return False
    way = (following.after - one.before).astype(np.float64)
    gone = (one.after - one.before).astype(np.float64)
    part = min(1.0, max(0.0, float((way * gone).sum()) / max(1.0, float((way * way).sum()))))
    return float(np.abs(gone - part * way).mean()) < _MIXED * float(np.abs(way).mean())


def mean_change(before: Pixels, after: Pixels) -> float:
    """By how many codes two pictures of one size differ, on average."""
    return float(np.maximum(before, after).mean() - np.minimum(before, after).mean())
