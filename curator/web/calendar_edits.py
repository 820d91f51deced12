"""What a drag, a resize or a cancelling on the calendar makes of a booking. Pure: gives changes, stores nothing.

Of a booking that recurs, an edit reaches one occurrence, all of them, or one and those that follow.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from curator.programme.booking import Booking, Override
from curator.programme.changes import BookingCancelled, BookingPut, Change
from curator.programme.recurrence import Occurrence, occurrences, tidied
from curator.programme.recurrence_rule import WEEKDAYS, read_rule
from curator.words import N_, Told

Reach = Literal["this", "following", "all"]
REACHES: tuple[Reach, ...] = ("this", "following", "all")
_SECOND = timedelta(seconds=1)


class NoEdit(Told):
    """An edit the calendar cannot make of this booking; the sentence says where it can be made."""


def moved(
    booking: Booking, recurrence: datetime, reach: Reach, starts: datetime, length_ms: int, fresh_id: str
) -> tuple[Change, ...]:
    """The occurrence `recurrence` begins at `starts` (local) and lasts `length_ms`; others follow as `reach` says.

    `fresh_id` is given to the second half of a series that is parted. Raises NoEdit or BadRecurrence.
    """
    one = _occurrence(booking, recurrence)
    if not is_recurring(booking):
        return (BookingPut(replace(booking, starts=starts, length_ms=length_ms, overrides=())),)
    if reach == "this":
        kept = tuple(other for other in booking.overrides if other.recurrence != recurrence)
        return (BookingPut(replace(booking, overrides=(*kept, Override(recurrence, starts, length_ms)))),)
    shift = starts - _local_start(booking, one)
    if reach == "following" and recurrence > booking.starts:
        before, after = parted(booking, recurrence, fresh_id)
        return BookingPut(before), BookingPut(_shifted(after, shift, length_ms))
    return (BookingPut(_shifted(booking, shift, length_ms)),)


def cancelled(booking: Booking, recurrence: datetime, reach: Reach) -> tuple[Change, ...]:
    """The occurrence `recurrence` is no more; others go as `reach` says. Raises NoEdit or BadRecurrence."""
    _occurrence(booking, recurrence)
    left = [one for one in occurrences(booking) if one.recurrence != recurrence]
    if reach == "following":
        left = [one for one in left if one.recurrence < recurrence]
    if reach == "all" or not left:
        return (BookingCancelled(booking.id),)
    if reach == "following":
        return (BookingPut(parted(booking, recurrence, "")[0]),)
    kept = tuple(other for other in booking.overrides if other.recurrence != recurrence)
    return (BookingPut(replace(booking, exdates=tuple(sorted({*booking.exdates, recurrence})), overrides=kept)),)


def is_recurring(booking: Booking) -> bool:
    """Whether it is on more than once."""
    return bool(booking.rule or booking.rdates)


def parted(booking: Booking, at: datetime, fresh_id: str) -> tuple[Booking, Booking]:
    """The booking until before its occurrence `at`, and a second one, `fresh_id`, from then on."""
    position = _occurrence(booking, at).position
    items = booking.items
    if booking.plays == "series":
        # The story goes on where it was: the second half begins with the item it would have begun with.
        items = items[position:] or items[-1:]
    before = replace(
        booking,
        rule=_ending(booking.rule, at - _SECOND) if booking.rule else "",
        rdates=tuple(day for day in booking.rdates if day < at),
        exdates=tuple(day for day in booking.exdates if day < at),
        overrides=tuple(one for one in booking.overrides if one.recurrence < at),
    )
    after = replace(
        booking,
        id=fresh_id,
        uid=f"{fresh_id}@commonscreen",
        sequence=0,
        items=items,
        starts=at,
        rule=_going_on(booking, at) if booking.rule else "",
        rdates=tuple(day for day in booking.rdates if day > at),
        exdates=tuple(day for day in booking.exdates if day > at),
        overrides=tuple(one for one in booking.overrides if one.recurrence >= at),
    )
    return before, after


def _shifted(booking: Booking, shift: timedelta, length_ms: int) -> Booking:
    """Every occurrence later by `shift`, all `length_ms` long; what stood apart goes along or is dropped."""
    if not shift:
        return replace(booking, length_ms=length_ms)
    starts = booking.starts + shift
    made = replace(
        booking,
        starts=starts,
        length_ms=length_ms,
        rule=_rule_shifted(booking.rule, booking.starts, starts) if booking.rule else "",
        rdates=tuple(day + shift for day in booking.rdates),
        exdates=tuple(day + shift for day in booking.exdates),
        overrides=tuple(replace(one, recurrence=one.recurrence + shift) for one in booking.overrides),
    )
    return tidied(made)[0]


def _rule_shifted(rule: str, old: datetime, new: datetime) -> str:
    """A rule whose days move along with its start."""
    days = (new.date() - old.date()).days
    read = read_rule(rule)
    if days and (read.month_days or read.positions or read.months or (read.days and read.frequency != "WEEKLY")):
        raise NoEdit(N_("Its recurrence names days of the month. Change the days in the booking's form."))
    if days and read.days:
        rule = _with(rule, "BYDAY", ",".join(WEEKDAYS[(day + days) % 7] for day, _ordinal in read.days))
    if read.until is not None:
        rule = _with(rule, "UNTIL", _stamp(read.until + (new - old), is_utc=read.until_is_utc))
    return rule


def _going_on(booking: Booking, at: datetime) -> str:
    """The rule for what begins at `at`, with what is left of its count."""
    if read_rule(booking.rule).count is None:
        return booking.rule
    whole = replace(booking, rdates=(), exdates=(), overrides=())
    left = sum(one.recurrence > at for one in occurrences(whole)) + 1
    return _with(booking.rule, "COUNT", str(left))


def _ending(rule: str, until: datetime) -> str:
    parts = [part for part in rule.split(";") if not part.upper().startswith(("COUNT=", "UNTIL="))]
    return ";".join([*parts, f"UNTIL={_stamp(until, is_utc=False)}"])


def _with(rule: str, name: str, value: str) -> str:
    parts = [part for part in rule.split(";") if not part.upper().startswith(f"{name}=")]
    return ";".join([*parts, f"{name}={value}"])


def _stamp(at: datetime, *, is_utc: bool) -> str:
    return at.strftime("%Y%m%dT%H%M%S") + ("Z" if is_utc else "")


def _occurrence(booking: Booking, recurrence: datetime) -> Occurrence:
    found = next((one for one in occurrences(booking) if one.recurrence == recurrence), None)
    if found is None:
        raise NoEdit(N_("That occurrence is not there any more. Look at the calendar again."))
    return found


def _local_start(booking: Booking, one: Occurrence) -> datetime:
    override = next((other for other in booking.overrides if other.recurrence == one.recurrence), None)
    return override.starts if override else one.recurrence
