"""What plays next: a choice among what could really play, counted in time, signed, and at nobody's cost."""

import json

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.engine import Programme
from content.programme.layers import LiveEvent, protected_spans, timeline
from content.programme.plan import ListedItem, Rotation
from content.reading import Reader
from curator import activities, cleaning, live_orders, next_up
from curator.activities import Kept
from curator.next_up import LEAST_AHEAD_MS, MOST_CHOICES, Turn, turn_of
from curator.programme.published import newest
from curator.publishing import PUBLISHER
from curator.tables_taking_part import ballots
from curator.web.taking_part import TAKING_PART
from kiosks.activities.statement import read_activity
from tests.content.programme.plans import HOUR, MINUTE, hours, programme
from tests.content.programme.plans import town as groups_of
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.nodes import FakeNode, paired_node, until
from tests.curator.programme import things
from tests.curator.test_live_orders import told
from tests.curator.test_taking_part import heard, joined, linked

ASKED = {"kind": "next", "question": "What shall play next?", "language": "en", "days": "3"}
TITLES = ("Skate day", "The allotments", "Brass band")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(2, 6), st.integers(0, 2), st.integers(0, HOUR))
def test_whatever_is_chosen_no_group_loses_or_gains_a_millisecond(
    seed: int, count: int, place: int, from_ms: int
) -> None:
    plan = programme(hours(2, groups_of(seed, count)))
    turn = turn_of(plan, [], from_ms, from_ms + HOUR // 2)
    if turn is None:
        return
    choice = turn.choices[min(place, len(turn.choices) - 1)]
    order = LiveEvent("c", "c", "choice", "start", turn.start_ms, turn.start_ms + choice.duration_ms, choice.item)
    whose = {one.item: group for group, listing in _listed(plan) for one in listing}
    window = (turn.start_ms - 1, turn.end_ms + 1)
    shown = timeline([order], plan, *window)
    # The screen's own card stands in for a rest that is too short to join: it is the group's time all the same.
    mine = sum(one.end_ms - one.start_ms for one in shown if one.is_card or whose.get(one.item or "") == turn.group)
    before = sum(
        min(event.end_ms, window[1]) - max(event.start_ms, window[0])
        for event in plan.events(*window)
        if event.group == turn.group
    )
    assert mine == before
    assert all(one.duration_ms <= turn.end_ms - turn.start_ms for one in turn.choices)


def _listed(plan: Programme) -> list[tuple[str, tuple[ListedItem, ...]]]:
    rotations = [segment for segment in plan.plan.segments if isinstance(segment, Rotation)]
    return [(group, listing.items) for segment in rotations for group, listing in segment.groups.items()]


def test_a_turn_is_clear_of_what_is_ordered_and_begins_in_its_window() -> None:
    plan = programme(hours(2, groups_of(3, 4)))
    turn = turn_of(plan, [], MINUTE, HOUR)
    assert turn is not None
    assert turn.start_ms >= MINUTE
    assert len(turn.choices) == MOST_CHOICES
    later = turn_of(plan, [(turn.start_ms, turn.start_ms + 1)], MINUTE, HOUR)
    assert later is not None
    assert later.start_ms > turn.start_ms
    assert turn_of(plan, [(0, 2 * HOUR)], 0, HOUR) is None


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await make_town(plan_days=1)


@pytest.fixture
async def node(town: Town) -> FakeNode:
    """A node whose screen has a programme with three films of one group."""
    screen = things.screen(town)
    for title in TITLES:
        things.approved_item(town, title)
    things.share(town, screen, group=1)
    node = await paired_node(town, screen)
    await town.server.app[PUBLISHER].publish_due()
    assert coming(town, screen.id) is not None
    return node


@pytest.fixture
async def asked(town: Town, node: FakeNode) -> Kept:
    """What a moderator approved: that passers-by choose what plays next."""
    form = {**ASKED, "group": town.group.id, "screen": node.screen_id}
    assert (await town.client("editor").post("/taking-part", data=form, allow_redirects=False)).status == 303
    kept = town.service.store.read_now(activities.listed)[0]
    await town.client("moderator").post(f"/taking-part/{kept.id}", data={"do": "approve"})
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    await until(lambda: bool(place.offers))
    return kept


def coming(town: Town, screen_id: str) -> Turn | None:
    return town.service.store.read_now(lambda connection: next_up.coming(connection, screen_id, town.clock()))


def ballot(town: Town) -> Kept:
    open_now = town.service.store.read_now(lambda connection: activities.open_now(connection, town.clock()))
    (found,) = [one for one in open_now if one.question]
    return found


async def vote(phone: Client, page: str, one: Kept, option: int) -> str:
    said = await phone.post(f"{page}/vote", data={"activity": one.id, "option": str(option)})
    return await said.text()


async def counted(town: Town, one: Kept) -> None:
    """Turns the clock to where it is counted, and waits until it is."""
    town.clock.turn(one.closes_ms - town.clock())
    await until(lambda: not town.service.store.read_now(next_up.next_due_ms))


async def test_passers_by_choose_the_next_turn_and_the_screen_gets_it_as_a_signed_order(
    town: Town, node: FakeNode, asked: Kept
) -> None:
    turn = coming(town, node.screen_id)
    assert turn is not None
    renamed = turn.choices[1].item
    words = {"title": "Words nobody has read", "people_shown": "", "rights": ""}
    assert (await town.client("editor").post(f"/items/{renamed}", data=words, allow_redirects=False)).status == 303
    async with linked(town, node) as (socket, code):
        phone, page = await joined(town, code)
        assert town.group.name in await (await phone.get(page)).text()
        await phone.post(f"{page}/play", data={"activity": asked.id})
        start = await heard(socket, "start")
        assert read_activity(Reader(start["activity"])).statement.kind == "poll"
        one = ballot(town)
        assert one.question is not None
        assert sorted(one.question.options) == sorted(TITLES)
        other, other_page = await joined(town, code)
        third, third_page = await joined(town, code)
        for client, address, option in ((phone, page, 1), (other, other_page, 1), (third, third_page, 0)):
            assert "Your vote counts" in await vote(client, address, one, option)
        assert "Choose on the screen" not in await (await other.get(other_page)).text()
        await counted(town, one)
        [signed] = (await told(node)).orders
        signed.verify({town.service.key.public.key_id: town.service.key.public})
        order = signed.order
        assert (order.layer, order.at_ms, order.by) == ("choice", turn.start_ms, live_orders.PASSERS_BY)
        assert order.item is not None
        assert order.item.id == turn.choices[1].item
        published = town.service.store.read_now(lambda c: newest(c, node.screen_id))
        assert published is not None
        shown = timeline([order.event()], published.programme, order.at_ms, order.until_ms)
        assert [(row.layer, row.item) for row in shown] == [("choice", order.item.id)]
        assert protected_spans(published.programme) == []
        why = f"/items/{order.item.id}/why?at={order.at_ms}"
        assert "Chosen by passers-by: 2 of 3 votes." in await (await town.client("editor").get(why)).text()
        page_of_group = await (await town.client("editor").get("/taking-part")).text()
        assert "2 of 3 votes" in page_of_group
        assert page_of_group.count("What shall play next?") == 1


async def test_without_a_vote_or_when_the_programme_is_another_by_then_the_programme_plays_what_it_would(
    town: Town, node: FakeNode, asked: Kept
) -> None:
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        await phone.post(f"{page}/play", data={"activity": asked.id})
        await counted(town, ballot(town))
        assert (await told(node)).orders == ()
        town.clock.turn(2 * LEAST_AHEAD_MS)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        await phone.post(f"{page}/play", data={"activity": asked.id})
        one = ballot(town)
        await vote(phone, page, one, 1)
        for item_id in _items(town, one)[1:]:
            things.withdraw(town, item_id)
        await counted(town, one)
        assert (await told(node)).orders == ()
    town.clock.turn(2 * next_up.VOID_KEPT_MS)
    await cleaning.clean(town.service)
    assert town.service.store.read_now(lambda c: c.execute(sa.select(ballots.c.id)).all()) == []


def _items(town: Town, one: Kept) -> list[str]:
    query = sa.select(ballots.c.choices).where(ballots.c.id == one.id)
    found: list[str] = json.loads(town.service.store.read_now(lambda c: c.execute(query).scalar_one()))
    return found
