"""Before every handler: the language, who it is, whether our own page asks; after it: the headers of every answer."""

from ipaddress import IPv6Network, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler

from content.language import LANGUAGES, best_language
from curator import accounts, known_browsers, notices
from curator.authorisation import Action, Actor, require
from curator.service import service_of
from curator.store import Connection
from curator.web import bearers
from curator.web.browsers import family_of
from curator.web.pages import ACTOR, UNREAD
from curator.web.problems import Problem, SignInNeeded
from curator.words import LANGUAGE, _

LANGUAGE_COOKIE = "language"
PROLONG_AFTER_MS = 5 * 60_000
COUNT_PATH = "/notices/count"
"""Asked for by pages that stay open: that is no use of a session, which would never end otherwise."""
PROGRAMS = ("/api/v1/", "/open311/")
"""Addresses that nodes and other programs call with a token or a key, and no browser with its cookie."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}
WITH_A_FRAME = {
    "Content-Security-Policy": f"{SECURITY_HEADERS['Content-Security-Policy']}; frame-src 'self'",
}
"""Of the one page that has another of ours in a frame."""
IN_A_FRAME = {
    "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Of the pages that stand in that frame."""


def session_cookie(request: web.Request) -> str:
    """The cookie's name: bound to the host where the connection is encrypted."""
    return "__Host-commonscreen" if is_secure(request) else "commonscreen"


def is_secure(request: web.Request) -> bool:
    """Whether the reader came by HTTPS, by our own or a trusted proxy's word."""
    if service_of(request).settings.trusted_proxies:
        return request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
    return request.scheme == "https"


def address_of(request: web.Request) -> str:
    """The reader's network address, for limits only: never stored, never logged."""
    proxies = service_of(request).settings.trusted_proxies
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return _network_of(hops[-proxies] if proxies and len(hops) >= proxies else request.remote or "unknown")


def _network_of(address: str) -> str:
    """The address as limits count it: who has one IPv6 address has the 2^64 beside it too."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:60]
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((int(parsed), 64), strict=False))


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """On every answer: nothing from elsewhere, no framing, no sniffing. (An `on_response_prepare` signal.)"""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "Commonscreen"  # which versions of what are inside is nobody's business


@web.middleware
async def choose_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The reader's language: as chosen, else as their account says, else as their browser asks."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen not in LANGUAGES:
        wanted = [part.split(";")[0].strip() for part in request.headers.get("Accept-Language", "").split(",")[:10]]
        chosen = best_language([*wanted, service_of(request).settings.language])
    LANGUAGE.set(chosen)
    return await handler(request)


@web.middleware
async def know_the_actor(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Finds who is signed in, or who a program speaks for; how many notices they have not read; notes the use."""
    request[ACTOR] = None
    if bearers.shows_token(request):
        request[ACTOR] = await bearers.actor_of_token(request, address_of(request))
        return await handler(request)
    token = request.cookies.get(session_cookie(request), "")
    if token and not request.path.startswith("/static/"):
        service = service_of(request)
        now_ms = service.now()
        found = await service.store.read(lambda connection: _session(connection, token, now_ms))
        if found:
            request[ACTOR], seen_ms, request[UNREAD] = found
            if now_ms - seen_ms > PROLONG_AFTER_MS and request.path != COUNT_PATH:
                life_ms = service.settings.session_hours * 3_600_000
                await service.store.run(
                    lambda connection: accounts.prolong(connection, token, now_ms=now_ms, life_ms=life_ms)
                )
    return await handler(request)


def _session(connection: Connection, token: str, now_ms: int) -> tuple[Actor, int, int] | None:
    found = accounts.session(connection, token, now_ms)
    return (*found, notices.count_unread(connection, found[0].account_id)) if found else None


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only our own pages may ask for changes. Programs show a token and no cookie: nobody can trick them."""
    if request.method not in SAFE_METHODS or request.headers.get("Upgrade", "").lower() == "websocket":
        has_bearer = request.headers.get("Authorization", "").startswith("Bearer ")
        is_program = request.path.startswith(PROGRAMS) and session_cookie(request) not in request.cookies
        if not (has_bearer or is_program) and not _from_here(request):
            raise Problem(403, "other_origin", _("This was asked for from another site. Open the page here and retry."))
    return await handler(request)


def _from_here(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    scheme, _mark, host = request.headers.get("Origin", "").partition("://")
    hosts = {request.host}
    if service_of(request).settings.trusted_proxies and "X-Forwarded-Host" in request.headers:
        hosts.add(request.headers["X-Forwarded-Host"])
    # A page that came without encryption may have been anybody's.
    return host in hosts and (scheme == "https" or (scheme == "http" and not is_secure(request)))


def site_of(request: web.Request) -> str:
    """What addresses on this service begin with, as the reader reaches it."""
    said = service_of(request).settings.public_url.rstrip("/")
    return said or f"{'https' if is_secure(request) else 'http'}://{request.host}"


async def let_in(
    request: web.Request, answer: web.Response, account_id: str, *, way: str = "", shown_ms: int | None = None
) -> None:  # fmt: skip
    """Opens a session for this account, with its cookie on the answer. `way`, `shown_ms`: see `accounts.sign_in`."""
    service, now_ms = service_of(request), service_of(request).now()
    life_ms = service.settings.session_hours * 3_600_000
    browser = family_of(request.headers.get("User-Agent", ""))

    def open_session(connection: Connection) -> tuple[str, str]:
        token = accounts.sign_in(
            connection, account_id, now_ms=now_ms, life_ms=life_ms, browser=browser, way=way, shown_ms=shown_ms
        )
        return token, known_browsers.note(connection, known_token(request), account_id, now_ms)

    token, known = await service.store.run(open_session)
    is_https = is_secure(request)
    answer.set_cookie(session_cookie(request), token, httponly=True, samesite="Lax", secure=is_https, path="/")
    answer.set_cookie(
        f"{session_cookie(request)}-known", known, max_age=known_browsers.LIFE_MS // 1000, httponly=True,
        samesite="Lax", secure=is_https, path="/",
    )  # fmt: skip


def known_token(request: web.Request) -> str:
    """What a browser keeps in which somebody signed in before; "" when it has nothing."""
    return request.cookies.get(f"{session_cookie(request)}-known", "")


def actor_of(request: web.Request) -> Actor:
    """Who is signed in; raises SignInNeeded when nobody is."""
    actor: Actor | None = request.get(ACTOR)
    if actor is None:
        raise SignInNeeded
    return actor


def allowed(
    request: web.Request, action: Action, *, group: str | None = None, made_by: str | None = None
) -> Actor:  # fmt: skip
    """Who is signed in, if they may do `action`; raises SignInNeeded or NotAllowed."""
    actor = actor_of(request)
    require(actor, action, group=group, made_by=made_by)
    return actor
