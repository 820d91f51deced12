"""Finds black bars that are part of a picture: rows and columns on opposite sides that stay black all along.

What ends in a straight edge with picture all along it is a bar; the dark around a title or a moon is none.
"""

import numpy as np

from content.media.mends import WHOLE_BP
from content.media.reasons import Reason
from content.media.watching import Picture, Pixels

BLACK_LIMITED, BLACK_FULL = 28, 14
"""The lightest that a bar may be, in codes of limited and of full range."""
_LEAST_BP, _MOST_BP = 150, 3_600
"""How large a bar is on each side, at least and at most."""
_UNEVEN_BP = 100
"""By how much the two bars of a pair may differ."""
_EDGE_LIT, _EDGE_STEP = 0.6, 12
"""So much of an edge must be so much lighter than a bar may be, at once: what fades into the dark is no bar."""
_INSIDE = 2
"""So many rows within the edge are left to it: it is never quite sharp."""
_LEAST_SECONDS = 2


class BarsWatcher:
    """Looks at a picture a second and remembers the lightest that each place ever was."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._lightest: Pixels | None = None
        self._seconds = 0

    def see(self, picture: Picture) -> None:
        """Takes the first picture of each second."""
        if picture.first + picture.times <= self._seconds * picture.fps:
            return
        self._seconds = (picture.first + picture.times - 1) // picture.fps + 1
        plane = picture.frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        luma = rows[: plane.height, : plane.width]
        self._lightest = luma.copy() if self._lightest is None else np.maximum(self._lightest, luma)

    def end(self, at_us: int) -> None:
        """There is nothing more to remember."""

    def reasons(self) -> list[Reason]:
        """A word about the bars, if there are any."""
        if self._lightest is None or self._seconds < _LEAST_SECONDS:
            return []
        return bars_in(self._lightest, BLACK_LIMITED)


def bars_in(luma: Pixels, black: int) -> list[Reason]:
    """A word about the bars in a picture; places up to `black` are black."""
    if not (luma > black).any():
        return []
    top, bottom = _pair(luma, black)
    left, right = _pair(luma.T, black)
    if not (top or left):
        return []
    return [Reason("black_bars", {"left": left, "top": top, "right": right, "bottom": bottom})]


def _pair(luma: Pixels, black: int) -> tuple[int, int]:
    """The two bars above and below, in ten-thousandths of the height; (0, 0) where there are none."""
    size, lit = luma.shape[0], luma > black
    rows = np.flatnonzero(lit.any(axis=1))
    first, last = int(rows[0]), int(rows[-1])
    columns = np.flatnonzero(lit.any(axis=0))
    within = slice(int(columns[0]), int(columns[-1]) + 1)
    bars = first, size - 1 - last
    least, most, uneven = (size * part // WHOLE_BP for part in (_LEAST_BP, _MOST_BP, _UNEVEN_BP))
    if not least <= min(bars) <= max(bars) <= most or abs(bars[0] - bars[1]) > max(2, uneven):
        return 0, 0
    edges = luma[min(first + _INSIDE, last), within], luma[max(last - _INSIDE, first), within]
    if min(float((edge > black + _EDGE_STEP).mean()) for edge in edges) < _EDGE_LIT:
        return 0, 0
    above, below = (-(-(bar + _INSIDE) * WHOLE_BP // size) for bar in bars)
    return above, below
