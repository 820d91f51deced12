"""From a touch to changed pixels: a real agent, a real player on SDL's dummy driver, and events as SDL posts them.

    flock /tmp/quiet .venv/bin/python -m benchmarks.touch [--taps 60] [--size 1920x1080]

A finger presses one side and then the other in the game of the lantern. What is looked for, in the surface of the
window at each present, is the frame around the button (drawn by the player by itself) and the lantern that turns (by
way of the agent). What a touch panel takes before SDL hears of it, and a display after presenting, is not in it.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from benchmarks.tap import turned_ns
from benchmarks.watching import cpu_s
from content.manifest import seal
from display_node.agent.local import Local
from display_node.config import DataFolder
from display_node.player.controls import Button, Strip, card_of, strip_of
from display_node.player.reach import Measures
from display_node.touch_messages import Offer, Offered
from tests.display_node.agent.conftest import pair
from tests.display_node.agent.making import DAY_MS, HOUR_MS, agent, body_of, manifest_of, rotation
from tests.display_node.agent.test_local import CROWD, allow
from tests.fakes.curator import NODE, FakeCurator

ROW = struct.Struct("<qii")
"""When something was presented, which probe has a white frame (-1 for none), and where the lantern is."""
DOWN = 0.938
"""Of the scene's height: there the lantern floats."""
PAPER_LEVEL = 200
FRAME_LEVEL = 235
PATIENCE_S = 3.0
"""A touch of which nothing is seen for so long is missed."""
T = TypeVar("T")


