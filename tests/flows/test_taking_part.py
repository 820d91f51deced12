"""Taking part, with real parts: a service, a screen's node and player, and phones that vote. Pixels change."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html import unescape

import aiohttp
import pytest

from content.clock import now_ms
from curator import answers
from curator.activities import Kept
from curator.tables import as_run
from curator.tables_taking_part import votes
from tests.flows.line import Line, kill_everything, wait_for
from tests.flows.visiting import (
    back_on_programme,
    code_at,
    coral_in,
    offer,
    process_of,
    session_frames,
    slips_in,
    wall_at,
)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    made.start_node()
    made.pair()
    made.upload("red", 5, "Red")
    found = made.approve("Red")
    made.shows(found.id, wait_s=90)
    yield made
    made.end()


class Phone:
    """A visitor's phone: its page, and its socket."""

    def __init__(self, session: aiohttp.ClientSession, address: str, page: str) -> None:
        self.session, self.address, self.page = session, address, page
        self.state: dict[str, object] = json.loads(unescape(re.findall(r'data-state="([^"]*)"', page)[0]))
        self.socket: aiohttp.ClientWebSocketResponse
        self.seq = 0

    async def say(self, **fields: object) -> None:
        self.seq += 1
        await self.socket.send_json({"v": 1, "q": self.seq, **fields})

    async def hear(self, kind: str, within_s: float = 15) -> dict[str, object]:
        """The next message of a kind."""
        async with asyncio.timeout(within_s):
            async for message in self.socket:
                found: dict[str, object] = json.loads(message.data)
                if found["type"] == kind:
                    return found
        raise AssertionError(f"no {kind} came")

    async def until(self, **wanted: object) -> dict[str, object]:
        """The first state in which these hold."""
        while True:
            state = await self.hear("state")
            if all(state.get(name) == value for name, value in wanted.items()):
                return state

    async def until_counted(self, poll: Kept, counts: list[int]) -> None:
        """Waits until the screen says so."""
        while True:
            snapshot = (await self.until(on=poll.id))["snapshot"]
            if isinstance(snapshot, dict) and snapshot["counts"] == counts:
                return


@asynccontextmanager
async def phone(line: Line, code: str) -> AsyncIterator[Phone]:
    """A phone that scans the code."""
    headers = {"Origin": line.address}
    async with aiohttp.ClientSession(line.address, headers=headers, cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with asyncio.timeout(20):
            while (answer := await session.get(f"/J/{code}")).status == 503:  # noqa: ASYNC110
                await asyncio.sleep(0.3)  # the screen's agent is only just there again
        page = await answer.text()
        assert answer.status == 200, page
        made = Phone(session, answer.url.path, page)
        async with session.ws_connect(f"{made.address}/socket") as socket:
            made.socket = socket
            yield made


async def in_session(line: Line, one: Phone, poll: Kept) -> None:
    """Votes, and waits until the poll is on the screen."""
    for _ in range(12):
        await one.say(do="vote", option=0, activity=poll.id)
        vote = await one.hear("vote")
        assert vote["said"] == "voted"
        try:
            async with asyncio.timeout(3):
                await one.until(on=poll.id)
                return
        except TimeoutError:
            await asyncio.sleep(2.5)  # the screen rests between two sessions
    raise AssertionError("the poll does not come to the screen")


def test_two_phones_join_and_vote_the_screen_shows_it_and_the_record_counts_each_once(line: Line) -> None:
    poll, code = asyncio.run(offer(line, "poll")), code_at(line)

    async def take_part() -> None:
        async with phone(line, code) as one, phone(line, code) as other:
            begun_ms = now_ms()
            await in_session(line, one, poll)
            shown = await asyncio.to_thread(wait_for, lambda: session_frames(line, begun_ms), 10)
            assert {row.item for row in shown} == {poll.id}
            before = await asyncio.to_thread(coral_in, line)
            for option, counts in ((1, [1, 1]), (0, [2, 0]), (1, [1, 1])):
                await other.say(do="vote", option=option, activity=poll.id)
                assert (await other.hear("vote"))["said"] == "voted"
                await one.until_counted(poll, counts)
            # The bar of the second option has grown.
            await asyncio.to_thread(wait_for, lambda: coral_in(line) > before + 500, 20)
            player = await asyncio.to_thread(process_of, line, "display_node.agent")
            broken_ms = now_ms()
            os.kill(player, signal.SIGKILL)
            await asyncio.to_thread(back_on_programme, line, broken_ms)

    asyncio.run(take_part())
    rows = line.store.read_now(lambda connection: connection.execute(votes.select()).all())
    assert sorted(row.choice for row in rows) == [0, 1]


def test_without_the_service_the_programme_is_on_and_the_code_is_gone(line: Line) -> None:
    poll, code = asyncio.run(offer(line, "poll")), code_at(line)

    async def take_part() -> None:
        async with phone(line, code) as one:
            begun_ms = now_ms()
            await in_session(line, one, poll)
            await asyncio.to_thread(wait_for, lambda: session_frames(line, begun_ms), 10)
            broken_ms = now_ms()
            kill_everything(line.service)
            line.service.end()
            await asyncio.to_thread(back_on_programme, line, broken_ms)

    asyncio.run(take_part())
    line.service = line.serve()
    query = as_run.select().where(as_run.c.layer == "session")
    rows = wait_for(lambda: line.store.read_now(lambda connection: connection.execute(query).all()), 60)
    assert {row.item_id for row in rows} == {poll.id}
    assert {row.outcome for row in rows} == {"partial"}


def test_what_a_stranger_writes_is_read_by_a_moderator_and_only_then_seen_on_the_screen(line: Line) -> None:
    wall = wall_at(line)
    code = code_at(line)
    begun_ms = now_ms()

    async def take_part() -> None:
        async with phone(line, code) as one:
            form = {"activity": wall.id, "words": "Tiếng chổi tre"}
            answer = await one.session.post(f"{one.address}/write", data=form)
            assert "It is read next" in await answer.text()
            (waiting,) = line.store.read_now(answers.queue)
            # The screen rests between two sessions, and begins when it is asked again.
            for _ in range(30):
                await one.say(do="begin", activity=wall.id)
                if await asyncio.to_thread(session_frames, line, begun_ms):
                    break
                await asyncio.sleep(1)
            assert {row.item for row in session_frames(line, begun_ms)} == {wall.id}
            before = await asyncio.to_thread(slips_in, line)
            await asyncio.to_thread(line.press, "moderator", f"/taking-part/answers/{waiting.id}", do="approve")
            await asyncio.to_thread(wait_for, lambda: slips_in(line) > before + 2_000, 20)

    asyncio.run(take_part())
