"""From the running plan to the next without disturbance: what is promised stays, and every account goes over.

A new plan keeps the old plan's own segments up to the first one that starts once the frozen horizon is over; inside
them both plans say the same. Where nobody is promised anything, or `freeze_ms` is 0, it begins with what the old one
shows now and changes at the first end of an event after the lead. Only three things are cut: the plain card, an item
that may no longer be shown, and, at short notice, whatever stands in the way of a new booking.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from content.programme.engine import Event, Programme
from content.programme.plan import Carry, Dark, Fixed, FixedItem, HouseItem, Rotation, Segment
from curator.programme.facts import Booked, Moment, ProgrammeFacts


@dataclass(frozen=True, slots=True)
class HandOver:
    """How a plan begins: what the old one shows during [effective_ms, until_ms), and the accounts at its first segment.

    `is_exact`: the segments are the old plan's own, so that their accounts must go over untouched.
    """

    effective_ms: int
    until_ms: int
    segments: tuple[Segment, ...]
    carries: Mapping[str, Carry]
    is_exact: bool = False


def hand_over(facts: ProgrammeFacts, old: Programme | None, moment: Moment) -> HandOver:
    """The beginning of the plan after `old`; without one, or after it has run out, the new plan starts at once."""
    now_ms = moment.now_ms
    if old is None:
        return HandOver(now_ms, now_ms, (), {})
    if old.at(now_ms).event.kind == "off":
        return HandOver(now_ms, now_ms, (), old.carry_at(now_ms))
    until_ms = frozen_until(old, moment)
    if until_ms is None:
        return _at_short_notice(facts, old, moment)
    return _kept(facts, old, moment, until_ms)


def with_house(
    start: HandOver, facts: ProgrammeFacts, old: Programme | None, moment: Moment, house: tuple[HouseItem, ...]
) -> HandOver:
    """The hand-over to a plan with this house: with another one than the old plan's, the promised is spelt out."""
    if old is None or not start.is_exact or house == old.plan.house:
        return start
    spelt = _spelt_out(facts, old, start.effective_ms, start.until_ms, moment)
    return HandOver(start.effective_ms, start.until_ms, spelt, old.carry_at(start.until_ms))


def frozen_until(old: Programme, moment: Moment) -> int | None:
    """When the promised time ends: the first segment start once `freeze_ms` is over, or the plan's end.

    None when nothing is promised: no freeze, nothing on, or only filler until then.
    """
    now_ms = moment.now_ms
    if moment.freeze_ms <= 0 or old.segment_index(now_ms) is None:
        return None
    earliest_ms = now_ms + max(moment.freeze_ms, moment.lead_ms)
    starts = (segment.start_ms for segment in old.plan.segments if segment.start_ms >= earliest_ms)
    until_ms = next(starts, old.span[1])
    return until_ms if any(event.group is not None for event in old.each_event(now_ms, until_ms)) else None


def within_reach(facts: ProgrammeFacts, carries: Mapping[str, Carry]) -> dict[str, Carry]:
    """The accounts, none further from zero than can be made good in a few plays."""
    longest = {group: max((item.duration_ms for item in facts.rotation_items(group)), default=0) for group in carries}
    of_anybody_ms = max(longest.values(), default=0)
    kept = {}
    for group, carry in carries.items():
        most_ms = 2 * longest[group] + 2 * of_anybody_ms
        balance_ms = max(-most_ms, min(most_ms, carry.balance_ms)) if longest[group] else carry.balance_ms
        kept[group] = replace(carry, balance_ms=balance_ms)
    return kept


def _kept(facts: ProgrammeFacts, old: Programme, moment: Moment, until_ms: int) -> HandOver:
    """The promised segments: the old plan's own where that comes to the same, otherwise each play spelt out."""
    segments = [segment for segment in old.plan.segments if segment.end_ms > moment.now_ms]
    segments = [segment for segment in segments if segment.start_ms < until_ms]
    effective_ms, after = segments[0].start_ms, old.carry_at(until_ms)
    stays = all(_stays_whole(facts, event, moment) for event in old.each_event(moment.now_ms, until_ms))
    if stays and within_reach(facts, after) == after:
        return HandOver(effective_ms, until_ms, tuple(segments), old.carry_at(effective_ms), is_exact=True)
    return HandOver(effective_ms, until_ms, _spelt_out(facts, old, effective_ms, until_ms, moment), after)


