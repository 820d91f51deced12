"""What an island serves: the code's page, a visitor's page and socket, votes that are kept, and nothing else."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from html import unescape

import aiohttp
import pytest

from content.canonical import Json
from display_node.agent import islanding
from display_node.config import BadSetting, DataFolder, island_at
from display_node.island.gate import MOST_OF_ONE_ADDRESS
from display_node.island.messages import (
    Came,
    Cast,
    Code,
    Kept,
    Left,
    Offer,
    Standing,
    Votes,
    encode,
    read_for_agent,
    read_for_island,
)
from display_node.island.serving import PROBES
from display_node.messages import Invitation
from display_node.session_messages import SessionNow
from kiosks.messages import LARGEST_PHONE_BYTES, Invite
from kiosks.presence import WINDOW_MS
from kiosks.rooms import WRONG_CODES_A_MINUTE
from kiosks.visits import PASS_KEPT_MS
from tests.display_node.agent.making import ListeningPlayer, fact, status
from tests.display_node.agent.test_local import CROWD, WALL, allow, shown
from tests.display_node.agent.test_sessions import INVITE, STATEMENT
from tests.display_node.island.conftest import Shore, joined
from tests.fakes.curator import FakeCurator

Opened = Callable[..., AbstractAsyncContextManager[Shore]]


async def heard(
    socket: aiohttp.ClientWebSocketResponse[bool], holds: Callable[[dict[str, Json]], object]
) -> dict[str, Json]:
    """The first message of which this holds."""
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Json] = json.loads(await socket.receive_str())
            if holds(message):
                return message


async def test_a_phone_joins_votes_and_plays_while_the_service_is_gone_and_the_vote_arrives_when_it_is_back(
    island: Opened, curator: FakeCurator, player: ListeningPlayer, paired: DataFolder
) -> None:
    allow(curator, STATEMENT, CROWD)
    async with island() as shore, aiohttp.ClientSession() as session:
        page = await joined(session, shore)
        said = shore.invitation()
        assert said is not None
        assert (said.wifi, said.address) == ("Square", f"127.0.0.1:{shore.port}/j")
        text = await (await session.get(shore.address + page)).text()
        assert "A bench?" in text
        assert "comes from the screen itself" in text
        async with session.ws_connect(f"{shore.address}{page}/socket") as socket:
            await fact(lambda: status(paired)["visitors_here"] == 1)
            assert status(paired)["is_island"]
            await socket.send_json({"do": "vote", "q": 1, "option": 1, "activity": "p1"})
            told = await heard(socket, lambda message: message["type"] == "vote")
            assert told["said"] == "voted"
            await heard(socket, lambda message: message.get("on") == "p1" and message["snapshot"])
            await fact(lambda: shown(player) == (3, 2))
        # A phone without a script does the same: the same pass, another choice, one vote.
        answer = await session.post(f"{shore.address}{page}/vote", data={"activity": "p1", "option": "0"})
        assert 'aria-pressed="true"' in await answer.text()
        assert not curator.votes
        await curator.start()
        await fact(lambda: list(curator.votes.values()) == [0])
        # The corner is the service's again.
        await fact(lambda: curator.links)
        await curator.hint(INVITE.as_json())
        await fact(lambda: (said := shore.invitation()) and said.code == INVITE.code and not said.wifi)


async def test_a_game_is_led_by_phones_and_when_the_island_dies_they_are_gone_and_the_screen_goes_on(
    island: Opened, curator: FakeCurator, player: ListeningPlayer, paired: DataFolder
) -> None:
    allow(curator, CROWD, WALL)
    async with island() as shore, aiohttp.ClientSession() as session:
        page = await joined(session, shore)
        text = await (await session.get(shore.address + page, headers={"Accept-Language": "vi"})).text()
        assert '<html lang="vi">' in text
        assert "What can you hear?" in text
        assert "<textarea" not in text
        async with session.ws_connect(f"{shore.address}{page}/socket") as socket:
            await socket.send_json({"do": "begin", "q": 1, "activity": "w1"})
            await socket.send_json({"do": "begin", "q": 2, "activity": "g1"})
            await heard(socket, lambda message: message.get("on") == "g1")
            await socket.send_json({"do": "steer", "q": 3, "x": 100})
            await fact(lambda: (now := player.last(SessionNow)) and isinstance(now, SessionNow) and now.here == 1)
            state = await heard(socket, lambda message: message.get("snapshot"))
            assert state["link"] is True
        assert shore.serving is not None
        shore.serving.cancel()
        await fact(lambda: status(paired)["visitors_here"] == 0 and not status(paired)["is_island"])
        await fact(lambda: shore.invitation() is None)
        assert player.on()


async def test_strangers_get_a_page_for_every_mistake_and_no_file(
    island: Opened, curator: FakeCurator, paired: DataFolder
) -> None:
    allow(curator, CROWD)
    async with island() as shore, aiohttp.ClientSession() as session:
        page = await joined(session, shore)
        home = await session.get(shore.address)
        assert home.url.path == "/j"
        for path in (
            "/node.json",
            "/token",
            "/static/../key",
            "/static/x/phone.js",
            "/static/x/..%2f..%2fkey",
            "/p/x",
            "/manifest",
        ):
            answer = await session.get(shore.address + path)
            assert answer.status in (404, 410), path
            assert "text/html" in answer.headers["Content-Type"]
        (script,) = re.findall(
            r'src="(/static/[^"]+)"', unescape(await (await session.get(shore.address + page)).text())
        )
        assert "WebSocket" in await (await session.get(shore.address + script)).text()
        assert (await session.post(f"{shore.address}{page}/write", data={"words": "hello"})).status == 404
        assert (await session.put(f"{shore.address}{page}")).status == 405
        big = await session.post(f"{shore.address}{page}/vote", data={"activity": "x" * 9_000})
        assert big.status == 413
        for header in ("Content-Security-Policy", "X-Frame-Options", "Cache-Control"):
            assert header in home.headers
        assert "Set-Cookie" not in home.headers
        for _ in range(WRONG_CODES_A_MINUTE):
            assert (await session.get(f"{shore.address}/j/ZZZZ")).status == 404
        assert (await session.get(f"{shore.address}/j/ZZZZ")).status == 429


FORM = "application/x-www-form-urlencoded"


async def test_a_form_that_cannot_be_read_is_answered_and_nothing_is_written_down(
    island: Opened, curator: FakeCurator, caplog: pytest.LogCaptureFixture
) -> None:
    allow(curator, CROWD)
    async with island() as shore, aiohttp.ClientSession() as session:
        page = await joined(session, shore)
        caplog.clear()
        bad: list[tuple[bytes, dict[str, str]]] = [
            (b"activity=g1", {"Content-Type": f"{FORM}; charset=x"}),
            (b"activity=g1", {"Content-Type": FORM, "Content-Encoding": "deflate"}),
            (b"activity=\xff", {"Content-Type": FORM}),
        ]
        for body, headers in bad:
            answer = await session.post(f"{shore.address}{page}/play", data=body, headers=headers)
            assert answer.status == 400
            assert "text/html" in answer.headers["Content-Type"]
        assert not [one for one in caplog.records if one.name.startswith("aiohttp")]


@asynccontextmanager
async def in_its_place(island: Opened) -> AsyncIterator[Shore]:
    """An island whose process is gone, so that a test says to the agent whatever it likes."""
    async with island() as shore:
        assert shore.serving is not None
        shore.serving.cancel()
        await asyncio.wait([shore.serving])
        yield shore


async def test_the_process_that_strangers_reach_has_no_words_on_the_screen_but_a_code(
    island: Opened, curator: FakeCurator, player: ListeningPlayer, paired: DataFolder
) -> None:
    allow(curator, CROWD)
    async with in_its_place(island) as shore:
        words = Invite("HTTPS://OTHER.EXAMPLE", "Come to other.example", "FREE")
        for said in (
            json.dumps(words.as_json()).encode() + b"\n",
            encode(Code("FREE BEER")),
            encode(Code("AEIO")),
            encode(Code("BC")),
        ):
            reader, writer = await asyncio.open_unix_connection(paired.island_socket)
            writer.write(said)
            # It is hung up on.
            async with asyncio.timeout(20):
                await reader.read()
            writer.close()
        _reader, writer = await asyncio.open_unix_connection(paired.island_socket)
        writer.write(encode(Code("BCDF")))
        await fact(shore.invitation)
        writer.close()
        told = {(one.payload, one.address) for one in player.heard if isinstance(one, Invitation) and one.payload}
        assert (f"{shore.address}/J/BCDF".upper(), f"127.0.0.1:{shore.port}/j") in told
        assert all(address == f"127.0.0.1:{shore.port}/j" for _payload, address in told)


async def test_however_many_vote_the_island_hears_how_the_screen_stands_only_now_and_then(
    island: Opened, curator: FakeCurator, paired: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(islanding, "STANDING_EVERY_S", 3_600)
    allow(curator, STATEMENT)
    async with in_its_place(island):
        reader, writer = await asyncio.open_unix_connection(paired.island_socket)
        writer.write(encode(Came(5, "coral", "owl", "t")))
        for number in range(30):
            writer.write(encode(Votes((Cast(number, 5, number, "p1", number % 2),))))
        said: list[object] = []
        async with asyncio.timeout(20):
            while sum(isinstance(one, Kept) for one in said) < 30:
                said.append(read_for_island(await reader.readline()))
        writer.close()
        # As it stood when the process came, and after the first vote.
        assert sum(isinstance(one, Standing) for one in said) <= 2


async def test_another_host_is_refused_and_a_telephone_that_looks_for_the_internet_is_sent_to_the_page(
    island: Opened, curator: FakeCurator
) -> None:
    allow(curator, CROWD)
    async with island() as shore, aiohttp.ClientSession() as session:
        for path in sorted(PROBES):
            answer = await session.get(shore.address + path, headers={"Host": "captive.example"}, allow_redirects=False)
            assert (answer.status, answer.headers["Location"]) == (302, f"{shore.address}/j")
        elsewhere = {"Host": "rebound.example"}
        page = await joined(session, shore)
        assert (await session.get(shore.address + page, headers=elsewhere)).status == 421
        other = {"Origin": "http://other.example"}
        data = {"activity": "g1"}
        assert (await session.post(f"{shore.address}{page}/play", data=data, headers=other)).status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{shore.address}{page}/socket", headers=other)


async def test_an_old_code_and_an_old_pass_are_told_so(island: Opened, curator: FakeCurator) -> None:
    from content.clock import now_ms

    allow(curator, CROWD)
    turned = [0]
    async with island(lambda: now_ms() + turned[0]) as shore, aiohttp.ClientSession() as session:
        code = await shore.code()
        page = await joined(session, shore)
        turned[0] = 2 * WINDOW_MS
        assert (await session.get(f"{shore.address}/j/{code}")).status == 410
        turned[0] = PASS_KEPT_MS
        assert (await session.get(shore.address + page)).status == 410


async def test_a_flood_of_connections_and_of_words_is_cut_off_and_the_others_play_on(
    island: Opened, curator: FakeCurator
) -> None:
    allow(curator, CROWD)
    async with island() as shore, aiohttp.ClientSession() as session:
        page = await joined(session, shore)
        async with session.ws_connect(f"{shore.address}{page}/socket") as socket:
            silent = []
            for _ in range(MOST_OF_ONE_ADDRESS):
                _reader, writer = await asyncio.open_connection("127.0.0.1", shore.port)
                silent.append((_reader, writer))
            reader, writer = silent[-1]
            assert await reader.read() == b""
            await socket.send_json({"do": "here", "q": 1})
            await heard(socket, lambda message: message["type"] == "state")
            for _reader, one in silent:
                one.close()
            await socket.send_str("x" * (LARGEST_PHONE_BYTES + 1))
            await heard_the_end(socket)


async def heard_the_end(socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
    async with asyncio.timeout(20):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            continue


def test_what_the_two_processes_say_is_read_as_it_was_said() -> None:
    for said in (Came(5, "coral", "owl", "t"), Left(5), Code("BCDF"), Code("")):
        assert read_for_agent(encode(said)) == said
    standing = Standing("Square", "vi", True, (Offer("p1", "poll", STATEMENT.question, (3, 1), True),))
    assert read_for_island(encode(standing)) == standing


@pytest.mark.parametrize(
    ("listen", "address", "wifi"),
    [
        ("8080", "", ""), ("0.0.0.0:8080", "", ""), ("192.168.4.1:8080", "https://screen.example", ""),
        ("192.168.4.1:8080", "http://a@b", ""), ("192.168.4.1:8080", "http://x/y", ""), ("192.168.4.1:0", "", ""),
        ("192.168.4.1:8080", "", "x" * 33),
    ],
)  # fmt: skip
def test_an_island_that_no_phone_could_reach_is_refused(listen: str, address: str, wifi: str) -> None:
    with pytest.raises(BadSetting):
        island_at(listen, address, wifi)


def test_an_island_is_where_a_technician_says() -> None:
    place = island_at("192.168.4.1:8080", "", "Square")
    assert (place.listen, place.address, place.wifi) == ("192.168.4.1:8080", "http://192.168.4.1:8080", "Square")
    assert island_at("0.0.0.0:80", "http://10.42.0.1", "").address == "http://10.42.0.1"
