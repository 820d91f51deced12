"""The second step when signing in: the page that asks for a code after the right password."""

from aiohttp import web

from curator import accounts, second_factor
from curator.limits import Tries
from curator.service import service_of
from curator.web.doorman import let_in
from curator.web.forms import read_form
from curator.web.halves import HALVES, LIFE_MS, Half, Halves
from curator.web.pages import render
from curator.web.problems import Problem
from curator.words import _

CODE_TRIES: web.AppKey[Tries] = web.AppKey("code_tries", Tries)
MOST_TRIES = 8
"""Codes in an hour for one account. Only whoever has its password can use them up."""
WINDOW_MS = 3_600_000
LONGEST_CODE = 40


def attach(app: web.Application) -> None:
    """Nobody is half in yet."""
    app[HALVES] = Halves()
    app[CODE_TRIES] = Tries(MOST_TRIES, WINDOW_MS)


async def ask_if_needed(
    request: web.Request, account_id: str, email: str, password_hash: str, onward: str
) -> web.Response | None:
    """The page that asks for a code, after the right password; None for an account that needs none."""
    service = service_of(request)
    if not await service.store.read(lambda connection: second_factor.is_on(connection, account_id)):
        return None
    half = Half(account_id, email, password_hash, onward, service.now() + LIFE_MS)
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
    wait_ms = tries.wait_ms(half.account_id, now_ms)
    if wait_ms:
        sentence = _("Too many tries. Please wait %(minutes)s min and try again.", minutes=-(-wait_ms // 60_000))
        return _page(request, token, status=429, problem=sentence)
    tries.note(half.account_id, now_ms)
    account_id = half.account_id
    if not await service.store.run(lambda connection: second_factor.accepts(connection, account_id, code, now_ms)):
        return _page(request, token, status=422, problem=_("That code is not good now. Wait for the next one."))
    halves.close(token)
    tries.take_back(account_id, now_ms)
    answer = web.HTTPSeeOther(half.onward)
    await let_in(request, answer, account_id)
    raise answer


async def _still_holds(request: web.Request, half: Half) -> bool:
    """Whether account and password are what they were when it was begun."""
    found = await service_of(request).store.read(lambda connection: accounts.password_hash_of(connection, half.email))
    return found == (half.account_id, half.password_hash)


def _page(request: web.Request, token: str, *, status: int = 200, problem: str = "") -> web.Response:
    return render(request, "second_step.html", status=status, half=token, problem=problem, longest=LONGEST_CODE)


routes = [web.post("/sign-in/code", give_code)]
