"""Taking part at the service: codes, passes, polls and their records, phones that flood, and a link that is gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from content.canonical import Json
from curator import activities, activity_drafts, screens
from curator.activities import Kept
from curator.authorisation import Role
from curator.store import Connection
from curator.tables_taking_part import votes as rows_of_votes
from curator.web.taking_part import TAKING_PART
from curator.wishes import BadActivity, Wish
from kiosks.messages import Session, Snapshot
from kiosks.phone.socket import PASS_OVER
from kiosks.presence import WINDOW_MS
from kiosks.rooms import WRONG_CODES_A_MINUTE
from kiosks.visits import PASS_KEPT_MS
from tests.curator.cases import somebody
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.nodes import HEALTH, FakeNode, at_rest, make_screen, paired_node, until

Socket = aiohttp.ClientWebSocketResponse[bool]
POLL = {"kind": "poll", "question": "Where shall the bench stand?", "language": "en", "days": "3"}
DAY_MS = 86_400_000


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


async def asked(town: Town, node: FakeNode, who: str = "editor", **changes: str) -> tuple[int, str]:
    """Somebody hands in a poll for the screen; gives the answer's status and page."""
    fields = {**POLL, "group": town.group.id, **changes}
    form = [*((name, value) for name, value in fields.items() if name != "option"), ("screen", node.screen_id)]
    form += [("option", "By the river"), ("option", changes.get("option", "At the school"))]
    answer = await town.client(who).post("/taking-part", data=form, allow_redirects=False)
    return answer.status, await answer.text()


def kept(town: Town) -> list[Kept]:
    return town.service.store.read_now(activities.listed)


async def decided(town: Town, do: str, who: str = "moderator", words: str = "") -> int:
    data = {"do": do, "words": words}
    return (await town.client(who).post(f"/taking-part/{kept(town)[0].id}", data=data, allow_redirects=False)).status


async def approved(town: Town, node: FakeNode) -> Kept:
    """An approved poll that the service offers at its screen."""
    assert (await asked(town, node))[0] == 303
    assert await decided(town, "approve") == 303
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    await until(lambda: bool(place.offers))
    return kept(town)[0]


async def heard(socket: Socket, kind: str) -> dict[str, Json]:
    """The next message of a kind."""
    async with asyncio.timeout(5):
        while True:
            message: dict[str, Json] = json.loads(await socket.receive_str())
            if message["type"] == kind:
                return message


def choices(town: Town) -> list[int]:
    def look(connection: Connection) -> list[int]:
        return sorted(row.choice for row in connection.execute(rows_of_votes.select()))

    return town.service.store.read_now(look)


async def joined(town: Town, code: str) -> tuple[Client, str]:
    """A phone that scans the code: nobody's browser, and the address of its page."""
    client = town.client()
    answer = await client.get(f"/j/{code}")
    assert answer.status == 200, await answer.text()
    return client, answer.url.path


@asynccontextmanager
async def linked(town: Town, node: FakeNode) -> AsyncIterator[tuple[Socket, str]]:
    """The node's link, with the code its screen shows."""
    socket = await node.link()
    invite = await heard(socket, "invite")
    yield socket, str(invite["code"])
    await socket.close()


# --- asking ----------------------------------------------------------------------------------------------------------


async def test_a_poll_waits_for_a_moderator_who_is_not_its_own_and_then_is_signed(town: Town, node: FakeNode) -> None:
    assert (await asked(town, node))[0] == 303
    assert await decided(town, "approve", "editor") == 403
    assert await decided(town, "approve", "outsider") == 403
    assert kept(town)[0].state == "submitted"
    assert await decided(town, "approve") == 303
    assert await decided(town, "reject", words="Too late") == 422
    signed = kept(town)[0].signed
    assert signed is not None
    signed.verify({town.service.key.public.key_id: town.service.key.public})
    assert await decided(town, "withdraw") == 303
    town.clock.turn(1_000)
    assert (await asked(town, node, "administrator"))[0] == 303
    assert await decided(town, "approve", "administrator") == 422
    assert kept(town)[0].state == "submitted"


async def test_what_no_screen_could_show_and_who_may_not_ask_is_refused(town: Town, node: FakeNode) -> None:
    bad = [{"question": ""}, {"question": "x" * 121}, {"days": "0"}, {"days": "99"}, {"opens": "tomorrow"}]
    for changes in bad:
        status, page = await asked(town, node, **changes)
        assert status == 422, changes
        assert "By the river" in page
    assert (await asked(town, node, "outsider"))[0] == 403
    assert (await asked(town, node, "contributor"))[0] == 403
    assert not kept(town)


