"""Pairing on the web: type the code a screen shows, look whether it is that screen, choose what it shall be."""

from collections.abc import Mapping

from aiohttp import web

from curator import nodes, pairing, screens
from curator.authorisation import Action, Actor, require
from curator.pairing import BadCode, Waiting
from curator.screens import ScreenWords
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.node_state import node_state_of
from curator.web.pages import render
from curator.words import N_, Told

NEW = "new"
LONGEST_TYPED = 40
NOTHING_TYPED: Mapping[str, str] = {"screen": "", "name": "", "place": ""}


class NoScreenChosen(Told):
    """The form names no screen of ours."""


async def ask(request: web.Request) -> web.StreamResponse:
    """The form for the code; with `?code=` (as the QR code on a screen leads here) the confirmation."""
    actor = allowed(request, Action.PAIR)
    typed = request.query.get("code", "")
    done = request.query.get("done", "")
    if not typed:
        return render(request, "pair.html", typed="", problem="", done=done)
    try:
        found = await _find(request, actor, typed[:LONGEST_TYPED])
    except BadCode as told:
        return render(request, "pair.html", status=422, typed=typed[:LONGEST_TYPED], problem=told.told(), done="")
    return await _confirmation(request, found)


async def enter(request: web.Request) -> web.StreamResponse:
    """Takes a typed code."""
    actor = allowed(request, Action.PAIR)
    typed = (await read_form(request)).text("code", most=LONGEST_TYPED)
    try:
        found = await _find(request, actor, typed)
    except BadCode as told:
        return render(request, "pair.html", status=422, typed=typed, problem=told.told(), done="")
    raise web.HTTPSeeOther(f"/pair?code={found.user_code}")


async def decide(request: web.Request) -> web.StreamResponse:
    """Pairs the waiting node with the chosen screen, or a new one; or turns it away."""
    actor = allowed(request, Action.PAIR)
    service = service_of(request)
    form = await read_form(request)
    try:
        found = await _find(request, actor, form.text("code", most=LONGEST_TYPED))
    except BadCode as told:
        return render(request, "pair.html", status=422, typed="", problem=told.told(), done="")
    now_ms = service.now()
    if form.one_of("decision", {"pair", "deny"}) == "deny":
        await service.store.run(
            lambda connection: pairing.deny(connection, found.user_code, now_ms=now_ms, by=actor.account_id)
        )
        raise web.HTTPSeeOther("/pair?done=denied")
    wanted = form.text("screen", most=32)
    words = _new_words(request, actor, form) if wanted == NEW else None
    try:
        slug, screen_id = await service.store.run(
            lambda connection: _pair(connection, found.user_code, wanted, words, now_ms=now_ms, by=actor.account_id)
        )
    except (NoScreenChosen, screens.BadScreen) as told:
        typed = {name: form.text(name, most=screens.LONGEST_PLACE) for name in NOTHING_TYPED}
        return await _confirmation(request, found, problem=told.told(), typed=typed)
    node_state_of(request).book.forget()
    service.bus.publish(f"screen:{screen_id}")
    raise web.HTTPSeeOther(f"/screens/{slug}?done=paired")


async def _find(request: web.Request, actor: Actor, typed: str) -> Waiting:
    service = service_of(request)
    now_ms, tries = service.now(), node_state_of(request).codes
    wait_ms = tries.wait_ms(actor.account_id, now_ms)
    if wait_ms:
        raise BadCode(N_("Too many wrong codes. Wait %(minutes)s min and try again."), minutes=-(-wait_ms // 60_000))
    try:
        code = pairing.read_code(typed)
        return await service.store.read(lambda connection: pairing.waiting(connection, code, now_ms=now_ms))
    except BadCode:
        tries.note(actor.account_id, now_ms)
        raise


async def _confirmation(
    request: web.Request, found: Waiting, problem: str = "", typed: Mapping[str, str] = NOTHING_TYPED
) -> web.Response:
    service = service_of(request)
    known = await service.store.read(screens.every)
    paired = await service.store.read(nodes.paired)
    return render(
        request, "pair_confirm.html", status=422 if problem else 200, found=found, screens=known, paired=paired,
        problem=problem, typed=typed, settings=service.settings,
        minutes=max(1, (found.expires_ms - service.now()) // 60_000),
    )  # fmt: skip


def _new_words(request: web.Request, actor: Actor, form: Form) -> ScreenWords:
    require(actor, Action.MANAGE_SCREENS)
    settings = service_of(request).settings
    return ScreenWords(
        form.text("name", most=screens.LONGEST_NAME), form.text("place", most=screens.LONGEST_PLACE),
        settings.zone, settings.language,
    )  # fmt: skip


def _pair(
    connection: Connection, user_code: str, wanted: str, words: ScreenWords | None, *, now_ms: int, by: str
) -> tuple[str, str]:
    if words is not None:
        screen = screens.create(connection, words, now_ms=now_ms, by=by)
    else:
        known = screens.get(connection, wanted)
        if known is None or known.retired_ms is not None:
            raise NoScreenChosen(N_("Choose the screen this computer stands behind, or make a new one."))
        screen = known
    pairing.accept(connection, user_code, screen.id, now_ms=now_ms, by=by)
    return screen.slug, screen.id


routes = [web.get("/pair", ask), web.post("/pair", enter), web.post("/pair/decide", decide)]
