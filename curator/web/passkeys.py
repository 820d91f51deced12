"""Passkeys on pages: one's own list, adding and removing; signing in with one, without typing a name."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from content.canonical import Json
from curator import accounts, passkeys
from curator.mail import outbox, sentences
from curator.passkeys import LONGEST_NAME, BadPasskey, Place
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import actor_of, let_in
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.pending import Pending
from curator.web.problems import Problem
from curator.web.sign_in import inside, sign_in_page
from curator.web.ways_in import asked_again, reader_of, session_mark, too_late
from curator.words import N_, _

CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Adding:
    """A passkey somebody is about to add in one session, after their password."""

    account_id: str
    session: str
    name: str
    challenge: bytes


ADDING: web.AppKey[Pending[Adding]] = web.AppKey("passkeys_adding", Pending)
SIGNING_IN: web.AppKey[Pending[bytes]] = web.AppKey("passkeys_signing_in", Pending)
"""The challenges of those who are signing in."""


def attach(app: web.Application) -> None:
    """Nobody has begun anything."""
    app[ADDING], app[SIGNING_IN] = Pending("passkey"), Pending("passkey-sign-in")


async def page(request: web.Request) -> web.StreamResponse:
    """One's own passkeys."""
    return await _page(request)


async def begin(request: web.Request) -> web.StreamResponse:
    """What the browser needs to make one, for our script, after the present password."""
    actor, service, form = actor_of(request), service_of(request), await read_form(request)
    place, name = _place(request), form.text("name", least=1, most=LONGEST_NAME)
    status, sentence = await asked_again(request, actor, form)
    if sentence:
        raise Problem(status, "password", sentence)
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    options = await service.store.read(lambda connection: passkeys.to_make(connection, place, actor, challenge))
    answer = _json(options)
    request.app[ADDING].begin(request, answer, Adding(actor.account_id, session_mark(request), name, challenge))
    return answer


async def add(request: web.Request) -> web.StreamResponse:
    """Keeps the passkey the browser made."""
    actor, service, place = actor_of(request), service_of(request), _place(request)
    credential = (await read_form(request)).text("credential", most=passkeys.LARGEST_ANSWER_BYTES)
    asked = request.app[ADDING].take(request)
    if asked is None or (asked.account_id, asked.session) != (actor.account_id, session_mark(request)):
        return await _page(request, status=410, problem=too_late())
    now_ms = service.now()

    def keep(connection: Connection) -> None:
        made = passkeys.made(place, credential, asked.challenge)
        passkeys.add(connection, actor.account_id, made, name=asked.name, now_ms=now_ms)
        what = N_("You can now sign in to your account with a new passkey: %(name)s.")
        sentences.sign_in_changed(connection, service.settings, reader_of(actor), now_ms, what, name=asked.name)

    try:
        await service.store.run(keep)
    except BadPasskey as bad:
        return await _page(request, status=422, problem=bad.told())
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/account/passkeys?added=1")


async def remove(request: web.Request) -> web.StreamResponse:
    """Removes one of one's own, after the present password."""
    actor, service, form = actor_of(request), service_of(request), await read_form(request)
    status, problem = await asked_again(request, actor, form)
    if problem:
        return await _page(request, status=status, problem=problem)
    now_ms, passkey_id = service.now(), request.match_info["passkey"]

    def leave_out(connection: Connection) -> None:
        held = {one.id: one.name for one in passkeys.of(connection, actor.account_id)}
        if passkeys.remove(connection, actor.account_id, passkey_id, now_ms=now_ms):
            what = N_("This passkey lets nobody in to your account any more: %(name)s.")
            reader = reader_of(actor)
            sentences.sign_in_changed(connection, service.settings, reader, now_ms, what, name=held[passkey_id])

    await service.store.run(leave_out)
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/account/passkeys?removed=1")


async def begin_to_sign_in(request: web.Request) -> web.StreamResponse:
    """What the browser needs to ask for a passkey, for our script. It says of nobody whether they have one."""
    await read_form(request)
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    answer = _json(passkeys.to_sign_in(_place(request), challenge))
    request.app[SIGNING_IN].begin(request, answer, challenge)
    return answer


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Opens a session for whoever the passkey is of. It is both factors: no code is asked for."""
    service, place, form = service_of(request), _place(request), await read_form(request)
    onward = inside(form.text("next", most=500))
    credential = form.text("credential", most=passkeys.LARGEST_ANSWER_BYTES)
    challenge, now_ms = request.app[SIGNING_IN].take(request), service.now()
    if challenge is None:
        return sign_in_page(request, status=410, onward=onward, problem=too_late())

    def use(connection: Connection) -> passkeys.Used:
        used = passkeys.use(connection, place, credential, challenge, now_ms=now_ms)
        owner = accounts.actor(connection, used.account_id)
        if used.is_stopped and owner is not None:
            sentences.sign_in_changed(connection, service.settings, reader_of(owner), now_ms, passkeys.STOPPED)
        return used

    try:
        used = await service.store.run(use)
    except BadPasskey as bad:
        return sign_in_page(request, status=422, onward=onward, problem=bad.told())
    if used.is_stopped:
        service.bus.publish(outbox.TOPIC)
        return sign_in_page(request, status=422, onward=onward, problem=_(passkeys.STOPPED))
    answer = web.HTTPSeeOther(onward)
    await let_in(request, answer, used.account_id, way="passkey")
    raise answer


def _place(request: web.Request) -> Place:
    place = passkeys.place_of(service_of(request).settings)
    if place is None:
        raise Problem(409, "no_passkeys", _("Passkeys cannot be used here: this service has no https address."))
    return place


def _json(options: dict[str, Json]) -> web.Response:
    return web.json_response(options, headers={"Cache-Control": "no-store"})


async def _page(request: web.Request, *, status: int = 200, problem: str = "") -> web.Response:
    actor, service = actor_of(request), service_of(request)
    held, has_password = await service.store.read(
        lambda connection: (
            passkeys.of(connection, actor.account_id), accounts.has_password(connection, actor.account_id),
        )
    )  # fmt: skip
    return render(
        request, "passkeys.html", status=status, problem=problem, passkeys=held, has_password=has_password,
        place=passkeys.place_of(service.settings), longest=LONGEST_NAME, most=accounts.LONGEST_PASSWORD,
        most_of_one=passkeys.MOST_OF_ONE, is_added="added" in request.query, is_removed="removed" in request.query,
        zone=service.settings.zone,
    )  # fmt: skip


routes = [
    web.get("/account/passkeys", page),
    web.post("/account/passkeys", add),
    web.post("/account/passkeys/begin", begin),
    web.post("/account/passkeys/{passkey}/remove", remove),
    web.post("/sign-in/passkey", sign_in),
    web.post("/sign-in/passkey/begin", begin_to_sign_in),
]
