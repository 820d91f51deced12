"""Calendars for other programs, and calendar files from them: public feeds, a programmer's export and import.

An import is looked at before anything is stored; then all of it goes into the programmer's draft, or nothing.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from curator import calendars, groups
from curator.authorisation import Action
from curator.programme.calendar_files import Listed, as_calendar
from curator.programme.calendar_import import Row, compare
from curator.programme.calendar_reading import LARGEST_BYTES, BadCalendar, CalendarEvent, read_calendar
from curator.programme.recurrence import BadRecurrence, summary
from curator.revisions import MOST_CHANGES
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed, site_of
from curator.web.pages import render
from curator.web.problems import Problem, not_found
from curator.web.programme import screen_named
from curator.words import N_, Told, _

FORM_TYPE = "multipart/form-data"
FORM_SECONDS = 60.0
MOST_FIELDS = 1_000
LARGEST_FIELD_BYTES = 2_000
FEED_SECONDS = 15 * 60
"""How long a public calendar may be kept by others before they look again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An import's form: the file, which item is meant by a title, whether what is refused may be left out, and
    whether the rest is to be put into the draft.
    """

    calendar: bytes
    chosen: dict[str, str]
    is_leaving_out: bool
    is_for_good: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the result: the event, when it would be on, and why it is refused, in words."""

    row: Row
    when: str
    why: str


async def of_screen(request: web.Request) -> web.StreamResponse:
    """A screen's public calendar."""
    screen = await screen_named(request)
    now_ms = service_of(request).now()
    return await _feed(request, screen.name, lambda connection: calendars.public_of_screen(connection, screen, now_ms))


async def of_group(request: web.Request) -> web.StreamResponse:
    """A group's public calendar."""
    service = service_of(request)
    slug = request.match_info["group"]
    group = await service.store.read(lambda connection: groups.by_slug(connection, slug))
    if group is None:
        raise not_found()
    now_ms = service.now()
    return await _feed(request, group.name, lambda connection: calendars.public_of_group(connection, group, now_ms))


async def export(request: web.Request) -> web.StreamResponse:
    """Every booking of a screen as a file, for programmers."""
    allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    now_ms = service.now()
    body = await service.store.read(
        lambda connection: as_calendar(
            screen.name, calendars.full_of_screen(connection, screen, now_ms), is_public=False
        )
    )  # fmt: skip
    return _calendar(body, {"Content-Disposition": f'attachment; filename="{screen.slug}.ics"'})


async def page(request: web.Request) -> web.StreamResponse:
    """The page with the addresses to subscribe to, the export and the import's form."""
    allowed(request, Action.PROGRAMME)
    return await _page(request, await screen_named(request))


async def bring_in(request: web.Request) -> web.StreamResponse:
    """Shows what a calendar file would change; with `put`, puts it into the programmer's draft, whole or not at all."""
    actor = allowed(request, Action.PROGRAMME)
    screen = await screen_named(request)
    sent = await _read_form(request)
    try:
        rows = await _rows(request, screen, actor.account_id, sent)
    except BadCalendar as bad:
        return await _page(request, screen, problem=bad.told(), status=422)
    if not sent.is_for_good:
        return await _page(request, screen, sent, rows)
    held = [row for row in rows if row.kind == "choose" or (row.kind == "refused" and not sent.is_leaving_out)]
    if held:
        words = _("Nothing was taken: some events are refused, or need an item. See below.")
        return await _page(request, screen, sent, rows, problem=words, status=422)
    service = service_of(request)
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000
    try:
        await service.store.run(
            lambda connection: calendars.put_into_draft(
                connection, actor.account_id, rows, now_ms=now_ms, lead_ms=lead_ms
            )
        )  # fmt: skip
    except Told as refused:
        return await _page(request, screen, sent, rows, problem=refused.told(), status=422)
    raise web.HTTPSeeOther("/programme/draft")


async def _rows(request: web.Request, screen: Screen, account_id: str, sent: Sent) -> list[Row]:
    """What becomes of each event of the file. Raises BadCalendar."""
    service = service_of(request)
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000
    events = await asyncio.to_thread(read_calendar, sent.calendar)
    if not events:
        raise BadCalendar(N_("There is no event in this file."))
    uids = {one.uid for one in events if isinstance(one, CalendarEvent)}
    known = await service.store.read(
        lambda connection: calendars.known_to(connection, screen, account_id, uids, now_ms)
    )  # fmt: skip
    rows = await asyncio.to_thread(compare, events, known, sent.chosen)
    changes = [row for row in rows if row.change is not None]
    if len(changes) > MOST_CHANGES:
        raise BadCalendar(
            N_("This file changes %(count)s bookings; a draft holds at most %(most)s changes. Import it in parts."),
            count=len(changes), most=MOST_CHANGES,
        )  # fmt: skip
    if not changes:
        return rows
    return await service.store.run(
        lambda connection: calendars.tried(connection, account_id, rows, now_ms=now_ms, lead_ms=lead_ms)
    )


