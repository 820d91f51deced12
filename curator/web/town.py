"""What the town is called, where people may write, and its language: for administrators, at once and without a file."""

from aiohttp import web

from content.language import LANGUAGES
from curator import town
from curator.authorisation import Action
from curator.service import service_of
from curator.town import LONGEST_CONTACT, LONGEST_NAME, BadTown, Town
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.pages import render


async def see(request: web.Request) -> web.StreamResponse:
    """The form, with what was said."""
    allowed(request, Action.MANAGE_PEOPLE)
    return _page(request, await service_of(request).store.read(town.said))


async def say(request: web.Request) -> web.StreamResponse:
    """Says it anew; it holds from the next page on."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    service, form = service_of(request), await read_form(request)
    language = form.one_of("language", {"", *LANGUAGES}) if form.text("language") else ""
    wanted = Town(form.text("name", most=500), form.text("contact", most=500), language)
    try:
        await service.store.run(
            lambda connection: town.say(connection, wanted, now_ms=service.now(), by=actor.account_id)
        )
    except BadTown as refused:
        return _page(request, wanted, problem=refused.told())
    service.call(await service.store.read(town.said))
    service.bus.publish(town.TOPIC)
    raise web.HTTPSeeOther("/town?done=1")


def _page(request: web.Request, said: Town, problem: str = "") -> web.Response:
    service = service_of(request)
    return render(
        request, "town.html", status=422 if problem else 200, said=said, given=service.given, site=service.given.site,
        problem=problem, is_done=not problem and "done" in request.query, longest_name=LONGEST_NAME,
        longest_contact=LONGEST_CONTACT,
    )  # fmt: skip


routes = [web.get("/town", see), web.post("/town", say)]
