"""What a change of programme moves, and for whom: two programmes of one screen beside each other. Pure.

The window should end where the shorter of the two does, or before.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from content.canonical import Json
from content.programme.engine import Event, Programme
from curator.programme.accounts import planned

MOST_BOOKED = 50
"""How many booked plays that come or go are named."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What one group has before and after: ms on screen in each day, and its longest lit, unbooked wait."""

    group: str
    before_ms: tuple[int, ...]
    after_ms: tuple[int, ...]
    longest_wait_before_ms: int
    longest_wait_after_ms: int

    @property
    def gained_ms(self) -> int:
        """In the whole window; negative when it loses."""
        return sum(self.after_ms) - sum(self.before_ms)


@dataclass(frozen=True, slots=True)
class BookedPlay:
    """A booked play that comes or goes."""

    start_ms: int
    item: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in [from_ms, to_ms). `first_ms` is the first instant at which it does, None when nothing changes.

    Of the `plays` there were, `moved` are at another time: how far the nearest of that item is, for 50 and 95 of 100.
    """

    from_ms: int
    to_ms: int
    first_ms: int | None
    groups: tuple[GroupChange, ...]
    plays: int
    moved: int
    median_shift_ms: int
    p95_shift_ms: int
    items_gone: tuple[str, ...]
    items_new: tuple[str, ...]
    booked_gone: tuple[BookedPlay, ...]
    booked_new: tuple[BookedPlay, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the two show the same at every instant."""
        return self.first_ms is None

    def as_json(self) -> dict[str, Json]:
        """For pages that draw it."""
        return {
            "from_ms": self.from_ms, "to_ms": self.to_ms, "first_ms": self.first_ms, "plays": self.plays,
            "moved": self.moved, "median_shift_ms": self.median_shift_ms, "p95_shift_ms": self.p95_shift_ms,
            "items_gone": list(self.items_gone), "items_new": list(self.items_new),
            "booked_gone": [[one.start_ms, one.item] for one in self.booked_gone],
            "booked_new": [[one.start_ms, one.item] for one in self.booked_new],
            "groups": [
                {
                    "group": one.group, "before_ms": list(one.before_ms), "after_ms": list(one.after_ms),
                    "longest_wait_before_ms": one.longest_wait_before_ms,
                    "longest_wait_after_ms": one.longest_wait_after_ms,
                }
                for one in self.groups
            ],
        }  # fmt: skip


def difference(before: Programme, after: Programme, zone: str, days: Sequence[int]) -> Difference:
    """What differs between the first and the last instant of `days`; the ones between are where days begin, in ms."""
    from_ms, to_ms = days[0], days[-1]
    was, will = before.events(from_ms, to_ms), after.events(from_ms, to_ms)
    shifts = _shifts(was, will)
    gone, new = _items(was) - _items(will), _items(will) - _items(was)
    booked_was, booked_will = _booked(was), _booked(will)
    return Difference(
        from_ms=from_ms,
        to_ms=to_ms,
        first_ms=_first(was, will, from_ms, to_ms),
        groups=_groups(before, after, was, will, zone, days),
        plays=len(shifts),
        moved=sum(1 for shift in shifts if shift),
        median_shift_ms=_at(shifts, 50),
        p95_shift_ms=_at(shifts, 95),
        items_gone=tuple(sorted(gone)),
        items_new=tuple(sorted(new)),
        booked_gone=tuple(sorted(booked_was - booked_will, key=_when)[:MOST_BOOKED]),
        booked_new=tuple(sorted(booked_will - booked_was, key=_when)[:MOST_BOOKED]),
    )


def _first(was: Sequence[Event], will: Sequence[Event], from_ms: int, to_ms: int) -> int | None:
    """The first instant at which the two show something else, or the same at another position."""
    starts = sorted({from_ms, *(event.start_ms for event in (*was, *will) if from_ms < event.start_ms < to_ms)})
    for at_ms in starts:
        if _shown(was, at_ms) != _shown(will, at_ms):
            return at_ms
    return None


def _shown(events: Sequence[Event], at_ms: int) -> tuple[str, str | None, int, bool]:
    event = events[bisect_right(events, at_ms, key=lambda one: one.start_ms) - 1]
    media_ms = event.media_offset_ms + at_ms - event.start_ms if event.item is not None else 0
    is_dark = event.kind in {"dark", "off"}
    return "dark" if is_dark else "lit", event.item, media_ms, event.muted


def _shifts(was: Sequence[Event], will: Sequence[Event]) -> list[int]:
    """How far the nearest play of the same item is from each play there was, sorted."""
    first, second = _starts(was), _starts(will)
    return sorted(
        _nearest_ms(second[item], start_ms) for item in first.keys() & second.keys() for start_ms in first[item]
    )


def _nearest_ms(starts: Sequence[int], at_ms: int) -> int:
    place = bisect_right(starts, at_ms)
    return min(abs(at_ms - start_ms) for start_ms in starts[max(place - 1, 0) : place + 1])


def _starts(events: Sequence[Event]) -> Mapping[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for event in events:
        if event.item is not None and event.group is not None:
            found[event.item].append(event.start_ms - event.media_offset_ms)
    return found


def _at(shifts: Sequence[int], percent: int) -> int:
    return shifts[min(len(shifts) * percent // 100, len(shifts) - 1)] if shifts else 0


def _items(events: Sequence[Event]) -> set[str]:
    return {event.item for event in events if event.item is not None}


def _booked(events: Sequence[Event]) -> set[BookedPlay]:
    """The booked plays; of an item that plays again and again without a pause, the first."""
    found: set[BookedPlay] = set()
    before: Event | None = None
    for one in events:
        follows = before is not None and (before.layer, before.item) == (one.layer, one.item)
        if one.layer == "booking" and one.item is not None and not follows:
            found.add(BookedPlay(one.start_ms, one.item))
        before = one
    return found


def _when(play: BookedPlay) -> tuple[int, str]:
    return play.start_ms, play.item


def _groups(
    before: Programme,
    after: Programme,
    was: Sequence[Event],
    will: Sequence[Event],
    zone: str,
    days: Sequence[int],
) -> tuple[GroupChange, ...]:
    """Every group that has time before or after, the one that changes most first."""
    first, second = _per_day(was, days), _per_day(will, days)
    waits = [
        {group: time.longest_wait_ms for group, time in planned(one, zone, days[0], days[-1], events).groups.items()}
        for one, events in ((before, was), (after, will))
    ]
    nothing: Counter[int] = Counter()
    number = len(days) - 1

    def of(sums: Mapping[str, Counter[int]], group: str) -> tuple[int, ...]:
        return tuple(sums.get(group, nothing)[day] for day in range(number))

    made = [
        GroupChange(group, of(first, group), of(second, group), waits[0].get(group, 0), waits[1].get(group, 0))
        for group in first.keys() | second.keys()
    ]
    return tuple(sorted(made, key=lambda one: (-abs(one.gained_ms), one.group)))


def _per_day(events: Sequence[Event], days: Sequence[int]) -> Mapping[str, Counter[int]]:
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for event in events:
        if event.group is None:
            continue
        for day in range(len(days) - 1):
            shared_ms = min(event.end_ms, days[day + 1]) - max(event.start_ms, days[day])
            if shared_ms > 0:
                found[event.group][day] += shared_ms
    return found
