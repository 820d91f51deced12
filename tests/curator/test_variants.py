"""Variants of an item: decided about one by one, shown where they fit; the programme is the same on every screen."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from content.manifest import Manifest, open_sealed
from content.media.facts import Prepared, Rendition
from content.media.mends import Cut
from content.media.profiles import profile_named
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from curator import cleaning, library, moderation, sites, take_downs, uploads, variants
from curator.library import Variant
from curator.not_decided import OwnWork
from curator.programme.rules import SiteConditions
from curator.publishing import Publisher
from curator.screens import Arrangement, Screen, ScreenWords, arrange, create
from curator.store import Connection
from curator.tables import audit, manifests
from curator.variants import BadVariant
from curator.wholeness import check_everything
from tests.curator.calls import problem, told
from tests.curator.cases import Sent, approve, item_of, keep, look, picture, send, send_version, somebody, version_of
from tests.curator.conftest import MakeTown, Town
from tests.curator.programme import things
from tests.curator.test_api_more import made as made_by_api
from tests.curator.uploading import upload

HOUSE = profile_named("house")
HOURS_MS = 5 * 3_600_000
SIZES = {"Facade": (192, 96), "Shop window": (1080, 1920), "Cube": (1080, 1080), "Library": (1920, 1080)}


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town that looks one day ahead and publishes only when told to."""
    return await make_town(plan_days=1, running_list_hours=6)


def screens(town: Town) -> dict[str, Screen]:
    """A screen of each kind, on which the youth club has all the time."""

    def make(connection: Connection, name: str, size: tuple[int, int]) -> Screen:
        words = ScreenWords(name, "", "Europe/London", "en", *size)
        return create(connection, words, now_ms=town.clock(), by=town.accounts["programmer"])

    made = {name: things.run(town, partial(make, name=name, size=size)) for name, size in SIZES.items()}
    for screen in made.values():
        things.share(town, screen, group=1)
    return made


def add(town: Town, sent: Sent, *targets: str, name: str = "Upright") -> str:
    return things.run(
        town,
        lambda connection: variants.create(
            connection, sent.item_id, name=name, targets=targets, now_ms=town.clock(), by=town.accounts["editor"]
        ),
    )


def film(town: Town, sent: Sent, variant_id: str, colour: str = "plum") -> Sent:
    """The variant's file, prepared and waiting."""
    return send_version(town, sent.item_id, kind="video", colour=colour, variant_id=variant_id)


async def published(town: Town, *known: Screen) -> list[Manifest]:
    """The newest manifest of each screen, as its node would open it."""
    publisher = Publisher(town.service)
    await publisher.publish_due()
    assert await publisher.publish_due() == []
    assert publisher.faults == {}
    key = town.service.key.public

    def newest(connection: Connection, screen: Screen) -> bytes:
        query = sa.select(manifests.c.envelope).where(manifests.c.screen_id == screen.id)
        return bytes(connection.execute(query.order_by(manifests.c.version.desc()).limit(1)).scalar_one())

    return [open_sealed(look(town, partial(newest, screen=screen)), {key.key_id: key}) for screen in known]


def shown(manifest: Manifest) -> list[str]:
    """The hashes of what its items show."""
    return sorted(item.sha256 for item in manifest.items.values())


async def test_each_screen_shows_its_variant_at_the_same_instant_of_the_same_plan(town: Town) -> None:
    known, sent = screens(town), send(town, kind="video")
    approve(town, sent)
    tall = film(town, sent, add(town, sent, "shape:upright"))
    dots = film(town, sent, add(town, sent, f"screen:{known['Facade'].id}", "shape:square", name="Few"), "navy")
    approve(town, tall)
    approve(town, dots)
    library_, window, cube, facade = await published(
        town, *(known[n] for n in ("Library", "Shop window", "Cube", "Facade"))
    )
    assert [shown(one) for one in (library_, window, cube, facade)] == [
        [sent.sha256], [tall.sha256], [dots.sha256], [dots.sha256],
    ]  # fmt: skip
    assert library_.plan == window.plan == cube.plan == facade.plan
    assert library_.digests == facade.digests
    assert {need.sha256 for need in window.files} == {tall.sha256}
    assert item_of(town, sent).approved_version_id == sent.version_id


async def test_a_variant_plays_nowhere_before_somebody_else_allows_its_own_bytes_and_only_there(town: Town) -> None:
    known, sent = screens(town), send(town, kind="video")
    approve(town, sent)
    tall = film(town, sent, add(town, sent, "shape:upright"))
    window = known["Shop window"]
    assert shown((await published(town, window))[0]) == [sent.sha256]
    waiting = look(town, moderation.queue)
    assert [(one.version_id, one.variant) for one in waiting] == [(tall.version_id, "Upright")]
    with pytest.raises(OwnWork):
        approve(town, tall, somebody(town, "editor"))
    things.run(
        town,
        lambda connection: moderation.approve(
            connection, tall.version_id, tall.sha256, moderator=somebody(town, "moderator"), key=town.service.key,
            now_ms=town.clock(), places=(known["Cube"].id,),
        ),
    )  # fmt: skip
    assert shown((await published(town, window))[0]) == [sent.sha256]


