"""“Forgot your password?”: asking for a link by mail, and choosing a new password with it."""

import asyncio

from aiohttp import web

from curator import accounts, resets
from curator.limits import Tries
from curator.mail import outbox
from curator.service import service_of
from curator.web.doorman import address_of
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.problems import Problem
from curator.web.sign_in import TRIES
from curator.words import _

ASKED_FROM: web.AppKey[Tries] = web.AppKey("resets_asked_from", Tries)
ASKED_FOR: web.AppKey[Tries] = web.AppKey("resets_asked_for", Tries)
MOST_FROM = 10
"""How often one network address may ask in an hour."""
MOST_FOR = 3
"""How many links one account is sent in an hour. They live as long: whoever gets no fourth has three good ones."""
WINDOW_MS = resets.LIFE_MS
ANSWER_S = 0.1
"""An answer takes so long, much longer than the work behind it: how long that took says nothing."""


def attach(app: web.Application) -> None:
    """Nobody has asked yet."""
    app[ASKED_FROM] = Tries(MOST_FROM, WINDOW_MS)
    app[ASKED_FOR] = Tries(MOST_FOR, WINDOW_MS)


async def ask(request: web.Request) -> web.StreamResponse:
    """The page to ask for a link."""
    return _page(request)


async def send(request: web.Request) -> web.StreamResponse:
    """Has a link mailed. The answer is the same whether or not there is such an account."""
    service = service_of(request)
    typed = (await read_form(request)).text("email", most=254)
    now_ms, come_from = service.now(), address_of(request)
    wait_ms = request.app[ASKED_FROM].wait_ms(come_from, now_ms)
    if wait_ms:
        sentence = _("Too many tries. Please wait %(minutes)s min and try again.", minutes=-(-wait_ms // 60_000))
        return _page(request, status=429, email=typed, problem=sentence)
    try:
        email = accounts.normal_email(typed)
    except accounts.BadAccount as bad:
        return _page(request, status=422, email=typed, problem=bad.told())
    request.app[ASKED_FROM].note(come_from, now_ms)
    await asyncio.gather(_ask(request, email, now_ms), asyncio.sleep(ANSWER_S))
    return _page(request, email=email, is_sent=True)


async def _ask(request: web.Request, email: str, now_ms: int) -> None:
    """Has a link mailed, unless this account was sent so many already."""
    service, asked_for = service_of(request), request.app[ASKED_FOR]
    if not asked_for.wait_ms(email, now_ms):
        asked_for.note(email, now_ms)
        await service.store.run(lambda connection: resets.ask(connection, service.settings, email, now_ms))
        service.bus.publish(outbox.TOPIC)


async def choose(request: web.Request) -> web.StreamResponse:
    """The page to choose a new password, for whoever has a good link. Looking uses nothing up."""
    return _choose_page(request, await _owner(request))


async def change(request: web.Request) -> web.StreamResponse:
    """Sets the new password and ends every session of the account."""
    service, owner = service_of(request), await _owner(request)
    form = await read_form(request)
    new, again = (form.text(name, most=accounts.LONGEST_PASSWORD) for name in ("new", "again"))
    if new != again:
        return _choose_page(request, owner, status=422, problem=_(accounts.TWO_WAYS))
    try:
        password_hash = await accounts.in_turn(accounts.hash_password, new)
    except accounts.BadAccount as bad:
        return _choose_page(request, owner, status=422, problem=bad.told())
    token, now_ms = request.query.get("token", ""), service.now()
    used = await service.store.run(
        lambda connection: resets.use(connection, service.settings, token, password_hash, now_ms)
    )
    if used is None:
        raise _no_longer_good()
    service.bus.publish(outbox.TOPIC)
    request.app[TRIES].forget(f"account {used.reader.email} {address_of(request)}")
    raise web.HTTPSeeOther("/sign-in?changed=1")


async def _owner(request: web.Request) -> resets.Owner:
    service, token = service_of(request), request.query.get("token", "")
    found = await service.store.read(lambda connection: resets.owner(connection, token, service.now()))
    if found is None:
        raise _no_longer_good()
    return found


def _no_longer_good() -> Problem:
    sentence = _("This link has been used already, or its time is over. Ask for a new one on the sign-in page.")
    return Problem(410, "no_longer_good", sentence)


def _page(
    request: web.Request, *, status: int = 200, email: str = "", problem: str = "", is_sent: bool = False
) -> web.Response:
    return render(request, "forgot.html", status=status, email=email, problem=problem, is_sent=is_sent)


def _choose_page(request: web.Request, owner: resets.Owner, *, status: int = 200, problem: str = "") -> web.Response:
    return render(
        request, "reset.html", status=status, email=owner.reader.email, token=request.query.get("token", ""),
        problem=problem, least=accounts.SHORTEST_PASSWORD, most=accounts.LONGEST_PASSWORD,
    )  # fmt: skip


routes = [web.get("/forgot", ask), web.post("/forgot", send), web.get("/reset", choose), web.post("/reset", change)]
