"""Hints between parts of the service: "something about this changed". They may be lost, doubled or reordered.

Whoever hears one looks at the store; nobody learns a fact from a hint. Topics are a kind and an id: `item:4kq…`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

LONGEST_QUEUE = 64


class Bus:
    """In-process hints. Publish from the event loop; `from_thread` from anywhere else."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listeners: dict[asyncio.Queue[str], tuple[str, ...]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def publish(self, topic: str) -> None:
        """Hints everyone who listens to a prefix of `topic`; a listener too slow to keep up loses hints, not others."""
        for queue, prefixes in self._listeners.items():
            if topic.startswith(prefixes) and not queue.full():
                queue.put_nowait(topic)

    def from_thread(self, topic: str) -> None:
        """`publish`, from a worker thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.publish, topic)

    def attach(self) -> None:
        """Tells the bus which loop it belongs to; called once when the service starts."""
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def listening(self, *prefixes: str) -> Iterator[AsyncIterator[str]]:
        """Hints whose topic starts with one of `prefixes`, until the block ends."""
        queue: asyncio.Queue[str] = asyncio.Queue(LONGEST_QUEUE)
        self._listeners[queue] = prefixes
        try:
            yield _Hints(queue)
        finally:
            del self._listeners[queue]


class _Hints:
    """The hints of one listener. Not a generator: waiting for the next one may be given up and taken up again."""

    def __init__(self, queue: asyncio.Queue[str]) -> None:
        self._queue = queue

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        return await self._queue.get()
