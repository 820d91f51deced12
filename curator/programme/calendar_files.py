"""Bookings as an iCalendar file (RFC 5545), for other programs and for a way back. Pure: never asks the clock.

Milliseconds, which iCalendar lacks, stand in a parameter; what only we know stands in X-COMMONSCREEN properties. A
public calendar holds neither: it says when something is on, and what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from curator.programme.booking import Booking, Override
from curator.programme.calendar_reading import ITEM, MS, PLAYS, PREMIERE, STATE
from curator.programme.hours import DAY_MS, ms_of, wall
from curator.programme.recurrence_rule import read_rule

PRODUCT = "-//Commonscreen//Programme//EN"
REFRESH = timedelta(hours=1)
"""How often other programs are asked to look again."""
_YEARS_BEFORE, _YEARS_AFTER = 1, 2
"""How much of a zone's rules goes along: a booking goes on for 370 days at most."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A booking as a calendar lists it.

    `summary` is what it is called; `groups` are names of groups, `screens` slugs, `place` is where, in words.
    """

    booking: Booking
    summary: str
    groups: tuple[str, ...]
    screens: tuple[str, ...]
    place: str
    changed_ms: int


def as_calendar(name: str, listed: Sequence[Listed], *, is_public: bool) -> bytes:
    """The file, ending in a line break. `name` is what other programs call the calendar."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    if is_public:
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for zone, years in sorted(_years(listed).items()):
        calendar.add_component(_time_zone(zone, *years))
    for one in listed:
        calendar.add_component(_event(one, is_public=is_public))
        for override in one.booking.overrides:
            calendar.add_component(_changed(one, override, is_public=is_public))
    return bytes(calendar.to_ical())


def called(booking: Booking, titles: Mapping[str, str]) -> str:
    """What a booking is called: its own title, or that of its first item. `titles` are those of items by id."""
    return booking.title or titles.get(booking.items[0] if booking.items else "", "")


def rule_for_others(booking: Booking) -> str:
    """The recurrence's value with UNTIL in UTC, as RFC 5545 §3.3.10 wants it beside a start in a time zone.

    Raises BadRecurrence.
    """
    if not booking.rule:
        return ""
    until, is_utc = (rule := read_rule(booking.rule)).until, rule.until_is_utc
    parts = [part for part in booking.rule.upper().split(";") if not part.startswith("UNTIL=")]
    if until is not None:
        if until.microsecond:
            # A day alone ends at .999; a second more is still before the next start, unless that is on the second.
            until = until.replace(microsecond=0) + timedelta(seconds=1 if booking.starts.microsecond else 0)
        at = until if is_utc else until.replace(tzinfo=ZoneInfo(booking.zone)).astimezone(UTC)
        parts.append(f"UNTIL={at.strftime('%Y%m%dT%H%M%SZ')}")
    return ";".join(sorted(parts))


def _event(one: Listed, *, is_public: bool) -> Event:
    booking = one.booking
    event = _common(one, booking.starts, booking.length_ms, is_public=is_public)
    if booking.rule:
        event.add("rrule", vRecur.from_ical(rule_for_others(booking)))
    for name, dates in (("rdate", booking.rdates), ("exdate", booking.exdates)):
        for milliseconds, group in _by_milliseconds(dates).items():
            event.add(name, [_aware(at, booking.zone) for at in group], parameters=_parameters(milliseconds))
    return event


def _changed(one: Listed, override: Override, *, is_public: bool) -> Event:
    """One occurrence unlike the others."""
    event = _common(one, override.starts, override.length_ms, is_public=is_public)
    _add_time(event, "recurrence-id", override.recurrence, one.booking.zone)
    return event


