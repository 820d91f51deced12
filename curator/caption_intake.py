"""A captions file that somebody sent becomes a row and a file: read in the confined child while they wait, and kept.

It takes some tenths of a second, so there is no queue; at most CHILDREN are read at a time. The file somebody sent is
not kept, only what was made of it.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from content import files
from content.captions import BadCaptions, Captions, read_webvtt
from content.media.facts import CaptionFile, Prepared
from content.media.kernel_limits import CannotConfine
from content.media.preparation import prepare_captions
from curator import blobs, captions
from curator.captions import BadTrack, Track
from curator.library import Version
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.words import N_

CHILDREN = 2
MOST_WAITING = 20
"""Who comes when so many are being read or wait for it is asked to come again."""
PREFIX = "captions-"


class Busy(BadTrack):
    """Too many captions are being read just now, or none can be."""


class Turns:
    """At most CHILDREN are read at a time, and at most MOST_WAITING wait for it: `async with turns`. Raises Busy."""

    def __init__(self) -> None:
        """Nobody reads, nobody waits."""
        self._free = asyncio.Semaphore(CHILDREN)
        self._here = 0

    async def __aenter__(self) -> None:
        """Waits for a turn."""
        if self._here >= CHILDREN + MOST_WAITING:
            raise Busy(N_("Many captions are being read just now. Wait a little, then try again."))
        self._here += 1
        try:
            await self._free.acquire()
        except BaseException:
            self._here -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        """The next one's turn."""
        self._here -= 1
        self._free.release()


TURNS: web.AppKey[Turns] = web.AppKey("caption_turns", Turns)


def attach(app: web.Application) -> None:
    """Gives the application its turns; what a crash left is removed when it starts."""
    app[TURNS] = Turns()
    app.cleanup_ctx.append(_tidy)


async def _tidy(app: web.Application) -> AsyncIterator[None]:
    incoming = app[SERVICE].settings.incoming
    for folder in await asyncio.to_thread(lambda: list(incoming.glob(f"{PREFIX}*"))):
        await asyncio.to_thread(blobs.discard, folder)
    yield


async def receive(
    service: Service, turns: Turns, version: Version, *, language: str, body: bytes, file_name: str, by: str
) -> Prepared:
    """What became of the captions somebody sent for a version; accepted, they wait for a moderator. Raises BadTrack."""
    now_ms = service.now()
    async with read_in(service, turns, version, language=language, body=body) as prepared:
        if prepared.is_accepted:
            await service.store.run(
                lambda connection: keep(
                    connection, service, version, prepared, file_name=file_name, now_ms=now_ms, by=by
                )
            )  # fmt: skip
    return prepared


@contextlib.asynccontextmanager
async def read_in(
    service: Service, turns: Turns, version: Version, *, language: str, body: bytes
) -> AsyncIterator[Prepared]:
    """What became of the captions somebody sent; what was made of them is there as long as the block. Raises BadTrack.

    Nothing is stored before `keep`.
    """
    language = captions.check_language(language)
    async with turns, _room(service) as folder:
        yield await asyncio.to_thread(_read, folder, body, language, version.duration_ms)


def keep(
    connection: Connection, service: Service, version: Version, prepared: Prepared, *, file_name: str, now_ms: int,
    by: str,
) -> str:  # fmt: skip
    """Stores captions that were read and accepted, and gives their id: in the writer's turn, as the cleaning comes."""
    made = prepared.captions[0]
    blobs.keep(service.settings.files, made.path, made.sha256)
    return captions.add(
        connection, version.id, made, file_name=file_name, reasons=prepared.reasons, now_ms=now_ms, by=by
    )  # fmt: skip


@contextlib.asynccontextmanager
async def _room(service: Service) -> AsyncIterator[Path]:
    """A folder beside the store, gone afterwards."""
    incoming = service.settings.incoming
    folder = await asyncio.to_thread(lambda: Path(tempfile.mkdtemp(prefix=PREFIX, dir=incoming)))
    try:
        yield folder
    finally:
        await asyncio.to_thread(blobs.discard, folder)


def _read(folder: Path, body: bytes, language: str, film_ms: int) -> Prepared:
    source, out = folder / "source", folder / "out"
    source.write_bytes(body)
    out.mkdir()
    try:
        return prepare_captions(source, out, language=language, film_ms=film_ms)
    except CannotConfine:
        raise Busy(N_("Captions cannot be read safely on this machine. Tell the people who run this.")) from None


async def say_language(service: Service, track: Track, language: str, *, by: str) -> None:
    """The same captions in the language somebody says they are in: other bytes, that wait. Raises BadTrack."""
    async with said_in(service, track, language) as made:
        now_ms = service.now()
        await service.store.run(
            lambda connection: keep_said(connection, service, track, made, now_ms=now_ms, by=by)
        )  # fmt: skip


@contextlib.asynccontextmanager
async def said_in(service: Service, track: Track, language: str) -> AsyncIterator[CaptionFile]:
    """The captions written as those of a language, as long as the block; nothing is stored before `keep_said`.

    Raises BadTrack.
    """
    language = captions.check_language(language)
    text = (await read_all(service, [track])).get(track.id)
    if text is None:
        raise BadTrack(N_("The captions' file is missing. Tell the people who run this."))
    async with _room(service) as folder:
        yield await asyncio.to_thread(
            captions.written, folder / "captions.vtt", replace(text, language=language), track.form
        )


def keep_said(
    connection: Connection, service: Service, track: Track, made: CaptionFile, *, now_ms: int, by: str
) -> str:  # fmt: skip
    """Stores them in place of `track`, and gives their id."""
    blobs.keep(service.settings.files, made.path, made.sha256)
    captions.remove(connection, track.id, now_ms=now_ms, by=by)
    return captions.add(
        connection, track.version_id, made, file_name=track.file_name, reasons=(), now_ms=now_ms, by=by
    )  # fmt: skip


async def read_all(service: Service, tracks: Iterable[Track]) -> dict[str, Captions]:
    """The texts of captions by their id; one whose file is missing or damaged is left out."""
    return await asyncio.to_thread(lambda: {one.id: text for one in tracks if (text := _text(service, one))})


def _text(service: Service, track: Track) -> Captions | None:
    try:
        return read_webvtt(files.place_of(service.settings.files, track.sha256).read_bytes())
    except (OSError, BadCaptions):
        return None
