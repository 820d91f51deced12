"""What the relay costs: from a phone to a screen's link through a real service, beside a program that passes bytes on.

    .venv/bin/python -m benchmarks.relaying [--visitors 300] [--a-second 10] [--seconds 15]

Each load is measured through the service and through the bare relay in turn. The screen is a link of this process that
answers as an agent does, and the phones are in a process of their own. Needs the development set.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp

from benchmarks.visitors import since_ms
from benchmarks.watching import cpu_s
from content.canonical import Json
from content.clock import now_ms
from content.signing import PAIRING, SigningKey
from kiosks.messages import Session, Snapshot
from tests.flows.line import Line, wait_for
from tests.flows.visiting import offer

SNAPSHOT_S = 0.25
SETTLE_S = 2.0
STATE: dict[str, Json] = {
    "phase": "play",
    "left_ms": 1,
    "here": 300,
    "x": 5_000,
    "lean": 0,
    "glow": 0,
    "gathered": 3,
    "together": 0,
}


class Seen:
    """How long each message took, in milliseconds, and how many bundles brought them."""

    def __init__(self) -> None:
        """None yet."""
        self.took: list[float] = []
        self.bundles = 0

    def clear(self) -> None:
        """Forgets."""
        self.took, self.bundles = [], 0


@contextmanager
def visitors(address: str, code: str, count: int, a_second: float, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """The phones, which lean while the block lasts."""
    words = [sys.executable, "-m", "benchmarks.visitors", address, code]
    process = subprocess.Popen(
        [*words, "--visitors", str(count), "--a-second", str(a_second), *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        yield process
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.read()
        process.wait(20)


class Screen:
    """A node's end of the link."""

    def __init__(self, line: Line) -> None:
        """Not paired."""
        self._line, self._key = line, SigningKey.new()
        self.code, self.session = "", ""
        self.seen = Seen()

    async def pair(self, session: aiohttp.ClientSession) -> None:
        """As a new computer does."""
        said = {"public_key": self._key.public.text, "software": "0.1.0"}
        async with session.post("/api/v1/pairing", json=said) as answer:
            offered = await answer.json()
        fields = {"code": offered["user_code"], "screen": self._line.screen.id, "decision": "pair"}
        await asyncio.to_thread(lambda: self._line.press("technician", "/pair/decide", **fields))
        proof = {"device_code": offered["device_code"]}
        proof["signature"] = self._key.sign(PAIRING, offered["device_code"].encode())
        async with session.post("/api/v1/pairing/token", json=proof) as answer:
            self._grant = await answer.json()

    @asynccontextmanager
    async def linked(self, session: aiohttp.ClientSession) -> AsyncIterator[None]:
        """While the block lasts; a wish for a session is granted at once."""
        headers = {"Authorization": f"Bearer {self._grant['token']}"}
        address = f"/api/v1/link/{self._grant['node_id']}"
        async with session.ws_connect(address, headers=headers) as socket, asyncio.TaskGroup() as tasks:
            both = [tasks.create_task(self._listen(socket)), tasks.create_task(self._tell(socket))]
            yield
            for task in both:
                task.cancel()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            said = json.loads(message.data)
            if said["type"] == "taps" and said["rows"]:
                self.seen.bundles += 1
                self.seen.took += [since_ms(row[1]) for row in said["rows"]]
            elif said["type"] == "invite":
                self.code = said["code"]
            elif said["type"] == "start":
                self.session = said["session"]
                on = Session(self.session, "on", "", now_ms(), now_ms() + 600_000)
                await socket.send_json(on.as_json())

    async def _tell(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await asyncio.sleep(SNAPSHOT_S)
            if self.session:
                await socket.send_json(Snapshot(self.session, STATE).as_json())


async def begin(session: aiohttp.ClientSession, code: str, activity: str) -> aiohttp.ClientWebSocketResponse:
    """A phone that wants the session; it stays."""
    async with session.get(f"/j/{code}") as answer:
        page = answer.url.path
    socket = await session.ws_connect(f"{page}/socket")
    await socket.send_json({"v": 1, "q": 1, "do": "begin", "activity": activity})
    return socket


# --- the bare one ----------------------------------------------------------------------------------------------------

BARE = """
import asyncio, contextlib, sys
with contextlib.suppress(ImportError):
    import uvloop
    uvloop.install()

class Pass(asyncio.Protocol):
    def connection_made(self, transport):
        transport.get_extra_info("socket").setsockopt(6, 1, 1)
    def data_received(self, body):
        screen.write(body)

async def main():
    global screen
    loop = asyncio.get_running_loop()
    screen, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", int(sys.argv[1]))
    server = await loop.create_server(Pass, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def bare(seen: Seen) -> AsyncIterator[tuple[str, int]]:
    """A relay that knows nothing: the address of its phones' end, and its process."""

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            seen.took.append(since_ms(json.loads(line)["q"]))
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", BARE, port, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{(await process.stdout.readline()).decode().strip()}", process.pid
    finally:
        process.terminate()
        await process.wait()
        server.close()


# --- what came of it -------------------------------------------------------------------------------------------------


def say(name: str, seen: Seen, cpu: float, seconds: float) -> tuple[float, float]:
    """Prints a row; gives median and 99 of 100."""
    took = sorted(seen.took)
    median, worst = statistics.median(took), took[len(took) * 99 // 100]
    a_second = len(took) / seconds
    share = cpu / seconds
    print(
        f"{name:8} {a_second:6.0f} messages a second: {median:6.2f} ms median, {worst:6.2f} ms 99 of 100;"
        f" {share:5.1%} of a core" + (f", {a_second / share:6.0f} messages a second for a core" if share else "")
    )
    return median, worst


async def measured(seen: Seen, process_id: int, seconds: float) -> float:
    """CPU seconds that the process used while messages were seen for so long."""
    await asyncio.sleep(SETTLE_S)
    seen.clear()
    before = cpu_s(process_id)
    await asyncio.sleep(seconds)
    return cpu_s(process_id) - before


async def compare(screen: Screen, site: str, service: int, loads: list[tuple[int, float]], seconds: float) -> None:
    """Both, at each load."""
    for count, a_second in loads:
        print(f"{count} visitors, {a_second:g} messages a second each; load {os.getloadavg()[0]:.1f}")
        relays = []
        with await asyncio.to_thread(_entered, visitors(site, screen.code, count, a_second)):
            cpu = await measured(screen.seen, service, seconds)
            relays.append(say("service", screen.seen, cpu, seconds))
            print(f"         {screen.seen.bundles / seconds:.0f} bundles a second")
        passed = Seen()
        async with bare(passed) as (address, process_id):
            with await asyncio.to_thread(_entered, visitors(address, "-", count, a_second, "--bare")):
                cpu = await measured(passed, process_id, seconds)
                relays.append(say("bare", passed, cpu, seconds))
        (median, worst), (bare_median, bare_worst) = relays
        print(
            f"         {median / bare_median:.1f} times the bare median, {worst / bare_worst:.1f} times its 99 of 100"
        )


@contextmanager
def _entered_already(stack: contextlib.ExitStack) -> Iterator[None]:
    with stack:
        yield


def _entered(manager: "contextlib.AbstractContextManager[object]") -> "contextlib.AbstractContextManager[None]":
    """Entered in a thread, left in the loop's."""
    stack = contextlib.ExitStack()
    stack.enter_context(manager)
    return _entered_already(stack)


async def run(line: Line, asked: argparse.Namespace) -> None:
    """All of it."""
    screen = Screen(line)
    headers = {"Origin": line.address}
    async with aiohttp.ClientSession(line.address, cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as session:
        await screen.pair(session)
        game = await offer(line, "crowd")
        async with screen.linked(session):
            await asyncio.to_thread(wait_for, lambda: screen.code, 20)
            phone = await begin(session, screen.code, game.id)
            await asyncio.to_thread(wait_for, lambda: screen.session, 20)
            loads = [(1, 5.0), (asked.visitors, asked.a_second)]
            await compare(screen, line.address, line.service.process.pid, loads, asked.seconds)
            await phone.close()


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--visitors", type=int, default=298)
    words.add_argument("--a-second", type=float, default=10)
    words.add_argument("--seconds", type=float, default=15)
    asked = words.parse_args()
    os.environ["COMMONSCREEN_TRUSTED_PROXIES"] = "1"
    with tempfile.TemporaryDirectory() as name:
        line = Line(Path(name))
        try:
            asyncio.run(run(line, asked))
        finally:
            line.end()


if __name__ == "__main__":
    main()
