"""Screen groups on the web: screens that are programmed together."""

from aiohttp import web

from curator import screen_groups, screens
from curator.authorisation import Action
from curator.service import service_of
from curator.store import Connection
from curator.web import scopes
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import Told

LONGEST_NAME = 120


async def see(request: web.Request) -> web.StreamResponse:
    """All screen groups with their screens."""
    allowed(request, Action.SEE_PROGRAMME)
    return await _page(request)


async def put(request: web.Request) -> web.StreamResponse:
    """Stores a screen group, new or with another name."""
    actor = allowed(request, Action.PROGRAMME)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()

    def store(connection: Connection) -> None:
        wanted = form.text("id", most=32)
        if wanted and wanted not in {one.id for one in screen_groups.every(connection)}:
            raise not_found()
        name = form.text("name", least=1, most=LONGEST_NAME)
        screen_groups.put(connection, wanted, name, now_ms=now_ms, by=actor.account_id)

    try:
        await service.store.run(store)
    except Told as told:
        return await _page(request, problem=told)
    service.bus.publish("programme:")
    raise web.HTTPSeeOther("/programme/screen-groups?done=1")


async def _page(request: web.Request, problem: Told | None = None) -> web.Response:
    service = service_of(request)

    def look(connection: Connection) -> dict[str, object]:
        known = screens.every(connection)
        return {
            "told": [
                (group, [one for one in known if one.screen_group_id == group.id])
                for group in screen_groups.every(connection)
            ],
            "touched": scopes.touches(connection, "screen_group"),
        }

    return render(
        request, "screen_groups.html", status=200 if problem is None else 422, is_done="done" in request.query,
        problem=problem.told() if problem else "", zone=service.settings.zone, most_name=LONGEST_NAME,
        **await service.store.read(look),
    )  # fmt: skip


routes = [
    web.get("/programme/screen-groups", see),
    web.post("/programme/screen-groups", put),
]
