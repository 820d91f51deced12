"""Taking an item off: every screen that had it shows that it obeyed, and who does not is told of within a minute."""

import json

import pytest

from curator import audit, library, notifying, screens, take_downs
from curator.notices import Kind
from curator.take_downs import LATE_AFTER_MS, TakeDown
from tests.curator.cases import look
from tests.curator.conftest import Town
from tests.curator.nodes import HEALTH, FakeNode, add_item, make_screen, paired_node, publish, until
from tests.curator.noticing import told

TWO = ("First", "Second")


async def says(node: FakeNode, version: int) -> None:
    """The node reports that it plays this version of its programme."""
    node.town.clock.turn(30_000)
    answer = await node.post("health", HEALTH | {"manifest_version": version, "now_ms": node.town.clock()})
    assert answer.status == 200, await answer.text()


async def playing(town: Town, *names: str) -> tuple[str, list[FakeNode]]:
    """An item that screens with these names play in their first programme, and their nodes."""
    sha256 = add_item(town, title="Skate day")
    nodes = [await paired_node(town, make_screen(town, name)) for name in names]
    for node in nodes:
        publish(town, node.screen_id, 1, sha256)
        await says(node, 1)
    return f"i{sha256[:12]}", nodes


def withdraw(town: Town, item_id: str) -> None:
    town.service.store.run_now(
        lambda connection: library.withdraw(
            connection, item_id, now_ms=town.clock(), by=town.accounts["moderator"], why=""
        )
    )


def taken(town: Town, item_id: str) -> TakeDown:
    return look(town, lambda connection: take_downs.of_items(connection, [item_id], town.clock()))[item_id]


def states(town: Town, item_id: str) -> dict[str, str]:
    return {one.name: one.state for one in taken(town, item_id).screens}


async def test_every_screen_that_had_it_is_told_and_obeys(town: Town) -> None:
    item_id, (first, second) = await playing(town, *TWO)
    other = await paired_node(town, make_screen(town, "Never had it"))
    publish(town, other.screen_id, 1)
    withdraw(town, item_id)
    assert states(town, item_id) == {"First": "waiting", "Second": "waiting"}
    for node in (first, second):
        publish(town, node.screen_id, 2)
    assert (await first.get(f"manifest/{first.node_id}")).status == 200
    told_ms = town.clock()
    await says(first, 1)
    assert taken(town, item_id).obeyed == 0
    await says(first, 2)
    page = await (await town.client("editor").get(f"/items/{item_id}")).text()
    assert "1 of 2 screens" in page
    assert "not told yet" in page
    case = await (await town.client("moderator").get(f"/moderation/v{item_id[1:]}")).text()
    assert "1 of 2 screens" in case
    listed = await (await town.client("moderator").get("/moderation")).text()
    assert "1 of 2 screens" in listed
    await says(second, 2)
    done = taken(town, item_id)
    assert (done.obeyed, done.done_ms) == (2, town.clock())
    (one,) = [screen for screen in done.screens if screen.name == "First"]
    assert (one.told_ms, one.manifest_version) == (told_ms, 2)
    row = next(
        row
        for row in look(town, lambda connection: audit.rows(connection, subject=f"item:{item_id}"))
        if row.action == "item.off_screens"
    )
    assert set(json.loads(row.detail)["obeyed_after_ms"]) == {first.screen_id, second.screen_id}
    export = await (await town.client("administrator").get("/audit.jsonl")).text()
    assert "item.off_screens" in export


async def test_a_screen_that_does_not_obey_within_a_minute_is_told_of(town: Town) -> None:
    item_id, (first, second) = await playing(town, *TWO)
    withdraw(town, item_id)
    for node in (first, second):
        publish(town, node.screen_id, 2)
    await says(first, 2)
    await notifying.tell_still_shown(town.service)
    assert told(town, "moderator", Kind.STILL_SHOWN) == []
    town.clock.turn(LATE_AFTER_MS)
    for _round in range(2):
        await notifying.tell_still_shown(town.service)
    assert len(told(town, "moderator", Kind.STILL_SHOWN)) == 1
    assert len(told(town, "administrator", Kind.STILL_SHOWN)) == 1
    assert told(town, "editor", Kind.STILL_SHOWN) == []
    client = town.client("moderator")
    await says(second, 1)
    assert "1 of 2 screens have taken it off" in await (await client.get("/notices")).text()
    assert "not heard from" not in (page := await (await client.get(f"/items/{item_id}")).text())
    assert "not taken off yet" in page
    town.clock.turn(75_000)
    assert states(town, item_id)["Second"] == "away"
    await says(second, 2)
    assert "Every screen has taken off" in await (await client.get("/notices")).text()
    actions = [row.action for row in look(town, audit.rows)]
    assert {"item.late", "item.off_screens"} < set(actions)
    assert look(town, audit.first_broken_row) is None


@pytest.mark.parametrize(("version", "obeyed"), [(0, 1), (3, 0), (4, 1), (9, 0)])
async def test_what_a_node_plays_is_looked_up_not_believed(town: Town, version: int, obeyed: int) -> None:
    """Version 3 still names it, 4 lacks it, 0 is no programme at all, and of 9 nothing is known."""
    item_id, (node,) = await playing(town, "First")
    sha256 = look(town, lambda connection: library.version(connection, f"v{item_id[1:]}"))
    assert sha256 is not None
    publish(town, node.screen_id, 3, str(sha256.sha256))
    withdraw(town, item_id)
    publish(town, node.screen_id, 4)
    await says(node, version)
    assert taken(town, item_id).obeyed == obeyed


async def test_a_screen_that_was_away_for_very_long_has_to_show_that_it_lacks_it(town: Town) -> None:
    item_id, (node,) = await playing(town, "First")
    late = await paired_node(town, make_screen(town, "Away"))
    publish(town, late.screen_id, 40)
    await says(late, 7)
    withdraw(town, item_id)
    assert set(states(town, item_id)) == {"First", "Away"}
    await town.client("technician").post(f"/screens/{_slug(town, late)}/unpair", data={"sure": "1"})
    assert states(town, item_id)["Away"] == "unpaired"
    assert node.screen_id


def _slug(town: Town, node: FakeNode) -> str:
    found = look(town, screens.every)
    return next(one.slug for one in found if one.id == node.screen_id)


async def test_what_no_screen_had_is_done_at_once(town: Town) -> None:
    sha256 = add_item(town)
    withdraw(town, f"i{sha256[:12]}")
    done = taken(town, f"i{sha256[:12]}")
    assert (done.screens, done.done_ms) == ((), town.clock())
    assert "No screen had it." in await (await town.client("editor").get(f"/items/i{sha256[:12]}")).text()


async def test_the_item_page_moves_when_a_screen_obeys(town: Town) -> None:
    item_id, (node,) = await playing(town, "First")
    withdraw(town, item_id)
    publish(town, node.screen_id, 2)
    seen: list[str] = []
    with town.service.bus.listening(f"item:{item_id}") as hints:
        await says(node, 2)
        seen.append(await anext(hints))
    await until(lambda: seen == [f"item:{item_id}"])