class Taps:
    """Has the player post touches, and reads what it saw."""

    def __init__(self, path: Path, out: Path, size: tuple[int, int]) -> None:
        """Connects."""
        self._link, self._out, self._size = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), out, size
        self._link.connect(str(path))

    def say(self, **said: object) -> int:
        """One order; gives when it was carried out (monotonic ns)."""
        self._link.sendall(json.dumps(said).encode() + b"\n")
        return int(struct.unpack("<q", self._link.recv(8))[0])

    def press(self, button: Button) -> int:
        """A finger comes down, and is lifted a little later; gives when it came down."""
        x, y = (at / side for at, side in zip(button.rect.center, self._size, strict=True))
        began_ns = self.say(do="FINGERDOWN", x=x, y=y)
        time.sleep(0.06)
        self.say(do="FINGERUP", x=x, y=y)
        return began_ns

    def rows(self, since_ns: int) -> list[tuple[int, int, int]]:
        """What was presented since then."""
        body = self._out.read_bytes()
        whole = body[: len(body) // ROW.size * ROW.size][-3_000 * ROW.size :]
        return [row for row in ROW.iter_unpack(whole) if row[0] >= since_ns]


def play(path: Path, out: Path, arguments: list[str]) -> int:
    """The player, with a socket for touches beside it and a look at what it presents."""
    import pygame

    from display_node.player.process import main as run
    from display_node.player.stage import Stage

    probes: list[tuple[int, int]] = []
    lantern: list[int] = []
    shown = Stage.present
    log = out.open("ab", buffering=0)

    def present(stage: Stage) -> None:
        shown(stage)
        if not lantern:
            return
        now_ns = time.monotonic_ns()
        left, right, y = lantern
        row = pygame.surfarray.array3d(stage.surface.subsurface((left, y, right - left, 1)))[:, 0].min(axis=1)
        light = (row > PAPER_LEVEL).nonzero()[0]
        framed = (index for index, at in enumerate(probes) if min(stage.surface.get_at(at)[:3]) > FRAME_LEVEL)
        log.write(ROW.pack(now_ns, next(framed, -1), int(light[len(light) // 2]) if len(light) else -1))

    def listen(listener: socket.socket) -> None:
        link = listener.accept()[0]
        for line in link.makefile("rb"):
            said = json.loads(line)
            if said["do"] == "watch":
                probes[:], lantern[:] = [tuple(at) for at in said["probes"]], said["lantern"]
            else:
                kind = getattr(pygame, said["do"])
                event: dict[str, object] = {"touch_id": 1, "finger_id": 1, "x": said["x"], "y": said["y"]}
                pygame.event.post(pygame.Event(kind, event))
            link.sendall(struct.pack("<q", time.monotonic_ns()))

    Stage.present = present  # type: ignore[method-assign, assignment]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)
    threading.Thread(target=listen, args=(listener,), daemon=True).start()
    return run(arguments)


async def until(fact: Callable[[], T], within_s: float = 30) -> T:
    """What `fact` gives, once it gives something."""
    async with asyncio.timeout(within_s):
        while not (found := fact()):  # noqa: ASYNC110 - waits for another process
            await asyncio.sleep(0.02)
    return found


def say(name: str, took: list[float | None]) -> None:
    """Prints a row."""
    seen = sorted(one for one in took if one is not None)
    print(
        f"{name}: {statistics.median(seen):.0f} ms median, {seen[len(seen) * 95 // 100]:.0f} 95 of 100,"
        f" {seen[-1]:.0f} at most, {seen[0]:.0f} at least, of {len(seen)} ({len(took) - len(seen)} not seen);"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


async def begun(taps: Taps, local: Local, size: tuple[int, int]) -> Strip:
    """The game is on and in play, begun by a touch."""
    measures = Measures(*size)
    middle = (size[0] // 2, size[1] // 2)
    card = card_of(Offer((Offered("g1", "crowd"),)), middle, measures, is_low=False)
    strip = strip_of("crowd", 0, measures, is_low=False)
    assert strip is not None
    async with asyncio.timeout(60):
        while not local.running():
            await asyncio.to_thread(taps.press, Button((*middle, 1, 1), "close"))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(taps.press, card.rows[0])
            await asyncio.sleep(0.5)
    await asyncio.sleep(6)  # people gather
    return strip


async def measured(taps: Taps, strip: Strip, count: int, player: int) -> None:
    """Prints what so many touches took."""
    sides = [one for one in strip.buttons() if one.use == "lean" and one.station == 0]
    probes = [(one.rect.centerx, one.rect.y + 1) for one in sides]
    left, top, width, height = strip.scene
    taps.say(do="watch", probes=probes, lantern=[left, left + width, top + int(height * DOWN)])
    frames: list[float | None] = []
    turns: list[float | None] = []
    before, began = cpu_s(player), time.monotonic()
    for number in range(count):
        way = 1 if sides[number % 2].value > 0 else -1
        began_ns = await asyncio.to_thread(taps.press, sides[number % 2])
        await asyncio.sleep(random.uniform(0.4, 0.6))
        rows = taps.rows(began_ns - 50_000_000)
        framed = next((at for at, probe, _x in rows if at >= began_ns and probe == number % 2), None)
        turned = turned_ns([(at, x) for at, _probe, x in rows if x >= 0], way)
        frames.append(None if framed is None else (framed - began_ns) / 1e6)
        turns.append(None if turned is None else (turned - began_ns) / 1e6)
    say("touch to the frame around the button", frames)
    say("touch to the lantern that turns", turns)
    print(f"  player: {(cpu_s(player) - before) / (time.monotonic() - began):.0%} of a core")


@asynccontextmanager
async def _curator() -> AsyncIterator[FakeCurator]:
    fake = FakeCurator()
    await fake.start()
    start_ms = time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS - HOUR_MS
    manifest = manifest_of(fake.key, rotation(start_ms, start_ms + DAY_MS, ("a",)), ("a",))
    fake.serve(seal(replace(manifest, screen=replace(manifest.screen, has_touch=True)), fake.key), body_of("a"))
    allow(fake, CROWD)
    fake.tokens["secret"] = NODE
    try:
        yield fake
    finally:
        await fake.stop()


async def run(root: Path, size: tuple[int, int], count: int) -> None:
    """All of it."""
    folder = DataFolder(root / "d")
    folder.prepare()
    events, out = root / "events.sock", root / "seen"
    out.touch()
    async with _curator() as curator:
        pair(folder, curator.address, curator.key)
        looks = ["--socket", str(folder.socket), "--headless", f"{size[0]}x{size[1]}"]
        command = [sys.executable, "-m", "benchmarks.touch", "--play", str(events), str(out), *looks]
        player = await asyncio.create_subprocess_exec(*command)
        met: list[Local] = []
        try:
            async with agent(folder, meet=met.append):
                await until(lambda: events.exists() and met and met[0].known())
                await asyncio.sleep(3)
                taps = Taps(events, out, size)
                await measured(taps, await begun(taps, met[0], size), count, player.pid)
        finally:
            player.terminate()
            await player.wait()


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--taps", type=int, default=60)
    words.add_argument("--size", default="1920x1080")
    asked = words.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(run(Path(name), (width, height), asked.taps))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--play"]:
        sys.exit(play(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
    main()
