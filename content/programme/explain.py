"""Why an item is on, or is not: exactly one reason, with its numbers, and when it is on next.

Engine reasons only. Whether an item was approved, is meant for this screen or is allowed at this hour shows in whether
it is listed at all; the curator, which made the lists, answers that part.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from content.language import translations
from content.programme.engine import Event, Programme
from content.programme.ledger import Account
from content.programme.plan import Dark, Fixed, ListedItem, Rotation, Segment
from content.programme.wording import seconds, stamp

REASONS = (
    "unknown_item", "playing", "outside_plan", "dark", "booked", "house", "not_listed", "too_long", "no_weight",
    "no_share", "repetition", "not_due", "does_not_fit", "queued", "another_first",
)  # fmt: skip
"""In the order in which they are tried: the first that holds is the reason."""

_Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`reason` is one of `REASONS`; `sentence` says it to a person; `numbers` are what it rests on, in ms.

    `next_start_ms` is the item's first start after the instant; None when the plan holds none.
    """

    reason: str
    sentence: str
    numbers: dict[str, int]
    next_start_ms: int | None = None


def explain(programme: Programme, item: str, instant_ms: int, language: str = "en") -> Explanation:
    """Why `item` is or is not on screen at that instant; `playing` if and only if `at` shows it."""
    _ = translations("content", language).gettext
    plan = programme.plan
    house = any(entry.item == item for entry in plan.house)
    if not house and not any(_lists(segment, item) for segment in plan.segments):
        return Explanation("unknown_item", _("The plan holds no such item."), {})
    found = _playing(programme, item, instant_ms, _) or _by_segment(programme, item, instant_ms, house, _)
    return replace(found, next_start_ms=_next_start_ms(programme, item, instant_ms, house))


def _lists(segment: Segment, item: str) -> bool:
    if isinstance(segment, Rotation):
        return any(listed.item == item for listing in segment.groups.values() for listed in listing.items)
    return isinstance(segment, Fixed) and any(booked.item == item for booked in segment.items)


def _next_start_ms(programme: Programme, item: str, instant_ms: int, house: bool) -> int | None:
    for index in range(programme.segment_index(instant_ms) or 0, len(programme.plan.segments)):
        if house or _lists(programme.plan.segments[index], item):
            for event in programme.segment_events(index):
                if event.item == item and event.start_ms > instant_ms:
                    return event.start_ms
    return None


def _playing(programme: Programme, item: str, instant_ms: int, _: _Words) -> Explanation | None:
    showing = programme.at(instant_ms)
    if showing.event.item != item:
        return None
    numbers = {
        "start_ms": showing.event.start_ms, "end_ms": showing.event.end_ms, "offset_ms": showing.offset_ms,
    }  # fmt: skip
    sentence = _("It is on, since {start} and until {end}.")
    return Explanation(
        "playing", sentence.format(start=stamp(showing.event.start_ms), end=stamp(showing.event.end_ms)), numbers
    )


def _by_segment(programme: Programme, item: str, instant_ms: int, house: bool, _: _Words) -> Explanation:
    index = programme.segment_index(instant_ms)
    if index is None:
        start_ms, end_ms = programme.span
        sentence = _("The plan only reaches from {start} to {end}.")
        numbers = {"plan_start_ms": start_ms, "plan_end_ms": end_ms}
        return Explanation("outside_plan", sentence.format(start=stamp(start_ms), end=stamp(end_ms)), numbers)
    segment = programme.plan.segments[index]
    until = {"until_ms": segment.end_ms}
    if isinstance(segment, Dark):
        sentence = _("The screen is dark until {until}.")
        return Explanation("dark", sentence.format(until=stamp(segment.end_ms)), until)
    if isinstance(segment, Fixed):
        sentence = _("The time until {until} is booked.")
        return Explanation("booked", sentence.format(until=stamp(segment.end_ms)), until)
    place = _place(segment, item)
    if place is not None:
        return _by_rotation(programme, segment, *place, instant_ms, _)
    if house:
        sentence = _("It belongs to the house and is shown when nobody else's item can be.")
        return Explanation("house", sentence, until)
    sentence = _("It is not listed until {until}.")
    return Explanation("not_listed", sentence.format(until=stamp(segment.end_ms)), until)


