"""Where a screen belongs: its site, its screen group, its tags, and how long its programme is promised ahead."""

from aiohttp import web

from curator import screen_groups, screens, sites
from curator.authorisation import Action
from curator.screens import Arrangement, Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.web.rules import read_tags
from curator.words import Told


async def see(request: web.Request) -> web.StreamResponse:
    """The form."""
    allowed(request, Action.MANAGE_SCREENS)
    return await _page(request, await _screen(request))


async def change(request: web.Request) -> web.StreamResponse:
    """Stores where the screen belongs."""
    actor, screen = allowed(request, Action.MANAGE_SCREENS), await _screen(request)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()

    def store(connection: Connection) -> None:
        has_own = bool(form.text("freeze_minutes", most=10))
        where = Arrangement(
            site_id=form.text("site", most=32) or None,
            screen_group_id=form.text("screen_group", most=32) or None,
            tags=tuple(sorted(read_tags(form, "tags"))),
            freeze_minutes=form.integer("freeze_minutes", least=0, most=screens.MOST_FREEZE_MINUTES)
            if has_own
            else None,
        )
        screens.arrange(connection, screen.id, where, now_ms=now_ms, by=actor.account_id)

    try:
        await service.store.run(store)
    except Told as told:
        return await _page(request, screen, told)
    service.bus.publish(f"screen:{screen.id}")
    raise web.HTTPSeeOther(f"/screens/{screen.slug}?done=changed")


async def _screen(request: web.Request) -> Screen:
    slug = request.match_info["slug"]
    found = await service_of(request).store.read(lambda connection: screens.by_slug(connection, slug))
    if found is None:
        raise not_found()
    return found


async def _page(request: web.Request, screen: Screen, problem: Told | None = None) -> web.Response:
    service = service_of(request)
    return render(
        request, "screen_place.html", status=200 if problem is None else 422, screen=screen,
        sites=await service.store.read(sites.every), groups=await service.store.read(screen_groups.every),
        usual_minutes=service.settings.freeze_minutes, most_minutes=screens.MOST_FREEZE_MINUTES,
        problem=problem.told() if problem else "",
    )  # fmt: skip


routes = [
    web.get("/screens/{slug}/place", see),
    web.post("/screens/{slug}/place", change),
]
