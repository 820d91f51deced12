"""Where and when an item may play: said by its group, with rating and tags also by moderators."""

import pytest

from curator import showing
from tests.curator.conftest import Town
from tests.curator.programme import things

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
