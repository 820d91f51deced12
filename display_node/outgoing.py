"""Lines on their way to another process of the node, in order, bounded."""

import asyncio
from collections import deque

SEND_S = 5.0
"""Who takes nothing for so long is gone."""


class Outgoing:
    """What waits for the other process. Only one event loop touches it."""

    def __init__(self, most: int) -> None:
        """`most` is how many messages wait before the other process is hung up on."""
        self._most = most
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def put(self, line: bytes) -> None:
        """Sends soon."""
        self._waiting.append(line)
        self._wake.set()

    def clear(self) -> None:
        """Forgets what waits."""
        self._waiting.clear()

    async def send(self, writer: asyncio.StreamWriter) -> None:
        """Goes on for ever. Raises ConnectionError or TimeoutError when the other process does not read."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if len(self._waiting) > self._most:
                raise ConnectionError("it does not read")
            while self._waiting:
                writer.write(self._waiting.popleft())
                async with asyncio.timeout(SEND_S):
                    await writer.drain()
