"""When occurrences are: the subset of RFC 5545, days of every length, limits, and what is told."""

# ruff: noqa: DTZ001 - local times are what this is about

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.programme.booking import Booking, Override
from curator.programme.hours import ms_of, wall
from curator.programme.recurrence import LONGEST_DAYS, BadRecurrence, check, occurrences, summary, tidied

HOUR_MS = 3_600_000
ZONES = ("Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut")


def booking(starts: datetime, rule: str = "", zone: str = "Europe/London", length_ms: int = HOUR_MS) -> Booking:
    return Booking("b1", "b1@example", "", ("i1",), ("s1",), "confirmed", zone, starts, length_ms, rule)


def local_starts(one: Booking) -> list[datetime]:
    return [wall(one.zone, found.start_ms).replace(tzinfo=None) for found in occurrences(one)]


def days(one: Booking) -> list[str]:
    return [f"{at:%m-%d}" for at in local_starts(one)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", "11-24"),
        ("FREQ=DAILY;COUNT=3", "11-24 11-25 11-26"),
        ("FREQ=DAILY;INTERVAL=10;UNTIL=20261214T180000", "11-24 12-04 12-14"),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", "11-24 11-26 12-01 12-03"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", "11-24 12-08 12-22"),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=3", "11-24 12-29 01-26"),
        ("FREQ=MONTHLY;BYMONTHDAY=24,-1;COUNT=4", "11-24 11-30 12-24 12-31"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", "11-24 11-30 12-31"),
        ("FREQ=YEARLY;COUNT=2", "11-24 11-24"),
        ("FREQ=YEARLY;BYMONTH=11,12;BYDAY=4TU;COUNT=2", "11-24 12-22"),
        ("FREQ=DAILY;BYMONTH=12;COUNT=3", "11-24 12-01 12-02"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=2;COUNT=3", "11-24 12-01 12-08"),
        ("FREQ=WEEKLY;BYDAY=SU,TU;INTERVAL=2;WKST=SU;COUNT=4", "11-24 12-06 12-08 12-20"),
        ("FREQ=WEEKLY;BYDAY=SU,TU;INTERVAL=2;WKST=MO;COUNT=4", "11-24 11-29 12-08 12-13"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;UNTIL=20271124", "11-24 08-13"),
    ],
)
def test_each_part_of_the_subset_gives_its_days(rule: str, expected: str) -> None:
    assert days(booking(datetime(2026, 11, 24, 18), rule)) == expected.split()


def test_until_counts_an_occurrence_at_that_very_instant_in_utc_and_locally() -> None:
    summer = datetime(2026, 6, 1, 18)
    assert len(occurrences(booking(summer, "FREQ=DAILY;UNTIL=20260603T170000Z"))) == 3
    assert len(occurrences(booking(summer, "FREQ=DAILY;UNTIL=20260603T165959Z"))) == 2
    assert len(occurrences(booking(summer, "FREQ=DAILY;UNTIL=20260603T180000"))) == 3
    assert len(occurrences(booking(summer, "FREQ=DAILY;UNTIL=20260603"))) == 3


@pytest.mark.parametrize(
    ("zone", "starts", "offset_minutes"),
    [
        ("Europe/London", datetime(2026, 3, 29, 1, 30), 0),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), 630),
        ("Africa/Cairo", datetime(2026, 4, 24, 0, 0), 120),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 0, 0), -180),
        ("Asia/Beirut", datetime(2026, 3, 29, 0, 0), 120),
    ],
)
def test_a_start_that_clocks_jump_over_takes_the_offset_before_the_jump(
    zone: str, starts: datetime, offset_minutes: int
) -> None:
    found = occurrences(booking(starts - timedelta(days=1), "FREQ=DAILY;COUNT=3", zone))
    expected = starts.replace(tzinfo=UTC) - timedelta(minutes=offset_minutes)
    assert [one.recurrence for one in found] == [starts + timedelta(days=number) for number in (-1, 0, 1)]
    assert found[1].start_ms == ms_of(expected)
    assert wall(zone, found[1].start_ms).replace(tzinfo=None) > starts


@pytest.mark.parametrize(
    ("zone", "starts", "offset_minutes"),
    [
        ("Europe/London", datetime(2026, 10, 25, 1, 30), 60),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45), 660),
        ("Africa/Cairo", datetime(2026, 10, 29, 23, 30), 180),
        ("America/Sao_Paulo", datetime(2018, 2, 17, 23, 30), -120),
        ("Asia/Beirut", datetime(2026, 10, 24, 23, 30), 180),
    ],
)
def test_a_start_that_comes_twice_is_the_first(zone: str, starts: datetime, offset_minutes: int) -> None:
    (found,) = occurrences(booking(starts, "", zone))
    assert found.start_ms == ms_of(starts.replace(tzinfo=UTC) - timedelta(minutes=offset_minutes))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
        ("Africa/Cairo", date(2026, 10, 29), 25),
    ],
)
def test_days_are_as_long_as_they_are_and_lengths_are_exact_time(zone: str, day: date, hours: float) -> None:
    noon = datetime(day.year, day.month, day.day, 12) - timedelta(days=1)
    # From noon to noon over the change; where it is at midnight's end it falls into the next noon.
    found = occurrences(booking(noon, "FREQ=DAILY;COUNT=3", zone, 8 * HOUR_MS))
    spans = [(other.start_ms - one.start_ms) / HOUR_MS for one, other in pairwise(found)]
    assert hours in spans
    assert all(one.end_ms - one.start_ms == 8 * HOUR_MS for one in found)


