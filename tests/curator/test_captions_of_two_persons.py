"""Where two people must agree to a film, two must agree to what is written over it."""

import pytest

from curator import decided, policy
from curator.not_decided import NotDecided
from curator.tables import items, screens
from tests.curator.cases import look
from tests.curator.conftest import MakeTown, Town
from tests.curator.programme import things
from tests.curator.test_approval_places import say_yes, widen
from tests.curator.test_captions import SRT, add, decide, film, stage, tracks
from tests.curator.test_policy_needs import with_needs


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town that looks one day ahead and publishes only when told to."""
    return await make_town(plan_days=1, running_list_hours=6)


async def test_captions_wait_with_their_film_where_the_first_asks_for_a_second_person(town: Town) -> None:
    sent, on = film(town), stage(town)
    await add(town, sent)
    [track] = tracks(town, sent)
    form = {"sha256": sent.sha256, "captions": f"{track.id} {track.sha256}"}
    path = f"/moderation/{sent.version_id}/approve"
    first = await town.client("moderator").post(path, data={**form, "ask_second": "yes"}, allow_redirects=False)
    assert first.status == 303
    assert [one.state for one in tracks(town, sent)] == ["submitted"]
    assert (await town.client("administrator").post(path, data=form, allow_redirects=False)).status == 303
    assert await on.shown(sent) == [("vi", track.sha256)]


async def test_where_two_people_must_agree_to_a_film_they_must_to_its_captions(town: Town) -> None:
    sent, on = film(town), stage(town)
    children = "minors"
    town.service.store.run_now(
        lambda connection: connection.execute(
            items.update().where(items.c.id == sent.item_id).values(people_shown=children)
        )
    )
    await add(town, sent)
    [track] = tracks(town, sent)
    form = {"seen": "yes", "sha256": sent.sha256, "captions": f"{track.id} {track.sha256}"}
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
    with pytest.raises(NotDecided, match="agreed already"):
        decide(town, newer)
    decide(town, newer, "administrator")
    assert await on.shown(sent) == [("vi", newer.sha256)]


async def test_a_film_with_captions_is_widened_only_by_whom_the_policy_asks_for_there_of_captions(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = with_needs('code = "facade"\nkinds = ["captions"]\nscreens = ["facade"]\npersons = 2')
    monkeypatch.setattr(policy, "in_force", lambda: asked)
    sent, plain = film(town), film(town, "No words", colour="navy")
    library, facade = things.screen(town, "Library"), things.screen(town, "Town hall")
    tagged = screens.update().where(screens.c.id == facade.id).values(tags='["facade"]')
    town.service.store.run_now(lambda connection: connection.execute(tagged))
    for one in (sent, plain):
        say_yes(town, one, f"screen:{library.id}")
    await add(town, sent)
    decide(town, tracks(town, sent)[0])
    assert [one.state for one in tracks(town, sent)] == ["approved"], "in the library one person is enough"
    for one in (sent, plain):
        widen(town, one, f"screen:{facade.id}")
    assert facade.id in look(town, lambda c: decided.allowed_places(c, plain.version_id))
    assert facade.id not in look(town, lambda c: decided.allowed_places(c, sent.version_id))
    with pytest.raises(NotDecided, match="agreed already"):
        widen(town, sent, f"screen:{facade.id}")
    widen(town, sent, f"screen:{facade.id}", who="administrator")
    assert facade.id in look(town, lambda c: decided.allowed_places(c, sent.version_id))
