"""The calendar: bookings of several screens by month, week or day, made and moved by dragging or by keyboard.

Every change goes into the reader's draft; nothing here publishes.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aiohttp import web

from content.canonical import Json
from curator import bookings, choosing, drafts, library, screens, slot_checks
from curator.authorisation import Action, Actor
from curator.choosing import ItemChoice
from curator.drafts import ChangeRefused, Draft
from curator.ids import new_id
from curator.programme.booking import Booking
from curator.programme.changes import BookingPut, Change
from curator.programme.hours import NoSuchTime, day_start, wall
from curator.programme.recurrence import summary
from curator.screens import Screen
from curator.service import Service, service_of
from curator.store import Connection, taken_back
from curator.tables import items
from curator.web.booking_form import Asked, asked_of, booking_of, read_asked
from curator.web.calendar_data import Occurrence, band_json, compared, local, occurrence_json, occurrences, offset
from curator.web.calendar_edits import REACHES, Reach, cancelled, moved
from curator.web.calendar_policies import bands_of
from curator.web.calendar_words import words
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.item_choices import told_item
from curator.web.pages import clock_time, day, render
from curator.web.problems import not_found
from curator.words import N_, Told, _, ngettext

VIEWS = ("month", "week", "day", "list")
COLOURS = ("sky", "coral", "leaf", "plum", "sun", "teal")
MOST_SCREENS = 20
FEW_SCREENS = 4
"""As many are shown when nobody has chosen."""
MOST_DAYS = 60
FURTHEST_DAYS = 800


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is published and what it would be under the reader's draft; `trouble` when the draft no longer applies."""

    published: list[Occurrence]
    drafted: list[Occurrence]
    bookings: dict[str, Booking]
    draft: Draft | None
    trouble: str


async def see(request: web.Request) -> web.StreamResponse:
    """The page; without scripts, the way to each screen's list and form."""
    actor = allowed(request, Action.SEE_PROGRAMME)
    service = service_of(request)
    every = await service.store.read(screens.every)
    chosen = _chosen(request, every)
    now_ms = service.now()
    zone = chosen[0].zone if chosen else "UTC"
    today = wall(zone, now_ms).date()
    choices, places = await service.store.read(
        lambda connection: (
            choosing.items_to_choose(connection) if actor.may(Action.PROGRAMME) else None,
            choosing.screens_by_place(connection),
        )
    )
    view = request.query.get("view", "week")
    return render(
        request,
        "calendar.html",
        wide=True,
        places=places,
        chosen=chosen,
        colours={screen.id: COLOURS[place % len(COLOURS)] for place, screen in enumerate(chosen)},
        colour_names=COLOURS,
        choices=choices,
        asked=Asked(screens=tuple(screen.id for screen in chosen)),
        view=view if view in VIEWS else "week",
        first=_date(request.query.get("from", ""), today),
        today=today,
        offset=offset(zone, now_ms),
        zones=sorted({screen.zone for screen in chosen}),
        words=json.dumps(words(), ensure_ascii=False),
        resources=json.dumps([{"id": screen.id, "title": screen.name} for screen in chosen], ensure_ascii=False),
    )


async def events(request: web.Request) -> web.StreamResponse:
    """What the calendar draws from `start` to `end` (days) on the screens, under the reader's draft."""
    actor = allowed(request, Action.SEE_PROGRAMME)
    service = service_of(request)
    chosen = _chosen(request, await service.store.read(screens.every))
    now_ms = service.now()
    today = wall("UTC", now_ms).date()
    first, last = _date(request.query.get("start", ""), today), _date(request.query.get("end", ""), today)
    last = min(max(last, first + timedelta(days=1)), first + timedelta(days=MOST_DAYS))
    # A day of each screen begins when it does in its zone; a day more on either side holds all of them.
    from_ms = day_start("UTC", first - timedelta(days=1))
    to_ms = day_start("UTC", last + timedelta(days=1))
    seen = await _look(service, actor, [screen.id for screen in chosen], from_ms, to_ms)
    zones = {screen.id: screen.zone for screen in chosen}
    bands = await service.store.read(
        lambda connection: [
            band_json(band, screen) for screen in chosen for band in bands_of(connection, screen, from_ms, to_ms)
        ]
    )
    used = {item_id for booking in seen.bookings.values() for item_id in booking.items}
    known = await service.store.read(lambda connection: choosing.items_named(connection, used))
    document: Json = {
        "screens": [_screen_json(service, screen, now_ms) for screen in chosen],
        "events": [
            occurrence_json(one, change, zones[one.screens[0]])
            for one, change in compared(seen.published, seen.drafted)
        ],
        "bands": bands,
        "bookings": {name: _booking_json(booking, known) for name, booking in sorted(seen.bookings.items())},
        "draft": _draft_json(seen.draft, seen.trouble),
    }  # fmt: skip
    return _json(document)


