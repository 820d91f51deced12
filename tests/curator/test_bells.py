"""The bells at the service: notes of strangers, kept, the newest in the round, and told to the screen."""

import pytest

from curator import activities, bells
from curator.activities import Kept
from curator.web.taking_part import TAKING_PART
from kiosks.activities.bells import MOST_NOTES, MOST_OF_ONE, mask_of
from kiosks.messages import Session
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_taking_part import heard, joined, linked


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


@pytest.fixture
async def round_of_bells(town: Town, node: FakeNode) -> Kept:
    form = {"kind": "bells", "group": town.group.id, "screen": node.screen_id, "days": "3"}
    assert (await town.client("editor").post("/taking-part", data=form, allow_redirects=False)).status == 303
    kept = town.service.store.read_now(activities.listed)[0]
    await town.client("moderator").post(f"/taking-part/{kept.id}", data={"do": "approve"})
    await until(lambda: bool(town.server.app[TAKING_PART].relay.place(node.screen_id).offers))
    return kept


async def test_strangers_continue_a_round_the_screen_is_told_and_who_comes_later_sees_it(
    town: Town, node: FakeNode, round_of_bells: Kept
) -> None:
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        said = await (await phone.post(f"{page}/note", data={"activity": round_of_bells.id, "cell": "3"})).text()
        assert "your note sounds" in said
        start = await heard(socket, "start")
        assert start["base"] == [mask_of([3])]
        session = str(start["session"])
        await socket.send_json(Session(session, "on", "", 1, 2).as_json())
        other, other_page = await joined(town, code)
        assert "set by somebody" in await (await other.get(other_page)).text()
        await other.post(f"{other_page}/note", data={"activity": round_of_bells.id, "cell": "17"})
        while (told := await heard(socket, "pattern"))["notes"] != [3, 17]:
            assert told["session"] == session
        await phone.post(f"{page}/note", data={"activity": round_of_bells.id, "cell": "3"})
        while (await heard(socket, "pattern"))["notes"] != [17]:
            pass
        bad = await phone.post(f"{page}/note", data={"activity": round_of_bells.id, "cell": "40"})
        assert bad.status == 422


async def test_one_pass_has_three_notes_and_the_round_the_newest(
    town: Town, node: FakeNode, round_of_bells: Kept
) -> None:
    run, activity = town.service.store.run_now, round_of_bells.id

    def turn(cell: int, writer: str) -> None:
        run(lambda c: bells.turn(c, activity, cell, writer=writer, screen=node.screen_id, now_ms=town.clock()))

    for cell in range(MOST_OF_ONE + 2):
        turn(cell, "one")
    assert run(lambda c: bells.of_pass(c, activity, "one")) == {2, 3, 4}
    for cell in range(40):
        turn(cell, f"writer {cell}")
    assert run(lambda c: bells.pattern(c, activity)) == tuple(range(40 - MOST_NOTES, 40))
