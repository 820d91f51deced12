"""The database: synchronous SQLAlchemy Core in threads, one writer, several readers.

    item = await store.read(lambda connection: library.item(connection, item_id))
    await store.run(lambda connection: moderation.decide(connection, …))

`run` is one transaction on the one writer thread; it is durable when it returns (WAL, synchronous=FULL). `read` sees a
consistent state and cannot write. A function given to either must not await and must not keep the connection.
"""

import asyncio
import contextvars
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

Connection = sa.Connection
T = TypeVar("T")

READERS = 2
BUSY_MS = 10_000


class Store:
    """One SQLite file. Use `open_store`; call `close` when done."""

    def __init__(self, path: Path) -> None:
        """Opens `path`, making it if need be. The schema is `curator.schema`'s business."""
        self.path = path
        self._writer_engine = _engine(path, writing=True)
        self._reader_engine = _engine(path, writing=False)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    async def run(self, function: Callable[[Connection], T]) -> T:
        """`function` in one write transaction: committed when it returns, rolled back when it raises."""
        here = contextvars.copy_context()  # the reader's language goes along
        return await asyncio.get_running_loop().run_in_executor(self._writer, here.run, self.run_now, function)

    async def read(self, function: Callable[[Connection], T]) -> T:
        """`function` on a connection that cannot write."""
        here = contextvars.copy_context()  # the reader's language goes along
        return await asyncio.get_running_loop().run_in_executor(self._readers, here.run, self.read_now, function)

    def run_now(self, function: Callable[[Connection], T]) -> T:
        """`run` for threads and command lines; never call it in the event loop."""
        with self._writer_engine.begin() as connection:
            return function(connection)

    def read_now(self, function: Callable[[Connection], T]) -> T:
        """`read` for threads and command lines; never call it in the event loop."""
        with self._reader_engine.connect() as connection:
            return function(connection)

    def close(self) -> None:
        """Waits for work under way and closes the file."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._writer_engine.dispose()
        self._reader_engine.dispose()


def fold(words: str) -> str:
    """Words as they are compared when somebody looks for them: small letters without marks. In SQL: `fold(column)`."""
    if words.isascii():
        return words.lower()
    plain = unicodedata.normalize("NFKD", words.casefold().replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _engine(path: Path, *, writing: bool) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=sa.pool.QueuePool,
        pool_size=1 if writing else READERS,
        max_overflow=0 if writing else 8,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL loses acknowledged rows in a power cut
            "foreign_keys=ON",
            "secure_delete=ON",  # erased words must not linger in free pages
            "wal_autocheckpoint=4000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not writing:
            connection.execute("PRAGMA query_only=ON")
        connection.create_function("fold", 1, fold, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # Taking the write lock first avoids "database is locked" when a reader would turn writer.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def taken_back(connection: Connection) -> Iterator[None]:
    """What is changed in the block can be looked at there, and is as it was afterwards, however the block ends."""
    with connection.begin_nested() as trial:
        yield
        trial.rollback()
