"""Captions: those of a version, adding and taking away, and what moderators say to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from aiohttp import web
from pydantic import Field

from content.media.facts import CaptionFile, Prepared
from curator import caption_intake, captions, library
from curator.api.endpoint import Call, conflict, endpoint, not_found
from curator.api.items import Found, found_told, seen_item, the_item
from curator.api.moderation import Rejection
from curator.api.reading import Given, Instant, Line, Sha256, Told, bad_fields
from curator.authorisation import Action
from curator.captions import Track
from curator.found_reasons import told as told_reasons
from curator.library import Item, Version
from curator.problem import Fault
from curator.words import N_, _

LONGEST_TEXT = 200_000
"""Letters in one request; a page takes longer files."""


class CaptionsAnswer(Told):
    """Captions in one language. Their text is at `/files/{version}/captions/{id}`."""

    id: str
    version: str
    language: str
    state: str = Field(description="draft (its language is not said), submitted, approved or rejected")
    form: str
    file_name: str
    sha256: str
    cues: int
    found: list[Found]
    created_by: str | None
    created_ms: Instant
    agreed_by: str | None = Field(description="Who agreed first, where two people must.")
    reason: str
    words: str


class CaptionsOf(Told):
    """Captions, by language."""

    captions: list[CaptionsAnswer]


class CaptionsGiven(Given):
    """SubRip, WebVTT or ASS in one language, as text."""

    language: Annotated[Line, Field(min_length=2, max_length=40, examples=["vi", "en-GB"])]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    file_name: Annotated[Line, Field(max_length=120)] = "captions"


class LanguageGiven(Given):
    """Which language."""

    language: Annotated[Line, Field(min_length=2, max_length=40, examples=["vi", "en-GB"])]


class Approval(Given):
    """The captions that were looked at."""

    sha256: Sha256


def _told(track: Track) -> CaptionsAnswer:
    return CaptionsAnswer(
        id=track.id, version=track.version_id, language=track.language, state=track.state, form=track.form,
        file_name=track.file_name, sha256=track.sha256, cues=track.cues,
        found=[found_told(one) for one in track.reasons], created_by=track.created_by, created_ms=track.created_ms,
        agreed_by=track.agreed_by, reason=track.reason, words=track.words,
    )  # fmt: skip


def _version(call: Call, item: Item) -> Version:
    found = item.version(call.named["version"])
    if found is None:
        raise not_found()
    return found


def _own_track(call: Call) -> tuple[Item, Track]:
    """The captions of the address, if the reader may change the item they belong to."""
    item = the_item(call)
    track = captions.track(call.connection, call.named["track"])
    if track is None or item.version(track.version_id) is None:
        raise not_found()
    return item, track


def _any_track(call: Call) -> Track:
    track = captions.track(call.connection, call.named["track"])
    if track is None:
        raise not_found()
    return track


def _now(call: Call, track_id: str) -> CaptionsAnswer:
    track = captions.track(call.connection, track_id)
    if track is None:
        raise not_found()
    return _told(track)


def _hint(call: Call, item: Item) -> None:
    call.hint(f"item:{item.id}", f"group:{item.group_id}", "queue", "programme")


@asynccontextmanager
async def _read_in(app: web.Application, call: Call, item: Item, body: CaptionsGiven) -> AsyncIterator[Prepared]:
    version, service = _version(call, item), call.service
    await service.store.read(lambda connection: captions.refuse_bad_target(connection, version.id))
    async with caption_intake.read_in(
        service, app[caption_intake.TURNS], version, language=body.language, body=body.text.encode()
    ) as prepared:
        yield prepared


@endpoint("GET", "/api/items/{item}/versions/{version}/captions", N_("The captions of a version"),
          asks=Action.SEE_LIBRARY, about=seen_item)  # fmt: skip
def of_version(call: Call, item: Item) -> CaptionsOf:
    """By language, the newest of each first."""
    found = captions.of_version(call.connection, _version(call, item).id)
    return CaptionsOf(captions=[_told(one) for one in found])


@endpoint("POST", "/api/items/{item}/versions/{version}/captions", N_("Add captions to a film"),
          asks=Action.EDIT_ITEM, about=the_item, status=201, beforehand=_read_in)  # fmt: skip
def add(call: Call, item: Item, body: CaptionsGiven) -> CaptionsAnswer:
    """They wait for a moderator; those in the same language that wait or were rejected make room."""
    prepared: Prepared = call.made
    if not prepared.is_accepted:
        raise bad_fields([Fault("text", one.sentence) for one in told_reasons(prepared.reasons)])
    made = caption_intake.keep(
        call.connection, call.service, _version(call, item), prepared, file_name=body.file_name, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip
    _hint(call, item)
    return _now(call, made)


@asynccontextmanager
async def _said_in(
    _app: web.Application, call: Call, own: tuple[Item, Track], body: LanguageGiven
) -> AsyncIterator[CaptionFile]:  # fmt: skip
    _item, track = own
    if track.state != "draft":
        raise conflict(_("The language of these captions is said already."))
    async with caption_intake.said_in(call.service, track, body.language) as made:
        yield made


@endpoint("POST", "/api/items/{item}/captions/{track}/language", N_("Say in which language found captions are"),
          asks=Action.EDIT_ITEM, about=_own_track, refuses=(409,), beforehand=_said_in)  # fmt: skip
def say_language(call: Call, own: tuple[Item, Track], body: LanguageGiven) -> CaptionsAnswer:  # noqa: ARG001
    """Of captions that came inside the film without one: with it they wait for a moderator, under another id."""
    item, track = own
    if track.state != "draft":
        raise conflict(_("The language of these captions is said already."))
    made = caption_intake.keep_said(
        call.connection, call.service, track, call.made, now_ms=call.now_ms, by=call.actor.account_id
    )
    _hint(call, item)
    return _now(call, made)


@endpoint("DELETE", "/api/items/{item}/captions/{track}", N_("Take captions away"), asks=Action.EDIT_ITEM,
          about=_own_track)  # fmt: skip
def remove(call: Call, own: tuple[Item, Track]) -> None:
    """Off the screens too; the film plays on."""
    item, track = own
    captions.remove(call.connection, track.id, now_ms=call.now_ms, by=call.actor.account_id)
    _hint(call, item)


@endpoint("GET", "/api/moderation/captions", N_("Captions that wait though their film is approved"),
          asks=Action.SEE_QUEUE)  # fmt: skip
def waiting(call: Call) -> CaptionsOf:
    """The oldest first."""
    return CaptionsOf(captions=[_told(one.track) for one in captions.waiting(call.connection)])


@endpoint("POST", "/api/moderation/captions/{track}/approve", N_("Approve captions over their film"),
          asks=Action.DECIDE, about=_any_track, refuses=(409,))  # fmt: skip
def approve(call: Call, track: Track, body: Approval) -> CaptionsAnswer:
    """The film is approved before."""
    captions.approve(
        call.connection, track.id, body.sha256, moderator=call.actor, key=call.service.key, now_ms=call.now_ms
    )  # fmt: skip
    return _decided(call, track)


@endpoint("POST", "/api/moderation/captions/{track}/reject", N_("Reject captions for a published reason"),
          asks=Action.DECIDE, about=_any_track, refuses=(409,))  # fmt: skip
def reject(call: Call, track: Track, body: Rejection) -> CaptionsAnswer:
    """What was approved before stays."""
    captions.reject(
        call.connection, track.id, body.sha256, reason=body.reason, words=body.words, moderator=call.actor,
        now_ms=call.now_ms,
    )  # fmt: skip
    return _decided(call, track)


def _decided(call: Call, track: Track) -> CaptionsAnswer:
    version = library.version(call.connection, track.version_id)
    if version is not None:
        call.hint("queue", f"item:{version.item_id}", "programme:approved")
    return _now(call, track.id)
