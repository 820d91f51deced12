"""Bookings as calendar files and back: nothing lost, nothing believed, everything wrong told with its line."""

# ruff: noqa: DTZ001 - local times are what this is about

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from dateutil.tz import tzical
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from curator.programme import calendar_reading
from curator.programme.booking import STATES, Booking, Override
from curator.programme.calendar_files import Listed, as_calendar
from curator.programme.calendar_import import Known, Place, Row, compare
from curator.programme.calendar_reading import BadCalendar, CalendarEvent, Unread, read_calendar
from curator.programme.changes import BookingCancelled, BookingPut
from curator.programme.hours import ms_of, wall
from curator.programme.recurrence import occurrences

HERE = Place("s1", "library", "Library window", "Europe/London")
MARKET = Place("s2", "market", "Market hall", "Europe/London")
TITLES = {"i1": "Tea dance", "i2": "Skate day", "i3": "Choir", "i4": "Choir"}
ONCE = Booking("b1", "u1", "", ("i1",), ("s1",), "confirmed", "Europe/London", datetime(2026, 11, 24, 18), 60_000)
WEEKLY = replace(
    ONCE,
    rule="FREQ=WEEKLY;BYDAY=TU;UNTIL=20270302T235959",
    exdates=(datetime(2026, 12, 29, 18),),
    overrides=(Override(datetime(2026, 12, 22, 18), datetime(2026, 12, 23, 17, 30), 90_000),),
)


def listed(booking: Booking) -> Listed:
    slugs = {"s1": "library", "s2": "market"}
    summary = booking.title or TITLES[booking.items[0]]
    return Listed(booking, summary, ("Youth club",), tuple(slugs[one] for one in booking.screens), "By the door", 1)


def file_of(*bookings: Booking, is_public: bool = False) -> bytes:
    return as_calendar("Library window", [listed(one) for one in bookings], is_public=is_public)


def known(*bookings: Booking, cancelled: frozenset[str] = frozenset()) -> Known:
    return Known(HERE, (HERE, MARKET), TITLES, TITLES, {one.uid: one for one in bookings}, cancelled)


def rows(data: bytes, *bookings: Booking, **chosen: str) -> list[Row]:
    return compare(read_calendar(data), known(*bookings), {name.replace("_", " "): it for name, it in chosen.items()})


def event(*lines: str) -> bytes:
    """A file of one event, said in lines; a UID, a start and a length are given if they are not."""
    usual = {"UID": "UID:u9", "DTSTART": "DTSTART;TZID=Europe/London:20261124T180000", "DURATION": "DURATION:PT1M"}
    said = {line.partition(":")[0].partition(";")[0] for line in lines}
    if "DTEND" in said:
        said.add("DURATION")
    whole = [words for name, words in usual.items() if name not in said]
    text = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, *whole, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(text).encode()


def told(row: Row) -> str:
    assert row.why is not None
    return row.why.told()


def put(row: Row) -> Booking:
    assert isinstance(row.change, BookingPut), row
    return row.change.booking


STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
RULES = st.sampled_from(
    ["", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;BYDAY=MO,TU,SU;COUNT=9", "freq=monthly;byday=-1fr;count=3;wkst=su"]
)


@st.composite
def some_bookings(draw: st.DrawFn) -> Booking:
    starts, rule = draw(STARTS), draw(RULES)
    zone = draw(st.sampled_from(["Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "Africa/Cairo"]))
    bare = Booking(
        "b1", draw(st.sampled_from(["u1", "ü;1,\\n:x"])),
        draw(st.sampled_from(["", "Fête; à, la\\n “carte”", "Tea dance"])),
        draw(st.sampled_from([("i1",), ("i2", "i1"), ("i1", "i1")])), draw(st.sampled_from([("s1",), ("s1", "s2")])),
        draw(st.sampled_from(STATES)), zone, starts, draw(st.integers(1, 86_400_000)), rule,
        plays=draw(st.sampled_from(["each", "series"])), is_premiere=draw(st.booleans()),
        sequence=draw(st.integers(0, 9)),
    )  # fmt: skip
    rdates = draw(st.sets(st.integers(1, 20), max_size=3))
    bare = replace(bare, rdates=tuple(starts + timedelta(days=day, minutes=1) for day in sorted(rdates)))
    regular = [one.recurrence for one in occurrences(bare)]
    taken_out = draw(st.sets(st.sampled_from(regular), max_size=len(regular) - 1))
    left = sorted(set(regular) - taken_out)
    moved = draw(st.sets(st.sampled_from(left), max_size=2))
    later = timedelta(minutes=draw(st.integers(1, 90)), milliseconds=draw(st.sampled_from([0, 7])))
    return replace(
        bare, exdates=tuple(sorted(taken_out)),
        overrides=tuple(Override(at, at + later, draw(st.integers(1, 10_000))) for at in sorted(moved)),
    )  # fmt: skip


@given(some_bookings())
def test_every_booking_comes_back_from_its_file_as_it_was(booking: Booking) -> None:
    data = file_of(booking)
    [back] = rows(data, booking)
    if back.kind == "refused":
        assert "overlap" in told(back)
        return
    assert back.kind == "same", (back, data.decode())
    [new] = rows(data)
    assert new.kind == "new"
    assert [(one.start_ms, one.end_ms) for one in occurrences(put(new))] == [
        (one.start_ms, one.end_ms) for one in occurrences(booking)
    ]


@given(some_bookings())
def test_a_public_calendar_tells_when_and_what_and_nothing_of_ours(booking: Booking) -> None:
    text = file_of(booking, is_public=True).decode()
    assert "X-COMMONSCREEN" not in text
    assert "i1" not in text.replace("\r\n ", "").split("SUMMARY")[0]


@given(some_bookings())
def test_an_outside_reader_finds_the_same_starts_in_our_files(booking: Booking) -> None:
    # A start that its own rule does not give is read differently everywhere (RFC 5545 leaves it open).
    assume("BY" not in booking.rule.upper())
    reader = pytest.importorskip("recurring_ical_events", reason="installed with the development tools")
    found = reader.of(Calendar.from_ical(file_of(booking))).between(datetime(2025, 1, 1), datetime(2029, 1, 1))
    theirs = sorted(ms_of(one["DTSTART"].dt) + int(one["DTSTART"].params.get("X-MS", "0")) for one in found)
    ours = [one.start_ms for one in occurrences(booking)]
    in_seconds = [sorted(at_ms // 1000 for at_ms in starts) for starts in (theirs, ours)]
    assert in_seconds[0] == in_seconds[1]


def test_a_file_keeps_to_the_form_other_programs_expect() -> None:
    text = file_of(WEEKLY).decode()
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    for words in (
        "DTSTART;TZID=Europe/London:20261124T180000", "DURATION:PT1M",
        "RRULE:FREQ=WEEKLY;UNTIL=20270302T235959Z;BYDAY=TU",
        "EXDATE;TZID=Europe/London:20261229T180000", "RECURRENCE-ID;TZID=Europe/London:20261222T180000",
        "STATUS:CONFIRMED", "SEQUENCE:0", "CATEGORIES:Youth club", "RESOURCES:library", "X-COMMONSCREEN-ITEM:i1",
    ):  # fmt: skip
        assert f"\r\n{words}\r\n" in text, words
    assert "STATUS:TENTATIVE" in file_of(replace(ONCE, state="provisional")).decode()


@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"])
def test_the_time_zone_in_a_file_says_what_the_zone_does(zone: str) -> None:
    text = file_of(replace(ONCE, zone=zone)).decode()
    block = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")] + "END:VTIMEZONE\r\n"
    read = tzical(StringIO(block)).get(zone)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year < 2028:
        here = wall(zone, int(at.timestamp() * 1000))
        assert at.astimezone(read).replace(tzinfo=None) == here.replace(tzinfo=None, fold=0), at
        at += timedelta(minutes=30)


def test_an_unchanged_event_is_the_same_a_changed_one_changed_and_an_older_one_refused() -> None:
    other = replace(WEEKLY, uid="u2", id="b2")
    assert [row.kind for row in rows(file_of(ONCE, other), ONCE)] == ["same", "new"]
    later = replace(ONCE, starts=datetime(2026, 11, 24, 19), sequence=3)
    [row] = rows(file_of(later), replace(ONCE, sequence=2))
    assert (row.kind, put(row).id, put(row).starts.hour) == ("changed", "b1", 19)
    [row] = rows(file_of(replace(later, sequence=1)), replace(ONCE, sequence=2))
    assert row.kind == "refused"
    assert "SEQUENCE 2 here, 1 in the file" in told(row)


def test_a_cancelled_event_cancels_its_booking_and_does_not_come_back_by_an_old_file() -> None:
    cancelled = file_of(ONCE).replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED")
    [row] = rows(cancelled, ONCE)
    assert row.change == BookingCancelled("b1")
    assert rows(cancelled)[0].change is None
    [row] = compare(read_calendar(file_of(ONCE)), known(cancelled=frozenset({"u1"})), {})
    assert "another UID" in told(row)


def test_what_another_program_left_out_stays_as_it_was() -> None:
    rich = replace(
        ONCE, items=("i2", "i1"), screens=("s1", "s2"), state="protected", plays="series", is_premiere=True,
        title="Gala",
    )  # fmt: skip
    lines = file_of(rich).decode().split("\r\n")
    plain = [line for line in lines if not line.startswith(("X-COMMONSCREEN", "RESOURCES", "STATUS"))]
    [row] = rows("\r\n".join(plain).encode(), rich)
    assert row.kind == "same"
    moved = "\r\n".join(plain).replace("T180000", "T183000").encode()
    [row] = rows(moved, rich)
    assert put(row) == replace(rich, starts=datetime(2026, 11, 24, 18, 30))


def test_an_event_is_known_by_its_title_and_asked_about_when_that_is_not_enough() -> None:
    [row] = rows(event("SUMMARY:tea  DANCE"))
    assert (put(row).items, put(row).title, put(row).screens) == (("i1",), "", ("s1",))
    [row] = rows(event("SUMMARY:Choir"))
    assert (row.kind, row.choices) == ("choose", ("i3", "i4"))
    [row] = rows(event("SUMMARY:Gala"))
    assert (row.kind, row.choices) == ("choose", ())
    [row] = rows(event("SUMMARY:Gala"), Gala="i3")
    assert (put(row).items, put(row).title) == (("i3",), "Gala")
    [row] = rows(event("SUMMARY:Gala"), Gala="i99")
    assert row.kind == "choose"


def test_times_in_utc_floating_or_of_another_zone_become_the_screens() -> None:
    assert put(rows(event("SUMMARY:Tea dance", "DTSTART:20260624T170000Z"))[0]).starts == datetime(2026, 6, 24, 18)
    assert put(rows(event("SUMMARY:Tea dance", "DTSTART:20260624T170000"))[0]).starts == datetime(2026, 6, 24, 17)
    made = put(rows(event("SUMMARY:Tea dance", "DTSTART;TZID=Europe/Paris:20260624T170000"))[0])
    assert (made.zone, made.starts.hour) == ("Europe/Paris", 17)
    made = put(rows(event("SUMMARY:Tea dance", "DTSTART:20260624T170000Z", "RRULE:FREQ=DAILY;COUNT=2"))[0])
    assert (made.zone, made.starts.hour) == ("UTC", 17)
    second = event("SUMMARY:Tea dance", "DTSTART:20261025T013000Z")
    assert (put(rows(second)[0]).zone, put(rows(second)[0]).starts.hour) == ("UTC", 1)


def test_the_end_of_an_event_is_counted_in_exact_time() -> None:
    night = event(
        "SUMMARY:Tea dance", "DTSTART;TZID=Europe/London:20261024T220000", "DTEND;TZID=Europe/London:20261025T060000"
    )
    assert put(rows(night)[0]).length_ms == 9 * 3_600_000


def test_exceptions_written_in_utc_find_their_occurrence() -> None:
    text = file_of(WEEKLY).decode()
    text = text.replace("EXDATE;TZID=Europe/London:20261229T180000", "EXDATE:20261229T180000Z")
    text = text.replace("RECURRENCE-ID;TZID=Europe/London:20261222T180000", "RECURRENCE-ID:20261222T180000Z")
    assert [row.kind for row in rows(text.encode(), WEEKLY)] == ["same"]


def test_an_exception_without_an_occurrence_is_left_out_and_told() -> None:
    [row] = rows(event("SUMMARY:Tea dance", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/London:20261201T180000"))
    assert row.left_out == (datetime(2026, 12, 1, 18),)
    assert put(row).exdates == ()


def test_an_occurrence_cancelled_by_itself_is_taken_out() -> None:
    data = file_of(WEEKLY).decode()
    first, second = data.split("RECURRENCE-ID")[0].rsplit("BEGIN:VEVENT", 1), data.split("RECURRENCE-ID")[1]
    single = (first[1] + "RECURRENCE-ID" + second).replace("STATUS:CONFIRMED", "STATUS:CANCELLED")
    [row] = rows((first[0] + "BEGIN:VEVENT" + single).encode(), WEEKLY)
    assert put(row).exdates == (datetime(2026, 12, 29, 18), datetime(2026, 12, 22, 18))
    assert put(row).overrides == ()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["DTSTART;VALUE=DATE:20261124"], "DTSTART is a day without a time"),
        (["DTSTART:gibberish"], "DTSTART:gibberish (line 3) cannot be read"),
        (["DTSTART;TZID=Foo/Bar:20261124T180000"], "“Foo/Bar” is no time zone we know"),
        (["DTSTART:00010101T000000"], "cannot be read"),
        (["DURATION:-PT1M"], "ends before it begins"),
        (["DURATION:PT0S"], "takes no time"),
        (["DTEND;TZID=Europe/London:20261124T170000"], "ends before it begins"),
        (["DURATION:PxT"], "DURATION:PxT (line 3) cannot be read"),
        (["SEQUENCE:-1"], "SEQUENCE:-1 (line 3)"),
        (["SEQUENCE:many"], "SEQUENCE:many (line 3)"),
        (["STATUS:MAYBE"], "STATUS:MAYBE (line 3)"),
        (["RRULE:FREQ=SECONDLY;COUNT=9"], "is too often"),
        (["RRULE:FREQ=DAILY"], "never ends"),
        (["RRULE:FREQ=FOO"], "RRULE:FREQ=FOO (line 3) cannot be read"),
        (["RRULE:FREQ=YEARLY;BYWEEKNO=3;COUNT=2"], "BYWEEKNO"),
        (["RRULE:FREQ=DAILY;COUNT=2", "DURATION:P2D"], "overlap"),
        (["RDATE;VALUE=PERIOD:20261124T180000Z/PT1H"], "RDATE is no single time"),
        (["RDATE;VALUE=DATE:20261124"], "RDATE is a day without a time"),
        (["RDATE:" + ",".join(["20261124T180000Z"] * 1001)], "RDATE lists more than 1000 times"),
        (["RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T180000Z"], "changes all occurrences from one on"),
        (["RECURRENCE-ID:20261124T180000Z"], "that is not in the file"),
        (["UID:u1", "UID:u2"], "UID stands twice in this event (line 4)"),
        (["UID:"], "has no UID"),
        (["SUMMARY:" + "x" * 300], "SUMMARY has more than 200 characters"),
        (["UID:" + "x" * 300], "UID has more than 255 characters"),
        (["X-COMMONSCREEN-ITEM:i99"], "There is no approved item “i99”"),
        (["RESOURCES:nowhere"], "There is no screen “nowhere”"),
        (["DTSTART;X-MS=one:20261124T180000"], "cannot be read"),
    ],
)
def test_an_event_that_cannot_be_a_booking_says_why_and_the_others_are_read(lines: list[str], words: str) -> None:
    if not any(line.startswith("SUMMARY") for line in lines):
        lines = [*lines, "SUMMARY:Tea dance"]
    good = event("UID:good", "SUMMARY:Skate day").decode().split("VCALENDAR\r\n")[1].removesuffix("END:")
    data = event(*lines).replace(b"END:VCALENDAR", good.encode() + b"END:VCALENDAR")
    [bad, row] = rows(data)
    assert bad.kind == "refused"
    assert words in told(bad)
    assert bad.line == 2
    assert (row.uid, row.kind) == ("good", "new")


def test_an_event_without_start_or_length_says_so() -> None:
    for missing, words in (("DTSTART", "no start"), ("DURATION", "neither when it ends")):
        lines = event("SUMMARY:Tea dance").decode().split("\r\n")
        [row] = rows("\r\n".join(line for line in lines if not line.startswith(missing)).encode())
        assert words in told(row)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no whole calendar"),
        (b"<html>", "Line 1 is outside of a calendar"),
        (b"\xff\xfe\x00B", "not text in UTF-8"),
        (b"BEGIN:VCALENDAR\n\0\nEND:VCALENDAR", "Line 2 holds characters"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "Line 3 ends something"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "its end is missing"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 9, "more than 2000 entries"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\nEND:X\n" * 2001 + b"END:VCALENDAR", "more than 2000 entries"),
        (b"BEGIN:VCALENDAR\nX:" + b"x" * 200_000 + b"\nEND:VCALENDAR", "Line 2 is too long"),
        (b"BEGIN:VCALENDAR\nX:" + b"\n x" * 200_000 + b"\nEND:VCALENDAR", "is too long"),
        (event(*["X-A:b"] * 50_001), "more than 50000 entries"),
        (b"x" * (calendar_reading.LARGEST_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_calendar_or_too_large_is_refused_as_a_whole(data: bytes, words: str) -> None:
    with pytest.raises(BadCalendar, match=words):
        read_calendar(data)


def test_events_that_come_to_too_many_occurrences_are_refused_together() -> None:
    often = b"".join(
        event(f"UID:u{number}", "SUMMARY:Tea dance", "RRULE:FREQ=DAILY;COUNT=360").split(b"VCALENDAR\r\n")[1][:-4]
        for number in range(60)
    )
    with pytest.raises(BadCalendar, match="more than 6000 occurrences"):
        rows(b"BEGIN:VCALENDAR\r\n" + often + b"END:VCALENDAR\r\n")


WORDS = st.sampled_from(
    ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "UID:a", "DTSTART:20261124T180000", "DURATION:PT1M",
     "DTSTART;TZID=Europe/London:20261124T180000", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20261124T180000",
     "SUMMARY:Choir",
     "RECURRENCE-ID:20261124T180000", " folded", "SEQUENCE:1", "DTSTART;=:", ":", ";", "DTSTART;TZID=:20261124T180000",
     "DTEND:99991231T235959Z", "RDATE:20261124T180000,", "CATEGORIES:", "RESOURCES:library,market",
     "DURATION:P9999999D"]
)  # fmt: skip


@given(st.lists(WORDS | st.text(max_size=30), max_size=25))
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(lines: list[str]) -> None:
    data = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]).encode(
        "utf-8", "replace"
    )
    try:
        events = read_calendar(data)
    except BadCalendar as bad:
        events, words = [], bad.told()
    else:
        words = "read"
    assert words
    for row in compare(events, known(), {}):
        assert row.kind != "refused" or told(row)
    assert all(isinstance(one, CalendarEvent | Unread) for one in events)


def test_alarms_to_dos_and_zones_in_a_file_are_passed_over() -> None:
    data = event("SUMMARY:Tea dance", "UID:u", "DURATION:PT1M", "BEGIN:VALARM", "UID:x", "DURATION:PT5M", "END:VALARM")
    data = data.replace(b"BEGIN:VEVENT", b"BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\nBEGIN:VEVENT", 1)
    [row] = rows(data)
    assert put(row).length_ms == 60_000
    assert row.line == 5