def _common(one: Listed, starts: datetime, length_ms: int, *, is_public: bool) -> Event:
    booking = one.booking
    changed = datetime.fromtimestamp(one.changed_ms // 1000, UTC)
    event = Event()
    event.add("uid", booking.uid)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", booking.sequence)
    event.add("summary", one.summary)
    event.add("status", "TENTATIVE" if booking.state == "provisional" else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    _add_time(event, "dtstart", starts, booking.zone)
    seconds, milliseconds = divmod(length_ms, 1000)
    event.add("duration", timedelta(seconds=seconds), parameters=_parameters(milliseconds))
    if one.groups:
        event.add("categories", list(one.groups))
    if one.place:
        event.add("location", one.place)
    for screen in one.screens:
        event.add("resources", screen)
    if not is_public:
        _add_ours(event, booking)
    return event


def _add_ours(event: Event, booking: Booking) -> None:
    for item_id in booking.items:
        event.add(ITEM, item_id)
    if booking.plays == "series":
        event.add(PLAYS, "SERIES")
    if booking.state == "protected":
        event.add(STATE, "PROTECTED")
    if booking.is_premiere:
        event.add(PREMIERE, "TRUE")


def _add_time(event: Event, name: str, local: datetime, zone: str) -> None:
    event.add(name, _aware(local, zone), parameters=_parameters(local.microsecond // 1000))


def _aware(local: datetime, zone: str) -> datetime:
    return local.replace(microsecond=0, tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def _parameters(milliseconds: int) -> dict[str, str]:
    return {MS: str(milliseconds)} if milliseconds else {}


def _by_milliseconds(dates: Sequence[datetime]) -> Mapping[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    for at in dates:
        found.setdefault(at.microsecond // 1000, []).append(at)
    return found


def _years(listed: Sequence[Listed]) -> dict[str, tuple[int, int]]:
    """For each zone, the years its rules are needed for."""
    years: dict[str, tuple[int, int]] = {}
    for one in listed:
        zone, year = one.booking.zone, one.booking.starts.year
        first, last = years.get(zone, (year - _YEARS_BEFORE, year + _YEARS_AFTER))
        if zone != "UTC":
            years[zone] = (min(first, year - _YEARS_BEFORE), max(last, year + _YEARS_AFTER))
    return years


@lru_cache(maxsize=256)
def _time_zone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The zone's rules from one year to another: its state at the beginning, and every change of offset."""
    made = Timezone()
    made.add("tzid", zone)
    from_ms, to_ms = (ms_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (first_year, last_year + 1))
    for at_ms in (from_ms, *_changes(zone, from_ms, to_ms)):
        before, after = wall(zone, at_ms - 1 if at_ms != from_ms else at_ms), wall(zone, at_ms)
        part = TimezoneDaylight() if after.dst() else TimezoneStandard()
        offsets = [moment.utcoffset() or timedelta(0) for moment in (before, after)]
        # RFC 5545 §3.6.5: the onset is told on the clock as it was before.
        part.add("dtstart", (wall("UTC", at_ms) + offsets[0]).replace(tzinfo=None))
        part.add("tzoffsetfrom", offsets[0])
        part.add("tzoffsetto", offsets[1])
        part.add("tzname", after.tzname() or zone)
        made.add_component(part)
    return made


def _changes(zone: str, from_ms: int, to_ms: int) -> list[int]:
    """The instants in (from_ms, to_ms) at which the zone's clocks change, looked for from day to day."""
    found = []
    for early in range(from_ms, to_ms, DAY_MS):
        late = min(early + DAY_MS, to_ms)
        if wall(zone, early).utcoffset() == wall(zone, late).utcoffset():
            continue
        low = early
        while late - low > 1:
            middle = (low + late) // 2
            low, late = (
                (middle, late) if wall(zone, middle).utcoffset() == wall(zone, low).utcoffset() else (low, middle)
            )
        found.append(late)
    return found


def same(one: Booking, other: Booking) -> bool:
    """Whether two bookings would be on in the same way: their files would differ in nothing but SEQUENCE and UID."""
    return _plainly(one) == _plainly(other)


def _plainly(booking: Booking) -> Booking:
    return replace(
        booking, id="", uid="", sequence=0, rule=rule_for_others(booking), screens=tuple(sorted(booking.screens)),
        rdates=tuple(sorted(booking.rdates)), exdates=tuple(sorted(booking.exdates)),
        overrides=tuple(sorted(booking.overrides, key=lambda one: one.recurrence)),
    )  # fmt: skip
