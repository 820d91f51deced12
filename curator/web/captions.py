"""Captions of a film over HTTP: adding and removing them, their text for the preview, and decisions about them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import MultipartReader

from content.captions import MEDIA_TYPE
from content.media.limits import DEFAULTS
from curator import caption_intake, captions, library, uploads
from curator.authorisation import Action
from curator.captions import BadTrack, Track
from curator.found_reasons import ToldReason, told
from curator.library import Item, Version
from curator.moderation import LONGEST_WORDS
from curator.not_decided import NotDecided
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.files import answer, may_see
from curator.web.forms import read_form
from curator.web.library import show_item, the_item
from curator.web.moderation import show_case
from curator.web.pouring import STALL_S, cut_off
from curator.web.problems import Problem, not_found
from curator.words import _

MOST_PARTS = 8
LONGEST_FIELD_BYTES = 200
FORM_SLACK_BYTES = 8 << 10
"""What a form adds to the file it carries, at most."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form brought."""

    version_id: str
    language: str
    file_name: str
    body: bytes


async def add(request: web.Request) -> web.StreamResponse:
    """Takes a captions file for a version of an item; back to its page, with what was found."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    sent = await _sent(request)
    version = item.version(sent.version_id)
    if version is None:
        raise not_found()
    if not sent.body:
        raise Problem(422, "no_file", _("Choose a file first, then send the form."))
    try:
        await service_of(request).store.read(lambda connection: captions.refuse_bad_target(connection, version.id))
        prepared = await caption_intake.receive(
            service_of(request), request.app[caption_intake.TURNS], version,
            language=sent.language, body=sent.body, file_name=sent.file_name, by=actor.account_id,
        )  # fmt: skip
    except BadTrack as bad:
        return await show_item(request, item, status=422, captions_problem=_problem(bad))
    if not prepared.is_accepted:
        return await show_item(request, item, status=422, captions_problem=told(prepared.reasons))
    _tell(request, item)
    raise web.HTTPSeeOther(f"/items/{item.id}#captions")


async def remove(request: web.Request) -> web.StreamResponse:
    """Takes captions away, off the screens too."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    service, (track, _version) = service_of(request), await _track_of(request, item)
    await read_form(request)
    now_ms = service.now()
    await service.store.run(
        lambda connection: captions.remove(connection, track.id, now_ms=now_ms, by=actor.account_id)
    )
    _tell(request, item)
    raise web.HTTPSeeOther(f"/items/{item.id}#captions")


