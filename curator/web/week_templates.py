"""The page of kept weeks: keep one, lay one on another week and other screens, remove one."""

from dataclasses import dataclass
from datetime import date

from aiohttp import web

from curator import choosing, drafts, screens, week_templates
from curator.authorisation import Action
from curator.drafts import ChangeRefused
from curator.programme.booking import Booking
from curator.programme.changes import BookingPut
from curator.programme.hours import wall
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.week_templates import BadTemplate
from curator.words import N_

HERE = "/programme/weeks"
MOST_SCREENS = 200


@dataclass(frozen=True, slots=True)
class Conflict:
    """A booking of a kept week that does not go, and why."""

    booking: Booking
    sentence: str


async def see(request: web.Request) -> web.StreamResponse:
    """The kept weeks, with the forms."""
    allowed(request, Action.PROGRAMME)
    return await _page(request, 200, "", -1, [])


async def keep(request: web.Request) -> web.StreamResponse:
    """Keeps the week of a screen."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    form = await read_form(request)
    slug, name, day = form.text("screen", most=64), form.text("name", most=200), _day(form)

    def change(connection: Connection) -> None:
        screen = screens.by_slug(connection, slug)
        if screen is None:
            raise not_found()
        week_templates.keep(connection, screen, day, name, now_ms=service.now(), by=actor.account_id)

    try:
        await service.store.run(change)
    except BadTemplate as refused:
        return await _page(request, 422, refused.told(), -1, [])
    raise web.HTTPSeeOther(HERE)


async def lay(request: web.Request) -> web.StreamResponse:
    """Puts the week's bookings into the draft, and tells those that do not go."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    form = await read_form(request)
    chosen, day = set(form.texts("screens", most=MOST_SCREENS)), _day(form)
    template_id = request.match_info["week"]
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000

    def change(connection: Connection) -> tuple[int, list[Conflict]]:
        template = week_templates.get(connection, template_id)
        if template is None:
            raise not_found()
        on = [screen for screen in screens.every(connection) if screen.id in chosen]
        if not on:
            raise BadForm(N_("Choose a screen."))
        made, conflicts = 0, []
        for booking in week_templates.laid(template, on, day):
            try:
                drafts.add(connection, actor.account_id, [BookingPut(booking)], now_ms=now_ms, lead_ms=lead_ms)
                made += 1
            except ChangeRefused as refused:
                conflicts.append(Conflict(booking, refused.told()))
        return made, conflicts

    try:
        made, conflicts = await service.store.run(change)
    except BadForm as refused:
        return await _page(request, 422, refused.told(), -1, [])
    return await _page(request, 200, "", made, conflicts)


async def remove(request: web.Request) -> web.StreamResponse:
    """Takes a kept week away."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    template_id = request.match_info["week"]
    await service.store.run(
        lambda connection: week_templates.remove(connection, template_id, now_ms=service.now(), by=actor.account_id)
    )
    raise web.HTTPSeeOther(HERE)


async def _page(
    request: web.Request, status: int, refusal: str, made: int, conflicts: list[Conflict]
) -> web.StreamResponse:
    """`made` bookings went into the draft; -1 when none were tried."""
    service = service_of(request)
    places = await service.store.read(choosing.screens_by_place)
    first = next((screen for place in places for screen in place.screens), None)
    return render(
        request,
        "calendar_weeks.html",
        status=status,
        templates=await service.store.read(week_templates.every),
        places=places,
        today=wall(first.zone if first else "UTC", service.now()).date(),
        refusal=refusal,
        made=made,
        conflicts=conflicts,
    )


def _day(form: Form) -> date:
    words = form.text("day", most=10)
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a day such as 2026-11-23."), words=words) from None


routes = [
    web.get(HERE, see),
    web.post(HERE, keep),
    web.post(f"{HERE}/{{week}}/lay", lay),
    web.post(f"{HERE}/{{week}}/remove", remove),
]
