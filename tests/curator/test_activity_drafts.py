"""Making an activity: templates, the fields of each kind, drafts, copies, and what a moderator reads of it."""

from dataclasses import replace

import pytest

from curator import accounts, activities, activity_drafts
from curator.activities import Kept
from curator.activity_drafts import MOST_DRAFTS
from curator.activity_templates import TEMPLATES
from curator.authorisation import Actor, Role
from curator.not_decided import OwnWork
from curator.store import Connection
from curator.web.pages import HERE
from curator.wishes import BadActivity, Wish
from kiosks.activities.hours import Hours
from kiosks.activities.statement import Kind
from kiosks.layouts import LAYOUTS
from tests.curator.cases import somebody
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import make_screen

FORM = [("kind", "poll"), ("question", "Where shall the bench stand?"), ("option", "By the river"),
        ("option", "At the school"), ("language", "en"), ("days", "3")]  # fmt: skip
VIETNAMESE = [("also_language", "vi"), ("also_question", "Đặt ghế đá ở đâu?"), ("also_option", "Bên bờ sông"),
              ("also_option", "Trước cổng trường")]  # fmt: skip


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await make_town()


def drafts(town: Town) -> list[Kept]:
    return town.service.store.read_now(activity_drafts.listed)


def the_editor(town: Town) -> Actor:
    found = town.service.store.read_now(lambda connection: accounts.actor(connection, town.accounts["editor"]))
    assert found is not None
    return found


