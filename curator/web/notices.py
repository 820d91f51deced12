"""Somebody's notices: the page that lists them, how they want to be told, and what is read by being looked at."""

from aiohttp import web

from curator import decision_links, notices
from curator.notice_words import lines
from curator.notices import Kind, Way
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import COUNT_PATH, actor_of
from curator.web.forms import read_form
from curator.web.pages import ACTOR, UNREAD, render
from curator.words import ngettext

LATEST_MS = 1 << 53
_WAYS = {way.value for way in Way}


async def page(request: web.Request) -> web.StreamResponse:
    """What one was told of, newest first."""
    actor, service = actor_of(request), service_of(request)
    told = await service.store.read(
        lambda connection: lines(connection, actor, notices.of(connection, actor.account_id))
    )
    return render(request, "notices.html", lines=told, zone=service.settings.zone, most=notices.MOST_LISTED)


async def count(request: web.Request) -> web.StreamResponse:
    """How many are unread, with the words that say so, for the head of a page that stays open."""
    actor_of(request)
    unread = request.get(UNREAD, 0)
    words = ngettext("%(num)s unread", "%(num)s unread", unread)
    return web.json_response({"unread": unread, "words": words}, headers={"Cache-Control": "no-store"})


async def read_all(request: web.Request) -> web.StreamResponse:
    """Marks as read what stood on the page."""
    actor, service = actor_of(request), service_of(request)
    until_ms, now_ms = (await read_form(request)).integer("until", least=0, most=LATEST_MS), service.now()
    await service.store.run(
        lambda connection: notices.read_all(connection, actor.account_id, until_ms=until_ms, now_ms=now_ms)
    )
    raise web.HTTPSeeOther("/notices")


async def choose(request: web.Request) -> web.StreamResponse:
    """Stores how one wants to be told of each kind."""
    actor, service, form = actor_of(request), service_of(request), await read_form(request)
    links = form.one_of("links", {"yes", "no"}) if form.text("links") else ""
    chosen = {kind: Way(form.one_of(kind.value, _WAYS)) for kind in notices.kinds_for(actor)}

    def store(connection: Connection) -> None:
        for kind, way in chosen.items():
            notices.choose(connection, actor.account_id, kind, way)
        if links:
            decision_links.choose(connection, actor.account_id, wanted=links == "yes")

    await service.store.run(store)
    raise web.HTTPSeeOther("/account?chosen=1#notices")


async def looked_at(request: web.Request, *subjects: str, kind: Kind | None = None) -> None:
    """What the reader was told about these, or of this kind, is read now: they are at the page it leads to.

    A page that renews itself, or is fetched ahead, is looked at by nobody.
    """
    actor = request.get(ACTOR)
    is_opened = request.method == "GET" and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if actor is None or not is_opened or "Sec-Purpose" in request.headers:
        return
    service, account_id = service_of(request), actor.account_id
    now_ms = service.now()

    def read(connection: Connection) -> int:
        notices.read_about(connection, account_id, subjects, kind, now_ms=now_ms)
        return notices.count_unread(connection, account_id)

    if await service.store.read(lambda connection: notices.is_unread(connection, account_id, subjects, kind)):
        request[UNREAD] = await service.store.run(read)


routes = [
    web.get("/notices", page),
    web.get(COUNT_PATH, count),
    web.post("/notices/read", read_all),
    web.post("/account/notices", choose),
]
