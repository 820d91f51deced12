"""What is kept about somebody, as a file: for oneself, or made by an administrator for whoever asked for it."""

import asyncio
import tempfile
from typing import IO

from aiohttp import web

from content.language import LANGUAGES
from curator import audit, own_data
from curator.authorisation import Action, Actor
from curator.limits import Tries
from curator.own_data import Asked
from curator.service import Service, service_of
from curator.store import Connection
from curator.web.doorman import actor_of, allowed, site_of
from curator.web.forms import read_form
from curator.web.problems import Problem, not_found
from curator.words import LANGUAGE, _

EXPORTS: web.AppKey[Tries] = web.AppKey("exports", Tries)
MOST_EXPORTS = 10
"""How many one person may have made in ten minutes."""
WINDOW_MS = 10 * 60_000
CHUNK_BYTES = 256 << 10


def attach(app: web.Application) -> None:
    """Nobody has asked yet."""
    app[EXPORTS] = Tries(MOST_EXPORTS, WINDOW_MS)


async def own(request: web.Request) -> web.StreamResponse:
    """What is kept about whoever asks."""
    actor = actor_of(request)
    return await _made(request, actor, actor.account_id)


async def for_somebody(request: web.Request) -> web.StreamResponse:
    """What is kept about somebody, in their language."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    return await _made(request, actor, request.match_info["account_id"])


async def _made(request: web.Request, actor: Actor, account_id: str) -> web.StreamResponse:
    await read_form(request)
    service, tries = service_of(request), request.app[EXPORTS]
    now_ms = service.now()
    if tries.wait_ms(actor.account_id, now_ms):
        raise Problem(429, "too_many", _("Too many tries. Please wait ten minutes and try again."))
    tries.note(actor.account_id, now_ms)

    def note(connection: Connection) -> Asked | None:
        asked = own_data.about(connection, account_id, site_of(request))
        if asked is not None:
            audit.record(connection, now_ms, actor.account_id, "account.export", f"account:{account_id}")
        return asked

    asked = await service.store.run(note)
    if asked is None:
        raise not_found()
    theirs = LANGUAGE.get() if account_id == actor.account_id else asked.who.language
    language = theirs if theirs in LANGUAGES else LANGUAGE.get()
    # In a thread of its own: the store's readers stay free for pages.
    file = await asyncio.to_thread(_written, service, asked, language, now_ms)
    try:
        return await _sent(request, file)
    finally:
        await asyncio.to_thread(file.close)


def _written(service: Service, asked: Asked, language: str, now_ms: int) -> IO[bytes]:
    """The archive, to be read from its start. It has no name: nothing is left of it, however this ends."""
    file = tempfile.TemporaryFile(dir=service.settings.incoming)  # noqa: SIM115 - whoever sends it closes it
    try:
        service.store.read_now(
            lambda connection: own_data.write(connection, asked, file, language=language, now_ms=now_ms)
        )
    except BaseException:
        file.close()
        raise
    return file


async def _sent(request: web.Request, file: IO[bytes]) -> web.StreamResponse:
    answer = web.StreamResponse(
        headers={
            "Content-Type": "application/zip", "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="commonscreen-about-me.zip"',
        }
    )  # fmt: skip
    answer.content_length = await asyncio.to_thread(_size_at_start, file)
    await answer.prepare(request)
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        await answer.write(chunk)
    await answer.write_eof()
    return answer


def _size_at_start(file: IO[bytes]) -> int:
    size_bytes = file.tell()
    file.seek(0)
    return size_bytes


routes = [
    web.post("/account/export", own),
    web.post("/people/{account_id}/export", for_somebody),
]
