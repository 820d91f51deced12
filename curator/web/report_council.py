"""The page of the council's own Open311 endpoint: where it is, how it goes, and what did not arrive."""

from aiohttp import web

from curator import open311_outbox, street_reports
from curator.authorisation import Action
from curator.open311_outbox import BadEndpoint, Endpoint, Standing
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import BadForm, read_form
from curator.web.pages import render
from curator.web.report_words import HANDOVER_ERRORS
from curator.webhook_addresses import BadAddress, reach_of, read_url
from curator.words import Told

HERE = "/street-reports/council"


async def see(request: web.Request) -> web.StreamResponse:
    """Where it is, and how it goes."""
    allowed(request, Action.CALL_OUT_OF_ALL)
    return await _page(request, 200, None, None)


async def act(request: web.Request) -> web.StreamResponse:
    """Stores it, removes it, or has everything tried again."""
    actor = allowed(request, Action.CALL_OUT_OF_ALL)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()
    typed: dict[str, str] | None = None
    try:
        what = form.one_of("do", {"put", "remove", "again"})
        typed = {name: form.text(name, most=2_000) for name in ("url", "jurisdiction", "api_key")}
        url = read_url(typed["url"], reach_of(service.settings, is_group=False)) if what == "put" else ""
        jurisdiction, api_key = typed["jurisdiction"], typed["api_key"]

        def change(connection: Connection) -> None:
            match what:
                case "put":
                    open311_outbox.put_endpoint(
                        connection, url=url, jurisdiction=jurisdiction, api_key=api_key, key=service.key,
                        now_ms=now_ms, by=actor,
                    )  # fmt: skip
                case "remove":
                    open311_outbox.remove_endpoint(connection, now_ms=now_ms, by=actor)
                case _:
                    open311_outbox.try_again(connection, now_ms=now_ms, by=actor)

        await service.store.run(change)
    except (BadForm, BadAddress, BadEndpoint) as refused:
        return await _page(request, 422, refused, typed)
    service.bus.publish(street_reports.TOPIC)
    raise web.HTTPSeeOther(f"{HERE}?done=1")


async def _page(
    request: web.Request, status: int, refused: Told | None, typed: dict[str, str] | None
) -> web.StreamResponse:
    service = service_of(request)

    def look(connection: Connection) -> tuple[Endpoint | None, Standing, dict[str, int]]:
        standing = open311_outbox.standing(connection)
        found = (street_reports.get(connection, one.report_id) for one in standing.troubled)
        return open311_outbox.endpoint(connection), standing, {one.id: one.number for one in found if one}

    endpoint, standing, numbers = await service.store.read(look)
    known = (
        {"url": endpoint.url, "jurisdiction": endpoint.jurisdiction} if endpoint else {"url": "", "jurisdiction": ""}
    )
    return render(
        request, "street_report_council.html", status=status, endpoint=endpoint, standing=standing, numbers=numbers,
        problem=refused.told() if refused else "", done="done" in request.query and not refused, typed=typed or known,
        errors=HANDOVER_ERRORS, zone=service.settings.zone,
    )  # fmt: skip


routes = [
    web.get(HERE, see),
    web.post(HERE, act),
]
