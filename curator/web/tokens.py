"""One's API tokens: making one, shown once, and revoking."""

from aiohttp import web

from curator import accounts, tokens
from curator.service import service_of
from curator.tokens import Scope, Token
from curator.web.account import check_password
from curator.web.doorman import actor_of, site_of
from curator.web.forms import BadForm, read_form
from curator.web.pages import render
from curator.words import N_

HERE = "/account/tokens"
USUAL_DAYS = 90
SCOPES = {
    Scope.READ: N_("read: see what you may see, change nothing"),
    Scope.CONTRIBUTE: N_("contribute: upload, change and arrange what is your group's"),
    Scope.MODERATE: N_("moderate: decide about what waits"),
    Scope.PROGRAMME: N_("programme: book, publish, put over the programme"),
    Scope.TECHNICIAN: N_("technician: screens and their settings"),
    Scope.REPORT: N_("report: hand in street reports by Open311, nothing else"),
}
"""What each scope is called."""


async def page(request: web.Request) -> web.StreamResponse:
    """One's tokens, and the form for a new one."""
    return await _page(request)


async def make(request: web.Request) -> web.StreamResponse:
    """Makes a token. Its secret stands on the answer, once, and is kept nowhere."""
    actor, service, form = actor_of(request), service_of(request), await read_form(request)
    typed = {name: form.text(name, most=200) for name in ("name", "scope", "days")}
    status, problem = await check_password(request, actor, form.text("current", most=accounts.LONGEST_PASSWORD))
    if problem:
        return await _page(request, status=status, problem=problem, typed=typed)
    try:
        scope = Scope(form.one_of("scope", {one.value for one in Scope}))
        days = form.integer("days", least=1, most=tokens.MOST_DAYS)
        made, secret = await service.store.run(
            lambda connection: tokens.make(
                connection, actor, name=typed["name"], scope=scope, days=days, now_ms=service.now()
            )
        )
    except (BadForm, tokens.BadToken) as bad:
        return await _page(request, status=422, problem=bad.told(), typed=typed)
    return await _page(request, made=made, secret=secret)


async def revoke(request: web.Request) -> web.StreamResponse:
    """Ends a token."""
    actor, service = actor_of(request), service_of(request)
    await read_form(request)
    token_id, now_ms = request.match_info["token"], service.now()
    await service.store.run(lambda connection: tokens.revoke(connection, actor.account_id, token_id, now_ms=now_ms))
    raise web.HTTPSeeOther(HERE)


async def _page(
    request: web.Request, *, status: int = 200, problem: str = "", typed: dict[str, str] | None = None,
    made: Token | None = None, secret: str = "",
) -> web.StreamResponse:  # fmt: skip
    actor, service = actor_of(request), service_of(request)
    now_ms = service.now()
    every, has_password = await service.store.read(
        lambda connection: (
            tokens.of(connection, actor.account_id, now_ms), accounts.has_password(connection, actor.account_id),
        )
    )  # fmt: skip
    offered = tokens.scopes_for(actor)
    return render(
        request, "tokens.html", status=status, tokens=every, problem=problem, made=made, secret=secret,
        scopes={scope: SCOPES[scope] for scope in offered}, scope_words=SCOPES, zone=service.settings.zone,
        typed=typed or {"name": "", "scope": "read", "days": str(USUAL_DAYS)}, most_days=tokens.MOST_DAYS,
        longest_name=tokens.LONGEST_NAME, has_password=has_password, site=site_of(request),
    )  # fmt: skip


routes = [
    web.get(HERE, page),
    web.post(HERE, make),
    web.post(f"{HERE}/{{token}}/revoke", revoke),
]
