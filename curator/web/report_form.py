"""The form of a street report: a few short fields and perhaps a photo. Only so many photos are held at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict

from curator.report_photos import LARGEST_BYTES, MOST_HELD, Darkroom, NoPhoto, Trouble
from curator.web.forms import FORM_TYPE, Form, read_form
from curator.web.problems import Problem
from curator.words import _

MOST_PARTS = 12
LARGEST_FIELD_BYTES = 4 << 10
FORM_S = 90.0
"""For the whole form: a photo over a slow connection."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent. `trouble` is why there is no photo where one was sent."""

    form: Form
    photo: bytes = b""
    trouble: Trouble | None = None


@asynccontextmanager
async def sent_report(request: web.Request, darkroom: Darkroom) -> AsyncIterator[Sent]:
    """The form of this request, with or without a photo. Raises Problem when it is none, or is cut off."""
    if request.content_type == FORM_TYPE or not request.body_exists:
        yield Sent(await read_form(request))
        return
    if request.content_type != "multipart/form-data":
        raise Problem(415, "no_form", _("This is not a form as our pages send it. Open the page here and retry."))
    with ExitStack() as held:
        try:
            async with asyncio.timeout(FORM_S):
                sent = await _read(request, darkroom, held)
        except TimeoutError:
            raise Problem(408, "too_slow", _("The form took too long to arrive. Send it again.")) from None
        except (ValueError, RuntimeError, HttpProcessingError):
            raise Problem(400, "bad_form", _("This form cannot be read. Open the page here and retry.")) from None
        yield sent


async def _read(request: web.Request, darkroom: Darkroom, held: ExitStack) -> Sent:
    reader = await request.multipart()
    fields: MultiDict[str] = MultiDict()
    photo, trouble = b"", None
    for _number in range(MOST_PARTS):
        part = await reader.next()
        if part is None:
            return Sent(Form(fields), photo, trouble)
        if not isinstance(part, BodyPartReader):
            break
        if part.filename is None:
            fields.add((part.name or "")[:40], (await _some(part, LARGEST_FIELD_BYTES)).decode("utf-8"))
            continue
        try:
            photo = photo or await _held(part, darkroom, held)
        except NoPhoto as refused:
            trouble = refused.why
    raise ValueError("more parts than the form has")


async def _some(part: BodyPartReader, most: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk():
        body += chunk
        if len(body) > most:
            raise ValueError("a field is longer than any of ours")
    return bytes(body)


async def _held(part: BodyPartReader, darkroom: Darkroom, held: ExitStack) -> bytes:
    """The file of the form, b"" when nothing was chosen. What is not wanted is read to its end and dropped."""
    body, size = bytearray(), 0
    trouble: Trouble | None = None
    while chunk := await part.read_chunk():
        if not size and not trouble:
            if darkroom.held >= MOST_HELD:
                trouble = "photo_busy"
            else:
                held.enter_context(darkroom.holding())
        size += len(chunk)
        if size > 4 * LARGEST_BYTES:
            raise ValueError("a file that no phone makes")
        if size > LARGEST_BYTES:
            trouble = trouble or "photo_size"
            body.clear()
        if trouble is None:
            body += chunk
    if trouble is not None:
        raise NoPhoto(trouble)
    return bytes(body)