async def post(town: Town, path: str, *more: tuple[str, str], who: str = "editor") -> tuple[int, str, str]:
    """Status, where it leads, and the page."""
    data = [*FORM, ("group", town.group.id), *more]
    answer = await town.client(who).post(path, data=data, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


def test_each_kind_has_one_template_with_a_picture_and_a_control_for_phones() -> None:
    assert set(TEMPLATES) == set(LAYOUTS)
    for kind in TEMPLATES:
        assert (HERE / "static" / "activities" / f"{kind}.svg").is_file(), kind


@pytest.mark.parametrize("kind", TEMPLATES)
async def test_the_form_has_only_the_fields_of_its_kind(town: Town, kind: Kind) -> None:
    make_screen(town)
    page = await (await town.client("editor").get(f"/taking-part/new?kind={kind}")).text()
    fields = TEMPLATES[kind].fields
    for field, name in (("question", 'name="question"'), ("options", 'name="option"'), ("theme", 'name="theme"')):
        assert (name in page) == (field in fields), field


async def test_a_draft_is_saved_unfinished_changed_handed_in_and_then_changes_no_more(town: Town) -> None:
    screen = make_screen(town)
    assert (await post(town, "/taking-part", ("do", "save")))[:2] == (303, "/taking-part?done=saved")
    (draft,) = drafts(town)
    edit = f"/taking-part/{draft.id}/edit"
    assert "By the river" in await (await town.client("editor").get(edit)).text()
    status, _where, page = await post(town, edit, ("do", "hand_in"))
    assert status == 422
    assert "Choose at least one screen." in page
    assert not town.service.store.read_now(activities.listed)
    hours = [("weekday", "4"), ("weekday", "5"), ("from", "18:00"), ("until", "21:00")]
    assert (await post(town, edit, *VIETNAMESE, *hours, ("screen", screen.id), ("theme", "river"),
                       ("do", "hand_in")))[0] == 303  # fmt: skip
    assert not drafts(town)
    (kept,) = town.service.store.read_now(activities.listed)
    assert (kept.state, kept.theme, kept.hours) == ("submitted", "river", Hours("Europe/London", (4, 5), 1080, 1260))
    assert (await post(town, edit, ("do", "save")))[0] == 404
    read = await (await town.client("moderator").get("/taking-part")).text()
    for words in ("Where shall the bench stand?", "Đặt ghế đá ở đâu?", "Trước cổng trường", "18:00–21:00", "River"):
        assert words in read
    decided = await town.client("moderator").post(f"/taking-part/{kept.id}", data={"do": "approve"})
    assert decided.status == 200
    (kept,) = town.service.store.read_now(activities.listed)
    assert kept.signed is not None
    assert (kept.signed.statement.theme, kept.signed.statement.hours) == (kept.theme, kept.hours)


async def test_a_draft_is_seen_and_changed_by_whoever_may_ask_for_its_group_and_by_nobody_else(town: Town) -> None:
    assert (await post(town, "/taking-part", ("do", "save")))[0] == 303
    (draft,) = drafts(town)
    for who in ("outsider", "moderator", "contributor", "technician"):
        assert (await town.client(who).get(f"/taking-part/{draft.id}/edit")).status in (403, 404), who
        assert (await post(town, f"/taking-part/{draft.id}/edit", ("do", "discard"), who=who))[0] in (403, 404), who
    assert "bench" not in await (await town.client("moderator").get("/taking-part")).text()
    assert (await town.client("moderator").post(f"/taking-part/{draft.id}", data={"do": "approve"})).status == 422
    assert "bench" in await (await town.client("programmer").get("/taking-part")).text()
    assert (await post(town, f"/taking-part/{draft.id}/edit", ("do", "discard")))[1] == "/taking-part?done=discard"
    assert not drafts(town)


async def test_a_copy_is_a_new_draft_with_the_words_of_the_old(town: Town) -> None:
    screen = make_screen(town)
    assert (await post(town, "/taking-part", *VIETNAMESE, ("screen", screen.id), ("do", "hand_in")))[0] == 303
    (old,) = town.service.store.read_now(activities.listed)
    page = await (await town.client("editor").get(f"/taking-part/new?copy={old.id}")).text()
    assert "Đặt ghế đá ở đâu?" in page
    assert old.id in page
    assert (await town.client("outsider").get(f"/taking-part/new?copy={old.id}")).status == 404
    assert (await post(town, "/taking-part", ("copied", old.id), ("do", "save")))[0] == 303
    assert len(drafts(town)) == 1


async def test_who_wrote_a_part_of_it_does_not_approve_it(town: Town) -> None:
    screen = make_screen(town)
    wrote = somebody(town, "programmer", Role.PROGRAMMER)
    wrote = replace(wrote, council=frozenset({Role.PROGRAMMER, Role.MODERATOR}))
    editor, now_ms = the_editor(town), town.clock()
    wish = Wish("poll", town.group.id, (screen.id,), "Is it?", ("Yes", "No"))

    def work(connection: Connection) -> str:
        draft = activity_drafts.save(connection, wish, now_ms=now_ms, by=wrote)
        activity_drafts.change(connection, draft, replace(wish, question="Was it?"), now_ms=now_ms, by=editor)
        activity_drafts.hand_in(connection, draft, now_ms=now_ms, by=editor)
        return draft

    draft = town.service.store.run_now(work)
    with pytest.raises(OwnWork):
        town.service.store.run_now(
            lambda connection: activities.approve(connection, draft, key=town.service.key, now_ms=now_ms, by=wrote)
        )


@pytest.mark.parametrize("more", [
    [("also_language", "vi"), ("also_question", "Ở đâu?")],
    [("also_language", "en"), ("also_question", "Where?"), ("also_option", "1"), ("also_option", "2")],
    [("also_language", "vi"), ("also_question", "Ở đâu?"), ("also_option", "Một")],
    [("theme", "mud")], [("from", "25:00")], [("from", "18:00"), ("until", "18:00")],
    [("language", "klingon speech")],
])  # fmt: skip
async def test_what_cannot_stand_on_a_screen_is_refused_and_stands_in_the_form_again(
    town: Town, more: list[tuple[str, str]]
) -> None:
    screen = make_screen(town)
    form = [(name, value) for name, value in FORM if name not in dict(more)]
    data = [*form, ("group", town.group.id), ("screen", screen.id), *more]
    answer = await town.client("editor").post("/taking-part", data=data, allow_redirects=False)
    assert answer.status == 422
    assert "By the river" in await answer.text()
    assert not town.service.store.read_now(activities.listed)


async def test_a_group_has_a_limit_of_drafts_and_a_draft_that_could_not_be_read_again_is_not_kept(town: Town) -> None:
    editor = the_editor(town)
    wish = Wish("crowd", town.group.id)

    def save(wish: Wish) -> str:
        return town.service.store.run_now(
            lambda connection: activity_drafts.save(connection, wish, now_ms=town.clock(), by=editor)
        )

    for bad in (replace(wish, question="x" * 1_001), replace(wish, days=2**60), replace(wish, group_id="none")):
        with pytest.raises(BadActivity):
            save(bad)
    for _number in range(MOST_DRAFTS):
        save(wish)
    with pytest.raises(BadActivity):
        save(wish)


async def test_hours_need_screens_of_one_zone(town: Town) -> None:
    editor = the_editor(town)
    here, there = make_screen(town), make_screen(town, zone="Asia/Ho_Chi_Minh")
    wish = Wish("crowd", town.group.id, (here.id, there.id), from_minute=600)
    with pytest.raises(BadActivity):
        town.service.store.run_now(
            lambda connection: activity_drafts.make(connection, wish, now_ms=town.clock(), by=editor)
        )


async def test_programs_begin_drafts_change_them_and_hand_them_in_for_every_kind(town: Town) -> None:
    screen, client = make_screen(town), town.client("editor")
    given = {
        "kind": "poll", "question": "Where shall the bench stand?", "options": ["River", "School"], "days": 3,
        "also": {"language": "vi", "question": "Đặt ghế đá ở đâu?", "options": ["Bờ sông", "Trường"]},
        "theme": "night", "hours": {"weekdays": [6, 0], "from_minute": 600}, "draft": True,
    }  # fmt: skip
    path = "/api/groups/youth-club/activities"
    made = await client.post(path, json=given)
    draft = await made.json()
    assert (made.status, draft["state"], draft["hours"]["weekdays"]) == (201, "draft", [0, 6])
    own = f"{path}/{draft['id']}"
    assert (await client.post(f"{own}/hand-in", json={})).status == 422
    assert (await town.client("outsider").get(own)).status == 404
    changed = await client.put(own, json={**given, "screens": [screen.id], "theme": "garden"})
    assert (await changed.json())["theme"] == "garden"
    handed_in = await (await client.post(f"{own}/hand-in", json={})).json()
    assert (handed_in["state"], handed_in["also"]["options"][0]) == ("submitted", "Bờ sông")
    assert handed_in["hours"]["zone"] == "Europe/London"
    assert (await client.put(own, json=given)).status == 422
    assert (await client.delete(own)).status == 422
    for kind in TEMPLATES:
        again = await client.post(path, json={"kind": kind, "days": 1, "draft": True})
        assert again.status == 201, kind
        assert (await client.delete(f"{path}/{(await again.json())['id']}")).status == 204
    listed = (await (await client.get(path)).json())["activities"]
    assert [one["id"] for one in listed] == [draft["id"]]
