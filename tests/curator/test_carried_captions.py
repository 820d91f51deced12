"""Captions that a group added to a film go along: when it is mended, at its times, and to a variant of it."""

from pathlib import Path

from content.captions import read_webvtt
from content.files import place_of
from curator import captions, variants
from curator.captions import Track
from curator.intake import Worker
from curator.library import Item, Version
from tests.curator.cases import Sent, look
from tests.curator.conftest import Town
from tests.curator.test_captions import add
from tests.curator.uploading import all_items, upload
from tests.media.scenes import make_scenes, panned, scene

SPOKEN = "1\n00:00:00,500 --> 00:00:01,500\nGone\n\n2\n00:00:02,000 --> 00:00:04,000\nTới muộn\n"


async def captioned(town: Town, folder: Path) -> Item:
    """A film of six seconds with captions its group added."""
    film = make_scenes(folder / "boats.mp4", panned(scene(1, (426, 240)), 180))
    await upload(town.client("contributor"), film.read_bytes(), filename="boats.mp4", title="Boats")
    assert await Worker(town.service).do_one()
    (item,) = all_items(town)
    status, page = await add(town, Sent(item.id, item.newest.id, item.newest.sha256 or ""), SPOKEN)
    assert status == 303, page
    return item


async def mended(town: Town, item: Item, *lines: str) -> Version:
    fields = [("version", item.newest.id), *(("mend", line) for line in lines)]
    answer = await town.client("contributor").post(f"/items/{item.id}/mend", data=fields, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    assert await Worker(town.service).do_one()
    return all_items(town)[0].newest


def tracks(town: Town, version: Version) -> list[Track]:
    return look(town, lambda connection: captions.of_version(connection, version.id))


def times(town: Town, track: Track) -> list[tuple[int, int, str]]:
    text = read_webvtt(place_of(town.service.settings.files, track.sha256).read_bytes())
    return [(cue.start_ms, cue.end_ms, cue.lines[0].text) for cue in text.cues]


async def test_they_keep_their_times_where_nothing_is_cut(town: Town, tmp_path: Path) -> None:
    item = await captioned(town, tmp_path)
    version = await mended(town, item, "volume 3", "dim 0:01-0:02 1")
    (track,) = tracks(town, version)
    (before,) = tracks(town, item.newest)
    assert (track.sha256, track.language, track.state) == (before.sha256, "vi", "submitted")
    assert track.file_name == before.file_name


async def test_they_move_with_what_is_cut_out_and_back_when_it_is_cut_no_more(town: Town, tmp_path: Path) -> None:
    item = await captioned(town, tmp_path)
    version = await mended(town, item, "cut 0:00-0:01.5")
    (track,) = tracks(town, version)
    assert times(town, track) == [(500, 2_500, "Tới muộn")]
    again = await mended(town, all_items(town)[0], "volume 3")
    (back,) = tracks(town, again)
    assert times(town, back) == [(2_000, 4_000, "Tới muộn")]


async def test_captions_shown_only_in_what_is_cut_out_are_left_behind(town: Town, tmp_path: Path) -> None:
    item = await captioned(town, tmp_path)
    version = await mended(town, item, "cut 0:00-0:04")
    assert tracks(town, version) == []
    assert len(tracks(town, item.newest)) == 1


async def test_those_of_an_item_go_along_to_its_variant_and_wait_with_it(town: Town, tmp_path: Path) -> None:
    item = await captioned(town, tmp_path)
    variant_id = town.service.store.run_now(
        lambda connection: variants.create(
            connection, item.id, name="Upright", targets=["shape:upright"], now_ms=town.clock(),
            by=town.accounts["editor"],
        )
    )  # fmt: skip
    tall = make_scenes(tmp_path / "tall.mp4", panned(scene(2, (240, 426)), 180))
    await upload(town.client("contributor"), tall.read_bytes(), item=item.id, variant=variant_id)
    assert await Worker(town.service).do_one()
    (version,) = all_items(town)[0].variants[0].versions
    assert (version.preparation, version.state, version.duration_ms) == ("ready", "submitted", item.newest.duration_ms)
    (track,) = tracks(town, version)
    (before,) = tracks(town, item.newest)
    assert (track.sha256, track.language, track.state) == (before.sha256, "vi", "submitted")
