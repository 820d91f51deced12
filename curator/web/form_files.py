"""The files of a plain form, streamed to the disk one after the other: the same road inside as any other upload."""

import asyncio
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import MultipartReader

from curator import blobs, library, receiving, uploads
from curator.blobs import Growing
from curator.library import Item
from curator.service import Service, service_of
from curator.uploads import Upload, UploadRefused, Wanted
from curator.web.pouring import STALL_S, cut_off, pour
from curator.web.problems import Problem
from curator.web.uploads import as_problem, open_upload
from curator.words import _

MOST_PARTS = 50
FORM_SLACK_BYTES = 64 << 10
"""What a form adds to the files it carries, at most."""
AskFor = Callable[[str, int], Wanted]
"""What is wanted with a file of this name and at most this many bytes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of a form: what it became, or why it was not taken (a sentence, and a code for programs)."""

    file_name: str
    upload: Upload | None
    item: Item | None
    problem: str
    code: str = ""


async def receive_form(request: web.Request, ask_for: AskFor, *, largest_bytes: int, most_files: int = 1) -> list[Sent]:
    """Takes every file of the form. Raises Problem when it is no form with a file, or is cut off.

    `largest_bytes` is the most of one file; room for that is set aside where a form does not say how it is divided.
    """
    if request.content_length is None or not request.content_type.startswith("multipart/"):
        raise Problem(411, "no_length", _("Choose a file first, then send the form."))
    at_most = _at_most(request.content_length, largest_bytes, most_files)
    try:
        sent = await _receive_all(request, ask_for, at_most)
    except (ValueError, RuntimeError, HttpProcessingError):
        raise Problem(400, "bad_form", _("This form cannot be read. Open the page here and retry.")) from None
    except TimeoutError:
        raise cut_off() from None
    if not sent:
        raise Problem(422, "no_file", _("Choose a file first, then send the form."))
    return sent


async def _receive_all(request: web.Request, ask_for: AskFor, at_most: int) -> list[Sent]:
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
        one = await _receive(service_of(request), ask_for, at_most, part)
        if one is not None:
            sent.append(one)
    return sent


async def _receive(service: Service, ask_for: AskFor, at_most: int, part: BodyPartReader) -> Sent | None:
    """One file of the form, or None for a field in which nothing was chosen."""
    file_name = uploads.clean_name(part.filename or "")
    async with asyncio.timeout(STALL_S):
        first = await part.read_chunk()
    if not first and not part.filename:
        return None
    try:
        if not first:
            uploads.check_size(0, service.settings.largest_upload_bytes)
        upload = await _store(service, ask_for(file_name, at_most), first, part)
    except UploadRefused as refused:
        return Sent(file_name, None, None, refused.told(), refused.code)
    except Problem as problem:
        return Sent(file_name, None, None, problem.sentence, problem.code)
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


def _at_most(announced: int, largest_bytes: int, most_files: int) -> int:
    """How large a file of this form can be: the whole form, without knowing how it is divided."""
    fits = announced <= largest_bytes * most_files + FORM_SLACK_BYTES
    return min(announced, largest_bytes) if fits else announced
