"""A programmer's draft: what is in it, and publishing it. A page, and JSON for the calendar."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from content.canonical import Json
from content.reading import SAFE_INTEGER, Reader
from curator import drafts, revisions, screens, slot_checks
from curator.authorisation import Action, Actor
from curator.drafts import ChangeRefused, Draft, Overtaken, Published
from curator.programme.changes import BookingCancelled, BookingPut, Change, change_json, read_change
from curator.revisions import MOST_CHANGES, Revision
from curator.service import Service, service_of
from curator.store import Connection
from curator.web.change_words import tell
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.problems import Problem
from curator.words import Told, _

HERE = "/programme/draft"
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Line:
    """A change in words, and what is in the way of the booking it makes."""

    position: int
    sentence: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Others:
    """What others published: who, when, and each change in words."""

    revision: Revision
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A draft as its page shows it. `revision` is the newest one, `by` what others published since the draft's base."""

    draft: Draft | None
    lines: list[Line]
    revision: int
    by: list[Others]

    def as_json(self) -> dict[str, Json]:
        """For the calendar."""
        draft = self.draft
        return {
            "changes": [change_json(change) for change in draft.changes] if draft else [],
            "words": [line.sentence for line in self.lines],
            "cautions": [list(line.cautions) for line in self.lines],
            "sentence": drafts.bar_words(draft),
            "undo": bool(draft and draft.changes),
            "redo": bool(draft and draft.undone),
            "base_revision": draft.base_revision if draft else self.revision,
            "revision": self.revision,
            "overtaken": [
                {
                    "revision": told.revision.number, "name": told.revision.name, "at_ms": told.revision.at_ms,
                    "words": list(told.sentences),
                }
                for told in self.by
            ],
        }  # fmt: skip


def look(connection: Connection, account_id: str, now_ms: int) -> Seen:
    """Somebody's draft with everything the page and the calendar tell about it."""
    draft = drafts.of(connection, account_id)
    changes = draft.changes if draft else ()
    lines = [
        Line(position, sentence, _cautions(connection, changes, position, now_ms))
        for position, sentence in enumerate(tell(connection, changes))
    ]
    behind = drafts.overtaken(connection, draft) if draft else None
    others = [revision for revision in behind.by if revision.account_id != account_id] if behind else []
    by = [Others(revision, tell(connection, revision.changes)) for revision in others]
    return Seen(draft, lines, revisions.newest(connection), by)


def _cautions(connection: Connection, changes: Sequence[Change], position: int, now_ms: int) -> tuple[str, ...]:
    """What is in the way of the booking made by this change, if no later one makes it anew."""
    change = changes[position]
    if not isinstance(change, BookingPut):
        return ()
    later = (one for one in changes[position + 1 :] if isinstance(one, BookingPut | BookingCancelled))
    if any(change.booking.id == (one.booking.id if isinstance(one, BookingPut) else one.booking_id) for one in later):
        return ()
    return tuple(slot_checks.cautions(connection, change.booking, now_ms))


async def see(request: web.Request) -> web.StreamResponse:
    """The draft's page."""
    actor = allowed(request, Action.PROGRAMME)
    return await _page(request, actor)


async def see_json(request: web.Request) -> web.StreamResponse:
    """The draft for the calendar."""
    actor = allowed(request, Action.PROGRAMME)
    return await _json(request, actor)


async def change(request: web.Request) -> web.StreamResponse:
    """Adds changes: `{"changes": […]}`. 200 with the draft, or 422 with `refused` and `free_ms`."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    if request.content_type != JSON_TYPE:
        raise Problem(415, "no_json", _("This needs JSON: {“changes”: […]}."))
    reader = Reader.of_bytes(await request.read(), limit_bytes=service.settings.form_bytes)
    added = [read_change(place) for place in reader.fields("changes")["changes"].items(most=MOST_CHANGES)]
    now_ms, lead_ms = _moment(service)
    try:
        await service.store.run(
            lambda connection: drafts.add(connection, actor.account_id, added, now_ms=now_ms, lead_ms=lead_ms)
        )
    except Told as refused:
        return refused_json(refused)
    return await _json(request, actor)


async def undo(request: web.Request) -> web.StreamResponse:
    """Takes the last change back."""
    return await _step(request, drafts.undo)


async def redo(request: web.Request) -> web.StreamResponse:
    """Makes the change again that was taken back last."""
    return await _step(request, drafts.redo)


async def discard(request: web.Request) -> web.StreamResponse:
    """Throws the draft away."""
    return await _step(request, drafts.discard)


async def rebase(request: web.Request) -> web.StreamResponse:
    """Lays the draft on top of what others published."""
    return await _step(request, drafts.rebase)


async def drop(request: web.Request) -> web.StreamResponse:
    """Takes one change out, whichever it is."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    position = (await read_form(request)).integer("position", least=0, most=MOST_CHANGES)
    await service.store.run(
        lambda connection: drafts.drop(connection, actor.account_id, position, now_ms=service.now())
    )
    return await _done(request, actor)


