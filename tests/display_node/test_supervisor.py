"""The whole screen as processes: supervisor, agent and player, against a real curator's socket."""

import asyncio
import contextlib
import hashlib
import io
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from content.approval import Approval, sign_approval
from content.canonical import Json
from content.clock import monotonic_ns, now_ms
from content.manifest import NeededFile, seal
from display_node.config import DataFolder
from display_node.supervisor import FIRST_DELAY_S, LONGEST_DELAY_S, START_S, Child
from tests.display_node.agent.conftest import curator, folder, paired
from tests.display_node.agent.making import ALWAYS_MS, DAY_MS, HOUR_MS, fact, manifest_of, rotation, status
from tests.fakes.curator import FakeCurator

__all__ = ["curator", "folder", "paired"]

COMMAND = Path(sys.executable).with_name("commonscreen")
RED = (200, 30, 30)
BEAT_ONCE = "import os, time; from display_node.pulse import Pulse; Pulse(os.environ).beat(); time.sleep(60)"


def children_of(pid: int) -> dict[str, int]:
    """The agent's and the player's process ids."""
    found = {}
    try:
        pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return {}
    for child in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            command = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            for name in ("agent", "player"):
                if f"display_node.{name}" in command:
                    found[name] = int(child)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextlib.asynccontextmanager
async def screen(
    folder: DataFolder, *arguments: str, command: tuple[str, ...] = (str(COMMAND), "node")
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`commonscreen node run` without a display, ended at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(*command, "run", "--data", str(folder.root)),
        *("--headless", "320x180", *arguments),
    )
    try:
        await fact(lambda: len(children_of(process.pid)) == 2, "both children run")
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 15)


def red_picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (320, 180), RED).save(stream, "PNG")
    return stream.getvalue()


def serve_red(fake: FakeCurator) -> None:
    """A programme of one red picture, a minute at a time."""
    body = red_picture()
    sha256 = hashlib.sha256(body).hexdigest()
    start_ms = now_ms() // HOUR_MS * HOUR_MS
    plan = rotation(start_ms, start_ms + DAY_MS, ("red",), duration_ms=60_000) | {
        "params": {"house_bp": 0, "minfill_ms": 5_000, "slack_bp": 1_000}
    }
    manifest = manifest_of(fake.key, plan, ("red",))
    item = replace(manifest.items["red"], kind="still", sha256=sha256, width=320, height=180, fps_num=0)
    approval = Approval(sha256, "image/png", len(body), 10_000, ("*",), 0, ALWAYS_MS, "ann", "ben", 1, "")
    files = (NeededFile(sha256, len(body), "image/png"),)
    approvals = (sign_approval(approval, fake.key),)
    fake.serve(seal(replace(manifest, items={"red": item}, files=files, approvals=approvals), fake.key), body)


async def test_what_the_curator_programmes_is_on_the_screen_and_on_record(
    curator: FakeCurator, paired: DataFolder, tmp_path: Path
) -> None:
    serve_red(curator)
    frames = tmp_path / "frames.jsonl"
    async with screen(paired, "--frames", str(frames)):
        await fact(lambda: status(paired).get("playing_kind") in {"still", "standby"})
        await fact(lambda: curator.links)
        await curator.hint({"type": "picture", "every_ms": 200, "for_ms": 20_000})
        await fact(lambda: any(is_red(jpeg) for jpeg in list(curator.pictures)))
    recorded = list(curator.rows.values()) or await asyncio.to_thread(kept_rows, paired.journal)
    assert {row[5] for row in recorded} == {"red"}
    rows = [json.loads(line) for line in frames.read_text().splitlines()]
    assert any(row["item"] == "red" and row["layer"] == "programme" for row in rows)


def rows_of(curator: FakeCurator) -> list[list[Json]]:
    """Item, outcome and cause of each row the curator holds."""
    return [[row[5], row[7], row[8]] for row in list(curator.rows.values())]


