"""A picture behind the words of an activity: whose it may be, what is signed of it, who gets it, and when it goes."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from content.canonical import Json
from content.reading import Reader
from curator import activities, library, moderation, next_up, places, rehearsals, take_downs
from curator.activities import Kept
from curator.rehearsals import NoRehearsal
from curator.store import Connection
from curator.tables import items
from curator.tables_taking_part import ballots
from curator.web.taking_part import TAKING_PART
from kiosks.activities.known import Told, read_told
from kiosks.activities.statement import FORMAT, FORMAT_OF_PICTURES, Kind
from tests.curator import cases
from tests.curator.cases import Sent, look, send, send_version, somebody
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import HEALTH, FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_activity_drafts import drafts, post
from tests.curator.test_rehearsals import looked, tried
from tests.curator.test_taking_part import asked, decided, heard, kept, linked


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


@pytest.fixture
def photo(town: Town) -> Sent:
    """An approved still of the youth club."""
    sent = send(town, "The river", colour="white", alt_text="The river in spring")
    cases.approve(town, sent)
    return sent


async def told(node: FakeNode) -> Told:
    answer = await node.get(f"activities/{node.node_id}")
    return read_told(Reader.of_bytes(await answer.read(), limit_bytes=1 << 20))


async def pictured(town: Town, node: FakeNode, photo: Sent) -> Kept:
    """An approved poll over the picture."""
    assert (await asked(town, node, backdrop=photo.item_id))[0] == 303
    assert await decided(town, "approve") == 303
    await until(lambda: bool(town.server.app[TAKING_PART].backdrops))
    return kept(town)[0]


def rate(town: Town, photo: Sent) -> None:
    town.service.store.run_now(lambda c: c.execute(items.update().where(items.c.id == photo.item_id).values(rating=16)))


def withdraw(town: Town, photo: Sent) -> None:
    by = town.accounts["editor"]
    town.service.store.run_now(lambda c: library.withdraw(c, photo.item_id, now_ms=town.clock(), by=by))


def replace_version(town: Town, photo: Sent) -> None:
    cases.approve(town, send_version(town, photo.item_id, colour="black"))


def end_its_time(town: Town, photo: Sent) -> None:
    town.service.store.run_now(
        lambda c: c.execute(items.update().where(items.c.id == photo.item_id).values(not_after_ms=town.clock()))
    )


GONE = {"withdrawn": withdraw, "rated": rate, "replaced": replace_version, "over": end_its_time}


async def test_the_form_offers_the_groups_approved_stills_and_none_of_anybody_else(
    town: Town, node: FakeNode, photo: Sent
) -> None:
    strange = send(town, "A strange picture", colour="red", group_id=town.other_group.id)
    cases.approve(town, strange)
    film, waiting = send(town, "A film", kind="video", colour="blue"), send(town, "Not decided", colour="green")
    cases.approve(town, film)
    page = await (await town.client("editor").get("/taking-part/new?kind=poll")).text()
    assert f'value="{photo.item_id}"' in page
    assert f"/files/{photo.version_id}/thumbnail" in page
    assert "The river in spring" in page
    for other in (strange, film, waiting):
        assert other.item_id not in page
    for kind in ("crowd", "bells"):
        assert photo.item_id not in await (await town.client("editor").get(f"/taking-part/new?kind={kind}")).text()
    # Whoever asks for several groups looks at the pictures of the one that is chosen in the form; nothing is saved.
    for group, shown, hidden in ((town.group, photo, strange), (town.other_group, strange, photo)):
        data = {"kind": "poll", "group": group.id, "question": "Where?", "do": "look", "days": "3"}
        answer = await town.client("programmer").post("/taking-part", data=data)
        page = await answer.text()
        assert (answer.status, f'value="{shown.item_id}"' in page, hidden.item_id in page) == (200, True, False)
        assert 'value="Where?"' in page
    assert not kept(town)
    assert not drafts(town)


async def test_a_picture_is_handed_in_read_signed_and_told_to_the_screen_with_its_approval_and_file(
    town: Town, node: FakeNode, photo: Sent
) -> None:
    assert (await node.get(f"files/{photo.sha256}")).status == 404
    one = await pictured(town, node, photo)
    page = await (await town.client("moderator").get("/taking-part")).text()
    assert f"/files/{photo.version_id}/poster" in page
    assert one.signed is not None
    assert (one.signed.statement.backdrop, one.signed.statement.format) == (photo.sha256, FORMAT_OF_PICTURES)
    keys = {town.service.key.public.key_id: town.service.key.public}
    one.signed.verify(keys)
    found = await told(node)
    (signed,) = found.backdrops
    signed.verify(keys)
    assert signed.approval.sha256 == found.activities[0].signed.statement.backdrop == photo.sha256
    file = await node.get(f"files/{photo.sha256}")
    assert (file.status, len(await file.read())) == (200, signed.approval.size_bytes)
    elsewhere = await paired_node(town, make_screen(town, "Elsewhere"))
    assert (await elsewhere.get(f"files/{photo.sha256}")).status == 404
    assert not (await told(elsewhere)).backdrops


async def test_an_activity_without_a_picture_is_signed_as_before(town: Town, node: FakeNode) -> None:
    assert (await asked(town, node))[0] == 303
    assert await decided(town, "approve") == 303
    signed = kept(town)[0].signed
    assert signed is not None
    assert signed.statement.format == FORMAT
    assert "backdrops" not in await (await node.get(f"activities/{node.node_id}")).json()


@pytest.mark.parametrize("which", ["of another group", "a film", "not approved", "unknown", *GONE])
async def test_a_picture_that_is_not_theirs_or_may_not_be_shown_is_refused_when_handed_in_and_cannot_be_tried(
    town: Town, node: FakeNode, photo: Sent, which: str
) -> None:
    item_id = photo.item_id
    if which == "of another group":
        strange = send(town, "Strange", colour="red", group_id=town.other_group.id)
        cases.approve(town, strange)
        item_id = strange.item_id
    elif which == "a film":
        film = send(town, "A film", kind="video", colour="red")
        cases.approve(town, film)
        item_id = film.item_id
    elif which == "not approved":
        item_id = send(town, "New", colour="red").item_id
    elif which == "unknown":
        item_id = "f" * 32
    elif which != "replaced":
        GONE[which](town, photo)
    more = ("backdrop", item_id)
    status, _where, page = await post(town, "/taking-part", more, ("screen", node.screen_id), ("do", "hand_in"))
    if which == "replaced":
        assert status == 303
        return
    assert status == 422
    assert "By the river" in page
    assert not kept(town)
    assert (await post(town, "/taking-part", more, ("do", "save")))[0] == 303
    (draft,) = drafts(town)
    assert (await town.client("editor").get(f"/taking-part/{draft.id}/try")).status == 422
    with pytest.raises(NoRehearsal):
        look(town, lambda connection: rehearsals.setting_of(connection, draft, town.clock()))


@pytest.mark.parametrize("why", GONE)
async def test_a_picture_that_is_gone_before_the_decision_is_not_approved_with_the_words(
    town: Town, node: FakeNode, photo: Sent, why: str
) -> None:
    assert (await asked(town, node, backdrop=photo.item_id))[0] == 303
    GONE[why](town, photo)
    assert "picture not shown" in await (await town.client("moderator").get("/taking-part")).text()
    assert await decided(town, "approve") == 422
    assert kept(town)[0].state == "submitted"


@pytest.mark.parametrize("why", GONE)
async def test_a_picture_that_goes_is_told_no_more_at_once_and_the_poll_stays(
    town: Town, node: FakeNode, photo: Sent, why: str
) -> None:
    await pictured(town, node, photo)
    assert (await node.get(f"files/{photo.sha256}")).status == 200
    async with linked(town, node) as (socket, _code):
        GONE[why](town, photo)
        town.service.bus.publish(f"item:{photo.item_id}")
        await until(lambda: not town.server.app[TAKING_PART].backdrops)
        await heard(socket, "activities")
    found = await told(node)
    assert [one.signed.statement.backdrop for one in found.activities] == [photo.sha256]
    assert not found.backdrops
    assert (await node.get(f"files/{photo.sha256}")).status == 404
    assert "picture not shown" in await (await town.client("editor").get("/taking-part")).text()


async def test_the_editor_who_withdraws_the_item_takes_it_from_the_screen_by_that(
    town: Town, node: FakeNode, photo: Sent
) -> None:
    await pictured(town, node, photo)
    answer = await town.client("editor").post(f"/items/{photo.item_id}/withdraw", data={"sure": "yes"})
    assert answer.status == 200, await answer.text()
    await until(lambda: not town.server.app[TAKING_PART].backdrops)


async def test_a_picture_for_some_screens_is_for_those(town: Town, node: FakeNode) -> None:
    other = make_screen(town, "Elsewhere")
    sent = send(town, "Only there", colour="white")
    town.service.store.run_now(
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, "moderator"), key=town.service.key,
            now_ms=town.clock(), is_seen=True, places=places.of_scopes(connection, [f"screen:{other.id}"]),
        )
    )  # fmt: skip
    status, page = await asked(town, node, backdrop=sent.item_id)
    assert (status, "not approved for all of these screens" in page) == (422, True)


async def test_a_copy_begins_with_the_picture_and_the_mark_is_of_it_too(
    town: Town, node: FakeNode, photo: Sent
) -> None:
    one = await pictured(town, node, photo)
    page = await (await town.client("editor").get(f"/taking-part/new?copy={one.id}")).text()
    assert f'value="{photo.item_id}" checked' in page
    plain = activities.Kept(**{name: getattr(one, name) for name in one.__slots__} | {"backdrop": None})
    assert plain.mark != one.mark


async def test_what_plays_next_is_asked_over_the_picture_as_long_as_it_may_be_shown(
    town: Town, node: FakeNode, photo: Sent
) -> None:
    assert (await asked(town, node, kind="next", backdrop=photo.item_id))[0] == 303
    assert await decided(town, "approve") == 303
    one, now_ms = kept(town)[0], town.clock()
    assert [said.approval.sha256 for said in (await told(node)).backdrops] == [photo.sha256]

    def behind(connection: Connection) -> str:
        return next_up._backdrop(connection, one, node.screen_id, now_ms)

    assert look(town, behind) == photo.sha256
    withdraw(town, photo)
    assert look(town, behind) == ""
    assert look(town, lambda connection: connection.execute(sa.select(ballots)).all()) == []


@pytest.mark.parametrize("kind", ["poll", "next", "wall"])
async def test_trying_it_shows_the_picture_and_less_of_it_where_words_are(town: Town, photo: Sent, kind: Kind) -> None:
    screen = make_screen(town)
    group = [("group", town.group.id), ("screen", screen.id), ("backdrop", photo.item_id), ("kind", kind)]
    form = [*group, ("question", "Where?"), ("option", "Here"), ("option", "There"), ("language", "en"), ("days", "3")]
    answer = await town.client("editor").post("/taking-part", data=[*form, ("do", "save")], allow_redirects=False)
    assert answer.status == 303
    socket = await tried(town, drafts(town)[0].id)
    await socket.send_json({"do": "jump", "part": "result"})
    _state, body = await looked(socket, part="result")
    with Image.open(io.BytesIO(body)) as image:
        right, left = image.getpixel((950, 530)), image.getpixel((4, 530))
    assert isinstance(right, tuple)
    assert isinstance(left, tuple)
    assert min(right[:3]) > 180
    assert max(left[:3]) < 100
    await socket.close()


async def test_the_api_takes_and_tells_the_picture(town: Town, node: FakeNode, photo: Sent) -> None:
    editor, there = town.client("editor"), f"/api/groups/{town.group.slug}/activities"
    asks = {"question": "Where?", "options": ["Here", "There"], "screens": [node.screen_id], "days": 2}
    strange = send(town, "Strange", colour="red", group_id=town.other_group.id)
    cases.approve(town, strange)
    assert (await editor.post(there, json={**asks, "backdrop": strange.item_id})).status == 422
    answer = await editor.post(there, json={**asks, "backdrop": photo.item_id})
    made = await answer.json()
    assert (answer.status, made["backdrop"], made["is_backdrop_shown"]) == (201, photo.item_id, True)
    withdraw(town, photo)
    now = await (await editor.get(f"{there}/{made['id']}")).json()
    assert (now["backdrop"], now["is_backdrop_shown"]) == (photo.item_id, False)


async def test_a_screen_has_obeyed_a_take_down_when_it_says_that_it_may_show_the_picture_no_more(
    town: Town, node: FakeNode, photo: Sent
) -> None:
    await pictured(town, node, photo)
    with_it: dict[str, Json] = {**HEALTH, "manifest_version": 0, "backdrops": [photo.sha256]}
    assert (await node.post("health", with_it)).status == 200
    withdraw(town, photo)

    def obeyed() -> list[bool]:
        found = look(town, lambda connection: take_downs.of_items(connection, [photo.item_id], town.clock()))
        return [one.obeyed_ms is not None for one in found[photo.item_id].screens]

    assert obeyed() == [False]
    town.clock.turn(60_000)
    assert (await node.post("health", with_it)).status == 200
    assert obeyed() == [False]
    town.clock.turn(5_000)
    assert (await node.post("health", {**with_it, "backdrops": []})).status == 200
    await until(lambda: obeyed() == [True])
