"""Booking a time: what is refused, what is offered instead, and who may."""

from datetime import date, time

import pytest

from curator import bookings
from curator.bookings import BookingRefused
from curator.programme.hours import instant_of
from curator.screens import Screen
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things

LEAD_MS = 15_000


def refused(town: Town, screen: Screen, item_id: str, start_ms: int, length_ms: int | None = None) -> BookingRefused:
    with pytest.raises(BookingRefused) as refusal:
        things.book(town, screen, item_id, start_ms, length_ms)
    assert things.run(town, lambda c: len(bookings.between(c, screen.id, 0, 2**52))) <= 1
    return refusal.value


def test_a_taken_time_is_refused_and_the_nearest_free_ones_are_offered(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk", duration_ms=60_000)
    taken = things.book(town, screen, item_id, town.clock() + AN_HOUR_MS, 600_000)
    refusal = refused(town, screen, item_id, taken.start_ms + 1, 60_000)
    assert "Talk" in refusal.told()
    assert refusal.free_ms == (taken.start_ms - 60_000, taken.end_ms)
    assert refused(town, screen, item_id, taken.start_ms - 59_999).free_ms[-1] == taken.end_ms


def test_bookings_may_touch(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk", duration_ms=60_000)
    first = things.book(town, screen, item_id, town.clock() + AN_HOUR_MS)
    assert first.end_ms - first.start_ms == 60_000
    things.book(town, screen, item_id, first.end_ms)
    things.book(town, screen, item_id, first.start_ms - 60_000)


def test_the_past_and_what_screens_cannot_hear_of_in_time_are_refused(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk")
    for start_ms in (town.clock() - AN_HOUR_MS, town.clock(), town.clock() + LEAD_MS - 1):
        assert town.clock() + LEAD_MS < refused(town, screen, item_id, start_ms).free_ms[0] < town.clock() + AN_HOUR_MS
    things.book(town, screen, item_id, town.clock() + LEAD_MS)


def test_a_slot_shorter_than_its_item_and_an_endless_one_are_refused(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk", duration_ms=60_000)
    refused(town, screen, item_id, town.clock() + AN_HOUR_MS, 59_999)
    refused(town, screen, item_id, town.clock() + AN_HOUR_MS, 25 * AN_HOUR_MS)
    refused(town, screen, item_id, town.clock() + 400 * 24 * AN_HOUR_MS)


def test_only_an_approved_item_can_be_booked(town: Town) -> None:
    screen = things.screen(town)
    waiting = things.submitted_item(town, "Waits")
    withdrawn = things.approved_item(town, "Gone")
    things.withdraw(town, withdrawn)
    for item_id in (waiting, withdrawn, "no-such-item"):
        refused(town, screen, item_id, town.clock() + AN_HOUR_MS)


def test_a_cancelled_time_is_free_again(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk")
    made = things.book(town, screen, item_id, town.clock() + AN_HOUR_MS)
    for _ in range(2):
        things.run(
            town, lambda c: bookings.cancel(c, made.booking_id, now_ms=town.clock(), by=town.accounts["programmer"])
        )
    assert things.book(town, screen, item_id, made.start_ms).start_ms == made.start_ms


async def test_a_programmer_books_by_the_screens_own_clock_and_cancels(town: Town) -> None:
    screen, item_id = things.screen(town, zone="Asia/Kathmandu"), things.approved_item(town, "Talk")
    client = town.client("programmer")
    form = {"item": item_id, "day": "2026-11-23", "time": "14:30:15", "length": "2:00"}
    page = await (await client.post(f"/programme/{screen.slug}/book", data=form)).text()
    assert "Booked" in page
    [made] = things.run(town, lambda c: bookings.between(c, screen.id, 0, 2**52))
    assert made.start_ms == instant_of("Asia/Kathmandu", date(2026, 11, 23), time(14, 30, 15))
    assert made.end_ms - made.start_ms == 120_000
    assert "14:30:15" in page
    answer = await client.post(f"/programme/{screen.slug}/bookings/{made.booking_id}/cancel")
    assert "Cancelled" in await answer.text()
    assert things.run(town, lambda c: bookings.between(c, screen.id, 0, 2**52)) == []


async def test_a_time_the_clocks_jump_over_is_refused_with_the_one_after(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk")
    form = {"item": item_id, "day": "2027-03-28", "time": "01:30", "length": ""}
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/book", data=form)
    assert answer.status == 422
    page = await answer.text()
    assert "Clocks go forward" in page
    assert 'name="time" value="02:00:00"' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "tomorrow"}, {"time": "25:00"}, {"length": "soon"}, {"length": "0"}, {"day": "0001-01-01"},
        {"day": "9999-12-31"}, {"length": "99999999999"}, {"item": "<script>"}, {"time": "12:00+14:00"}, {"day": ""},
    ],
)  # fmt: skip
async def test_a_form_filled_in_wrongly_is_told_and_kept(town: Town, wrong: dict[str, str]) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk")
    form = {"item": item_id, "day": "2026-11-23", "time": "12:00", "length": ""} | wrong
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/book", data=form)
    if wrong == {"time": "12:00+14:00"}:
        assert answer.status == 200  # the zone is the screen's, whatever the form says
        return
    assert answer.status == 422
    page = await answer.text()
    assert 'role="alert"' in page
    assert "<script>&" not in page.replace("&lt;", "")


@pytest.mark.parametrize("who", ["moderator", "technician", "editor", "contributor", "outsider", None])
async def test_nobody_but_a_programmer_books_or_cancels(town: Town, who: str | None) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk")
    made = things.book(town, screen, item_id, town.clock() + AN_HOUR_MS)
    client = town.client(who)
    form = {"item": item_id, "day": "2026-11-23", "time": "12:00"}
    expected = 403 if who else 303
    answers = [
        await client.get(f"/programme/{screen.slug}/book", allow_redirects=False),
        await client.post(f"/programme/{screen.slug}/book", data=form, allow_redirects=False),
        await client.post(f"/programme/{screen.slug}/bookings/{made.booking_id}/cancel", allow_redirects=False),
    ]
    assert [answer.status for answer in answers] == [expected] * 3
    assert things.run(town, lambda c: bookings.between(c, screen.id, 0, 2**52)) == [made]


async def test_a_booking_of_another_screen_is_not_cancelled_here(town: Town) -> None:
    here, there = things.screen(town, "Here"), things.screen(town, "There")
    made = things.book(town, there, things.approved_item(town, "Talk"), town.clock() + AN_HOUR_MS)
    answer = await town.client("programmer").post(f"/programme/{here.slug}/bookings/{made.booking_id}/cancel")
    assert answer.status == 404
    assert things.run(town, lambda c: bookings.between(c, there.id, 0, 2**52)) == [made]
