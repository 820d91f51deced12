"""The API for people's programs on the web: its endpoints, its documentation, and a page that lists them."""

from itertools import groupby

from aiohttp import web

# The modules below put their endpoints into the list as they are imported.
from curator.api import (  # noqa: F401
    accounts,
    activities,
    agreements,
    asking,
    captions,
    groups,
    items,
    live_orders,
    me,
    members,
    mending,
    moderation,
    people,
    places,
    preparation,
    programme,
    screens,
    street_reports,
    take_downs,
    tickers,
    town,
    variants,
    webhooks,
    weeks,
)
from curator.api.door import handler_of
from curator.api.endpoint import ENDPOINTS, Endpoint
from curator.api.openapi import document
from curator.service import service_of
from curator.tokens import ALLOWS, OF_API
from curator.web.bearers import count
from curator.web.doorman import address_of, site_of
from curator.web.pages import render
from curator.words import N_

HEADINGS = {
    "me": N_("You"),
    "town": N_("The town"),
    "people": N_("People"),
    "accounts": N_("Accounts"),
    "groups": N_("Groups"),
    "members": N_("Members"),
    "items": N_("Items"),
    "captions": N_("Captions"),
    "mending": N_("Mending"),
    "take_downs": N_("Taken off the screens"),
    "variants": N_("Variants"),
    "preparation": N_("Preparation"),
    "moderation": N_("Moderation"),
    "asking": N_("Asking for a change, passing on"),
    "activities": N_("Taking part"),
    "street_reports": N_("Street reports"),
    "tickers": N_("Ticker"),
    "screens": N_("Screens"),
    "places": N_("Places and times"),
    "agreements": N_("Dayparts, sites and rules"),
    "programme": N_("Programme"),
    "weeks": N_("Kept weeks"),
    "live_orders": N_("Live orders"),
    "webhooks": N_("Webhooks"),
}


async def page(request: web.Request) -> web.StreamResponse:
    """Every endpoint in a sentence."""
    parts = [(HEADINGS[name], [_line(one) for one in some]) for name, some in groupby(_sorted(), _module)]
    return render(
        request, "api.html", parts=parts, site=site_of(request), calls=service_of(request).settings.api_calls_a_minute
    )


async def told(request: web.Request) -> web.StreamResponse:
    """The documentation for programs."""
    count(request, f"address {address_of(request)}")
    return web.Response(body=document(), content_type="application/json", headers={"Cache-Control": "no-cache"})


def _module(one: Endpoint) -> str:
    return one.work.__module__.rpartition(".")[2]


def _sorted() -> list[Endpoint]:
    return sorted(ENDPOINTS, key=lambda one: list(HEADINGS).index(_module(one)))


def _line(one: Endpoint) -> tuple[Endpoint, str]:
    """An endpoint, and with which tokens it is open: "all", "any" (of OF_API), "none" or their scopes."""
    scopes = [scope.value for scope, allowed in ALLOWS.items() if one.asks in allowed]
    if one.is_open:
        return one, "all"
    if len(scopes) == len(OF_API) or (one.asks is None and not one.is_change):
        return one, "any"
    return one, ", ".join(scopes) or "none"


routes = [
    web.get("/api", page),
    web.get("/api/", page),
    web.get("/api/openapi.json", told),
    *(web.route(one.method, one.path, handler_of(one)) for one in ENDPOINTS),
]
