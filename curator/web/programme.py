"""The programme's pages: all screens, a screen's week and an hour to the second."""

from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from curator import air_time, bookings, choosing, drafts, guide, library, screens
from curator.authorisation import Action
from curator.manifest_store import record_of
from curator.programme.hours import HOUR_MS, day_start, next_hour, wall
from curator.programme.notes import told, told_why
from curator.programme.published import Published, newest
from curator.programme.week import DAYS, Day, Titled, week
from curator.publishing import PUBLISHER, Fault
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.tables import items
from curator.web.doorman import allowed
from curator.web.forms import BadForm
from curator.web.pages import render
from curator.web.paging import page_of
from curator.web.problems import not_found
from curator.words import N_

FURTHEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class OnScreen:
    """A screen in the list: what is on now and next, and whether its programme is as people decided."""

    screen: Screen
    entries: list[guide.GuideEntry]
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class PublishState:
    """The newest manifest of a screen in words; `reaches_ms` is where its plan ends."""

    version: int
    issued_ms: int
    why: str
    reaches_ms: int
    notes: list[str]


@dataclass(frozen=True, slots=True)
class _Week:
    days: list[Day]
    shares: list[air_time.AirTime]
    state: PublishState | None


async def screen_named(request: web.Request) -> Screen:
    """The screen of the address; raises not_found."""
    slug = request.match_info["screen"]
    found = await service_of(request).store.read(lambda connection: screens.by_slug(connection, slug))
    if found is None:
        raise not_found()
    return found


async def every(request: web.Request) -> web.StreamResponse:
    """All screens with what is on."""
    actor = allowed(request, Action.SEE_PROGRAMME)
    service = service_of(request)
    now_ms, faults = service.now(), dict(request.app[PUBLISHER].faults)
    words = request.query.get("find", "")
    page = page_of(request, await service.store.read(lambda connection: choosing.screens_found(connection, words)))

    def look(connection: Connection) -> list[OnScreen]:
        return [
            OnScreen(screen, guide.now_and_next(connection, screen.id, now_ms, 3), faults.get(screen.id))
            for screen in page.entries
        ]

    draft = await service.store.read(lambda connection: drafts.of(connection, actor.account_id))
    return render(
        request, "programme.html", on_screens=await service.store.read(look), page=page, words=words,
        draft_words=drafts.bar_words(draft),
    )  # fmt: skip


async def one_week(request: web.Request) -> web.StreamResponse:
    """A screen's week."""
    actor = allowed(request, Action.SEE_PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    now_ms = service.now()
    today = wall(screen.zone, now_ms).date()
    first = _day(request.query.get("from", ""), today)
    chosen = _day(request.query.get("day", ""), max(first, today) if today < first + timedelta(days=DAYS) else first)
    seen = await service.store.read(lambda connection: _week(connection, screen, first, now_ms))
    return render(
        request,
        "programme_week.html",
        wide=True,
        screen=screen,
        days=seen.days,
        shares=seen.shares,
        state=seen.state,
        fault=request.app[PUBLISHER].faults.get(screen.id) if actor.may(Action.PROGRAMME) else None,
        chosen=chosen,
        first=first,
        before=first - timedelta(days=DAYS),
        after=first + timedelta(days=DAYS),
        is_this_week=first <= today < first + timedelta(days=DAYS),
    )


async def one_hour(request: web.Request) -> web.StreamResponse:
    """What plays in one local hour, to the second."""
    allowed(request, Action.SEE_PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    now_ms = service.now()
    start_ms = _instant(request.query.get("at", ""), now_ms)
    end_ms = next_hour(screen.zone, start_ms)
    entries = await service.store.read(lambda connection: guide.between(connection, screen.id, start_ms, end_ms))
    return render(
        request,
        "programme_hour.html",
        screen=screen,
        entries=entries,
        start_ms=start_ms,
        end_ms=end_ms,
        day=wall(screen.zone, start_ms).date(),
        is_past=end_ms <= now_ms,
    )


def titles_of(connection: Connection, slots: list[bookings.Slot]) -> dict[str, Titled]:
    """What the booked items are called, by id."""
    wanted = {slot.item_id for slot in slots}
    found = library.items_where(connection, items.c.id.in_(sorted(wanted)), most=len(wanted) + 1)
    titled = {item.id: Titled(item.title, item.group_colour) for item in found}
    return {item_id: titled.get(item_id, Titled(item_id, "")) for item_id in wanted}


def _week(connection: Connection, screen: Screen, first: date, now_ms: int) -> _Week:
    from_ms = day_start(screen.zone, first)
    slots = bookings.between(connection, screen.id, from_ms, from_ms + (DAYS + 1) * 24 * HOUR_MS)
    shares = [share for share in air_time.shares(connection, screen) if share.weight]
    days = week(screen.zone, first, now_ms, slots, titles_of(connection, slots))
    return _Week(days, shares, _state(connection, screen))


def _state(connection: Connection, screen: Screen) -> PublishState | None:
    published: Published | None = newest(connection, screen.id)
    if published is None:
        return None
    record = record_of(connection, screen.id)
    notes = record.notes if record else ()
    wanted = sorted({note.values["item"] for note in notes if "item" in note.values})
    titles = {item.id: item.title for item in library.items_where(connection, items.c.id.in_(wanted))}
    return PublishState(
        published.version,
        published.issued_ms,
        told_why(published.why),
        published.programme.span[1],
        [told(note, titles) for note in notes],
    )


def _day(words: str, default: date) -> date:
    if not words:
        return default
    try:
        day = date.fromisoformat(words)
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a day such as 2026-11-23."), words=words[:40]) from None
    if abs((day - default).days) > FURTHEST_DAYS:
        raise BadForm(N_("That day is too far away."))
    return day


def _instant(words: str, now_ms: int) -> int:
    try:
        at_ms = int(words) if words else now_ms
    except ValueError:
        raise not_found() from None
    if abs(at_ms - now_ms) > FURTHEST_DAYS * 24 * HOUR_MS:
        raise not_found()
    return at_ms


routes = [
    web.get("/programme", every),
    web.get("/programme/{screen}", one_week),
    web.get("/programme/{screen}/hour", one_hour),
]
