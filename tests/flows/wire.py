"""A network that can be cut: what is sent over it waits, nothing is closed, and goes on when it is mended."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager

CHUNK_BYTES = 1 << 16


class Wire:
    """Passes connections on to a port of this machine, in a thread of its own."""

    def __init__(self, address: str) -> None:
        """To the service at `address`; its own `address` is where it begins."""
        self._port = int(address.rpartition(":")[2])
        self._loop = asyncio.new_event_loop()
        self._is_whole = asyncio.Event()
        self._is_whole.set()
        self.address = ""

    def cut(self) -> None:
        """Nothing passes any more."""
        self._loop.call_soon_threadsafe(self._is_whole.clear)

    def mend(self) -> None:
        """What waited goes on."""
        self._loop.call_soon_threadsafe(self._is_whole.set)

    async def open(self) -> None:
        """Begins to pass on."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def run(self) -> None:
        """For ever, in its thread."""
        self._loop.run_forever()
        self._loop.close()

    def do(self, what: Coroutine[None, None, None]) -> None:
        """Has it done there, and waits for it."""
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    def end(self) -> None:
        """Lets the thread go."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def close(self) -> None:
        """Ends all connections."""
        self._server.close()
        mine = asyncio.current_task()
        ended = [task for task in asyncio.all_tasks() if task is not mine]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            on_reader, on_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            # Nobody listens there any more.
            writer.close()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pass_on(reader, on_writer))
            both.create_task(self._pass_on(on_reader, writer))

    async def _pass_on(self, source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
        try:
            while body := await source.read(CHUNK_BYTES):
                await self._is_whole.wait()
                drain.write(body)
                await drain.drain()
        except OSError:
            return
        finally:
            drain.close()


@contextmanager
def laid(address: str) -> Iterator[Wire]:
    """A wire to this address while the block lasts."""
    wire = Wire(address)
    thread = threading.Thread(target=wire.run, daemon=True)
    thread.start()
    wire.do(wire.open())
    try:
        yield wire
    finally:
        wire.do(wire.close())
        wire.end()
        thread.join(10)
