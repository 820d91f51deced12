"""Reports are handed on to the council's own Open311 endpoint: to a real one of somebody else, and to one of ours."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from curator import open311_calls, open311_outbox, street_reports
from curator.activities import Kept
from curator.open311_calls import MESSENGER, BadAnswer, read_rows
from curator.open311_outbox import PAUSES_MS, POLL_MS, Handover
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_open311 import key_of
from tests.curator.test_street_reports import offer, post, reports, tell
from tests.curator.test_taking_part import joined, linked
from tests.fakes.open311 import KEY

__all__ = ["offer"]
COUNCIL = "/street-reports/council"


@pytest.fixture(autouse=True)
def goes_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The messenger goes when something has come and when a test sends it, not by the time."""
    monkeypatch.setattr(open311_calls, "EVERY_S", 3_600.0)


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town(webhooks_over_http=True, webhooks_to_private_networks=True))


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


class Peer:
    """Somebody else's endpoint, in a process of its own."""

    def __init__(self, port: int) -> None:
        self.site = f"http://127.0.0.1:{port}"
        self.url = f"{self.site}/v2"

    async def get(self, path: str) -> str:
        async with aiohttp.ClientSession() as http, http.get(self.site + path) as answer:
            return await answer.text()

    async def sent(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = json.loads(await self.get("/sent.json"))
        return found


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Peer]:
    place = tmp_path / "port"
    started = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.fakes.open311", str(place))
    await until(place.exists)
    yield Peer(int(place.read_text()))
    started.terminate()
    await started.wait()


async def told(town: Town, node: FakeNode, offer: Kept, words: str) -> None:
    async with linked(town, node) as (_socket, code):
        await tell(*await joined(town, code), offer, words)


async def round_of(town: Town) -> None:
    """Whatever is due has gone out and come back."""
    messenger = town.server.app[MESSENGER]
    while await messenger.once():
        pass


def handover(town: Town) -> Handover:
    return handover_of(town, reports(town, "")[0].id)


def handover_of(town: Town, report_id: str) -> Handover:
    found = town.service.store.read_now(lambda connection: open311_outbox.of(connection, report_id))
    assert found is not None
    return found


async def connect(town: Town, url: str, **more: str) -> int:
    form = {"do": "put", "url": url, "jurisdiction": "town.example", "api_key": KEY} | more
    return await post(town, "administrator", COUNCIL, **form)


async def test_a_report_is_handed_on_named_by_its_token_and_its_status_comes_back(
    town: Town, node: FakeNode, offer: Kept, peer: Peer
) -> None:
    await told(town, node, offer, "Before there was an endpoint")
    assert await connect(town, peer.url) == 303
    await told(town, node, offer, "The lamp & the bench")
    await round_of(town)
    (sent,) = (await peer.sent())["sent"]
    assert sent["service_code"] == "broken-or-damaged"
    assert sent["address_string"] == "Library window, 1 High Street"
    assert "lat" not in sent, "nobody said where the screen is"
    assert sent["description"] == "The lamp & the bench\nBy the bench\n(Library window, 1 High Street: 2)"
    assert handover(town).state == "token"
    town.clock.turn(PAUSES_MS[1])
    await round_of(town)
    assert (handover(town).state, handover(town).reference) == ("handed", "SR 1")
    town.clock.turn(POLL_MS)
    await round_of(town)
    assert reports(town, "")[0].state == "looked_at"
    await peer.get("/close/SR%201")
    town.clock.turn(POLL_MS)
    await round_of(town)
    report = reports(town, "")[0]
    assert (report.state, report.answer, report.public_answer) == ("done", "Mended on Monday & tested", "")
    assert (handover(town).state, handover(town).remote_status) == ("closed", "closed")
    assert await post(town, "moderator", f"/street-reports/{report.id}", do="allow", answer=report.answer) == 303
    assert "Mended on Monday" in await (await town.client().get("/r/2")).text()
    asked = len((await peer.sent())["asked"])
    town.clock.turn(POLL_MS)
    await round_of(town)
    assert len((await peer.sent())["asked"]) == asked


async def test_what_does_not_arrive_is_tried_again_with_longer_pauses_and_what_is_refused_is_told(
    town: Town, node: FakeNode, offer: Kept, peer: Peer
) -> None:
    assert await connect(town, peer.url) == 303
    await peer.get("/mood/503")
    await told(town, node, offer, "The lamp")
    for tries, pause_ms in enumerate(PAUSES_MS[:3], 1):
        await round_of(town)
        found = handover(town)
        assert (found.state, found.tries, found.status) == ("waiting", tries, 503)
        assert found.next_ms == town.clock() + pause_ms
        town.clock.turn(pause_ms)
    await peer.get("/mood/400")
    await round_of(town)
    assert handover(town).state == "failed"
    page = await (await town.client("administrator").get(COUNCIL)).text()
    assert "400" in page
    assert KEY not in page
    await peer.get("/mood/200")
    assert await post(town, "administrator", COUNCIL, do="again") == 303
    await round_of(town)
    assert handover(town).state == "token"


