"""Bookings: which of them stand, and which plays each has, to the millisecond. Pure.

A booking plays only what may be shown at that instant. Time in which none of its items may be shown is not the
booking's: it goes to the groups.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from curator.programme.facts import Booked, EligibleItem, Note, ProgrammeFacts
from curator.programme.stretches import Stretches

RANKS = {"protected": 0, "confirmed": 1}
"""Which of two bookings of one time stands: the one of lower rank, then the earlier, then the first by id."""


@dataclass(frozen=True, slots=True)
class Play:
    """[start_ms, end_ms) of an item from its beginning; a booking shorter than its item cuts it at the end."""

    start_ms: int
    end_ms: int
    item: EligibleItem


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a slot that stays booked: its plays, and time after the last one that is the house's."""

    start_ms: int
    end_ms: int
    plays: tuple[Play, ...]
    is_protected: bool


@dataclass(slots=True)
class _Open:
    """A run while it is laid out."""

    start_ms: int
    plays: list[Play] = field(default_factory=list)

    def close(self, slot: Booked, end_ms: int) -> Iterator[Run]:
        if self.plays:
            yield Run(self.start_ms, end_ms, tuple(self.plays), slot.state == "protected")


def runs(facts: ProgrammeFacts, stretches: Stretches, from_ms: int, to_ms: int, notes: list[Note]) -> list[Run]:
    """What stays booked of [from_ms, to_ms), in order and disjoint; runs may begin before it or end after it.

    Provisional bookings hold no time. What was dropped, and why, is added to `notes`.
    """
    stand: list[tuple[int, int, list[Run]]] = []
    for slot in sorted(
        (slot for slot in facts.bookings if slot.state in RANKS and slot.start_ms < to_ms and slot.end_ms > from_ms),
        key=lambda slot: (RANKS[slot.state], slot.start_ms, slot.id, slot.number, slot.end_ms),
    ):
        place = bisect_right(stand, slot.start_ms, key=lambda one: one[0])
        laid = _runs(facts, stretches, slot, notes)
        if not laid:
            continue
        before, after = stand[place - 1 : place] if place else [], stand[place : place + 1]
        if any(one[1] > slot.start_ms for one in before) or any(one[0] < slot.end_ms for one in after):
            notes.append(Note("booking_overlaps", {"title": called(slot, facts)}))
        else:
            stand.insert(place, (slot.start_ms, slot.end_ms, laid))
    return [run for _start, _end, laid in stand for run in laid if run.start_ms < to_ms and run.end_ms > from_ms]


def shows_anything(facts: ProgrammeFacts, stretches: Stretches, slot: Booked) -> bool:
    """Whether anything of a booking would be shown if it stood alone."""
    return bool(_runs(facts, stretches, slot, []))


def called(slot: Booked, facts: ProgrammeFacts) -> str:
    """What a booking is called: by its title, else its first item's, else that item's id."""
    first = slot.items[0]
    return slot.title or (facts.items[first].title if first in facts.items else first)


def premieres(facts: ProgrammeFacts) -> dict[str, int]:
    """Until when premieres keep items out of the rotation, by item.

    Until the end of the first occurrence that plays it, whether or not that could be shown. Where that occurrence is
    not among the facts but a later one of a series is still to reach the item, it waits beyond every plan.
    """
    held: dict[str, int] = {}
    for slot in facts.bookings:
        if keeps_back(slot):
            for item, until_ms in _held_by(facts, slot).items():
                held[item] = max(held.get(item, 0), until_ms)
    return held


def keeps_back(slot: Booked) -> bool:
    """Whether an item waits for this occurrence: the first that plays it, of a premiere that stands."""
    first_plays = 1 if slot.plays == "each" else len(slot.items)
    return slot.is_premiere and slot.state in RANKS and slot.number < first_plays


def _held_by(facts: ProgrammeFacts, slot: Booked) -> dict[str, int]:
    if slot.plays == "each":
        return dict.fromkeys(slot.items, slot.end_ms)
    ends = {one.number: one.end_ms for one in facts.bookings if one.id == slot.id}
    beyond_ms = 2**62
    waiting = range(slot.number, len(slot.items))
    return {slot.items[number]: ends.get(number, beyond_ms) for number in reversed(waiting)}


def _runs(facts: ProgrammeFacts, stretches: Stretches, slot: Booked, notes: list[Note]) -> list[Run]:
    wanted = slot.playing
    notes += [Note("booking_lost", {"item": item}) for item in wanted if item not in facts.items]
    cycle = [facts.items[item] for item in wanted if item in facts.items]
    return list(_laid(facts, stretches, slot, cycle, notes)) if cycle else []


def _laid(
    facts: ProgrammeFacts, stretches: Stretches, slot: Booked, cycle: list[EligibleItem], notes: list[Note]
) -> Iterator[Run]:
    at_ms, turn = slot.start_ms, 0
    run = _Open(at_ms)
    while at_ms < slot.end_ms:
        found = _next_permitted(stretches, cycle, turn, at_ms, slot.end_ms)
        if found is None:
            yield from run.close(slot, at_ms)
            notes.append(_refusal(facts, stretches, slot, cycle[turn], at_ms))
            at_ms = _next_change(stretches, cycle, at_ms)
            run = _Open(at_ms)
            continue
        item, turn = cycle[found], (found + 1) % len(cycle)
        end_ms = min(at_ms + item.duration_ms, slot.end_ms)
        if end_ms - at_ms < item.duration_ms:
            if run.plays or run.start_ms > slot.start_ms:
                break
            notes.append(Note("booking_cut", {"title": called(slot, facts)}))
        run.plays.append(Play(at_ms, end_ms, item))
        at_ms = end_ms
    yield from run.close(slot, slot.end_ms)


def _next_permitted(
    stretches: Stretches, cycle: list[EligibleItem], turn: int, at_ms: int, slot_end_ms: int
) -> int | None:
    """The first item of the cycle, from `turn` on, that may be on from `at_ms` to its end."""
    for step in range(len(cycle)):
        place = (turn + step) % len(cycle)
        item = cycle[place]
        end_ms = min(at_ms + item.duration_ms, slot_end_ms)
        if item.may_play(at_ms, end_ms) and stretches.forbidding(item, at_ms, end_ms) is None:
            return place
    return None


def _next_change(stretches: Stretches, cycle: list[EligibleItem], at_ms: int) -> int:
    """The next instant at which another of the items may be permitted."""
    approved = (item.from_ms for item in cycle if item.from_ms > at_ms)
    return min([stretches.at(at_ms).end_ms, *approved])


def _refusal(facts: ProgrammeFacts, stretches: Stretches, slot: Booked, item: EligibleItem, at_ms: int) -> Note:
    found = stretches.forbidding(item, at_ms, min(at_ms + item.duration_ms, slot.end_ms))
    values = {"title": item.title, "booking": called(slot, facts)}
    return (
        Note("booking_outside", values)
        if found is None
        else Note("booking_forbidden", {**values, "rule": found[0].name})
    )
