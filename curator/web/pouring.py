"""Bytes from a connection into a file: who pours into which upload, and how a connection that stands still is cut.

A phone that goes from one network to another leaves a connection behind that never says goodbye. Whoever comes again
for the same upload need not wait until it is given up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import StreamReader, web

from content.clock import monotonic_ns
from curator import blobs
from curator.blobs import Growing
from curator.web.problems import Problem
from curator.words import _

STALL_S = 30.0
"""A connection that brings nothing for this long is given up; the upload waits to be resumed."""
STILL_S = 1.0
"""One that brought nothing for this long gives way to another that asks for the same upload."""
HAND_OVER_S = 5.0
"""So long the other waits until it has given way."""
_LOOK_AGAIN_S = 0.05
Body = Callable[[], Awaitable[bytes]]
"""Gives the next bytes of a body; none at its end."""


@dataclass(slots=True)
class _Pour:
    content: StreamReader
    last_ns: int = field(default_factory=monotonic_ns)

    async def next(self) -> bytes:
        part = await self.content.readany()
        self.last_ns = monotonic_ns()
        return part


class Pours:
    """The uploads bytes are coming for at present."""

    def __init__(self) -> None:
        """None yet."""
        self._at: dict[str, _Pour] = {}

    def __contains__(self, upload_id: str) -> bool:
        """Whether bytes come for that upload now."""
        return upload_id in self._at

    @contextmanager
    def of(self, upload_id: str, content: StreamReader) -> Iterator[Body]:
        """The body of a request for an upload that its sender holds, until the block ends."""
        self._at[upload_id] = one = _Pour(content)
        try:
            yield one.next
        finally:
            self._at.pop(upload_id, None)

    async def take_over(self, upload_id: str, hold: Callable[[], Growing]) -> Growing:
        """The file of an upload somebody else holds, once a connection that stands still has let go of it.

        `hold` is called in threads. Raises blobs.Busy when it is alive or does not let go.
        """
        one = self._at.get(upload_id)
        if one is None or monotonic_ns() - one.last_ns < STILL_S * 1e9:
            raise blobs.Busy(upload_id)
        one.content.set_exception(ConnectionResetError("another connection goes on with this upload"))
        for _wait in range(round(HAND_OVER_S / _LOOK_AGAIN_S)):
            await asyncio.sleep(_LOOK_AGAIN_S)
            try:
                return await asyncio.to_thread(hold)
            except blobs.Busy:
                continue
        raise blobs.Busy(upload_id)


POURS: web.AppKey[Pours] = web.AppKey("pours", Pours)


async def pour(content: Body, growing: Growing, most: int) -> None:
    """Writes a body at the end of the file, a block at a time, at most `most` bytes.

    Raises Problem when more comes, TimeoutError when nothing comes, OSError when the disk does not take it. What came
    until then is written.
    """
    came, block = 0, bytearray()
    try:
        while True:
            async with asyncio.timeout(STALL_S):
                part = await content()
            if not part:
                break
            came += len(part)
            if came > most:
                part = part[: most - came]
            block += part
            if len(block) >= blobs.BLOCK_BYTES:
                full, block = bytes(block), bytearray()
                await asyncio.to_thread(growing.append, full)
            if came > most:
                raise too_much(most)
    finally:
        if block:
            await asyncio.to_thread(growing.append, bytes(block))


def cut_off() -> Problem:
    """The connection stood still for too long or is gone; in the latter case nobody hears this."""
    return Problem(408, "cut_off", _("The connection was interrupted. Go on from where it was."))


def too_much(most: int) -> Problem:
    """More came than may come in one request."""
    return Problem(413, "too_much", _("At most %(most)s bytes may come in this request.", most=most))
