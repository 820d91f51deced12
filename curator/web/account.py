"""One's own account: a new password, and where one is signed in."""

from aiohttp import web

from curator import accounts, decision_links, erasure, groups, notices, passkeys, second_factor, sessions
from curator.authorisation import Action, Actor
from curator.mail import outbox, sentences
from curator.mail.sentences import Reader
from curator.notice_words import KINDS, WAYS
from curator.role_words import role_name
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import actor_of, let_in, session_cookie
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.sign_in import PROVIDERS, TRIES
from curator.words import _

FRESH_MS = 10 * 60_000
"""Who signed in so lately, and has no password, need not show again that it is them."""


async def own(request: web.Request) -> web.StreamResponse:
    """Who one is here, and the form for a new password."""
    return await _page(request)


async def change_password(request: web.Request) -> web.StreamResponse:
    """Changes one's own password; every other place where one was signed in is signed out."""
    actor = actor_of(request)
    service, form = service_of(request), await read_form(request)
    current, new = (form.text(name, most=accounts.LONGEST_PASSWORD) for name in ("current", "new"))
    status, problem = await check_password(request, actor, current)
    if problem:
        return await _page(request, status=status, problem=problem)
    if new != form.text("again", most=accounts.LONGEST_PASSWORD):
        return await _page(request, status=422, problem=_(accounts.TWO_WAYS))
    try:
        password_hash = await accounts.in_turn(accounts.hash_password, new)
    except accounts.BadAccount as bad:
        return await _page(request, status=422, problem=bad.told())
    now_ms, reader = service.now(), Reader(actor.email, actor.name, actor.language)

    def change(connection: Connection) -> None:
        accounts.set_password(connection, actor.account_id, password_hash, now_ms=now_ms, by=actor.account_id)
        sentences.password_changed(connection, service.settings, reader, now_ms)

    await service.store.run(change)
    service.bus.publish(outbox.TOPIC)
    answer = web.HTTPSeeOther("/account?changed=1")
    await let_in(request, answer, actor.account_id)
    raise answer


async def check_password(request: web.Request, actor: Actor, typed: str) -> tuple[int, str]:
    """Status and sentence when this is not somebody's present password, or was tried too often; (200, "") if it is.

    Who has no password has to have signed in a moment ago instead.
    """
    service, tries = service_of(request), request.app[TRIES]
    token = request.cookies.get(session_cookie(request), "")
    # By session: somebody in another one cannot keep its owner from changing the password.
    now_ms, key = service.now(), f"password {actor.account_id} {accounts.token_hash(token)}"
    if tries.wait_ms(key, now_ms):
        return 429, _("Too many tries. Please wait ten minutes and try again.")
    tries.note(key, now_ms)
    known, shown_ms = await service.store.read(
        lambda connection: (
            accounts.password_hash_of(connection, actor.email)[1], accounts.shown_ms(connection, token),
        )
    )  # fmt: skip
    if not known:
        tries.forget(key)
        is_fresh = now_ms - shown_ms <= FRESH_MS
        return (200, "") if is_fresh else (422, _("Show again that it is you, and do this within ten minutes."))
    if not await accounts.in_turn(accounts.password_matches, known, typed):
        return 422, _("The present password is not that.")
    tries.forget(key)
    return 200, ""


async def end_session(request: web.Request) -> web.StreamResponse:
    """Signs out in one of the places where one is signed in."""
    actor, service = actor_of(request), service_of(request)
    await read_form(request)
    mark, now_ms = request.match_info["session"], service.now()
    await service.store.run(lambda connection: sessions.end(connection, actor.account_id, mark, now_ms=now_ms))
    raise web.HTTPSeeOther("/account#sessions")


async def end_sessions(request: web.Request) -> web.StreamResponse:
    """Signs out everywhere, here as well."""
    actor, service = actor_of(request), service_of(request)
    await read_form(request)
    now_ms = service.now()
    await service.store.run(lambda connection: sessions.end_all(connection, actor.account_id, now_ms=now_ms))
    raise web.HTTPSeeOther("/")


async def ask_for_erasure(request: web.Request) -> web.StreamResponse:
    """Notes that somebody wants their account erased; an administrator does it."""
    actor, service = actor_of(request), service_of(request)
    typed = (await read_form(request)).text("current", most=accounts.LONGEST_PASSWORD)
    status, problem = await check_password(request, actor, typed)
    if problem:
        return await _page(request, status=status, erasure_problem=problem)
    now_ms = service.now()
    try:
        await service.store.run(lambda connection: erasure.ask(connection, actor.account_id, now_ms=now_ms))
    except accounts.BadAccount as bad:
        return await _page(request, status=422, erasure_problem=bad.told())
    raise web.HTTPSeeOther("/account#erasure")


async def keep_account(request: web.Request) -> web.StreamResponse:
    """Takes that back."""
    actor, service = actor_of(request), service_of(request)
    await read_form(request)
    now_ms = service.now()
    await service.store.run(lambda connection: erasure.take_back(connection, actor.account_id, now_ms=now_ms))
    raise web.HTTPSeeOther("/account#erasure")


async def _page(
    request: web.Request, *, status: int = 200, problem: str = "", erasure_problem: str = ""
) -> web.StreamResponse:
    actor, service, token = actor_of(request), service_of(request), request.cookies.get(session_cookie(request), "")
    found = await service.store.read(
        lambda connection: (
            groups.every(connection), sessions.of(connection, actor.account_id, token, service.now()),
            second_factor.is_on(connection, actor.account_id), notices.choices(connection, actor.account_id),
            erasure.asked_ms(connection, actor.account_id), len(passkeys.of(connection, actor.account_id)),
            accounts.has_password(connection, actor.account_id),
            decision_links.are_wanted(connection, actor.account_id),
        )
    )  # fmt: skip
    every_group, places, has_second, choices, erasure_asked_ms, count, has_password, has_links = found
    names = {group.id: group.name for group in every_group}
    roles = [role_name(role) for role in sorted(actor.council)]
    roles += [
        f"{role_name(role)}, {names[group_id]}" for group_id, held in actor.groups.items() for role in sorted(held)
    ]
    return render(
        request, "people_account.html", status=status, problem=problem, changed="changed" in request.query, roles=roles,
        sessions=places, has_second=has_second, kinds=notices.kinds_for(actor), choices=choices, kind_words=KINDS,
        way_words=WAYS, is_chosen="chosen" in request.query, zone=service.settings.zone,
        erasure_asked_ms=erasure_asked_ms, erasure_problem=erasure_problem, passkey_count=count,
        has_providers=bool(request.app[PROVIDERS]),
        has_password=has_password, has_links=has_links,
        may_have_links=service.settings.decision_links and actor.may(Action.DECIDE),
        least=accounts.SHORTEST_PASSWORD, most=accounts.LONGEST_PASSWORD,
    )  # fmt: skip


routes = [
    web.get("/account", own),
    web.post("/account/erasure", ask_for_erasure),
    web.post("/account/erasure/end", keep_account),
    web.post("/account/password", change_password),
    web.post("/account/sessions/end", end_sessions),
    web.post("/account/sessions/{session}/end", end_session),
]