async def say_language(request: web.Request) -> web.StreamResponse:
    """Says in which language captions are that came inside the film without one."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    track, _version = await _track_of(request, item)
    language = (await read_form(request)).text("language", most=40)
    if track.state != "draft":
        raise web.HTTPSeeOther(f"/items/{item.id}#captions")
    try:
        await caption_intake.say_language(service_of(request), track, language, by=actor.account_id)
    except BadTrack as bad:
        return await show_item(request, item, status=422, captions_problem=_problem(bad))
    _tell(request, item)
    raise web.HTTPSeeOther(f"/items/{item.id}#captions")


async def text(request: web.Request) -> web.StreamResponse:
    """The captions as WebVTT: for everybody when they play, else for whoever may see the item."""
    version_id, track_id = request.match_info["version"], request.match_info["track"]
    found = await service_of(request).store.read(lambda connection: _look(connection, version_id, track_id))
    if found is None:
        raise not_found()
    item, version, track = found
    plays = item.may_play(version)
    is_public = plays and track.state == "approved"
    if not (is_public or may_see(request, item)):
        raise not_found()
    name = f"{item.group_slug}-{version.id}-{track.language}.vtt"
    return await answer(request, track.sha256, f"{MEDIA_TYPE}; charset=utf-8", name, is_public=is_public)


async def approve(request: web.Request) -> web.StreamResponse:
    """Approves captions of a film that is approved already."""
    moderator = allowed(request, Action.DECIDE)
    service, form = service_of(request), await read_form(request)
    track_id, sha256, now_ms = request.match_info["track"], form.text("sha256", most=64), service.now()
    return await _decide(
        request,
        lambda connection: captions.approve(
            connection, track_id, sha256, moderator=moderator, key=service.key, now_ms=now_ms
        ),
    )


async def reject(request: web.Request) -> web.StreamResponse:
    """Rejects captions, for a published reason and with words to the group."""
    moderator = allowed(request, Action.DECIDE)
    service, form = service_of(request), await read_form(request)
    track_id, sha256, now_ms = request.match_info["track"], form.text("sha256", most=64), service.now()
    reason, words = form.text("reason", most=32), form.text("words", most=LONGEST_WORDS)
    return await _decide(
        request,
        lambda connection: captions.reject(
            connection, track_id, sha256, reason=reason, words=words, moderator=moderator, now_ms=now_ms
        ),
    )


async def _decide(request: web.Request, decide: Callable[[Connection], None]) -> web.StreamResponse:
    service, version_id = service_of(request), request.match_info["version_id"]
    version = await service.store.read(lambda connection: library.version(connection, version_id))
    if version is None:
        raise not_found()
    try:
        await service.store.run(decide)
    except NotDecided as refused:
        return await show_case(request, status=409, problem=refused)
    for topic in ("queue", f"item:{version.item_id}", "programme:approved"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/moderation/{version_id}#captions")


def _problem(bad: BadTrack) -> list[ToldReason]:
    return [ToldReason(bad.told(), "", "block", None)]


def _tell(request: web.Request, item: Item) -> None:
    for topic in (f"item:{item.id}", f"group:{item.group_id}", "queue", "programme"):
        service_of(request).bus.publish(topic)


async def _track_of(request: web.Request, item: Item) -> tuple[Track, Version]:
    track_id = request.match_info["track"]
    track = await service_of(request).store.read(lambda connection: captions.track(connection, track_id))
    version = item.version(track.version_id) if track else None
    if track is None or version is None:
        raise not_found()
    return track, version


def _look(connection: Connection, version_id: str, track_id: str) -> tuple[Item, Version, Track] | None:
    track = captions.track(connection, track_id)
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if track is None or version is None or item is None or track.version_id != version.id:
        return None
    return item, version, track


async def _sent(request: web.Request) -> Sent:
    """The form, read as it comes and no further than it may be."""
    most = DEFAULTS.captions_bytes + FORM_SLACK_BYTES
    if not request.content_type.startswith("multipart/") or request.content_length is None:
        raise Problem(415, "no_form", _("This is not a form as our pages send it. Open the page here and retry."))
    if request.content_length > most:
        raise _too_large()
    fields: dict[str, str] = {}
    file_name, body = "", b""
    try:
        async with asyncio.timeout(STALL_S):
            reader = await request.multipart()
            for _number in range(MOST_PARTS):
                part = await reader.next()
                if part is None:
                    break
                if isinstance(part, MultipartReader):
                    continue
                if part.filename is None:
                    words = await _read(part, LONGEST_FIELD_BYTES)
                    fields[part.name or ""] = words.decode("utf-8", "replace").strip()
                else:
                    file_name, body = uploads.clean_name(part.filename), await _read(part, DEFAULTS.captions_bytes)
    except (ValueError, RuntimeError, HttpProcessingError):
        raise Problem(400, "bad_form", _("This form cannot be read. Open the page here and retry.")) from None
    except TimeoutError:
        raise cut_off() from None
    language = fields.get("other_language") or fields.get("language", "")
    return Sent(fields.get("version", ""), language, file_name, body)


async def _read(part: BodyPartReader, most_bytes: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk():
        body += chunk
        if len(body) > most_bytes:
            raise _too_large()
    return bytes(body)


def _too_large() -> Problem:
    most_kb = DEFAULTS.captions_bytes // 1000
    return Problem(413, "too_large", _("A captions file has at most %(most)s kB. Is it the film itself?", most=most_kb))


routes = [
    web.post("/items/{item}/captions", add),
    web.post("/items/{item}/captions/{track}/remove", remove),
    web.post("/items/{item}/captions/{track}/language", say_language),
    web.get("/files/{version}/captions/{track}", text),
    web.post("/moderation/{version_id}/captions/{track}/approve", approve),
    web.post("/moderation/{version_id}/captions/{track}/reject", reject),
]