async def book(request: web.Request) -> web.StreamResponse:
    """Puts the booking of the form into the draft: a new one, or another shape of an old one."""
    actor = allowed(request, Action.PROGRAMME)
    form = await read_form(request)

    def changes(connection: Connection) -> tuple[Change, ...]:
        asked = read_asked(form)
        old = bookings.get(connection, asked.booking) if asked.booking else None
        if asked.booking and old is None:
            raise not_found()
        known = {item.id: item for item in library.playable_items(connection, items.c.id.in_(asked.items))}
        made = booking_of(asked, known, screens.every(connection), old)
        return (BookingPut(made),)

    return await _into_draft(request, actor, changes)


async def move(request: web.Request) -> web.StreamResponse:
    """An occurrence begins at another time or lasts longer; others follow as `reach` says."""
    actor = allowed(request, Action.PROGRAMME)
    form = await read_form(request)
    starts, recurrence, reach = _local(form, "starts"), _local(form, "recurrence"), _reach(form)
    length_ms = form.integer("length_ms", least=1, most=bookings.LONGEST_MS)
    fresh = new_id()
    return await _into_draft(
        request,
        actor,
        lambda connection: moved(_named(connection, form), recurrence, reach, starts, length_ms, fresh),
    )


async def cancel(request: web.Request) -> web.StreamResponse:
    """An occurrence is no more; others go as `reach` says."""
    actor = allowed(request, Action.PROGRAMME)
    form = await read_form(request)
    recurrence, reach = _local(form, "recurrence"), _reach(form)
    return await _into_draft(
        request, actor, lambda connection: cancelled(_named(connection, form), recurrence, reach)
    )  # fmt: skip


async def _into_draft(
    request: web.Request, actor: Actor, changes: Callable[[Connection], tuple[Change, ...]]
) -> web.StreamResponse:
    """Adds the changes, found under what the draft already holds; or tells why not and when it would go."""
    service = service_of(request)
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000

    def add(connection: Connection) -> tuple[Draft, list[str]]:
        draft = drafts.of(connection, actor.account_id)
        with taken_back(connection):
            if draft is not None:
                drafts.apply(connection, draft.changes, now_ms=now_ms, lead_ms=lead_ms, by=actor.account_id)
            made = changes(connection)
        grown = drafts.add(connection, actor.account_id, made, now_ms=now_ms, lead_ms=lead_ms)
        put = (change.booking for change in made if isinstance(change, BookingPut))
        return grown, [words for booking in put for words in slot_checks.cautions(connection, booking, now_ms)]

    try:
        draft, cautions = await service.store.run(add)
    except NoSuchTime as gap:
        sentence = _("Clocks go forward then: that time does not exist on that day.")
        return _refused(sentence, (gap.at_ms,), None)
    except Told as refused:
        free_ms = refused.free_ms if isinstance(refused, ChangeRefused) else ()
        change = refused.change if isinstance(refused, ChangeRefused) else None
        return _refused(refused.told(), free_ms, change)
    return _json({"draft": _draft_json(draft, ""), "cautions": list(dict.fromkeys(cautions))})


def _refused(sentence: str, free_ms: tuple[int, ...], change: Change | None) -> web.StreamResponse:
    """Why not, and the free times on the wall clock of the booking's zone."""
    zone = change.booking.zone if isinstance(change, BookingPut) else "UTC"
    free: list[Json] = [
        {
            "starts": local(zone, at_ms),
            "day": local(zone, at_ms)[:10],
            "time": local(zone, at_ms)[11:],
            "words": f"{day(at_ms, zone)}, {clock_time(at_ms, zone)}",
        }
        for at_ms in free_ms
    ]
    return _json({"refused": sentence, "free": free}, status=422)


