"""A wall at the service: who may write where and when, who reads it, what becomes of it, and what is kept."""

import pytest
import sqlalchemy as sa

from content.reading import Reader
from curator import activities, answers, cleaning, free_text
from curator.activities import Kept
from curator.answers import MOST_OF_ONE, REPORTS_THAT_HIDE, Written
from curator.store import Connection
from curator.tables_taking_part import answer_reports, wall_answers
from curator.web.taking_part import ANSWERS_A_MINUTE, TAKING_PART
from kiosks.activities.answers import read_answer
from kiosks.messages import Session, Show, read_for_screen
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_taking_part import DAY_MS, heard, joined, linked

WALL = {"kind": "wall", "question": "What can you hear here?", "language": "en", "days": "3"}


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


@pytest.fixture
async def wall(town: Town, node: FakeNode) -> Kept:
    """An approved wall at a screen where passers-by may write, with a moderator on duty."""
    await allow(town, node)
    assert await ask(town, node) == 303
    kept = town.service.store.read_now(activities.listed)[0]
    assert await post(town, "moderator", f"/taking-part/{kept.id}", do="approve") == 303
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    await until(lambda: bool(place.offers))
    return town.service.store.read_now(activities.listed)[0]


async def post(town: Town, who: str, address: str, **data: str) -> int:
    return (await town.client(who).post(address, data=data, allow_redirects=False)).status


async def allow(town: Town, node: FakeNode, do: str = "allow", who: str = "programmer") -> int:
    return await post(town, who, "/taking-part/writing", screen=node.screen_id, do=do)


async def ask(town: Town, node: FakeNode, **changes: str) -> int:
    return await post(
        town, "editor", "/taking-part", **{**WALL, "group": town.group.id, "screen": node.screen_id} | changes
    )


async def write(phone: Client, page: str, wall: Kept, words: str) -> str:
    """Hands in an answer; gives the page that comes."""
    return await (await phone.post(f"{page}/write", data={"activity": wall.id, "words": words})).text()


def queue(town: Town) -> list[Written]:
    return town.service.store.read_now(answers.queue)


def shown(town: Town, wall: Kept) -> list[str]:
    signed = town.service.store.read_now(lambda connection: answers.shown(connection, wall.id))
    return [one.answer.words for one in signed]


def kept_rows(town: Town) -> list[tuple[str, str, str]]:
    def look(connection: Connection) -> list[tuple[str, str, str]]:
        rows = connection.execute(sa.select(wall_answers).order_by(wall_answers.c.number))
        return [(row.state, row.words, row.writer) for row in rows]

    return town.service.store.read_now(look)


async def test_free_text_is_off_until_a_programmer_allows_it_for_the_screen(town: Town, node: FakeNode) -> None:
    assert await ask(town, node) == 422
    assert await allow(town, node, who="moderator") == 403
    assert await allow(town, node, who="editor") == 403
    assert await allow(town, node) == 303
    assert await ask(town, node, question=" ") == 422
    assert await ask(town, node) == 303


async def test_an_answer_waits_for_a_person_and_is_then_signed_for_the_screen_and_for_later_strangers(
    town: Town, node: FakeNode, wall: Kept
) -> None:
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        said = await write(phone, page, wall, "  Bells\nand rain ")
        assert "It is read next" in said
        assert await heard(socket, "start")
        other, other_page = await joined(town, code)
        assert "Bells" not in await (await other.get(other_page)).text()
        assert (await heard(socket, "show"))["rows"] == []
        (waiting,) = queue(town)
        assert await post(town, "outsider", f"/taking-part/answers/{waiting.id}", do="approve") == 403
        assert await post(town, "moderator", f"/taking-part/answers/{waiting.id}", do="approve") == 303
        assert await post(town, "moderator", f"/taking-part/answers/{waiting.id}", do="reject") == 422
        told = read_for_screen(Reader(await heard(socket, "show")))
        assert isinstance(told, Show)
        signed = read_answer(Reader(told.rows[0]))
        signed.verify({town.service.key.public.key_id: town.service.key.public})
        assert (signed.answer.words, signed.activity) == ("Bells and rain", wall.id)
        assert "Bells and rain" in await (await other.get(other_page)).text()
        assert "It is on the wall" in await (await phone.get(page)).text()


