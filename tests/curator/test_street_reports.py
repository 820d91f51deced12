"""Street reports at the service: who tells the council what, who reads and answers it, what is public, what is kept."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import FormData
from PIL import Image

from content.reading import Reader
from curator import activities, cleaning, street_reports
from curator.activities import Kept
from curator.store import Connection
from curator.street_reports import MOST_OF_ONE, Report, Wanted
from curator.tables_reports import report_photos as photo_rows
from curator.tables_reports import street_reports as rows
from curator.web import report_form
from curator.web.phone_reports import REPORTING, REPORTS_A_MINUTE
from curator.web.taking_part import TAKING_PART
from kiosks.activities.answers import read_answer
from kiosks.activities.reports import Told, read_row
from kiosks.messages import Show, Start, read_for_screen
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_taking_part import DAY_MS, Socket, heard, joined, linked
from tests.media.generate import SECRET, make_private_jpeg

ASKED = {"kind": "report", "question": "What should be mended here?", "language": "en", "days": "30"}


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


@pytest.fixture
async def offer(town: Town, node: FakeNode) -> Kept:
    return await put_on(town, node)


async def put_on(town: Town, node: FakeNode) -> Kept:
    """Street reports, approved at a screen where passers-by may write, with the usual categories."""
    assert await post(town, "programmer", "/street-reports/categories", do="usual") == 303
    assert await post(town, "programmer", "/taking-part/writing", screen=node.screen_id, do="allow") == 303
    form = {**ASKED, "group": town.group.id, "screen": node.screen_id}
    assert await post(town, "programmer", "/taking-part", **form) == 303
    waiting = town.service.store.read_now(activities.listed)[0]
    assert await post(town, "moderator", f"/taking-part/{waiting.id}", do="approve") == 303
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    await until(lambda: bool(place.offers))
    return town.service.store.read_now(activities.listed)[0]


async def post(town: Town, who: str, address: str, **data: str) -> int:
    return (await town.client(who).post(address, data=data, allow_redirects=False)).status


async def tell(
    phone: Client, page: str, offer: Kept, words: str, *, category: str = "broken-or-damaged", photo: bytes = b"",
    name: str = "photo.jpg",
) -> tuple[str, str]:  # fmt: skip
    """Hands in a report as the form without a script does; the address that comes, and the page."""
    form = FormData()
    form.add_field("category", category)
    form.add_field("words", words)
    form.add_field("nearby", "By the bench")
    form.add_field("photo", photo, filename=name if photo else "", content_type="application/octet-stream")
    answer = await phone.post(f"{page}/street-report/{offer.id}", data=form)
    return answer.url.path, await answer.text()


def reports(town: Town, state: str = "open") -> list[Report]:
    return town.service.store.read_now(lambda c: street_reports.listed(c, Wanted(state), most=50))[0]


def everything(town: Town) -> str:
    def look(connection: Connection) -> str:
        return str([tuple(row) for row in connection.execute(sa.select(rows))])

    return town.service.store.read_now(look)


def small_photo() -> bytes:
    body = io.BytesIO()
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(body, "JPEG")
    return body.getvalue()


async def test_only_the_council_puts_reports_on_screens_and_only_where_writing_is_allowed(
    town: Town, node: FakeNode
) -> None:
    form = {**ASKED, "group": town.group.id, "screen": node.screen_id}
    assert await post(town, "programmer", "/taking-part", **form) == 422
    assert await post(town, "programmer", "/taking-part/writing", screen=node.screen_id, do="allow") == 303
    assert await post(town, "editor", "/taking-part", **form) == 403
    assert await post(town, "programmer", "/taking-part", **form) == 303


async def test_a_passer_by_gets_a_number_that_shows_what_became_of_it_and_a_secret_link_that_shows_the_words(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    town.clock.turn(31 * 60_000)  # no moderator is on duty: nobody on the street will read it
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        assert "Report or suggest" in await (await phone.get(page)).text()
        assert "Litter and dirt" in await (await phone.get(f"{page}/street-report/{offer.id}")).text()
        where, said = await tell(phone, page, offer, "  The lamp\nis out ")
    assert "Your number is 1." in said
    assert "The lamp is out" in said
    stranger = town.client()
    told = await (await stranger.get("/r/1")).text()
    assert "Broken or damaged" in told
    assert "The lamp" not in told
    assert "By the bench" not in told
    assert (await stranger.get("/r/2")).status == 404
    assert (await stranger.get("/r/1/" + "x" * 24)).status == 404
    assert (await stranger.post("/r/1/guess/take-back")).status == 404
    assert (await stranger.get("/r?number=%231", allow_redirects=False)).headers["Location"] == "/r/1"
    (kept,) = reports(town)
    assert (kept.words, kept.state, kept.written_ms % 300_000) == ("The lamp is out", "received", 0)
    assert where.rpartition("/")[2] not in everything(town)
    assert "Taken back" in await (await stranger.post(f"{where}/take-back")).text()
    assert (await stranger.get("/r/1")).status == 404
    assert "lamp" not in everything(town)


async def test_the_status_is_public_at_once_and_the_councils_words_when_another_has_allowed_them(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        await tell(*await joined(town, code), offer, "The lamp is out")
    (kept,) = reports(town)
    address, stranger = f"/street-reports/{kept.id}", town.client()
    assert await post(town, "editor", address, do="decide", state="done") == 403
    assert await post(town, "technician", address, do="decide", state="done") == 403
    assert await post(town, "moderator", address, do="decide", state="not_done") == 422
    assert (
        await post(town, "moderator", address, do="decide", state="planned", answer="A new lamp comes in May.") == 303
    )
    told = await (await stranger.get("/r/1")).text()
    assert "Planned" in told
    assert "in May" not in told
    assert await post(town, "moderator", address, do="allow", answer="A new lamp comes in May.") == 422
    assert await post(town, "programmer", address, do="allow", answer="A new lamp comes in May.") == 403
    assert await post(town, "administrator", address, do="allow", answer="Something else") == 422
    assert await post(town, "administrator", address, do="allow", answer="A new lamp comes in May.") == 303
    assert "in May" in await (await stranger.get("/r/1")).text()
    assert await post(town, "programmer", address, do="decide", state="done", answer="It shines again.") == 303
    told = await (await stranger.get("/r/1")).text()
    assert "in May" not in told
    assert "It shines" not in told
    assert await post(town, "moderator", address, do="allow", answer="It shines again.") == 303
    assert "It shines again." in await (await stranger.get("/r/1")).text()
    assert await post(town, "programmer", address, do="erase") == 303
    assert (await stranger.get("/r/1")).status == 404
    assert "shines" not in everything(town)


async def test_a_photo_loses_what_the_camera_wrote_is_blurred_first_and_is_seen_by_the_council_alone(
    town: Town, node: FakeNode, offer: Kept, tmp_path: Path
) -> None:
    make_private_jpeg(tmp_path / "p.jpg")
    given = (tmp_path / "p.jpg").read_bytes()
    assert SECRET.encode() in given
    async with linked(town, node) as (_socket, code):
        where, said = await tell(*await joined(town, code), offer, "", photo=given)
    assert "With a photo" in said
    (kept,) = reports(town)
    assert kept.photo is not None
    address = f"/street-reports/{kept.id}"
    page = await (await town.client("programmer").get(address)).text()
    assert f"{address}/veil" in page
    assert f"{address}/photo" not in page
    assert f"{address}/photo" in await (await town.client("programmer").get(f"{address}?shown=1")).text()
    body = await (await town.client("moderator").get(f"{address}/photo")).read()
    assert SECRET.encode() not in body
    with Image.open(io.BytesIO(body)) as image:
        assert not image.getexif()
        assert max(image.size) <= 1280
    for who in ("technician", "editor", None):
        answer = await town.client(who).get(f"{address}/photo", allow_redirects=False)
        assert answer.status in (303, 403)
    assert list(town.service.settings.incoming.iterdir()) == []
    assert not [path for path in town.service.settings.files.rglob("*") if path.is_file()]
    await town.client().post(f"{where}/take-back")
    assert town.service.store.read_now(lambda c: c.execute(sa.select(photo_rows)).all()) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"%PDF-1.4 not a photo", "cannot be read here"),
        (b"\xff\xd8\xff\xe0 cut off", "cannot be read here"),
        (b"\xff\xd8\xff" + bytes(3_000), "too large"),
    ],
    ids=["document", "damaged", "large"],
)
async def test_what_is_no_photo_is_told_and_the_words_stay_in_the_form(
    town: Town, node: FakeNode, offer: Kept, monkeypatch: pytest.MonkeyPatch, body: bytes, said: str
) -> None:
    monkeypatch.setattr(report_form, "LARGEST_BYTES", 2_000)
    async with linked(town, node) as (_socket, code):
        _where, page = await tell(*await joined(town, code), offer, "The lamp is out", photo=body)
    assert said in page
    assert "The lamp is out</textarea>" in page
    assert reports(town) == []


async def test_only_so_many_photos_are_held_and_reports_without_one_go_on(
    town: Town, node: FakeNode, offer: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_form, "MOST_HELD", 0)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        assert "Other photos are being read" in (await tell(phone, page, offer, "Lamp", photo=small_photo()))[1]
        await tell(phone, page, offer, "Lamp")
    assert [one.photo for one in reports(town)] == [None]
    assert town.server.app[REPORTING].darkroom.held == 0


async def test_one_pass_one_screen_and_one_address_hand_in_so_many(town: Town, node: FakeNode, offer: Kept) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        for number in range(MOST_OF_ONE):
            await tell(phone, page, offer, f"Lamp {number}")
        assert "three reports" in (await tell(phone, page, offer, "One more"))[1]
        said = ""
        for number in range(REPORTS_A_MINUTE):
            said = (await tell(*await joined(town, code), offer, f"Bench {number}"))[1]
    assert "no more can be taken" in said
    assert len(reports(town)) == REPORTS_A_MINUTE


async def test_what_makes_no_report_is_not_kept(town: Town, node: FakeNode, offer: Kept) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        assert "in a few words" in (await tell(phone, page, offer, " "))[1]
        assert "too long" in (await tell(phone, page, offer, "x" * 281))[1]
        assert "Choose what it is about" in (await tell(phone, page, offer, "Lamp", category="nothing"))[1]
        assert reports(town) == []
        await post(town, "programmer", "/taking-part/writing", screen=node.screen_id, do="forbid")
        assert "Nothing can be reported" in (await tell(phone, page, offer, "Lamp"))[1]
    assert reports(town) == []


async def test_harsh_words_can_be_reported_and_are_read_when_somebody_asks_for_them(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        await tell(*await joined(town, code), offer, "On the wall somebody sprayed: địt mẹ. Call 0912 345 678")
    (kept,) = reports(town)
    assert {finding.kind for finding in kept.findings} >= {"phone"}
    assert kept.is_harsh
    client = town.client("moderator")
    assert "sprayed" not in await (await client.get("/street-reports")).text()
    assert "sprayed" not in await (await client.get(f"/street-reports/{kept.id}")).text()
    assert "sprayed" in await (await client.get(f"/street-reports/{kept.id}?shown=1")).text()


async def test_words_and_photos_go_when_a_matter_is_settled_and_the_number_stays(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        where, _said = await tell(*await joined(town, code), offer, "The lamp is out", photo=small_photo())
        await tell(*await joined(town, code), offer, "The bench is broken")
    lamp = reports(town)[1]
    await post(town, "moderator", f"/street-reports/{lamp.id}", do="decide", state="done")
    town.clock.turn(street_reports.DECIDED_KEPT_MS - DAY_MS)
    await cleaning.clean(town.service)
    assert "lamp" in everything(town)
    town.clock.turn(2 * DAY_MS)
    await cleaning.clean(town.service)
    assert "lamp" not in everything(town)
    assert "bench" in everything(town)
    assert town.service.store.read_now(lambda c: c.execute(sa.select(photo_rows)).all()) == []
    assert "Done" in await (await town.client().get("/r/1")).text()
    assert "have been removed" in await (await town.client().get(where)).text()
    town.clock.turn(street_reports.OPEN_KEPT_MS)
    await cleaning.clean(town.service)
    assert "bench" not in everything(town)


async def test_what_is_taken_back_by_its_link_goes_from_the_screen_at_once(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    async with linked(town, node) as (socket, code):
        where, _said = await tell(*await joined(town, code), offer, "The lamp is out")
        assert (await heard(socket, "show"))["rows"] == []
        await post(town, "programmer", f"/street-reports/{reports(town)[0].id}", do="decide", state="planned")
        assert await told_rows(town, socket, node) == [Told(1, "planned", "Broken or damaged", "")]
        await town.client().post(f"{where}/take-back")
        assert await told_rows(town, socket, node) == []


async def test_a_program_reads_answers_and_erases_them_by_the_api(town: Town, node: FakeNode, offer: Kept) -> None:
    async with linked(town, node) as (_socket, code):
        for words in ("The lamp is out", "The bench is broken"):
            await tell(*await joined(town, code), offer, words, photo=small_photo() if "lamp" in words else b"")
    client = town.client("moderator")
    page = await (await client.get("/api/street-reports?limit=1&category=broken-or-damaged")).json()
    assert [one["words"] for one in page["reports"]] == ["The bench is broken"]
    rest = await (await client.get(f"/api/street-reports?limit=1&after={page['next']}")).json()
    (lamp,) = rest["reports"]
    assert (lamp["number"], lamp["has_photo"], rest["next"]) == (1, True, None)
    photo = await (await client.get(f"/api/street-reports/{lamp['id']}/photo")).json()
    assert photo["base64"]
    said = {"state": "planned", "answer": "In May."}
    programmer = town.client("programmer")
    changed = await (await programmer.post(f"/api/street-reports/{lamp['id']}/decide", json=said)).json()
    assert (changed["state"], changed["is_answer_public"]) == ("planned", False)
    allowed = await client.post(f"/api/street-reports/{lamp['id']}/allow", json={"answer": "In May."})
    assert (await allowed.json())["is_answer_public"]
    again = await client.post(f"/api/street-reports/{lamp['id']}/allow", json={"answer": "In May."})
    assert again.status == 409
    assert (await client.post(f"/api/street-reports/{lamp['id']}/erase", json={})).status == 204
    assert (await client.get(f"/api/street-reports/{lamp['id']}")).status == 404


async def test_what_became_of_a_report_comes_back_to_its_own_screen_signed_and_without_the_strangers_words(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    async with linked(town, node) as (socket, code):
        await tell(*await joined(town, code), offer, "The lamp is out")
        start = read_for_screen(Reader(await heard(socket, "start")))
        assert isinstance(start, Start)
        assert start.base == (1, 1, 0)
        assert (await heard(socket, "show"))["rows"] == []
        (lamp,) = reports(town)
        address = f"/street-reports/{lamp.id}"
        await post(town, "programmer", address, do="decide", state="planned", answer="A new lamp comes in May.")
        assert await told_rows(town, socket, node) == [Told(1, "planned", "Broken or damaged", "")]
        await post(town, "moderator", address, do="allow", answer="A new lamp comes in May.")
        told = await told_rows(town, socket, node)
        assert told == [Told(1, "planned", "Broken or damaged", "A new lamp comes in May.")]
        await post(town, "moderator", address, do="erase")
        assert await told_rows(town, socket, node) == []


async def told_rows(town: Town, socket: Socket, node: FakeNode) -> list[Told]:
    """What the screen is told next, as far as it believes it."""
    told = read_for_screen(Reader(await heard(socket, "show")))
    assert isinstance(told, Show)
    signed = [read_answer(Reader(row)) for row in told.rows]
    for one in signed:
        one.verify({town.service.key.public.key_id: town.service.key.public})
        assert one.activity == node.screen_id
    return [read_row(one.answer.words) for one in signed]
