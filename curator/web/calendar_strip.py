"""The film strip: what plays on a screen from some time on, as pictures and as the very files, one after another.

"Play Tuesday 17:40 on the library screen": as it is published, or as it would be under the reader's draft.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import date, time

from aiohttp import web

from content.canonical import Json
from content.programme.engine import Event, Programme
from curator import drafts, library
from curator.authorisation import Action
from curator.drafts import ChangeRefused
from curator.library import Item
from curator.programme import inputs, library_facts
from curator.programme.compiler import compile_plan
from curator.programme.facts import Moment
from curator.programme.hours import DAY_MS, NoSuchTime, instant_of, wall
from curator.programme.inputs import Inputs
from curator.programme.published import newest
from curator.screens import Screen
from curator.service import Service, service_of
from curator.store import Connection, taken_back
from curator.tables import items
from curator.web.doorman import allowed
from curator.web.forms import BadForm
from curator.web.pages import clock_time, render
from curator.web.programme import screen_named
from curator.words import N_, _

LENGTH_MS = 600_000
"""How much of the programme a strip shows."""
MOST_CLIPS = 400
FURTHEST_DAYS = 400
DRAFT_DAYS = 7
"""How far ahead a draft is laid out to be looked at."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One thing on the strip. `version_id` names the file that plays, None for what the screen draws itself."""

    event: Event
    title: str
    group_name: str
    colour: str
    version_id: str | None
    medium: str


async def see(request: web.Request) -> web.StreamResponse:
    """The strip from `at` (UTC ms) or `day` and `time` (the screen's own) on."""
    actor = allowed(request, Action.SEE_PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    at_ms = _at(request, screen, service.now())
    wants_draft = request.query.get("draft", "") == "1" and actor.may(Action.PROGRAMME)
    trouble = ""
    try:
        programme = await _programme(service, screen, actor.account_id if wants_draft else "")
    except ChangeRefused as refused:
        programme, trouble = None, refused.told()
    events = _events(programme, at_ms) if programme is not None else []
    clips = await service.store.read(lambda connection: _clips(connection, events))
    local = wall(screen.zone, at_ms)
    return render(
        request,
        "strip.html",
        screen=screen,
        clips=clips,
        at_ms=at_ms,
        end_ms=at_ms + LENGTH_MS,
        day=local.date().isoformat(),
        time=local.strftime("%H:%M:%S"),
        is_draft=wants_draft,
        trouble=trouble,
        plays=json.dumps([_clip_json(clip, screen, at_ms) for clip in clips], ensure_ascii=False),
    )


async def _programme(service: Service, screen: Screen, account_id: str) -> Programme | None:
    """The published programme, or that under somebody's draft; None when there is none. Raises ChangeRefused."""
    published = await service.store.read(lambda connection: newest(connection, screen.id))
    old = published.programme if published else None
    if not account_id:
        return old
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000
    length_ms = (DRAFT_DAYS + 1) * DAY_MS
    moment = Moment(now_ms, lead_ms, length_ms, screen.freeze_ms(service.settings.freeze_minutes))

    def gather(connection: Connection) -> Inputs:
        draft = drafts.of(connection, account_id)
        with taken_back(connection):
            changes = draft.changes if draft else ()
            drafts.apply(connection, changes, now_ms=now_ms, lead_ms=lead_ms, by=account_id)
            known = library_facts.gather(connection, service.key.public)
            return inputs.gather(connection, known, screen, now_ms, now_ms + length_ms + DAY_MS)

    found = await service.store.run(gather)
    return await asyncio.to_thread(lambda: Programme(compile_plan(found.facts, moment, old).plan))


def _events(programme: Programme, at_ms: int) -> list[Event]:
    """What is on in the strip's time, as far as the plan reaches."""
    first_ms, last_ms = programme.span
    from_ms, to_ms = max(at_ms, first_ms), min(at_ms + LENGTH_MS, last_ms)
    if from_ms >= to_ms:
        return []
    on = (event for event in programme.each_event(from_ms, to_ms) if event.kind != "off")
    return [event for event, _place in zip(on, range(MOST_CLIPS), strict=False)]


def _clips(connection: Connection, events: list[Event]) -> list[Clip]:
    wanted = sorted({event.item for event in events if event.item is not None})
    known = {item.id: item for item in library.items_where(connection, items.c.id.in_(wanted), most=MOST_CLIPS)}
    return [_clip(event, known.get(event.item or "")) for event in events]


def _clip(event: Event, item: Item | None) -> Clip:
    if item is None:
        title = _("Dark") if event.kind == "dark" else _("The screen's own card")
        return Clip(event, title, "", "none", None, "")
    version = item.approved
    return Clip(
        event, item.title, item.group_name, item.group_colour, version.id if version else None,
        version.kind if version else "",
    )  # fmt: skip


def _clip_json(clip: Clip, screen: Screen, at_ms: int) -> Json:
    """A clip as the player reads it; times are ms from the strip's beginning."""
    event = clip.event
    return {
        "start": event.start_ms - at_ms, "end": event.end_ms - at_ms, "media": event.media_offset_ms,
        "title": clip.title, "time": clock_time(event.start_ms, screen.zone), "kind": clip.medium,
        "muted": event.muted, "file": f"/files/{clip.version_id}/rendition" if clip.version_id else "",
    }  # fmt: skip


def _at(request: web.Request, screen: Screen, now_ms: int) -> int:
    """The instant asked for; now when none is. Raises BadForm."""
    asked_day, asked_time, at = (request.query.get(name, "") for name in ("day", "time", "at"))
    try:
        if asked_day:
            at_ms = instant_of(screen.zone, date.fromisoformat(asked_day), time.fromisoformat(asked_time or "00:00"))
        else:
            at_ms = int(at) if at else now_ms
    except NoSuchTime as gap:
        at_ms = gap.at_ms
    except (ValueError, OverflowError):
        raise BadForm(N_("Write the day such as 2026-11-23 and the time such as 14:30 or 14:30:15.")) from None
    if abs(at_ms - now_ms) > FURTHEST_DAYS * DAY_MS:
        raise BadForm(N_("That day is too far away."))
    return at_ms


routes = [web.get("/programme/{screen}/strip", see)]
