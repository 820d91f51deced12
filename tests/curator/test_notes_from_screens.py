"""Notes that visitors set on the bells at a screen itself: kept as those of phones, and no more than it may."""

from content.canonical import Json
from content.reading import Reader
from curator import bells
from curator.activities import Kept
from curator.notes_from_screens import MOST_ROWS, ROWS_A_MINUTE
from kiosks.activities.bells import MOST_NOTES
from kiosks.activities.known import read_told
from kiosks.messages import Session
from tests.curator.conftest import Town
from tests.curator.nodes import FakeNode, make_screen, paired_node
from tests.curator.test_bells import node, round_of_bells, town
from tests.curator.test_taking_part import approved, heard, joined, linked

__all__ = ["node", "round_of_bells", "town"]
WRITER, OTHER = "a" * 64, "b" * 64


async def tell(node: FakeNode, *rows: Json) -> tuple[int, dict[str, Json]]:
    """A node tells notes; the answer's status and body."""
    answer = await node.post("notes", {"notes": list(rows)})
    return answer.status, await answer.json()


def pattern(town: Town, round_of_bells: Kept) -> tuple[int, ...]:
    return town.service.store.read_now(lambda connection: bells.pattern(connection, round_of_bells.id))


async def known(node: FakeNode) -> list[tuple[str, tuple[int, ...]]]:
    answer = await node.get(f"activities/{node.node_id}")
    found = read_told(Reader.of_bytes(await answer.read(), limit_bytes=1 << 20)).activities
    return [(one.signed.statement.activity, one.notes) for one in found]


async def test_notes_of_a_screen_are_stored_once_changed_taken_away_and_told_to_a_node_that_asks(
    town: Town, node: FakeNode, round_of_bells: Kept
) -> None:
    one = round_of_bells.id
    assert await known(node) == [(one, ())]
    assert await tell(node, [one, WRITER, [3, 17]], [one, OTHER, [5]]) == (200, {"taken": 2})
    assert await tell(node, [one, WRITER, [3, 17]], [one, OTHER, [5]]) == (200, {"taken": 2})
    assert await known(node) == [(one, (3, 17, 5))]
    assert await tell(node, [one, WRITER, [17, 20]]) == (200, {"taken": 1})
    # What stays keeps its age, what is new is the newest.
    assert pattern(town, round_of_bells) == (17, 5, 20)
    assert await tell(node, [one, OTHER, []]) == (200, {"taken": 1})
    town.clock.turn(6 * 3_600_000)
    assert await known(node) == [(one, (17, 20))]
    for number in range(40):
        assert (await tell(node, [one, f"{number:064x}", [number]]))[0] == 200
    assert pattern(town, round_of_bells) == tuple(range(40 - MOST_NOTES, 40))


async def test_phones_and_the_screen_hear_at_once_of_a_note_set_by_hand(
    town: Town, node: FakeNode, round_of_bells: Kept
) -> None:
    async with linked(town, node) as (socket, code):
        await socket.send_json(Session("local", "on", "", 1, 2, round_of_bells.id).as_json())
        phone, page = await joined(town, code)
        await tell(node, [round_of_bells.id, WRITER, [3]])
        while (said := await heard(socket, "pattern"))["notes"] != [3]:
            pass
        assert said["session"] == "local"
        assert "set by somebody" in await (await phone.get(page)).text()
        await phone.post(f"{page}/note", data={"activity": round_of_bells.id, "cell": "17"})
        while (await heard(socket, "pattern"))["notes"] != [3, 17]:
            pass


async def test_a_node_sets_notes_at_its_own_screen_only_where_bells_are_open_and_in_nobodys_place(
    town: Town, node: FakeNode, round_of_bells: Kept
) -> None:
    one = round_of_bells.id
    elsewhere = await paired_node(town, make_screen(town, "Elsewhere"))
    town.clock.turn(1_000)
    poll = await approved(town, node)
    assert await tell(node, [one, WRITER, [3]]) == (200, {"taken": 1})
    assert await tell(elsewhere, [one, WRITER, []], [one, OTHER, [4]]) == (200, {"taken": 0})
    assert await tell(node, ["unknown", WRITER, [1]], [poll.id, WRITER, [1]]) == (200, {"taken": 0})
    wrong: list[Json] = [
        [one, "someone", [1]], [one, WRITER, [40]], [one, WRITER, [1, 2, 3, 4]], [one, WRITER, [1, 1]], [one, WRITER],
    ]  # fmt: skip
    for bad in wrong:
        assert (await tell(node, bad))[0] == 422
    row: Json = [one, WRITER, [1]]
    assert (await tell(node, *[row] * (MOST_ROWS + 1)))[0] == 422
    assert pattern(town, round_of_bells) == (3,)
    assert (await town.client("moderator").post(f"/taking-part/{one}", data={"do": "withdraw"})).status == 200
    assert await tell(node, [one, OTHER, [9]]) == (200, {"taken": 0})
    node.token = "no such token"
    assert (await node.post("notes", {"notes": [[one, OTHER, [9]]]})).status == 401


async def test_a_node_that_tells_more_notes_than_hands_can_set_waits(
    town: Town, node: FakeNode, round_of_bells: Kept
) -> None:
    rows: list[Json] = [[round_of_bells.id, f"{number:064x}", [number % 40]] for number in range(MOST_ROWS)]
    for _ in range(ROWS_A_MINUTE // MOST_ROWS):
        assert (await tell(node, *rows))[0] == 200
    status, body = await tell(node, [round_of_bells.id, WRITER, [1]])
    assert (status, body["code"]) == (429, "too_many_notes")
    town.clock.turn(61_000)
    assert await tell(node, [round_of_bells.id, WRITER, [1]]) == (200, {"taken": 1})