def test_milliseconds_of_a_start_stay() -> None:
    found = occurrences(booking(datetime(2026, 11, 24, 18, 0, 0, 250_000), "FREQ=DAILY;COUNT=2"))
    assert [one.start_ms % 1000 for one in found] == [250, 250]
    assert [one.position for one in found] == [0, 1]


def test_dates_are_taken_out_added_and_moved() -> None:
    at = datetime(2026, 11, 24, 18)
    one = replace(
        booking(at, "FREQ=DAILY;COUNT=4"),
        exdates=(at + timedelta(days=1),),
        rdates=(at + timedelta(days=9),),
        overrides=(Override(at, at + timedelta(days=2, hours=2), 60_000),),
    )
    found = occurrences(one)
    assert [(f"{each.recurrence:%d}", each.position) for each in found] == [("26", 1), ("24", 0), ("27", 2), ("03", 3)]
    assert found[1].end_ms - found[1].start_ms == 60_000
    assert found == sorted(found, key=lambda each: each.start_ms)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "never ends"),
        ("FREQ=HOURLY;COUNT=2", "FREQ=HOURLY"),
        ("FREQ=YEARLY;BYWEEKNO=3;COUNT=2", "BYWEEKNO"),
        ("FREQ=YEARLY;BYYEARDAY=3;COUNT=2", "BYYEARDAY"),
        ("FREQ=DAILY;BYHOUR=3;COUNT=2", "BYHOUR"),
        ("FREQ=WEEKLY;BYMONTHDAY=3;COUNT=2", "BYMONTHDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=2", "BYDAY=1MO"),
        ("FREQ=MONTHLY;BYDAY=9MO;COUNT=2", "BYDAY=9MO"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT and UNTIL"),
        ("FREQ=DAILY;COUNT=2;COUNT=3", "COUNT stands twice"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=2", "INTERVAL=0"),
        ("FREQ=DAILY;UNTIL=20261332", "UNTIL=20261332"),
        ("FREQ=DAILY;UNTIL=00010101T000000Z", "UNTIL=0001"),
        ("FREQ=DAILY;BYSETPOS=1;COUNT=2", "BYSETPOS"),
        ("FREQ=DAILY;BYMONTH=13;COUNT=2", "BYMONTH=13"),
        ("FREQ=DAILY;WKST=XX;COUNT=2", "WKST=XX"),
        ("FREQ=DAILY;COUNT=2;", "is no part"),
        ("DAILY", "is no part"),
        ("COUNT=2", "needs FREQ"),
        ("FREQ=WEEKLY;COUNT=60", f"{LONGEST_DAYS} days"),
        ("FREQ=DAILY;UNTIL=99991231T000000Z", "cannot be read"),
        ("FREQ=DAILY;UNTIL=20281231T000000Z", f"{LONGEST_DAYS} days"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", f"{LONGEST_DAYS} days"),
    ],
)
def test_what_lies_outside_is_refused_by_name(rule: str, words: str) -> None:
    with pytest.raises(BadRecurrence, match=words):
        check(booking(datetime(2026, 11, 24, 18), rule))


def test_an_exdate_or_a_move_that_fits_nothing_is_refused_and_can_be_tidied_away() -> None:
    at = datetime(2026, 11, 24, 18)
    stray = at + timedelta(hours=1)
    clean = booking(at, "FREQ=DAILY;COUNT=3")
    for one in (
        replace(clean, exdates=(stray,)),
        replace(clean, overrides=(Override(stray, stray, HOUR_MS),)),
        replace(clean, overrides=(Override(at, stray, HOUR_MS),), exdates=(at,)),
    ):
        with pytest.raises(BadRecurrence, match="there is no occurrence then"):
            check(one)
        mended, left_out = tidied(one)
        check(mended)
        assert len(left_out) == 1
    assert tidied(clean) == (clean, ())


def test_a_cancelled_occurrence_stays_cancelled_when_its_move_is_tidied_away() -> None:
    at = datetime(2026, 11, 24, 18)
    one = replace(
        booking(at, "FREQ=DAILY;COUNT=3"), overrides=(Override(at, at + timedelta(hours=2), HOUR_MS),), exdates=(at,)
    )
    mended, _ = tidied(one)
    assert (mended.exdates, mended.overrides) == ((at,), ())
    assert len(occurrences(mended)) == 2


def test_occurrences_that_overlap_each_other_are_refused() -> None:
    with pytest.raises(BadRecurrence, match="overlap"):
        check(booking(datetime(2026, 11, 24, 18), "FREQ=DAILY;COUNT=3", length_ms=25 * HOUR_MS))
    check(booking(datetime(2026, 11, 24, 18), "FREQ=DAILY;COUNT=3", length_ms=24 * HOUR_MS))


def test_a_booking_without_any_occurrence_an_unknown_zone_and_a_far_year_are_refused() -> None:
    at = datetime(2026, 11, 24, 18)
    with pytest.raises(BadRecurrence, match="Every occurrence"):
        check(replace(booking(at), exdates=(at,)))
    for zone in ("Mars/Olympus", "../etc/passwd", "", "Europe"):
        with pytest.raises(BadRecurrence, match="time zone"):
            check(booking(at, "", zone))
    for year in (1, 1969, 9999):
        with pytest.raises(BadRecurrence, match="year"):
            check(booking(at.replace(year=year)))
    with pytest.raises(BadRecurrence, match=f"{LONGEST_DAYS} days"):
        check(replace(booking(at), rdates=(at.replace(year=2028),)))


RULES = st.builds(
    "FREQ={};INTERVAL={};{}COUNT={}".format,
    st.sampled_from(["DAILY", "WEEKLY"]),
    st.integers(1, 4),
    st.sampled_from(["", "BYDAY=TU,SA;", "BYMONTH=1,3,10,11;"]),
    st.integers(1, 12),
)
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)


