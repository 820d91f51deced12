"""Allowing something that is approved on more screens."""

from aiohttp import web

from curator import places, widening
from curator.authorisation import Action
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.moderation import decide_here


async def widen(request: web.Request) -> web.StreamResponse:
    """Allows the bytes the form names on the chosen screens as well."""
    moderator = allowed(request, Action.DECIDE)
    service, form = service_of(request), await read_form(request)
    version_id, sha256, now_ms = request.match_info["version_id"], form.text("sha256", most=64), service.now()
    wanted = form.texts("places", most=places.MOST_PLACES)

    def decide(connection: Connection) -> None:
        places.refuse_none(wanted)
        chosen = places.of_scopes(connection, wanted)
        widening.widen(
            connection, version_id, sha256, places=chosen, moderator=moderator, key=service.key, now_ms=now_ms
        )

    return await decide_here(request, form, decide)


routes = [web.post("/moderation/{version_id}/widen", widen)]
