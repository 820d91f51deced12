"""A group's upload tickets: making one, with its link and QR code shown once, and ending one."""

import segno
from aiohttp import web

from curator import tickets
from curator.authorisation import Action
from curator.groups import Group
from curator.service import service_of
from curator.tickets import MB, Ticket
from curator.web.doorman import allowed, site_of
from curator.web.forms import BadForm, read_form
from curator.web.library import the_group
from curator.web.pages import render
from curator.words import Told

USUAL_MB = 500
FIELDS = ("files", "most_mb", "days", "note")


async def page(request: web.Request) -> web.StreamResponse:
    """The group's tickets, and the form for a new one."""
    group = await the_group(request)
    allowed(request, Action.HAND_OUT, group=group.id)
    return await _page(request, group)


async def make(request: web.Request) -> web.StreamResponse:
    """Makes a ticket. Its link and QR code stand on the answer, once, and are kept nowhere."""
    group = await the_group(request)
    actor = allowed(request, Action.HAND_OUT, group=group.id)
    form, service = await read_form(request), service_of(request)
    now_ms = service.now()
    try:
        files = form.integer("files", least=1, most=tickets.MOST_FILES)
        most_bytes = form.integer("most_mb", least=1, most=_most_mb(request)) * MB
        days = form.integer("days", least=1, most=tickets.MOST_DAYS)
        note = form.text("note", most=tickets.LONGEST_NOTE)
        ticket, token = await service.store.run(
            lambda connection: tickets.make(
                connection, group_id=group.id, files=files, most_bytes=most_bytes, days=days, note=note,
                now_ms=now_ms, by=actor.account_id,
            )
        )  # fmt: skip
    except (BadForm, tickets.BadTicket) as bad:
        typed = {name: form.text(name, most=4 * tickets.LONGEST_NOTE) for name in FIELDS}
        return await _page(request, group, status=422, problem=bad, typed=typed)
    return await _page(request, group, made=ticket, link=f"{site_of(request)}/hand-in?ticket={token}")


async def revoke(request: web.Request) -> web.StreamResponse:
    """Ends a ticket."""
    group = await the_group(request)
    actor = allowed(request, Action.HAND_OUT, group=group.id)
    await read_form(request)
    service, ticket_id = service_of(request), request.match_info["ticket"]
    await service.store.run(
        lambda connection: tickets.revoke(
            connection, group.id, ticket_id, now_ms=service.now(), by=actor.account_id
        )
    )  # fmt: skip
    raise web.HTTPSeeOther(f"/library/{group.slug}/tickets")


def _most_mb(request: web.Request) -> int:
    return max(1, service_of(request).settings.largest_upload_bytes // MB)


async def _page(
    request: web.Request, group: Group, *, status: int = 200, problem: Told | None = None, made: Ticket | None = None,
    link: str = "", typed: dict[str, str] | None = None,
) -> web.Response:  # fmt: skip
    service = service_of(request)
    every = await service.store.read(lambda connection: tickets.of_group(connection, group.id))
    most_mb = _most_mb(request)
    return render(
        request, "tickets.html", status=status, group=group, tickets=every, made=made, link=link,
        code=_code(link) if link else "", problem=problem.told() if problem else "", zone=service.settings.zone,
        typed=typed or {"files": "1", "most_mb": str(min(USUAL_MB, most_mb)), "days": "7", "note": ""}, most_mb=most_mb,
        most_files=tickets.MOST_FILES, most_days=tickets.MOST_DAYS, longest_note=tickets.LONGEST_NOTE,
    )  # fmt: skip


def _code(link: str) -> str:
    """The link as a QR code: an SVG picture in a data address, dark on white also on a dark page."""
    return str(segno.make(link, error="m", micro=False).svg_data_uri(scale=6, border=4, dark="#14213d", light="#fff"))


routes = [
    web.get("/library/{group}/tickets", page),
    web.post("/library/{group}/tickets", make),
    web.post("/library/{group}/tickets/{ticket}/revoke", revoke),
]
