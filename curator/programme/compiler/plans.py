"""The compiler: from the facts about a screen to a plan. Pure: no clock, no database, the same plan every time.

Bookings become fixed segments, quiet hours dark ones, the time between them rotation segments that end at the zone's
full hours. What may not be shown is in no list and in no booking, so that it cannot be shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from content.programme.engine import Programme
from content.programme.plan import Carry, Dark, Fixed, FixedItem, HouseItem, Plan, Rotation, Segment
from curator.programme.compiler.lists import Lists
from curator.programme.compiler.memory import remembered
from curator.programme.compiler.slots import Play, Run, premieres, runs
from curator.programme.facts import Moment, Note, ProgrammeFacts
from curator.programme.hand_over import hand_over, with_house, within_reach
from curator.programme.hours import next_hour
from curator.programme.permits import conditioned, forbidding
from curator.programme.stretches import Stretches, pieces

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
    facts, notes = conditioned(facts)
    start = hand_over(facts, old, moment)
    end_ms = next_hour(facts.zone, start.until_ms + moment.length_ms - 1)
    house = _house(facts, moment.now_ms, end_ms, notes)
    start = with_house(start, facts, old, moment, house)
    segments = [*start.segments, *_Layout(facts, start.until_ms, end_ms, notes).segments()]
    carries = {**{group: Carry() for group in _groups(facts)}, **start.carries}
    if not start.is_exact:
        reached = within_reach(facts, carries)
        notes += [Note("forfeit", {"group": group}) for group, carry in carries.items() if reached[group] != carry]
        carries = reached
    carries = remembered(facts, carries, segments)
    plan = Plan(tuple(segments), dict(sorted(carries.items())), house=house)
    return Compiled(plan, start.effective_ms, start.until_ms, end_ms, tuple(_told(notes)))


def _groups(facts: ProgrammeFacts) -> set[str]:
    named = (name for _daypart, weights in facts.weights.in_dayparts for name in weights)
    return {*facts.weights.usual, *named, *(item.group for item in facts.items.values())}


class _Layout:
    """Lays out one screen's time [from_ms, to_ms)."""

    def __init__(self, facts: ProgrammeFacts, from_ms: int, to_ms: int, notes: list[Note]) -> None:
        self._facts, self._from_ms, self._to_ms, self._notes = facts, from_ms, to_ms, notes
        self._lists = Lists(facts, premieres(facts), notes)
        # A booking that is on or that outlasts the plan is laid out whole, so that its plays are where they were.
        touching = [slot for slot in facts.bookings if slot.start_ms < to_ms and slot.end_ms > from_ms]
        first_ms = min([from_ms, *(slot.start_ms for slot in touching)])
        last_ms = max([to_ms, *(slot.end_ms for slot in touching)])
        self._stretches = Stretches(facts, first_ms, last_ms, self._lists.bounds())

    def segments(self) -> list[Segment]:
        """The segments that partition the time."""
        laid: list[Segment] = []
        free_ms = self._from_ms
        for run in runs(self._facts, self._stretches, self._from_ms, self._to_ms, self._notes):
            start_ms = max(run.start_ms, self._from_ms)
            laid += self._shared(free_ms, start_ms)
            free_ms = min(run.end_ms, self._to_ms)
            laid += self._booked(run, start_ms, free_ms)
        return [*laid, *self._shared(free_ms, self._to_ms)]

    def _shared(self, from_ms: int, to_ms: int) -> Iterator[Segment]:
        for key, alike in groupby(
            self._stretches.between(from_ms, to_ms), key=lambda one: None if one.is_dark else one.key
        ):
            whole = list(alike)
            first_ms, last_ms = whole[0].start_ms, whole[-1].end_ms
            if key is None:
                yield Dark(first_ms, last_ms)
                continue
            for start_ms, end_ms in pieces(self._facts.zone, first_ms, last_ms):
                yield Rotation(start_ms, end_ms, self._lists.listings(whole[0], end_ms - start_ms), whole[0].is_muted)

    def _booked(self, run: Run, from_ms: int, to_ms: int) -> Iterator[Segment]:
        """The run inside [from_ms, to_ms), cut where the sound goes off or on; where it is dark it has no plays."""
        for (is_dark, is_muted), alike in groupby(
            self._stretches.between(from_ms, to_ms), key=lambda one: (one.is_dark, one.is_muted)
        ):
            whole = list(alike)
            start_ms, end_ms = whole[0].start_ms, whole[-1].end_ms
            if is_dark:
                yield Dark(start_ms, end_ms)
            else:
                yield from _fixed(run, start_ms, end_ms, is_muted)


def _fixed(run: Run, from_ms: int, to_ms: int, muted: bool) -> Iterator[Fixed]:
    plays = [play for play in run.plays if play.start_ms < to_ms and play.end_ms > from_ms]
    begin_ms = from_ms
    for index in range(0, max(len(plays), 1), MOST_PLAYS_IN_A_PIECE):
        some = plays[index : index + MOST_PLAYS_IN_A_PIECE]
        is_last = index + MOST_PLAYS_IN_A_PIECE >= len(plays)
        end_ms = to_ms if is_last else some[-1].end_ms
        yield Fixed(begin_ms, end_ms, tuple(_fixed_item(run, play, begin_ms, end_ms) for play in some), muted)
        begin_ms = end_ms


def _fixed_item(run: Run, play: Play, begin_ms: int, end_ms: int) -> FixedItem:
    """One play, without what lies before its segment or after it."""
    shown_ms = max(play.start_ms, begin_ms)
    return FixedItem(
        offset_ms=shown_ms - begin_ms, duration_ms=min(play.end_ms, end_ms) - shown_ms, item=play.item.id,
        group=play.item.group, media_offset_ms=shown_ms - play.start_ms, protected=run.is_protected,
    )  # fmt: skip


def _house(facts: ProgrammeFacts, now_ms: int, to_ms: int, notes: list[Note]) -> tuple[HouseItem, ...]:
    """The house's items. They belong to the whole plan, so only what may be shown in all its lit time from now on."""
    lit = {one.rules for one in Stretches(facts, now_ms, to_ms).between(now_ms, to_ms) if not one.is_dark}
    kept = []
    for item in sorted(facts.items.values(), key=lambda item: item.id):
        if item.group not in facts.house_groups or not item.is_in_rotation or not item.may_play(now_ms, to_ms):
            continue
        refused = [rule for rules in lit if (rule := forbidding(rules, item)) is not None]
        if refused:
            first = min(refused, key=lambda rule: rule.id)
            notes.append(Note("house_forbidden", {"title": item.title, "rule": first.name}))
        else:
            kept.append(HouseItem(item.id, item.duration_ms))
    return tuple(kept)


def _told(notes: list[Note]) -> Iterator[Note]:
    """The notes, each once, in the order of their words."""
    seen = {(note.code, tuple(sorted(note.values.items()))): note for note in notes}
    for key in sorted(seen):
        yield seen[key]
