"""Strangers at the phones' addresses: nonsense, half a hello, silence, and readers who do not read. Others go on."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from content.canonical import Json
from curator.relay import PHONE_SILENT_MS, SILENT_MS, Place
from curator.web.app import make_app
from curator.web.taking_part import TAKING_PART
from kiosks.messages import MOST_STATE_BYTES, Session, Snapshot
from kiosks.phone import socket as phone_socket
from kiosks.visits import SEAT_KEPT_MS
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_taking_part import Socket, approved, heard, joined, linked

IDLE_S = 0.5
A_MESSAGE_MS = 50

somewhere_in_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
almost = st.fixed_dictionaries(
    {"do": st.sampled_from(["steer", "vote", "begin", "here", "write", "report", "later"])},
    optional=dict.fromkeys(("v", "q", "x", "option", "activity", "words", "answer"), somewhere_in_json),
).map(json.dumps)
nonsense = st.one_of(
    st.text(max_size=200), st.binary(max_size=50), somewhere_in_json.map(json.dumps), almost, almost,
    st.just("[" * 1_000), st.just('{"do":"steer","x":' + "9" * 900 + "}"), st.just('{"do":"here"}\x00'),
)  # fmt: skip


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


def place_of(town: Town, node: FakeNode) -> Place:
    return town.server.app[TAKING_PART].relay.place(node.screen_id)


@asynccontextmanager
async def phone(town: Town, page: str) -> AsyncIterator[Socket]:
    async with town.client().ws_connect(f"{page}/socket") as mine:
        yield mine


async def in_session(town: Town, socket: Socket, page: str, activity: str) -> str:
    """Somebody begins, and the screen says that it is on; gives the session."""
    async with phone(town, page) as mine:
        await mine.send_json({"q": 1, "do": "begin", "activity": activity})
        session = str((await heard(socket, "start"))["session"])
        await socket.send_json(Session(session, "on", "", 1, 2).as_json())
        while not (await heard(mine, "state"))["snapshot"]:
            await socket.send_json(Snapshot(session, {"phase": "play"}).as_json())
    return session


@settings(max_examples=20, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(nonsense, min_size=10, max_size=30))
async def test_whatever_a_phone_says_it_is_answered_or_hung_up_on_and_others_are_heard(
    town: Town, node: FakeNode, said: list[str | bytes]
) -> None:
    if not place_of(town, node).offers:
        await approved(town, node)
    async with linked(town, node) as (_socket, code):
        _client, page = await joined(town, code)
        _other, other_page = await joined(town, code)
        async with phone(town, other_page) as theirs:
            await heard(theirs, "state")
            waiting = list(said)
            while waiting:
                async with phone(town, page) as mine:
                    while waiting and not mine.closed:
                        await say(mine, waiting.pop())
                        town.clock.turn(2 * A_MESSAGE_MS)
            await theirs.send_json({"do": "here"})
            assert (await heard(theirs, "state"))["link"] is True
        town.clock.turn(60_000)


async def say(mine: Socket, what: str | bytes) -> None:
    """Says it, and then that somebody is here; returns when that was answered, or the connection is closed."""
    try:
        await (mine.send_bytes(what) if isinstance(what, bytes) else mine.send_str(what))
        await mine.send_json({"do": "here"})
        await mine.receive(timeout=10)
    except ConnectionError:
        return


async def test_connections_that_say_nothing_or_half_a_hello_are_closed_and_others_are_served(town: Town) -> None:
    runner = web.AppRunner(make_app(town.service), keepalive_timeout=IDLE_S)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    hellos = [b"", b"GET /j HT", b"GET /j HTTP/1.1\r\nHost: x\r\nX: "]
    open_now = [await asyncio.open_connection(host, port) for _ in range(150)]
    for number, (_reader, writer) in enumerate(open_now):
        writer.write(hellos[number % len(hellos)])
    async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{port}/j") as answer:
        assert answer.status == 200
    async with asyncio.timeout(20):
        for reader, writer in open_now:
            await reader.read()
            writer.close()
    await runner.cleanup()


async def test_a_phone_that_says_nothing_for_minutes_loses_its_place_and_one_that_speaks_keeps_it(
    town: Town, node: FakeNode
) -> None:
    await approved(town, node)
    place = place_of(town, node)
    async with linked(town, node) as (_socket, code):
        _client, page = await joined(town, code)
        _other, other_page = await joined(town, code)
        async with phone(town, page) as silent, phone(town, other_page) as theirs:
            await heard(silent, "state")
            town.clock.turn(PHONE_SILENT_MS)
            await theirs.send_json({"do": "here"})
            await heard(theirs, "state")
            await heard(theirs, "state")
            town.clock.turn(1)
            place.sweep()
            while not silent.closed:
                await silent.receive(timeout=10)
            await until(lambda: len(place.phones) == 1)
            town.clock.turn(SEAT_KEPT_MS)
            assert len(place.room.visits.seated(town.clock())) == 1


async def test_a_phone_that_does_not_read_costs_bounded_memory_is_let_go_and_others_hear_everything(
    town: Town, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_socket, "SEND_S", 0.3)
    poll = await approved(town, node)
    place = place_of(town, node)
    async with linked(town, node) as (screen, code):
        _client, page = await joined(town, code)
        session = await in_session(town, screen, page, poll.id)
        writer = await unread(town, page)
        await until(lambda: len(place.phones) == 1)
        (mailbox,) = place.phones.values()
        _other, other_page = await joined(town, code)
        async with phone(town, other_page) as theirs:
            await heard(theirs, "state")
            before = len(connections(town))
            large: dict[str, Json] = {"phase": "play", "more": "x" * (MOST_STATE_BYTES - 100)}
            number = 0
            async with asyncio.timeout(60):
                while len(place.phones) > 1:
                    number += 1
                    town.clock.turn(2 * A_MESSAGE_MS)
                    await screen.send_json(Snapshot(session, {**large, "number": number}).as_json())
                    assert len(mailbox.waiting) <= 2
                    state = await heard(theirs, "state")
                    while not isinstance(state["snapshot"], dict) or state["snapshot"].get("number") != number:
                        state = await heard(theirs, "state")
            # Its connection is gone, and does not wait until it has read what it was sent.
            await until(lambda: len(connections(town)) < before)
        writer.close()


def connections(town: Town) -> list[object]:
    """Those that the service has open."""
    assert town.server.runner is not None
    assert town.server.runner.server is not None
    return list(town.server.runner.server.connections)


async def unread(town: Town, page: str) -> asyncio.StreamWriter:
    """A phone's socket of which nothing more is read."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (town.server.host, town.server.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1_024)
    lines = [
        f"GET {page}/socket HTTP/1.1", f"Host: {town.server.host}:{town.server.port}", "Upgrade: websocket",
        "Connection: Upgrade", "Sec-WebSocket-Key: " + "a" * 22 + "==", "Sec-WebSocket-Version: 13",
        "Sec-Fetch-Site: same-origin", "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    assert b" 101 " in await reader.readuntil(b"\r\n")
    return writer


async def test_phones_are_told_that_a_screen_has_gone_silent_and_that_it_is_there_again(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    place = place_of(town, node)
    async with linked(town, node) as (screen, code):
        _client, page = await joined(town, code)
        session = await in_session(town, screen, page, poll.id)
        async with phone(town, page) as mine:
            assert (await heard(mine, "state"))["on"] == poll.id
            town.clock.turn(SILENT_MS + 1)
            place.give_up()
            while (state := await heard(mine, "state"))["link"]:
                pass
            assert state["on"] == ""
            assert (await town.client().get(f"/j/{code}")).status == 503
            await screen.send_json(Session(session, "over", "away", 1, 2).as_json())
            while not (await heard(mine, "state"))["link"]:
                pass
