"""Open311 GeoReport v2 for other programs: what can be reported, what became of it, reports from programs with a key.

Asking needs nothing; handing in needs an API token of the scope `report`, as `api_key`. No cookie counts here.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from curator import report_categories, screens, street_reports, tokens
from curator.authorisation import Action
from curator.coordinates import LONGEST, apart_m, degrees, read_coordinates
from curator.open311 import (
    TYPES,
    BadRequest,
    Format,
    Placed,
    definition,
    discovery,
    errors,
    listing,
    read_moment,
    request_row,
    service_row,
)
from curator.public_reports import Public, public
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.street_reports import DAY_MS, TOPIC, NotReported, Receipt
from curator.web.bearers import count
from curator.web.doorman import address_of, site_of
from curator.web.forms import BadForm, Form, read_form
from curator.web.problems import Problem
from curator.web.report_words import REPORT_STATES
from curator.words import LANGUAGE, N_, _

HERE = "/open311/v2"
MOST_ROWS = 1_000
SPAN_MS = 90 * DAY_MS
NEAR_M = 250
"""A report by coordinates is about the nearest screen, no further away than this."""
MOST_NAMED = 100
"""Requests or services named in one address."""
LONGEST_DESCRIPTION = 1_000
"""Of a program's report: it may carry more than a phone's."""
REFUSALS = {
    "closed": (403, N_("Nothing can be reported there now.")),
    "full": (403, N_("So many reports wait there that no more can be taken now.")),
    "category": (404, N_("There is no such service at that place.")),
    "empty": (400, N_("The description is missing.")),
    "long": (400, N_("The description is too long.")),
    "waiting": (403, N_("Nothing can be reported there now.")),
}
Answer = Callable[[web.Request, Format], Awaitable[bytes]]


def _told(answer: Answer, *, status: int = 200) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler that answers in the format of its address, errors as the specification has them."""

    async def handle(request: web.Request) -> web.StreamResponse:
        form: Format = "xml" if request.match_info["format"] == "xml" else "json"
        try:
            count(request, f"address {address_of(request)}")
            body, code = await answer(request, form), status
        except BadRequest as refused:
            body, code = errors(refused.status, refused.sentence, form), refused.status
        except BadForm as bad:
            body, code = errors(400, bad.told(), form), 400
        except Problem as problem:
            body, code = errors(problem.status, problem.sentence, form), problem.status
        headers = {"Cache-Control": "no-store", "Content-Language": LANGUAGE.get()}
        return web.Response(status=code, body=body, content_type=TYPES[form], charset="utf-8", headers=headers)

    return handle


async def _discovery(request: web.Request, form: Format) -> bytes:
    contact = service_of(request).settings.contact
    key_words = _("An API token of the scope report: programmers make one under My account.")
    return discovery(f"{site_of(request)}{HERE}", contact, key_words, form)


async def _services(request: web.Request, form: Format) -> bytes:
    every = await service_of(request).store.read(report_categories.every)
    rows = [service_row(one, LANGUAGE.get()) for one in every]
    return listing(rows, form, outer="services", inner="service")


async def _service(request: web.Request, form: Format) -> bytes:
    code, every = request.match_info["code"], await service_of(request).store.read(report_categories.every)
    if code not in {one.code for one in every}:
        raise BadRequest(404, _("There is no such service."))
    return definition(code, form)


async def _requests(request: web.Request, form: Format) -> bytes:
    wanted = _wanted(request, service_of(request).now())

    def look(connection: Connection) -> list[Placed]:
        known = {one.id: one for one in screens.every(connection)}
        return [Placed(one, known.get(one.screen_id)) for one in public(connection, wanted)]

    return _rows(await service_of(request).store.read(look), form)


async def _request(request: web.Request, form: Format) -> bytes:
    number = _number(request.match_info["number"])

    def look(connection: Connection) -> list[Placed]:
        found = street_reports.of_number(connection, number)
        return [] if found is None else [Placed(found, screens.get(connection, found.screen_id))]

    found = await service_of(request).store.read(look)
    if not found:
        raise BadRequest(404, _("There is no report with this number."))
    return _rows(found, form)


async def _hand_in(request: web.Request, form: Format) -> bytes:
    service, given = service_of(request), await read_form(request)
    now_ms = service.now()
    key = given.text("api_key", most=tokens.LONGEST_TOKEN)
    bearer = await service.store.read(lambda connection: tokens.bearer(connection, key, now_ms)) if key else None
    if bearer is None or not bearer.actor.may(Action.FILE_REPORTS):
        raise BadRequest(403, _("The api_key is missing or not good."))
    # A program that shows a token is counted as on the API.
    count(request, f"account {bearer.actor.account_id}")
    code, description = given.text("service_code", least=1), given.text("description", most=4_000)

    def store(connection: Connection) -> Receipt:
        screen = _screen(connection, given)
        if street_reports.why_closed(connection, screen.id) == "full":
            raise NotReported("full")
        known = {one.code: one.id for one in report_categories.at_screen(connection, screen.id)}
        tokens.note_use(connection, bearer.token.id, now_ms)
        return street_reports.keep(
            connection, activity=None, screen=screen.id, category=known.get(code, ""), reporter="", words=description,
            nearby="", language=LANGUAGE.get(), photo=None, now_ms=now_ms, longest=LONGEST_DESCRIPTION,
        )  # fmt: skip

    try:
        receipt = await service.store.run(store)
    except NotReported as refused:
        status, sentence = REFUSALS[refused.why]
        raise BadRequest(status, _(sentence)) from None
    service.bus.publish(TOPIC)
    notice = _("The council reads it. What becomes of it stands under this number.")
    row = {"service_request_id": str(receipt.number), "service_notice": notice, "account_id": None}
    return listing([row], form, outer="service_requests", inner="request")


