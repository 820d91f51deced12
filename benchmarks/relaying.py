"""What the relay costs: from a phone to a screen's link through a real service, beside relays that know nothing.

    .venv/bin/python -m benchmarks.relaying [--screens 50] [--visitors 298] [--a-second 10] [--seconds 15]

Three loads, each through the service, through a program that passes messages from WebSocket to WebSocket with the same
libraries, and through one that passes bytes from TCP to TCP, in turn: a phone at each of many screens, as fast as
one may; one phone alone, on a machine that sleeps in between; a crowd at one screen. The screens are links of this
process that answer as an agent does, and the phones are in a process of their own. Needs the development set.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.relay_ends import SNAPSHOT_S, Screen, Seen, passing_bytes, passing_messages
from benchmarks.watching import cpu_s
from content.clock import now_ms
from curator.screens import ScreenWords
from curator.screens import create as create_screen
from curator.store import Connection
from tests.flows.line import Line, wait_for
from tests.flows.visiting import offer

SETTLE_S = 2.0
FASTEST_A_SECOND = 19.0
"""Of one phone, just below what one may say; each message goes at once, since bundles are a little closer together."""


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


async def begin(session: aiohttp.ClientSession, code: str, activity: str) -> aiohttp.ClientWebSocketResponse:
    """A phone that wants the session; it stays."""
    async with session.get(f"/j/{code}") as answer:
        page = answer.url.path
    socket = await session.ws_connect(f"{page}/socket")
    await socket.send_json({"v": 1, "q": 1, "do": "begin", "activity": activity})
    return socket


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


@dataclass(frozen=True)
class Load:
    """So many phones at so many screens, each of which says so much a second."""

    screens: int
    phones: int
    a_second: float


async def compare(screens: list[Screen], seen: Seen, line: Line, load: Load, seconds: float) -> None:
    """Both, at one load."""
    print(f"{load}; the machine's load {os.getloadavg()[0]:.1f}")
    codes = ",".join(screen.link.code for screen in screens[: load.screens])
    with await asyncio.to_thread(_entered, visitors(line.address, codes, load.phones, load.a_second)):
        cpu = await measured(seen, line.service.process.pid, seconds)
        median, worst = say("service", seen, cpu, seconds)
        print(f"         {seen.bundles / seconds:.0f} bundles a second")
    for name, relay, words in (("sockets", passing_messages, ["--plain"]), ("bytes", passing_bytes, ["--bare"])):
        passed = Seen()
        async with relay(passed, load.screens) as (address, process_id):
            with await asyncio.to_thread(_entered, visitors(address, "-", load.phones, load.a_second, *words)):
                cpu = await measured(passed, process_id, seconds)
                its_median, its_worst = say(name, passed, cpu, seconds)
        print(f"         {median / its_median:.1f} times its median, {worst / its_worst:.1f} times its 99 of 100")


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
    seen = Seen()
    ids = [line.screen.id, *line.store.run_now(lambda connection: _more_screens(connection, asked.screens - 1))]
    screens = [Screen(line, screen_id, seen) for screen_id in ids]
    headers = {"Origin": line.address}
    async with (
        aiohttp.ClientSession(line.address, cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as session,
        AsyncExitStack() as links,
    ):
        for number, screen in enumerate(screens):
            await screen.pair(session, f"10.7.{number // 250}.{number % 250}")
        game = await offer(line, "crowd", *ids)
        for number, screen in enumerate(screens):
            await links.enter_async_context(screen.linked(SNAPSHOT_S * number / len(screens)))
        await asyncio.to_thread(wait_for, lambda: all(screen.link.code for screen in screens), 30)
        phones = [await begin(session, screen.link.code, game.id) for screen in screens]
        await asyncio.to_thread(wait_for, lambda: all(screen.link.session for screen in screens), 30)
        for load in (
            Load(asked.screens, asked.screens, FASTEST_A_SECOND),
            Load(1, 1, 5.0),
            Load(1, asked.visitors, asked.a_second),
        ):
            await compare(screens, seen, line, load, asked.seconds)
        for phone in phones:
            await phone.close()


def _more_screens(connection: Connection, count: int) -> list[str]:
    made = []
    for number in range(count):
        words = ScreenWords(f"Square {number}", "", "Europe/London", "en", 640, 360, 50)
        made.append(create_screen(connection, words, now_ms=now_ms(), by="").id)
    return made


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--screens", type=int, default=50)
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
