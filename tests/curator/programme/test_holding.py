"""Dayparts hold by the clock on the wall, whatever the clocks do."""

from datetime import UTC, date, datetime, time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from curator.programme.dayparts import EVERY_DAY, MINUTES_A_DAY, Daypart, Hours
from curator.programme.holding import holds, spans
from curator.programme.hours import DAY_MS, HOUR_MS, day_start, instant_of, wall
from curator.programme.rules import When

LONDON = "Europe/London"
ZONES = (
    LONDON, "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "America/Sao_Paulo",
    "Asia/Ho_Chi_Minh", "UTC",
)  # fmt: skip


def part(from_minute: int, until_minute: int, weekdays: frozenset[int] = EVERY_DAY) -> Daypart:
    return Daypart("d", "Some hours", (Hours(weekdays, from_minute, until_minute),))


def utc_ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc,arg-type]


def shows(hours: Hours, zone: str, at_ms: int) -> bool:
    """Whether a clock on the wall shows a time inside the hours: what is meant, said once more and plainly."""
    local = wall(zone, at_ms)
    minute = local.hour * 60 + local.minute
    overnight = hours.until_minute <= hours.from_minute
    today = hours.from_minute <= minute < (MINUTES_A_DAY if overnight else hours.until_minute)
    since_yesterday = overnight and minute < hours.until_minute
    return (today and local.weekday() in hours.weekdays) or (
        since_yesterday and (local.weekday() - 1) % 7 in hours.weekdays
    )


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    minutes = st.one_of(st.integers(0, 47).map(lambda half: half * 30), st.integers(0, MINUTES_A_DAY - 1))
    weekdays = draw(st.one_of(st.just(EVERY_DAY), st.frozensets(st.integers(0, 6), min_size=1)))
    return Hours(weekdays, draw(minutes), draw(minutes.map(lambda minute: minute + 1)))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(some_hours(), min_size=1, max_size=3),
    st.sampled_from(ZONES),
    st.one_of(
        st.integers(utc_ms(2010, 1, 1), utc_ms(2028, 1, 1)),
        st.sampled_from([utc_ms(2026, 3, 28), utc_ms(2026, 10, 24), utc_ms(2017, 10, 14), utc_ms(2018, 2, 17)]),
    ),
    st.lists(st.integers(0, 4 * DAY_MS - 1), min_size=20, max_size=60),
)
def test_a_daypart_holds_exactly_when_the_clock_on_the_wall_shows_it(
    hours: list[Hours], zone: str, from_ms: int, after: list[int]
) -> None:
    to_ms = from_ms + 4 * DAY_MS
    found = spans(Daypart("d", "", tuple(hours)), zone, from_ms, to_ms)
    assert all(before[1] < following[0] for before, following in pairwise(found))
    assert all(from_ms <= start_ms < end_ms <= to_ms for start_ms, end_ms in found)
    edges = [edge + more for span in found for edge in span for more in (-1, 0)]
    for at_ms in [*(from_ms + one for one in after), *(edge for edge in edges if from_ms <= edge < to_ms)]:
        inside = any(start_ms <= at_ms < end_ms for start_ms, end_ms in found)
        assert inside == any(shows(one, zone, at_ms) for one in hours)


def test_a_night_is_as_long_as_the_clocks_make_it() -> None:
    night = part(22 * 60, 6 * 60)
    for day, hours in ((date(2026, 3, 28), 7), (date(2026, 6, 1), 8), (date(2026, 10, 24), 9)):
        start_ms = instant_of(LONDON, day, time(12))
        [(from_ms, until_ms)] = spans(night, LONDON, start_ms, start_ms + DAY_MS)
        assert (until_ms - from_ms) == hours * HOUR_MS


def test_a_bound_the_clocks_jump_over_is_at_the_jump() -> None:
    jump_ms = utc_ms(2026, 3, 29, 1)
    day_ms = utc_ms(2026, 3, 29)
    assert spans(part(90, 180), LONDON, day_ms, day_ms + 6 * HOUR_MS) == [(jump_ms, jump_ms + HOUR_MS)]
    assert spans(part(30, 90), LONDON, day_ms, day_ms + 6 * HOUR_MS) == [(day_ms + HOUR_MS // 2, jump_ms)]
    assert spans(part(75, 105), LONDON, day_ms, day_ms + 6 * HOUR_MS) == []


def test_a_time_shown_twice_holds_twice() -> None:
    from_ms = utc_ms(2026, 10, 24, 23)
    first_ms = utc_ms(2026, 10, 25, 0, 30)
    quarter_ms = HOUR_MS // 4
    assert spans(part(90, 105), LONDON, from_ms, from_ms + 6 * HOUR_MS) == [
        (first_ms, first_ms + quarter_ms),
        (first_ms + HOUR_MS, first_ms + HOUR_MS + quarter_ms),
    ]
    assert spans(part(60, 120), LONDON, from_ms, from_ms + 6 * HOUR_MS) == [
        (utc_ms(2026, 10, 25, 0), utc_ms(2026, 10, 25, 2))
    ]


def test_a_rule_of_some_days_ends_at_midnight_in_the_middle_of_its_night() -> None:
    night = part(22 * 60, 6 * 60)
    when = When("d", "2026-11-23", "2026-11-24")
    from_ms = day_start(LONDON, date(2026, 11, 20))
    midnight_ms = day_start(LONDON, date(2026, 11, 23))
    assert holds(when, {"d": night}, LONDON, from_ms, from_ms + 9 * DAY_MS) == [
        (midnight_ms, midnight_ms + 6 * HOUR_MS),
        (midnight_ms + 22 * HOUR_MS, midnight_ms + DAY_MS),
    ]
    assert holds(When(), {}, LONDON, 5, 9) == [(5, 9)]
    assert holds(When(from_day="2026-11-23"), {}, LONDON, 5, 9) == []
