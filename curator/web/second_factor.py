"""One's own second step: switching it on with an app, new recovery codes, switching it off."""

import segno
from aiohttp import web

from curator import accounts, second_factor
from curator.authorisation import Actor
from curator.mail import outbox, sentences
from curator.mail.sentences import Reader
from curator.service import service_of
from curator.store import Connection
from curator.web.account import check_password
from curator.web.doorman import actor_of
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.second_step import CODE_TRIES, LONGEST_CODE
from curator.words import _


async def page(request: web.Request) -> web.StreamResponse:
    """Whether it is on, and what can be done."""
    return await _page(request)


async def begin(request: web.Request) -> web.StreamResponse:
    """Makes a secret for the app and shows its code; it has no effect until it is confirmed."""
    actor, service = actor_of(request), service_of(request)
    refused = await _refused(request, actor)
    if refused is not None:
        return refused
    await service.store.run(lambda connection: second_factor.begin(connection, actor.account_id, service.now()))
    return await _page(request, shows_secret=True)


async def confirm(request: web.Request) -> web.StreamResponse:
    """Switches it on with the app's first code. The recovery codes stand on the answer, once."""
    actor, service, tries = actor_of(request), service_of(request), request.app[CODE_TRIES]
    code, now_ms = (await read_form(request)).text("code", most=LONGEST_CODE), service.now()
    if tries.wait_ms(actor.account_id, now_ms):
        return await _page(request, status=429, problem=_("Too many tries. Please wait an hour and try again."))
    tries.note(actor.account_id, now_ms)

    def switch_on(connection: Connection) -> list[str]:
        codes = second_factor.confirm(connection, actor.account_id, code, now_ms)
        if codes:
            sentences.second_step_changed(connection, service.settings, _reader(actor), now_ms, is_on=True)
        return codes

    codes = await service.store.run(switch_on)
    if not codes:
        problem = _("That code is not good now. Wait for the next one.")
        return await _page(request, status=422, problem=problem, shows_secret=True)
    tries.take_back(actor.account_id, now_ms)
    service.bus.publish(outbox.TOPIC)
    return await _page(request, codes=codes)


async def new_codes(request: web.Request) -> web.StreamResponse:
    """New recovery codes in place of the old ones; they stand on the answer, once."""
    actor, service = actor_of(request), service_of(request)
    refused = await _refused(request, actor)
    if refused is not None:
        return refused

    def make(connection: Connection) -> list[str]:
        is_on = second_factor.is_on(connection, actor.account_id)
        return second_factor.new_codes(connection, actor.account_id) if is_on else []

    return await _page(request, codes=await service.store.run(make))


async def turn_off(request: web.Request) -> web.StreamResponse:
    """Switches it off."""
    actor, service = actor_of(request), service_of(request)
    refused = await _refused(request, actor)
    if refused is not None:
        return refused
    now_ms = service.now()

    def switch_off(connection: Connection) -> None:
        if second_factor.turn_off(connection, actor.account_id, now_ms=now_ms, by=actor.account_id):
            sentences.second_step_changed(connection, service.settings, _reader(actor), now_ms, is_on=False)

    await service.store.run(switch_off)
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/account/second")


async def _refused(request: web.Request, actor: Actor) -> web.Response | None:
    """The page again, with why, unless the present password was given."""
    typed = (await read_form(request)).text("current", most=200)
    status, problem = await check_password(request, actor, typed)
    return await _page(request, status=status, problem=problem) if problem else None


def _reader(actor: Actor) -> Reader:
    return Reader(actor.email, actor.name, actor.language)


async def _page(
    request: web.Request, *, status: int = 200, problem: str = "", shows_secret: bool = False,
    codes: list[str] | None = None,
) -> web.Response:  # fmt: skip
    actor, service = actor_of(request), service_of(request)
    is_on, left, begun, has_password = await service.store.read(
        lambda connection: (
            second_factor.is_on(connection, actor.account_id), second_factor.codes_left(connection, actor.account_id),
            second_factor.begun(connection, actor.account_id), accounts.has_password(connection, actor.account_id),
        )
    )  # fmt: skip
    secret = begun if shows_secret else ""
    address = (
        second_factor.address_of(secret, account=actor.email, network=service.settings.name) if secret else ""
    )  # fmt: skip
    drawn = segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4, light="#fff") if secret else ""
    return render(
        request, "second_factor.html", status=status, problem=problem, is_on=is_on, left=left, secret=secret,
        code=drawn, codes=codes or [], longest=LONGEST_CODE, has_password=has_password,
    )  # fmt: skip


routes = [
    web.get("/account/second", page),
    web.post("/account/second/begin", begin),
    web.post("/account/second/confirm", confirm),
    web.post("/account/second/codes", new_codes),
    web.post("/account/second/off", turn_off),
]
