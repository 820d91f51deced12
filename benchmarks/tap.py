"""From a tap on a phone to changed pixels on the screen: a real service, a real node, and an X server's own memory.

    flock /tmp/quiet .venv/bin/python -m benchmarks.tap [--taps 60] [--size 1280x720] [--visitors 300] [--a-second 10]

One phone leans the other way again and again in the game; what is looked for is the lantern that turns. First it is
alone, then among many others who tap but do not lean. At the end the service, the agent and the network are broken in
the middle of a session, one after another, and it is said when the programme was on again. Needs Xvfb and the
development set.
"""

import argparse
import asyncio
import itertools
import mmap
import os
import random
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import numpy as np

from benchmarks.relaying import visitors
from benchmarks.stage import server
from benchmarks.watching import cpu_s
from content.clock import now_ms
from curator.activities import Kept
from tests.flows.line import Line, kill_everything, wait_for
from tests.flows.visiting import code_at, offer, process_of
from tests.flows.wire import Wire, laid

ROW = struct.Struct("<qi")
LOOK_NS = 500_000
DOWN = 0.938
"""Of the picture's height: there the lantern floats."""
PAPER_LEVEL = 200
TURNED_PX = 4
PATIENCE_S = 3.0
NODE = {"SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy", "SDL_VIDEO_WINDOW_POS": "0,0"}