async def _read_form(request: web.Request) -> Sent:
    """The form, its file in memory. Raises Problem when it is no such form, too large, or does not arrive in time."""
    broken = Problem(400, "bad_form", _("This form cannot be read. Open the page here and retry."))
    if request.content_type != FORM_TYPE:
        raise Problem(415, "no_form", _("This is not a form as our pages send it. Open the page here and retry."))
    try:
        async with asyncio.timeout(FORM_SECONDS):
            fields = await _fields(request)
    except TimeoutError:
        raise Problem(408, "too_slow", _("The form took too long to arrive. Send it again.")) from None
    # The form's own layout is the reader's; which of these the library raises for it differs from case to case.
    except (ValueError, AssertionError, LookupError, RuntimeError, HttpProcessingError):
        raise broken from None
    texts = [(name, body.decode("utf-8", "replace")) for name, body in fields if name != "calendar"]
    titles, items = ([words for name, words in texts if name == wanted] for wanted in ("title", "item"))
    said = {name for name, words in texts if words == "1"}
    return Sent(
        next((body for name, body in fields if name == "calendar"), b""),
        {title: item for title, item in zip(titles, items, strict=False) if item},
        "leave" in said,
        "put" in said,
    )


async def _fields(request: web.Request) -> list[tuple[str, bytes]]:
    """Names and bodies of the form's fields, within their limits."""
    reader = await request.multipart()
    found: list[tuple[str, bytes]] = []
    for _number in range(MOST_FIELDS):
        part = await reader.next()
        if part is None:
            return found
        if not isinstance(part, BodyPartReader):
            raise ValueError("a form within the form")  # noqa: TRY004 - every broken form is one to the caller
        name = part.name or ""
        most = LARGEST_BYTES if name == "calendar" else LARGEST_FIELD_BYTES
        found.append((name, await _body(part, most)))
    raise Problem(413, "too_large", _("That is larger than what can be taken here."))


async def _body(part: BodyPartReader, most: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk():
        body += chunk
        if len(body) > most:
            raise Problem(413, "too_large", _("That is larger than what can be taken here."))
    return bytes(body)


async def _page(
    request: web.Request,
    screen: Screen,
    sent: Sent | None = None,
    rows: list[Row] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> web.StreamResponse:
    service = service_of(request)
    lines = await asyncio.to_thread(lambda: [_line(row) for row in rows or ()])
    asked = dict.fromkeys(row.title for row in rows or () if row.kind == "choose")
    teams = await service.store.read(groups.every)
    items = await service.store.read(_choices) if asked else []
    return render(
        request,
        "exchange.html",
        status=status,
        screen=screen,
        groups=teams,
        base=site_of(request),
        lines=lines,
        problem=problem,
        calendar=sent.calendar.decode("utf-8", "replace") if sent and rows else "",
        chosen=[(title, item) for title, item in sent.chosen.items() if title not in asked] if sent else [],
        asked=list(asked),
        items=items,
        changes=sum(row.change is not None for row in rows or ()),
        refused=sum(row.kind == "refused" for row in rows or ()),
    )


def _choices(connection: Connection) -> list[tuple[str, str]]:
    """Every approved item: id, and title with its group, by title."""
    found = calendars.approved_items(connection)
    return sorted(((item.id, f"{item.title} ({item.group_name})") for item in found), key=lambda one: one[1].casefold())


def _line(row: Row) -> Line:
    try:
        when = summary(row.booking) if row.booking else ""
    except BadRecurrence:
        when = ""
    return Line(row, when, row.why.told() if row.why else "")


async def _feed(
    request: web.Request, name: str, look: Callable[[Connection], list[Listed]]
) -> web.StreamResponse:  # fmt: skip
    """A public calendar; 304 for who has it already."""
    body = await service_of(request).store.read(lambda connection: as_calendar(name, look(connection), is_public=True))
    etag = hashlib.sha256(body).hexdigest()[:32]
    headers = {"ETag": f'"{etag}"', "Cache-Control": f"public, max-age={FEED_SECONDS}"}
    if any(tag.value in {etag, "*"} for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    # Meant for anybody's calendar, also one that runs in a browser elsewhere.
    open_to_all = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return _calendar(body, headers | open_to_all)


def _calendar(body: bytes, headers: dict[str, str]) -> web.Response:
    kept = headers if "Cache-Control" in headers else headers | {"Cache-Control": "no-store"}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=kept)


routes = [
    web.get("/programme/group/{group}/calendar.ics", of_group),
    web.get("/programme/{screen}/calendar.ics", of_screen),
    web.get("/programme/{screen}/bookings.ics", export),
    web.get("/programme/{screen}/exchange", page),
    web.post("/programme/{screen}/exchange", bring_in),
]
