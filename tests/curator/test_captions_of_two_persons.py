"""Where two people must agree to a film, two must agree to what is written over it."""

import pytest

from curator import moderation, policy
from curator.tables import items
from tests.curator.conftest import MakeTown, Town
from tests.curator.test_captions import SRT, add, decide, film, stage, tracks


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town that looks one day ahead and publishes only when told to."""
    return await make_town(plan_days=1, running_list_hours=6)


async def test_where_two_people_must_agree_to_a_film_they_must_to_its_captions(town: Town) -> None:
    sent, on = film(town), stage(town)
    children = min(policy.second_moderator())
    town.service.store.run_now(
        lambda connection: connection.execute(
            items.update().where(items.c.id == sent.item_id).values(people_shown=children)
        )
    )
    await add(town, sent)
    [track] = tracks(town, sent)
    form = {"sha256": sent.sha256, "captions": f"{track.id} {track.sha256}"}
    path = f"/moderation/{sent.version_id}/approve"
    assert (await town.client("moderator").post(path, data=form, allow_redirects=False)).status == 303
    assert [one.state for one in tracks(town, sent)] == ["submitted"]
    page = await (await town.client("administrator").get(f"/moderation/{sent.version_id}")).text()
    assert "you are the second" in page
    assert (await town.client("administrator").post(path, data=form, allow_redirects=False)).status == 303
    assert await on.shown(sent) == [("vi", track.sha256)]
    await add(town, sent, SRT.replace("Hai", "Ba"))
    newer = next(one for one in tracks(town, sent) if one.state == "submitted")
    decide(town, newer)
    assert await on.shown(sent) == [("vi", track.sha256)], "one person is not two"
    with pytest.raises(moderation.NotDecided, match="agreed already"):
        decide(town, newer)
    decide(town, newer, "administrator")
    assert await on.shown(sent) == [("vi", newer.sha256)]
