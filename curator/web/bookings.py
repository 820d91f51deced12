"""A screen's bookings as a list and a form, for those who do without the calendar: booking, changing, cancelling."""

import dataclasses
from datetime import datetime

from aiohttp import web

from curator import bookings, choosing, drafts, library, screens
from curator.authorisation import Action
from curator.drafts import ChangeRefused, Draft, Published
from curator.programme.booking import Booking
from curator.programme.changes import BookingPut
from curator.programme.hours import DAY_MS, NoSuchTime, wall
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.tables import items
from curator.web.booking_form import Asked, asked_of, booking_of, read_asked
from curator.web.calendar_edits import Reach, cancelled
from curator.web.doorman import allowed
from curator.web.drafts import tell_everybody
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import clock_time, day, render
from curator.web.problems import not_found
from curator.web.programme import screen_named, titles_of
from curator.words import N_, Told

LISTED_DAYS = 370


class _NotThen(Told):
    """A time that clocks jump over; `free_ms` is when they do."""

    def __init__(self, gap: NoSuchTime, asked: Asked) -> None:
        super().__init__(N_("Clocks go forward then: %(time)s does not exist on that day."), time=asked.time)
        self.free_ms = (gap.at_ms,)


async def see(request: web.Request) -> web.StreamResponse:
    """The form, empty or with the booking `booking` in it, and the list."""
    allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    wanted = request.query.get("booking", "")
    if wanted and "find" not in request.query:
        found = await service.store.read(lambda connection: bookings.get(connection, wanted))
        if found is None or screen.id not in found.screens:
            raise not_found()
        return await _page(request, screen, asked_of(found), 200, None)
    if "find" in request.query:
        return await _page(request, screen, read_asked(Form(request.query), screen.id), 200, None)
    at = request.query.get("at", "")
    next_hour_ms = service.now() // 3_600_000 * 3_600_000 + 3_600_000
    start = wall(screen.zone, int(at) if at.isdecimal() and len(at) < 15 else next_hour_ms)
    item = request.query.get("item", "")
    asked = Asked(
        items=(item,) if item else (),
        screens=(screen.id,),
        day=start.date().isoformat(),
        time=start.strftime("%H:%M:%S"),
    )
    return await _page(request, screen, asked, 200, None)


async def book(request: web.Request) -> web.StreamResponse:
    """Books or changes a booking, at once or into the draft; or says why not and what would go."""
    actor = allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    form = await read_form(request)
    asked = read_asked(form, screen.id)
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000

    def change(connection: Connection) -> Draft | Published:
        made = BookingPut(_written(connection, asked))
        if form.flag("draft"):
            return drafts.add(connection, actor.account_id, [made], now_ms=now_ms, lead_ms=lead_ms)
        return drafts.publish_at_once(connection, [made], now_ms=now_ms, lead_ms=lead_ms, by=actor.account_id)

    try:
        done = await service.store.run(change)
    except NoSuchTime as gap:
        return await _page(request, screen, asked, 422, _NotThen(gap, asked))
    except Told as refused:
        return await _page(request, screen, asked, 422, refused)
    if isinstance(done, Draft):
        raise web.HTTPSeeOther(f"/programme/{screen.slug}/book?drafted=1")
    tell_everybody(service, done)
    (made,) = (one.booking.id for one in done.changes if isinstance(one, BookingPut))
    raise web.HTTPSeeOther(f"/programme/{screen.slug}/book?done={made}")


async def cancel(request: web.Request) -> web.StreamResponse:
    """Cancels one of the screen's bookings: the occurrence `recurrence` alone, or all when none is named."""
    actor = allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    booking_id = request.match_info["booking"]
    words = (await read_form(request)).text("recurrence", most=23)
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000

    def change(connection: Connection) -> Published | None:
        stored = bookings.stored(connection, booking_id)
        if stored is None or screen.id not in stored.booking.screens:
            raise not_found()
        if stored.cancelled_ms is not None:
            return None
        recurrence, reach = _which(stored.booking, words)
        return drafts.publish_at_once(
            connection,
            cancelled(stored.booking, recurrence, reach),
            now_ms=now_ms,
            lead_ms=lead_ms,
            by=actor.account_id,
        )

    done = await service.store.run(change)
    if done is not None:
        tell_everybody(service, done)
    raise web.HTTPSeeOther(f"/programme/{screen.slug}/book?cancelled=1")


def _written(connection: Connection, asked: Asked) -> Booking:
    """The booking of the form. Raises what `booking_of` does, and not_found for one that is not there to change."""
    old = bookings.get(connection, asked.booking) if asked.booking else None
    if asked.booking and old is None:
        raise not_found()
    known = {item.id: item for item in library.playable_items(connection, items.c.id.in_(asked.items))}
    return booking_of(asked, known, screens.every(connection), old)


def _which(booking: Booking, words: str) -> tuple[datetime, Reach]:
    if not words:
        return booking.starts, "all"
    try:
        return datetime.fromisoformat(words), "this"
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a local time such as 2026-11-24T18:00:00."), words=words) from None


async def _page(
    request: web.Request, screen: Screen, asked: Asked, status: int, refused: Told | None
) -> web.StreamResponse:
    actor, now_ms = allowed(request, Action.PROGRAMME), service_of(request).now()

    def look(connection: Connection) -> dict[str, object]:
        slots = bookings.between(connection, screen.id, now_ms, now_ms + LISTED_DAYS * DAY_MS)
        return {
            "slots": slots,
            "titles": titles_of(connection, slots),
            "choices": choosing.items_to_choose(connection, request.query.get("find", ""), also=asked.items),
            "places": choosing.screens_by_place(connection),
            "draft_words": drafts.bar_words(drafts.of(connection, actor.account_id)),
        }

    seen = await service_of(request).store.read(look)
    free = refused.free_ms if isinstance(refused, ChangeRefused | _NotThen) else ()
    offers = [
        (dataclasses.replace(asked, day=wall(screen.zone, at_ms).date().isoformat(), time=_time_words(screen, at_ms)),
         _told(screen, at_ms))
        for at_ms in free
    ]  # fmt: skip
    return render(
        request,
        "booking.html",
        status=status,
        screen=screen,
        asked=asked,
        refusal=refused.told() if refused else "",
        offers=offers,
        done=request.query.get("done", "") if not refused else "",
        is_cancelled="cancelled" in request.query and not refused,
        is_drafted="drafted" in request.query and not refused,
        **seen,
    )


def _time_words(screen: Screen, at_ms: int) -> str:
    return wall(screen.zone, at_ms).time().isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")


def _told(screen: Screen, at_ms: int) -> str:
    return f"{day(at_ms, screen.zone)}, {clock_time(at_ms, screen.zone)}"


routes = [
    web.get("/programme/{screen}/book", see),
    web.post("/programme/{screen}/book", book),
    web.post("/programme/{screen}/bookings/{booking}/cancel", cancel),
]
