"""Booking a slot on a screen, the list of what is booked, and cancelling."""

from dataclasses import dataclass
from datetime import date, time

from aiohttp import web

from curator import bookings, library
from curator.authorisation import Action
from curator.bookings import BookingRefused
from curator.programme.hours import DAY_MS, NoSuchTime, instant_of, wall
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import clock_time, day, render
from curator.web.problems import not_found
from curator.web.programme import screen_named, titles_of
from curator.words import N_, Told

LISTED_DAYS = 370


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in, as they wrote it: it stands in the form again when the booking is refused."""

    item: str = ""
    day: str = ""
    time: str = ""
    length: str = ""


async def see(request: web.Request) -> web.StreamResponse:
    """The form and the list of bookings."""
    allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    at = request.query.get("at", "")
    now_ms = service_of(request).now()
    start = wall(
        screen.zone, int(at) if at.isdecimal() and len(at) < 15 else now_ms // 3_600_000 * 3_600_000 + 3_600_000
    )
    asked = Asked(request.query.get("item", ""), start.date().isoformat(), start.strftime("%H:%M:%S"), "")
    return await _page(request, screen, asked, 200, None)


async def book(request: web.Request) -> web.StreamResponse:
    """Books, or says why not and what would go."""
    actor = allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    form = await read_form(request)
    asked = Asked(*(form.text(name, most=40) for name in ("item", "day", "time", "length")))
    try:
        start_ms, length_ms = _start_ms(screen, asked), _length_ms(form)
        made = await service.store.run(
            lambda connection: bookings.book(
                connection,
                screen_id=screen.id,
                item_id=asked.item,
                start_ms=start_ms,
                length_ms=length_ms,
                now_ms=service.now(),
                lead_ms=service.settings.change_lead_seconds * 1000,
                by=actor.account_id,
            )
        )
    except (BookingRefused, BadForm) as refused:
        return await _page(request, screen, asked, 422, refused)
    service.bus.publish(f"programme:{screen.id}")
    raise web.HTTPSeeOther(f"/programme/{screen.slug}/book?done={made.id}")


async def cancel(request: web.Request) -> web.StreamResponse:
    """Cancels one of the screen's bookings."""
    actor = allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    booking_id = request.match_info["booking"]

    def change(connection: Connection) -> bool:
        found = bookings.get(connection, booking_id)
        if found is None or found.screen_id != screen.id:
            return False
        bookings.cancel(connection, booking_id, now_ms=service.now(), by=actor.account_id)
        return True

    if not await service.store.run(change):
        raise not_found()
    service.bus.publish(f"programme:{screen.id}")
    raise web.HTTPSeeOther(f"/programme/{screen.slug}/book?cancelled=1")


async def _page(
    request: web.Request, screen: Screen, asked: Asked, status: int, refused: Told | None
) -> web.StreamResponse:
    now_ms = service_of(request).now()

    def look(connection: Connection) -> dict[str, object]:
        slots = bookings.between(connection, screen.id, now_ms, now_ms + LISTED_DAYS * DAY_MS)
        playable = sorted(library.playable_items(connection), key=lambda item: (item.group_name, item.title))
        return {"slots": slots, "titles": titles_of(connection, slots), "playable": playable}

    seen = await service_of(request).store.read(look)
    free = refused.free_ms if isinstance(refused, BookingRefused) else ()
    offers = [
        (wall(screen.zone, at_ms).date().isoformat(), _time_words(screen, at_ms), _told(screen, at_ms))
        for at_ms in free
    ]
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
        **seen,
    )


def _time_words(screen: Screen, at_ms: int) -> str:
    return wall(screen.zone, at_ms).time().isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")


def _told(screen: Screen, at_ms: int) -> str:
    return f"{day(at_ms, screen.zone)}, {clock_time(at_ms, screen.zone)}"


def _start_ms(screen: Screen, asked: Asked) -> int:
    """The instant somebody wrote, in the screen's zone. Raises BookingRefused or BadForm."""
    try:
        wanted_day, wanted_time = date.fromisoformat(asked.day), time.fromisoformat(asked.time)
    except ValueError:
        raise BadForm(N_("Write the day such as 2026-11-23 and the time such as 14:30 or 14:30:15.")) from None
    try:
        return instant_of(screen.zone, wanted_day, wanted_time.replace(tzinfo=None))
    except NoSuchTime as gap:
        raise BookingRefused(
            N_("Clocks go forward then: %(time)s does not exist on that day."), (gap.at_ms,), time=asked.time
        ) from None
    except (OverflowError, ValueError):
        raise BadForm(N_("That day is too far away.")) from None


def _length_ms(form: Form) -> int | None:
    """How long, from minutes and seconds such as `2:30`; None for the item's own length."""
    words = form.text("length", most=12)
    if not words:
        return None
    numbers = words.split(":")
    if len(numbers) > 3 or not all(number.isascii() and number.isdecimal() for number in numbers):
        raise BadForm(N_("Write how long as minutes and seconds such as 2:30, or leave it empty."))
    seconds = 0
    for number in numbers if len(numbers) > 1 else [*numbers, "0"]:
        seconds = seconds * 60 + int(number)
    if not seconds:
        raise BadForm(N_("Write how long as minutes and seconds such as 2:30, or leave it empty."))
    return seconds * 1000


routes = [
    web.get("/programme/{screen}/book", see),
    web.post("/programme/{screen}/book", book),
    web.post("/programme/{screen}/bookings/{booking}/cancel", cancel),
]
