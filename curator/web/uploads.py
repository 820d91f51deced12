"""Resumable uploads over HTTP: the tus protocol 1.0 (core, creation, creation with upload, termination, expiration).

Bytes go to the disk a megabyte at a time, in threads. An offset is told only after its bytes are safe; after a crash it
is what the disk holds. See https://tus.io/protocols/resumable-upload.
"""

import asyncio
import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import formatdate

from aiohttp import web

from curator import blobs, groups, library, receiving, uploads
from curator.authorisation import Action, require
from curator.blobs import Growing
from curator.groups import Group
from curator.service import Service, service_of
from curator.store import Connection
from curator.uploads import Upload, UploadRefused, Wanted
from curator.web.doorman import actor_of
from curator.web.pouring import POURS, cut_off, pour, too_much
from curator.web.problems import Problem, not_found
from curator.words import _

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
BODY_TYPE = "application/offset+octet-stream"
LONGEST_METADATA = 4096
_DIGITS = re.compile(r"[0-9]{1,16}")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an upload says of itself: as hostile as its bytes."""

    file_name: str
    title: str
    group: str
    item_id: str | None
    variant_id: str | None = None


async def tell_protocol(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer about uploads: which tus this is. (An `on_response_prepare` signal.)"""
    if request.path == "/uploads" or request.path.startswith("/uploads/"):
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"
        if response.status == 412:
            response.headers["Tus-Version"] = VERSION