def watch(framebuffer: Path, out: Path) -> None:
    """Writes where the lantern is whenever it has moved, and when; for ever."""
    with framebuffer.open("rb") as stream, out.open("ab", buffering=0) as seen:
        memory = mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ)
        header_bytes, ncolors = struct.unpack_from(">I", memory, 0)[0], struct.unpack_from(">I", memory, 76)[0]
        width, height = struct.unpack_from(">II", memory, 16)
        pitch = struct.unpack_from(">I", memory, 48)[0]
        start = header_bytes + 12 * ncolors + int(height * DOWN) * pitch
        row = np.frombuffer(memory, np.uint8, width * 4, start).reshape(width, 4)
        last = -1
        while True:
            light = np.flatnonzero(row[:, :3].min(axis=1) > PAPER_LEVEL)
            at = int(light[len(light) // 2]) if len(light) else -1
            if at not in (last, -1):
                seen.write(ROW.pack(time.monotonic_ns(), at))
                last = at
            time.sleep(LOOK_NS / 1e9)


@contextmanager
def watched(framebuffer: Path, out: Path) -> Iterator[None]:
    """A process that watches while the block lasts."""
    out.touch()
    words = [sys.executable, "-m", "benchmarks.tap", "--watch", str(framebuffer), str(out)]
    process = subprocess.Popen(words, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def places(out: Path, since_ns: int) -> list[tuple[int, int]]:
    """Where the lantern was from an instant on."""
    body = out.read_bytes()
    whole = body[: len(body) // ROW.size * ROW.size][-2_000 * ROW.size :]
    return [(at_ns, x) for at_ns, x in ROW.iter_unpack(whole) if at_ns >= since_ns]


def turned_ns(seen: list[tuple[int, int]], way: int) -> int | None:
    """When the lantern first was further that way (-1 or 1) than it had been the other way."""
    furthest: int | None = None
    for at_ns, x in seen:
        furthest = x * way if furthest is None else min(furthest, x * way)
        if x * way - furthest >= TURNED_PX:
            return at_ns
    return None


class Visitor:
    """The phone whose taps are measured."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """It is there."""
        self._socket = socket
        self._numbers = itertools.count(1)
        self.state: dict[str, object] = {}
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            said = message.json()
            if said["type"] == "state":
                self.state = said

    async def say(self, **fields: object) -> None:
        """Sends one message."""
        await self._socket.send_json({"v": 1, "q": next(self._numbers), **fields})

    @property
    def phase(self) -> str:
        """Of the session that is on; "" when none is."""
        snapshot = self.state.get("snapshot")
        return str(snapshot["phase"]) if isinstance(snapshot, dict) else ""

    async def play(self, game: Kept) -> None:
        """Returns when the game is on and in play."""
        async with asyncio.timeout(120):
            while self.phase != "play":
                if not self.state.get("on"):
                    await self.say(do="begin", activity=game.id)
                await asyncio.sleep(1)

    async def tap(self, out: Path, way: int) -> float | None:
        """Leans that way, and gives how long it took until the lantern turned, in ms."""
        before_ns = time.monotonic_ns() - 100_000_000
        began_ns = time.monotonic_ns()
        await self.say(do="steer", x=100 * way)
        while time.monotonic_ns() - began_ns < PATIENCE_S * 1e9:
            await asyncio.sleep(0.05)
            earlier = places(out, before_ns)
            found = turned_ns([row for row in earlier if row[0] >= began_ns] and earlier_from(earlier, began_ns), way)
            if found is not None:
                return (found - began_ns) / 1e6
        return None


def earlier_from(rows: list[tuple[int, int]], began_ns: int) -> list[tuple[int, int]]:
    """The last place before an instant, and all after it."""
    before = [row for row in rows if row[0] < began_ns][-1:]
    return [*[(began_ns, x) for _, x in before], *[row for row in rows if row[0] >= began_ns]]


async def joined(session: aiohttp.ClientSession, code: str) -> Visitor:
    """Somebody who scanned the code."""
    async with session.get(f"/j/{code}") as answer:
        page = answer.url.path
    return Visitor(await session.ws_connect(f"{page}/socket"))


def say(name: str, took: list[float], missed: int) -> None:
    """Prints a row."""
    took.sort()
    print(
        f"{name}: {statistics.median(took):.0f} ms median, {took[len(took) * 95 // 100]:.0f} 95 of 100,"
        f" {took[-1]:.0f} at most, {took[0]:.0f} at least, of {len(took)} taps ({missed} not seen);"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


async def taps(visitor: Visitor, game: Kept, out: Path, count: int) -> tuple[list[float], int]:
    """So many taps, as long as the game is in play, and another game after it."""
    took: list[float] = []
    missed, way = 0, 1
    while len(took) + missed < count:
        await visitor.play(game)
        found = await visitor.tap(out, way)
        way = -way
        if found is not None:
            took.append(found)
        elif visitor.phase == "play":
            missed += 1
        await asyncio.sleep(random.uniform(0.5, 0.9))
    return took, missed


async def broken(line: Line, visitor: Visitor, game: Kept, name: str, do: "object") -> None:
    """Prints how long after `do` the programme was on again."""
    await visitor.play(game)
    broken_ms = now_ms()
    assert callable(do)
    do()
    back = await asyncio.to_thread(
        wait_for, lambda: next((row for row in line.frames(broken_ms) if row.layer != "session"), None), 20
    )
    print(f"{name}: the programme was on again after {back.wall_ms - broken_ms} ms", flush=True)


async def run(line: Line, wire: Wire, out: Path, asked: argparse.Namespace) -> None:
    """All of it."""
    game = await offer(line, "crowd")
    service = line.service.process.pid
    async with aiohttp.ClientSession(line.address, headers={"Origin": line.address}) as session:
        visitor = await joined(session, await asyncio.to_thread(code_at, line))
        say("1 visitor", *await taps(visitor, game, out, asked.taps))
        others = [str(asked.visitors - 1), asked.a_second]
        code = await asyncio.to_thread(code_at, line)
        manager = visitors(line.address, code, int(others[0]), float(others[1]))
        await asyncio.to_thread(manager.__enter__)
        parts = {"service": service} | {name: process_of(line, f"display_node.{name}") for name in ("agent", "player")}
        await visitor.play(game)
        before, began = {name: cpu_s(pid) for name, pid in parts.items()}, time.monotonic()
        say(f"{asked.visitors} visitors", *await taps(visitor, game, out, asked.taps))
        lasted = time.monotonic() - began
        for name, pid in parts.items():
            print(f"  {name}: {(cpu_s(pid) - before[name]) / lasted:.0%} of a core")
        await asyncio.to_thread(manager.__exit__, None, None, None)
        await broken(line, visitor, game, "agent killed", lambda: os.kill(parts["agent"], signal.SIGKILL))
        await broken(line, visitor, game, "network cut", wire.cut)
        wire.mend()
        await broken(line, visitor, game, "service killed", lambda: kill_everything(line.service))


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--taps", type=int, default=60)
    words.add_argument("--size", default="1280x720")
    words.add_argument("--visitors", type=int, default=300)
    words.add_argument("--a-second", type=float, default=10)
    words.add_argument("--watch", type=Path, nargs=2)
    asked = words.parse_args()
    if asked.watch:
        watch(*asked.watch)
    width, height = (int(side) for side in asked.size.split("x"))
    os.environ["COMMONSCREEN_TRUSTED_PROXIES"] = "1"
    with tempfile.TemporaryDirectory() as name, server(Path(name), size=(width, height)) as (_, environment):
        line = Line(Path(name))
        try:
            with laid(line.address) as wire:
                os.environ.update(NODE | {"DISPLAY": environment["DISPLAY"]})
                line.start_node(wire.address, ("--windowed", asked.size))
                line.pair()
                line.upload("red", 5, "Red")
                line.shows(line.approve("Red").id, wait_s=120)
                out = Path(name) / "seen"
                with watched(Path(name) / "Xvfb_screen0", out):
                    asyncio.run(run(line, wire, out, asked))
        finally:
            line.end()


if __name__ == "__main__":
    main()
