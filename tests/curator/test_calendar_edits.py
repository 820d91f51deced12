"""What drags and cancellings make of a booking: one occurrence, one and what follows, or all."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from curator.programme.booking import Booking, Override
from curator.programme.changes import BookingCancelled, BookingPut
from curator.programme.recurrence import occurrences
from curator.web.calendar_edits import NoEdit, Reach, cancelled, moved, parted

HALF_HOUR_MS = 1_800_000
TUESDAY = datetime.fromisoformat("2026-11-24T18:00:00")
WEEK = timedelta(days=7)


def booking(**words: object) -> Booking:
    made = Booking(
        id="one", uid="one@commonscreen", title="", items=("a", "b", "c"), screens=("s",), state="confirmed",
        zone="Europe/London", starts=TUESDAY, length_ms=HALF_HOUR_MS, rule="FREQ=WEEKLY;COUNT=6",
    )  # fmt: skip
    return replace(made, **words)  # type: ignore[arg-type]


def put(changes: tuple[object, ...]) -> list[Booking]:
    assert all(isinstance(change, BookingPut) for change in changes)
    return [change.booking for change in changes if isinstance(change, BookingPut)]


def starts(of: Booking) -> list[datetime]:
    overridden = {one.recurrence: one.starts for one in of.overrides}
    return [overridden.get(one.recurrence, one.recurrence) for one in occurrences(of)]


def test_one_occurrence_moves_alone() -> None:
    (made,) = put(moved(booking(), TUESDAY + WEEK, "this", TUESDAY + WEEK + timedelta(hours=2), 60_000, "two"))
    assert starts(made)[1] == TUESDAY + WEEK + timedelta(hours=2)
    assert [one for one in starts(made) if one != starts(made)[1]] == [TUESDAY + WEEK * n for n in (0, 2, 3, 4, 5)]
    assert made.overrides == (Override(TUESDAY + WEEK, TUESDAY + WEEK + timedelta(hours=2), 60_000),)


def test_moving_one_occurrence_twice_keeps_the_last_place_only() -> None:
    (once,) = put(moved(booking(), TUESDAY + WEEK, "this", TUESDAY + WEEK + timedelta(hours=2), 60_000, "two"))
    (twice,) = put(moved(once, TUESDAY + WEEK, "this", TUESDAY + WEEK + timedelta(hours=3), 60_000, "two"))
    assert [one.starts.hour for one in twice.overrides] == [21]


def test_all_occurrences_move_by_as_much_and_keep_what_was_taken_out() -> None:
    taken_out = booking(exdates=(TUESDAY + 2 * WEEK,))
    (made,) = put(moved(taken_out, TUESDAY + WEEK, "all", TUESDAY + WEEK + timedelta(minutes=30), 60_000, "two"))
    assert starts(made) == [TUESDAY + n * WEEK + timedelta(minutes=30) for n in (0, 1, 3, 4, 5)]
    assert made.length_ms == 60_000


def test_all_occurrences_move_to_another_day_with_the_days_their_rule_names() -> None:
    tuesdays_and_fridays = booking(rule="FREQ=WEEKLY;BYDAY=TU,FR;COUNT=4")
    (made,) = put(
        moved(tuesdays_and_fridays, TUESDAY, "all", TUESDAY + timedelta(days=1), HALF_HOUR_MS, "two")
    )  # fmt: skip
    assert [one.strftime("%a") for one in starts(made)] == ["Wed", "Sat", "Wed", "Sat"]


def test_this_and_following_parts_the_series_and_the_halves_make_the_whole() -> None:
    before, after = put(
        moved(booking(), TUESDAY + 2 * WEEK, "following", TUESDAY + 2 * WEEK + timedelta(hours=1), 60_000, "two")
    )  # fmt: skip
    assert starts(before) == [TUESDAY, TUESDAY + WEEK]
    assert starts(after) == [TUESDAY + n * WEEK + timedelta(hours=1) for n in (2, 3, 4, 5)]
    assert (before.id, after.id, after.uid) == ("one", "two", "two@commonscreen")


def test_from_the_first_on_is_all_of_it() -> None:
    assert len(moved(booking(), TUESDAY, "following", TUESDAY + timedelta(hours=1), 60_000, "two")) == 1


def test_a_series_that_is_parted_goes_on_with_its_next_item() -> None:
    _before, after = parted(booking(plays="series"), TUESDAY + WEEK, "two")
    assert after.items == ("b", "c")


def test_what_was_taken_out_or_moved_goes_to_its_own_half() -> None:
    busy = booking(
        exdates=(TUESDAY + WEEK, TUESDAY + 4 * WEEK),
        overrides=(Override(TUESDAY + 3 * WEEK, TUESDAY + 3 * WEEK + timedelta(hours=1), 60_000),),
    )
    before, after = parted(busy, TUESDAY + 2 * WEEK, "two")
    assert starts(before) + starts(after) == starts(busy)


def test_a_rule_with_an_end_keeps_it_when_it_is_parted() -> None:
    until = booking(rule="FREQ=WEEKLY;UNTIL=20261231T000000")
    before, after = parted(until, TUESDAY + 2 * WEEK, "two")
    assert starts(before) + starts(after) == starts(until)


def test_one_occurrence_is_taken_out() -> None:
    (made,) = put(cancelled(booking(), TUESDAY + WEEK, "this"))
    assert starts(made) == [TUESDAY + n * WEEK for n in (0, 2, 3, 4, 5)]


def test_what_follows_is_taken_out() -> None:
    (made,) = put(cancelled(booking(), TUESDAY + 2 * WEEK, "following"))
    assert starts(made) == [TUESDAY, TUESDAY + WEEK]


@pytest.mark.parametrize("reach", ["this", "following", "all"])
def test_the_only_occurrence_taken_out_cancels_the_booking(reach: Reach) -> None:
    assert cancelled(booking(rule=""), TUESDAY, reach) == (BookingCancelled("one"),)


def test_a_rule_by_days_of_the_month_does_not_move_to_another_day_by_dragging() -> None:
    monthly = booking(rule="FREQ=MONTHLY;BYDAY=4TU;COUNT=3")
    with pytest.raises(NoEdit, match="days of the month"):
        moved(monthly, TUESDAY, "all", TUESDAY + timedelta(days=1), HALF_HOUR_MS, "two")


def test_an_occurrence_that_is_gone_is_told() -> None:
    with pytest.raises(NoEdit, match="not there any more"):
        moved(booking(), TUESDAY + timedelta(days=1), "this", TUESDAY, HALF_HOUR_MS, "two")
