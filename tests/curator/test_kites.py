"""The kites at the service: what phones do goes to the screen with their names, and who waited comes first again."""

import pytest

from curator import activities
from curator.activities import Kept
from curator.web.taking_part import TAKING_PART
from kiosks.messages import Session, Snapshot
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
async def kites(town: Town, node: FakeNode) -> Kept:
    form = {"kind": "kites", "group": town.group.id, "screen": node.screen_id, "days": "3"}
    assert (await town.client("editor").post("/taking-part", data=form, allow_redirects=False)).status == 303
    kept = town.service.store.read_now(activities.listed)[0]
    await town.client("moderator").post(f"/taking-part/{kept.id}", data={"do": "approve"})
    await until(lambda: bool(town.server.app[TAKING_PART].relay.place(node.screen_id).offers))
    return kept


async def test_what_phones_do_goes_to_the_screen_with_their_names_and_who_waited_comes_first_in_the_next_session(
    town: Town, node: FakeNode, kites: Kept
) -> None:
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        await phone.post(f"{page}/play", data={"activity": kites.id})
        start = await heard(socket, "start")
        assert (start["base"], start["session"]) == ([], place.running and place.running.id)
        session = str(start["session"])
        await socket.send_json(Session(session, "on", "", 1, 2).as_json())
        # Without a script the same buttons are a form.
        text = await (await phone.post(f"{page}/play", data={"pad": "start"})).text()
        assert "Let somebody else fly" in text
        while not (taps := await heard(socket, "taps"))["rows"]:
            pass
        (visit,) = place.room.visits.seated(town.service.now())
        assert f'data-number="{visit.number}"' in text
        assert taps["names"] == [[visit.number, visit.colour, visit.animal]]
        assert [row[2:] for row in taps["rows"]] == [["press", 1]]  # type: ignore[union-attr, index]
        await phone.post(f"{page}/play", data={"pad": "up"})
        while not (taps := await heard(socket, "taps"))["rows"]:
            pass
        assert [row[2:] for row in taps["rows"]] == [["steer", 0, -100]]  # type: ignore[union-attr, index]
        assert "names" not in taps
        await socket.send_json(Snapshot(session, {"phase": "over", "queue": [visit.number, 12345]}).as_json())
        await until(lambda: bool(place.running and place.running.snapshot))
        await socket.send_json(Session(session, "over", "done", 1, 2).as_json())
        await until(lambda: place.running is None)
        await phone.post(f"{page}/play", data={"activity": kites.id})
        assert (await heard(socket, "start"))["base"] == [visit.number]


async def test_what_a_screen_says_of_its_line_is_read_with_care(town: Town, node: FakeNode, kites: Kept) -> None:
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        await phone.post(f"{page}/play", data={"activity": kites.id})
        session = str((await heard(socket, "start"))["session"])
        await socket.send_json(Session(session, "on", "", 1, 2).as_json())
        await socket.send_json(Snapshot(session, {"queue": ["x", None, {}]}).as_json())
        await until(lambda: bool(place.running and place.running.snapshot))
        await socket.send_json(Session(session, "over", "done", 1, 2).as_json())
        await until(lambda: place.running is None)
        assert place.waited(kites.id) == ()
