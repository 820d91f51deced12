"""What is signed of an activity is what a moderator read, and what every screen can read."""

import json

import pytest
import sqlalchemy as sa

from curator import activities
from curator.store import Connection
from curator.tables import groups as rows_of_groups
from curator.tables_taking_part import activities as rows_of_activities
from curator.wishes import BadActivity
from kiosks.activities.poll import Question
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node
from tests.curator.test_taking_part import DAY_MS, POLL, approved, asked, decided, joined, kept, linked


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


async def test_what_would_be_too_large_for_a_screen_to_read_is_refused_when_handed_in_and_when_approved(
    town: Town, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tuple(f"screen{number:010}" for number in range(1_500))
    activities.refuse_too_large("crowd", None, many[:1_000], "paper", None)
    with pytest.raises(BadActivity):
        activities.refuse_too_large("crowd", None, many, "paper", None)
    with monkeypatch.context() as narrow:
        narrow.setattr("curator.activities.LARGEST_STATEMENT_BYTES", 500)
        status, page = await asked(town, node)
    assert (status, "too large for a screen" in page, kept(town)) == (422, True, [])
    assert (await asked(town, node))[0] == 303
    with monkeypatch.context() as narrow:
        narrow.setattr("curator.activities.LARGEST_STATEMENT_BYTES", 500)
        assert await decided(town, "approve") == 422
    assert kept(town)[0].state == "submitted"


async def test_an_activity_that_cannot_be_read_stops_no_other_and_can_be_withdrawn(town: Town, node: FakeNode) -> None:
    assert (await asked(town, node, "programmer", kind="crowd"))[0] == 303
    assert await decided(town, "approve") == 303
    town.clock.turn(1)
    poll = await approved(town, node)

    def lengthen(connection: Connection) -> None:
        of_this = rows_of_activities.c.id == poll.id
        text = connection.execute(sa.select(rows_of_activities.c.statement).where(of_this)).scalar_one()
        document = json.loads(text)
        document["statement"]["screens"] *= 1_500
        connection.execute(rows_of_activities.update().where(of_this).values(statement=json.dumps(document)))

    town.service.store.run_now(lengthen)
    now_ms = town.clock()
    offered = town.service.store.read_now(lambda connection: activities.open_now(connection, now_ms))
    assert [one.kind for one in offered] == ["crowd"]
    assert [(one.kind, one.is_damaged) for one in kept(town)] == [("poll", True), ("crowd", False)]
    page = await (await town.client("moderator").get("/taking-part")).text()
    assert "cannot be read" in page
    assert await decided(town, "withdraw") == 303
    assert kept(town)[0].state == "withdrawn"


async def test_the_page_and_the_api_show_all_that_is_signed_and_a_yes_is_to_what_was_read(
    town: Town, node: FakeNode
) -> None:
    poll = await approved(town, node)
    async with linked(town, node) as (_socket, code):
        phone, page = await joined(town, code)
        await phone.post(f"{page}/vote", data={"activity": poll.id, "option": "1"})
    town.clock.turn(4 * DAY_MS)
    assert await decided(town, "answer", "editor", words="It stands at the school.") == 303

    def rename(name: str) -> None:
        of_this = rows_of_groups.c.id == town.group.id
        town.service.store.run_now(
            lambda connection: connection.execute(rows_of_groups.update().where(of_this).values(name=name))
        )

    rename("Vote for Example")
    assert (await asked(town, node, question="And a tree?"))[0] == 303
    rename("Youth club")
    moderator = town.client("moderator")
    seen = await (await moderator.get("/taking-part")).text()
    assert "<strong>Vote for Example</strong>" in seen
    assert "It stands at the school." in seen
    (waiting, _old) = (await (await moderator.get("/api/moderation/activities")).json())["activities"]
    assert waiting["asker"] == "Vote for Example"
    assert waiting["before"] == {
        "question": POLL["question"], "reply": "It stands at the school.",
        "options": [{"words": "By the river", "votes": 0}, {"words": "At the school", "votes": 1}],
    }  # fmt: skip
    assert f'name="mark" value="{waiting["mark"]}"' in seen
    address = f"/api/moderation/activities/{waiting['id']}/approve"
    other = await moderator.post(address, json={"mark": "0" * 64})
    assert (other.status, kept(town)[0].state) == (409, "submitted")
    assert (await moderator.post(address, json={"mark": waiting["mark"]})).status == 200
    signed = kept(town)[0].signed
    assert signed is not None
    assert isinstance(signed.statement.question, Question)
    assert signed.statement.question.asker == waiting["asker"]
