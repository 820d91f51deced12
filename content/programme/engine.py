"""What is on screen at a given instant. Pure: no clock, no files, no randomness.

A plan is a fold: each segment turns the accounts it receives into plays and the accounts it hands on. So an instant is
answered by evaluating one segment, from accounts that are remembered once known. What is remembered changes the cost
of an answer and never the answer.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Literal

from content.programme.house import divide
from content.programme.ledger import Account
from content.programme.plan import Carry, Dark, Fixed, Plan, Rotation
from content.programme.rotation import Carries, Gapped, accounts, rotate
from content.reading import SAFE_INTEGER

Kind = Literal["item", "filler", "dark", "off"]
Layer = Literal["booking", "rotation", "filler", "dark", "off"]

SEGMENTS_REMEMBERED = 64
"""How many segments' events a programme keeps at hand."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing on screen during [start_ms, end_ms). Filler without an item is the card that the screen draws itself.

    `media_offset_ms` is where in its medium the item is at `start_ms`; `muted` asks for no sound.
    """

    start_ms: int
    end_ms: int
    kind: Kind
    item: str | None
    group: str | None
    media_offset_ms: int
    layer: Layer
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """What is on at an instant, `offset_ms` after its start."""

    event: Event
    offset_ms: int

    @property
    def media_ms(self) -> int:
        """The position in the medium."""
        return self.event.media_offset_ms + self.offset_ms


class Programme:
    """A plan one can ask. `span` is the plan's first instant and the first one after it, in ms."""

    def __init__(self, plan: Plan) -> None:
        """`plan` comes from `read_plan`."""
        self.plan = plan
        self.span = (plan.segments[0].start_ms, plan.segments[-1].end_ms)
        self._gapped = _gapped(plan)
        self._carries: dict[int, Carries] = {0: plan.groups}
        self._remembered = lru_cache(maxsize=SEGMENTS_REMEMBERED)(self._evaluate)

    def at(self, instant_ms: int) -> Showing:
        """What is on at that instant. Outside the span the screen is off."""
        index = self.segment_index(instant_ms)
        if index is None:
            event = self._off(instant_ms)
        else:
            events = self._remembered(index)
            event = events[bisect_right(events, instant_ms, key=_start_ms) - 1]
        return Showing(event, instant_ms - event.start_ms)

    def events(self, from_ms: int, to_ms: int) -> list[Event]:
        """All events that overlap [from_ms, to_ms), whole and in order, without a gap. The off events never end."""
        return list(self.each_event(from_ms, to_ms))

    def each_event(self, from_ms: int, to_ms: int) -> Iterator[Event]:
        """`events`, one after another, for those who may not need them all."""
        start_ms, end_ms = self.span
        if from_ms < min(to_ms, start_ms):
            yield self._off(from_ms)
        first = self.segment_index(max(from_ms, start_ms))
        for index in range(len(self.plan.segments) if first is None else first, len(self.plan.segments)):
            if self.plan.segments[index].start_ms >= to_ms:
                return
            for event in self._remembered(index):
                if from_ms < event.end_ms and event.start_ms < to_ms:
                    yield event
        if to_ms > max(from_ms, end_ms):
            yield self._off(end_ms)

    def carry_at(self, instant_ms: int) -> dict[str, Carry]:
        """Every group's account at an event's start, as a plan whose first segment starts there would carry it in.

        Balances are rounded down. A play that has started before the instant counts as played.
        """
        index = self.segment_index(instant_ms)
        if index is None:
            return dict(self._carry(0 if instant_ms < self.span[0] else len(self.plan.segments)))
        return dict(self._run(index, instant_ms)[1])

    def accounts_at(self, instant_ms: int) -> dict[str, Account]:
        """The accounts of the groups that take part in the rotation at that instant, with what is on then charged."""
        index = self.segment_index(instant_ms)
        segment = None if index is None else self.plan.segments[index]
        if index is None or not isinstance(segment, Rotation):
            return {}
        taking_part = accounts(segment, self._carry(index), self.plan.params, self._gapped)
        deque(rotate(segment, taking_part, self.plan.params, instant_ms + 1), maxlen=0)
        return {account.group: account for account in taking_part}

    def segment_index(self, instant_ms: int) -> int | None:
        """Which of the plan's segments the instant is in; None outside the span."""
        if not self.span[0] <= instant_ms < self.span[1]:
            return None
        return bisect_right(self.plan.segments, instant_ms, key=_start_ms) - 1

    def segment_events(self, index: int) -> tuple[Event, ...]:
        """The events that partition a segment."""
        return self._remembered(index)

    def _off(self, instant_ms: int) -> Event:
        before = instant_ms < self.span[0]
        bounds = (-SAFE_INTEGER, self.span[0]) if before else (self.span[1], SAFE_INTEGER)
        return Event(*bounds, "off", None, None, 0, "off")

    def _carry(self, index: int) -> Carries:
        """The accounts with which segment `index` begins, by way of the last ones known before it."""
        known = index
        while known not in self._carries:
            known -= 1
        for before in range(known, index):
            self._evaluate(before)
        return self._carries[index]

    def _evaluate(self, index: int) -> tuple[Event, ...]:
        segment = self.plan.segments[index]
        if isinstance(segment, Dark):
            self._carries[index + 1] = self._carry(index)
            return (Event(segment.start_ms, segment.end_ms, "dark", None, None, 0, "dark"),)
        plays, self._carries[index + 1] = self._run(index, segment.end_ms)
        return tuple(self._filled(segment, plays))

    def _run(self, index: int, until_ms: int) -> tuple[list[Event], Carries]:
        """The plays of a segment that start before `until_ms`, and the accounts at that instant."""
        segment, carries = self.plan.segments[index], self._carry(index)
        if isinstance(segment, Fixed):
            booked = [event for event in _bookings(segment) if event.start_ms < until_ms]
            return booked, _noted(booked, carries, self._gapped)
        if isinstance(segment, Dark):
            return [], carries
        taking_part = accounts(segment, carries, self.plan.params, self._gapped)
        plays = [
            Event(play.start_ms, play.end_ms, "item", play.item, play.group, 0, "rotation", segment.muted)
            for play in rotate(segment, taking_part, self.plan.params, until_ms)
        ]
        return plays, {**carries, **{account.group: account.carry_at(until_ms) for account in taking_part}}

    def _filled(self, segment: Fixed | Rotation, plays: Iterable[Event]) -> Iterator[Event]:
        now_ms = segment.start_ms
        for play in plays:
            yield from self._filler(now_ms, play.start_ms, segment.muted)
            yield play
            now_ms = play.end_ms
        yield from self._filler(now_ms, segment.end_ms, segment.muted)

    def _filler(self, start_ms: int, end_ms: int, muted: bool) -> Iterator[Event]:
        if start_ms < end_ms:
            for from_ms, to_ms, item in divide(start_ms, end_ms, self.plan.house, self.plan.params):
                yield Event(from_ms, to_ms, "filler", item, None, 0, "filler", muted)


