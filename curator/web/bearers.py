"""Programs that speak for a person: whose token a request shows, on the addresses where tokens count."""

from aiohttp import web

from curator import tokens
from curator.authorisation import Actor
from curator.limits import Tries
from curator.problem import Problem
from curator.service import service_of
from curator.words import _

WINDOW_MS = 60_000
CALLS: web.AppKey[Tries] = web.AppKey("api calls", Tries)
"""How often each person and each network address called lately."""
SCHEME = "Bearer "
PLACES = ("/api/", "/uploads", "/files/")
_INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def attach(app: web.Application) -> None:
    """Counts calls; the application has its service already."""
    from curator.service import SERVICE

    app[CALLS] = Tries(app[SERVICE].settings.api_calls_a_minute, WINDOW_MS)


def shows_token(request: web.Request) -> bool:
    """Whether a request is to be answered for the token it shows, and for no cookie. Nodes have tokens of their own."""
    if request.path.startswith("/api/v1/") or not request.path.startswith(PLACES):
        return False
    return "Authorization" in request.headers


async def actor_of_token(request: web.Request, address: str) -> Actor:
    """Who a program speaks for, held to its token's scope. Raises Problem for a token that is not good."""
    service, now_ms = service_of(request), service_of(request).now()
    count(request, f"address {address}", note=False)
    given = request.headers["Authorization"]
    secret = given[len(SCHEME) :].strip() if given.startswith(SCHEME) else ""
    found = None
    if 0 < len(secret) <= tokens.LONGEST_TOKEN:
        found = await service.store.read(lambda connection: tokens.bearer(connection, secret, now_ms))
    if found is None:
        count(request, f"address {address}")
        raise Problem(
            401, "bad_token", _("This token is not good (any more). Its owner makes a new one under “My account”."),
            headers=_INVALID,
        )  # fmt: skip
    if found.token.scope not in tokens.OF_API:
        raise Problem(403, "wrong_scope", _("This token hands in reports by Open311, and opens nothing here."))
    token_id, used_ms = found.token.id, found.token.used_ms
    if used_ms is None or now_ms - used_ms > tokens.NOTE_USE_AFTER_MS:
        await service.store.run(lambda connection: tokens.note_use(connection, token_id, now_ms))
    return found.actor


def count(request: web.Request, who: str, *, note: bool = True) -> None:
    """Counts a call. Raises Problem when there were too many of `who` within the window."""
    calls, now_ms = request.app[CALLS], service_of(request).now()
    wait_ms = calls.wait_ms(who, now_ms)
    if wait_ms:
        seconds = -(-wait_ms // 1000)
        raise Problem(
            429, "too_many", _("Too many calls. Wait %(seconds)s seconds.", seconds=seconds),
            headers={"Retry-After": str(seconds)},
        )  # fmt: skip
    if note:
        calls.note(who, now_ms)
