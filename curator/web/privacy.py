"""The privacy notice: what is kept, why, how long, and where to complain. Public; times are the settings' own."""

from aiohttp import web

from curator import invitations, known_browsers, resets, street_reports
from curator.service import service_of
from curator.web.pages import render


async def notice(request: web.Request) -> web.StreamResponse:
    """The page."""
    return render(
        request, "privacy.html", settings=service_of(request).settings, contact=service_of(request).settings.contact,
        invitation_days=invitations.DAYS, reset_minutes=resets.LIFE_MS // 60_000,
        known_days=known_browsers.DAYS, report_days=street_reports.DECIDED_KEPT_MS // street_reports.DAY_MS,
    )  # fmt: skip


routes = [web.get("/privacy", notice)]