async def _look(service: Service, actor: Actor, screen_ids: list[str], from_ms: int, to_ms: int) -> _Seen:
    """Both programmes of bookings; the draft's only for those who may make one."""
    account_id = actor.account_id
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000

    def look(connection: Connection) -> _Seen:
        published = occurrences(connection, screen_ids, from_ms, to_ms)
        draft = drafts.of(connection, account_id) if actor.may(Action.PROGRAMME) else None
        if draft is None or not draft.changes:
            return _Seen(published, published, _bookings(connection, published), draft, "")
        try:
            with taken_back(connection):
                drafts.apply(connection, draft.changes, now_ms=now_ms, lead_ms=lead_ms, by=account_id)
                drafted = occurrences(connection, screen_ids, from_ms, to_ms)
                named = _bookings(connection, drafted)
        except ChangeRefused as refused:
            return _Seen(published, published, _bookings(connection, published), draft, refused.told())
        return _Seen(published, drafted, named, draft, "")

    return await service.store.run(look)


def _bookings(connection: Connection, shown: list[Occurrence]) -> dict[str, Booking]:
    found = {one.booking_id: bookings.get(connection, one.booking_id) for one in shown}
    return {name: booking for name, booking in found.items() if booking is not None}


def _named(connection: Connection, form: Form) -> Booking:
    found = bookings.get(connection, form.text("booking", most=32))
    if found is None:
        raise not_found()
    return found


def _booking_json(booking: Booking, known: Mapping[str, ItemChoice]) -> Json:
    asked = asked_of(booking)
    document: dict[str, Json] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(asked).items()
    }
    words: dict[str, Json] = {name: told_item(known[name]) for name in booking.items if name in known}
    return {**document, "summary": summary(booking), "item_words": words}


def _screen_json(service: Service, screen: Screen, now_ms: int) -> Json:
    frozen_ms = now_ms + screen.freeze_ms(service.settings.freeze_minutes)
    return {
        "id": screen.id, "slug": screen.slug, "name": screen.name, "zone": screen.zone,
        "now": local(screen.zone, now_ms), "frozen_until": local(screen.zone, frozen_ms),
    }  # fmt: skip


def _draft_json(draft: Draft | None, trouble: str) -> Json:
    count = len(draft.changes) if draft else 0
    sentence = ngettext("%(num)s change is not published", "%(num)s changes are not published", count)
    return {
        "changes": count,
        "undo": count > 0,
        "redo": bool(draft and draft.undone),
        "trouble": trouble,
        "words": trouble or (sentence if count else _("Nothing is changed.")),
    }


def _chosen(request: web.Request, every: list[Screen]) -> list[Screen]:
    """The screens asked for, by slugs; a few when none is."""
    slugs = {slug for words in request.query.getall("screens", []) for slug in words.split(",")}
    found = [screen for screen in every if screen.slug in slugs]
    return found[:MOST_SCREENS] or every[:FEW_SCREENS]


def _date(words: str, today: date) -> date:
    if not words:
        return today
    try:
        found = date.fromisoformat(words)
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a day such as 2026-11-23."), words=words[:40]) from None
    if abs((found - today).days) > FURTHEST_DAYS:
        raise BadForm(N_("That day is too far away."))
    return found


def _local(form: Form, name: str) -> datetime:
    words = form.text(name, most=23)
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise BadForm(N_("“%(words)s” is not a local time such as 2026-11-24T18:00:00."), words=words)
    return found


def _reach(form: Form) -> Reach:
    word = form.one_of("reach", frozenset(REACHES))
    return next(reach for reach in REACHES if reach == word)


def _json(document: Json, status: int = 200) -> web.Response:
    return web.json_response(document, status=status, headers={"Cache-Control": "no-store"})


routes = [
    web.get("/programme/calendar", see),
    web.get("/programme/calendar/events.json", events),
    web.post("/programme/calendar/book", book),
    web.post("/programme/calendar/move", move),
    web.post("/programme/calendar/cancel", cancel),
]
