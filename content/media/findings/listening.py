"""What is wrong with a sound besides its loudness: tops cut off by the recording, and long silence within it."""

from collections.abc import Iterator

import numpy as np

from content.media.findings.clock import Span, clock, places
from content.media.reasons import Reason
from content.media.sound import RATE, Samples

_LOUD = 0.5
_PEAK_SHARE = 0.02
"""So much of a second may lie above what counts as its peak: coding makes flat tops uneven."""
_TOP, _BELOW = 0.93, 0.8
"""Parts of the peak: where a clipped wave piles up, and what it passes on its way there."""
_TIMES_BELOW = 3
CLIPPED_LEAST_S = 2
_SILENT = 0.001
SILENT_LEAST_US = 10_000_000


class Listener:
    """Listens to a sound while it is measured, a second at a time."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self._clipped: list[Span] = []
        self._silent: list[Span] = []
        self._seconds = 0

    def hear(self, blocks: Iterator[Samples]) -> Iterator[Samples]:
        """The same blocks."""
        held: list[Samples] = []
        have = 0
        for block in blocks:
            held.append(block)
            have += block.shape[1]
            while have >= RATE:
                whole = np.concatenate(held, axis=1)
                self._judge(whole[:, :RATE])
                held, have = [whole[:, RATE:]], have - RATE
            yield block

    def reasons(self) -> list[Reason]:
        """A word about what was heard."""
        found = [] if len(self._clipped) < CLIPPED_LEAST_S else [_reason("clipped_sound", self._clipped)]
        silent = [span for span in _joined(self._silent) if span[1] - span[0] >= SILENT_LEAST_US]
        # A sound that is silent throughout is left out, and told so.
        if silent and len(self._silent) < self._seconds:
            found.append(_reason("silent_part", silent))
        return found

    def _judge(self, second: Samples) -> None:
        span = self._seconds * 1_000_000, (self._seconds + 1) * 1_000_000
        self._seconds += 1
        heights = np.abs(second)
        peak = float(heights.max())
        if peak < _SILENT:
            self._silent.append(span)
        elif peak >= _LOUD and any(_is_clipped(channel) for channel in heights):
            self._clipped.append(span)


def _is_clipped(heights: Samples) -> bool:
    """Whether a wave's tops are flat: far more of it lies at its peak than just below."""
    place = round(heights.size * (1 - _PEAK_SHARE))
    peak = float(np.partition(heights, place)[place])
    if peak < _LOUD:
        return False
    top = int(np.count_nonzero(heights >= _TOP * peak))
    below = int(np.count_nonzero(heights >= _BELOW * peak)) - top
    return top > _TIMES_BELOW * below


def _reason(code: str, spans: list[Span]) -> Reason:
    start, _end = spans[0]
    lasts_us = sum(end - start for start, end in spans)
    values: dict[str, str | int] = {"at": clock(start), "seconds": lasts_us // 1_000_000, "places": places(spans)}
    return Reason(code, values, start // 1_000)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
