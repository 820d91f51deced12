"""Bookings that recur: what is stored for each occurrence on each screen, and what an edit leaves alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from curator import bookings, screens
from curator.bookings import BookingRefused, Slot
from curator.programme.booking import Booking, Override
from curator.programme.hours import wall
from curator.screens import Screen
from curator.slots import MOST_LISTED, TooManySlots
from curator.tables import booking_slots
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things

A_DAY_MS = 24 * AN_HOUR_MS
LEAD_MS = 15_000


def daily(town: Town, on: list[Screen], items: list[str], count: int = 5) -> Booking:
    """Every day from an hour from now on, for ten minutes."""
    starts = wall("UTC", town.clock() // 1000 * 1000 + AN_HOUR_MS).replace(tzinfo=None)
    return Booking(
        id="", uid="", title="", items=tuple(items), screens=tuple(screen.id for screen in on), state="confirmed",
        zone="UTC", starts=starts, length_ms=600_000, rule=f"FREQ=DAILY;COUNT={count}" if count > 1 else "",
    )  # fmt: skip


def put(town: Town, booking: Booking) -> Booking:
    return things.run(
        town,
        lambda c: bookings.put(c, booking, now_ms=town.clock(), lead_ms=LEAD_MS, by=town.accounts["programmer"]),
    )


def slots(town: Town, screen: Screen) -> list[Slot]:
    return things.run(town, lambda c: bookings.between(c, screen.id, 0, 2**52))


def test_a_series_is_stored_on_every_screen_with_its_numbers(town: Town) -> None:
    here, there = things.screen(town, "Here"), things.screen(town, "There")
    one, two = things.approved_item(town, "Part one"), things.approved_item(town, "Part two")
    made = put(town, replace(daily(town, [here, there], [one, two]), plays="series"))
    assert made.uid == f"{made.id}@commonscreen"
    for screen in (here, there):
        found = slots(town, screen)
        assert [slot.number for slot in found] == [0, 1, 2, 3, 4]
        assert [slot.item_id for slot in found] == [one, two, one, two, one]
        assert {later.start_ms - early.start_ms for early, later in pairwise(found)} == {A_DAY_MS}
        assert all(slot.is_recurring and slot.booking_id == made.id for slot in found)
    assert things.run(town, lambda c: bookings.get(c, made.id)) == made


def test_an_edit_raises_the_sequence_and_the_same_again_changes_nothing(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    made = put(town, daily(town, [screen], [item]))
    edited = put(town, replace(made, title="Daily talk", uid=""))
    assert (edited.uid, edited.sequence, edited.title) == (made.uid, 1, "Daily talk")
    assert put(town, edited) == edited
    assert {slot.title for slot in slots(town, screen)} == {"Daily talk"}


def test_what_has_been_stays_when_a_series_is_edited(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    made = put(town, daily(town, [screen], [item]))
    before = slots(town, screen)
    town.clock.turn(A_DAY_MS + 2 * AN_HOUR_MS)
    put(town, replace(made, length_ms=1_200_000))
    after = slots(town, screen)
    assert after[:2] == before[:2]
    assert [slot.end_ms - slot.start_ms for slot in after[2:]] == [1_200_000] * 3


def test_an_occurrence_that_has_begun_is_not_moved_but_may_be_taken_out(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    made = put(town, daily(town, [screen], [item]))
    town.clock.turn(AN_HOUR_MS + 60_000)
    later = Override(made.starts, made.starts + timedelta(hours=2), made.length_ms)
    with pytest.raises(BookingRefused, match="begun"):
        put(town, replace(made, overrides=(later,)))
    put(town, replace(made, exdates=(made.starts,)))
    assert len(slots(town, screen)) == 4


def test_a_single_booking_that_has_begun_stays_and_one_that_is_over_is_not_edited(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    made = put(town, daily(town, [screen], [item], 1))
    town.clock.turn(AN_HOUR_MS + 60_000)
    for other in (replace(made, starts=made.starts + timedelta(hours=3)), replace(made, length_ms=60_000)):
        with pytest.raises(BookingRefused, match="begun"):
            put(town, other)
    town.clock.turn(AN_HOUR_MS)
    with pytest.raises(BookingRefused, match="past"):
        put(town, replace(made, title="Too late"))


def test_a_series_over_another_booking_is_refused_with_its_name_its_screen_and_a_free_time(town: Town) -> None:
    here, there = things.screen(town, "Here"), things.screen(town, "There")
    item = things.approved_item(town, "Talk")
    taken = things.book(town, there, item, town.clock() // 1000 * 1000 + 2 * A_DAY_MS + AN_HOUR_MS + 300_000, 600_000)
    with pytest.raises(BookingRefused) as refusal:
        put(town, daily(town, [here, there], [item]))
    assert "Talk" in refusal.value.told()
    assert "There" in refusal.value.told()
    assert refusal.value.free_ms == (taken.start_ms - 600_000, taken.end_ms)
    assert slots(town, here) == []


def test_provisional_bookings_overlap_and_are_refused_when_they_are_confirmed(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    firm = put(town, daily(town, [screen], [item]))
    maybe = put(town, replace(firm, id="", uid="", state="provisional"))
    with pytest.raises(BookingRefused, match="taken"):
        put(town, replace(maybe, state="confirmed"))
    things.run(town, lambda c: bookings.cancel(c, firm.id, now_ms=town.clock(), by=None))
    assert put(town, replace(maybe, state="protected")).state == "protected"


def test_items_that_do_not_fit_together_are_refused(town: Town) -> None:
    screen = things.screen(town)
    items = [things.approved_item(town, name, duration_ms=400_000) for name in ("One", "Two")]
    with pytest.raises(BookingRefused, match="together"):
        put(town, daily(town, [screen], items))
    assert put(town, replace(daily(town, [screen], items), plays="series")).plays == "series"


@pytest.mark.parametrize("wrong", ["screen", "no screen", "no item", "long", "id", "over", "title"])
def test_a_booking_that_cannot_be_is_refused_and_nothing_is_stored(town: Town, wrong: str) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    good = daily(town, [screen], [item])
    bad = {
        "screen": replace(good, screens=("nowhere",)),
        "no screen": replace(good, screens=()),
        "no item": replace(good, items=()),
        "long": replace(good, overrides=(Override(good.starts, good.starts, 25 * AN_HOUR_MS),)),
        "id": replace(good, id="../x"),
        "over": replace(good, starts=good.starts - timedelta(days=30)),
        "title": replace(good, title="x" * 201),
    }[wrong]
    with pytest.raises(BookingRefused):
        put(town, bad)
    assert slots(town, screen) == []


def test_a_booking_on_a_screen_taken_down_may_still_be_edited_and_a_cancelled_one_not(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    made = put(town, daily(town, [screen], [item]))
    things.run(town, lambda c: screens.retire(c, screen.id, now_ms=town.clock(), by=town.accounts["programmer"]))
    edited = put(town, replace(made, title="Still"))
    things.run(town, lambda c: bookings.cancel(c, made.id, now_ms=town.clock(), by=None))
    with pytest.raises(BookingRefused, match="cancelled"):
        put(town, replace(edited, title="Again"))
    assert things.run(town, lambda c: bookings.get(c, made.id)) is None


def test_the_second_of_two_equal_local_times_is_booked_exactly(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    second_ms = int(datetime.fromisoformat("2026-10-25T01:30:00+00:00").timestamp()) * 1000
    assert things.book(town, screen, item, second_ms).start_ms == second_ms


def test_more_slots_than_are_read_at_once_are_refused_and_no_booking_comes_to_have_them(town: Town) -> None:
    screen, item = things.screen(town), things.approved_item(town, "Talk")
    made = put(town, daily(town, [screen], [item], count=2))
    been: list[dict[str, object]] = [
        {"booking_id": made.id, "screen_id": screen.id, "recurrence": f"{number}", "position": number + 1,
         "start_ms": number * 10, "end_ms": number * 10 + 5}
        for number in range(MOST_LISTED)
    ]  # fmt: skip
    things.run(town, lambda c: c.execute(booking_slots.insert(), been))
    assert len(things.run(town, lambda c: bookings.between(c, screen.id, 0, town.clock()))) == MOST_LISTED
    with pytest.raises(TooManySlots, match="more than 50000"):
        slots(town, screen)
    with pytest.raises(BookingRefused, match="at most 50000 are kept"):
        put(town, replace(made, title="Again"))
