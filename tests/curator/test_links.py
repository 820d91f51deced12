"""The link: news at once, black-outs first, and nobody waits for a node that does not read."""

import asyncio
import json

import aiohttp
import pytest

from content.canonical import Json
from curator import nodes
from curator.links import Links, NewManifest, Outbox, Panic, WantPictures
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import HEALTH, FakeNode, at_rest, make_screen, paired_node, publish

Socket = aiohttp.ClientWebSocketResponse[bool]


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town where nothing is published but by the test."""
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


async def heard(socket: Socket) -> dict[str, Json]:
    message: dict[str, Json] = json.loads(await socket.receive_str(timeout=5))
    return message


async def closed(socket: Socket) -> int | None:
    while not socket.closed:
        await socket.receive(timeout=5)
    return socket.close_code


async def test_a_node_is_told_on_connecting_whether_to_be_dark_and_what_the_newest_manifest_is(
    town: Town, node: FakeNode
) -> None:
    publish(town, node.screen_id, 7)
    socket = await node.link()
    assert await heard(socket) == {"type": "panic", "on": False, "counter": 0}
    assert await heard(socket) == {"type": "manifest", "version": 7}
    await socket.close()


async def test_a_black_out_reaches_a_connected_node_and_again_one_that_comes_back(town: Town, node: FakeNode) -> None:
    socket = await node.link()
    await heard(socket)
    await town.client("moderator").post("/screens/library-window/dark", data={"state": "dark"})
    dark = {"type": "panic", "on": True, "counter": town.clock()}
    assert await heard(socket) == dark
    await socket.close()
    socket = await node.link()
    assert await heard(socket) == dark
    town.clock.turn(1)
    await town.client("moderator").post("/screens/library-window/dark", data={"state": "back"})
    assert await heard(socket) == {"type": "panic", "on": False, "counter": town.clock()}
    await socket.close()


async def test_a_new_manifest_is_told_to_its_own_screen_only(town: Town, node: FakeNode) -> None:
    other = await paired_node(town, make_screen(town, "Second"))
    mine, theirs = await node.link(), await other.link()
    await heard(mine)
    await heard(theirs)
    publish(town, node.screen_id, 1)
    assert await heard(mine) == {"type": "manifest", "version": 1}
    publish(town, other.screen_id, 5)
    assert await heard(theirs) == {"type": "manifest", "version": 5}
    await mine.close()
    await theirs.close()


async def test_pictures_are_asked_for_while_somebody_looks(town: Town, node: FakeNode) -> None:
    socket = await node.link()
    await heard(socket)
    stranger = town.client()
    address = "/screens/library-window/picture.jpg"
    await stranger.get(address)
    assert await heard(socket) == {"type": "picture", "every_ms": 500, "for_ms": 30_000}
    for _ in range(5):
        await stranger.get(address)
    town.clock.turn(10_000)
    await stranger.get(address)
    publish(town, node.screen_id, 1)
    assert [await heard(socket), await heard(socket)] == [
        {"type": "picture", "every_ms": 500, "for_ms": 30_000},
        {"type": "manifest", "version": 1},
    ]
    await socket.close()
    town.clock.turn(20_000)
    socket = await node.link()
    messages = [await heard(socket) for _ in range(3)]
    assert {"type": "picture", "every_ms": 500, "for_ms": 10_000} in messages
    await socket.close()


async def test_health_by_the_link_is_kept(town: Town, node: FakeNode) -> None:
    socket = await node.link()
    await heard(socket)
    await socket.send_json({"type": "health"} | HEALTH)
    await socket.send_json({"type": "something newer"})
    async with asyncio.timeout(5):
        while True:
            found = await town.service.store.read(lambda connection: nodes.of_screen(connection, node.screen_id))
            if found is not None and found.health is not None:
                break
    assert found.health.files_wanted == 4
    assert not socket.closed
    await socket.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type": 1}', '{"type": "health"}', '"\\ud800"', "9" * 6000])
async def test_a_node_that_talks_nonsense_is_shown_out(town: Town, node: FakeNode, text: str) -> None:
    socket = await node.link()
    await socket.send_str(text)
    assert await closed(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_bytes_and_giants_are_shown_out(town: Town, node: FakeNode) -> None:
    socket = await node.link()
    await socket.send_bytes(b"x")
    assert await closed(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION
    socket = await node.link()
    await socket.send_str("x" * 100_000)
    assert await closed(socket) in {aiohttp.WSCloseCode.MESSAGE_TOO_BIG, aiohttp.WSCloseCode.OK, 1006}


async def test_a_node_that_never_stops_talking_is_shown_out(town: Town, node: FakeNode) -> None:
    socket = await node.link()
    for _ in range(61):
        await socket.send_str('{"type": "hello"}')
    assert await closed(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_a_second_link_of_a_node_takes_the_place_of_the_first(town: Town, node: FakeNode) -> None:
    first = await node.link()
    await heard(first)
    second = await node.link()
    assert await closed(first) == aiohttp.WSCloseCode.GOING_AWAY
    await heard(second)
    publish(town, node.screen_id, 1)
    assert await heard(second) == {"type": "manifest", "version": 1}
    await second.close()


async def test_a_pairing_ended_elsewhere_closes_the_link_at_the_next_hint(town: Town, node: FakeNode) -> None:
    socket = await node.link()
    await heard(socket)
    town.service.store.run_now(
        lambda connection: nodes.revoke(connection, node.screen_id, now_ms=town.clock(), by=None)
    )
    town.service.bus.publish(f"screen:{node.screen_id}")
    assert await closed(socket) == aiohttp.WSCloseCode.GOING_AWAY


async def test_an_ordinary_request_for_the_link_is_told_what_is_wanted(town: Town, node: FakeNode) -> None:
    assert (await node.get(f"link/{node.node_id}")).status == 426


async def test_a_link_is_not_compressed(town: Town, node: FakeNode) -> None:
    socket = await node.client.ws_connect(f"/api/v1/link/{node.node_id}", headers=node.headers, compress=15)
    assert socket.compress == 0
    await socket.close()


async def test_a_stalled_node_does_not_delay_another(town: Town, node: FakeNode) -> None:
    """One node opens its link and never reads a byte; the other hears every piece of news."""
    other = await paired_node(town, make_screen(town, "Second"))
    port = town.server.port
    assert port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(
        f"GET /api/v1/link/{node.node_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {node.token}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()
    socket = await other.link()
    await heard(socket)
    for version in range(1, 200):
        town.service.bus.publish(f"screen:{node.screen_id}")
        publish(town, other.screen_id, version)
        assert await heard(socket) == {"type": "manifest", "version": version}
    await socket.close()
    writer.close()


# --- the outbox, without a network -----------------------------------------------------------------------------------


async def test_an_outbox_keeps_the_newest_of_each_kind_and_black_outs_go_first() -> None:
    outbox = Outbox()
    for number in range(1000):
        outbox.put(NewManifest(number))
        outbox.put(WantPictures(500, number))
    outbox.put(Panic(on=True, counter=1))
    outbox.put(Panic(on=False, counter=2))
    assert [await outbox.next() for _ in range(3)] == [Panic(False, 2), NewManifest(999), WantPictures(500, 999)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.next(), 0.01)
    outbox.put(NewManifest(5))
    assert await outbox.next() == NewManifest(5)


async def test_leaving_an_old_link_does_not_take_the_new_one_away() -> None:
    links = Links()
    with links.joined("node", "screen") as first:
        old = links.joined("node", "screen")
        second = old.__enter__()
        assert first.ended.is_set()
    links.tell("screen", NewManifest(1))
    assert await second.next() == NewManifest(1)
    assert links.is_linked("screen")
    old.__exit__(None, None, None)
    assert not links.is_linked("screen")
