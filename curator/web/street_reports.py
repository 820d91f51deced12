"""The council's pages of street reports: what came, what it says, what becomes of it, and the words that go public."""

from dataclasses import dataclass

from aiohttp import web

from curator import (
    choosing,
    open311_outbox,
    report_categories,
    report_decisions,
    report_photos,
    screens,
    street_reports,
)
from curator.authorisation import Action
from curator.choosing import Place
from curator.not_decided import NotDecided
from curator.notices import Kind
from curator.open311_outbox import Handover
from curator.report_categories import Category
from curator.report_photos import Photo
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.street_reports import GIVEN, LONGEST_ANSWER, TOPIC, BadReport, Report, Wanted
from curator.web.answer_words import FINDING_WORDS
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.web.paging import SIZE, made_page, page_number
from curator.web.problems import not_found
from curator.web.report_words import REPORT_KINDS, REPORT_STATES
from curator.words import N_, Told

HERE = "/street-reports"
SHOWN = {
    "open": N_("open"), "received": N_("nobody has looked at yet"), "unallowed": N_("answers that wait to be approved"),
    "planned": N_("planned"), "done": N_("done"), "not_done": N_("not done"), "": N_("all"),
}  # fmt: skip
"""What the list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class _Listed:
    reports: list[Report]
    total: int
    unread: int
    unallowed: int
    categories: list[Category]
    places: list[Place]
    screens: dict[str, Screen]


async def every(request: web.Request) -> web.StreamResponse:
    """What came, the newest first: what is open, unless something else is asked for."""
    allowed(request, Action.ANSWER_REPORTS)
    await looked_at(request, kind=Kind.REPORT)
    state, number = request.query.get("state", "open"), page_number(request)
    wanted = Wanted(
        state if state in SHOWN else "open", request.query.get("category", "")[:32],
        request.query.get("screen", "")[:32],
    )  # fmt: skip

    def look(connection: Connection) -> _Listed:
        reports, total = street_reports.listed(connection, wanted, most=SIZE, skip=(number - 1) * SIZE)
        return _Listed(
            reports, total, street_reports.unread(connection), street_reports.unallowed(connection),
            list(report_categories.by_id(connection).values()), choosing.screens_by_place(connection),
            {screen.id: screen for screen in screens.every(connection)},
        )  # fmt: skip

    seen = await service_of(request).store.read(look)
    page = made_page(request, seen.reports, number, seen.total)
    return render(
        request, "street_reports.html", page=page, wanted=wanted, seen=seen, shown=SHOWN, states=REPORT_STATES,
        topic=TOPIC, zone=service_of(request).settings.zone, FINDING_WORDS=FINDING_WORDS,
    )  # fmt: skip


async def see(request: web.Request) -> web.StreamResponse:
    """One report: what it says, the photo blurred until it is asked for, and what to do with it."""
    allowed(request, Action.ANSWER_REPORTS)
    return await _page(request, 200, None)


async def act(request: web.Request) -> web.StreamResponse:
    """Gives it a status and words, makes the words public, or erases it."""
    actor = allowed(request, Action.ANSWER_REPORTS)
    service, form, report_id = service_of(request), await read_form(request), request.match_info["report"]
    what, now_ms = form.one_of("do", {"decide", "allow", "erase"}), service.now()
    answer, state = form.text("answer", most=2_000), form.text("state", most=16)

    def change(connection: Connection) -> None:
        match what:
            case "decide":
                report_decisions.decide(
                    connection, report_id, state, answer=answer, key=service.key, now_ms=now_ms, by=actor
                )
            case "allow":
                report_decisions.allow(connection, report_id, answer=answer, key=service.key, now_ms=now_ms, by=actor)
            case _:
                street_reports.erase(connection, report_id, now_ms=now_ms, by=actor)

    try:
        await service.store.run(change)
    except (BadReport, NotDecided) as refused:
        return await _page(request, 422, refused)
    service.bus.publish(TOPIC)
    service.bus.publish(street_reports.SHOWN)
    raise web.HTTPSeeOther(f"{HERE}/{report_id}?done={what}" if what != "erase" else f"{HERE}?done=erase")


async def photo(request: web.Request) -> web.StreamResponse:
    """The photo of a report."""
    found = await _photo(request)
    return web.Response(body=found.body, content_type=found.media_type, headers={"Cache-Control": "no-store"})


async def veil(request: web.Request) -> web.StreamResponse:
    """What stands for the photo until somebody asks to see it."""
    found = await _photo(request)
    return web.Response(body=found.veil, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def _photo(request: web.Request) -> Photo:
    allowed(request, Action.ANSWER_REPORTS)
    report_id = request.match_info["report"]
    found = await service_of(request).store.read(lambda connection: report_photos.of(connection, report_id))
    if found is None:
        raise not_found()
    return found


async def _page(request: web.Request, status: int, refused: Told | None) -> web.StreamResponse:
    service, report_id = service_of(request), request.match_info["report"]

    def look(connection: Connection) -> tuple[Report | None, Screen | None, Handover | None]:
        found = street_reports.get(connection, report_id)
        screen = None if found is None else screens.get(connection, found.screen_id)
        return found, screen, open311_outbox.of(connection, report_id)

    report, screen, handover = await service.store.read(look)
    if report is None or report.state == "withdrawn":
        raise not_found()
    return render(
        request, "street_report.html", status=status, report=report, screen=screen, states=REPORT_STATES, given=GIVEN,
        kinds=REPORT_KINDS, longest=LONGEST_ANSWER, refusal=refused.told() if refused else "",
        done="" if refused else request.query.get("done", ""), zone=service.settings.zone,
        is_shown="shown" in request.query, handover=handover, FINDING_WORDS=FINDING_WORDS,
        kept_days=street_reports.DECIDED_KEPT_MS // street_reports.DAY_MS,
    )  # fmt: skip


routes = [
    web.get(HERE, every),
    web.get(f"{HERE}/{{report}}", see),
    web.post(f"{HERE}/{{report}}", act),
    web.get(f"{HERE}/{{report}}/photo", photo),
    web.get(f"{HERE}/{{report}}/veil", veil),
]
