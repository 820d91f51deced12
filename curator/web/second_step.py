"""The second step when signing in: the page that asks for a code after the right password."""

from aiohttp import web

from curator import accounts, known_browsers, second_factor
from curator.accounts import token_hash
from curator.limits import Tries
from curator.mail import outbox, sentences
from curator.mail.sentences import Reader
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import known_token, let_in
from curator.web.forms import read_form
from curator.web.halves import HALVES, LIFE_MS, Half, Halves
from curator.web.pages import render
from curator.web.problems import Problem
from curator.words import N_, _

CODE_TRIES: web.AppKey[Tries] = web.AppKey("code_tries", Tries)
TOLD: web.AppKey[Tries] = web.AppKey("told_of_codes", Tries)
MOST_TRIES = 8
"""Codes of the app in an hour for one account, from browsers that are not known. It takes the password to try."""
WINDOW_MS = 3_600_000
LONGEST_CODE = 40


def attach(app: web.Application) -> None:
    """Nobody is half in yet."""
    app[HALVES] = Halves()
    app[CODE_TRIES] = Tries(MOST_TRIES, WINDOW_MS)
    app[TOLD] = Tries(1, WINDOW_MS)


async def ask_if_needed(
    request: web.Request, account_id: str, email: str, password_hash: str, onward: str, *, way: str = "password"
) -> web.Response | None:
    """The page that asks for a code, after the right password or another `way`; None for an account that needs none."""
    service = service_of(request)
    if not await service.store.read(lambda connection: second_factor.is_on(connection, account_id)):
        return None
    half = Half(account_id, email, password_hash, onward, service.now() + LIFE_MS, way)
    return _page(request, request.app[HALVES].open(half))


async def give_code(request: web.Request) -> web.StreamResponse:
    """Checks the code and opens the session."""
    service, halves, tries = service_of(request), request.app[HALVES], request.app[CODE_TRIES]
    form = await read_form(request)
    token, code = form.text("half", most=100), form.text("code", most=LONGEST_CODE)
    now_ms = service.now()
    half = halves.find(token, now_ms)
    if half is None or not await _still_holds(request, half):
        raise Problem(410, "too_late", _("That took too long. Sign in once more, from the start."))
    key = await _whose_tries(request, half, token, code)
    wait_ms = tries.wait_ms(key, now_ms)
    if wait_ms:
        sentence = _("Too many tries. Please wait %(minutes)s min and try again.", minutes=-(-wait_ms // 60_000))
        return _page(request, token, status=429, problem=sentence)
    tries.note(key, now_ms)
    account_id = half.account_id
    if not await service.store.run(lambda connection: second_factor.accepts(connection, account_id, code, now_ms)):
        if tries.wait_ms(key, now_ms):
            await _tell_owner(request, account_id)
        return _page(request, token, status=422, problem=_("That code is not good now. Wait for the next one."))
    halves.close(token)
    tries.take_back(key, now_ms)
    answer = web.HTTPSeeOther(half.onward)
    await let_in(request, answer, account_id, way=half.way)
    raise answer


async def _whose_tries(request: web.Request, half: Half, token: str, code: str) -> str:
    """What a try counts against. Nobody with somebody's password can use up all of its owner's tries.

    A recovery code cannot be guessed and counts against this half sign-in alone; a browser its owner has used has
    tries of its own; a new password begins anew.
    """
    if not second_factor.is_of_app(code):
        return f"recovery {token_hash(token)}"
    service, known = service_of(request), known_token(request)
    is_known = await service.store.read(
        lambda connection: known_browsers.knows(connection, known, half.account_id, service.now())
    )
    return f"{half.account_id} {token_hash(half.password_hash)} {known if is_known else ''}"


async def _tell_owner(request: web.Request, account_id: str) -> None:
    """Tells by mail, once an hour, that the codes of an account are being guessed."""
    service, told, now_ms = service_of(request), request.app[TOLD], service_of(request).now()
    if told.wait_ms(account_id, now_ms):
        return
    told.note(account_id, now_ms)

    def tell(connection: Connection) -> None:
        owner = accounts.actor(connection, account_id)
        if owner is not None:
            reader = Reader(owner.email, owner.name, owner.language)
            what = N_("Somebody who gave your password typed wrong codes %(count)s times.")
            sentences.sign_in_changed(connection, service.settings, reader, now_ms, what, count=MOST_TRIES)

    await service.store.run(tell)
    service.bus.publish(outbox.TOPIC)


async def _still_holds(request: web.Request, half: Half) -> bool:
    """Whether account and password are what they were when it was begun."""
    found = await service_of(request).store.read(lambda connection: accounts.password_hash_of(connection, half.email))
    return found == (half.account_id, half.password_hash)


def _page(request: web.Request, token: str, *, status: int = 200, problem: str = "") -> web.Response:
    return render(request, "second_step.html", status=status, half=token, problem=problem, longest=LONGEST_CODE)


routes = [web.post("/sign-in/code", give_code)]
