"""The files on the disk: fetched whole, resumed, checked, evicted, never shown when they are not what was approved."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from content.clock import now_ms
from content.files import place_of
from content.manifest import NeededFile
from display_node.agent.cache import Cache
from display_node.agent.cues import Shelf
from display_node.agent.curator import Curator, CuratorAway, new_session
from display_node.agent.downloads import fetch
from display_node.config import DataFolder
from tests.display_node.agent.making import (
    ListeningPlayer,
    agent,
    agent_process,
    body_of,
    fact,
    faults,
    sealed,
    sha_of,
    status,
    version,
)
from tests.fakes.curator import NODE, FakeCurator

LARGE = 3 << 20


async def test_an_interrupted_download_goes_on_where_it_stopped(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",), sizes=LARGE), body_of("a", LARGE))
    curator.cut_files_after = 2 << 20
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
    resumed = [wanted for wanted in curator.ranges if wanted]
    assert resumed
    assert all(int(wanted[6:-1]) >= 1 << 20 for wanted in resumed)
    assert place_of(paired.files, sha_of("a", LARGE)).read_bytes() == body_of("a", LARGE)
    assert not list(paired.partial.iterdir())


async def test_a_line_that_breaks_again_and_again_brings_the_file_in_the_end_and_is_reported(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    size, breath = 500_000, 100_000
    curator.serve(sealed(curator.key, ("a",), sizes=size), body_of("a", size))
    curator.cut_files_after = breath
    async with agent(paired):
        await fact(lambda: "does not come through" in faults(paired))
        await fact(lambda: version(paired) == 1)
        await fact(lambda: "does not come through" not in faults(paired))
    begins = [int(wanted[6:-1] if wanted else 0) for wanted in curator.ranges]
    assert begins == sorted(begins)
    assert begins[-1] > size // 2


async def test_a_line_that_only_trickles_is_given_up_and_what_came_is_kept(
    curator: FakeCurator, paired: DataFolder
) -> None:
    body = body_of("a", 100_000)
    curator.files[sha_of("a", 100_000)] = body
    curator.trickle_s = 0.02
    need = NeededFile(sha_of("a", 100_000), len(body), "video/mp4")
    async with new_session(curator.address) as session:
        asked = Curator(session, curator.address, NODE, "secret")
        with pytest.raises(CuratorAway, match="bytes a second"):
            await fetch(need, asked, Cache(paired, now_ms), [set()], patience_s=0.3)
    came = (paired.partial / need.sha256).read_bytes()
    assert came
    assert body.startswith(came)


async def test_what_an_earlier_run_left_half_fetched_is_used(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",), sizes=LARGE), body_of("a", LARGE))
    (paired.partial / sha_of("a", LARGE)).write_bytes(body_of("a", LARGE)[:1_000_000])
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
    assert curator.ranges == ["bytes=1000000-"]


async def test_a_damaged_half_is_thrown_away_and_fetched_anew(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",), sizes=LARGE), body_of("a", LARGE))
    (paired.partial / sha_of("a", LARGE)).write_bytes(bytes(1_000_000))
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
    assert curator.ranges == ["bytes=1000000-", ""]


async def test_wrong_bytes_never_enter_the_cache(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    curator.wrong_files.add(sha_of("a"))
    async with agent(paired):
        await fact(lambda: "wrong bytes" in faults(paired))
        assert not place_of(paired.files, sha_of("a")).exists()
        assert version(paired) == 0
        curator.wrong_files.clear()
        await fact(lambda: version(paired) == 1)
        await fact(lambda: "wrong bytes" not in faults(paired))


async def test_a_flipped_bit_is_noticed_while_running_and_the_file_fetched_again(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(paired):
        await fact(player.on)
        place = place_of(paired.files, sha_of("a"))
        fetched = len(curator.ranges)
        flip_a_bit(place)
        await fact(lambda: len(curator.ranges) > fetched)
        await fact(lambda: place.exists() and place.read_bytes() == body_of("a"))
        await fact(lambda: (cue := player.on()) is not None and cue.kind == "video")


async def test_a_bit_flipped_while_the_screen_was_off_is_never_cued(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a", "b")), body_of("a"), body_of("b"))
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
    flip_a_bit(place_of(paired.files, sha_of("a")))
    await curator.stop()
    await player.stop()
    await player.start()
    player.changes.clear()
    async with agent(paired):
        await fact(lambda: any(cue.item == "b" and cue.path for cue in player.cues.values()))
        await fact(lambda: "damaged" in faults(paired))
    told = [cue for change in player.changes for cue in change.cues]
    assert not [cue for cue in told if cue.item == "a" and cue.path]
    assert [cue for cue in told if cue.item == "a" and cue.kind == "card"]


async def test_a_full_disk_is_reported_and_the_old_programme_plays_on(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    room = [1 << 40]
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(paired, free=lambda _folder: room[0]):
        await fact(lambda: version(paired) == 1)
        room[0] = 0
        curator.serve(sealed(curator.key, ("a", "b"), version=2), body_of("b"))
        await fact(lambda: "disk is full" in faults(paired))
        assert version(paired) == 1
        assert player.on() is not None
        assert place_of(paired.files, sha_of("a")).exists()
        room[0] = 1 << 40
        await fact(lambda: version(paired) == 2)
        await fact(lambda: "disk is full" not in faults(paired))


async def test_a_disk_that_takes_no_more_bytes_is_reported_and_nothing_else_stops(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    # The system refuses every file of more than a megabyte to this process, in the middle of writing it.
    async with agent_process(paired, largest_file_bytes=1 << 20):
        await fact(lambda: version(paired) == 1)
        await fact(lambda: curator.links)
        curator.serve(sealed(curator.key, ("a", "b"), version=2, sizes=LARGE), body_of("a", LARGE), body_of("b", LARGE))
        await curator.hint({"type": "manifest", "version": 2})
        await fact(lambda: "disk is full or broken" in faults(paired))
        assert version(paired) == 1
        assert player.on() is not None


async def test_files_no_manifest_needs_any_more_are_evicted(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        for number, name in enumerate(("a", "b", "c"), start=1):
            curator.serve(sealed(curator.key, (name,), version=number), body_of(name))
            await fact(lambda: version(paired) == number)  # noqa: B023 - awaited before the next turn
        await fact(lambda: not place_of(paired.files, sha_of("a")).exists())
        assert place_of(paired.files, sha_of("b")).exists()
        assert place_of(paired.files, sha_of("c")).exists()
        assert status(paired)["files_held"] == 1


async def test_a_file_larger_than_the_manifest_says_is_not_kept(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)))
    curator.files[sha_of("a")] = body_of("a") + bytes(LARGE)
    async with agent(paired):
        # Exactly the approved bytes are taken; what follows them is never read to the end.
        await fact(lambda: version(paired) == 1)
    assert place_of(paired.files, sha_of("a")).read_bytes() == body_of("a")


def test_only_checked_files_are_found(folder: DataFolder) -> None:
    cache = Cache(folder, now_ms)
    body = b"picture"
    sha256 = hashlib.sha256(body).hexdigest()
    assert cache.find(sha256) is Shelf.MISSING
    place = place_of(folder.files, sha256)
    place.parent.mkdir(parents=True)
    place.write_bytes(body)
    assert cache.find(sha256) is Shelf.UNCHECKED
    assert cache.check(sha256)
    assert cache.find(sha256) == place
    assert cache.holds([NeededFile(sha256, len(body), "image/png")])
    place.write_bytes(b"pixture")
    assert cache.find(sha256) is not place
    assert not cache.check(sha256)
    assert cache.find(sha256) is Shelf.MISSING


def test_a_file_is_checked_again_after_a_day(folder: DataFolder) -> None:
    instant = [1_000]
    cache = Cache(folder, lambda: instant[0])
    body = b"picture"
    sha256 = hashlib.sha256(body).hexdigest()
    place = place_of(folder.files, sha256)
    place.parent.mkdir(parents=True)
    place.write_bytes(body)
    assert cache.unchecked([sha256]) == sha256
    cache.check(sha256)
    assert cache.unchecked([sha256]) is None
    instant[0] += 24 * 3_600_000
    assert cache.unchecked([sha256]) == sha256


def flip_a_bit(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


async def test_nothing_of_the_agent_is_left_running_after_it_ends(paired: DataFolder) -> None:
    async with agent(paired):
        await fact(lambda: status(paired))
    # The stand-in curator is in this loop too, and hears a moment later that nobody is there any more.
    left = {task for task in asyncio.all_tasks() if "RequestHandler" not in repr(task.get_coro())}
    assert left == {asyncio.current_task()}
