"""Dayparts on the web: named hours of the day that weights, promises and rules speak of."""

from datetime import time

from aiohttp import web

from curator import dayparts
from curator.authorisation import Action
from curator.programme.dayparts import MINUTES_A_DAY, Daypart, Hours
from curator.programme.rule_words import clock, daypart_words, days_words
from curator.service import service_of
from curator.store import Connection
from curator.web import scopes
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import N_, Told

RANGES = 3
"""How many ranges the form of a daypart has."""
LONGEST_NAME = 120


async def see(request: web.Request) -> web.StreamResponse:
    """All dayparts, and the form for another."""
    allowed(request, Action.SEE_PROGRAMME)
    return await _page(request)


async def put(request: web.Request) -> web.StreamResponse:
    """Stores a daypart, new or changed."""
    actor = allowed(request, Action.PROGRAMME)
    service = service_of(request)
    form = await read_form(request)
    now_ms = service.now()

    def store(connection: Connection) -> None:
        wanted = form.text("id", most=32)
        known = {part.id: part for part in dayparts.every(connection)}
        if wanted and wanted not in known:
            raise not_found()
        position = known[wanted].position if wanted else max((part.position for part in known.values()), default=0) + 10
        dayparts.put(connection, read_daypart(form, wanted, position), now_ms=now_ms, by=actor.account_id)

    try:
        await service.store.run(store)
    except Told as told:
        return await _page(request, problem=told)
    service.bus.publish("programme:")
    raise web.HTTPSeeOther("/programme/dayparts?done=1")


async def remove(request: web.Request) -> web.StreamResponse:
    """Takes a daypart away that nothing speaks of."""
    actor = allowed(request, Action.PROGRAMME)
    service, daypart_id = service_of(request), request.match_info["daypart"]
    now_ms = service.now()

    def drop(connection: Connection) -> None:
        if daypart_id not in {part.id for part in dayparts.every(connection)}:
            raise not_found()
        dayparts.remove(connection, daypart_id, now_ms=now_ms, by=actor.account_id)

    try:
        await service.store.run(drop)
    except Told as told:
        return await _page(request, problem=told)
    raise web.HTTPSeeOther("/programme/dayparts?done=1")


def read_daypart(form: Form, daypart_id: str, position: int) -> Daypart:
    """The daypart a form describes. Raises BadForm."""
    ranges = [_range(form, number) for number in range(RANGES)]
    hours = tuple(one for one in ranges if one is not None)
    if not hours:
        raise BadForm(N_("Give at least one range: tick days and say from when until when."))
    return Daypart(daypart_id, form.text("name", least=1, most=LONGEST_NAME), hours, position)


def _range(form: Form, number: int) -> Hours | None:
    days = form.texts(f"days-{number}", most=7)
    if not days:
        return None
    if any(day not in set("0123456") for day in days):
        raise BadForm(N_("“%(field)s” is not one of the choices."), field="days")
    begins, ends = _minute(form, f"from-{number}"), _minute(form, f"until-{number}")
    return Hours(frozenset(map(int, days)), begins % MINUTES_A_DAY, ends or MINUTES_A_DAY)


def _minute(form: Form, name: str) -> int:
    words = form.text(name, most=8)
    if words == "24:00":
        return MINUTES_A_DAY
    try:
        at = time.fromisoformat(words)
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a time such as 21:30."), words=words) from None
    return at.hour * 60 + at.minute


async def _page(request: web.Request, problem: Told | None = None) -> web.Response:
    service = service_of(request)
    parts = await service.store.read(dayparts.every)
    touched = await service.store.read(lambda connection: scopes.touches(connection, "daypart"))
    return render(
        request, "dayparts.html", status=200 if problem is None else 422, parts=parts, touched=touched, ranges=RANGES,
        problem=problem.told() if problem else "", is_done="done" in request.query, words=daypart_words, clock=clock,
        weekdays=[days_words(frozenset({day})) for day in range(7)], zone=service.settings.zone,
        most_name=LONGEST_NAME,
    )  # fmt: skip


routes = [
    web.get("/programme/dayparts", see),
    web.post("/programme/dayparts", put),
    web.post("/programme/dayparts/{daypart}/remove", remove),
]
