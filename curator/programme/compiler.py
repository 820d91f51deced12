"""The compiler: from the facts about a screen to a plan. Pure: no clock, no database, the same plan every time.

Bookings become fixed segments, the time between them rotation segments that end at the zone's full hours. What is not
eligible is in no list, so that it cannot be shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from content.programme.engine import Programme
from content.programme.plan import Carry, Fixed, FixedItem, HouseItem, ListedItem, Listing, Plan, Rotation, Segment
from curator.programme.facts import Booked, EligibleItem, Moment, Note, ProgrammeFacts
from curator.programme.hand_over import hand_over
from curator.programme.hours import hours_between, next_hour

SHORTEST_PIECE_MS = 15 * 60_000
"""A shorter stretch of rotation joins its neighbour rather than standing alone."""
MOST_PLAYS_IN_A_PIECE = 1_000
"""A booking of more plays is laid out as several segments."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A plan, the instants between which it holds, when its own choices begin, and what a programmer should know."""

    plan: Plan
    effective_ms: int
    change_ms: int
    end_ms: int
    notes: tuple[Note, ...]


def compile_plan(facts: ProgrammeFacts, moment: Moment, old: Programme | None = None) -> Compiled:
    """The plan that follows `old` (None: the screen's first), laid out to a full local hour after `length_ms`."""
    start = hand_over(facts, old, moment)
    end_ms = next_hour(facts.zone, start.until_ms + moment.length_ms - 1)
    layout = _Layout(facts)
    own = layout.segments(start.until_ms, end_ms)
    segments = own if start.segment is None else [start.segment, *own]
    accounts = {group: Carry() for group in sorted({*facts.weights, *(item.group for item in facts.items.values())})}
    carries = _forfeited({**accounts, **start.carries}, facts, layout.notes)
    plan = Plan(tuple(segments), dict(sorted(carries.items())), house=_house(facts, moment.now_ms, end_ms))
    return Compiled(plan, start.effective_ms, start.until_ms, end_ms, tuple(layout.told()))


