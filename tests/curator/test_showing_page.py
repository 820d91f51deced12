"""Where and when an item may play: said by its group, with rating and tags also by moderators."""

import pytest

from curator import showing
from curator.authorisation import Role
from curator.tables import versions
from tests.curator.cases import approve, send, somebody
from tests.curator.conftest import Town
from tests.curator.programme import things
from tests.curator.test_publishing import opened, publisher

FORM: dict[str, str | list[str]] = {
    "rating": "12", "tags": "Kids, art", "not_before": "2026-10-01T08:30", "not_after": "2026-12-01T00:00",
    "gap_minutes": "30", "joins": "start",
}  # fmt: skip


async def posted(town: Town, item_id: str, who: str, **change: str | list[str]) -> tuple[int, str]:
    answer = await town.client(who).post(f"/items/{item_id}/showing", data={**FORM, **change})
    return answer.status, await answer.text()


async def test_a_group_says_where_and_when_its_item_plays(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    status, page = await posted(town, item_id, "editor", target=[f"screen:{screen.id}"])
    assert status == 200
    assert "Saved." in page
    found = things.run(town, lambda c: showing.of(c, item_id))
    assert (found.rating, found.tags, found.targets) == (12, ("art", "kids"), (f"screen:{screen.id}",))
    # Half past eight of a summer's day in London.
    assert (found.not_before_ms, found.gap_ms, found.joins) == (1_790_839_800_000, 1_800_000, "start")
    assert 'value="2026-10-01T08:30"' in page


async def test_a_moderator_sets_rating_and_tags_and_nothing_else(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    status, _page = await posted(town, item_id, "moderator", target=[f"screen:{screen.id}"])
    assert status == 200
    found = things.run(town, lambda c: showing.of(c, item_id))
    assert found == showing.Showing(rating=12, tags=("art", "kids"))


@pytest.mark.parametrize(
    "change",
    [
        {"rating": "99"}, {"rating": ""}, {"not_before": "soon"}, {"target": ["screen:nowhere"]}, {"joins": "never"},
        {"not_after": "2026-09-01T00:00"}, {"gap_minutes": "-1"}, {"tags": "x" * 60},
    ],
)  # fmt: skip
async def test_a_wish_that_makes_no_sense_is_refused(town: Town, change: dict[str, str | list[str]]) -> None:
    item_id = things.approved_item(town, "Goal")
    status, _page = await posted(town, item_id, "editor", **change)
    assert status == 422
    assert things.run(town, lambda c: showing.of(c, item_id)) == showing.Showing()


@pytest.mark.parametrize("who", ["programmer", "technician", "outsider"])
async def test_nobody_else_says_it(town: Town, who: str) -> None:
    item_id = things.approved_item(town, "Goal")
    status, _page = await posted(town, item_id, who)
    assert status == 404
    assert things.run(town, lambda c: showing.of(c, item_id)) == showing.Showing()


async def test_a_group_raises_what_a_moderator_set_but_does_not_lower_it_or_take_tags_away(town: Town) -> None:
    sent = send(town)
    await posted(town, sent.item_id, "contributor", rating="6", tags="art, kids")
    assert (await posted(town, sent.item_id, "contributor", rating="0", tags=""))[0] == 200, "nobody decided yet"
    assert (await posted(town, sent.item_id, "moderator", rating="16", tags="sponsor"))[0] == 200
    page = await (await town.client("contributor").get(f"/items/{sent.item_id}/showing")).text()
    assert "a moderator has set these" in page
    for less in ({"rating": "0", "tags": "sponsor"}, {"rating": "16", "tags": "art"}):
        status, page = await posted(town, sent.item_id, "contributor", **less)
        assert (status, "For less, ask a moderator." in page) == (422, True)
    assert (await posted(town, sent.item_id, "contributor", rating="18", tags="sponsor, art"))[0] == 200
    found = things.run(town, lambda c: showing.of(c, sent.item_id))
    assert (found.rating, found.tags) == (18, ("art", "sponsor"))
    assert (await posted(town, sent.item_id, "moderator", rating="12", tags="art"))[0] == 200


async def test_what_is_approved_is_rated_lower_by_a_moderator_who_did_not_make_it(town: Town) -> None:
    sent = send(town, by="moderator")
    assert (await posted(town, sent.item_id, "moderator", rating="16", tags=""))[0] == 200
    approve(town, sent, somebody(town, "administrator", Role.ADMINISTRATOR))
    status, page = await posted(town, sent.item_id, "moderator", rating="0", tags="")
    assert (status, "You uploaded this yourself" in page) == (422, True)
    assert (await posted(town, sent.item_id, "contributor", rating="0", tags=""))[0] == 422
    assert (await posted(town, sent.item_id, "administrator", rating="0", tags=""))[0] == 200


async def test_a_program_is_held_to_what_stands_as_a_page_is(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    client, address = town.client("editor"), f"/api/items/{sent.item_id}/showing"
    wish: dict[str, object] = {
        "rating": 12,
        "tags": ["art"],
        "targets": [],
        "not_before_ms": None,
        "not_after_ms": None,
        "gap_ms": 0,
    }
    wish, based = wish | {"joins": "any"}, {"If-Match": "*"}
    assert (await client.put(address, json=wish, headers=based)).status == 200
    answer = await client.put(address, json=wish | {"rating": 6}, headers=based)
    assert (answer.status, (await answer.json())["code"]) == (422, "rating_stands")


async def test_a_photograph_that_its_group_marks_may_be_moved_over_and_a_film_never(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Boats")
    things.share(town, screen, group=2)
    await posted(town, item_id, "editor", joins="any", not_before="", not_after="", is_photograph="1")
    await publisher(town).publish_due()
    assert not opened(town, screen).items[item_id].moves
    assert "may slowly move" not in await (await town.client("editor").get(f"/items/{item_id}/showing")).text()
    things.run(town, lambda c: c.execute(versions.update().values(kind="still", fps_num=0)))
    assert "may slowly move" in await (await town.client("editor").get(f"/items/{item_id}/showing")).text()
    await publisher(town).publish_due()
    assert opened(town, screen).items[item_id].moves