async def test_a_newer_file_of_a_variant_waits_beside_the_one_that_plays_and_touches_nothing_else(town: Town) -> None:
    known, sent = screens(town), send(town, kind="video")
    approve(town, sent)
    variant_id = add(town, sent, "shape:upright")
    tall = film(town, sent, variant_id)
    approve(town, tall)
    better, itself = film(town, sent, variant_id, "green"), send_version(town, sent.item_id, kind="video", colour="red")
    assert {one.version_id for one in look(town, moderation.queue)} == {better.version_id, itself.version_id}
    assert shown((await published(town, known["Shop window"]))[0]) == [tall.sha256]
    approve(town, better)
    assert [version_of(town, one).state for one in (sent, tall, better, itself)] == [
        "approved", "draft", "approved", "submitted",
    ]  # fmt: skip
    window, library_ = await published(town, known["Shop window"], known["Library"])
    assert (shown(window), shown(library_)) == ([better.sha256], [sent.sha256])


async def test_where_the_item_has_another_length_now_its_own_file_plays_everywhere(town: Town) -> None:
    known, sent = screens(town), send(town, kind="video")
    approve(town, sent)
    tall = film(town, sent, add(town, sent, "shape:upright"))
    approve(town, tall)
    longer = send_version(town, sent.item_id, kind="video", colour="red", duration_ms=11_000)
    approve(town, longer)
    assert shown((await published(town, known["Shop window"]))[0]) == [longer.sha256]
    page = await (await town.client("editor").get(f"/items/{sent.item_id}/variants")).text()
    assert "The item has another length now" in page


async def test_a_variant_that_is_removed_or_of_an_item_that_is_withdrawn_is_off_and_handed_out_no_more(
    town: Town,
) -> None:
    known, sent = screens(town), send(town, kind="video")
    approve(town, sent)
    one, other = add(town, sent, "shape:upright"), add(town, sent, "shape:square", name="Square")
    tall, square = film(town, sent, one), film(town, sent, other, "navy")
    approve(town, tall)
    approve(town, square)
    await published(town, known["Cube"])
    client = town.client("editor")
    answer = await client.post(f"/items/{sent.item_id}/variants/{one}/remove", allow_redirects=False)
    assert answer.status == 303
    assert shown((await published(town, known["Shop window"]))[0]) == [sent.sha256]
    assert (await town.client().get(f"/files/{tall.version_id}/rendition")).status == 404
    assert (await town.client().get(f"/files/{square.version_id}/rendition")).status == 200
    assert version_of(town, tall).state == "withdrawn"
    things.run(
        town, lambda c: library.withdraw(c, sent.item_id, now_ms=town.clock(), by=town.accounts["editor"])
    )  # fmt: skip
    assert square.sha256 in look(town, lambda c: take_downs._files_of(c, sent.item_id))
    assert shown((await published(town, known["Cube"]))[0]) == []
    assert (await town.client().get(f"/files/{square.version_id}/rendition")).status == 404


