"""What the island serves to phones: the code's page, the visitor's page, its socket, its two files, and nothing else.

Plain HTTP: no page here needs a secure context, a cookie or storage. Whatever asks for another host is sent to the page
when it is a telephone that looks for the internet, and is refused otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from content.language import best_language
from display_node.island.messages import Offer
from display_node.island.place import SCREEN, Place
from kiosks.messages import MOST_SEQ, Vote
from kiosks.phone.pages import TYPES, environment, static_file
from kiosks.phone.presses import pressed
from kiosks.phone.socket import has_room, new_socket, talk
from kiosks.phone.visitor_words import ANIMALS, COLOURS
from kiosks.phone.words import told
from kiosks.rooms import Allowance
from kiosks.visits import Visit, number_on_own_network

LARGEST_BODY_BYTES = 2 << 10
BODY_S = 10.0
REQUESTS_A_MINUTE = 600
"""Of one network address; a page of two files that is loaded again and again stays far below."""
PROBES = frozenset(
    {
        "/hotspot-detect.html", "/library/test/success.html", "/generate_204", "/gen_204", "/connecttest.txt",
        "/ncsi.txt", "/redirect", "/canonical.html", "/success.txt", "/check_network_status.txt", "/nm-check.txt",
    }
)  # fmt: skip
"""What telephones ask to find out whether a network leads to the internet. This one does not, and says so."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://{host}; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Shore:
    """Where the island is: the address that phones reach it at, and other names it answers to."""

    address: str
    hosts: frozenset[str]

    @classmethod
    def at(cls, address: str, listening: str) -> "Shore":
        """For an address such as http://192.168.4.1:8080 and the place it listens at."""
        parts = urlsplit(address)
        return cls(address, frozenset({parts.netloc.lower(), listening.lower()}))


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as the phones' templates know one."""

    id: str
    kind: str
    question: object
    prompt: object


@dataclass(frozen=True, slots=True)
class Offered:
    """The same with what a visitor sees of it."""

    activity: Activity
    counts: tuple[int, ...]
    choice: int | None


@dataclass(slots=True)
class Island:
    """The parts that handlers need."""

    place: Place
    shore: Shore
    spoke: Callable[[asyncio.BaseTransport | None], None]
    asked: Allowance = field(default_factory=lambda: Allowance(REQUESTS_A_MINUTE))


ISLAND: web.AppKey[Island] = web.AppKey("island", Island)
LANGUAGE: web.RequestKey[str] = web.RequestKey("language", str)


