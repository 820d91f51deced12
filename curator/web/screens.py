"""Screens on the web: the public list and pages, the live picture, and for staff health, settings and black-out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from content.language import LANGUAGES
from content.measures import DISTANCES_MM, HEIGHTS_MM, LOWER_EDGES_MM
from curator import choosing, guide, nodes, pairing, records, screens
from curator.authorisation import Action, require
from curator.coordinates import LONGEST
from curator.health import CLOCKS
from curator.links import Panic, WantPictures
from curator.nodes import Node
from curator.pictures import EVERY_MS, WANTED_MS
from curator.records import Shown, Tally
from curator.screens import Screen, ScreenWords
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.node_state import node_state_of
from curator.web.notices import looked_at
from curator.web.pages import ACTOR, environment, moment, render
from curator.web.paging import page_of
from curator.web.problems import not_found
from curator.words import LANGUAGE, Told, _

ROWS_SHOWN = 100
NEXT_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A screen as the list shows it. `now` is what the guide has on now, if anything."""

    screen: Screen
    node: Node | None
    now: guide.GuideEntry | None


@dataclass(frozen=True, slots=True)
class Staff:
    """What staff see of a screen besides: its node and what it showed today."""

    node: Node | None
    is_expected: bool
    rows: list[Shown]
    tally: Tally
    playing_title: str


# --- for everybody ---------------------------------------------------------------------------------------------------


async def every(request: web.Request) -> web.StreamResponse:
    """All screens, each with a live picture."""
    service = service_of(request)
    now_ms = service.now()
    words = request.query.get("find", "")
    page = page_of(request, await service.store.read(lambda connection: choosing.screens_found(connection, words)))
    seen = await service.store.read(lambda connection: _seen(connection, page.entries, now_ms))
    return render(request, "screens.html", seen=seen, page=page, words=words)


async def show(request: web.Request) -> web.StreamResponse:
    """A screen's page: for strangers what is on, for staff also how it is."""
    screen = await _screen(request)
    await looked_at(request, f"screen:{screen.id}")
    return await _page(request, screen)


async def picture(request: web.Request) -> web.StreamResponse:
    """The newest picture of a screen; asks its node for more while somebody looks."""
    state = node_state_of(request)
    screen_id = await state.book.screen_id(request.match_info["slug"])
    if screen_id is None:
        raise not_found()
    now_ms = service_of(request).now()
    if state.pictures.look(screen_id, now_ms):
        state.links.tell(screen_id, WantPictures(EVERY_MS, WANTED_MS))
    newest = state.pictures.fresh(screen_id, now_ms)
    headers = {"Cache-Control": "no-store"}
    if newest is not None:
        return web.Response(body=newest.jpeg, content_type="image/jpeg", headers=headers)
    drawn = environment().get_template("parts/no_picture.svg").render(language=LANGUAGE.get())
    return web.Response(text=drawn, content_type="image/svg+xml", headers=headers)


# --- for staff -------------------------------------------------------------------------------------------------------


async def ask_new(request: web.Request) -> web.StreamResponse:
    """The form for a new screen."""
    allowed(request, Action.MANAGE_SCREENS)
    settings = service_of(request).settings
    return await _new_form(request, ScreenWords("", "", settings.zone, settings.language))


async def make(request: web.Request) -> web.StreamResponse:
    """Makes a screen."""
    actor = allowed(request, Action.MANAGE_SCREENS)
    service = service_of(request)
    words = _words(await read_form(request))
    now_ms = service.now()
    try:
        made = await service.store.run(
            lambda connection: screens.create(connection, words, now_ms=now_ms, by=actor.account_id)
        )
    except screens.BadScreen as told:
        return await _new_form(request, words, told)
    node_state_of(request).book.forget()
    service.bus.publish(f"screen:{made.id}")
    raise web.HTTPSeeOther(f"/screens/{made.slug}")


async def change(request: web.Request) -> web.StreamResponse:
    """Changes a screen's words and settings."""
    actor = allowed(request, Action.MANAGE_SCREENS)
    service = service_of(request)
    screen = await _screen(request)
    words = _words(await read_form(request))
    now_ms = service.now()
    try:
        await service.store.run(
            lambda connection: screens.change(connection, screen.id, words, now_ms=now_ms, by=actor.account_id)
        )
    except screens.BadScreen as told:
        return await _page(request, screen, words=words, problem=told)
    service.bus.publish(f"screen:{screen.id}")
    raise web.HTTPSeeOther(f"/screens/{screen.slug}?done=changed")


