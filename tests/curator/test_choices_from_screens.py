"""What plays next, asked and voted with hands at a screen itself: counted together with the votes of phones."""

from content.canonical import Json
from content.reading import Reader
from curator import votes
from curator.activities import Kept
from curator.web.taking_part import CHOICES_A_MINUTE
from kiosks.activities.known import Counted, read_told
from tests.curator.conftest import Town
from tests.curator.nodes import FakeNode, make_screen, paired_node
from tests.curator.test_live_orders import told as orders_for
from tests.curator.test_next_up import asked, ballot, coming, counted, node, town, vote
from tests.curator.test_taking_part import joined, linked
from tests.curator.test_votes_from_screens import known, told

__all__ = ["asked", "node", "town"]
VOTER, OTHER = "a" * 64, "b" * 64


async def ask(node: FakeNode, activity: str) -> list[Counted]:
    """What a node gets that asks what could play next."""
    answer = await node.post("choices", {"activity": activity})
    assert answer.status == 200
    return list(read_told(Reader.of_bytes(await answer.read(), limit_bytes=1 << 20)).activities)


def counts(town: Town, one: Kept) -> tuple[int, ...]:
    return town.service.store.read_now(lambda connection: votes.counts(connection, one.id, 3))


async def test_a_node_that_asks_gets_a_signed_choice_and_whoever_asks_meanwhile_the_same(
    town: Town, node: FakeNode, asked: Kept
) -> None:
    turn = coming(town, node.screen_id)
    assert turn is not None
    assert await known(node) == [(asked.id, ())]
    async with linked(town, node) as (_socket, code):
        [first] = await ask(node, asked.id)
        first.signed.verify({town.service.key.public.key_id: town.service.key.public})
        statement = first.signed.statement
        assert (statement.kind, statement.screens, len(statement.options)) == ("poll", (node.screen_id,), 3)
        assert [one.signed for one in await ask(node, asked.id)] == [first.signed]
        # It stands there itself for hands, as on phones, and what is asked with it does not while it is open.
        assert await known(node) == [(statement.activity, (0, 0, 0))]
        phone, page = await joined(town, code)
        assert statement.options[1] in await (await phone.get(page)).text()
        await counted(town, ballot(town))
        assert await known(node) == [(asked.id, ())]


async def test_votes_by_hand_and_by_phone_are_counted_together_each_once_and_choose_what_plays(
    town: Town, node: FakeNode, asked: Kept
) -> None:
    turn = coming(town, node.screen_id)
    assert turn is not None
    async with linked(town, node) as (_socket, code):
        await ask(node, asked.id)
        one = ballot(town)
        now_ms = town.service.now()
        rows: list[Json] = [[one.id, VOTER, 0, now_ms], [one.id, OTHER, 1, now_ms]]
        assert await told(node, *rows) == (200, {"taken": 2})
        assert await told(node, *rows) == (200, {"taken": 2})
        assert await told(node, [one.id, VOTER, 2, now_ms]) == (200, {"taken": 1})
        phone, page = await joined(town, code)
        assert "Your vote counts" in await vote(phone, page, one, 2)
        assert counts(town, one) == (0, 1, 2)
        await counted(town, one)
    [signed] = (await orders_for(node)).orders
    assert signed.order.item is not None
    assert (signed.order.at_ms, signed.order.item.id) == (turn.start_ms, turn.choices[2].item)


async def test_a_vote_that_comes_after_the_count_is_said_to_be_late_and_changes_nothing(
    town: Town, node: FakeNode, asked: Kept
) -> None:
    await ask(node, asked.id)
    one = ballot(town)
    cast_ms = town.service.now()
    assert await told(node, [one.id, VOTER, 1, cast_ms]) == (200, {"taken": 1})
    await counted(town, one)
    rows: list[Json] = [["unknown", OTHER, 0, cast_ms], [one.id, VOTER, 0, cast_ms], [one.id, OTHER, 0, cast_ms]]
    assert await told(node, *rows) == (200, {"taken": 0, "late": [1, 2]})
    assert counts(town, one) == (0, 1, 0)


async def test_a_node_asks_for_its_own_screen_only_and_not_without_end(town: Town, node: FakeNode, asked: Kept) -> None:
    elsewhere = await paired_node(town, make_screen(town, "Elsewhere"))
    assert await ask(elsewhere, asked.id) == []
    assert await ask(node, "unknown") == []
    await ask(node, asked.id)
    one = ballot(town)
    assert await ask(node, one.id) == []
    assert await told(elsewhere, [one.id, VOTER, 1, 1]) == (200, {"taken": 0})
    assert (await node.post("choices", {"activity": 3})).status == 422
    for _ in range(CHOICES_A_MINUTE):
        await node.post("choices", {"activity": asked.id})
    answer = await node.post("choices", {"activity": asked.id})
    assert (answer.status, (await answer.json())["code"]) == (429, "too_many_choices")
    assert ballot(town) == one
    node.token = "no such token"
    assert (await node.post("choices", {"activity": asked.id})).status == 401


async def test_where_no_turn_comes_soon_there_is_no_choice(town: Town, node: FakeNode, asked: Kept) -> None:
    await ask(node, asked.id)
    one = ballot(town)
    await counted(town, one)
    # The plan of one day is over.
    town.clock.turn(2 * 86_400_000)
    assert await ask(node, asked.id) == []