@given(STARTS, RULES, st.sampled_from(ZONES))
def test_a_series_has_exactly_its_count_never_loses_one_and_begins_with_its_start(
    starts: datetime, rule: str, zone: str
) -> None:
    one = booking(starts, rule, zone, 60_000)
    try:
        found = occurrences(one)
    except BadRecurrence as refused:
        if refused.values != {"days": LONGEST_DAYS}:
            raise
        return
    assert len(found) == int(rule.rpartition("=")[2])
    assert found[0].recurrence == starts
    assert [each.position for each in found] == list(range(len(found)))
    for each in found:
        there = wall(zone, each.start_ms).replace(tzinfo=None)
        before = ZoneInfo(zone).utcoffset(each.recurrence - timedelta(days=1))
        now = ZoneInfo(zone).utcoffset(each.recurrence + timedelta(days=1))
        assert there == each.recurrence or (
            before != now and timedelta(0) < there - each.recurrence <= timedelta(hours=1)
        )


@given(st.text(st.sampled_from("FREQ=DAILYWKOUNTB;,+-0123456789MSP"), max_size=60) | st.text(max_size=40))
def test_any_text_for_a_rule_is_worked_out_or_told(rule: str) -> None:
    try:
        occurrences(booking(datetime(2026, 11, 24, 18), rule))
    except BadRecurrence as refused:
        told = refused.told()
    else:
        told = "worked out"
    assert told


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "24 November 2026 at 18:00"),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=14", "every Tuesday and Thursday at 18:00, 14 times until 7 January 2027"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", "every 2 weeks on Tuesday at 18:00, 2 times until 8 December 2026"),
        ("FREQ=DAILY;COUNT=2", "every day at 18:00, 2 times until 25 November 2026"),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=2", "every month on the last Tuesday at 18:00, 2 times until 29 December 2026"),
        ("FREQ=YEARLY;COUNT=2", "every year on 24 November at 18:00, 2 times until 24 November 2027"),
    ],
)
def test_a_recurrence_is_told_in_words(rule: str, words: str) -> None:
    assert summary(booking(datetime(2026, 11, 24, 18), rule)) == words


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20271101T000000",
        "FREQ=DAILY;BYSETPOS=2;BYDAY=MO;UNTIL=20271101T000000",
        "FREQ=DAILY;INTERVAL=999;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;UNTIL=20271101T000000",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31,-31;UNTIL=20271101T000000",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20;UNTIL=20271101T000000",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5;UNTIL=20271101T000000",
        "FREQ=YEARLY;BYDAY=-1FR;BYMONTHDAY=1;BYMONTH=12;UNTIL=20271101T000000",
    ],
)
def test_a_rule_that_no_day_can_fulfil_keeps_nobody_waiting(rule: str) -> None:
    begun_s = time.monotonic()
    assert days(booking(datetime(2026, 11, 24, 18), rule)) == ["11-24"]
    assert time.monotonic() - begun_s < 2


@pytest.mark.parametrize("year", [1970, 1999, 2027, 2096, 2099, 2100, 2399, 9988])
def test_leap_days_and_weekdays_are_right_in_every_century(year: int) -> None:
    monthly = booking(datetime(year, 12, 31, 18), "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3")
    feb = date(year + 1, 3, 1) - timedelta(days=1)
    assert [one.recurrence.date() for one in occurrences(monthly)] == [date(year, 12, 31), date(year + 1, 1, 31), feb]
    weekly = occurrences(booking(datetime(year, 12, 31, 18), "FREQ=WEEKLY;COUNT=10"))
    assert [one.recurrence.date() for one in weekly] == [date(year, 12, 31) + timedelta(weeks=n) for n in range(10)]
