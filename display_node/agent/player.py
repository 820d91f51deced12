"""The agent's end of the local socket to the player: finds the player again whenever it is gone."""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from content.reading import BadDocument
from display_node.agent.waiting import Group, pause
from display_node.config import MOST_MESSAGES_WAITING
from display_node.messages import LONGEST_LINE_BYTES, ToAgent, ToPlayer, decode_for_agent, encode

SEARCH_S = 0.05
SEND_TIMEOUT_S = 10.0


class PlayerGone(ConnectionError):
    """The player closed the socket, or says nothing sensible."""


class Player:
    """Sends messages while the player is there; forgets them while it is not: on connecting it is told everything."""

    def __init__(
        self, path: Path, heard: Callable[[ToAgent], None], met: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        """`heard` is called with each message; `met` on each connection, to say again what the player should know.

        `lost` when one is gone that was there.
        """
        self._path = path
        self._heard = heard
        self._met = met
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.is_connected = False

    def say(self, message: ToPlayer) -> None:
        """Sends soon, in order. Beyond MOST_MESSAGES_WAITING the connection starts anew."""
        if self.is_connected:
            self._waiting.append(encode(message))
            self._wake.set()

    async def stay(self) -> None:
        """Keeps connected for ever."""
        while True:
            try:
                async with asyncio.timeout(5):
                    reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE_BYTES)
            except (OSError, TimeoutError):
                await asyncio.sleep(SEARCH_S)
                continue
            try:
                await self._talk(reader, writer)
            except* (OSError, TimeoutError, BadDocument):
                self._lost()
            finally:
                self.is_connected = False
                self._waiting.clear()
                writer.close()
            await pause(SEARCH_S)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.is_connected = True
        self._met()
        async with Group() as both:
            both.create_task(self._listen(reader), name="player listens")
            both.create_task(self._speak(writer), name="player speaks")

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError as error:
                raise PlayerGone("a line is too long") from error
            if not line:
                raise PlayerGone("closed")
            self._heard(decode_for_agent(line))

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if len(self._waiting) > MOST_MESSAGES_WAITING:
                raise PlayerGone("it does not read")
            while self._waiting:
                writer.write(self._waiting.popleft())
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await writer.drain()