async def test_a_key_is_stored_sealed_shown_to_its_own_machine_alone_and_taken_back_with_the_endpoint(
    town: Town, node: FakeNode, offer: Kept, peer: Peer
) -> None:
    assert await connect(town, peer.url) == 303
    assert KEY.encode() not in town.service.settings.database.read_bytes()
    assert await post(town, "moderator", COUNCIL, do="remove") == 403
    assert await connect(town, peer.url, api_key="") == 303
    await told(town, node, offer, "The lamp")
    await round_of(town)
    assert handover(town).state == "token"
    assert await connect(town, f"{peer.site}/elsewhere", api_key="") == 303
    endpoint = town.service.store.read_now(open311_outbox.endpoint)
    assert endpoint is not None
    assert endpoint.api_key(town.service.key) == ""
    assert await post(town, "administrator", COUNCIL, do="remove") == 303
    assert town.service.store.read_now(open311_outbox.endpoint) is None


async def test_no_machine_of_our_own_network_is_called_unless_it_is_let_in(make_town: MakeTown) -> None:
    town = await at_rest(await make_town())
    for url in ("http://town.example/v2", "https://127.0.0.1/v2", "https://[::ffff:10.0.0.1]/v2", "https://a:b@x.org"):
        assert await connect(town, url) == 422, url


async def test_our_own_service_is_a_peer_as_any(town: Town, node: FakeNode, offer: Kept) -> None:
    own = str(town.server.make_url("/open311/v2"))
    assert await connect(town, own, api_key=key_of(town)) == 303
    await told(town, node, offer, "The lamp is out")
    # What comes in by Open311 is not handed on again.
    await round_of(town)
    theirs, ours = reports(town)
    assert theirs.words.startswith("The lamp is out")
    assert await post(town, "moderator", f"/street-reports/{theirs.id}", do="decide", state="done") == 303
    town.clock.turn(POLL_MS)
    await round_of(town)
    assert [one.state for one in reports(town, "")] == ["done", "done"]
    assert ours.number == 1


async def test_what_was_taken_back_before_it_left_is_not_handed_on(
    town: Town, node: FakeNode, offer: Kept, peer: Peer
) -> None:
    assert await connect(town, peer.url) == 303
    await peer.get("/mood/503")
    async with linked(town, node) as (_socket, code):
        where, _page = await tell(*await joined(town, code), offer, "The lamp")
    await round_of(town)
    await town.client().post(f"{where}/take-back")
    await peer.get("/mood/200")
    town.clock.turn(PAUSES_MS[-1])
    await round_of(town)
    assert (await peer.sent())["sent"] == []


async def test_what_the_other_system_said_of_a_report_goes_with_its_words_and_no_more_is_kept(
    town: Town, node: FakeNode, offer: Kept, peer: Peer
) -> None:
    assert await connect(town, peer.url) == 303
    await told(town, node, offer, "The lamp")
    await told(town, node, offer, "The bench")
    await round_of(town)
    town.clock.turn(PAUSES_MS[1])
    await round_of(town)
    await peer.get("/close/SR%201")
    town.clock.turn(POLL_MS)
    await round_of(town)
    bench, lamp = reports(town, "")
    said = {one.id: handover_of(town, one.id) for one in (lamp, bench)}
    assert (said[lamp.id].notes, said[bench.id].state) == ("Mended on Monday & tested", "handed")
    assert await post(town, "programmer", f"/street-reports/{lamp.id}", do="erase") == 303
    town.service.store.run_now(lambda c: street_reports.forget(c, town.clock() + street_reports.OPEN_KEPT_MS + 1))
    await peer.get("/close/SR%202")
    town.clock.turn(POLL_MS)
    await round_of(town)
    for one in (lamp, bench):
        now = handover_of(town, one.id)
        assert (now.state, now.reference, now.notes, now.remote_status) == ("closed", said[one.id].reference, "", "")
    assert [(one.state, one.answer) for one in reports(town, "")] == [("done", "")]


@pytest.mark.parametrize(
    "body",
    [
        b"not xml", b"\xff\xfe", b"<errors/>", b"<service_requests>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><service_requests><request>&a;</request></service_requests>',
        b'<?xml version="1.0"?><!DOCTYPE service_requests SYSTEM "file:///etc/passwd"><service_requests/>',
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_not_read(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_rows(body)


async def test_after_a_restore_nothing_that_waited_is_handed_on_until_somebody_says_so(
    town: Town, node: FakeNode, offer: Kept, peer: Peer
) -> None:
    await peer.get("/mood/503")
    assert await connect(town, peer.url) == 303
    await told(town, node, offer, "The lamp")
    await round_of(town)
    town.service.store.run_now(open311_outbox.hold_what_waits)
    await peer.get("/mood/200")
    town.clock.turn(PAUSES_MS[-1])
    await round_of(town)
    assert (await peer.sent())["sent"] == []
    assert "restored from a backup" in await (await town.client("administrator").get(COUNCIL)).text()
    assert await post(town, "administrator", COUNCIL, do="again") == 303
    await round_of(town)
    assert len((await peer.sent())["sent"]) == 1
