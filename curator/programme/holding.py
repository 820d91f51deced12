"""When dayparts and rules hold, as spans of UTC ms. Pure.

A daypart holds whenever the clock on the wall shows a time inside it: where clocks go back it may hold twice, where
they jump over one of its bounds it begins or ends at the jump, and a night is longer or shorter with the clocks.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from curator.programme.dayparts import MINUTES_A_DAY, Daypart, Hours
from curator.programme.hours import DAY_MS, day_start, wall
from curator.programme.rules import When

Span = tuple[int, int]
"""[start_ms, end_ms)."""
MINUTE_MS = 60_000
_MONDAY = 3
"""The first of January 1970 was a Thursday."""


def spans(daypart: Daypart, zone: str, from_ms: int, to_ms: int) -> list[Span]:
    """When the daypart holds inside [from_ms, to_ms): sorted, apart from one another."""
    found = []
    for start_ms, end_ms, offset_ms in _steady(zone, from_ms, to_ms):
        for hours in daypart.hours:
            for local_from_ms, local_to_ms in _local(hours, start_ms + offset_ms, end_ms + offset_ms):
                first, last = max(start_ms, local_from_ms - offset_ms), min(end_ms, local_to_ms - offset_ms)
                if first < last:
                    found.append((first, last))
    return joined(found)


def holds(when: When, dayparts: Mapping[str, Daypart], zone: str, from_ms: int, to_ms: int) -> list[Span]:
    """When a rule holds inside [from_ms, to_ms). Its days end at midnight, also in the middle of a night."""
    if when.from_day:
        from_ms = max(from_ms, day_start(zone, date.fromisoformat(when.from_day)))
    if when.until_day:
        to_ms = min(to_ms, day_start(zone, date.fromisoformat(when.until_day)))
    if from_ms >= to_ms:
        return []
    return [(from_ms, to_ms)] if when.daypart is None else spans(dayparts[when.daypart], zone, from_ms, to_ms)


def joined(found: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch made one."""
    whole: list[Span] = []
    for start_ms, end_ms in sorted(found):
        if whole and start_ms <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end_ms))
        else:
            whole.append((start_ms, end_ms))
    return whole


def _local(hours: Hours, local_from_ms: int, local_to_ms: int) -> Iterable[Span]:
    """The spans of wall-clock time, in ms since 1970 as if it were UTC, that may touch a stretch of it."""
    minutes = hours.until_minute - hours.from_minute
    length_ms = (minutes if minutes > 0 else minutes + MINUTES_A_DAY) * MINUTE_MS
    for day in range(local_from_ms // DAY_MS - 1, local_to_ms // DAY_MS + 1):
        if (day + _MONDAY) % 7 in hours.weekdays:
            start_ms = day * DAY_MS + hours.from_minute * MINUTE_MS
            yield start_ms, start_ms + length_ms


def _steady(zone: str, from_ms: int, to_ms: int) -> list[tuple[int, int, int]]:
    """[from_ms, to_ms) cut where the zone's offset changes, each part with its offset in ms."""
    changes = [at_ms for day in range(from_ms // DAY_MS, to_ms // DAY_MS + 1) for at_ms in _changes(zone, day)]
    cuts = [from_ms, *(at_ms for at_ms in changes if from_ms < at_ms < to_ms), to_ms]
    return [(start_ms, end_ms, _offset_ms(zone, start_ms)) for start_ms, end_ms in pairwise(cuts) if start_ms < end_ms]


@lru_cache(maxsize=10_000)
def _changes(zone: str, day: int) -> tuple[int, ...]:
    """The instants of a UTC day, counted from 1970, at which the zone has another offset than before; one at most."""
    early, late = day * DAY_MS - 1, (day + 1) * DAY_MS - 1
    before = _offset_ms(zone, early)
    if _offset_ms(zone, late) == before:
        return ()
    while late - early > 1:
        middle = (early + late) // 2
        if _offset_ms(zone, middle) == before:
            early = middle
        else:
            late = middle
    return (late,)


def _offset_ms(zone: str, at_ms: int) -> int:
    return (wall(zone, at_ms).utcoffset() or timedelta(0)) // timedelta(milliseconds=1)
