"""The public guide of a screen: what is on in the next hours. No account needed."""

from aiohttp import web

from curator import guide
from curator.programme.hours import HOUR_MS
from curator.service import service_of
from curator.store import Connection
from curator.web.pages import render
from curator.web.programme import screen_named

HOURS_SHOWN = 3
MOST_SHOWN = 400


async def next_hours(request: web.Request) -> web.StreamResponse:
    """The next hours, as promised to the screen."""
    screen = await screen_named(request)
    service = service_of(request)
    now_ms = service.now()
    until_ms = now_ms + HOURS_SHOWN * HOUR_MS

    def look(connection: Connection) -> tuple[list[guide.GuideEntry], int]:
        promised_ms = guide.promised_until(connection, screen, now_ms, service.settings.freeze_minutes)
        entries = guide.between(
            connection, screen.id, now_ms, until_ms, most=MOST_SHOWN, promised_ms=promised_ms
        )  # fmt: skip
        return entries, promised_ms

    entries, promised_ms = await service.store.read(look)
    return render(
        request, "programme_guide.html", screen=screen, entries=entries, hours=HOURS_SHOWN, promised_ms=promised_ms
    )


routes = [web.get("/screens/{screen}/guide", next_hours)]
