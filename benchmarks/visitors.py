"""Many phones at once, for measurements: they join by a code, and each leans again and again. A process of its own.

    python -m benchmarks.visitors ADDRESS CODES --visitors 300 --a-second 10 [--x 0] [--bare | --plain]

`CODES` are those of one screen or of several, with commas between them; the phones are dealt out among them.

Says `ready` when all are there, begins when it is told a line, ends when its input does, and then says how many
messages it sent. The number of each message is when it was sent, in hundredths of a millisecond of the monotonic clock.
`--bare` sends the same messages as lines to a port that passes bytes on; `--plain` opens its WebSockets without a pass.
"""

import argparse
import asyncio
import json
import sys
import time
import urllib.parse

import aiohttp

from benchmarks import frames

TICK_NS = 10_000
TICKS = 2**31


def tick() -> int:
    """Now, as the number of a message."""
    return time.monotonic_ns() // TICK_NS % TICKS


def since_ms(number: int) -> float:
    """How long ago a message with this number was sent."""
    return (tick() - number) % TICKS * TICK_NS / 1e6


class Phone(asyncio.Protocol):
    """One connection. What it hears it forgets."""

    def __init__(self, hello: bytes) -> None:
        """`hello` is sent at once, and an answer awaited if it is not empty."""
        self._hello = hello
        self.is_open = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Says hello."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self._hello:
            transport.write(self._hello)
        else:
            self.is_open.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Is there once it was answered."""
        if not self.is_open.done():
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.is_open.set_result(None)
        elif data[:1] == b"\x89":
            # A WebSocket's ping, which a phone's browser answers by itself.
            self.transport.write(frames.masked(b"", frames.PONG))

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody expects that."""
        sys.stderr.write(f"a phone was hung up on: {exc}\n")

    def say(self, body: bytes, *, is_bare: bool) -> None:
        """Sends one message: a line, or a text frame."""
        self.transport.write(body + b"\n" if is_bare else frames.masked(body))


async def passes(site: str, codes: list[str], count: int) -> list[str]:
    """The pages of so many phones, each of another address, dealt out among the screens with these codes."""
    async with aiohttp.ClientSession(site, cookie_jar=aiohttp.DummyCookieJar()) as session:
        found = []
        for number in range(count):
            headers = {"X-Forwarded-For": f"10.9.{number // 250}.{number % 250}"}
            async with session.get(
                f"/j/{codes[number % len(codes)]}", headers=headers, allow_redirects=False
            ) as answer:
                assert answer.status == 303, await answer.text()
                found.append(answer.headers["Location"])
        return found


def hello_of(site: str, page: str) -> bytes:
    """The request that opens a phone's socket."""
    return frames.hello(f"{page}/socket", urllib.parse.urlsplit(site).netloc, f"Origin: {site}")


async def opened(site: str, pages: list[str], *, is_bare: bool) -> list[Phone]:
    """A phone for each of these pages, connected."""
    address = urllib.parse.urlsplit(site)
    host, port = address.hostname or "", address.port or 0
    loop = asyncio.get_running_loop()
    phones = []
    for page in pages:
        phone = Phone(b"" if is_bare else hello_of(site, page))
        await loop.create_connection(lambda phone=phone: phone, host, port)  # type: ignore[misc]
        await phone.is_open
        phones.append(phone)
    return phones


async def lean(phones: list[Phone], a_second: float, x: int, ended: asyncio.Event, *, is_bare: bool) -> int:
    """Has them lean, evenly spread over time, until `ended`; gives how many messages were sent."""
    loop = asyncio.get_running_loop()
    began, turn, sent, every_s = loop.time(), 0, 0, 1 / (a_second * len(phones))
    while not ended.is_set():
        due = int((loop.time() - began) / every_s)
        # A sender that fell behind does not catch up: nobody's phone would.
        turn = max(turn, due - len(phones))
        while turn < due:
            body = json.dumps({"v": 1, "q": tick(), "do": "steer", "x": x})
            phones[turn % len(phones)].say(body.encode(), is_bare=is_bare)
            turn, sent = turn + 1, sent + 1
        await asyncio.sleep(max(0.001, every_s))
    return sent


async def run(asked: argparse.Namespace) -> None:
    """All of it."""
    knows_passes = not (asked.bare or asked.plain)
    codes, pages = asked.codes.split(","), [""] * asked.visitors
    if knows_passes:
        pages = await passes(asked.address, codes, asked.visitors)
    phones = await opened(asked.address, pages, is_bare=asked.bare)
    ended = asyncio.Event()
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    await lines.readline()
    async with asyncio.TaskGroup() as both:
        leaning = both.create_task(lean(phones, asked.a_second, asked.x, ended, is_bare=asked.bare))
        await lines.read()
        ended.set()
    print(leaning.result(), flush=True)


def main() -> None:
    """Until standard input ends."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("address")
    words.add_argument("codes")
    words.add_argument("--visitors", type=int, default=300)
    words.add_argument("--a-second", type=float, default=10)
    words.add_argument("--x", type=int, default=0)
    words.add_argument("--bare", action="store_true")
    words.add_argument("--plain", action="store_true")
    asyncio.run(run(words.parse_args()))


if __name__ == "__main__":
    main()
