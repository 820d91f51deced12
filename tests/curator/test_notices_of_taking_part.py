"""Notices of what passers-by and groups bring to take part in, and the part of the home page that counts it."""

import pytest

from curator import activities, street_reports
from curator.activities import Kept
from curator.authorisation import Role
from curator.notices import Kind, Way, choices
from curator.street_reports import Report, Wanted
from tests.curator.cases import look
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node
from tests.curator.noticing import give, page, told
from tests.curator.test_street_reports import post, put_on, tell
from tests.curator.test_taking_part import joined, linked

POLL = {"kind": "poll", "question": "Where shall the bench stand?", "language": "en", "days": "3"}


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


async def ask(town: Town, screen: str, who: str = "editor", **form: str) -> Kept:
    """Something handed in by somebody of the youth club."""
    wanted = {**POLL, **form, "group": town.group.id, "screen": screen}
    answer = await town.client(who).post(
        "/taking-part", data=[*wanted.items(), ("option", "Here"), ("option", "There")], allow_redirects=False
    )
    assert answer.status == 303
    return newest(town)


def newest(town: Town) -> Kept:
    return town.service.store.read_now(activities.listed)[0]


def is_new(town: Town, who: str, kind: Kind) -> list[bool]:
    return [one.is_new for one in told(town, who, kind)]


def reports(town: Town) -> list[Report]:
    return look(town, lambda connection: street_reports.listed(connection, Wanted(), most=9)[0])


async def test_what_waits_is_told_to_whoever_may_decide_until_somebody_has(town: Town, node: FakeNode) -> None:
    asked = await ask(town, node.screen_id)
    assert is_new(town, "moderator", Kind.ACTIVITY) == [True]
    assert told(town, "editor", Kind.ACTIVITY) == told(town, "programmer", Kind.ACTIVITY) == []
    words = await page(town, "moderator")
    assert "waits for a decision: “Where shall the bench stand?” (Youth club)" in words
    assert await post(town, "moderator", f"/taking-part/{asked.id}", do="reject", words="Which bench?") == 303
    assert "that is over" in await page(town, "moderator")
    theirs = await page(town, "editor")
    assert "“Where shall the bench stand?” (Youth club) was turned down." in theirs
    assert "Which bench?" in theirs
    assert await page(town, "editor", "/taking-part")
    assert is_new(town, "editor", Kind.ACTIVITY) == [False]


async def test_who_wrote_part_of_a_draft_is_not_told_that_it_waits(town: Town, node: FakeNode) -> None:
    give(town, "editor", Role.MODERATOR)
    give(town, "programmer", Role.MODERATOR)
    form = {**POLL, "group": town.group.id, "screen": node.screen_id}
    options = [("option", "Here"), ("option", "There")]
    wanted = [*form.items(), *options, ("do", "save")]
    answer = await town.client("programmer").post("/taking-part", data=wanted, allow_redirects=False)
    assert answer.status == 303
    (draft,) = look(town, lambda connection: activities.listed(connection, drafts=True))
    assert await post(town, "editor", f"/taking-part/{draft.id}", do="hand_in") == 303
    assert newest(town).state == "submitted"
    assert told(town, "programmer", Kind.ACTIVITY) == told(town, "editor", Kind.ACTIVITY) == []
    assert is_new(town, "moderator", Kind.ACTIVITY) == [True]


async def test_a_group_is_told_what_was_approved_and_what_was_taken_off(town: Town, node: FakeNode) -> None:
    asked = await ask(town, node.screen_id)
    assert await post(town, "moderator", f"/taking-part/{asked.id}", do="approve") == 303
    assert "was approved: passers-by can take part" in await page(town, "editor")
    assert await post(town, "moderator", f"/taking-part/{asked.id}", do="withdraw") == 303
    assert "was taken off the screens" in await page(town, "editor")
    outsiders = await page(town, "outsider")
    assert "bench" not in outsiders


async def test_reports_at_a_screen_are_one_notice_until_each_was_looked_at(town: Town, node: FakeNode) -> None:
    offer = await put_on(town, node)
    async with linked(town, node) as (_, code):
        phone, path = await joined(town, code)
        for words in ("The lamp is broken", "So is the bench"):
            await tell(phone, path, offer, words)
    assert is_new(town, "programmer", Kind.REPORT) == [True]
    words = await page(town, "programmer")
    assert "Passers-by reported something at “" in words
    assert "The lamp is broken" not in words, "strangers' words go into no mail"
    assert told(town, "editor", Kind.REPORT) == []
    second, first = reports(town)
    assert await post(town, "moderator", f"/street-reports/{first.id}", do="decide", state="planned") == 303
    assert is_new(town, "programmer", Kind.REPORT) == [True]
    assert await post(town, "moderator", f"/street-reports/{second.id}", do="erase") == 303
    assert is_new(town, "programmer", Kind.REPORT) == [False]
    town.clock.turn(1)  # the newest comes first
    async with linked(town, node) as (_, code):
        phone, path = await joined(town, code)
        await tell(phone, path, offer, "The bin is full")
    assert is_new(town, "programmer", Kind.REPORT) == [True, False]
    assert await page(town, "programmer", "/street-reports")
    assert is_new(town, "programmer", Kind.REPORT) == [False, False]


def test_reports_are_mailed_once_a_day_unless_chosen_otherwise(town: Town) -> None:
    usual = look(town, lambda connection: choices(connection, town.accounts["moderator"]))
    assert (usual[Kind.REPORT], usual[Kind.ACTIVITY]) == (Way.DAILY, Way.AT_ONCE)


async def test_the_home_page_counts_what_waits_for_its_reader(town: Town, node: FakeNode) -> None:
    assert "Nothing that passers-by or groups brought waits." in await page(town, "moderator", "/")
    offer = await put_on(town, node)
    await ask(town, node.screen_id)
    async with linked(town, node) as (_, code):
        phone, path = await joined(town, code)
        await tell(phone, path, offer, "The lamp is broken")
    theirs = await page(town, "moderator", "/")
    assert "1 thing to take part in waits for a decision." in theirs
    assert "1 street report that nobody has looked at." in theirs
    programmers = await page(town, "programmer", "/")
    assert "1 street report that nobody has looked at." in programmers
    assert "waits for a decision." not in programmers.partition('id="taking_part"')[2].partition("</section>")[0]
    assert 'id="taking_part"' not in await page(town, "editor", "/")
