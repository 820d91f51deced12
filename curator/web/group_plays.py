"""A group's statistics: how often its items were on, by item, by screen and by week."""

from aiohttp import web

from curator import group_plays
from curator.service import service_of
from curator.web.library import the_group
from curator.web.pages import render


async def plays(request: web.Request) -> web.StreamResponse:
    """The statistics, for whoever may see the group's library."""
    group = await the_group(request)
    service = service_of(request)
    now_ms, zone = service.now(), service.settings.zone
    found = await service.store.read(lambda connection: group_plays.of_group(connection, group.id, zone, now_ms))
    return render(request, "group_plays.html", group=group, found=found, zone=zone, weeks=group_plays.WEEKS)


routes = [web.get("/library/{group}/plays", plays)]
