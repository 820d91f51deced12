"""Watched folders: what is dropped there arrives once, when it is whole, and people find out what became of it."""

import asyncio
import os
from pathlib import Path

import pytest

from curator import groups, receiving
from curator.inbox import Inboxes
from curator.intake import Worker
from curator.store import Connection
from curator.tables import uploads
from tests.curator.conftest import MakeTown, Town
from tests.curator.uploading import all_items, files_below, open_uploads, picture, upload

ROUNDS = 400


@pytest.fixture
async def quick_town(make_town: MakeTown) -> Town:
    """A town whose folders settle at once; its folders exist."""
    town = await make_town(settle_seconds=0)
    await Inboxes(town.service).look()
    return town


def folder(town: Town) -> Path:
    return town.service.settings.inboxes / "youth-club"


async def settle(town: Town, inboxes: Inboxes | None = None) -> None:
    """Looks until there is nothing left to wait for."""
    inboxes = inboxes or Inboxes(town.service)
    for _ in range(ROUNDS):
        if not await inboxes.look():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to rest")


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


async def test_a_dropped_file_arrives_as_that_group_and_moves_to_done(quick_town: Town) -> None:
    (folder(quick_town) / "summer_party.png").write_bytes(picture())
    await settle(quick_town)
    (item,) = all_items(quick_town)
    assert (item.group_id, item.title, item.newest.created_by) == (quick_town.group.id, "summer party", None)
    assert names(folder(quick_town)) == ["done", "refused"]
    assert (folder(quick_town) / "done" / "summer_party.png").read_bytes() == picture()


async def test_a_new_group_gets_its_folder(quick_town: Town) -> None:
    quick_town.service.store.run_now(
        lambda connection: groups.create(
            connection, name="Allotments", about="", quota_bytes=1, is_house=False, now_ms=1, by=None
        )
    )
    await settle(quick_town)
    assert names(quick_town.service.settings.inboxes / "allotments") == ["done", "refused"]


async def test_a_slow_copy_is_taken_when_it_is_whole(make_town: MakeTown) -> None:
    town = await make_town(settle_seconds=0.2)
    inboxes, body = Inboxes(town.service), picture(size=(640, 360)) + os.urandom(300_000)
    await inboxes.look()
    path = folder(town) / "slow.png"
    with path.open("wb") as stream:
        for start in range(0, len(body), 20_000):
            stream.write(body[start : start + 20_000])
            stream.flush()
            assert await inboxes.look()
            assert all_items(town) == []
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        # Long unchanged, but whoever writes it has not closed it yet.
        assert await inboxes.look()
        assert all_items(town) == []
    await settle(town, inboxes)
    assert all_items(town)[0].newest.upload_bytes == len(body)


async def test_unfinished_downloads_hidden_files_links_and_done_ones_are_left_alone(quick_town: Town) -> None:
    place, secret = folder(quick_town), quick_town.service.settings.data / "secret.png"
    secret.write_bytes(picture("black"))
    for name in (".hidden.png", "a.png.part", "b.crdownload", "~$c.png", "d.tmp", "Thumbs.db"):
        (place / name).write_bytes(picture())
    (place / "link.png").symlink_to(secret)
    (place / "way-out").symlink_to(quick_town.service.settings.data, target_is_directory=True)
    os.mkfifo(place / "pipe.png")
    (place / "done" / "old.png").write_bytes(picture())
    await settle(quick_town)
    assert all_items(quick_town) == []


async def test_a_download_that_gets_its_real_name_is_taken(quick_town: Town) -> None:
    part = folder(quick_town) / "a.png.part"
    part.write_bytes(picture())
    await settle(quick_town)
    part.rename(folder(quick_town) / "a.png")
    await settle(quick_town)
    assert [item.title for item in all_items(quick_town)] == ["a"]


async def test_a_copied_folder_is_looked_into(quick_town: Town) -> None:
    inside = folder(quick_town) / "USB stick" / "2026"
    inside.mkdir(parents=True)
    (inside / "a.png").write_bytes(picture("red"))
    (inside / "b.png").write_bytes(picture("blue"))
    await settle(quick_town)
    assert {item.title for item in all_items(quick_town)} == {"a", "b"}
    assert names(folder(quick_town) / "done") == ["a.png", "b.png"]


async def test_the_same_bytes_again_are_told_and_add_nothing(quick_town: Town) -> None:
    await upload(quick_town.client("editor"), picture(), title="By hand")
    (folder(quick_town) / "again.png").write_bytes(picture())
    await settle(quick_town)
    assert [item.title for item in all_items(quick_town)] == ["By hand"]
    assert "By hand" in (folder(quick_town) / "done" / "again.png.txt").read_text()


