"""When a booking's occurrences are: RFC 5545 recurrences in the booking's zone, as UTC ms. Pure: never asks the clock.

Start sets are local times; each becomes an instant by RFC 5545 §3.3.5: a time that clocks jump over takes the offset
before the jump, so no occurrence is ever lost, and of a time that comes twice it is the first. Lengths are exact time.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from curator.programme.booking import Booking, iso
from curator.programme.hours import ms_of
from curator.programme.recurrence_rule import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_OCCURRENCES,
    BadRecurrence,
    Frequency,
    Rule,
    read_rule,
)
from curator.programme.recurrence_words import in_words
from curator.words import N_

__all__ = [
    "LONGEST_DAYS",
    "MOST_OCCURRENCES",
    "BadRecurrence",
    "Occurrence",
    "check",
    "occurrences",
    "summary",
    "tidied",
]

LONGEST_DAYS = 370
"""From a booking's first start to its last."""
_FREQUENCIES: dict[Frequency, Literal[0, 1, 2, 3]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence, on in [start_ms, end_ms). `recurrence` is the local start its recurrence gave it, wherever it was
    moved; `position` counts from 0, in the order of `recurrence`, those that were not taken out.
    """

    recurrence: datetime
    position: int
    start_ms: int
    end_ms: int


def check(booking: Booking) -> None:
    """Raises BadRecurrence, saying what to change, when the occurrences cannot be worked out or overlap each other."""
    for one, other in pairwise(occurrences(booking)):
        if other.start_ms < one.end_ms:
            raise BadRecurrence(
                N_("The occurrences of %(one)s and %(other)s overlap. Make them shorter, or move one."),
                one=iso(one.recurrence),
                other=iso(other.recurrence),
            )


def occurrences(booking: Booking) -> list[Occurrence]:
    """Every occurrence, sorted by start. Raises BadRecurrence."""
    zone = _zone(booking.zone)
    regular = _regular(booking, zone)
    unknown = _unknown(booking, regular)
    if unknown:
        raise BadRecurrence(
            N_("%(at)s is taken out or moved, but there is no occurrence then. Give its own start, or leave it out."),
            at=iso(unknown[0]),
        )
    moved = {one.recurrence: one for one in booking.overrides}
    if len(moved) < len(booking.overrides):
        raise BadRecurrence(N_("An occurrence is moved twice. Keep one of the two."))
    taken_out = set(booking.exdates)
    kept = [recurrence for recurrence in regular if recurrence not in taken_out]
    if not kept:
        raise BadRecurrence(N_("Every occurrence is taken out. Cancel the booking instead."))
    found = []
    for position, recurrence in enumerate(kept):
        override = moved.get(recurrence)
        start_ms = _instant(override.starts if override else recurrence, zone)
        length_ms = override.length_ms if override else booking.length_ms
        found.append(Occurrence(recurrence, position, start_ms, start_ms + length_ms))
    return sorted(found, key=lambda one: (one.start_ms, one.position))


def tidied(booking: Booking) -> tuple[Booking, tuple[datetime, ...]]:
    """The booking without exdates and overrides that no occurrence answers to, and the local times left out.

    For other people's calendars, and after a recurrence was made shorter. Raises BadRecurrence.
    """
    regular = _regular(booking, _zone(booking.zone))
    known = set(regular)
    movable = known - set(booking.exdates)
    tidy = replace(
        booking,
        exdates=tuple(at for at in booking.exdates if at in known),
        overrides=tuple(one for one in booking.overrides if one.recurrence in movable),
    )
    return tidy, _unknown(booking, regular)


def summary(booking: Booking) -> str:
    """The recurrence in the reader's words: "every Tuesday and Thursday at 18:00, 14 times until 3 March 2027".

    Raises BadRecurrence.
    """
    found = occurrences(booking)
    rule = read_rule(booking.rule) if booking.rule else None
    last = max(one.recurrence for one in found)
    return in_words(booking, rule, len(found), last)


def _regular(booking: Booking, zone: ZoneInfo) -> list[datetime]:
    """Every local start by rule and rdates, in order, before exdates and overrides."""
    for at in (booking.starts, *booking.rdates, *(one.starts for one in booking.overrides)):
        _refuse_far(at, booking.starts)
    regular = {booking.starts, *booking.rdates}
    if booking.rule:
        regular.update(_by_rule(booking.starts, read_rule(booking.rule), zone))
    if len(regular) > MOST_OCCURRENCES:
        _refuse_many()
    return sorted(regular)


def _by_rule(starts: datetime, rule: Rule, zone: ZoneInfo) -> Iterator[datetime]:
    """The rule's starts. The booking's own start is always the first, also when the rule would not give it."""
    latest = starts + timedelta(days=LONGEST_DAYS)
    until_ms = _until_ms(rule, zone)
    if until_ms is not None and until_ms > _instant(latest + timedelta(days=1), zone):
        _refuse_long()
    left = rule.count - 1 if rule.count is not None else MOST_OCCURRENCES
    for at in _candidates(starts, rule, latest):
        if left == 0 or (until_ms is not None and _is_past(at, rule, until_ms, zone)):
            return
        left -= 1
        yield at
    if rule.count is not None and left:
        _refuse_long()


def _candidates(starts: datetime, rule: Rule, latest: datetime) -> Iterator[datetime]:
    """Local starts after the first one, however many are wanted, until `latest`."""
    begin = starts.replace(microsecond=0)
    days, month_days, months = _filled_in(starts, rule)
    if _is_never(rule, month_days, months):
        return
    if rule.frequency == "WEEKLY":
        # dateutil counts BYSETPOS in what is left of the first week; the RFC counts in the whole week.
        begin -= timedelta(days=(begin.weekday() - rule.week_start) % 7)
    later = _years_later(begin.year, latest.year)
    every = rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=begin.replace(year=begin.year + later),
        interval=rule.interval,
        wkst=weekday(rule.week_start),
        until=latest.replace(year=latest.year + later),
        bymonth=months or None,
        bymonthday=month_days or None,
        byweekday=[weekday(day, ordinal or None) for day, ordinal in days] or None,
        bysetpos=rule.positions or None,
    )
    for at in every:
        exact = at.replace(year=at.year - later, microsecond=starts.microsecond)
        if exact > starts:
            yield exact


def _is_never(rule: Rule, month_days: tuple[int, ...], months: tuple[int, ...]) -> bool:
    """Whether no day of any year can be meant: 30 February, the second of the one start that a day has."""
    lengths = [monthrange(2024, month)[1] for month in months or range(1, 13)]
    has_day = not month_days or any(abs(day) <= length for day in month_days for length in lengths)
    return not has_day or (rule.frequency == "DAILY" and bool(rule.positions) and not {1, -1} & set(rule.positions))


@lru_cache(maxsize=1024)
def _years_later(first: int, last: int) -> int:
    """How many years later there are years just like those from `first` to `last`, as late as can be.

    dateutil looks for a next start until its calendar ends, in 9999, also where there never is one: near the end it
    is soon done. A rule sees of a year only how long it is and on which weekday it begins.
    """
    like = [_alike(year) for year in range(first, last + 1)]
    for later in range(MAXYEAR - 1 - last, 0, -1):
        if like == [_alike(year + later) for year in range(first, last + 1)]:
            return later
    return 0


def _alike(year: int) -> tuple[int, bool]:
    return date(year, 1, 1).weekday(), isleap(year)


def _filled_in(starts: datetime, rule: Rule) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...], tuple[int, ...]]:
    """Days, month days and months, with what a rule leaves unsaid taken from its start (RFC 5545 §3.3.10)."""
    days, month_days, months = rule.days, rule.month_days, rule.months
    if days or month_days or rule.frequency == "DAILY":
        return days, month_days, months
    if rule.frequency == "WEEKLY":
        return ((starts.weekday(), 0),), month_days, months
    if rule.frequency == "YEARLY" and not months:
        months = (starts.month,)
    return days, (starts.day,), months


def _until_ms(rule: Rule, zone: ZoneInfo) -> int | None:
    if rule.until is None:
        return None
    return ms_of(rule.until.replace(tzinfo=UTC)) if rule.until_is_utc else _instant(rule.until, zone)


def _is_past(at: datetime, rule: Rule, until_ms: int, zone: ZoneInfo) -> bool:
    """A local UNTIL is compared on the wall clock, one in UTC as an instant."""
    if rule.until is not None and not rule.until_is_utc:
        return at > rule.until
    return _instant(at, zone) > until_ms


def _unknown(booking: Booking, regular: list[datetime]) -> tuple[datetime, ...]:
    """Exdates, and overrides' recurrences, that are no occurrence. What is taken out can no longer be moved."""
    known = set(regular)
    exdates = [at for at in booking.exdates if at not in known]
    movable = known - set(booking.exdates)
    overrides = [one.recurrence for one in booking.overrides if one.recurrence not in movable]
    return tuple(sorted({*exdates, *overrides}))


def _instant(local: datetime, zone: ZoneInfo) -> int:
    """UTC ms of a local time. `fold=0` is the offset before a jump, and the first of two."""
    return ms_of(local.replace(tzinfo=zone, fold=0))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise BadRecurrence(
            N_("“%(zone)s” is no time zone we know. Use a name such as Europe/Berlin."), zone=name[:64]
        ) from None


def _refuse_far(at: datetime, starts: datetime) -> None:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadRecurrence(
            N_("%(at)s is in no year from %(first)s to %(last)s."), at=iso(at), first=FIRST_YEAR, last=LAST_YEAR
        )
    if abs(at - starts) > timedelta(days=LONGEST_DAYS):
        _refuse_long()


def _refuse_long() -> NoReturn:
    raise BadRecurrence(
        N_("This booking goes on for more than %(days)s days. End it sooner, and make another one for what follows."),
        days=LONGEST_DAYS,
    )


def _refuse_many() -> NoReturn:
    raise BadRecurrence(
        N_("This booking has more than %(most)s occurrences. End it sooner, and make another one for what follows."),
        most=MOST_OCCURRENCES,
    )
