"""A refused film is mended by one press, looked at, submitted, approved: by whom it may be, and nothing by itself."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from content.files import place_of
from content.media.facts import MediaFacts
from content.media.mends import BLUR, Crop, Cut, Dim, Quieten, Surround, Volume
from content.media.preparation import screen
from curator import cleaning, groups, moderation
from curator.intake import Worker
from curator.library import Item, Version
from curator.mending import MOST_WAITING, part_at, with_more
from curator.safekeeping import restore_backup, write_backup
from curator.tables import audit
from tests.content.media.flash.films import make_flashing
from tests.curator.conftest import Client, Town
from tests.curator.uploading import all_items, files_below, picture, upload

FLASHING = "film.mp4"


@pytest.fixture(scope="session")
def flashing(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that flashes in its second and third second, of four."""
    return make_flashing(tmp_path_factory.mktemp("films") / FLASHING, 5, seconds=3).read_bytes()


async def refused(town: Town, body: bytes) -> Item:
    await upload(town.client("contributor"), body, filename=FLASHING, title="Disco")
    assert await Worker(town.service).do_one()
    (item,) = all_items(town)
    assert item.newest.preparation == "refused"
    return item


def buttons(page: str) -> dict[str, dict[str, list[str]]]:
    """The forms of a page that mend: the words of the button, and what it sends."""
    found = {}
    for form in re.findall(r'<form method="post" action="/items/\w+/mend">(.*?)</form>', page, re.DOTALL):
        words = re.search(r"<button[^>]*>(.*?)</button>", form)
        sent: dict[str, list[str]] = {}
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
            sent.setdefault(name, []).append(value)
        assert words
        found[words[1]] = sent
    return found


async def text(client: Client, address: str) -> str:
    answer = await client.get(address)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def press(client: Client, address: str, **fields: object) -> int:
    answer = await client.post(address, data=fields, allow_redirects=False)
    return answer.status


