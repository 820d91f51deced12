"""Sites on the web: places, and what was agreed for each of them."""

from aiohttp import web

from content.screen_facts import FITS
from curator import dayparts, screens, sites
from curator.authorisation import Action
from curator.programme.rule_words import manner_sentences, site_sentences
from curator.programme.rules import SiteConditions
from curator.service import service_of
from curator.store import Connection
from curator.web import scopes
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import N_, Told

LONGEST_NAME = 120
LONGEST_DWELL_S = 600
FITS_TOLD = {
    "": N_("as usual: whole, a picture before itself, a film on dark ink"),
    "cover": N_("filling the screen, cut off where they reach beyond it"),
    "letterbox": N_("whole, on black"),
}


async def see(request: web.Request) -> web.StreamResponse:
    """All sites with their screens and what was agreed."""
    allowed(request, Action.SEE_PROGRAMME)
    return await _page(request)


async def put(request: web.Request) -> web.StreamResponse:
    """Stores a site, new or changed."""
    actor = allowed(request, Action.MANAGE_SCREENS)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()

    def store(connection: Connection) -> None:
        wanted = form.text("id", most=32)
        if wanted and wanted not in {site.id for site in sites.every(connection)}:
            raise not_found()
        parts = {part.id for part in dayparts.every(connection)}
        name, conditions = form.text("name", least=1, most=LONGEST_NAME), read_conditions(form, parts)
        fit = FITS.get(form.text("fit", most=16))
        manner = sites.Manner(form.flag("calm"), form.flag("hides_credits"), fit)
        sites.put(connection, wanted, name, conditions, manner, now_ms=now_ms, by=actor.account_id)

    try:
        await service.store.run(store)
    except Told as told:
        return await _page(request, problem=told)
    service.bus.publish("programme:")
    raise web.HTTPSeeOther("/programme/sites?done=1")


def read_conditions(form: Form, parts: set[str]) -> SiteConditions:
    """What a form says was agreed. Raises BadForm."""
    curfew, night = form.text("curfew", most=32), form.text("night", most=32)
    if {curfew, night} - parts - {""}:
        raise BadForm(N_("There is no such daypart any more. Choose another."))
    return SiteConditions(
        least_dwell_ms=form.integer("dwell", least=0, most=LONGEST_DWELL_S) * 1000,
        static_only=form.flag("static_only"),
        curfew=curfew or None,
        brightness_percent=form.integer("brightness", least=1, most=100),
        brightness_at_night_percent=form.integer("brightness_at_night", least=1, most=100),
        night=night or None,
    )


async def _page(request: web.Request, problem: Told | None = None) -> web.Response:
    service = service_of(request)

    def look(connection: Connection) -> dict[str, object]:
        parts = dayparts.every(connection)
        by_id = {part.id: part for part in parts}
        known = screens.every(connection)
        return {
            "parts": parts,
            "told": [
                (
                    site,
                    site_sentences(site.conditions, by_id) + manner_sentences(site.manner),
                    [one for one in known if one.site_id == site.id],
                )
                for site in sites.every(connection)
            ],
            "touched": scopes.touches(connection, "site"),
        }

    return render(
        request, "sites.html", status=200 if problem is None else 422, problem=problem.told() if problem else "",
        is_done="done" in request.query, zone=service.settings.zone, nothing=SiteConditions(),
        fits=FITS_TOLD, most_dwell=LONGEST_DWELL_S, most_name=LONGEST_NAME, **await service.store.read(look),
    )  # fmt: skip


routes = [
    web.get("/programme/sites", see),
    web.post("/programme/sites", put),
]
