"""What street reports can be about: the council words it, and no screen shows a word that one person alone chose."""

import pytest

from curator import public_reports, report_categories
from curator.activities import Kept
from kiosks.activities.reports import read_row
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node
from tests.curator.test_street_reports import post, put_on, reports, tell
from tests.curator.test_taking_part import joined, linked


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


@pytest.fixture
async def offer(town: Town, node: FakeNode) -> Kept:
    return await put_on(town, node)


async def test_a_council_words_its_categories_for_one_site_or_all(town: Town, offer: Kept) -> None:
    address, client = "/street-reports/categories", town.client("programmer")
    names = {"name-en": "Playground", "name-vi": "Sân chơi", "kind": "report", "position": "1"}
    assert await post(town, "moderator", address, **names) == 403
    assert await post(town, "programmer", address, **names) == 303
    first = town.service.store.read_now(report_categories.every)[0]
    assert (first.code, first.name("vi"), first.name("de")) == ("playground", "Sân chơi", "Playground")
    assert await post(town, "programmer", address, **names | {"id": first.id, "name-en": "Swings"}) == 303
    assert await post(town, "programmer", address, **names | {"name-en": "", "name-vi": ""}) == 422
    assert await post(town, "programmer", address, **names | {"site": "nowhere"}) == 422
    assert "Swings" in await (await client.get(address)).text()
    assert await post(town, "programmer", f"{address}/{first.id}/end") == 303
    assert "Swings" not in await (await client.get(address)).text()
    assert await post(town, "programmer", address, **names) == 303
    assert town.service.store.read_now(report_categories.every)[0].code == "playground-2"


async def test_a_categorys_new_name_reaches_no_screen_before_somebody_else_has_approved_it(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        for words in ("The lamp is out", "The bench is broken"):
            await tell(*await joined(town, code), offer, words)
    address = "/street-reports/categories"
    first, second = town.service.store.read_now(report_categories.every)[:2]
    renamed = {"id": first.id, "kind": "report", "position": "1", "name-en": "Vote for Example"}
    assert await post(town, "administrator", address, **renamed | {"name-vi": "Tên khác"}) == 303
    assert await post(town, "programmer", address, **renamed) == 303
    bench, lamp = reports(town)
    assert await post(town, "programmer", f"/street-reports/{lamp.id}", do="decide", state="looked_at") == 303
    assert names_on_screen(town, node) == ["Broken or damaged"]
    assert "Until then screens say “Broken or damaged”" in await (await town.client("moderator").get(address)).text()
    seen, allow = {"name-en": "Vote for Example"}, f"{address}/{first.id}/allow"
    assert await post(town, "programmer", allow, **seen) == 403
    assert await post(town, "administrator", allow, **seen) == 422  # worded it too, since names were approved last
    assert await post(town, "moderator", allow, **{"name-en": "Broken"}) == 422
    assert await post(town, "moderator", allow, **seen) == 303
    assert await post(town, "moderator", allow, **seen) == 422
    assert names_on_screen(town, node) == ["Broken or damaged"]  # as it was called then
    assert await post(town, "programmer", f"/street-reports/{bench.id}", do="decide", state="looked_at") == 303
    assert names_on_screen(town, node) == ["Vote for Example", "Broken or damaged"]
    # A second category's names were never changed, so nothing waits.
    assert not second.waits


async def test_a_category_without_an_approved_name_is_told_of_once_it_has_one(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    made = {"kind": "report", "position": 1, "names": {"en": "Playground"}}
    programmer, moderator = town.client("programmer"), town.client("moderator")
    category = await (await programmer.post("/api/report-categories", json=made)).json()
    assert category["allowed_names"] == {}
    async with linked(town, node) as (_socket, code):
        await tell(*await joined(town, code), offer, "The swing is broken", category="playground")
    (swing,) = reports(town)
    assert await post(town, "programmer", f"/street-reports/{swing.id}", do="decide", state="done") == 303
    assert names_on_screen(town, node) == []
    address = f"/api/report-categories/{category['id']}/allow"
    assert (await programmer.post(address, json={"names": {"en": "Playground"}})).status == 403
    assert (await moderator.post(address, json={"names": {"en": "Play"}})).status == 409
    allowed = await (await moderator.post(address, json={"names": {"en": "Playground"}})).json()
    assert allowed["allowed_names"] == {"en": "Playground"}
    assert names_on_screen(town, node) == ["Playground"]


def names_on_screen(town: Town, node: FakeNode) -> list[str]:
    """The categories of what the screen tells, the newest first."""
    rows_of_screen = town.service.store.read_now(lambda c: public_reports.shown(c, node.screen_id))
    return [read_row(one.answer.words).category for one in rows_of_screen]