def application(place: Place, shore: Shore, spoke: Callable[[asyncio.BaseTransport | None], None]) -> web.Application:
    """What answers; `spoke` is told of each connection over which a whole request came."""
    serving = web.Application(client_max_size=LARGEST_BODY_BYTES, middlewares=[_guard])
    serving[ISLAND] = Island(place, shore, spoke)
    serving.add_routes(routes)
    return serving


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Before every handler: how often, for which host, from which page; and the headers of every answer."""
    island = request.app[ISLAND]
    island.spoke(request.transport)
    request[LANGUAGE] = _language(request)
    try:
        answer = await _guarded(request, island, handler)
    except web.HTTPException as error:
        if not error.empty_body and error.status >= HTTPStatus.BAD_REQUEST:
            answer = _plain(request, error.status)
        else:
            error.headers.update(HEADERS)
            raise
    if not answer.prepared:
        answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
        answer.headers["Content-Security-Policy"] = POLICY.format(host=urlsplit(island.shore.address).netloc)
        answer.headers["Server"] = "Commonscreen"
    return answer


async def _guarded(request: web.Request, island: Island, handler: Handler) -> web.StreamResponse:
    if not island.asked.spend(request.remote or "", island.place.now()):
        return _plain(request, HTTPStatus.TOO_MANY_REQUESTS)
    if request.headers.get("Host", "").lower() not in island.shore.hosts:
        if request.path in PROBES and request.method in ("GET", "HEAD"):
            raise web.HTTPFound(f"{island.shore.address}/j")
        return _plain(request, HTTPStatus.MISDIRECTED_REQUEST)
    is_change = request.method not in ("GET", "HEAD")
    if (is_change or "Upgrade" in request.headers) and not _is_from_here(request, island):
        return _plain(request, HTTPStatus.FORBIDDEN)
    return await handler(request)


def _is_from_here(request: web.Request, island: Island) -> bool:
    """Whether a page of ours asks. A form of an old browser brings no origin."""
    origin = request.headers.get("Origin", "")
    return origin in ("", "null") or origin.partition("://")[2].lower() in island.shore.hosts


async def ask(request: web.Request) -> web.StreamResponse:
    """Asks for the code on the screen; sends on whoever typed one."""
    code = request.query.get("code", "")
    if code:
        raise web.HTTPSeeOther(f"/j/{_plainly(code)}")
    return _page(request, "phone_code.html", why="")


async def enter(request: web.Request) -> web.StreamResponse:
    """Gives a pass to whoever has the code that stands on the screen, and sends them to their page."""
    place, address = request.app[ISLAND].place, request.remote or ""
    now_ms = place.now()
    if place.wrong_codes.is_spent(address, now_ms):
        return _page(request, "phone_code.html", status=429, why="too_many")
    found = place.codes.look(request.match_info["code"], now_ms)
    if found.kind != "good" or found.screen != SCREEN:
        place.wrong_codes.spend(address, now_ms)
        is_old = found.kind == "old"
        return _page(request, "phone_code.html", status=410 if is_old else 404, why="old" if is_old else "unknown")
    if not place.is_linked:
        return _page(request, "phone_code.html", status=503, why="away")
    visit = place.room.open(address, now_ms)
    if not isinstance(visit, Visit):
        return _page(request, "phone_code.html", status=503 if visit == "full" else 429, why=visit)
    raise web.HTTPSeeOther(f"/p/{visit.token}")


async def see(request: web.Request) -> web.StreamResponse:
    """What there is to take part in, and how it stands."""
    place, visit = _seat(request)
    language = request[LANGUAGE]
    return _page(
        request, "phone.html", here=f"/p/{visit.token}", visit=visit, colour=told(COLOURS[visit.colour], language),
        animal=told(ANIMALS[visit.animal], language), screen_name=place.standing.screen_name,
        offers=[_offered(place, offer, visit) for offer in place.standing.offers], place=place,
        said=request.query.get("said", ""), state=place.state_text(), running=place.running, PHONE_WORDS={},
        ANSWER_REASONS={}, number=number_on_own_network(visit.number),
    )  # fmt: skip


async def vote(request: web.Request) -> web.StreamResponse:
    """Has a vote kept, of a phone without a script."""
    place, visit = _seat(request)
    form = await _form(request)
    option = form.get("option", "")
    if not place.room.may_say(visit, place.now()):
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=fast")
    if not option.isascii() or not option.isdigit() or len(option) > 1:
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=over")
    outcome = await place.vote(visit, Vote(_seq(place), int(option), form.get("activity", "")[:100]))
    raise web.HTTPSeeOther(f"/p/{visit.token}?said={outcome}")


async def play(request: web.Request) -> web.StreamResponse:
    """Begins a game, or leans, for a phone without a script."""
    place, visit = _seat(request)
    form = await _form(request)
    said = pressed(pad=form.get("pad", ""), lean=form.get("lean", ""), seq=_seq(place))
    if not place.room.may_say(visit, place.now()):
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=fast")
    if said is not None:
        place.say(visit, said)
    else:
        await place.begin(form.get("activity", ""))
    raise web.HTTPSeeOther(f"/p/{visit.token}?said=playing")


async def socket(request: web.Request) -> web.StreamResponse:
    """Stays open while the phone is there."""
    place, visit = _visit(request)
    answer = new_socket()
    if not answer.can_prepare(request):
        return _plain(request, HTTPStatus.UPGRADE_REQUIRED)
    if not has_room(place, visit):
        return _plain(request, HTTPStatus.SERVICE_UNAVAILABLE)
    return await talk(request, answer, place, visit)


async def asset(request: web.Request) -> web.StreamResponse:
    """The style or the script, and no other file."""
    path = static_file(request.match_info["mark"], request.match_info["name"])
    if path is None:
        return _plain(request, HTTPStatus.NOT_FOUND)
    body = await asyncio.to_thread(path.read_bytes)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=body, content_type=TYPES[path.suffix], charset="utf-8", headers=kept)


async def home(_request: web.Request) -> web.StreamResponse:
    """The page that asks for the code."""
    raise web.HTTPFound("/j")


def _visit(request: web.Request) -> tuple[Place, Visit]:
    place = request.app[ISLAND].place
    visit = place.room.visits.of(request.match_info["token"], place.now())
    if visit is None:
        raise web.HTTPGone
    return place, visit


def _seat(request: web.Request) -> tuple[Place, Visit]:
    """The same, and somebody pressed something: a phone without a script is here for as long as a place is kept."""
    place, visit = _visit(request)
    now_ms = place.now()
    if visit.left_ms is None:
        place.room.visits.seen(visit.token, now_ms)
    elif place.room.may_sit(visit, now_ms):
        place.room.visits.came(visit.token, now_ms)
        place.room.visits.left(visit.token, now_ms)
    return place, visit


def _offered(place: Place, offer: Offer, visit: Visit) -> Offered:
    is_poll = offer.kind == "poll"
    activity = Activity(offer.id, offer.kind, offer.asked if is_poll else None, None if is_poll else offer.asked)
    return Offered(activity, offer.counts, place.choices.get((offer.id, visit.token)))


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    is_plain = request.headers.get("Content-Encoding", "identity") == "identity"
    if not is_plain or (request.charset or "utf-8").lower() != "utf-8":
        raise web.HTTPBadRequest
    try:
        async with asyncio.timeout(BODY_S):
            fields = await request.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, LookupError):
        raise web.HTTPBadRequest from None
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _seq(place: Place) -> int:
    """A number for a phone that does not count what it says: by the clock, in tenths of a second."""
    return place.now() // 100 % MOST_SEQ


def _plainly(code: str) -> str:
    return "".join(letter for letter in code if letter.isascii() and letter.isalnum())[:12] or "-"


def _language(request: web.Request) -> str:
    wanted = [part.split(";")[0].strip() for part in request.headers.get("Accept-Language", "").split(",")[:10]]
    return best_language([*wanted, request.app[ISLAND].place.standing.language])


def _page(request: web.Request, template: str, *, status: int = HTTPStatus.OK, **words: object) -> web.Response:
    name = request.app[ISLAND].place.standing.screen_name or "Commonscreen"
    text = environment(request[LANGUAGE]).get_template(template).render(network=name, alone=True, **words)
    return web.Response(status=status, text=text, content_type="text/html")


def _plain(request: web.Request, status: int) -> web.Response:
    """A sentence for whoever comes astray."""
    return _page(request, "phone_astray.html", status=status, is_over=status == HTTPStatus.GONE)


routes = [
    web.get("/", home),
    web.get("/j", ask),
    web.get("/J", ask),
    web.get("/j/{code}", enter, allow_head=False),
    web.get("/J/{code}", enter, allow_head=False),
    web.get("/p/{token}", see),
    web.post("/p/{token}/vote", vote),
    web.post("/p/{token}/play", play),
    web.get("/p/{token}/socket", socket, allow_head=False),
    web.get("/static/{mark}/{name}", asset),
]
