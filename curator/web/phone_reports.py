"""Street reports on visitors' phones: category, words, perhaps a photo; then a number to follow. Plain forms.

The page of a number shows category and status to everybody; the words are shown, and taken back, by its secret link.
"""

from dataclasses import dataclass

from aiohttp import web

from curator import report_categories, report_photos, screens, street_reports, votes
from curator.activities import Kept
from curator.relay import Place
from curator.report_categories import Category
from curator.report_photos import Darkroom, NoPhoto
from curator.screens import Screen
from curator.service import SERVICE, service_of
from curator.store import Connection
from curator.street_reports import SHOWN, TOPIC, NotReported, Receipt, Report
from curator.web.doorman import address_of
from curator.web.forms import read_form
from curator.web.phones import page, seat
from curator.web.problems import Problem, not_found
from curator.web.report_form import Sent, sent_report
from curator.web.report_words import REPORT_REFUSALS, REPORT_STATES
from curator.web.taking_part import taking_part_of
from curator.words import LANGUAGE, _
from kiosks.rooms import Allowance
from kiosks.visits import Visit

REPORTS_A_MINUTE = 6
"""At one screen."""
REPORTS_OF_ADDRESS = 20
ADDRESS_WINDOW_MS = 10 * 60_000
"""From one network address: a whole square may share one."""
LARGEST_NUMBER = 2**53
LONGEST_TYPED = 1_000
"""Characters that are read at all; what is longer than a report is told to be."""


@dataclass(slots=True)
class Reporting:
    """What holds for all reports of this process: the photos one after another, and how many may come."""

    darkroom: Darkroom
    at_screen: Allowance
    of_address: Allowance