async def test_an_option_that_could_not_be_read_again_is_not_taken(town: Town, node: FakeNode) -> None:
    assert (await asked(town, node, option="no\0"))[0] == 422
    assert not kept(town)
    programmer = somebody(town, "programmer", Role.PROGRAMMER)
    wish = Wish("poll", town.group.id, (node.screen_id,), question="Is it?", options=("yes", "no\0"))
    with pytest.raises(BadActivity):
        town.service.store.run_now(
            lambda connection: activity_drafts.make(connection, wish, now_ms=town.clock(), by=programmer)
        )
    assert (await town.client("moderator").get("/taking-part")).status == 200


async def test_a_group_answers_its_last_poll_before_it_asks_the_next_which_then_tells_of_it(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        await phone.post(f"{page}/vote", data={"activity": poll.id, "option": "1"})
    assert (await asked(town, node))[0] == 422
    town.clock.turn(4 * DAY_MS)
    assert (await asked(town, node))[0] == 422
    assert await decided(town, "answer", "editor", words="It stands at the school.") == 303
    assert (await asked(town, node, question="And a tree?"))[0] == 303
    question = kept(town)[0].question
    assert question is not None
    assert question.before is not None
    assert (question.before.counts, question.before.reply) == ((0, 1), "It stands at the school.")


# --- phones ----------------------------------------------------------------------------------------------------------


async def test_a_phone_without_a_script_votes_by_a_form_is_counted_once_and_changes_its_mind(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        said = await phone.post(f"{page}/vote", data={"activity": poll.id, "option": "0"})
        assert "Your vote counts" in await said.text()
        start = await heard(socket, "start")
        assert start["base"] == [0, 0]
        assert (await heard(socket, "taps"))["rows"]
        town.clock.turn(1_000)
        await phone.post(f"{page}/vote", data={"activity": poll.id, "option": "1"})
        assert choices(town) == [1]
        assert not phone.session.cookie_jar.filter_cookies(phone.make_url("/"))


async def test_the_code_changes_an_old_one_is_told_to_be_old_and_guesses_are_counted(
    town: Town, node: FakeNode
) -> None:
    await approved(town, node)
    async with linked(town, node) as (_socket, code):
        client = town.client()
        town.clock.turn(2 * WINDOW_MS)
        answer = await client.get(f"/j/{code}")
        assert answer.status == 410
        assert "the screen shows a new one" in await answer.text()
        assert (await client.get("/j/WWWW")).status == 404
        for _ in range(WRONG_CODES_A_MINUTE):
            await client.get("/j/XXXX")
        assert (await client.get("/j/XXXX")).status == 429


async def test_a_screen_that_is_away_is_said_to_be(town: Town, node: FakeNode) -> None:
    await approved(town, node)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        async with phone.ws_connect(f"{page}/socket") as mine:
            assert (await heard(mine, "state"))["link"] is True
            await _socket.close()
            while (await heard(mine, "state"))["link"]:
                pass
    assert (await town.client().get(f"/j/{code}")).status == 503


async def test_a_pass_is_over_a_quarter_of_an_hour_after_the_last_sign_of_life(town: Town, node: FakeNode) -> None:
    await approved(town, node)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        town.clock.turn(PASS_KEPT_MS - 1)
        assert (await phone.get(page)).status == 200
        town.clock.turn(PASS_KEPT_MS)
        assert (await phone.get(page)).status == 410


async def test_a_phone_that_only_stays_connected_loses_its_place_and_one_that_is_touched_keeps_it_for_an_hour(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    async with linked(town, node) as (_socket, code):
        still, still_page = await joined(town, code)
        phone, page = await joined(town, code)
        (place,) = [one for one in town.server.app[TAKING_PART].relay.every() if one.offers]
        async with still.ws_connect(f"{still_page}/socket") as silent, phone.ws_connect(f"{page}/socket") as mine:
            for number in range(4):
                town.clock.turn(PASS_KEPT_MS - 1)
                if number == 0:
                    await silent.send_json({"q": 1, "do": "here"})
                    await silent.send_json({"q": 2, "do": "steer", "x": 0})
                await mine.send_json({"q": number, "do": "here", "touched": True})
                await mine.send_json({"q": number, "do": "vote", "option": 1, "activity": poll.id})
                assert (await heard(mine, "vote"))["said"] == "voted"
                if number:
                    place.sweep()
                if number == 1:
                    while not silent.closed:
                        await silent.receive(timeout=5)
                    assert silent.close_code == PASS_OVER
                    assert (await still.get(still_page)).status == 410
                    assert len(place.room.visits.seated(town.clock())) == 1
            town.clock.turn(4)
            place.sweep()
            while not mine.closed:
                await mine.receive(timeout=5)
            assert mine.close_code == PASS_OVER
            assert (await phone.get(page)).status == 410


async def test_a_session_goes_to_the_screen_and_its_news_to_every_phone(town: Town, node: FakeNode) -> None:
    poll = await approved(town, node)
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        other, other_page = await joined(town, code)
        async with phone.ws_connect(f"{page}/socket") as mine, other.ws_connect(f"{other_page}/socket") as theirs:
            await mine.send_json({"q": 1, "do": "vote", "option": 1, "activity": poll.id})
            assert (await heard(mine, "vote"))["said"] == "voted"
            session = str((await heard(socket, "start"))["session"])
            await socket.send_json(Session(session, "on", "", 1, 2).as_json())
            await socket.send_json(Snapshot(session, {"phase": "play", "counts": [0, 1]}).as_json())
            state = await heard(theirs, "state")
            while not state["snapshot"]:
                state = await heard(theirs, "state")
            assert (state["on"], state["snapshot"]) == (poll.id, {"phase": "play", "counts": [0, 1]})
            await socket.send_json(Session(session, "over", "protected", 1, 2).as_json())
            while (state := await heard(theirs, "state"))["on"]:
                pass
            assert state["why"] == "protected"


async def test_what_a_tap_takes_to_the_screen_stands_on_its_page_for_staff_once_somebody_tapped(
    town: Town, node: FakeNode
) -> None:
    address = f"/screens/{town.service.store.run_now(screens.every)[0].slug}"
    assert (await node.post("health", HEALTH)).status < 300
    assert "From a tap to the picture" not in await (await town.client("technician").get(address)).text()
    town.clock.turn(60_000)
    taps: dict[str, Json] = {"seen": 12, "median_ms": 41, "worst_ms": 80}
    assert (await node.post("health", HEALTH | {"taps": taps})).status < 300
    assert "41 ms, at most 80 ms for 95 of 100" in await (await town.client("technician").get(address)).text()


async def test_a_phone_that_talks_nonsense_is_hung_up_on_and_others_are_heard(town: Town, node: FakeNode) -> None:
    poll = await approved(town, node)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        other, other_page = await joined(town, code)
        async with phone.ws_connect(f"{page}/socket") as mine, other.ws_connect(f"{other_page}/socket") as theirs:
            for _ in range(10):
                await mine.send_str("{nonsense")
            while not mine.closed:
                await mine.receive(timeout=5)
            assert mine.close_code == aiohttp.WSCloseCode.POLICY_VIOLATION
            await theirs.send_json({"q": 1, "do": "vote", "option": 0, "activity": poll.id})
            assert (await heard(theirs, "vote"))["said"] == "voted"


async def test_a_phone_that_floods_or_says_too_much_is_hung_up_on(town: Town, node: FakeNode) -> None:
    await approved(town, node)
    async with linked(town, node) as (_socket, code):
        for count, filling, ends in (
            (400, "", aiohttp.WSCloseCode.POLICY_VIOLATION), (1, "x" * 5_000, aiohttp.WSCloseCode.MESSAGE_TOO_BIG),
        ):  # fmt: skip
            phone, page = await joined(town, code)
            async with phone.ws_connect(f"{page}/socket") as mine:
                for number in range(count):
                    await mine.send_json({"q": number, "do": "steer", "x": 5, "more": filling})
                while not mine.closed:
                    await mine.receive(timeout=5)
                assert mine.close_code == ends


async def test_everything_a_phone_loads_is_small_and_another_site_opens_no_socket(town: Town, node: FakeNode) -> None:
    await approved(town, node)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        whole = await (await phone.get(page)).text()
        names = [part.split('"')[0] for part in whole.split('"/static/')[1:]]
        assert len(names) == 2
        sizes = [len(await (await phone.get(f"/static/{name}")).read()) for name in names]
        assert len(whole.encode()) + sum(sizes) < 50_000
        async with aiohttp.ClientSession(headers={"Sec-Fetch-Site": "cross-site"}) as session:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(town.server.make_url(f"{page}/socket"))
