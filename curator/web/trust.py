"""Saying how far a group is trusted."""

from aiohttp import web
from yarl import URL

from curator import groups, trust
from curator.authorisation import Action
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.problems import not_found


async def say(request: web.Request) -> web.StreamResponse:
    """Stores what a moderator says of a group; back to the version they were looking at."""
    moderator = allowed(request, Action.DECIDE)
    service, slug, form = service_of(request), request.match_info["slug"], await read_form(request)
    said, version_id, now_ms = form.text("trust", most=16), form.text("version", most=32), service.now()

    def run(connection: Connection) -> str:
        group = groups.by_slug(connection, slug)
        if group is None:
            raise not_found()
        trust.say(connection, group.id, said, by=moderator, now_ms=now_ms)
        return group.id

    service.bus.publish(f"group:{await service.store.run(run)}")
    raise web.HTTPSeeOther(str(URL("/moderation") / version_id if version_id else URL("/moderation")))


routes = [web.post("/groups/{slug}/trust", say)]