async def ask_dark(request: web.Request) -> web.StreamResponse:
    """One big button: black out, or (asking first) back."""
    allowed(request, Action.BLACK_OUT)
    screen = await _screen(request)
    service = service_of(request)
    node = await service.store.read(lambda connection: nodes.of_screen(connection, screen.id))
    return render(
        request, "screen_dark.html", screen=screen, node=node, asks_back="back" in request.query,
        is_linked=node_state_of(request).links.is_linked(screen.id),
    )  # fmt: skip


async def dark(request: web.Request) -> web.StreamResponse:
    """Blacks a screen out at once, or brings it back."""
    actor = allowed(request, Action.BLACK_OUT)
    service, state = service_of(request), node_state_of(request)
    screen = await _screen(request)
    on = (await read_form(request)).one_of("state", {"dark", "back"}) == "dark"
    now_ms = service.now()
    after = await service.store.run(
        lambda connection: screens.set_dark(connection, screen.id, on=on, now_ms=now_ms, by=actor.account_id)
    )
    state.links.tell(screen.id, Panic(after.is_dark, after.dark_counter))
    state.pictures.drop(screen.id)
    service.bus.publish(f"screen:{screen.id}")
    raise web.HTTPSeeOther(f"/screens/{screen.slug}/dark")


async def unpair(request: web.Request) -> web.StreamResponse:
    """Ends the pairing of a screen's node."""
    actor = allowed(request, Action.PAIR)
    service = service_of(request)
    screen = await _screen(request)
    if not (await read_form(request)).flag("sure"):
        raise web.HTTPSeeOther(f"/screens/{screen.slug}?done=unsure")
    now_ms = service.now()
    shut_out = await service.store.run(
        lambda connection: nodes.revoke(connection, screen.id, now_ms=now_ms, by=actor.account_id)
    )
    _shut_out(request, screen, shut_out)
    raise web.HTTPSeeOther(f"/screens/{screen.slug}?done=unpaired")


async def retire(request: web.Request) -> web.StreamResponse:
    """Takes a screen down for good and shuts its node out."""
    actor = allowed(request, Action.PAIR)
    require(actor, Action.MANAGE_SCREENS)
    service = service_of(request)
    screen = await _screen(request)
    if not (await read_form(request)).flag("sure"):
        raise web.HTTPSeeOther(f"/screens/{screen.slug}?done=unsure")
    now_ms = service.now()

    def take_down(connection: Connection) -> list[str]:
        screens.retire(connection, screen.id, now_ms=now_ms, by=actor.account_id)
        return nodes.revoke(connection, screen.id, now_ms=now_ms, by=actor.account_id)

    _shut_out(request, screen, await service.store.run(take_down))
    raise web.HTTPSeeOther("/screens")


def _shut_out(request: web.Request, screen: Screen, shut_out: list[str]) -> None:
    state = node_state_of(request)
    state.book.forget()
    state.pictures.drop(screen.id)
    for node_id in shut_out:
        state.links.end(node_id)
    service_of(request).bus.publish(f"screen:{screen.id}")


# --- inside ----------------------------------------------------------------------------------------------------------


async def _screen(request: web.Request) -> Screen:
    slug = request.match_info["slug"]
    found = await service_of(request).store.read(lambda connection: screens.by_slug(connection, slug))
    if found is None:
        raise not_found()
    return found


async def _page(
    request: web.Request, screen: Screen, *, words: ScreenWords | None = None, problem: Told | None = None
) -> web.Response:
    service = service_of(request)
    actor = request[ACTOR]
    now_ms = service.now()
    sees_health = actor is not None and actor.may(Action.SEE_SCREENS)
    entries = await service.store.read(lambda connection: guide.now_and_next(connection, screen.id, now_ms, NEXT_SHOWN))
    staff = await service.store.read(lambda connection: _staff(connection, screen, now_ms)) if sees_health else None
    zones = await asyncio.to_thread(screens.zones) if sees_health else ()
    return render(
        request, "screen.html", status=200 if problem is None else 422, screen=screen, entries=entries,
        zone=screen.zone, staff=staff, zones=zones, words=words or screen.words, done=request.query.get("done"),
        is_linked=node_state_of(request).links.is_linked(screen.id), problem=problem.told() if problem else "",
        contact=service.settings.contact, languages=LANGUAGES, clocks=CLOCKS, told=_tellings(),
    )  # fmt: skip


