"""The calendar over HTTP: what it draws, and that every gesture goes into the draft of who made it."""

from dataclasses import replace
from datetime import datetime, timedelta

from content.canonical import Json
from curator import bookings, drafts
from curator.programme.booking import Booking
from curator.programme.hours import wall
from curator.screens import Screen
from tests.curator.conftest import AN_HOUR_MS, Client, Town
from tests.curator.programme import things

HERE = "/programme/calendar"
LEAD_MS = 60_000
TOMORROW = datetime.fromisoformat("2026-09-23T18:00:00")
"""The town's clock stands at 22 September 2026, 14:13 in London."""


def put(town: Town, screen: Screen, item_id: str, **words: object) -> Booking:
    made = Booking(
        "", "", "", (item_id,), (screen.id,), "confirmed", screen.zone, TOMORROW, AN_HOUR_MS,
        rule="FREQ=WEEKLY;COUNT=4",
    )  # fmt: skip
    shaped = replace(made, **words)  # type: ignore[arg-type]
    return things.run(
        town,
        lambda connection: bookings.put(
            connection, shaped, now_ms=town.clock(), lead_ms=LEAD_MS, by=town.accounts["programmer"]
        ),
    )


async def drawn(client: Client, start: str = "2026-09-21", end: str = "2026-10-26") -> dict[str, Json]:
    answer = await client.get(f"{HERE}/events.json?start={start}&end={end}")
    assert answer.status == 200, await answer.text()
    document: dict[str, Json] = await answer.json()
    return document


def listed(document: dict[str, Json], name: str) -> list[dict[str, Json]]:
    found = document[name]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, dict)]


def shown(document: dict[str, Json], change: str = "") -> list[str]:
    return [str(one["start"]) for one in listed(document, "events") if one["change"] == change]


async def send(client: Client, gesture: str, **fields: str) -> tuple[int, dict[str, Json]]:
    answer = await client.post(f"{HERE}/{gesture}", data=fields)
    return answer.status, await answer.json()


def fields_of(item_id: str, screen: Screen, **more: str) -> dict[str, str]:
    return {
        "item": item_id, "screens": screen.id, "day": "2026-09-24", "time": "18:00:00", "length": "30:00",
        "repeat": "once", **more,
    }  # fmt: skip


async def test_the_calendar_draws_every_occurrence_in_the_screens_own_time(town: Town) -> None:
    screen = things.screen(town, zone="Asia/Kathmandu")
    put(town, screen, things.approved_item(town, "Concert"))
    document = await drawn(town.client("moderator"))
    weeks = [(TOMORROW + timedelta(days=7 * week)).isoformat() for week in range(4)]
    assert shown(document) == weeks
    (told,) = listed(document, "screens")
    assert told["now"] == wall("Asia/Kathmandu", town.clock()).replace(tzinfo=None).isoformat()