async def test_files_of_a_variant_that_was_removed_go_after_the_days_and_those_that_play_stay(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    gone, stays = add(town, sent, "shape:upright"), add(town, sent, "shape:low", name="Dots")
    first, second = film(town, sent, gone), film(town, sent, stays, "navy")
    approve(town, first)
    approve(town, second)
    things.run(
        town, lambda c: variants.remove(c, sent.item_id, gone, now_ms=town.clock(), by=town.accounts["editor"])
    )  # fmt: skip
    town.clock.turn(40 * cleaning.DAY_MS)
    await cleaning.clean(town.service)
    assert version_of(town, first).sha256 is None
    assert version_of(town, second).sha256 == second.sha256
    assert look(town, moderation.queue) == []
    assert check_everything(town.service.settings.data) == []


async def test_where_nothing_may_move_a_picture_stands_in_for_a_film(town: Town) -> None:
    known, sent = screens(town), send(town, kind="video")
    approve(town, sent)
    poster = send_version(town, sent.item_id, kind="still", variant_id=add(town, sent, "shape:landscape"))
    approve(town, poster)

    def calm(connection: Connection) -> None:
        by, now_ms = town.accounts["programmer"], town.clock()
        site = sites.put(connection, "", "Crossing", SiteConditions(static_only=True), now_ms=now_ms, by=by)
        for name in ("Library", "Cube"):
            arrange(connection, known[name].id, Arrangement(site_id=site.id), now_ms=now_ms, by=by)

    things.run(town, calm)
    library_, cube = await published(town, known["Library"], known["Cube"])
    assert (shown(library_), shown(cube)) == ([poster.sha256], [])
    (item,) = library_.items.values()
    assert (item.kind, item.moves) == ("still", False)


def made(duration_ms: int, kind: str = "video") -> Prepared:
    rendition = Rendition(
        Path("gone"), "0" * 64, 1, "video/mp4", "still" if kind == "still" else "video", 1080, 1920, 30, 1, 1,
        duration_ms, has_sound=False,
    )  # fmt: skip
    return Prepared("accepted", rendition=rendition)


async def test_preparation_refuses_a_film_that_is_not_as_long_and_offers_to_cut_what_is_too_much(town: Town) -> None:
    sent = send(town, kind="video")
    waits = version_of(town, film(town, sent, add(town, sent, "shape:upright")))

    def fitted(prepared: Prepared) -> Prepared:
        return look(town, lambda c: variants.fitted(c, waits, prepared, HOUSE))

    assert fitted(made(10_000)).verdict == "accepted"
    late = fitted(made(10_001))
    assert (late.verdict, late.rendition, late.files, late.offers) == ("refused", None, (), ())
    assert late.reasons[0].sentence == "This lasts 10001 ms, but the item it is a variant of lasts 10000 ms."
    assert fitted(made(10_700)).offers[0].mends == (Cut(10_000, 10_700),)
    assert fitted(made(9_900)).offers == ()
    held = fitted(made(8_000, "still"))
    assert held.rendition is not None
    assert (held.verdict, held.rendition.duration_ms) == ("accepted", 10_000)
    itself = version_of(town, sent)
    assert look(town, lambda c: variants.fitted(c, itself, made(9), HOUSE)) == made(9)


@pytest.mark.parametrize(
    ("name", "targets", "why"),
    [
        ("", ["shape:upright"], "A variant's name has 1 to 60 characters."),
        ("x" * 61, ["shape:upright"], "A variant's name has 1 to 60 characters."),
        ("Tall", [], "Choose the screens that the variant is for."),
        ("Tall", ["shape:round"], "There is no such place any more. Choose another."),
        ("Tall", ["role:x"], "There is no such place any more. Choose another."),
        ("Tall", ["shape:square"], "Some of these screens have the variant “Cube” already."),
    ],
)
async def test_a_variant_is_for_screens_of_which_none_has_another(
    town: Town, name: str, targets: list[str], why: str
) -> None:
    sent = send(town)
    add(town, sent, "shape:square", name="Cube")
    with pytest.raises(BadVariant) as refused:
        add(town, sent, *targets, name=name)
    assert refused.value.told() == why


async def test_whatever_names_a_screen_more_closely_goes_first(town: Town) -> None:
    facade = replace(screens(town)["Facade"], tags=("bridge",), site_id="s1", screen_group_id="g1")
    order = ["shape:landscape", "shape:low", "tag:bridge", "site:s1", "screen_group:g1", f"screen:{facade.id}"]
    known = [Variant(target, "i", target, (target, "shape:upright"), None, 0) for target in order]
    assert [one.id for one in variants.by_fit(known, facade)] == order[::-1]
    elsewhere = replace(facade, id="x", width=1080, height=1080, tags=(), site_id=None, screen_group_id=None)
    assert variants.by_fit(known, elsewhere) == []


async def test_a_group_uploads_a_variant_from_its_page_and_a_moderator_sees_the_pictures_side_by_side(
    town: Town,
) -> None:
    sent, editor = send(town), town.client("editor")
    form = {"name": "Upright", "target": "shape:upright"}
    answer = await editor.post(f"/items/{sent.item_id}/variants", data=form, allow_redirects=False)
    (variant,) = item_of(town, sent).variants
    assert answer.headers["Location"] == f"/library/youth-club/upload?item={sent.item_id}&variant={variant.id}"
    assert "The variant “Upright” of “Skate day”" in await (await editor.get(answer.headers["Location"])).text()
    body = picture("orange", (180, 320))
    done = await upload(editor, body, item=sent.item_id, variant=variant.id)
    assert done.headers["Commonscreen-Outcome"] == "made"
    item = item_of(town, sent)
    assert [one.variant_id for one in item.variants[0].versions] == [variant.id]
    assert [one.id for one in item.versions] == [sent.version_id]
    tall = film(town, sent, variant.id)
    page = await (await town.client("moderator").get(f"/moderation/{tall.version_id}")).text()
    assert "Variant: Upright" in page
    assert f"/files/{sent.version_id}/thumbnail" in page
    assert "Upright" in await (await town.client("moderator").get("/moderation")).text()
    actions = sa.select(audit.c.action).where(audit.c.subject == f"item:{sent.item_id}")
    assert "variant.create" in look(town, lambda c: c.execute(actions).scalars().all())


async def test_a_variant_may_be_of_a_file_that_stands_in_the_library_as_an_item(town: Town) -> None:
    sent, editor = send(town), town.client("editor")
    body = picture("orange", (180, 320))
    assert (await upload(editor, body)).headers["Commonscreen-Outcome"] == "made"
    variant_id = add(town, sent, "shape:upright")
    done = await upload(editor, body, item=sent.item_id, variant=variant_id)
    assert (done.headers["Commonscreen-Item"], done.headers["Commonscreen-Outcome"]) == (sent.item_id, "made")
    again = await upload(editor, body, item=sent.item_id, variant=variant_id)
    assert again.headers["Commonscreen-Outcome"] == "held"


async def test_nobody_uploads_to_the_variant_of_another_item_or_group(town: Town) -> None:
    mine, other = send(town), send(town, "Other")
    variant_id = add(town, other, "shape:upright")
    body = picture("navy")

    def begin(item_id: str, group_id: str) -> None:
        wanted = uploads.Wanted(group_id, "a.png", "", len(body), item_id=item_id, variant_id=variant_id)
        things.run(town, lambda c: uploads.begin(c, wanted, largest_bytes=1 << 30, now_ms=town.clock(), life_ms=1))

    for item_id, group_id in ((mine.item_id, town.group.id), (other.item_id, town.other_group.id)):
        with pytest.raises(uploads.NoSuchTarget):
            begin(item_id, group_id)
    outsider = town.client("outsider")
    address = f"/items/{other.item_id}/variants"
    assert [(await outsider.get(address)).status, (await outsider.post(address, data={})).status] == [404, 404]
    assert keep(town, body)


async def test_programs_add_change_and_remove_variants_and_are_told_of_what_waits(town: Town) -> None:
    sent, client = send(town, kind="video"), town.client("editor")
    address = f"/api/items/{sent.item_id}/variants"
    tall = {"name": "Upright", "targets": ["shape:upright"]}
    (one,) = (await made_by_api(client, address, tall))["variants"]
    assert await problem(await client.post(address, json=tall)) == (422, "bad_variant")
    dots = {"name": "Dots", "targets": ["shape:low"]}
    answer = await client.put(f"{address}/{one['id']}", json=dots)
    assert (await answer.json())["variants"][0]["targets"] == ["shape:low"]
    waits = film(town, sent, one["id"])
    seen = await told(client, address)
    assert (seen["length_ms"], seen["variants"][0]["versions"][0]["id"]) == (10_000, waits.version_id)
    moderator = town.client("moderator")
    queue = (await told(moderator, "/api/moderation/queue"))["waiting"]
    assert sorted((row["version"], row["variant"]) for row in queue) == sorted(
        [(sent.version_id, ""), (waits.version_id, "Dots")]
    )
    assert (await told(moderator, f"/api/moderation/versions/{waits.version_id}"))["variant"] == "Dots"
    assert (await client.delete(f"{address}/{one['id']}")).status == 204
    assert (await told(client, address))["variants"] == []


@pytest.mark.parametrize("freeze_minutes", [15, 0])
async def test_screens_stay_in_step_when_one_of_them_gets_a_variant(make_town: MakeTown, freeze_minutes: int) -> None:
    town = await make_town(plan_days=1, running_list_hours=6, freeze_minutes=freeze_minutes)
    known = screens(town)
    lies, stands = known["Library"], known["Shop window"]
    for screen in (lies, stands):
        things.share(town, screen, group=2, other_group=1)
    sent = send(town, kind="video")
    approve(town, sent)
    for number, length_ms in enumerate((7_000, 12_000, 31_000, 9_000)):
        other = town.other_group.id if number % 2 else None
        things.approved_item(town, f"Other {number}", group_id=other, duration_ms=length_ms)
    await published(town, lies, stands)
    town.clock.turn(17 * 60_000 + 5_555)
    tall = film(town, sent, add(town, sent, "shape:upright"))
    approve(town, tall)
    both = await published(town, lies, stands)
    assert [tall.sha256 in shown(one) for one in both] == [False, True]
    from_ms = town.clock()
    lines = [Programme(read_plan(Reader(one.plan))).events(from_ms, from_ms + HOURS_MS) for one in both]
    plays = [[(event.start_ms, event.item) for event in line] for line in lines]
    assert plays[0] == plays[1]
    approval = both[1].approval_of(tall.sha256)
    assert approval is not None
    assert approval.approval.allows(stands.id, from_ms - 60_000)