async def _new_form(request: web.Request, words: ScreenWords, problem: Told | None = None) -> web.Response:
    zones = await asyncio.to_thread(screens.zones)
    return render(
        request, "screen_new.html", status=200 if problem is None else 422, words=words, zones=zones,
        languages=LANGUAGES, problem=problem.told() if problem else "",
    )  # fmt: skip


def _seen(connection: Connection, known: Sequence[Screen], now_ms: int) -> list[Seen]:
    paired = nodes.paired(connection, [screen.id for screen in known])
    return [
        Seen(screen, paired.get(screen.id), next(iter(guide.now_and_next(connection, screen.id, now_ms, 1)), None))
        for screen in known
    ]


def _staff(connection: Connection, screen: Screen, now_ms: int) -> Staff:
    midnight = moment(now_ms, screen.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    from_ms = int(midnight.timestamp()) * 1000
    node = nodes.of_screen(connection, screen.id)
    playing = node.health.playing_item if node and node.health else ""
    return Staff(
        node=node,
        is_expected=pairing.is_expected(connection, screen.id, now_ms=now_ms),
        rows=records.as_run_of_screen(connection, screen.id, from_ms, now_ms + 1, most=ROWS_SHOWN),
        tally=records.tally_of_screen(connection, screen.id, from_ms, now_ms + 1),
        playing_title=records.title_of(connection, playing),
    )


def _words(form: Form) -> ScreenWords:
    return ScreenWords(
        name=form.text("name", most=screens.LONGEST_NAME),
        place=form.text("place", most=screens.LONGEST_PLACE),
        zone=form.text("zone", most=64),
        language=form.text("language", most=10),
        width=form.integer("width", least=screens.LEAST_PIXELS, most=screens.MOST_PIXELS),
        height=form.integer("height", least=screens.LEAST_PIXELS, most=screens.MOST_PIXELS),
        volume_percent=form.integer("volume_percent", least=0, most=100),
        captions=form.text("captions", most=12),
        picture_height_mm=_optional(form, "picture_height_cm", HEIGHTS_MM[1] // 10) * 10,
        distance_mm=_optional(form, "distance_cm", DISTANCES_MM[1] // 10) * 10,
        has_touch=form.flag("has_touch"),
        has_pads=form.flag("has_pads"),
        lower_edge_mm=_optional(form, "lower_edge_cm", LOWER_EDGES_MM[1] // 10) * 10,
        coordinates=form.text("coordinates", most=LONGEST),
    )


def _optional(form: Form, name: str, most: int) -> int:
    return form.integer(name, least=0, most=most) if form.text(name, most=20) else 0


def _tellings() -> dict[str, str]:
    """Codes of the as-run log in the reader's words."""
    return {
        "complete": _("shown"), "partial": _("shown in part"), "missed": _("missed"),
        "substituted": _("something else shown"),
        "file": _("the file was not there"), "decoder": _("the file could not be played"),
        "clock": _("the clock was set"), "power": _("the power was off"), "panic": _("blacked out"),
        "edit": _("the programme changed"), "start": _("the player was starting"),
        "alert": _("alert"), "takeover": _("takeover"), "session": _("taking part"),
        "choice": _("chosen by passers-by"), "booking": _("booking"),
        "rotation": _("rotation"), "programme": _("programme"), "filler": _("filler"), "dark": _("dark"),
    }  # fmt: skip


routes = [
    web.get("/screens", every),
    web.get("/screens/new", ask_new),
    web.post("/screens/new", make),
    web.get("/screens/{slug}", show),
    web.get("/screens/{slug}/picture.jpg", picture),
    web.post("/screens/{slug}/settings", change),
    web.get("/screens/{slug}/dark", ask_dark),
    web.post("/screens/{slug}/dark", dark),
    web.post("/screens/{slug}/unpair", unpair),
    web.post("/screens/{slug}/retire", retire),
]