def _screen(connection: Connection, given: Form) -> Screen:
    """The screen a program's report is about: by its short name, its name written out, or the nearest to a place."""
    slug, words = given.text("address_id", most=64), given.text("address_string", most=300).casefold()
    known = screens.every(connection)
    for screen in known:
        if slug == screen.slug or (not slug and words in {screen.slug, screen.name.casefold()}):
            return screen
    lat, long = given.text("lat", most=LONGEST), given.text("long", most=LONGEST)
    nearest = _nearest(known, lat, long) if not slug and lat and long else None
    if nearest is None:
        where = N_("Say where: address_id is a screen's short name, or lat and long are within %(most)s m of a screen.")
        raise BadRequest(400, _(where, most=str(NEAR_M)))
    return nearest


def _nearest(known: list[Screen], lat: str, long: str) -> Screen | None:
    """The nearest screen that is near enough; None where there is none. Raises BadRequest for what is no place."""
    try:
        place = degrees(read_coordinates(f"{lat} {long}"))
    except ValueError:
        place = None
    if place is None:
        raise BadRequest(400, _("lat and long are degrees, such as 53.48076 and -2.24263."))
    far = [(apart_m(place, at), screen) for screen in known if (at := degrees(screen.coordinates)) is not None]
    found = min(far, key=lambda one: one[0], default=None)
    return None if found is None or found[0] > NEAR_M else found[1]


def _wanted(request: web.Request, now_ms: int) -> Public:
    query = request.query
    numbers = tuple(_number(one) for one in _several(query.get("service_request_id", "")))
    if numbers:
        return Public(numbers=numbers)
    status = set(_several(query.get("status", "")))
    if not status <= {"open", "closed"}:
        raise BadRequest(400, _("A status is open or closed."))
    from_ms, to_ms = _span(query.get("start_date", ""), query.get("end_date", ""), now_ms)
    is_open = None if len(status) != 1 else "open" in status
    codes = tuple(_several(query.get("service_code", "")))
    return Public(codes=codes, is_open=is_open, from_ms=from_ms, to_ms=to_ms, most=MOST_ROWS)


def _span(start: str, end: str, now_ms: int) -> tuple[int, int]:
    """At most 90 days: those until `end`, or from `start`, or the last."""
    # A "+" in an address is a space to whoever reads it.
    start_ms = read_moment(start.replace(" ", "+")) if start else None
    to_ms = read_moment(end.replace(" ", "+")) if end else None
    if to_ms is None:
        to_ms = now_ms + 1 if start_ms is None else min(now_ms + 1, start_ms + SPAN_MS)
    from_ms = to_ms - SPAN_MS if start_ms is None else start_ms
    if to_ms - from_ms > SPAN_MS:
        raise BadRequest(400, _("Ask for at most 90 days at a time."))
    return from_ms, to_ms


def _several(words: str) -> list[str]:
    found = [part.strip() for part in words.split(",") if part.strip()]
    if len(found) > MOST_NAMED:
        raise BadRequest(400, _("Name at most %(most)s at a time.", most=MOST_NAMED))
    return found


def _number(words: str) -> int:
    if not (words.isascii() and words.isdecimal() and len(words) < 16):
        raise BadRequest(404, _("There is no report with this number."))
    return int(words)


def _rows(found: list[Placed], form: Format) -> bytes:
    states = {code: _(words) for code, words in REPORT_STATES.items()}
    rows = [request_row(one, LANGUAGE.get(), states) for one in found]
    return listing(rows, form, outer="service_requests", inner="request")


FORMAT = "{format:json|xml}"
routes = [
    web.get(f"/open311/discovery.{FORMAT}", _told(_discovery)),
    web.get(f"{HERE}/discovery.{FORMAT}", _told(_discovery)),
    web.get(f"{HERE}/services.{FORMAT}", _told(_services)),
    web.get(f"{HERE}/services/{{code:[a-z0-9-]+}}.{FORMAT}", _told(_service)),
    web.get(f"{HERE}/requests.{FORMAT}", _told(_requests)),
    web.post(f"{HERE}/requests.{FORMAT}", _told(_hand_in, status=201)),
    web.get(f"{HERE}/requests/{{number}}.{FORMAT}", _told(_request)),
]
