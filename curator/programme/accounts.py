"""What each group was entitled to and what it got: the same sums over a plan and over what screens really showed.

Pure. Times are UTC ms; hours of the day are those of the zone given.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Literal

from content.programme.engine import Event, Programme
from content.programme.plan import Rotation
from content.programme.quota import playable, quotas
from curator.programme.hours import hours_between, wall

Kind = Literal["shared", "booked", "filler", "dark", "off", "lost", "untold"]
KINDS: tuple[Kind, ...] = ("shared", "booked", "filler", "dark", "off", "lost", "untold")
HOURS_A_DAY = 24
_WAITING: frozenset[Kind] = frozenset({"shared", "filler", "lost"})
"""While the screen is lit and not booked, a group that is not on waits."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch [start_ms, end_ms) of a screen. `lost`: planned and not shown, for `cause`; `untold`: no record."""

    start_ms: int
    end_ms: int
    kind: Kind
    group: str | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class GroupTime:
    """What one group got. `shared_ms` is out of its air time, `booked_ms` besides; `by_hour` has both, per hour of day.

    `longest_wait_ms` is the most lit, unbooked time between two of its plays' starts, beginning at `waits_from_ms`.
    `worst_hour_ms` begins the local hour that fell furthest short of the entitlement, by `worst_short_ms`.
    """

    group: str
    entitled_ms: int = 0
    shared_ms: int = 0
    booked_ms: int = 0
    plays: int = 0
    longest_wait_ms: int = 0
    waits_from_ms: int = 0
    worst_hour_ms: int = 0
    worst_short_ms: int = 0
    by_hour: tuple[int, ...] = (0,) * HOURS_A_DAY
    lost_ms: Mapping[str, int] = field(default_factory=dict)

    @property
    def balance_ms(self) -> int:
        """What it was entitled to and did not get; negative when it got more."""
        return self.entitled_ms - self.shared_ms


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A window of a screen, all of it: `spent_ms` per kind sums to its length; every group that took part."""

    from_ms: int
    to_ms: int
    spent_ms: Mapping[Kind, int]
    groups: Mapping[str, GroupTime]

    @property
    def filler_share(self) -> float:
        """The part of the lit, unbooked time that was nobody's, 0 to 1."""
        whole = sum(self.spent_ms.get(kind, 0) for kind in _WAITING)
        return self.spent_ms.get("filler", 0) / whole if whole else 0.0