def _place(segment: Rotation, item: str) -> tuple[str, ListedItem] | None:
    """The group that lists the item there, and its entry; the first by id if there are several."""
    for group, listing in segment.groups.items():
        for listed in listing.items:
            if listed.item == item:
                return group, listed
    return None


def _by_rotation(
    programme: Programme, segment: Rotation, group: str, listed: ListedItem, instant_ms: int, _: _Words
) -> Explanation:
    length_ms, weight = segment.end_ms - segment.start_ms, segment.groups[group].weight
    if listed.duration_ms > length_ms:
        sentence = _("It takes {duration}, but this part of the programme has only {length}.")
        numbers = {"duration_ms": listed.duration_ms, "length_ms": length_ms}
        text = sentence.format(duration=seconds(listed.duration_ms), length=seconds(length_ms))
        return Explanation("too_long", text, numbers)
    if weight == 0:
        sentence = _("Its group has no air time until {until}.")
        numbers = {"weight": weight, "until_ms": segment.end_ms}
        return Explanation("no_weight", sentence.format(until=stamp(segment.end_ms)), numbers)
    account = programme.accounts_at(instant_ms).get(group)
    if account is None:
        sentence = _("Its group's share comes to less than a millisecond until {until}.")
        numbers = {"weight": weight, "until_ms": segment.end_ms}
        return Explanation("no_share", sentence.format(until=stamp(segment.end_ms)), numbers)
    return (
        _by_gap(account, listed, instant_ms, _)
        or _by_debt(account, listed, instant_ms, _)
        or _by_queue(account, listed, programme.at(instant_ms).event, segment.end_ms, _)
    )


def _by_gap(account: Account, listed: ListedItem, instant_ms: int, _: _Words) -> Explanation | None:
    last_ms = account.last_start_ms(listed.item)
    if last_ms is None or last_ms + listed.gap_ms <= instant_ms:
        return None
    sentence = _("It was on at {last} and may come again at {earliest} at the earliest.")
    numbers = {"last_start_ms": last_ms, "gap_ms": listed.gap_ms, "earliest_ms": last_ms + listed.gap_ms}
    text = sentence.format(last=stamp(last_ms), earliest=stamp(last_ms + listed.gap_ms))
    return Explanation("repetition", text, numbers)


def _by_debt(account: Account, listed: ListedItem, instant_ms: int, _: _Words) -> Explanation | None:
    if account.head.item != listed.item or account.release_ms <= instant_ms:
        return None
    owed_ms, needed_ms = account.owed_ms(instant_ms), account.needed_ms
    sentence = _("Its group is owed {owed} and needs {needed}; it is due at {due}.")
    numbers = {"owed_ms": owed_ms, "needed_ms": needed_ms, "due_ms": account.release_ms}
    text = sentence.format(owed=seconds(owed_ms), needed=seconds(needed_ms), due=stamp(account.release_ms))
    return Explanation("not_due", text, numbers)


def _by_queue(account: Account, listed: ListedItem, on_now: Event, end_ms: int, _: _Words) -> Explanation:
    if account.head.item != listed.item:
        sentence = _("Another item of its group, {head}, comes first.")
        numbers = {"order": listed.order, "head_order": account.head.order}
        return Explanation("another_first", sentence.format(head=account.head.item), numbers)
    if on_now.end_ms + listed.duration_ms > end_ms:
        sentence = _("It takes {duration} and no longer fits before {until}.")
        numbers = {"duration_ms": listed.duration_ms, "free_from_ms": on_now.end_ms, "until_ms": end_ms}
        text = sentence.format(duration=seconds(listed.duration_ms), until=stamp(end_ms))
        return Explanation("does_not_fit", text, numbers)
    sentence = _("It is due since {due}; what is on now ends at {end}, and the earliest deadline goes first.")
    numbers = {"due_ms": account.release_ms, "deadline_ms": account.deadline_ms, "free_from_ms": on_now.end_ms}
    text = sentence.format(due=stamp(account.release_ms), end=stamp(on_now.end_ms))
    return Explanation("queued", text, numbers)