async def options(request: web.Request) -> web.StreamResponse:
    """What this server can do."""
    largest = service_of(request).settings.largest_upload_bytes
    return web.Response(
        status=204,
        headers={"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(largest)},
    )


async def create(request: web.Request) -> web.StreamResponse:
    """Opens an upload, and takes its first bytes when the request brings some."""
    actor = actor_of(request)
    _check_version(request)
    service = service_of(request)
    metadata = read_metadata(request.headers.get("Upload-Metadata", ""))
    size_bytes = _whole_number(request, "Upload-Length")
    group = await target_group(request, metadata)
    wanted = Wanted(
        group_id=group.id, file_name=metadata.file_name, title=metadata.title, size_bytes=size_bytes,
        item_id=metadata.item_id, account_id=actor.account_id, variant_id=metadata.variant_id,
    )  # fmt: skip
    upload = await open_upload(service, wanted)
    headers = {"Location": f"/uploads/{upload.id}"}
    if request.content_type == BODY_TYPE and request.body_exists:
        _check_encoding(request)
        with await _hold(request, upload) as growing:
            headers |= await _take_bytes(request, upload, growing)
    else:
        headers |= {"Upload-Offset": "0", "Upload-Expires": _http_date(upload.expires_ms)}
    return web.Response(status=201, headers=headers)


async def head(request: web.Request) -> web.StreamResponse:
    """How far an upload has come."""
    _check_version(request)
    service, upload = service_of(request), await _own_upload(request)
    if upload.finished_ms is None and upload.sha256 is not None:
        upload = await _finish(service, upload)
    if upload.finished_ms is not None:
        return web.Response(headers=_told(upload, upload.size_bytes))
    with await _hold(request, upload) as growing:
        offset = await asyncio.to_thread(growing.settle)
        if offset == upload.size_bytes:
            upload = await _finish(service, upload)
    return web.Response(headers=_told(upload, offset))


async def patch(request: web.Request) -> web.StreamResponse:
    """The next bytes of an upload."""
    _check_version(request)
    service, upload = service_of(request), await _own_upload(request)
    if request.content_type != BODY_TYPE:
        raise _wrong_type()
    _check_encoding(request)
    wanted = _whole_number(request, "Upload-Offset")
    if upload.finished_ms is not None or upload.sha256 is not None:
        _check_offset(upload.size_bytes, wanted)
        upload = await _finish(service, upload)
        return web.Response(status=204, headers=_told(upload, upload.size_bytes))
    with await _hold(request, upload) as growing:
        _check_offset(growing.size_bytes, wanted)
        return web.Response(status=204, headers=await _take_bytes(request, upload, growing))


async def delete(request: web.Request) -> web.StreamResponse:
    """Drops an upload that is not finished."""
    _check_version(request)
    service, upload = service_of(request), await _own_upload(request)
    if upload.finished_ms is not None or upload.sha256 is not None:
        raise Problem(409, "finished", _("This upload is finished. Withdraw the item it became instead."))
    with await _hold(request, upload):
        await receiving.drop(service, upload.id)
    return web.Response(status=204)


async def open_upload(service: Service, wanted: Wanted) -> Upload:
    """An upload ready to take bytes: room checked, row made, empty file made. Raises Problem."""
    settings, now_ms = service.settings, service.now()
    life_ms = settings.upload_life_hours * 3_600_000
    try:
        uploads.check_size(wanted.size_bytes, settings.largest_upload_bytes)
        await asyncio.to_thread(receiving.refuse_without_room, settings, wanted.size_bytes)
        upload = await service.store.run(
            lambda connection: uploads.begin(
                connection, wanted, largest_bytes=settings.largest_upload_bytes, now_ms=now_ms, life_ms=life_ms
            )
        )
        path = receiving.incoming_path(settings, upload.id)
        await asyncio.to_thread(lambda: Growing(path, make=True).close())
    except UploadRefused as refused:
        raise as_problem(refused) from None
    except OSError as error:
        raise _disk_problem(error) from error
    return upload


async def target_group(request: web.Request, metadata: Metadata) -> Group:
    """The group an upload is meant for, if the reader may upload for it. Raises Problem or NotAllowed."""
    actor = actor_of(request)

    def look(connection: Connection) -> Group | None:
        if metadata.item_id and not metadata.group:
            item = library.item(connection, metadata.item_id)
            return groups.get(connection, item.group_id) if item else None
        return groups.by_slug(connection, metadata.group) or groups.get(connection, metadata.group)

    group = await service_of(request).store.read(look)
    if group is None or not actor.may(Action.SEE_LIBRARY, group=group.id):
        raise not_found()
    require(actor, Action.EDIT_ITEM if metadata.item_id else Action.UPLOAD, group=group.id)
    return group


def as_problem(refused: UploadRefused) -> Problem:
    """A refusal as an answer."""
    return Problem(refused.status, refused.code, refused.told())


def read_metadata(header: str) -> Metadata:
    """`Upload-Metadata`: `key base64,key base64`; keys we do not know are passed over. Raises Problem."""
    if len(header) > LONGEST_METADATA:
        raise _bad_metadata()
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _space, coded = pair.partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise _bad_metadata()
        try:
            found[key] = base64.b64decode(coded.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise _bad_metadata() from None
    return Metadata(
        file_name=found.get("filename", ""),
        title=found.get("title", ""),
        group=found.get("group", ""),
        item_id=found.get("item") or None,
        variant_id=found.get("variant") or None,
    )


async def _own_upload(request: web.Request) -> Upload:
    """The upload of the address, for whoever began it and may still upload for its group."""
    actor, upload_id = actor_of(request), request.match_info["upload"]
    upload = await service_of(request).store.read(lambda connection: uploads.get(connection, upload_id))
    if upload is None or upload.account_id != actor.account_id or upload.source != "browser":
        raise not_found()
    if upload.finished_ms is None and upload.sha256 is None and upload.expires_ms <= service_of(request).now():
        raise Problem(410, "expired", _("This upload waited too long and was dropped. Start it again."))
    require(actor, Action.UPLOAD, group=upload.group_id)
    return upload


async def _hold(request: web.Request, upload: Upload) -> Growing:
    service = service_of(request)
    path = receiving.incoming_path(service.settings, upload.id)
    try:
        try:
            return await asyncio.to_thread(Growing, path)
        except blobs.Busy:
            return await request.app[POURS].take_over(upload.id, lambda: Growing(path))
    except blobs.Busy:
        raise Problem(
            423, "busy", _("Another connection is sending this upload. Wait a moment and go on.")
        ) from None  # fmt: skip
    except FileNotFoundError:
        await receiving.drop(service, upload.id)
        raise Problem(410, "gone", _("The bytes of this upload are gone. Start it again.")) from None


async def _take_bytes(request: web.Request, upload: Upload, growing: Growing) -> dict[str, str]:
    """Takes what a request brings; finishes the upload when it is whole. Gives the headers to answer with."""
    service = service_of(request)
    most = min(upload.size_bytes - growing.size_bytes, service.settings.upload_chunk_bytes)
    announced = request.content_length
    if announced is not None and announced > most:
        raise too_much(most)
    expires_ms = service.now() + service.settings.upload_life_hours * 3_600_000
    try:
        await asyncio.to_thread(receiving.refuse_without_room, service.settings, announced or 0)
        try:
            with request.app[POURS].of(upload.id, request.content) as body:
                await pour(body, growing, most)
        finally:
            # However the request ended: what came is kept, made safe and told to whoever asks next.
            offset = await asyncio.to_thread(growing.settle)
            await service.store.run(
                lambda connection: uploads.note_offset(connection, upload.id, offset, expires_ms)
            )  # fmt: skip
    except UploadRefused as refused:
        raise as_problem(refused) from None
    except (TimeoutError, ConnectionError):
        raise cut_off() from None
    except OSError as error:
        raise _disk_problem(error) from error
    if offset == upload.size_bytes:
        upload = await _finish(service, upload)
    return _told(upload, offset, expires_ms)


def _told(upload: Upload, offset: int, expires_ms: int = 0) -> dict[str, str]:
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(upload.size_bytes)}
    if upload.finished_ms is None:
        return headers | {"Upload-Expires": _http_date(max(expires_ms, upload.expires_ms))}
    return headers | {"Commonscreen-Item": upload.item_id or "", "Commonscreen-Outcome": upload.outcome}


async def _finish(service: Service, upload: Upload) -> Upload:
    try:
        return await receiving.finish(service, upload)
    except UploadRefused as refused:
        raise as_problem(refused) from None


def _check_version(request: web.Request) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Problem(412, "wrong_version", _("Uploads are taken in version %(version)s of tus.", version=VERSION))


def _check_encoding(request: web.Request) -> None:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise _wrong_type()


def _wrong_type() -> Problem:
    return Problem(415, "wrong_type", _("The bytes of an upload come as %(type)s.", type=BODY_TYPE))


def _check_offset(real: int, wanted: int) -> None:
    if real != wanted:
        sentence = _("This upload is at byte %(real)s, not %(wanted)s. Go on from there.", real=real, wanted=wanted)
        raise Problem(409, "wrong_offset", sentence)


def _whole_number(request: web.Request, name: str) -> int:
    words = request.headers.get(name, "")
    if not _DIGITS.fullmatch(words):
        raise Problem(400, "bad_header", _("The header %(name)s must be a whole number.", name=name))
    return int(words)


def _bad_metadata() -> Problem:
    return Problem(400, "bad_metadata", _("The header Upload-Metadata cannot be read."))


def _disk_problem(error: OSError) -> Problem:
    if blobs.is_full(error):
        return as_problem(receiving.no_room())
    return Problem(500, "disk_failed", _("The service's disk does not take this. Go on later; it has been noted."))


def _http_date(at_ms: int) -> str:
    return formatdate(at_ms / 1000, usegmt=True)


routes = [
    web.options("/uploads", options),
    web.post("/uploads", create),
    web.options("/uploads/{upload}", options),
    web.head("/uploads/{upload}", head),
    web.patch("/uploads/{upload}", patch),
    web.delete("/uploads/{upload}", delete),
]