def planned(
    programme: Programme, zone: str, from_ms: int, to_ms: int, events: Iterable[Event] | None = None
) -> Reckoning:
    """What a programme holds for everybody in [from_ms, to_ms). `events` are its own there, for those who have them."""
    spans = [
        Span(event.start_ms, event.end_ms, _kind(event.kind, event.layer), event.group)
        for event in (programme.each_event(from_ms, to_ms) if events is None else events)
    ]
    return reckon(spans, zone, from_ms, to_ms, _entitled(programme, from_ms, to_ms))


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What `group` is owed over [start_ms, end_ms): `quota_ms`, evenly."""

    group: str
    start_ms: int
    end_ms: int
    quota_ms: int

    def within(self, from_ms: int, to_ms: int) -> int:
        """What falls into [from_ms, to_ms); neighbours sum exactly."""
        length_ms = self.end_ms - self.start_ms
        first, last = max(from_ms, self.start_ms) - self.start_ms, min(to_ms, self.end_ms) - self.start_ms
        return self.quota_ms * last // length_ms - self.quota_ms * first // length_ms if first < last else 0


def reckon(
    spans: Iterable[Span], zone: str, from_ms: int, to_ms: int, entitled: Iterable[Entitlement] = ()
) -> Reckoning:
    """The sums over spans in any order. Where two overlap the earlier one counts; where there is none it is untold."""
    edges, hours_of_day = _hours(zone, from_ms, to_ms)
    books: dict[str, _Book] = {}
    spent: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    waited_ms = 0
    for span in _disjoint(spans, from_ms, to_ms):
        length_ms = span.end_ms - span.start_ms
        spent[span.kind] += length_ms
        if span.group is not None:
            book = books.setdefault(span.group, _Book(from_ms))
            book.enter(span, waited_ms, edges)
        if span.kind in _WAITING:
            waited_ms += length_ms
    for owed in entitled:
        books.setdefault(owed.group, _Book(from_ms)).entitle(owed, edges)
    groups = {group: book.close(group, waited_ms, edges, hours_of_day) for group, book in sorted(books.items())}
    return Reckoning(from_ms, to_ms, spent, groups)


@lru_cache(maxsize=64)
def _hours(zone: str, from_ms: int, to_ms: int) -> tuple[list[int], list[int]]:
    """Where the hours of [from_ms, to_ms) begin and end, and which hour of the day begins at each."""
    edges = [from_ms, *hours_between(zone, from_ms, to_ms), to_ms]
    return edges, [wall(zone, edge).hour for edge in edges]


@dataclass(frozen=True, slots=True)
class AsRun:
    """One row of an as-run log: what was on for `duration_ms`, of whose, and how it went (see `records`)."""

    start_ms: int
    duration_ms: int
    layer: str
    group: str | None
    outcome: str
    cause: str


def aired(rows: Iterable[AsRun], zone: str, from_ms: int, to_ms: int) -> Reckoning:
    """What a screen really showed in [from_ms, to_ms), by its own record; nothing in it says who was entitled."""
    spans = [Span(row.start_ms, row.start_ms + row.duration_ms, *_aired(row)) for row in rows]
    return reckon(spans, zone, from_ms, to_ms)


def together(reckonings: Sequence[Reckoning]) -> Reckoning:
    """The sums of several screens over one window; a group's longest wait and worst hour are those of one screen."""
    spent: dict[Kind, int] = {kind: sum(one.spent_ms[kind] for one in reckonings) for kind in KINDS}
    names = sorted({group for one in reckonings for group in one.groups})
    groups = {group: _summed([one.groups[group] for one in reckonings if group in one.groups]) for group in names}
    from_ms = min((one.from_ms for one in reckonings), default=0)
    return Reckoning(from_ms, max((one.to_ms for one in reckonings), default=0), spent, groups)


def _summed(parts: Sequence[GroupTime]) -> GroupTime:
    waited = max(parts, key=lambda part: part.longest_wait_ms)
    worst = max(parts, key=lambda part: part.worst_short_ms)
    causes = sorted({cause for part in parts for cause in part.lost_ms})
    return GroupTime(
        group=parts[0].group, entitled_ms=sum(part.entitled_ms for part in parts),
        shared_ms=sum(part.shared_ms for part in parts), booked_ms=sum(part.booked_ms for part in parts),
        plays=sum(part.plays for part in parts), longest_wait_ms=waited.longest_wait_ms,
        waits_from_ms=waited.waits_from_ms, worst_hour_ms=worst.worst_hour_ms, worst_short_ms=worst.worst_short_ms,
        by_hour=tuple(map(sum, zip(*(part.by_hour for part in parts), strict=True))),
        lost_ms={cause: sum(part.lost_ms.get(cause, 0) for part in parts) for cause in causes},
    )  # fmt: skip


def _aired(row: AsRun) -> tuple[Kind, str | None, str]:
    if row.layer == "dark":
        return "dark", None, ""
    if row.outcome in {"missed", "substituted"}:
        return "lost", row.group, row.cause
    if row.layer == "filler" or row.group is None:
        return "filler", None, ""
    return ("booked" if row.layer == "booking" else "shared"), row.group, ""


