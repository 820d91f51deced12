"""Hours of changing items, and files that are anything but films: memory stays, and the picture never stands still."""

import itertools
import os
from dataclasses import replace
from pathlib import Path

import pytest

from content.clock import now_ms
from display_node.messages import Cue, Fault, Played
from tests.display_node.player.stand import Agent, Stand, cues, make_clip, make_still, player, still_cue, video_cue

CHANGES = 1_000
WARMING = 100
ITEM_MS = 500
TOLD_AHEAD = 20
MOST_GROWTH_BYTES = 20 << 20
STANDSTILL_MS = 1_000
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def _uses(stand: Stand) -> tuple[int, int, int]:
    """Resident bytes, open descriptors and threads of the player."""
    home = Path(f"/proc/{stand.process.pid}")
    resident = int((home / "statm").read_text().split()[1]) * PAGE_BYTES
    threads = len(list((home / "task").iterdir()))
    return resident, len(list((home / "fd").iterdir())), threads


def _play(agent: Agent, stand: Stand, kinds: list[Cue], changes: int) -> list[tuple[int, int, int]]:
    """Shows `changes` items of `kinds` in turn; gives what the player used after each hundred."""
    uses = []
    start_ms = now_ms() + 1_000
    starts = [start_ms + number * ITEM_MS for number in range(changes)]
    rising = [
        replace(kinds[number % len(kinds)], start_ms=at_ms, end_ms=at_ms + ITEM_MS, item=f"i{number}")
        for number, at_ms in enumerate(starts)
    ]
    for first in range(0, changes, TOLD_AHEAD):
        some = rising[first : first + TOLD_AHEAD]
        agent.wait_until(some[0].start_ms - TOLD_AHEAD * ITEM_MS // 2)
        agent.say(replace(cues(*some), replace_from_ms=some[0].start_ms))
        if first and first % WARMING == 0:
            uses.append(_uses(stand))
    agent.wait_until(rising[-1].end_ms + 2 * ITEM_MS)
    assert len(agent.of(Played)) >= changes * 9 // 10
    return [*uses, _uses(stand)]


@pytest.mark.soak
def test_a_thousand_items_leave_memory_descriptors_and_threads_as_they_were(tmp_path: Path) -> None:
    # COMMONSCREEN_SOAK_HOURS=8 makes it last a night.
    changes = max(CHANGES, int(float(os.environ.get("COMMONSCREEN_SOAK_HOURS", "0")) * 3_600_000 / ITEM_MS))
    size = (1280, 720)
    films = [make_clip(tmp_path / f"{n}.mp4", 2, size=size, tint=60 * n, tone_hz=440) for n in range(3)]
    kinds = [replace(video_cue(film, 0, 1), has_sound=True) for film in films]
    kinds.append(still_cue(make_still(tmp_path / "s.jpg", (3000, 2000)), 0, 1))
    environment = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}
    with player(tmp_path, "--headless", "1280x720", environment=environment) as stand, stand.agent() as agent:
        uses = _play(agent, stand, kinds, changes)
    print(f"{changes} items: (bytes, descriptors, threads) {uses[0]} after {WARMING}, {uses[-1]} at the end")
    assert uses[-1][0] - uses[0][0] <= MOST_GROWTH_BYTES
    assert uses[-1][1] <= max(row[1] for row in uses[:3])
    assert uses[-1][2] <= max(row[2] for row in uses[:3])


def _spoilt(folder: Path) -> dict[str, Path]:
    """Files that claim to be films and are something else."""
    whole = make_clip(folder / "whole.mp4", 3, tone_hz=440).read_bytes()
    moov = whole.index(b"moov")
    (folder / "noise").write_bytes(os.urandom(200_000))
    (folder / "empty").write_bytes(b"")
    (folder / "truncated").write_bytes(whole[: len(whole) // 3])
    (folder / "corrupt-index").write_bytes(whole[: moov + 40] + os.urandom(4_000) + whole[moov + 4_040 :])
    (folder / "text").write_text("once upon a time " * 5_000)
    make_still(folder / "picture")
    (folder / "folder").mkdir()
    names = ["noise", "empty", "truncated", "corrupt-index", "text", "picture", "folder", "vanished"]
    return {name: folder / name for name in names}


@pytest.mark.soak
def test_whatever_a_file_is_the_picture_moves_on_and_each_is_told_once(tmp_path: Path) -> None:
    spoilt = _spoilt(tmp_path)
    good = make_clip(tmp_path / "good.mp4", 2, tint=200)
    with player(tmp_path) as stand, stand.agent() as agent:
        start_ms = now_ms() + 2_000
        rising = []
        for n, (name, path) in enumerate(itertools.chain(spoilt.items(), [("good", good)])):
            cue = video_cue(path, start_ms + n * 1_200, start_ms + (n + 1) * 1_200, name)
            rising.append(replace(cue, sha256=f"{n:x}" * 64, has_sound=True))
        agent.say(cues(*rising))
        agent.wait(lambda: len(agent.of(Played)) == len(rising), "all rows", 60)
        rows = [row for row in stand.rows() if row.wall_ms >= start_ms]
        assert stand.process.poll() is None
    said = [fault.sha256[0] for fault in agent.of(Fault)]
    assert sorted(said) == [f"{n:x}" for n in range(len(spoilt))]
    assert agent.of(Played)[-1].outcome == "complete"
    gaps = [(after.mono_ns - row.mono_ns) / 1e6 for row, after in itertools.pairwise(rows)]
    assert max(gaps) <= STANDSTILL_MS
