"""The island's process: finds the agent, serves phones, and ends when it is told to."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from content.clock import Now, now_ms
from content.reading import BadDocument
from display_node.island.gate import Gate
from display_node.island.messages import ToAgent, encode, read_for_island
from display_node.island.place import BUNDLE_S, Place
from display_node.island.serving import Shore, application
from display_node.outgoing import Outgoing
from display_node.pulse import Pulse
from kiosks.phone.pages import read_all

LONGEST_ANSWER_BYTES = 1 << 20
SEARCH_S = 0.2
MOST_WAITING = 2_000
"""Messages that wait for the agent before the connection begins anew."""
INVITED_EVERY_S = 2.0
SWEPT_EVERY_S = 4.0
KEEPALIVE_S = 15.0
LONGEST_LINE_BYTES = 2_048
LONGEST_FIELD_BYTES = 4_096
BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What the process is started with."""

    socket: Path
    """Where the agent listens."""
    listen: tuple[str, int]
    address: str
    """What phones of that network reach this at."""
    now: Now = now_ms
    pulse: Pulse = field(default_factory=lambda: Pulse({}))
    serves: Callable[[int], None] = lambda _port: None
    """Told at which port it listens."""


class Agent:
    """The way to the agent. What waits while it is away is forgotten."""

    def __init__(self) -> None:
        """Nothing is said."""
        self._outgoing = Outgoing(MOST_WAITING)
        self.is_connected = False

    def say(self, message: ToAgent) -> None:
        """Sends soon, in order."""
        if self.is_connected:
            self._outgoing.put(encode(message))

    async def stay(self, path: Path, place: Place) -> None:
        """Keeps connected for ever."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_ANSWER_BYTES)
            except OSError:
                await asyncio.sleep(SEARCH_S)
                continue
            self.is_connected = True
            place.linked(is_linked=True)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(_listen(reader, place))
                    both.create_task(self._outgoing.send(writer))
            except* (OSError, TimeoutError, BadDocument):
                pass
            finally:
                self.is_connected = False
                self._outgoing.clear()
                place.linked(is_linked=False)
                writer.close()
            await asyncio.sleep(SEARCH_S)


async def run(settings: Settings) -> None:
    """Serves until cancelled. Raises OSError when nobody can listen there."""
    await asyncio.to_thread(read_all)
    agent = Agent()
    place = Place(agent.say, settings.now)
    host, port = settings.listen
    gate = Gate()
    runner = web.AppRunner(
        application(place, Shore.at(settings.address, f"{host}:{port}"), gate.spoke),
        access_log=None,
        keepalive_timeout=KEEPALIVE_S,
        max_line_size=LONGEST_LINE_BYTES,
        max_field_size=LONGEST_FIELD_BYTES,
        handler_cancellation=True,
        auto_decompress=False,
        shutdown_timeout=0.5,
    )
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - `setup` has just made it
    gate.open(runner.server)
    try:
        server = await asyncio.get_running_loop().create_server(gate, host, port, backlog=BACKLOG, reuse_address=True)
        settings.serves(server.sockets[0].getsockname()[1])
        async with server, asyncio.TaskGroup() as parts:
            parts.create_task(agent.stay(settings.socket, place))
            parts.create_task(gate.sweep())
            parts.create_task(settings.pulse.keep_beating())
            parts.create_task(_every(BUNDLE_S, place.send))
            parts.create_task(_every(INVITED_EVERY_S, place.invite))
            parts.create_task(_every(SWEPT_EVERY_S, place.sweep))
    finally:
        for mailbox in place.phones.values():
            mailbox.end()
        with suppress(TimeoutError):
            await runner.cleanup()


async def _listen(reader: asyncio.StreamReader, place: Place) -> None:
    while True:
        try:
            line = await reader.readline()
        except ValueError as error:
            raise BadDocument("$", "a line is too long") from error
        if not line:
            raise ConnectionError("closed")
        place.hear(read_for_island(line))


async def _every(seconds: float, do: Callable[[], None]) -> None:
    while True:
        do()
        await asyncio.sleep(seconds)
