"""Signing in and out, and choosing a language."""

from aiohttp import web

from content.language import LANGUAGES
from curator import accounts, known_browsers, passkeys
from curator.limits import Tries
from curator.oidc.providers import Provider
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import LANGUAGE_COOKIE, actor_of, address_of, is_secure, known_token, let_in, session_cookie
from curator.web.forms import read_form
from curator.web.pages import ACTOR, render
from curator.web.second_step import ask_if_needed
from curator.words import LANGUAGE, _

PROVIDERS: web.AppKey[dict[str, Provider]] = web.AppKey("identity_providers", dict)
"""The identity providers people may sign in with, by id."""
TRIES: web.AppKey[Tries] = web.AppKey("sign_in_tries", Tries)
WINDOW_MS = 10 * 60_000
A_YEAR_S = 365 * 86_400


async def ask(request: web.Request) -> web.StreamResponse:
    """The sign-in page."""
    if request[ACTOR] is not None:
        raise web.HTTPSeeOther(inside(request.query.get("next", "/")))
    onward, is_changed = inside(request.query.get("next", "/")), "changed" in request.query
    return sign_in_page(request, onward=onward, is_changed=is_changed)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Checks address and password and opens a session."""
    service = service_of(request)
    form = await read_form(request)
    email = form.text("email", most=254)
    password = form.text("password", most=accounts.LONGEST_PASSWORD)
    onward = inside(form.text("next", most=500))
    now_ms = service.now()
    tries = request.app[TRIES]
    account_id, known_hash, is_known = await service.store.read(lambda connection: _asked(connection, request, email))
    keys = (f"account {email.lower()} {address_of(request)}", f"address {address_of(request)}")
    if is_known:  # nobody else can use up the tries of a browser that was let in before
        keys = (f"known {account_id} {known_token(request)}",) * 2
    wait_ms = max(tries.wait_ms(key, now_ms) for key in keys)
    if wait_ms:
        minutes = -(-wait_ms // 60_000)
        sentence = _("Too many tries. Please wait %(minutes)s min and try again.", minutes=minutes)
        return sign_in_page(request, status=429, onward=onward, email=email, problem=sentence)
    # Counted before they are looked at: many at once must not all pass while the first is being checked.
    for key in set(keys):
        tries.note(key, now_ms)
    if not await accounts.in_turn(accounts.password_matches, known_hash, password) or account_id is None:
        sentence = _("That address and password do not belong together.")
        return sign_in_page(request, status=422, onward=onward, email=email, problem=sentence)
    tries.forget(keys[0])
    tries.take_back(keys[1], now_ms)
    step = await ask_if_needed(request, account_id, email, known_hash or "", onward)
    if step is not None:
        return step
    answer = web.HTTPSeeOther(onward)
    await let_in(request, answer, account_id, way="password")
    raise answer


def _asked(connection: Connection, request: web.Request, email: str) -> tuple[str | None, str | None, bool]:
    """The account with this address, its password's hash, and whether it was signed in to in this browser before."""
    account_id, known_hash = accounts.password_hash_of(connection, email)
    now_ms, token = service_of(request).now(), known_token(request)
    is_known = account_id is not None and known_browsers.knows(connection, token, account_id, now_ms)
    return account_id, known_hash, is_known


async def sign_out(request: web.Request) -> web.StreamResponse:
    """Ends the session."""
    token = request.cookies.get(session_cookie(request), "")
    await service_of(request).store.run(lambda connection: accounts.sign_out(connection, token))
    answer = web.HTTPSeeOther("/")
    answer.del_cookie(session_cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="Lax")
    raise answer


async def choose_language(request: web.Request) -> web.StreamResponse:
    """Remembers the language: in the browser, and with the account of whoever is signed in."""
    form = await read_form(request)
    chosen = form.one_of("language", set(LANGUAGES))
    LANGUAGE.set(chosen)
    if request[ACTOR] is not None:
        account_id = actor_of(request).account_id
        await service_of(request).store.run(lambda connection: accounts.set_language(connection, account_id, chosen))
    answer = web.HTTPSeeOther(inside(form.text("next", most=500)))
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=A_YEAR_S, samesite="Lax", secure=is_secure(request), httponly=True
    )
    raise answer


def sign_in_page(
    request: web.Request,
    *,
    onward: str,
    status: int = 200,
    email: str = "",
    problem: str = "",
    is_changed: bool = False,
) -> web.Response:
    """The page with every way to sign in; `onward` is where it leads, a path on this site."""
    return render(
        request, "sign_in.html", status=status, next=onward, email=email, problem=problem, changed=is_changed,
        passkeys=passkeys.place_of(service_of(request).settings), providers=list(request.app[PROVIDERS].values()),
    )  # fmt: skip


def inside(address: str) -> str:
    """A path on this site; the front page for anything else (no open redirects)."""
    is_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if is_path and address.isprintable() else "/"
