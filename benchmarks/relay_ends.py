"""The screens' ends of a relay, by hand: they cost a measurement next to nothing, and the same at both relays."""

import asyncio
import json
import sys
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from benchmarks import frames
from benchmarks.visitors import since_ms
from content.canonical import Json
from content.clock import now_ms
from content.signing import PAIRING, SigningKey
from kiosks.messages import Session, Snapshot
from tests.flows.line import Line

SNAPSHOT_S = 0.25
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


class Link(asyncio.Protocol):
    """A node's end of the link: grants a wish for a session at once, and says four times a second how it stands."""

    def __init__(self, hello: bytes, seen: Seen) -> None:
        """`hello` is the request that opens it."""
        self._hello, self._seen, self._frames = hello, seen, frames.Frames()
        self._is_open = False
        self.code = self.session = ""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Says hello."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        """Hears the service."""
        if not self._is_open:
            head, _, data = data.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101"), head[:200]
            self._is_open = True
        for kind, body in self._frames.read(data):
            if kind == frames.PING:
                self._transport.write(frames.masked(body, frames.PONG))
            elif kind == frames.TEXT:
                self._hear(json.loads(body))

    def _hear(self, said: object) -> None:
        match said:
            case {"type": "taps", "rows": [_, *_] as rows}:
                self._seen.bundles += 1
                self._seen.took += [since_ms(row[1]) for row in rows]
            case {"type": "invite", "code": str(code)}:
                self.code = code
            case {"type": "start", "session": str(session)}:
                self.session = session
                self.say(Session(session, "on", "", now_ms(), now_ms() + 600_000).as_json())

    def say(self, said: dict[str, Json]) -> None:
        """To the service."""
        self._transport.write(frames.masked(json.dumps(said).encode()))

    def close(self) -> None:
        """Hangs up."""
        self._transport.close()


class Screen:
    """A node of the line's town, paired."""

    def __init__(self, line: Line, screen_id: str, seen: Seen) -> None:
        """Not paired."""
        self._line, self._screen_id, self._seen, self._key = line, screen_id, seen, SigningKey.new()
        self.link: Link

    async def pair(self, session: aiohttp.ClientSession, address: str) -> None:
        """As a new computer does, at an address of its own."""
        said = {"public_key": self._key.public.text, "software": "0.1.0"}
        headers = {"X-Forwarded-For": address}
        async with session.post("/api/v1/pairing", json=said, headers=headers) as answer:
            offered = await answer.json()
        fields = {"code": offered["user_code"], "screen": self._screen_id, "decision": "pair"}
        await asyncio.to_thread(lambda: self._line.press("technician", "/pair/decide", **fields))
        proof = {"device_code": offered["device_code"]}
        proof["signature"] = self._key.sign(PAIRING, offered["device_code"].encode())
        async with session.post("/api/v1/pairing/token", json=proof, headers=headers) as answer:
            self._grant = await answer.json()

    @asynccontextmanager
    async def linked(self, after_s: float) -> AsyncIterator[Link]:
        """The link, while the block lasts; it speaks from `after_s` on, for no two nodes speak in step."""
        site = urllib.parse.urlsplit(self._line.address)
        path, proof = f"/api/v1/link/{self._grant['node_id']}", f"Authorization: Bearer {self._grant['token']}"
        hello = frames.hello(path, site.netloc, proof)
        loop = asyncio.get_running_loop()
        _, self.link = await loop.create_connection(
            lambda: Link(hello, self._seen), site.hostname or "", site.port or 0
        )
        telling = asyncio.create_task(self._tell(after_s))
        try:
            yield self.link
        finally:
            telling.cancel()
            self.link.close()

    async def _tell(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        while True:
            await asyncio.sleep(SNAPSHOT_S)
            if self.link.session:
                self.link.say(Snapshot(self.link.session, STATE).as_json())


# --- relays that know nothing -----------------------------------------------------------------------------------------

_START = """
import asyncio, contextlib, sys
with contextlib.suppress(ImportError):
    import uvloop
    uvloop.install()
port, count = int(sys.argv[1]), int(sys.argv[2])

async def screens_of():
    connect = asyncio.get_running_loop().create_connection
    return [(await connect(asyncio.Protocol, "127.0.0.1", port))[0] for _ in range(count)]
"""

BYTES = (
    _START
    + """
class Pass(asyncio.Protocol):
    def connection_made(self, transport):
        transport.get_extra_info("socket").setsockopt(6, 1, 1)
        self.screen = screens.pop() if len(screens) > 1 else screens[0]
    def data_received(self, body):
        self.screen.write(body)

async def main():
    global screens
    screens = await screens_of()
    server = await asyncio.get_running_loop().create_server(Pass, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
)
"""Passes bytes on. Each phone has a screen of its own, or all of them share the last."""

SOCKETS = (
    _START
    + """
import json
from aiohttp import web

async def link(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    screens.append(socket)
    async for _ in socket:
        pass
    return socket

async def phone(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    screen = screens.pop() if len(screens) > 1 else screens[0]
    async for message in socket:
        said = json.loads(message.data)
        await screen.send_str(json.dumps({"type": "taps", "rows": [[0, said["q"], said["do"], said["x"]]]}))
    return socket

async def main():
    global screens
    screens = []
    app = web.Application()
    app.add_routes([web.get("/link", link), web.get("/socket", phone)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
)
"""Reads a message from a phone's WebSocket and writes it to its screen's, with the libraries of the service."""


class _Lines(asyncio.Protocol):
    """A screen's end of the relay of bytes: a line is a message."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self._rest = seen, b""

    def data_received(self, data: bytes) -> None:
        """Hears the relay."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._seen.took += [since_ms(json.loads(line)["q"]) for line in lines]


@asynccontextmanager
async def passing_bytes(seen: Seen, screens: int) -> AsyncIterator[tuple[str, int]]:
    """A relay that only passes bytes on to so many screens: the address of its phones' end, and its process."""
    server = await asyncio.get_running_loop().create_server(lambda: _Lines(seen), "127.0.0.1", 0)
    async with _process(BYTES, server.sockets[0].getsockname()[1], screens) as found:
        yield found
    server.close()


@asynccontextmanager
async def passing_messages(seen: Seen, screens: int) -> AsyncIterator[tuple[str, int]]:
    """A relay that only passes messages on, from WebSocket to WebSocket, to so many screens."""
    loop = asyncio.get_running_loop()
    async with _process(SOCKETS, 0, screens) as (address, process_id):
        site = urllib.parse.urlsplit(address)
        hello = frames.hello("/link", site.netloc)
        links = [
            (await loop.create_connection(lambda: Link(hello, seen), site.hostname or "", site.port or 0))[1]
            for _ in range(screens)
        ]
        await asyncio.sleep(SNAPSHOT_S)
        yield address, process_id
        for link in links:
            link.close()


@asynccontextmanager
async def _process(program: str, port: int, screens: int) -> AsyncIterator[tuple[str, int]]:
    words = ["-c", program, str(port), str(screens)]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{(await process.stdout.readline()).decode().strip()}", process.pid
    finally:
        process.terminate()
        await process.wait()
