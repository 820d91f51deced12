"""The page on which the council words what street reports can be about."""

from aiohttp import web

from content.language import LANGUAGES
from curator import report_categories, report_decisions, sites, street_reports
from curator.authorisation import Action
from curator.not_decided import NotDecided
from curator.report_categories import (
    KINDS,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    BadCategory,
    Category,
)
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import render
from curator.web.report_words import REPORT_KINDS
from curator.words import N_, Told, in_language
from curator.words import _ as told

HERE = "/street-reports/categories"
USUAL = (
    ("report", N_("Broken or damaged"), N_("A lamp, a bench, a sign, a playground")),
    ("report", N_("Litter and dirt"), N_("Rubbish, graffiti, a drain that is blocked")),
    ("report", N_("Street and path"), N_("Holes, puddles, steps where wheels cannot pass")),
    ("report", N_("Trees and green"), N_("A branch, a bed, a tree that needs water")),
    ("report", N_("Traffic"), N_("A crossing, speed, parked where people walk")),
    ("suggestion", N_("An idea for this place"), N_("What would make it better")),
)
"""What a council may begin with: it words them as it likes afterwards."""


async def see(request: web.Request) -> web.StreamResponse:
    """All categories, and the form for a new one."""
    allowed(request, Action.ANSWER_REPORTS)
    return await _page(request, 200, None)


async def put(request: web.Request) -> web.StreamResponse:
    """Stores a category, new or changed, or a usual set to begin with."""
    actor = allowed(request, Action.PROGRAMME)
    service, form = service_of(request), await read_form(request)
    now_ms, are_ours = service.now(), form.text("do", most=10) == "usual"
    try:
        wanted = _usual() if are_ours else [_read(form)]

        def store(connection: Connection) -> None:
            for one in wanted:
                report_categories.put(connection, one, now_ms=now_ms, by=actor, are_names_ours=are_ours)

        await service.store.run(store)
    except (BadCategory, BadForm) as refused:
        return await _page(request, 422, refused)
    raise web.HTTPSeeOther(f"{HERE}?done=1")


async def allow(request: web.Request) -> web.StreamResponse:
    """Lets screens use a category's names."""
    actor = allowed(request, Action.DECIDE)
    service, form, category = service_of(request), await read_form(request), request.match_info["category"]
    now_ms = service.now()
    try:
        names = {language: form.text(f"name-{language}", most=500) for language in LANGUAGES}
        await service.store.run(
            lambda connection: report_decisions.allow_category(
                connection, category, names=names, key=service.key, now_ms=now_ms, by=actor
            )
        )
    except (BadCategory, BadForm, NotDecided) as refused:
        return await _page(request, 422, refused)
    service.bus.publish(street_reports.SHOWN)
    raise web.HTTPSeeOther(f"{HERE}?done=1")


async def end(request: web.Request) -> web.StreamResponse:
    """Offers a category no more."""
    actor = allowed(request, Action.PROGRAMME)
    service, category = service_of(request), request.match_info["category"]
    await read_form(request)
    try:
        await service.store.run(
            lambda connection: report_categories.end(connection, category, now_ms=service.now(), by=actor)
        )
    except BadCategory as refused:
        return await _page(request, 422, refused)
    raise web.HTTPSeeOther(f"{HERE}?done=1")


def _read(form: Form) -> Category:
    return Category(
        form.text("id", most=32), "", KINDS[form.one_of("kind", set(KINDS))],
        {language: form.text(f"name-{language}", most=500) for language in LANGUAGES},
        {language: form.text(f"description-{language}", most=1_000) for language in LANGUAGES},
        form.text("site", most=32), form.integer("position", least=0, most=999),
        remote_code=form.text("remote_code", most=200),
    )  # fmt: skip


def _usual() -> list[Category]:
    found = []
    for position, (kind, name, about) in enumerate(USUAL, 1):
        names, descriptions = {}, {}
        for language in LANGUAGES:
            with in_language(language):
                names[language], descriptions[language] = told(name), told(about)
        found.append(Category("", "", KINDS[kind], names, descriptions, "", position * 10))
    return found


async def _page(request: web.Request, status: int, refused: Told | None) -> web.StreamResponse:
    every, places = await service_of(request).store.read(
        lambda connection: (report_categories.every(connection), sites.every(connection))
    )
    return render(
        request, "report_categories.html", status=status, categories=every, sites=places, kinds=REPORT_KINDS,
        longest=(LONGEST_NAME, LONGEST_DESCRIPTION), refusal=refused.told() if refused else "",
        is_done="done" in request.query and not refused,
    )  # fmt: skip


routes = [
    web.get(HERE, see),
    web.post(HERE, put),
    web.post(f"{HERE}/{{category}}/allow", allow),
    web.post(f"{HERE}/{{category}}/end", end),
]
