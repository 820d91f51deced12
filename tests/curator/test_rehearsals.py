"""Trying an activity: who may, the confined child that draws it, what it is told, and that nothing of it is kept."""

import asyncio
import json

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from content.canonical import Json
from curator import accounts, activities, activity_drafts, audit
from curator.rehearsals import MOST_AT_ONCE, NoRehearsal, Rehearsal, Rehearsals
from curator.store import Connection
from curator.tables_taking_part import votes
from curator.web.rehearsing import OVER, REFUSED, REHEARSALS
from curator.wishes import Wish
from kiosks.activities.statement import Kind
from kiosks.rehearsals import Setting
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import make_screen, until

Socket = ClientWebSocketResponse[bool]
SETTING = Setting({}, "en")
PNG, JPEG = b"\x89PNG", b"\xff\xd8\xff"


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await make_town()


def drafted(town: Town, kind: Kind = "poll", question: str = "Where shall the bench stand?") -> str:
    """The id of a draft of the youth club."""
    screen = make_screen(town, f"Screen of a {kind}")
    wish = Wish(kind, town.group.id, (screen.id,), question, ("By the river", "At the school"), days=1)

    def save(connection: Connection) -> str:
        editor = accounts.actor(connection, town.accounts["editor"])
        assert editor is not None
        return activity_drafts.save(connection, wish, now_ms=town.clock(), by=editor)

    return town.service.store.run_now(save)


async def tried(town: Town, activity: str, who: str = "editor") -> Socket:
    return await town.client(who).ws_connect(f"/taking-part/{activity}/try/socket", max_msg_size=4 << 20)


async def shown(socket: Socket) -> tuple[dict[str, Json], bytes]:
    """The next picture, and how it stands; says that it was seen."""
    async with asyncio.timeout(20):
        state: dict[str, Json] = json.loads(await socket.receive_str())
        picture = await socket.receive_bytes()
    await socket.send_json({"do": "seen"})
    return state, picture


async def looked(socket: Socket, **wanted: Json) -> tuple[dict[str, Json], bytes]:
    """The first picture at which it stands so."""
    while True:
        state, picture = await shown(socket)
        if all(state[name] == value for name, value in wanted.items()):
            return state, picture


async def test_a_draft_is_seen_on_a_simulated_screen_with_visitors_and_oneself_and_nothing_is_kept(town: Town) -> None:
    activity = drafted(town)
    socket = await tried(town, activity)
    before = town.service.store.read_now(audit.head)
    await socket.send_json({"do": "visitors", "count": 12, "behaviour": "split"})
    state, picture = await looked(socket, part="attract")
    assert picture.startswith(JPEG)
    await socket.send_json({"do": "pause"})
    await socket.send_json({"do": "jump", "part": "result"})
    state, _picture = await looked(socket, part="result", is_running=False)
    assert state["snapshot"]["counts"] == [6, 6]  # type: ignore[index, call-overload]
    await socket.send_json({"do": "vote", "value": 1})
    await socket.send_json({"do": "jump", "part": "lobby"})
    await socket.send_json({"do": "vote", "value": 1})
    state, _picture = await looked(socket, part="lobby")
    while state["snapshot"]["counts"] != [0, 1]:  # type: ignore[index, call-overload]
        state, _picture = await shown(socket)
    await socket.send_json({"do": "begin", "seed": 5, "shape": "small"})
    state, picture = await looked(socket, part="attract")
    while not picture.startswith(PNG):
        state, picture = await shown(socket)
    assert state["is_running"] is False
    await socket.close()
    await until(lambda: not town.server.app[REHEARSALS].of)
    assert town.service.store.read_now(lambda connection: connection.execute(votes.select()).all()) == []
    assert town.service.store.read_now(audit.head) == before
    assert town.service.store.read_now(activities.listed) == []


