"""The front page: for a stranger what this is and what is on; for somebody signed in, what waits for them."""

from aiohttp import web

from curator import groups
from curator.service import service_of
from curator.web.pages import ACTOR, render


async def home(request: web.Request) -> web.StreamResponse:
    """The front page."""
    service = service_of(request)
    actor = request[ACTOR]
    mine = []
    if actor is not None:
        mine = [group for group in await service.store.read(groups.every) if group.id in actor.groups]
    return render(request, "home.html", groups=mine)