def _at_short_notice(facts: ProgrammeFacts, old: Programme, moment: Moment) -> HandOver:
    """What is on plays to its end, and then everything may be otherwise."""
    first = old.at(moment.now_ms).event
    effective_ms = moment.now_ms if first.item is None else first.start_ms
    until_ms = _change_at(facts, old, moment)
    segments = _spelt_out(facts, old, effective_ms, until_ms, moment)
    return HandOver(effective_ms, until_ms, segments, old.carry_at(until_ms))


def _spelt_out(
    facts: ProgrammeFacts, old: Programme, from_ms: int, until_ms: int, moment: Moment
) -> tuple[Segment, ...]:
    """[from_ms, until_ms) with its plays as fixed items, without what may no longer be shown; nothing else moves."""
    made: list[Segment] = []
    for segment in old.plan.segments:
        start_ms, end_ms = max(segment.start_ms, from_ms), min(segment.end_ms, until_ms)
        if end_ms <= start_ms:
            continue
        if isinstance(segment, Dark):
            made.append(Dark(start_ms, end_ms))
            continue
        events = old.each_event(start_ms, end_ms)
        plays = (_play(facts, event, start_ms, end_ms, moment) for event in events)
        kept = (_protected_as(segment, start_ms, play) for play in plays if play is not None)
        made.append(Fixed(start_ms, end_ms, tuple(kept), muted=segment.muted))
    return tuple(made)


def _protected_as(segment: Fixed | Rotation, from_ms: int, play: FixedItem) -> FixedItem:
    """The play, protected if it was booked so."""
    at_ms = from_ms + play.offset_ms - segment.start_ms
    booked = segment.items if isinstance(segment, Fixed) else ()
    was = any(one.protected and one.offset_ms <= at_ms < one.offset_ms + one.duration_ms for one in booked)
    return replace(play, protected=was)


def _stays_whole(facts: ProgrammeFacts, event: Event, moment: Moment) -> bool:
    if event.item is None:
        return True
    play = _play(facts, event, event.start_ms, event.end_ms, moment)
    return play is not None and play.duration_ms == event.end_ms - event.start_ms


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
    booked = [slot.start_ms for slot in facts.bookings if slot.start_ms > now_ms and _is_shown(facts, slot)]
    return max(min([until_ms, *booked]), now_ms + 1)


def _is_shown(facts: ProgrammeFacts, slot: Booked) -> bool:
    """Whether a booking stands and anything in it may be shown in its time."""
    wanted = (facts.items.get(item) for item in slot.playing)
    return slot.stands and any(
        item is not None and item.from_ms < slot.end_ms and slot.start_ms < item.until_ms for item in wanted
    )


def _may_show(facts: ProgrammeFacts, event: Event, now_ms: int) -> bool:
    """Whether what is left of the event may be shown; what was on before `now_ms` stood in another manifest."""
    item = facts.items.get(event.item or "")
    return item is not None and item.may_play(max(event.start_ms, now_ms), max(event.end_ms, now_ms))


def _play(facts: ProgrammeFacts, event: Event, from_ms: int, until_ms: int, moment: Moment) -> FixedItem | None:
    """The event as a fixed item of a segment from `from_ms`; None for the card and for what may no longer be shown."""
    if event.item is None or not _may_show(facts, event, moment.now_ms):
        return None
    # A newer version may be shorter than the one that was laid out.
    left_ms = facts.items[event.item].duration_ms - event.media_offset_ms
    duration_ms = min(event.end_ms - event.start_ms, until_ms - event.start_ms, left_ms)
    if duration_ms <= 0:
        return None
    return FixedItem(event.start_ms - from_ms, duration_ms, event.item, event.group, event.media_offset_ms)