REPORTING: web.AppKey[Reporting] = web.AppKey("street_reports", Reporting)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody filled in: it stands in the form again when it is refused."""

    words: str = ""
    nearby: str = ""


def attach(app: web.Application) -> None:
    """Gives the application its darkroom; it has its service already."""
    app[REPORTING] = Reporting(
        Darkroom(app[SERVICE].settings), Allowance(REPORTS_A_MINUTE),
        Allowance(REPORTS_OF_ADDRESS, ADDRESS_WINDOW_MS),
    )  # fmt: skip


async def ask(request: web.Request) -> web.StreamResponse:
    """The categories; and, when one is chosen, the form."""
    place, visit, offer = _asked(request)
    return await _form(request, place, visit, offer, request.query.get("category", ""), Typed(), "")


async def hand_in(request: web.Request) -> web.StreamResponse:
    """Keeps a report, and leads to its own page."""
    place, visit, offer = _asked(request)
    async with sent_report(request, request.app[REPORTING].darkroom) as sent:
        typed = Typed(sent.form.text("words", most=LONGEST_TYPED), sent.form.text("nearby", most=LONGEST_TYPED))
        code = sent.form.text("category", most=40)
        try:
            receipt = await _keep(request, place, visit, offer, code, typed, sent)
        except (NotReported, NoPhoto) as refused:
            return await _form(request, place, visit, offer, code, typed, refused.why)
    service_of(request).bus.publish(TOPIC)
    await taking_part_of(request).begin(place, offer.id)
    raise web.HTTPSeeOther(f"/r/{receipt.number}/{receipt.secret}?said=kept")


async def look_up(request: web.Request) -> web.StreamResponse:
    """Asks for a number; sends on whoever typed one."""
    number = request.query.get("number", "").strip().lstrip("#")
    if number.isascii() and number.isdecimal() and len(number) < 16:
        raise web.HTTPSeeOther(f"/r/{int(number)}")
    return page(request, "phone_report_number.html", why="unknown" if number else "")


async def of_number(request: web.Request) -> web.StreamResponse:
    """What became of a report: category and status, for whoever asks."""
    number = _number(request)
    report, screen = await service_of(request).store.read(
        lambda connection: _with_screen(connection, street_reports.of_number(connection, number))
    )
    if report is None:
        return page(request, "phone_report_number.html", status=404, why="unknown")
    return _told(request, report, screen, secret="")


async def of_secret(request: web.Request) -> web.StreamResponse:
    """The same with the words, for whoever holds the secret link."""
    number, secret = _number(request), request.match_info["secret"]
    report, screen = await service_of(request).store.read(
        lambda connection: _with_screen(connection, street_reports.of_secret(connection, number, secret))
    )
    if report is None:
        raise not_found()
    return _told(request, report, screen, secret=secret)


async def take_back(request: web.Request) -> web.StreamResponse:
    """Takes a report away, words, photo and all."""
    await read_form(request)
    service, number, secret = service_of(request), _number(request), request.match_info["secret"]
    is_gone = await service.store.run(
        lambda connection: street_reports.take_back(connection, number, secret, now_ms=service.now())
    )
    if not is_gone:
        raise not_found()
    service.bus.publish(TOPIC)
    service.bus.publish(SHOWN)
    return page(request, "phone_report_number.html", why="taken_back")


async def _keep(
    request: web.Request, place: Place, visit: Visit, offer: Kept, code: str, typed: Typed, sent: Sent
) -> Receipt:
    service, reporting, now_ms = service_of(request), request.app[REPORTING], service_of(request).now()
    screen_id, address = place.screen_id, address_of(request)
    if reporting.at_screen.is_spent(screen_id, now_ms) or reporting.of_address.is_spent(address, now_ms):
        raise NotReported("full")
    if sent.trouble is not None:
        raise NoPhoto(sent.trouble)
    reporter, language, photo = votes.voter_of(visit.token, offer.id), LANGUAGE.get(), None
    if sent.photo:
        if not await service.store.read(report_photos.may_keep):
            raise NoPhoto("photo_full")
        # A photo takes seconds to read: whoever has reported enough has none read.
        await service.store.read(lambda connection: street_reports.refuse_more(connection, screen_id, reporter))
        photo = await reporting.darkroom.make(sent.photo)

    def store(connection: Connection) -> Receipt:
        known = {one.code: one.id for one in report_categories.at_screen(connection, screen_id)}
        return street_reports.write(
            connection, activity=offer.id, screen=screen_id, category=known.get(code, ""), reporter=reporter,
            words=typed.words, nearby=typed.nearby, language=language, photo=photo, now_ms=now_ms,
        )  # fmt: skip

    receipt = await service.store.run(store)
    reporting.at_screen.spend(screen_id, now_ms)
    reporting.of_address.spend(address, now_ms)
    return receipt


def _asked(request: web.Request) -> tuple[Place, Visit, Kept]:
    """Who asks, where, about which activity; sends those away for whom it is over, or who are too fast."""
    _parts, place, visit = seat(request)
    offer = place.offer(request.match_info["activity"])
    if offer is None or offer.kind != "report":
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=over#status")
    if not place.room.may_say(visit, service_of(request).now()):
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=fast#status")
    return place, visit, offer


async def _form(
    request: web.Request, place: Place, visit: Visit, offer: Kept, code: str, typed: Typed, why: str
) -> web.StreamResponse:
    def look(connection: Connection) -> tuple[Screen | None, list[Category], str, bool]:
        closed = street_reports.why_closed(connection, place.screen_id)
        found = report_categories.at_screen(connection, place.screen_id)
        return screens.get(connection, place.screen_id), found, closed, report_photos.may_keep(connection)

    screen, categories, closed, takes_photos = await service_of(request).store.read(look)
    chosen = next((one for one in categories if one.code == code), None)
    return page(
        request, "phone_report_form.html", status=422 if why else 200, here=f"/p/{visit.token}", offer=offer,
        screen=screen, categories=categories, chosen=chosen, typed=typed, why=why or closed, is_closed=bool(closed),
        takes_photos=takes_photos, refusals=REPORT_REFUSALS, longest=(street_reports.LONGEST_WORDS,
        street_reports.LONGEST_NEARBY), most_mb=report_photos.LARGEST_BYTES // 1_000_000,
    )  # fmt: skip


def _told(request: web.Request, report: Report, screen: Screen | None, *, secret: str) -> web.Response:
    return page(
        request, "phone_report.html", report=report, screen=screen, secret=secret, states=REPORT_STATES,
        said=request.query.get("said", ""), zone=screen.zone if screen else "UTC",
    )  # fmt: skip


def _with_screen(connection: Connection, report: Report | None) -> tuple[Report | None, Screen | None]:
    return report, None if report is None else screens.get(connection, report.screen_id)


def _number(request: web.Request) -> int:
    words = request.match_info["number"]
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < 16 else 0
    if not 0 < number < LARGEST_NUMBER:
        raise Problem(404, "no_report", _("There is no report with this number."))
    return number


routes = [
    web.get("/p/{token}/street-report/{activity}", ask),
    web.post("/p/{token}/street-report/{activity}", hand_in),
    web.get("/r", look_up),
    web.get("/r/{number}", of_number),
    web.get("/r/{number}/{secret}", of_secret),
    web.post("/r/{number}/{secret}/take-back", take_back),
]