async def test_who_wrote_sees_why_not_the_next_in_line_and_takes_it_back_words_and_all(
    town: Town, node: FakeNode, wall: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        await write(phone, page, wall, "The tram")
        said = await write(phone, page, wall, "A kettle, two floors up")
        assert "number 2 in the line" in said
        first, second = queue(town)
        await post(town, "moderator", f"/taking-part/answers/{first.id}", do="reject", reason="off_topic")
        said = await (await phone.get(page)).text()
        assert "It does not answer the question." in said
        assert "It is read next" in said
        other, other_page = await joined(town, code)
        await other.post(f"{other_page}/take-back", data={"activity": wall.id, "answer": second.id})
        assert len(queue(town)) == 1
        await phone.post(f"{page}/take-back", data={"activity": wall.id, "answer": second.id})
        assert [row[:2] for row in kept_rows(town)] == [("refused", "The tram"), ("removed", "")]
        town.clock.turn(8 * DAY_MS)
        await cleaning.clean(town.service)
        assert kept_rows(town) == [("removed", "", ""), ("removed", "", "")]


async def test_three_passes_that_report_hide_an_answer_until_a_moderator_has_looked(
    town: Town, node: FakeNode, wall: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        await write(phone, page, wall, "Rain on tin")
        (waiting,) = queue(town)
        approve = f"/taking-part/answers/{waiting.id}"
        await post(town, "moderator", approve, do="approve")
        for number in range(REPORTS_THAT_HIDE):
            assert shown(town, wall) == ["Rain on tin"]
            other, other_page = await joined(town, code)
            for _again in range(2 if number == 0 else 1):
                await other.post(f"{other_page}/report", data={"activity": wall.id, "answer": waiting.id})
        assert shown(town, wall) == []
        assert [(one.state, one.reports) for one in queue(town)] == [("hidden", REPORTS_THAT_HIDE)]
        assert "Somebody reported it" in await (await phone.get(page)).text()
        await post(town, "moderator", approve, do="approve")
        assert shown(town, wall) == ["Rain on tin"]
        await post(town, "moderator", approve, do="remove")
        assert shown(town, wall) == []
        rows = town.service.store.read_now(lambda connection: connection.execute(answer_reports.select()).all())
        assert (kept_rows(town)[0][:2], rows) == (("removed", ""), [])


async def test_nobody_can_write_while_no_moderator_is_here_or_the_line_is_long(
    town: Town, node: FakeNode, wall: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        monkeypatch.setattr(free_text, "MOST_WAITING", 1)
        assert "Handed in" in await write(phone, page, wall, "Bells")
        assert "no more can be taken" in await (await phone.get(page)).text()
        await write(phone, page, wall, "Rain")
        assert len(queue(town)) == 1
        monkeypatch.undo()
        await allow(town, node, "forbid")
        assert "Answers are closed" in await write(phone, page, wall, "Rain")
        await allow(town, node)
    town.clock.turn(free_text.ON_DUTY_MS + 1)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        said = await (await phone.get(page)).text()
        assert "Answers are closed just now" in said
        assert "<textarea" not in said
        await write(phone, page, wall, "Rain")
        assert len(queue(town)) == 1


async def test_the_worst_is_not_kept_the_rest_is_told_and_one_pass_does_not_fill_the_line(
    town: Town, node: FakeNode, wall: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        assert "Say it in another way" in await write(phone, page, wall, "địt mẹ")
        assert "nothing to read" in await write(phone, page, wall, "x" * 121)
        for words in ("Look at example.org/x", "look at EXAMPLE.ORG/x !", "fuсk"):
            await write(phone, page, wall, words)
            town.clock.turn(1_000)
        assert [{finding.kind for finding in one.findings} for one in queue(town)] == [
            {"link"}, {"link", "alike"}, {"swearing", "alphabets"},
        ]  # fmt: skip
        assert "wait already" in await write(phone, page, wall, "One more")
        assert len(queue(town)) == MOST_OF_ONE
        page_of_moderator = await (await town.client("moderator").get("/taking-part/answers")).text()
        assert "nearly the same as" in page_of_moderator
        said = ""
        for number in range(ANSWERS_A_MINUTE):
            other, other_page = await joined(town, code)
            said = await write(other, other_page, wall, f"Answer {number} of many " + "abcdefghij"[number] * 9)
        assert "did not go through" in said
        assert len(queue(town)) == ANSWERS_A_MINUTE


async def test_what_nobody_reads_is_let_go_and_a_session_that_begins_is_told_the_wall(
    town: Town, node: FakeNode, wall: Kept
) -> None:
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        await write(phone, page, wall, "Bells")
        session = str((await heard(socket, "start"))["session"])
        await heard(socket, "show")
        await socket.send_json(Session(session, "on", "", 1, 2).as_json())
        assert (await heard(socket, "show"))["session"] == session
    town.clock.turn(answers.NOT_READ_MS + 600_000)
    await cleaning.clean(town.service)
    assert [row[0] for row in kept_rows(town)] == ["refused"]