async def mended(town: Town, item: Item, *lines: str) -> Version:
    """The version that comes of these mends, prepared."""
    client = town.client("contributor")
    fields = [("version", item.newest.id), *(("mend", line) for line in lines)]
    answer = await client.post(f"/items/{item.id}/mend", data=fields, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    assert await Worker(town.service).do_one()
    return all_items(town)[0].newest


async def test_a_flashing_film_is_mended_by_one_press_submitted_and_approved(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    client, address = town.client("contributor"), f"/items/{item.id}"
    page = await text(client, address)
    assert "/rendition" not in page, "what flashes is never played"
    offered = buttons(page)
    assert list(offered) == ["Dim 0:01-0:04"]
    answer = await client.post(f"{address}/mend", data=_fields(offered["Dim 0:01-0:04"]), allow_redirects=False)
    assert answer.status == 303
    assert "Being prepared" in await text(client, address)
    assert await Worker(town.service).do_one()

    version = all_items(town)[0].newest
    assert (version.number, version.preparation, version.state) == (2, "ready", "draft")
    assert version.mended_from == item.newest.id
    assert isinstance(version.mends[0], Dim)
    assert version.mends[0].strength > 1
    page = await text(client, address)
    for part in ("before", "after", "rendition"):
        assert f"/files/{version.id}/{part}" in page
        assert (await client.get(f"/files/{version.id}/{part}")).status == 200
    assert "autoplay" not in page
    assert "The film as it was is not played here" in page
    assert "Dim 0:01-0:04 (strength" in page
    assert await text(town.client("moderator"), "/moderation")
    assert town.service.store.read_now(moderation.queue) == [], "its makers have not decided yet"

    assert await press(client, f"{address}/submit", version=version.id) == 303
    (waiting,) = town.service.store.read_now(moderation.queue)
    assert waiting.version_id == version.id
    case = await text(town.client("moderator"), f"/moderation/{version.id}")
    assert "Its makers had this version mended" in case
    assert "Dim 0:01-0:04 (strength" in case
    assert f"/files/{version.id}/before" in case
    moderator = town.client("moderator")
    assert await press(moderator, f"/moderation/{version.id}/approve", sha256=version.sha256 or "") == 303
    approved = all_items(town)[0].approved
    assert approved is not None
    assert approved.id == version.id
    _, screening = screen(place_of(town.service.settings.files, approved.sha256 or ""))
    assert screening is not None
    assert screening.policy == "publish"


async def test_everything_is_in_the_audit_log(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    version = await mended(town, item, "dim 0:01-0:04")
    await press(town.client("editor"), f"/items/{item.id}/submit", version=version.id)
    rows = town.service.store.read_now(
        lambda connection: connection.execute(audit.select().where(audit.c.subject == f"version:{version.id}")).all()
    )
    done = {row.action: (row.account_id, json.loads(row.detail)) for row in rows}
    assert done["version.mend"][0] == town.accounts["contributor"]
    assert done["version.mend"][1]["mends"] == "dim 0:01-0:04"
    assert done["version.mend"][1]["mended_from"] == item.newest.id
    assert done["version.submit"][0] == town.accounts["editor"]
    page = await text(town.client("administrator"), "/audit")
    assert "had a version mended of" in page


async def test_only_its_makers_may_have_it_mended_or_submit_it(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    for who in ("moderator", "programmer", "technician", "outsider"):
        client = town.client(who)
        assert (await client.get(f"/items/{item.id}/mend")).status in {403, 404}
        sent = {"version": item.newest.id, "mend": "dim 0:01-0:04"}
        assert await press(client, f"/items/{item.id}/mend", **sent) in {403, 404}
        assert await press(client, f"/items/{item.id}/submit", version=item.newest.id) in {403, 404}
    assert len(all_items(town)[0].versions) == 1


async def test_the_same_press_twice_is_one_version_and_there_are_not_too_many(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    client = town.client("contributor")
    for _ in range(2):
        assert await press(client, f"/items/{item.id}/mend", version=item.newest.id, mend="cut 0:01-0:04") == 303
    assert len(all_items(town)[0].versions) == 2
    for seconds in range(MOST_WAITING):
        await press(client, f"/items/{item.id}/mend", version=item.newest.id, mend=f"cut 0:0{seconds}-0:03")
    assert len(all_items(town)[0].versions) == 1 + MOST_WAITING


async def test_what_was_never_mended_cannot_be_submitted_and_nothing_twice(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    client = town.client("contributor")
    assert await press(client, f"/items/{item.id}/submit", version=item.newest.id) == 422
    version = await mended(town, item, "dim 0:01-0:04")
    for _ in range(2):
        assert await press(client, f"/items/{item.id}/submit", version=version.id) == 303


async def test_one_chooses_oneself_what_is_changed(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    client, address = town.client("contributor"), f"/items/{item.id}/mend"
    page = await text(client, address)
    assert 'name="from"' in page
    fields = [
        ("version", item.newest.id), ("from", "0:01"), ("to", "0:04"), ("what", "dim"), ("by", ""),
        ("from", "0:00"), ("to", "0,5"), ("what", "cut"), ("by", ""),
        ("from", "2"), ("to", "0:02.5"), ("what", "quieten"), ("by", "12"),
        ("from", ""), ("to", ""), ("what", "cut"), ("by", ""), ("volume", "6"), ("picture", "all"),
    ]  # fmt: skip
    answer = await client.post(address, data=fields, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    assert all_items(town)[0].newest.mends == (
        Dim(1_000, 4_000), Cut(0, 500), Quieten(2_000, 2_500, 12), Volume(6),
    )  # fmt: skip
    assert await Worker(town.service).do_one()
    version = all_items(town)[0].newest
    assert (version.preparation, version.duration_ms) == ("ready", 3_500)
    again = await text(client, f"{address}?version={version.id}")
    assert 'value="0:02.5"' in again
    assert '<option value="6" selected>' in again


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ({"from": "0:05", "to": "0:02"}, "ends before it begins"),
        ({"from": "soon", "to": "0:02"}, "“soon” is no place in a film"),
        ({"from": "0:01", "to": "0:02", "what": "quieten"}, "how many decibels"),
        ({}, "Choose what is to be changed"),
    ],
)
async def test_a_bad_choice_is_told_and_nothing_is_lost(
    part: dict[str, str], complaint: str, town: Town, flashing: bytes
) -> None:
    item = await refused(town, flashing)
    fields = {"version": item.newest.id, "from": "", "to": "", "what": "dim", "by": "", "volume": "0", "picture": "all"}
    answer = await town.client("contributor").post(f"/items/{item.id}/mend", data=fields | part)
    page = await answer.text()
    assert answer.status == 422
    assert complaint in page
    assert f'value="{part.get("from", "")}"' in page
    assert len(all_items(town)[0].versions) == 1


async def test_lines_that_nobody_offered_are_read_strictly(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    for line in ("rm -rf", "dim 0:03-0:01", "dim 0:01-0:02 99", "crop 0 0 1 1"):
        fields = {"version": item.newest.id, "mend": line}
        assert await press(town.client("contributor"), f"/items/{item.id}/mend", **fields) == 422


async def test_a_panorama_can_be_cropped_to_the_part_one_chooses(town: Town) -> None:
    await upload(town.client("contributor"), picture(size=(2_400, 600)), filename="wide.png")
    assert await Worker(town.service).do_one()
    (item,) = all_items(town)
    client = town.client("contributor")
    page = await text(client, f"/items/{item.id}/mend")
    assert "Which part, from left to right" in page
    assert "Parts of the film" not in page, "it is none"
    fields = {"version": item.newest.id, "picture": "part", "position": "100"}
    assert await press(client, f"/items/{item.id}/mend", **fields) == 303
    assert await Worker(town.service).do_one()
    version = all_items(town)[0].newest
    assert version.mends == (Crop(5_556, 0, 4_444, 10_000),)
    assert (version.kind, version.state) == ("still", "draft")
    assert abs(version.width * 9 - version.height * 16) <= 16
    page = await text(client, f"/items/{item.id}")
    assert f"/files/{version.id}/before" in page


async def test_an_upright_picture_is_offered_a_surround_and_its_colour_can_be_chosen(town: Town) -> None:
    await upload(town.client("contributor"), picture(size=(600, 1_200)), filename="upright.png")
    assert await Worker(town.service).do_one()
    (item,) = all_items(town)
    client, address = town.client("contributor"), f"/items/{item.id}/mend"
    offered = buttons(await text(client, f"/items/{item.id}"))
    assert offered["Fill the screen around the picture with the picture itself, blurred"]["mend"] == ["surround blur"]
    assert (item.newest.width, item.newest.height) == (600, 1_200), "offered, not done"
    fields = {"version": item.newest.id, "picture": "all", "surround": "colour"}
    assert await press(client, address, **fields, ground="red") == 422
    assert await press(client, address, **fields, ground="#305030") == 303
    assert await Worker(town.service).do_one()
    version = all_items(town)[0].newest
    assert version.mends == (Surround("#305030"),)
    assert abs(version.width * 9 - version.height * 16) <= 16
    page = await text(client, f"/items/{item.id}")
    assert "Fill the screen around the picture with the colour #305030" in page
    assert f"/files/{version.id}/before" in page
    chosen = await text(client, f"{address}?version={version.id}")
    assert re.search(r'value="colour" id="in-colour" checked', chosen)
    assert 'name="ground" value="#305030"' in chosen


def a_picture_of(width: int, height: int) -> MediaFacts:
    sides = {"width": width, "height": height, "shown_width": width, "shown_height": height}
    return MediaFacts(
        kind="still", container="PNG", video_codec="PNG", pixel_format="RGB", rotation=0, fps_num=0, fps_den=1,
        duration_ms=0, frames=1, has_sound=False, sound=(), captions=(), interlaced=False, high_dynamic_range=False,
        loudness_clufs=0, size_bytes=1, **sides,
    )  # fmt: skip


def test_a_part_is_offered_only_where_there_is_something_to_choose() -> None:
    assert part_at(a_picture_of(1_920, 1_080), 50) is None
    assert part_at(a_picture_of(1_000, 20), 50) is None
    assert part_at(a_picture_of(4_000, 1_000), 0) == Crop(0, 0, 4_444, 10_000)
    assert part_at(a_picture_of(1_080, 1_920), 100) == Crop(0, 6_836, 10_000, 3_164)


async def test_a_further_mend_is_added_and_a_new_one_of_the_same_replaces_the_old(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    version = await mended(town, item, "dim 0:01-0:04 1")
    assert version.preparation == "refused"
    assert with_more(version, (Dim(1_000, 4_000),)) == (Dim(1_000, 4_000),)
    assert with_more(version, (Cut(0, 500),)) == (Dim(1_000, 4_000, 1), Cut(0, 500))
    filled = replace(version, mends=(Dim(1_000, 4_000, 1), Surround(BLUR)))
    assert with_more(filled, (Surround("#203040"),)) == (Dim(1_000, 4_000, 1), Surround("#203040"))


async def test_the_original_is_kept_as_long_as_the_page_says(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    page = await text(town.client("contributor"), f"/items/{item.id}")
    assert "is kept for this until" in page
    original = place_of(town.service.settings.originals, item.newest.upload_sha256)
    town.clock.turn((town.service.settings.keep_days * 24 - 1) * 3_600_000)
    await cleaning.clean(town.service)
    assert original.is_file()
    version = await mended(town, item, "dim 0:01-0:04")
    town.clock.turn(2 * 3_600_000)
    await cleaning.clean(town.service)
    assert original.is_file(), "the mended version is made of it too"
    town.clock.turn(town.service.settings.keep_days * 86_400_000)
    await cleaning.clean(town.service)
    assert all_items(town)[0].newest.cleaned_ms is not None, "nobody submitted it"
    assert files_below(town.service.settings.files) == files_below(town.service.settings.originals) == []
    answer = await town.client("contributor").post(
        f"/items/{item.id}/mend", data={"version": version.id, "mend": "dim 0:01-0:04"}
    )
    assert answer.status == 422
    assert "no longer kept" in await answer.text()
    assert "We can try to mend it" not in await text(town.client("contributor"), f"/items/{item.id}")


async def test_a_backup_keeps_what_may_still_be_mended(town: Town, flashing: bytes, tmp_path: Path) -> None:
    item = await refused(town, flashing)
    await mended(town, item, "dim 0:01-0:04")
    write_backup(town.service.settings.data, tmp_path / "backup.tar")
    restore_backup(tmp_path / "backup.tar", tmp_path / "restored")
    restored = {path.name for path in files_below(tmp_path / "restored")}
    newest = all_items(town)[0].newest
    assert {item.newest.upload_sha256, newest.before_sha256, newest.after_sha256} <= restored


async def test_mending_takes_no_room_for_the_original_twice(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    version = await mended(town, item, "dim 0:01-0:04")
    stored = town.service.store.read_now(lambda connection: groups.stored_bytes(connection, town.group.id))
    assert stored == len(flashing) + version.size_bytes


async def test_a_replaced_version_is_told_as_replaced(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    for lines in (("dim 0:01-0:04",), ("dim 0:01-0:04", "volume 6")):
        version = await mended(town, all_items(town)[0], *lines)
        await press(town.client("contributor"), f"/items/{item.id}/submit", version=version.id)
        sent = {"sha256": version.sha256 or ""}
        assert await press(town.client("moderator"), f"/moderation/{version.id}/approve", **sent) == 303
    page = await text(town.client("contributor"), f"/items/{item.id}")
    assert "Replaced" in page


async def test_it_is_told_in_vietnamese(town: Town, flashing: bytes) -> None:
    item = await refused(town, flashing)
    client = town.client("contributor")
    await client.post("/language", data={"language": "vi", "back": "/"})
    assert list(buttons(await text(client, f"/items/{item.id}"))) == ["Làm dịu 0:01-0:04"]


def _fields(sent: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in sent.items() for value in values]
