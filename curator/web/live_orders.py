"""The page of live orders: an item over the programme, an alert over everything, and what stands now."""

from dataclasses import dataclass

from aiohttp import web

from curator import accounts, choosing, live_orders, screens
from curator.authorisation import Action, Actor, NotAllowed
from curator.choosing import Choices, ItemChoice, Place
from curator.live_orders import OrderRefused, Standing
from curator.person_words import name_of
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.pages import render
from curator.web.problems import not_found


@dataclass(frozen=True, slots=True)
class Told:
    """An order in the list, with the screens it is for and who gave it."""

    order: Standing
    screens: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in: it stands in the forms again when an order is refused."""

    heading: str = ""
    lines: str = ""
    minutes: str = ""
    item: str = ""
    screens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    orders: list[Told]
    places: list[Place]
    choices: Choices[ItemChoice] | None


async def see(request: web.Request) -> web.StreamResponse:
    """What stands now, and the two forms."""
    actor = _either(request)
    sent = Form(request.query)
    asked = Asked(item=sent.text("item"), minutes=sent.text("minutes", most=8), screens=tuple(sent.texts("screen")))
    return await _page(request, actor, 200, None, asked)


async def take_over(request: web.Request) -> web.StreamResponse:
    """Puts an item over the programme."""
    actor = allowed(request, Action.TAKE_OVER)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()
    item_id, chosen = form.text("item", most=32), form.texts("screen")
    asked = Asked(item=item_id, minutes=form.text("minutes", most=8), screens=tuple(chosen))
    try:
        await service.store.run(
            lambda connection: live_orders.take_over(
                connection, service.key, item_id=item_id, screens=_known(connection, chosen), at_ms=now_ms,
                minutes=_minutes(asked), now_ms=now_ms, by=actor.account_id,
            )
        )  # fmt: skip
    except OrderRefused as refused:
        return await _page(request, actor, 422, refused, asked)
    _tell(request, chosen)
    raise web.HTTPSeeOther("/live-orders?done=given")


async def alert(request: web.Request) -> web.StreamResponse:
    """Puts words over everything."""
    actor = allowed(request, Action.ALERT)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()
    heading, lines = form.text("heading", most=1000), form.text("lines", most=5000).splitlines()
    language, chosen = form.text("language", most=8) or "en", form.texts("screen")
    asked = Asked(heading, "\n".join(lines), form.text("minutes", most=8), screens=tuple(chosen))
    try:
        await service.store.run(
            lambda connection: live_orders.alert(
                connection, service.key, heading=heading, lines=lines, language=language,
                screens=_known(connection, chosen), minutes=_minutes(asked), now_ms=now_ms, by=actor.account_id,
            )
        )  # fmt: skip
    except OrderRefused as refused:
        return await _page(request, actor, 422, refused, asked)
    _tell(request, chosen)
    raise web.HTTPSeeOther("/live-orders?done=given")


async def end(request: web.Request) -> web.StreamResponse:
    """Ends an order at once; who may give one of its kind may end it."""
    actor = _either(request)
    service = service_of(request)
    order_id = request.match_info["order"]
    now_ms = service.now()
    standing = await service.store.read(lambda connection: live_orders.standing(connection, now_ms))
    found = next((one for one in standing if one.told.order == order_id), None)
    if found is None:
        raise not_found()
    wanted = Action.ALERT if found.told.layer == "alert" else Action.TAKE_OVER
    if not actor.may(wanted):
        raise NotAllowed(wanted)
    await service.store.run(
        lambda connection: live_orders.end(connection, service.key, order_id, now_ms=now_ms, by=actor.account_id)
    )
    _tell(request, found.told.screens)
    raise web.HTTPSeeOther("/live-orders?done=ended")


def _either(request: web.Request) -> Actor:
    actor = allowed(request, Action.SEE_SCREENS)
    if not (actor.may(Action.ALERT) or actor.may(Action.TAKE_OVER)):
        raise NotAllowed(Action.ALERT)
    return actor


def _minutes(asked: Asked) -> int:
    """0 for what is no number; the order is refused then, with the range that goes."""
    return int(asked.minutes) if asked.minutes.isascii() and asked.minutes.isdecimal() else 0


def _known(connection: Connection, chosen: list[str]) -> list[str]:
    known = {screen.id for screen in screens.every(connection)}
    return [screen_id for screen_id in chosen if screen_id in known]


def _tell(request: web.Request, screen_ids: list[str] | tuple[str, ...]) -> None:
    bus = service_of(request).bus
    for screen_id in screen_ids:
        bus.publish(f"screen:{screen_id}")


async def _page(
    request: web.Request, actor: Actor, status: int, refused: OrderRefused | None, asked: Asked
) -> web.StreamResponse:
    service = service_of(request)
    now_ms = service.now()

    def look(connection: Connection) -> _Seen:
        places = choosing.screens_by_place(connection)
        names = {screen.id: screen.name for place in places for screen in place.screens}
        standing = [one for one in live_orders.standing(connection, now_ms) if one.end_ms > now_ms]
        by = accounts.names(connection, {one.created_by for one in standing if one.created_by})
        orders = [
            Told(
                one,
                tuple(names.get(screen_id, screen_id) for screen_id in one.told.screens),
                by.get(one.created_by, name_of("")) if one.created_by else "",
            )
            for one in standing
        ]
        find = request.query.get("find", "")
        may_take_over = actor.may(Action.TAKE_OVER)
        choices = choosing.items_to_choose(connection, find, also=[asked.item]) if may_take_over else None
        return _Seen(orders, places, choices)

    seen = await service.store.read(look)
    return render(
        request, "live_orders.html", status=status, orders=seen.orders, places=seen.places, choices=seen.choices,
        zone=next((one.zone for place in seen.places for one in place.screens), service.settings.zone),
        refusal=refused.told() if refused else "", done=request.query.get("done", "") if not refused else "",
        asked=asked,
    )  # fmt: skip


routes = [
    web.get("/live-orders", see),
    web.post("/live-orders/takeover", take_over),
    web.post("/live-orders/alert", alert),
    web.post("/live-orders/{order}/end", end),
]