async def test_two_files_of_one_name_are_both_kept(quick_town: Town) -> None:
    for colour in ("red", "blue"):
        (folder(quick_town) / "a.png").write_bytes(picture(colour))
        await settle(quick_town)
    assert names(folder(quick_town) / "done") == ["a (2).png", "a.png"]
    assert len(all_items(quick_town)) == 2


async def test_an_empty_or_too_large_file_is_refused_with_the_reason_beside_it(make_town: MakeTown) -> None:
    town = await make_town(settle_seconds=0, largest_upload_bytes=2000)
    await Inboxes(town.service).look()
    (folder(town) / "empty.png").write_bytes(b"")
    (folder(town) / "large.mp4").write_bytes(bytes(2001))
    await settle(town)
    assert names(folder(town) / "refused") == ["empty.png", "empty.png.txt", "large.mp4", "large.mp4.txt"]
    assert "empty" in (folder(town) / "refused" / "empty.png.txt").read_text()
    assert all_items(town) == []


async def test_what_preparation_refuses_later_moves_to_refused_with_what_to_do(quick_town: Town) -> None:
    (folder(quick_town) / "letter.png").write_text("Dear council")
    (folder(quick_town) / "sea.png").write_bytes(picture())
    await settle(quick_town)
    worker = Worker(quick_town.service)
    while await worker.do_one():
        pass
    await settle(quick_town)
    assert names(folder(quick_town) / "done") == ["sea.png"]
    words = (folder(quick_town) / "refused" / "letter.png.txt").read_text()
    assert "not a picture or a video" in words
    assert "upload" in words


async def test_a_crash_between_taking_and_moving_takes_nothing_twice(quick_town: Town) -> None:
    path = folder(quick_town) / "letter.png"
    path.write_text("not media: refused soon, so the same bytes would be taken again")
    os.utime(path, ns=(1, 1))
    await settle(quick_town)
    while await Worker(quick_town.service).do_one():
        pass
    back = folder(quick_town) / "done" / "letter.png"
    back.rename(path)  # as if the move had not happened before the power went
    await settle(quick_town)
    assert len(all_items(quick_town)) == 1
    assert not path.exists()


async def test_a_copy_cut_short_by_a_crash_starts_again(quick_town: Town) -> None:
    path = folder(quick_town) / "a.png"
    path.write_bytes(picture())
    inboxes = Inboxes(quick_town.service)
    await settle(quick_town, inboxes)
    quick_town.service.store.run_now(unfinish)
    (folder(quick_town) / "done" / "a.png").rename(path)
    await settle(quick_town, inboxes)
    assert open_uploads(quick_town) == []
    assert len(all_items(quick_town)) == 1
    assert files_below(quick_town.service.settings.incoming) == []


def unfinish(connection: Connection) -> None:
    changes = {"finished_ms": None, "sha256": None, "version_id": None, "item_id": None, "outcome": ""}
    connection.execute(uploads.update().values(**changes))


async def test_a_full_disk_leaves_the_file_where_it_is(make_town: MakeTown) -> None:
    town = await make_town(settle_seconds=0, spare_disk_bytes=1 << 60)
    inboxes = Inboxes(town.service)
    await inboxes.look()
    (folder(town) / "a.png").write_bytes(picture())
    for _ in range(3):
        await inboxes.look()
    assert "a.png" in names(folder(town))
    assert all_items(town) == []


async def test_a_done_folder_that_is_a_link_takes_nothing_anywhere(quick_town: Town) -> None:
    elsewhere = quick_town.service.settings.data / "elsewhere"
    elsewhere.mkdir()
    (folder(quick_town) / "done").rmdir()
    (folder(quick_town) / "done").symlink_to(elsewhere, target_is_directory=True)
    (folder(quick_town) / "a.png").write_bytes(picture())
    await settle(quick_town)
    assert (names(elsewhere), all_items(quick_town)) == ([], [])


async def test_a_name_that_is_not_utf8_arrives_all_the_same(quick_town: Town) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (folder(quick_town) / name).write_bytes(picture())
    await settle(quick_town)
    assert len(all_items(quick_town)) == 1
    assert names(folder(quick_town) / "done") == [name]


async def test_the_running_service_watches(make_town: MakeTown) -> None:
    town = await make_town(settle_seconds=0.05, folders_watched=True)
    async with asyncio.timeout(20):
        await until_there(folder(town) / "refused")
        (folder(town) / "a.png").write_bytes(picture())
        await until_there(folder(town) / "done" / "a.png")
    await receiving.tidy(town.service)
    assert [item.title for item in all_items(town)] == ["a"]


async def until_there(path: Path) -> None:
    while not await asyncio.to_thread(path.exists):  # noqa: ASYNC110 - nobody tells us but the disk
        await asyncio.sleep(0.01)
