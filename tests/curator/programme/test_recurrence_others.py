"""Our start instants beside those of an outside library, on the calendars that it and another one are tested with.

Ends are not compared: the library adds durations on the wall clock, the RFC and we in exact time.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]

from curator.programme.booking import Booking, Override
from curator.programme.recurrence import LONGEST_DAYS, BadRecurrence, occurrences, tidied

WINDOW = timedelta(days=LONGEST_DAYS - 10)
ADJUDICATED = {
    "issue_117_until_before_dtstart.ics": "UNTIL is before the start, which the RFC always counts; the library has none"
}
"""Files on which the library is not followed, and why."""


class Outside(Exception):
    """The series is not of the kind that bookings are; says why."""


@dataclass(frozen=True, slots=True)
class Series:
    file: str
    uid: str
    parts: tuple[icalendar.Event, ...]
    zones: tuple[icalendar.Component, ...]


def calendars() -> list[Path]:
    found = []
    for package in ("recurring_ical_events", "icalendar"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        found += sorted(Path(spec.origin).parent.rglob("*.ics"))
    return found


def series_of(path: Path) -> Iterator[Series]:
    try:
        read = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
    except ValueError:
        return
    for calendar in read:
        zones = tuple(calendar.walk("VTIMEZONE"))
        by_uid: dict[str, list[icalendar.Event]] = defaultdict(list)
        for event in calendar.walk("VEVENT"):
            assert isinstance(event, icalendar.Event)
            by_uid[str(event.get("UID", ""))].append(event)
        for uid, parts in by_uid.items():
            yield Series(path.name, uid, tuple(parts), zones)


def local(value: date, zone: ZoneInfo) -> datetime:
    """A value of a calendar on the wall clock of the series."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - local by definition
    return value if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)


def zone_of(zone: tzinfo | None) -> ZoneInfo:
    if zone is None or zone is UTC:
        return ZoneInfo("UTC")
    if not isinstance(zone, ZoneInfo) or zone.key is None:
        raise Outside("a zone of its own making")
    return zone


def booking_of(series: Series) -> Booking:
    masters = [part for part in series.parts if "RECURRENCE-ID" not in part]
    if len(masters) != 1:
        raise Outside("no event, or several, that the others belong to")
    master = masters[0]
    starts = start_of(master)
    zone = zone_of(starts.tzinfo if isinstance(starts, datetime) else None)
    rules: Any = master.get("RRULE")
    if isinstance(rules, list):
        raise Outside("two rules")
    booking = Booking(
        id="", uid=series.uid, title="", items=("i",), screens=("s",), state="confirmed", zone=zone.key,
        starts=local(starts, zone), length_ms=60_000, rule=rules.to_ical().decode() if rules else "",
        rdates=dates(master, "RDATE", zone), exdates=dates(master, "EXDATE", zone),
        overrides=tuple(override_of(part, zone) for part in series.parts if part is not master),
    )  # fmt: skip
    return clipped(booking)


def start_of(event: icalendar.Event) -> date:
    try:
        starts, ends = event.start, event.end
    except ValueError:  # both of icalendar's own errors are
        raise Outside("no start or end that can be read") from None
    if local(ends, ZoneInfo("UTC")) < local(starts, ZoneInfo("UTC")):
        raise Outside("it ends before it starts")
    return starts


def dates(event: icalendar.Event, name: str, zone: ZoneInfo) -> tuple[datetime, ...]:
    given: Any = event.get(name)
    rows = given if isinstance(given, list) else [given] if given else []
    try:
        values = [one.dt for row in rows for one in row.dts]
    except icalendar.error.BrokenCalendarProperty:
        raise Outside("dates that cannot be read") from None
    if any(isinstance(value, tuple) for value in values):
        raise Outside("dates with lengths of their own")
    if any(isinstance(value, datetime) is not isinstance(start_of(event), datetime) for value in values):
        raise Outside("days among times")
    return tuple(dict.fromkeys(local(value, zone) for value in values))


def override_of(event: icalendar.Event, zone: ZoneInfo) -> Override:
    recurrence: Any = event["RECURRENCE-ID"]
    if recurrence.params.get("RANGE"):
        raise Outside("one change for all that follows")
    if str(event.get("STATUS", "")) == "CANCELLED":
        raise Outside("a cancelled occurrence, which the library keeps")
    if type(recurrence.dt) is not type(start_of(event)):
        raise Outside("days among times")
    return Override(local(recurrence.dt, zone), local(start_of(event), zone), 60_000)


def clipped(booking: Booking) -> Booking:
    """The series within the window, which both are asked about; ours is as short as bookings are."""
    first = booking.starts
    near = replace(
        booking,
        rdates=tuple(at for at in booking.rdates if first <= at < first + WINDOW),
        overrides=tuple(one for one in booking.overrides if abs(one.starts - first) < WINDOW),
    )
    try:
        occurrences(tidied(near)[0])
    except BadRecurrence as refused:
        if not any(words in refused.sentence for words in ("never ends", "days. End it")):
            raise Outside(refused.sentence) from None
        bare = re.sub(r";?(COUNT|UNTIL)=[^;]*", "", near.rule)
        last = first + WINDOW
        near = replace(near, rule=f"{bare};UNTIL={last:%Y%m%dT%H%M%S}")
    return near


def ours(booking: Booking) -> list[int]:
    try:
        found = occurrences(tidied(booking)[0])
    except BadRecurrence as refused:
        raise Outside(refused.sentence) from None
    end_ms = instant(booking.starts + WINDOW - timedelta(days=2), ZoneInfo(booking.zone))
    begin_ms = instant(booking.starts, ZoneInfo(booking.zone))
    return sorted({one.start_ms for one in found if begin_ms <= one.start_ms < end_ms})


def theirs(series: Series, booking: Booking) -> list[int]:
    calendar = icalendar.Calendar()
    for component in (*series.zones, *series.parts):
        calendar.add_component(component)
    zone = ZoneInfo(booking.zone)
    begin, end = booking.starts, booking.starts + WINDOW - timedelta(days=2)
    query = recurring_ical_events.of(calendar)
    try:
        found = query.between(begin - timedelta(days=3), end + timedelta(days=3))
    except (recurring_ical_events.errors.InvalidCalendar, ValueError, OverflowError):
        raise Outside("the library refuses it") from None
    starts = {instant(local(event.start, zone), zone) for event in found}
    return sorted(at for at in starts if instant(begin, zone) <= at < instant(end, zone))


def instant(at: datetime, zone: ZoneInfo) -> int:
    return round(at.replace(tzinfo=zone).timestamp() * 1000)


@pytest.mark.filterwarnings("ignore")
def test_no_start_differs_from_an_outside_librarys() -> None:
    agreed, recurring, differing = 0, 0, {}
    for path in calendars():
        for series in series_of(path):
            try:
                booking = booking_of(series)
                mine, others = ours(booking), theirs(series, booking)
            except Outside:
                continue
            if mine == others:
                agreed += 1
                recurring += len(mine) > 1
            else:
                differing[series.file] = (booking.rule, sorted(set(mine) ^ set(others)))
    assert set(differing) == set(ADJUDICATED), differing
    # Were most series left out, nothing would be shown by this.
    assert agreed > 900
    assert recurring > 130