async def test_a_drag_moves_one_occurrence_in_the_draft_and_nothing_in_the_programme(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    made = put(town, screen, things.approved_item(town, "Concert"))
    status, _ = await send(
        client, "move", booking=made.id, recurrence="2026-09-30T18:00:00", reach="this",
        starts="2026-09-30T20:00:00", length_ms="1800000",
    )  # fmt: skip
    assert status == 200
    document = await drawn(client)
    assert (shown(document, "gone"), shown(document, "new")) == (["2026-09-30T18:00:00"], ["2026-09-30T20:00:00"])
    assert things.run(town, lambda connection: bookings.get(connection, made.id)) == made
    assert shown(await drawn(town.client("administrator")), "new") == []


async def test_what_is_booked_in_the_draft_can_be_moved_and_cancelled_in_it(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    item_id = things.approved_item(town, "Concert")
    assert (await send(client, "book", **fields_of(item_id, screen)))[0] == 200
    document = await drawn(client)
    (one,) = listed(document, "events")
    assert one["change"] == "new"
    name = str(one["booking"])
    place = {"booking": name, "recurrence": "2026-09-24T18:00:00", "reach": "this"}
    assert (await send(client, "move", **place, starts="2026-09-24T19:15:00", length_ms="900000"))[0] == 200
    assert shown(await drawn(client), "new") == ["2026-09-24T19:15:00"]
    assert (await send(client, "cancel", **{**place, "recurrence": "2026-09-24T19:15:00"}))[0] == 200
    assert (await drawn(client))["events"] == []
    await client.post("/programme/draft/undo", headers={"Accept": "application/json"})
    assert shown(await drawn(client), "new") == ["2026-09-24T19:15:00"]


async def test_this_and_following_parts_the_series_and_publishing_keeps_all_of_it(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    made = put(town, screen, things.approved_item(town, "Concert"))
    status, _ = await send(
        client, "move", booking=made.id, recurrence="2026-10-07T18:00:00", reach="following",
        starts="2026-10-07T17:00:00", length_ms=str(AN_HOUR_MS),
    )  # fmt: skip
    assert status == 200
    wanted = ["2026-09-23T18:00:00", "2026-09-30T18:00:00", "2026-10-07T17:00:00", "2026-10-14T17:00:00"]
    document = await drawn(client)
    assert sorted(shown(document) + shown(document, "new")) == wanted
    published = await client.post(
        "/programme/draft/publish", data={"revision": "0"}, headers={"Accept": "application/json"}
    )
    assert published.status == 200
    assert shown(await drawn(client)) == wanted


async def test_a_time_that_is_taken_is_refused_with_the_nearest_free_ones(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    item_id = things.approved_item(town, "Concert")
    put(town, screen, item_id, rule="")
    status, told = await send(client, "book", **fields_of(item_id, screen, day="2026-09-23"))
    assert status == 422
    assert "has the booking of “Concert”" in str(told["refused"])
    assert [one["starts"] for one in listed(told, "free")] == ["2026-09-23T17:30:00", "2026-09-23T19:00:00"]
    assert things.run(town, lambda connection: drafts.of(connection, town.accounts["programmer"])) is None


async def test_the_form_of_a_booking_comes_back_as_it_was_written(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    item_id = things.approved_item(town, "Concert")
    wanted = fields_of(
        item_id, screen, repeat="weekly", until="2026-10-15", state="provisional", premiere="1", plays="series"
    )
    assert (await send(client, "book", **wanted, weekday="TH"))[0] == 200
    (asked,) = (await drawn(client))["bookings"].values()  # type: ignore[union-attr]
    assert isinstance(asked, dict)
    assert {name: asked[name] for name in ("repeat", "until", "state", "plays", "day", "time", "length")} == {
        "repeat": "weekly", "until": "2026-10-15", "state": "provisional", "plays": "series", "day": "2026-09-24",
        "time": "18:00:00", "length": "30:00",
    }  # fmt: skip
    assert asked["weekdays"] == ["TH"]
    assert asked["summary"] == "every Thursday at 18:00, 4 times until 15 October 2026"


async def test_what_cannot_be_read_is_told_and_changes_nothing(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    item_id = things.approved_item(town, "Concert")
    for wrong, sentence in (
        ({"repeat": "weekly"}, "until which day"),
        ({"repeat": "weekly", "until": "2026-10-15", "weekday": "MO"}, "none of the weekdays"),
        ({"day": "soon"}, "Write the day"),
        ({"item": ""}, "Choose an item"),
        ({"screens": ""}, "Choose a screen"),
        ({"length": "long"}, "minutes and seconds"),
        ({"state": "golden"}, "one of the choices"),
        ({"repeat": "other", "rule": "FREQ=HOURLY"}, "FREQ"),
    ):
        status, told = await send(client, "book", **fields_of(item_id, screen, **wrong))
        assert status == 422, wrong
        assert sentence in str(told["refused"])
    wrong_time = {"booking": "none", "recurrence": "soon", "reach": "this", "starts": "soon", "length_ms": "1"}
    assert (await client.post(f"{HERE}/move", data=wrong_time)).status == 422
    assert shown(await drawn(client), "new") == []


async def test_the_page_lets_others_look_and_programmers_change(town: Town) -> None:
    things.screen(town)
    page = await (await town.client("programmer").get(HERE)).text()
    assert "New booking" in page
    page = await (await town.client("technician").get(HERE)).text()
    assert "New booking" not in page
    assert "Into my draft" not in page
