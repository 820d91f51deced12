"""From the running plan to the next without disturbance: what is on plays to its end, and every account goes over.

A new plan begins with what the old one shows now, and changes at the first end of an event after the lead. Only three
things are cut: the plain card, an item that may no longer be shown, and whatever stands in the way of a new booking.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from content.programme.engine import Event, Programme
from content.programme.plan import Carry, Fixed, FixedItem
from curator.programme.facts import Moment, ProgrammeFacts


@dataclass(frozen=True, slots=True)
class HandOver:
    """How a plan begins: what the old one shows during [effective_ms, until_ms), and the accounts at `until_ms`."""

    effective_ms: int
    until_ms: int
    segment: Fixed | None
    carries: Mapping[str, Carry]


def hand_over(facts: ProgrammeFacts, old: Programme | None, moment: Moment) -> HandOver:
    """The beginning of the plan after `old`; without one, or after it has run out, the new plan starts at once."""
    now_ms = moment.now_ms
    if old is None:
        return HandOver(now_ms, now_ms, None, {})
    first = old.at(now_ms).event
    if first.kind == "off":
        return HandOver(now_ms, now_ms, None, old.carry_at(now_ms))
    effective_ms = now_ms if first.item is None else first.start_ms
    until_ms = _change_at(facts, old, moment)
    events = old.events(effective_ms, until_ms)
    kept = (_kept(facts, event, effective_ms, until_ms, now_ms) for event in events)
    segment = Fixed(effective_ms, until_ms, tuple(item for item in kept if item is not None))
    return HandOver(effective_ms, until_ms, segment, old.carry_at(until_ms))


def _change_at(facts: ProgrammeFacts, old: Programme, moment: Moment) -> int:
    """When the new plan's own segments begin: after `now_ms`."""
    now_ms, earliest_ms = moment.now_ms, moment.now_ms + moment.lead_ms
    showing = old.at(earliest_ms)
    event = showing.event
    until_ms = earliest_ms
    if event.kind == "off":
        until_ms = event.start_ms
    elif showing.offset_ms and event.item is not None and _may_show(facts, event, now_ms):
        until_ms = event.end_ms
    booked = [slot.start_ms for slot in facts.bookings if slot.item in facts.items and slot.start_ms > now_ms]
    return max(min([until_ms, *booked]), now_ms + 1)


def _may_show(facts: ProgrammeFacts, event: Event, now_ms: int) -> bool:
    """Whether what is left of the event may be shown; what was on before `now_ms` stood in another manifest."""
    item = facts.items.get(event.item or "")
    return item is not None and item.may_play(max(event.start_ms, now_ms), event.end_ms)


def _kept(facts: ProgrammeFacts, event: Event, effective_ms: int, until_ms: int, now_ms: int) -> FixedItem | None:
    """The event as a fixed item; None for the card and for what may no longer be shown."""
    if event.item is None or not _may_show(facts, event, now_ms):
        return None
    # A newer version may be shorter than the one that was laid out.
    left_ms = facts.items[event.item].duration_ms - event.media_offset_ms
    duration_ms = min(event.end_ms - event.start_ms, until_ms - event.start_ms, left_ms)
    if duration_ms <= 0:
        return None
    offset_ms = event.start_ms - effective_ms
    return FixedItem(offset_ms, duration_ms, event.item, event.group, event.media_offset_ms)