class _Book:
    """One group's entries while they are being made, by hours: hour i begins at `edges[i]`.

    Most groups have something in few hours of a week, and a large town has thousands of such books on a page.
    """

    def __init__(self, from_ms: int) -> None:
        self._got: dict[int, int] = {}
        self._shared: dict[int, int] = {}
        self._entitled: dict[int, int] = {}
        self._booked_ms = self._plays = 0
        self._lost: dict[str, int] = {}
        self._seen_ms, self._seen_waited_ms = from_ms, 0
        self._longest = (0, from_ms)

    def enter(self, span: Span, waited_ms: int, edges: Sequence[int]) -> None:
        if span.kind == "lost":
            self._lost[span.cause] = self._lost.get(span.cause, 0) + span.end_ms - span.start_ms
            return
        self._wait(span.start_ms, waited_ms)
        self._plays += 1
        for hour, part_ms in _by_hour(span.start_ms, span.end_ms, edges):
            self._got[hour] = self._got.get(hour, 0) + part_ms
            if span.kind == "booked":
                self._booked_ms += part_ms
            else:
                self._shared[hour] = self._shared.get(hour, 0) + part_ms

    def entitle(self, owed: Entitlement, edges: Sequence[int]) -> None:
        start_ms, end_ms = max(owed.start_ms, edges[0]), min(owed.end_ms, edges[-1])
        for hour, _part in _by_hour(start_ms, end_ms, edges):
            self._entitled[hour] = self._entitled.get(hour, 0) + owed.within(edges[hour], edges[hour + 1])

    def close(self, group: str, waited_ms: int, edges: Sequence[int], hours_of_day: Sequence[int]) -> GroupTime:
        self._wait(edges[-1], waited_ms)
        by_hour = [0] * HOURS_A_DAY
        for hour, got_ms in self._got.items():
            by_hour[hours_of_day[hour]] += got_ms
        worst, short_ms = self._worst()
        return GroupTime(
            group=group, entitled_ms=sum(self._entitled.values()), shared_ms=sum(self._shared.values()),
            booked_ms=self._booked_ms, plays=self._plays, longest_wait_ms=self._longest[0],
            waits_from_ms=self._longest[1], worst_hour_ms=edges[worst], worst_short_ms=short_ms, by_hour=tuple(by_hour),
            lost_ms=dict(sorted(self._lost.items())),
        )  # fmt: skip

    def _worst(self) -> tuple[int, int]:
        """The first of the hours that fell furthest short, and by how much; the first that did not where none did."""
        short = {hour: owed_ms - self._shared.get(hour, 0) for hour, owed_ms in self._entitled.items()}
        most_ms = max(short.values(), default=0)
        if most_ms > 0:
            return min(hour for hour, short_ms in short.items() if short_ms == most_ms), most_ms
        off = {hour for hour in {*short, *self._shared} if self._entitled.get(hour, 0) != self._shared.get(hour, 0)}
        return next(hour for hour in count() if hour not in off), 0

    def _wait(self, at_ms: int, waited_ms: int) -> None:
        wait_ms = waited_ms - self._seen_waited_ms
        if wait_ms > self._longest[0]:
            self._longest = (wait_ms, self._seen_ms)
        self._seen_ms, self._seen_waited_ms = at_ms, waited_ms


def _kind(kind: str, layer: str) -> Kind:
    if kind == "item":
        return "booked" if layer == "booking" else "shared"
    if kind == "filler":
        return "filler"
    return "dark" if kind == "dark" else "off"


def _entitled(programme: Programme, from_ms: int, to_ms: int) -> list[Entitlement]:
    return [
        Entitlement(group, segment.start_ms, segment.end_ms, quota_ms)
        for segment in programme.plan.segments
        if isinstance(segment, Rotation) and segment.start_ms < to_ms and segment.end_ms > from_ms
        for group, quota_ms in quotas(segment, playable(segment), programme.plan.params).items()
    ]


def _disjoint(spans: Iterable[Span], from_ms: int, to_ms: int) -> Iterable[Span]:
    """The spans inside the window, one after another without a gap."""
    now_ms = from_ms
    for span in sorted(spans, key=lambda span: (span.start_ms, span.end_ms)):
        start_ms, end_ms = max(span.start_ms, now_ms), min(span.end_ms, to_ms)
        if start_ms >= end_ms:
            continue
        if now_ms < start_ms:
            yield Span(now_ms, start_ms, "untold")
        yield Span(start_ms, end_ms, span.kind, span.group, span.cause)
        now_ms = end_ms
    if now_ms < to_ms:
        yield Span(now_ms, to_ms, "untold")


def _by_hour(start_ms: int, end_ms: int, edges: Sequence[int]) -> Iterable[tuple[int, int]]:
    """The hours that [start_ms, end_ms) touches, by their index, and how much of each."""
    hour = bisect_right(edges, start_ms) - 1
    while start_ms < end_ms:
        until_ms = min(end_ms, edges[hour + 1])
        yield hour, until_ms - start_ms
        start_ms, hour = until_ms, hour + 1