@pytest.mark.parametrize("kind", ["wall", "next", "bells", "crowd", "report"])
async def test_every_kind_can_be_tried(town: Town, kind: Kind) -> None:
    socket = await tried(town, drafted(town, kind))
    await socket.send_json({"do": "visitors", "count": 9, "behaviour": "wander"})
    await socket.send_json({"do": "jump", "part": "play"})
    _state, picture = await looked(socket, part="play", here=10)
    assert len(picture) > 1_000
    await socket.close()
    page = await (await town.client("editor").get(f"/taking-part/{drafted(town, kind)}/try")).text()
    assert 'id="screen"' in page


async def test_a_draft_is_tried_by_its_group_and_what_waits_also_by_moderators_and_by_nobody_else(town: Town) -> None:
    activity = drafted(town)
    for who in ("outsider", "moderator", "contributor", "technician"):
        assert (await town.client(who).get(f"/taking-part/{activity}/try")).status == 403, who
        assert (await town.client(who).get(f"/taking-part/{activity}/try/socket")).status == 403, who
    assert (await town.client("editor").post(f"/taking-part/{activity}", data={"do": "hand_in"})).status == 200
    assert (await town.client("moderator").get(f"/taking-part/{activity}/try")).status == 200
    assert (await town.client("outsider").get(f"/taking-part/{activity}/try")).status == 403


async def test_what_is_not_finished_cannot_be_tried_and_the_page_says_what_is_missing(town: Town) -> None:
    activity = drafted(town, question="")
    answer = await town.client("editor").get(f"/taking-part/{activity}/try")
    assert answer.status == 422
    assert "A question has 1 to 120 characters." in await answer.text()
    assert (await town.client("editor").get(f"/taking-part/{activity}/try/socket")).status == 422


async def test_nonsense_ends_the_connection_and_a_second_rehearsal_of_a_person_ends_the_first(town: Town) -> None:
    activity = drafted(town)
    first = await tried(town, activity)
    await shown(first)
    second = await tried(town, activity)
    await shown(second)
    while (message := await first.receive(timeout=10)).type is not WSMsgType.CLOSE:
        continue
    assert message.data == OVER
    await second.send_str(json.dumps({"do": "begin", "seed": -1, "shape": "huge"}))
    while (message := await second.receive(timeout=10)).type is not WSMsgType.CLOSE:
        continue
    assert message.data == 1008
    await until(lambda: not town.server.app[REHEARSALS].of)


async def test_who_asks_four_times_at_once_has_one_child_and_none_when_the_service_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    living: list[int] = []
    most, number = 0, 0

    class Child(Rehearsal):
        number = 0

        async def say(self, said: bytes) -> None:
            pass

        async def end(self) -> None:
            await asyncio.sleep(0)
            if self.number in living:
                living.remove(self.number)

    async def started() -> Rehearsal:
        nonlocal most, number
        await asyncio.sleep(0)
        number += 1
        child = Child.__new__(Child)
        child.number = number
        living.append(number)
        most = max(most, len(living))
        return child

    monkeypatch.setattr("curator.rehearsals._started", started)
    rehearsals, over = Rehearsals(), asyncio.Event()
    begun, refused = [], []

    async def one(who: str) -> None:
        try:
            async with rehearsals.begin(who, SETTING):
                begun.append(who)
                await over.wait()
        except NoRehearsal:
            refused.append(who)

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for _turn in range(4):
            tasks.create_task(one("editor"))
        await until(lambda: len(begun) == 4)
        assert (most, len(living), len(rehearsals.of)) == (1, 1, 1)
        for other in range(MOST_AT_ONCE):
            tasks.create_task(one(f"other {other}"))
        await until(lambda: len(begun) == 3 + MOST_AT_ONCE and len(refused) == 1)
        assert len(living) == MOST_AT_ONCE
        for _turn in range(3):
            tasks.create_task(one("editor"))
        await asyncio.sleep(0)
        await rehearsals.end_all()
        assert living == []
        over.set()
    assert (living, rehearsals.of) == ([], {})


async def test_when_many_try_something_the_next_is_told_to_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curator.rehearsals.MOST_AT_ONCE", 0)
    socket = await tried(town, drafted(town))
    assert "Others are trying something" in json.loads(await socket.receive_str())["refused"]
    assert (await socket.receive()).data == REFUSED