def pieces(zone: str, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """[from_ms, to_ms) cut at full local hours; a first or last piece too short joins its neighbour."""
    cuts = [from_ms, *hours_between(zone, from_ms, to_ms), to_ms]
    if len(cuts) > 2 and cuts[1] - cuts[0] < SHORTEST_PIECE_MS:
        del cuts[1]
    if len(cuts) > 2 and cuts[-1] - cuts[-2] < SHORTEST_PIECE_MS:
        del cuts[-2]
    return list(pairwise(cuts))


class _Layout:
    """Lays out one screen's time; keeps the notes and the lists, which repeat from hour to hour."""

    def __init__(self, facts: ProgrammeFacts) -> None:
        self._facts = facts
        self._lists = {group: facts.rotation_items(group) for group in _sharing(facts)}
        self.notes: list[Note] = []

    def told(self) -> Iterator[Note]:
        """The notes, each in a form that can be compared."""
        seen = set()
        for note in self.notes:
            key = (note.code, tuple(sorted(note.values.items())))
            if key not in seen:
                seen.add(key)
                yield note

    def segments(self, from_ms: int, to_ms: int) -> list[Segment]:
        """The segments that partition [from_ms, to_ms)."""
        laid: list[Segment] = []
        free_ms = from_ms
        for slot, item in self._kept_bookings(from_ms, to_ms):
            start_ms = max(slot.start_ms, from_ms)
            laid += self._rotation(free_ms, start_ms)
            free_ms = min(slot.end_ms, to_ms)
            laid += _fixed(slot, item, start_ms, free_ms)
        return [*laid, *self._rotation(free_ms, to_ms)]

    def _kept_bookings(self, from_ms: int, to_ms: int) -> Iterator[tuple[Booked, EligibleItem]]:
        free_ms = from_ms
        for slot in sorted(self._facts.bookings, key=lambda slot: (slot.start_ms, slot.id)):
            if slot.end_ms <= from_ms or slot.start_ms >= to_ms:
                continue
            item = self._facts.items.get(slot.item)
            if item is None:
                self.notes.append(Note("booking_lost", {"item": slot.item}))
            elif max(slot.start_ms, from_ms) < free_ms:
                self.notes.append(Note("booking_overlaps", {"title": item.title}))
            else:
                free_ms = slot.end_ms
                yield slot, item

    def _rotation(self, from_ms: int, to_ms: int) -> Iterator[Rotation]:
        if from_ms < to_ms:
            for start_ms, end_ms in pieces(self._facts.zone, from_ms, to_ms):
                yield Rotation(start_ms, end_ms, dict(self._listings(start_ms, end_ms)))

    def _listings(self, start_ms: int, end_ms: int) -> Iterator[tuple[str, Listing]]:
        for group, items in self._lists.items():
            allowed = [item for item in items if item.may_play(start_ms, end_ms)]
            fitting = tuple(
                ListedItem(item.id, item.duration_ms, item.order)
                for item in allowed
                if item.duration_ms <= end_ms - start_ms
            )
            if len(fitting) < len(allowed):
                long = (item for item in allowed if item.duration_ms > end_ms - start_ms)
                self.notes += [Note("too_long", {"title": item.title}) for item in long]
            if fitting:
                yield group, Listing(self._facts.weights[group], fitting)


def _sharing(facts: ProgrammeFacts) -> list[str]:
    return sorted(group for group, weight in facts.weights.items() if weight > 0 and group not in facts.house_groups)


def _fixed(slot: Booked, item: EligibleItem, from_ms: int, to_ms: int) -> Iterator[Fixed]:
    """The slot's part in [from_ms, to_ms): the item whole, again and again from the slot's start."""
    length_ms = item.duration_ms
    first_ms = slot.start_ms + (from_ms - slot.start_ms) // length_ms * length_ms
    starts = [
        start_ms
        for start_ms in range(first_ms, min(to_ms, slot.end_ms - length_ms + 1), length_ms)
        if item.may_play(start_ms, start_ms + length_ms)
    ]
    begin_ms = from_ms
    for index in range(0, max(len(starts), 1), MOST_PLAYS_IN_A_PIECE):
        some = starts[index : index + MOST_PLAYS_IN_A_PIECE]
        is_last = index + MOST_PLAYS_IN_A_PIECE >= len(starts)
        end_ms = to_ms if is_last else starts[index + MOST_PLAYS_IN_A_PIECE]
        yield Fixed(begin_ms, end_ms, tuple(_play(item, start_ms, begin_ms, end_ms) for start_ms in some))
        begin_ms = end_ms


def _play(item: EligibleItem, start_ms: int, begin_ms: int, end_ms: int) -> FixedItem:
    """One play, without what lies before its segment or after it."""
    shown_ms = max(start_ms, begin_ms)
    duration_ms = min(start_ms + item.duration_ms, end_ms) - shown_ms
    return FixedItem(shown_ms - begin_ms, duration_ms, item.id, item.group, shown_ms - start_ms)


def _house(facts: ProgrammeFacts, now_ms: int, to_ms: int) -> tuple[HouseItem, ...]:
    """The house's items. They belong to the whole plan, so only what may be shown from now to its end."""
    items = (item for group in sorted(facts.house_groups) for item in facts.rotation_items(group))
    allowed = [item for item in items if item.may_play(now_ms, to_ms)]
    return tuple(HouseItem(item.id, item.duration_ms) for item in sorted(allowed, key=lambda item: item.id))


def _forfeited(carries: Mapping[str, Carry], facts: ProgrammeFacts, notes: list[Note]) -> dict[str, Carry]:
    """The accounts, none further from zero than can be made good in a few plays."""
    longest = {group: max((item.duration_ms for item in facts.rotation_items(group)), default=0) for group in carries}
    of_anybody_ms = max(longest.values(), default=0)
    kept = {}
    for group, carry in carries.items():
        most_ms = 2 * longest[group] + 2 * of_anybody_ms
        balance_ms = max(-most_ms, min(most_ms, carry.balance_ms)) if longest[group] else carry.balance_ms
        if balance_ms != carry.balance_ms:
            notes.append(Note("forfeit", {"group": group}))
        kept[group] = replace(carry, balance_ms=balance_ms)
    return kept
