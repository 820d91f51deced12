"""When which line of a ticker is told: round after round, each to its end before another begins. Pure.

Every round begins where the newest of the lines that are on came, with that line. A line that is being told when others
come or end is told to its last letter; what would have begun meanwhile is told in the next round.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

PAUSE_MS = 15_000
"""After each line: the picture is whole again."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a line is on, and how long telling it once takes."""

    from_ms: int
    until_ms: int
    told_ms: int


@dataclass(frozen=True, slots=True)
class Pass:
    """One telling of the line at `index`."""

    index: int
    begins_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class _Epoch:
    """A time in which the same lines are on, the newest first; `carried` is still being told when it begins."""

    end_ms: int | None
    on: tuple[int, ...]
    zero_ms: int
    free_ms: int
    carried: Pass | None


class Rounds:
    """The passes of some lines. With `free_ms` nothing begins before then."""

    def __init__(self, spans: Sequence[Span], free_ms: int = 0) -> None:
        """Looks at every instant at which a line comes or ends."""
        self._spans = spans
        self._bounds = sorted({ms for span in spans for ms in (span.from_ms, span.until_ms)})
        self._epochs: list[_Epoch] = []
        carried: Pass | None = None
        for start_ms, end_ms in zip_longest(self._bounds, self._bounds[1:]):
            epoch = self._epoch(start_ms, end_ms, carried, free_ms)
            self._epochs.append(epoch)
            last = None if end_ms is None else self._at(epoch, end_ms - 1)
            carried = last if end_ms is not None and isinstance(last, Pass) and last.ends_ms > end_ms else None
            free_ms = epoch.free_ms

    def at(self, instant_ms: float) -> Pass | int | None:
        """What is told at an instant; else when something may be told next, in ms, or None if nothing is to come."""
        place = bisect_right(self._bounds, instant_ms) - 1
        if place < 0:
            return min(self._bounds, default=None)
        return self._at(self._epochs[place], instant_ms)

    def _epoch(self, start_ms: int, end_ms: int | None, carried: Pass | None, free_ms: int) -> _Epoch:
        there = [index for index, span in enumerate(self._spans) if span.from_ms <= start_ms < span.until_ms]
        on = tuple(sorted(there, key=lambda index: -self._spans[index].from_ms))
        zero_ms = self._spans[on[0]].from_ms if on else start_ms
        if carried is not None:
            free_ms = max(free_ms, carried.ends_ms + PAUSE_MS)
        return _Epoch(end_ms, on, zero_ms, free_ms, carried)

    def _at(self, epoch: _Epoch, instant_ms: float) -> Pass | int | None:
        if epoch.carried is not None and instant_ms < epoch.carried.ends_ms:
            return epoch.carried
        if not epoch.on:
            return epoch.end_ms
        round_ms = sum(self._spans[index].told_ms + PAUSE_MS for index in epoch.on)
        begins_ms = epoch.zero_ms + int((instant_ms - epoch.zero_ms) // round_ms) * round_ms
        for index in epoch.on:
            ends_ms = begins_ms + self._spans[index].told_ms
            # A line that could not be told to its end is not begun again.
            is_whole = begins_ms >= epoch.free_ms and ends_ms <= self._spans[index].until_ms
            if instant_ms < ends_ms and is_whole:
                return Pass(index, begins_ms, ends_ms)
            begins_ms = ends_ms + PAUSE_MS
            if instant_ms < begins_ms:
                break
        return begins_ms if epoch.end_ms is None else min(begins_ms, epoch.end_ms)
