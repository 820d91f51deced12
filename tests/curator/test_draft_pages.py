"""The draft over HTTP: by form and by JSON, and two programmers at once."""

import asyncio
from datetime import datetime

from curator import air_time, revisions
from curator.programme.booking import Booking
from curator.programme.changes import BookingPut, Change, WeightPut, change_json
from curator.programme.hours import wall
from curator.publishing import Publisher
from curator.screens import Screen
from curator.tables import screens
from curator.web.draft_trials import TRIALS
from tests.curator.conftest import AN_HOUR_MS, Client, MakeTown, Town
from tests.curator.programme import things

HERE = "/programme/draft"
JSON = {"Accept": "application/json"}


def weight(town: Town, screen: Screen, value: int) -> WeightPut:
    return WeightPut(f"screen:{screen.id}", town.group.id, "", value)


def booking(town: Town, screen: Screen, item_id: str) -> BookingPut:
    local: datetime = wall(screen.zone, (town.clock() + AN_HOUR_MS) // 1000 * 1000).replace(tzinfo=None)
    return BookingPut(Booking("", "", "", (item_id,), (screen.id,), "confirmed", screen.zone, local, 60_000))


async def send(client: Client, *changes: Change) -> tuple[int, dict[str, object]]:
    answer = await client.post(f"{HERE}/changes", json={"changes": [change_json(change) for change in changes]})
    return answer.status, await answer.json()


async def laid_out(town: Town, client: Client) -> None:
    """What the draft moves was asked for and is worked out."""
    await client.get(f"{HERE}/moves")
    await town.server.app[TRIALS].settled()


def published(town: Town, screen: Screen) -> dict[str, int]:
    return things.run(town, lambda connection: air_time.weights(connection, screen.id))


async def test_changes_gather_in_the_draft_are_undone_and_published(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    status, draft = await send(client, weight(town, screen, 3), weight(town, screen, 4))
    assert (status, draft["sentence"]) == (200, "2 changes not published")
    answer = await client.post(f"{HERE}/undo", headers=JSON)
    assert (await answer.json())["changes"] == [change_json(weight(town, screen, 3))]
    page = await (await client.get(HERE)).text()
    assert "“Youth club” has the weight 3 on Library window" in page
    assert published(town, screen) == {}
    answer = await client.post(f"{HERE}/publish", data={"revision": "0"}, allow_redirects=False)
    assert answer.status == 303
    assert published(town, screen) == {town.group.id: 3}
    assert "Published" in await (await client.get(answer.headers["Location"])).text()


async def test_a_change_that_cannot_be_made_is_told_with_the_times_that_are_free(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    item_id = things.approved_item(town, "Choir")
    assert (await send(client, booking(town, screen, item_id)))[0] == 200
    status, answer = await send(client, booking(town, screen, item_id))
    assert status == 422
    assert "Choir" in str(answer["refused"])
    assert answer["free_ms"]
    draft = await (await client.get(f"{HERE}.json")).json()
    assert len(draft["changes"]) == 1
    assert draft["words"][0].startswith("Book “Choir” for")


async def test_the_draft_says_how_long_its_own_screens_promise(make_town: MakeTown) -> None:
    town = await make_town(freeze_minutes=15)
    quick, usual, client = things.screen(town, "Quick"), things.screen(town, "Usual"), town.client("programmer")
    things.run(town, lambda c: c.execute(screens.update().where(screens.c.id == quick.id).values(freeze_minutes=0)))
    await send(client, weight(town, quick, 3))
    assert "What is promised stays" not in await (await client.get(HERE)).text()
    await send(client, weight(town, usual, 3))
    assert "after 15 minutes" in await (await client.get(HERE)).text()


async def test_what_is_no_change_is_refused_with_its_place(town: Town) -> None:
    client = town.client("programmer")
    answer = await client.post(f"{HERE}/changes", json={"changes": [{"change": "dance"}]})
    assert answer.status == 422
    assert "changes[0]" in await answer.text()
    assert (await client.post(f"{HERE}/changes", data={"changes": "[]"})).status == 415


async def test_of_two_who_publish_at_the_same_time_one_wins_and_the_other_is_told_everything(town: Town) -> None:
    screen = things.screen(town)
    clients = {who: town.client(who) for who in ("programmer", "administrator")}
    for number, client in enumerate(clients.values()):
        await send(client, weight(town, screen, number + 3))
    answers = await asyncio.gather(
        *(client.post(f"{HERE}/publish", data={"revision": "0"}, headers=JSON) for client in clients.values())
    )
    by_status = {answer.status: (who, answer) for who, answer in zip(clients, answers, strict=True)}
    assert set(by_status) == {200, 409}
    winner, loser = by_status[200][0], by_status[409][0]
    told = await by_status[409][1].json()
    assert [other["name"] for other in told["overtaken"]] == [winner.title()]
    assert told["changes"]
    assert things.run(town, revisions.newest) == 1
    page = await clients[loser].get(HERE)
    assert "Others published while you worked" in await page.text()
    await clients[loser].post(f"{HERE}/rebase")
    answer = await clients[loser].post(f"{HERE}/publish", data={"revision": "1"}, headers=JSON)
    assert answer.status == 200
    assert published(town, screen) == {town.group.id: 3 if loser == "programmer" else 4}


async def test_a_change_that_no_longer_fits_is_named_and_can_be_taken_out(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    item_id = things.approved_item(town, "Choir")
    await send(client, weight(town, screen, 4), booking(town, screen, item_id))
    things.withdraw(town, item_id)
    page = await (await client.get(HERE)).text()
    assert "Change 2 cannot be made any more" in page
    assert "data-later" not in page
    await laid_out(town, client)
    assert (await client.get(f"{HERE}/moves")).status == 422
    answer = await client.post(f"{HERE}/publish", data={"revision": "0"})
    assert answer.status == 422
    assert "Change 2 cannot be made any more" in await answer.text()
    assert published(town, screen) == {}
    await client.post(f"{HERE}/drop", data={"position": "1"})
    answer = await client.post(f"{HERE}/publish", data={"revision": "0"}, allow_redirects=False)
    assert answer.status == 303
    assert published(town, screen) == {town.group.id: 4}


async def test_the_page_says_what_a_draft_moves_and_for_whom_before_anything_is_published(make_town: MakeTown) -> None:
    town = await make_town(plan_days=1)
    screen, client = things.screen(town), town.client("programmer")
    things.share(town, screen, group=1, other_group=1)
    item_id = things.approved_item(town, "Skate day")
    things.approved_item(town, "Choir", group_id=town.other_group.id)
    await Publisher(town.service).publish_due()
    await send(client, weight(town, screen, 3), booking(town, screen, item_id))
    page = await (await client.get(f"{HERE}/moves")).text()
    assert "Look again" in page
    assert "<progress" in page
    assert (await client.get(f"{HERE}/moves.json")).status == 202
    await laid_out(town, client)
    answer = await client.get(f"{HERE}/moves.json")
    told = await answer.json()
    assert (answer.status, told["as_of_ms"], told["is_over"]) == (200, town.clock(), True)
    [moved] = told["screens"]
    gained = {one["group"]: sum(one["after_ms"]) - sum(one["before_ms"]) for one in moved["groups"]}
    assert gained[town.group.id] > 0 > gained[town.other_group.id]
    assert [item for _start_ms, item in moved["booked_new"]].count(item_id) >= 1
    page = await (await client.get(HERE)).text()
    assert f'data-later="{HERE}/moves"' in page
    assert f'<a href="{HERE}/moves">' in page
    page = await (await client.get(f"{HERE}/moves")).text()
    assert '<section id="moves"' in page
    assert "Look again" not in page
    assert "Longest wait then" in page
    assert published(town, screen) == {town.group.id: 1, town.other_group.id: 1}


async def test_a_draft_that_changes_nothing_that_is_seen_says_so(make_town: MakeTown) -> None:
    town = await make_town(plan_days=1)
    screen, client = things.screen(town), town.client("programmer")
    things.share(town, screen, group=1)
    things.approved_item(town, "Skate day")
    await Publisher(town.service).publish_due()
    await send(client, weight(town, screen, 2))
    await laid_out(town, client)
    assert "Nothing changes on this screen" in await (await client.get(f"{HERE}/moves")).text()


async def test_what_a_draft_moves_is_worked_out_once_until_the_draft_the_programme_or_the_hour_changes(
    town: Town,
) -> None:
    screen, client = things.screen(town), town.client("programmer")

    async def as_of_ms() -> int:
        await laid_out(town, client)
        told = await (await client.get(f"{HERE}/moves.json")).json()
        assert told["is_over"]
        return int(told["as_of_ms"])

    await send(client, weight(town, screen, 2))
    first_ms = await as_of_ms()
    town.clock.turn(60_000)
    assert await as_of_ms() == first_ms
    await send(client, weight(town, screen, 3))
    changed_ms = await as_of_ms()
    assert changed_ms == town.clock()
    town.clock.turn(60_000)
    await send(town.client("administrator"), WeightPut(f"screen:{screen.id}", town.other_group.id, "", 4))
    assert await as_of_ms() == changed_ms
    await town.client("administrator").post(f"{HERE}/publish", data={"revision": "0"})
    assert await as_of_ms() == town.clock()
    town.clock.turn(11 * 60_000)
    assert await as_of_ms() == town.clock()


async def test_waiting_changes_are_told_wherever_the_programme_is_changed(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    pages = [f"/programme/{screen.slug}/air-time", f"/programme/{screen.slug}/book", "/programme"]
    for page in pages:
        assert "not published" not in await (await client.get(page)).text()
    await send(client, weight(town, screen, 2))
    for page in pages:
        told = await (await client.get(page)).text()
        assert "1 change not published" in told
        assert 'href="/programme/draft"' in told
        others = await town.client("administrator").get(page)
        assert "1 change not published" not in await others.text()
