"""The page to upload from, and its plain form for browsers without scripts: the same road inside, in one go."""

import asyncio
import dataclasses
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import MultipartReader

from curator import blobs, groups, library, receiving, uploads
from curator.authorisation import Action, require
from curator.blobs import Growing
from curator.groups import Group
from curator.library import Item
from curator.service import Service, service_of
from curator.uploads import Upload, UploadRefused, Wanted
from curator.web.doorman import actor_of
from curator.web.library import the_group
from curator.web.pages import render
from curator.web.pouring import STALL_S, cut_off, pour
from curator.web.problems import Problem, not_found
from curator.web.uploads import as_problem, open_upload
from curator.words import _

MOST_PARTS = 50
FORM_SLACK_BYTES = 64 << 10
"""What a form adds to the files it carries, at most."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of a form: what it became, or why it was not taken."""

    file_name: str
    upload: Upload | None
    item: Item | None
    problem: str


async def page(request: web.Request) -> web.StreamResponse:
    """Choose files, take a picture or a film, or drop them here."""
    group, item = await _target(request)
    return await _page(request, group, item, [], 200)


async def send_form(request: web.Request) -> web.StreamResponse:
    """Takes the files of a plain form, streamed to the disk; tells what became of each."""
    group, item = await _target(request)
    if request.content_length is None or not request.content_type.startswith("multipart/"):
        raise Problem(411, "no_length", _("Choose a file first, then send the form."))
    try:
        sent = await _receive_all(request, group, item)
    except (ValueError, RuntimeError, HttpProcessingError):
        raise Problem(400, "bad_form", _("This form cannot be read. Open the page here and retry.")) from None
    except TimeoutError:
        raise cut_off() from None
    if not sent:
        raise Problem(422, "no_file", _("Choose a file first, then send the form."))
    if len(sent) == 1 and sent[0].item is not None and sent[0].upload and sent[0].upload.outcome == "made":
        raise web.HTTPSeeOther(f"/items/{sent[0].item.id}")
    return await _page(request, group, item, sent, 422 if any(one.problem for one in sent) else 200)


async def _receive_all(request: web.Request, group: Group, item: Item | None) -> list[Sent]:
    """Every file of the form. Raises ValueError when it is malformed, TimeoutError when nothing comes any more."""
    reader = await request.multipart()
    sent: list[Sent] = []
    for _number in range(MOST_PARTS):
        async with asyncio.timeout(STALL_S):
            part = await reader.next()
        if part is None:
            break
        if isinstance(part, MultipartReader) or part.filename is None:
            continue
        one = await _receive(request, group, item, part)
        if one is not None:
            sent.append(one)
    return sent


async def _receive(request: web.Request, group: Group, item: Item | None, part: BodyPartReader) -> Sent | None:
    """One file of the form, or None for a field in which nothing was chosen."""
    service, actor = service_of(request), actor_of(request)
    file_name = uploads.clean_name(part.filename or "")
    async with asyncio.timeout(STALL_S):
        first = await part.read_chunk()
    if not first and not part.filename:
        return None
    wanted = Wanted(
        group_id=group.id, file_name=file_name, title="", size_bytes=_at_most(request, service),
        item_id=item.id if item else None, account_id=actor.account_id, source="form",
    )  # fmt: skip
    try:
        if not first:
            uploads.check_size(0, service.settings.largest_upload_bytes)
        upload = await _store(service, wanted, first, part)
    except UploadRefused as refused:
        return Sent(file_name, None, None, refused.told())
    except Problem as problem:
        return Sent(file_name, None, None, problem.sentence)
    made = await service.store.read(lambda connection: library.item(connection, upload.item_id or ""))
    return Sent(file_name, upload, made, "")


async def _store(service: Service, wanted: Wanted, first: bytes, part: BodyPartReader) -> Upload:
    upload = await open_upload(service, wanted)
    path = receiving.incoming_path(service.settings, upload.id)
    growing = await asyncio.to_thread(Growing, path)
    is_whole = False
    try:
        await asyncio.to_thread(growing.append, first)
        await pour(part.read_chunk, growing, upload.size_bytes - len(first))
        size_bytes = await asyncio.to_thread(growing.settle)
        is_whole = True
        return await receiving.finish(service, dataclasses.replace(upload, size_bytes=size_bytes))
    except (TimeoutError, ConnectionError):
        raise cut_off() from None
    except OSError as error:
        if blobs.is_full(error):
            raise as_problem(receiving.no_room()) from error
        raise
    finally:
        await asyncio.to_thread(growing.close)
        if not is_whole:
            await receiving.drop(service, upload.id)


def _at_most(request: web.Request, service: Service) -> int:
    """How large a file of this form can be: the whole form, without knowing how it is divided."""
    announced = request.content_length or 0
    largest = service.settings.largest_upload_bytes
    return min(announced, largest) if announced <= largest + FORM_SLACK_BYTES else announced


async def _target(request: web.Request) -> tuple[Group, Item | None]:
    group = await the_group(request)
    item_id = request.query.get("item", "")
    require(actor_of(request), Action.EDIT_ITEM if item_id else Action.UPLOAD, group=group.id)
    if not item_id:
        return group, None
    item = await service_of(request).store.read(lambda connection: library.item(connection, item_id))
    if item is None or item.group_id != group.id or item.withdrawn_ms is not None:
        raise not_found()
    return group, item


async def _page(
    request: web.Request, group: Group, item: Item | None, sent: list[Sent], status: int
) -> web.StreamResponse:
    service = service_of(request)
    stored = await service.store.read(lambda connection: groups.stored_bytes(connection, group.id))
    return render(
        request, "library_upload.html", status=status, group=group, item=item, sent=sent,
        largest_bytes=service.settings.largest_upload_bytes, chunk_bytes=service.settings.upload_chunk_bytes,
        left_bytes=max(0, group.quota_bytes - stored), longest_title=library.LONGEST_TITLE,
    )  # fmt: skip


routes = [web.get("/library/{group}/upload", page), web.post("/library/{group}/upload", send_form)]