_start_ms = attrgetter("start_ms")


def _gapped(plan: Plan) -> Gapped:
    """For each group the items whose starts are remembered: with a gap anywhere in the plan, or with one before it."""
    gapped = {group: set(carry.last_starts_ms) for group, carry in plan.groups.items()}
    # A group's list is usually one object for the whole plan, and looking into it once is enough.
    listings = {
        (group, id(listing)): listing
        for segment in plan.segments
        if isinstance(segment, Rotation)
        for group, listing in segment.groups.items()
    }
    for (group, _), listing in listings.items():
        gapped[group].update(listed.item for listed in listing.items if listed.gap_ms)
    return {group: frozenset(items) for group, items in gapped.items()}


def _bookings(segment: Fixed) -> list[Event]:
    return [
        Event(
            segment.start_ms + booked.offset_ms,
            segment.start_ms + booked.offset_ms + booked.duration_ms,
            "item",
            booked.item,
            booked.group,
            booked.media_offset_ms,
            "booking",
            segment.muted,
        )
        for booked in segment.items
    ]


def _noted(booked: list[Event], carries: Carries, gapped: Gapped) -> Carries:
    """The accounts after bookings: nothing is charged, but an item with a gap is remembered as shown."""
    after = dict(carries)
    for event in booked:
        if event.group is not None and event.item is not None and event.item in gapped[event.group]:
            carry = after[event.group]
            starts = {**carry.last_starts_ms, event.item: event.start_ms - event.media_offset_ms}
            after[event.group] = replace(carry, last_starts_ms=starts)
    return after