async def publish(request: web.Request) -> web.StreamResponse:
    """Publishes the draft, or says what others did meanwhile (409), or which change cannot be made any more (422)."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    form = await read_form(request)
    on_revision, at_once = form.integer("revision", least=0, most=SAFE_INTEGER), form.flag("now")
    now_ms, lead_ms = _moment(service)
    try:
        outcome = await service.store.run(
            lambda connection: drafts.publish(
                connection, actor.account_id, now_ms=now_ms, lead_ms=lead_ms, on_revision=on_revision, at_once=at_once
            )
        )
    except Told as refused:
        return (
            refused_json(refused) if _wants_json(request) else await _page(request, actor, status=422, refused=refused)
        )
    if isinstance(outcome, Overtaken):
        return await _json(request, actor, 409) if _wants_json(request) else await _page(request, actor, status=409)
    tell_everybody(service, outcome)
    if _wants_json(request):
        return await _json(request, actor)
    raise web.HTTPSeeOther(f"{HERE}?done={outcome.revision}")


def tell_everybody(service: Service, published: Published) -> None:
    """Hints the publisher and the pages that the programme of these screens changed."""
    service.bus.publish("programme:")
    for screen_id in published.screens:
        service.bus.publish(f"programme:{screen_id}")


async def _step(request: web.Request, step: Callable[..., object]) -> web.StreamResponse:
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    await service.store.run(lambda connection: step(connection, actor.account_id, now_ms=service.now()))
    return await _done(request, actor)


async def _done(request: web.Request, actor: Actor) -> web.StreamResponse:
    if _wants_json(request):
        return await _json(request, actor)
    raise web.HTTPSeeOther(HERE)


async def _json(request: web.Request, actor: Actor, status: int = 200) -> web.StreamResponse:
    seen = await service_of(request).store.read(
        lambda connection: look(connection, actor.account_id, service_of(request).now())
    )
    return web.json_response(seen.as_json(), status=status, headers={"Cache-Control": "no-store"})


def _refusal(connection: Connection, service: Service, actor: Actor) -> ChangeRefused | None:
    """Why a change of the draft cannot be made any more."""
    draft = drafts.of(connection, actor.account_id)
    now_ms, lead_ms = _moment(service)
    try:
        drafts.try_out(connection, draft.changes if draft else (), now_ms=now_ms, lead_ms=lead_ms, by=actor.account_id)
    except ChangeRefused as refused:
        return refused
    return None


async def _page(
    request: web.Request, actor: Actor, *, status: int = 200, refused: Told | None = None
) -> web.StreamResponse:
    service = service_of(request)
    if refused is None:
        refused = await service.store.run(lambda connection: _refusal(connection, service, actor))
    seen = await service.store.read(lambda connection: look(connection, actor.account_id, service.now()))
    return render(
        request,
        "draft.html",
        status=status,
        seen=seen,
        zone=service.settings.zone,
        refusal=refused.told() if refused else "",
        refused_position=refused.position if isinstance(refused, ChangeRefused) else -1,
        done=request.query.get("done", "") if request.method == "GET" else "",
        freeze_minutes=await service.store.read(
            lambda connection: _freeze_minutes(connection, seen.draft, service.settings.freeze_minutes)
        ),
    )


def _freeze_minutes(connection: Connection, draft: Draft | None, usual: int) -> int:
    """The longest promise of any screen that the draft concerns."""
    concerned = set(revisions.screens_of(connection, draft.changes if draft else ()))
    promised = [one.freeze_ms(usual) for one in screens.every(connection) if one.id in concerned]
    return max(promised, default=0) // 60_000


def refused_json(refused: Told) -> web.StreamResponse:
    """422 with why, which change, and the times that are free."""
    free = list(refused.free_ms) if isinstance(refused, ChangeRefused) else []
    position = refused.position if isinstance(refused, ChangeRefused) else None
    return web.json_response({"refused": refused.told(), "free_ms": free, "position": position}, status=422)


def _moment(service: Service) -> tuple[int, int]:
    return service.now(), service.settings.change_lead_seconds * 1000


def _wants_json(request: web.Request) -> bool:
    return JSON_TYPE in request.headers.get("Accept", "")


routes = [
    web.get(HERE, see),
    web.get(f"{HERE}.json", see_json),
    web.post(f"{HERE}/changes", change),
    web.post(f"{HERE}/undo", undo),
    web.post(f"{HERE}/redo", redo),
    web.post(f"{HERE}/discard", discard),
    web.post(f"{HERE}/rebase", rebase),
    web.post(f"{HERE}/drop", drop),
    web.post(f"{HERE}/publish", publish),
]
