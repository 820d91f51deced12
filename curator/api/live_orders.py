"""Live orders: an approved item over the programme, an alert over everything, and ending either."""

from typing import Annotated, Literal

from pydantic import Field

from content.live import LONGEST_HEADING, LONGEST_LINE, MOST_LINES, MOST_SCREENS, LiveOrder
from curator import live_orders
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.reading import Given, Id, Instant, Line, Nothing, Told
from curator.api.screens import known_screens
from curator.authorisation import Action, NotAllowed
from curator.live_orders import LONGEST_ALERT_MINUTES, LONGEST_TAKEOVER_MINUTES, Standing
from curator.words import N_

Screens = Annotated[list[Id], Field(min_length=1, max_length=MOST_SCREENS, description="Ids of screens.")]


class OrderAnswer(Told):
    """An order above the programme."""

    id: str
    layer: str = Field(description="takeover or alert")
    screens: list[str]
    item: str | None
    heading: str | None
    lines: list[str]
    starts_ms: Instant
    ends_ms: Instant
    given_by: str | None
    is_on: bool


class Orders(Told):
    """The orders that are on or to come, the newest first."""

    orders: list[OrderAnswer]


class AlertGiven(Given):
    """Words over everything, at once."""

    heading: Annotated[Line, Field(min_length=1, max_length=LONGEST_HEADING)]
    lines: list[Annotated[Line, Field(max_length=LONGEST_LINE)]] = Field(default=[], max_length=MOST_LINES)
    language: Literal["en", "vi"] = "en"
    screens: Screens
    minutes: int = Field(ge=1, le=LONGEST_ALERT_MINUTES)


class TakeoverGiven(Given):
    """An approved item over the programme, from `at_ms` (at once where it is null or past)."""

    item: Id
    screens: Screens
    minutes: int = Field(ge=1, le=LONGEST_TAKEOVER_MINUTES)
    at_ms: Instant | None = None


@endpoint("GET", "/api/live-orders", N_("What is over the programme"), asks=Action.ALERT)
def every(call: Call) -> Orders:
    """On now or to come."""
    return Orders(orders=[_told(call, one) for one in _open(call)])


@endpoint("POST", "/api/live-orders/alert", N_("Show an alert over everything"), asks=Action.ALERT, status=201)
def alert(call: Call, body: AlertGiven) -> OrderAnswer:
    """Until its time is over, or it is ended."""
    order = live_orders.alert(
        call.connection, call.service.key, heading=body.heading, lines=body.lines, language=body.language,
        screens=known_screens(call, body.screens), minutes=body.minutes, now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
    return _given(call, order)


@endpoint(
    "POST", "/api/live-orders/takeover", N_("Put an approved item over the programme"), asks=Action.TAKE_OVER,
    status=201,
)  # fmt: skip
def take_over(call: Call, body: TakeoverGiven) -> OrderAnswer:
    """Until its time is over, or it is ended."""
    order = live_orders.take_over(
        call.connection, call.service.key, item_id=body.item, screens=known_screens(call, body.screens),
        at_ms=call.now_ms if body.at_ms is None else body.at_ms, minutes=body.minutes, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip
    return _given(call, order)


def _the_order(call: Call) -> Standing:
    found = next(
        (one for one in live_orders.standing(call.connection, call.now_ms) if one.told.order == call.named["order"]),
        None,
    )
    if found is None:
        raise not_found()
    if found.told.layer != "alert" and not call.actor.may(Action.TAKE_OVER):
        raise NotAllowed(Action.TAKE_OVER)
    return found


@endpoint(
    "POST", "/api/live-orders/{order}/end", N_("End what is over the programme"), asks=Action.ALERT, about=_the_order
)
def end(call: Call, order: Standing, body: Nothing) -> None:  # noqa: ARG001
    """At once; harmless when it is over."""
    live_orders.end(
        call.connection, call.service.key, order.told.order, now_ms=call.now_ms, by=call.actor.account_id
    )  # fmt: skip
    call.hint(*(f"screen:{screen_id}" for screen_id in order.told.screens))


def _open(call: Call) -> list[Standing]:
    return [one for one in live_orders.standing(call.connection, call.now_ms) if one.end_ms > call.now_ms]


def _given(call: Call, order: LiveOrder) -> OrderAnswer:
    call.hint(*(f"screen:{screen_id}" for screen_id in order.screens))
    return next(_told(call, one) for one in _open(call) if one.told.order == order.order)


def _told(call: Call, one: Standing) -> OrderAnswer:
    words = one.told.words
    return OrderAnswer(
        id=one.told.order, layer=one.told.layer, screens=list(one.told.screens),
        item=one.told.item.id if one.told.item else None, heading=words.heading if words else None,
        lines=list(words.lines) if words else [], starts_ms=one.told.at_ms, ends_ms=one.end_ms,
        given_by=one.created_by, is_on=one.is_on(call.now_ms),
    )  # fmt: skip
