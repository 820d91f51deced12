"""Where a screen belongs, as technicians and programmers say it."""

import pytest

from curator import screen_groups, screens
from tests.curator.conftest import Town
from tests.curator.programme import things


async def test_a_screen_is_put_into_a_group_and_gets_tags(town: Town) -> None:
    screen = things.screen(town)
    now_ms = town.clock()
    group = things.run(town, lambda c: screen_groups.put(c, "", "Libraries", now_ms=now_ms, by=None))
    form = {"site": "", "screen_group": group.id, "tags": "Outdoor, school", "freeze_minutes": "30"}
    client = town.client("technician")
    page = await (await client.post(f"/screens/{screen.slug}/place", data=form)).text()
    assert "Saved." in page
    found = things.run(town, lambda c: screens.get(c, screen.id))
    assert found is not None
    assert (found.screen_group_id, found.tags, found.freeze_minutes) == (group.id, ("outdoor", "school"), 30)
    page = await (await client.get(f"/screens/{screen.slug}/place")).text()
    assert 'value="outdoor, school"' in page
    await client.post(f"/screens/{screen.slug}/place", data={**form, "freeze_minutes": ""})
    found = things.run(town, lambda c: screens.get(c, screen.id))
    assert found is not None
    assert found.freeze_minutes is None


@pytest.mark.parametrize("change", [{"site": "nowhere"}, {"freeze_minutes": "long"}, {"tags": "x" * 60}])
async def test_what_is_not_there_or_too_long_is_refused(town: Town, change: dict[str, str]) -> None:
    screen = things.screen(town)
    form = {"site": "", "screen_group": "", "tags": "", "freeze_minutes": "", **change}
    assert (await town.client("programmer").post(f"/screens/{screen.slug}/place", data=form)).status == 422


@pytest.mark.parametrize("who", ["moderator", "editor", "outsider", None])
async def test_nobody_else_moves_a_screen(town: Town, who: str | None) -> None:
    screen = things.screen(town)
    client = town.client(who)
    for ask in (client.get, client.post):
        answer = await ask(f"/screens/{screen.slug}/place", allow_redirects=False)
        assert answer.status == (403 if who else 303)
