"""What happens at a screen itself: its node knows what is allowed there, and its votes and sessions are taken up."""

import pytest

from content.approval import EVERYWHERE
from content.canonical import Json
from content.reading import Reader
from curator import activities, votes
from curator.activities import Kept
from curator.relay import Relay
from curator.web.node_state import NODE_STATE
from curator.web.taking_part import TAKING_PART
from kiosks.activities.known import read_told
from kiosks.messages import Session
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_taking_part import approved, decided, heard, joined, linked

VOTER, OTHER = "a" * 64, "b" * 64


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


async def told(node: FakeNode, *rows: Json) -> tuple[int, dict[str, Json]]:
    """A node tells votes; the answer's status and body."""
    answer = await node.client.post(f"/api/v1/votes/{node.node_id}", json={"votes": list(rows)}, headers=node.headers)
    return answer.status, await answer.json()


async def known(node: FakeNode) -> list[tuple[str, tuple[int, ...]]]:
    answer = await node.client.get(f"/api/v1/activities/{node.node_id}", headers=node.headers)
    assert answer.status == 200
    found = read_told(Reader.of_bytes(await answer.read(), limit_bytes=1 << 20)).activities
    return [(one.signed.statement.activity, one.counts) for one in found]


def counts(town: Town, poll: Kept) -> tuple[int, ...]:
    return town.service.store.read_now(lambda connection: votes.counts(connection, poll.id, 2))


async def test_a_node_is_told_what_is_allowed_and_its_votes_count_once(town: Town, node: FakeNode) -> None:
    assert await known(node) == []
    poll = await approved(town, node)
    assert await known(node) == [(poll.id, (0, 0))]
    now_ms = town.service.now()
    rows: list[Json] = [[poll.id, VOTER, 0, now_ms], [poll.id, OTHER, 1, now_ms]]
    assert await told(node, *rows) == (200, {"taken": 2})
    assert await told(node, *rows) == (200, {"taken": 2})
    assert await known(node) == [(poll.id, (1, 1))]
    assert await told(node, [poll.id, VOTER, 1, now_ms]) == (200, {"taken": 1})
    assert counts(town, poll) == (0, 2)


async def test_votes_that_come_late_count_until_the_result_is_answered(town: Town, node: FakeNode) -> None:
    poll = await approved(town, node)
    cast_ms = town.service.now()
    assert await told(node, [poll.id, VOTER, 0, cast_ms]) == (200, {"taken": 1})
    assert await decided(town, "withdraw") == 303
    assert await known(node) == []
    assert await told(node, [poll.id, OTHER, 0, cast_ms]) == (200, {"taken": 1})
    editor = town.client("editor")
    answer = await editor.post(
        f"/taking-part/{poll.id}", data={"do": "answer", "words": "We will"}, allow_redirects=False
    )
    assert answer.status == 303
    assert await told(node, [poll.id, "c" * 64, 0, cast_ms]) == (200, {"taken": 0})
    assert counts(town, poll) == (2, 0)


async def test_a_node_votes_for_no_other_screen_and_in_nobodys_place(town: Town, node: FakeNode) -> None:
    poll = await approved(town, node)
    elsewhere = await paired_node(town, make_screen(town, "Elsewhere"))
    assert await told(elsewhere, [poll.id, VOTER, 0, 1]) == (200, {"taken": 0})
    assert await told(node, ["unknown", VOTER, 0, 1], [poll.id, VOTER, 4, 1]) == (200, {"taken": 0})
    wrong: list[Json] = [[poll.id, "someone", 0, 1], [poll.id, VOTER, 9, 1], [poll.id, VOTER, 0]]
    for bad in wrong:
        assert (await told(node, bad))[0] == 422
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        assert (await phone.post(f"{page}/vote", data={"activity": poll.id, "option": "0"})).status == 200
        stored = town.service.store.read_now(lambda connection: activities.get(connection, poll.id))
        assert stored is not None
        # What stands for the phone's pass is of no use to a node that knows it.
        assert await told(node, [poll.id, votes.voter_of(page.removeprefix("/p/"), poll.id), 1, 1]) == (
            200,
            {"taken": 1},
        )
        assert counts(town, poll) == (1, 1)


async def test_phones_join_what_visitors_at_the_screen_began(town: Town, node: FakeNode) -> None:
    poll = await approved(town, node)
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    async with linked(town, node) as (socket, code):
        await socket.send_json(Session("local", "on", "", 1, 2, poll.id).as_json())
        await until(lambda: place.is_on)
        phone, page = await joined(town, code)
        assert (await phone.post(f"{page}/vote", data={"activity": poll.id, "option": "1"})).status == 200
        bundle = await heard(socket, "taps")
        while not bundle["rows"]:
            bundle = await heard(socket, "taps")
        assert bundle["session"] == "local"
        await socket.send_json(Session("local", "over", "done", 1, 2).as_json())
        await until(lambda: not place.is_on)


async def test_what_visitors_at_the_screen_began_ends_if_its_activity_was_withdrawn_meanwhile(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    async with linked(town, node) as (socket, _code):
        assert await decided(town, "withdraw") == 303
        await until(lambda: not place.offers)
        await socket.send_json(Session("local", "on", "", 1, 2, poll.id).as_json())
        assert (await heard(socket, "finish"))["session"] == "local"
        assert not place.is_on


async def test_a_session_that_a_screen_tells_of_before_anything_is_offered_is_joined_when_it_is(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    relay = Relay(town.server.app[NODE_STATE].links, town.service.now, b"secret")
    place = relay.place(node.screen_id)
    on = Session("local", "on", "", 1, 2, poll.id)
    place.hear(on)
    assert not place.is_on
    relay.offer(town.service.store.read_now(lambda store: activities.open_now(store, town.service.now())), EVERYWHERE)
    assert place.is_on
