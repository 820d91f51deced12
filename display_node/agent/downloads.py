"""Fetching one file: it grows in `partial/`, goes on where it stopped, enters the cache only with the right hash."""

import asyncio
import contextlib
import hashlib
import os
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import aiohttp

from content.clock import monotonic_ns
from content.manifest import NeededFile
from display_node.agent.cache import Cache, DiskTrouble
from display_node.agent.curator import Curator, CuratorAway
from display_node.config import ANSWER_TIMEOUT_S, SLOWEST_DOWNLOAD_BYTES_A_S

CHUNK_BYTES = 1 << 20


class WrongBytes(Exception):
    """What came is not the file that was asked for; it has been thrown away."""


async def fetch(
    need: NeededFile, curator: Curator, cache: Cache, keep: list[set[str]], patience_s: float = ANSWER_TIMEOUT_S
) -> None:
    """Brings `need` into the cache, resuming what is half here. `keep`: what not to evict for it, first choice first.

    Gives up when `patience_s` seconds bring less than SLOWEST_DOWNLOAD_BYTES_A_S each: others wait for their turn.

    Raises CuratorAway, NotWelcome and CuratorRefuses (what came so far is kept), WrongBytes, DiskTrouble.
    """
    growing = Growing(cache.partial_of(need.sha256), need.size_bytes)
    try:
        have_bytes = await asyncio.to_thread(growing.begin)
        await asyncio.to_thread(cache.make_room, need.size_bytes - have_bytes, [some | {need.sha256} for some in keep])
        if have_bytes < need.size_bytes:
            async with curator.file(need.sha256, have_bytes, need.size_bytes - have_bytes) as answer:
                await _pour(answer, growing, have_bytes, patience_s)
        await asyncio.to_thread(growing.end)
    finally:
        await asyncio.to_thread(growing.close)
    if growing.size_bytes < need.size_bytes:
        raise CuratorAway("the file broke off")
    if growing.sha256 != need.sha256:
        await asyncio.to_thread(growing.path.unlink, missing_ok=True)
        raise WrongBytes(need.sha256)
    await asyncio.to_thread(cache.adopt, growing.path, need.sha256)


async def _pour(answer: aiohttp.ClientResponse, growing: "Growing", have_bytes: int, patience_s: float) -> None:
    if answer.status == HTTPStatus.OK:
        await asyncio.to_thread(growing.restart)
    elif not answer.headers.get("Content-Range", "").startswith(f"bytes {have_bytes}-"):
        raise CuratorAway("another part of the file than was asked for")
    gathered = bytearray()
    gauge = Gauge(patience_s)
    try:
        async for part in answer.content.iter_any():
            gathered += part
            gauge.came(len(part))
            if len(gathered) >= CHUNK_BYTES:
                await asyncio.to_thread(growing.add, bytes(gathered))
                gathered.clear()
            if growing.is_full:
                return
    finally:
        # A line that breaks again and again would otherwise never bring a file that is longer than its breath.
        await asyncio.to_thread(growing.add, bytes(gathered))


class Gauge:
    """Tells whether enough comes. A byte now and then would hold up every other file for hours."""

    def __init__(self, patience_s: float) -> None:
        """Looks at `patience_s` seconds at a time, from now on."""
        self._patience_s = patience_s
        self._since_ns = monotonic_ns()
        self._size_bytes = 0

    def came(self, size_bytes: int) -> None:
        """So much came. Raises CuratorAway when it is too little."""
        self._size_bytes += size_bytes
        passed_s = (monotonic_ns() - self._since_ns) / 1e9
        if passed_s < self._patience_s:
            return
        if self._size_bytes < SLOWEST_DOWNLOAD_BYTES_A_S * passed_s:
            raise CuratorAway(f"{round(self._size_bytes / passed_s)} bytes a second")
        self._since_ns, self._size_bytes = monotonic_ns(), 0


@dataclass(slots=True)
class Growing:
    """A file on its way: hashes as it grows and never grows beyond its size. Every method blocks."""

    path: Path
    limit_bytes: int
    size_bytes: int = 0
    _stream: BinaryIO | None = None
    _hash: "hashlib._Hash | None" = None
    _is_over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_full(self) -> bool:
        """Whether all bytes are here."""
        return self.size_bytes >= self.limit_bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of what is here so far."""
        return "" if self._hash is None else self._hash.hexdigest()

    def begin(self) -> int:
        """Opens the file and hashes what is there; returns how many bytes that is. Raises DiskTrouble."""
        self._hash = hashlib.sha256()
        try:
            stream = self._opened()
            if stream is None:
                return 0
            if stream.seek(0, os.SEEK_END) > self.limit_bytes:
                stream.truncate(0)
            stream.seek(0)
            while not self.is_full and (part := stream.read(min(CHUNK_BYTES, self.limit_bytes))):
                self._hash.update(part)
                self.size_bytes += len(part)
        except OSError as error:
            raise DiskTrouble(str(error)) from error
        return self.size_bytes

    def _opened(self) -> BinaryIO | None:
        # Whoever asked may have gone (and closed) before this thread came to it.
        with self._lock:
            if not self._is_over:
                self._stream = self.path.open("a+b")
            return self._stream

    def restart(self) -> None:
        """Forgets what is here. Raises DiskTrouble."""
        try:
            if self._stream is not None:
                self._stream.truncate(0)
        except OSError as error:
            raise DiskTrouble(str(error)) from error
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def add(self, part: bytes) -> None:
        """Adds bytes; what goes beyond the file's size is not taken. Raises DiskTrouble."""
        wanted = part[: self.limit_bytes - self.size_bytes]
        try:
            if self._stream is not None:
                self._stream.write(wanted)
        except OSError as error:
            raise DiskTrouble(str(error)) from error
        if self._hash is not None:
            self._hash.update(wanted)
        self.size_bytes += len(wanted)

    def end(self) -> None:
        """Hands everything to the disk. Raises DiskTrouble."""
        try:
            if self._stream is not None:
                self._stream.flush()
        except OSError as error:
            raise DiskTrouble(str(error)) from error

    def close(self) -> None:
        """Closes the file; bytes that no longer fit are lost, and asked for again."""
        with self._lock:
            self._is_over = True
            if self._stream is not None:
                with contextlib.suppress(OSError):
                    self._stream.close()