def kept_rows(path: Path) -> list[list[Json]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return [list(row) for row in database.execute("SELECT * FROM played")]


def is_red(jpeg: bytes) -> bool:
    pixel = Image.open(io.BytesIO(jpeg)).convert("RGB").getpixel((150, 40))
    assert isinstance(pixel, tuple)
    return all(abs(seen - meant) < 12 for seen, meant in zip(pixel, RED, strict=True))


async def test_either_half_comes_back_within_a_second_and_the_other_stays(
    curator: FakeCurator, paired: DataFolder
) -> None:
    serve_red(curator)
    async with screen(paired) as process:
        await fact(lambda: status(paired).get("playing_kind") == "still", "the picture is on")
        for victim, other in (("player", "agent"), ("agent", "player")):
            before = children_of(process.pid)
            killed_ns = monotonic_ns()
            os.kill(before[victim], signal.SIGKILL)
            await fact(lambda: children_of(process.pid).get(victim) not in {None, before[victim]})  # noqa: B023
            assert monotonic_ns() - killed_ns < 10_000_000_000
            assert children_of(process.pid)[other] == before[other]
            if victim == "player":
                await fact(lambda: ["red", "partial", "power"] in rows_of(curator), "what the dead player showed")
        await fact(lambda: curator.links)


async def test_a_player_that_is_there_but_presents_nothing_is_replaced(
    curator: FakeCurator, paired: DataFolder
) -> None:
    impatient = "import display_node.supervisor as s; s.PLAYER_SILENT_S = 1; from display_node.cli import node; node()"
    async with screen(paired, command=(sys.executable, "-c", impatient)) as process:
        await fact(lambda: status(paired).get("playing_kind"), "the player presents")
        before = children_of(process.pid)
        os.kill(before["player"], signal.SIGSTOP)
        await fact(lambda: children_of(process.pid).get("player") not in {None, before["player"]})
        assert not is_alive(before["player"])
        assert children_of(process.pid)["agent"] == before["agent"]


async def test_a_terminated_screen_ends_both_and_says_zero(curator: FakeCurator, paired: DataFolder) -> None:
    async with screen(paired) as process:
        pids = children_of(process.pid)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert not [pid for pid in pids.values() if is_alive(pid)]


async def test_a_closed_window_ends_the_whole_screen(curator: FakeCurator, paired: DataFolder) -> None:
    async with screen(paired) as process:
        await fact(lambda: status(paired).get("player_is_there"))
        pids = children_of(process.pid)
        # The player answers SIGTERM as it answers a closed window: it leaves with status 0.
        os.kill(pids["player"], signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert not is_alive(pids["agent"])


async def test_nothing_outlives_a_killed_supervisor(curator: FakeCurator, paired: DataFolder) -> None:
    async with screen(paired) as process:
        pids = children_of(process.pid)
        process.kill()
        await process.wait()
        await fact(lambda: not [pid for pid in pids.values() if is_alive(pid)])


async def test_a_second_supervisor_in_the_same_folder_is_refused(curator: FakeCurator, paired: DataFolder) -> None:
    async with screen(paired):
        second = await asyncio.create_subprocess_exec(
            *(str(COMMAND), "node", "run", "--data", str(paired.root), "--headless"),
            stderr=asyncio.subprocess.PIPE,
        )
        _out, said = await asyncio.wait_for(second.communicate(), 15)
        assert second.returncode == 2
        assert b"already running" in said


def test_what_keeps_dying_waits_longer_and_longer_but_never_for_ever() -> None:
    child = Child("player", ["false"])
    now_ns, waits = 0, []
    for _ in range(8):
        child.start()
        assert child.process is not None
        child.process.wait()
        assert child.ended(now_ns) == 1
        waits.append((child.due_ns - now_ns) / 1e9)
        now_ns = child.due_ns
    assert waits[0] == FIRST_DELAY_S
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_DELAY_S


def test_a_sign_of_life_counts_and_silence_is_counted_while_somebody_looks() -> None:
    second_ns = 1_000_000_000
    beating = Child("agent", [sys.executable, "-c", BEAT_ONCE], silent_s=3)
    beating.start()
    assert beating.process is not None
    assert beating.wrist is not None
    try:
        until_ns = monotonic_ns() + 10 * second_ns
        while not beating.wrist.is_alive and monotonic_ns() < until_ns:
            assert not beating.is_lifeless(second_ns)
        assert [beating.is_lifeless(second_ns * at) for at in (2, 3, 4)] == [False, False, False]
        # The computer stood still for an hour: nobody looked, so nobody is accused.
        assert not beating.is_lifeless(0)
        assert beating.is_lifeless(second_ns * 3600)
    finally:
        beating.kill()
        beating.process.wait()
    assert beating.ended(0) == -signal.SIGKILL


def test_a_process_without_any_sign_of_life_has_longer_to_start() -> None:
    silent = Child("player", ["sleep", "60"], silent_s=1)
    silent.start()
    assert silent.process is not None
    try:
        looks = [silent.is_lifeless(second * 1_000_000_000) for second in range(1, START_S + 2)]
    finally:
        silent.kill()
        silent.process.wait()
    assert looks == [False] * START_S + [True]


def test_what_has_lived_starts_again_at_once_however_often_it_dies() -> None:
    child = Child("player", [sys.executable, "-c", BEAT_ONCE.replace("60", "0")], delay_s=LONGEST_DELAY_S)
    for _ in range(3):
        child.start()
        assert child.process is not None
        child.process.wait()
        assert child.ended(0) == 0
        assert child.due_ns / 1e9 == pytest.approx(FIRST_DELAY_S)
