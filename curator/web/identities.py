"""Whom providers know somebody as: linking and unlinking under one's account, letting in those who wait."""

from urllib.parse import urlencode

from aiohttp import web

from curator import accounts, identities
from curator.authorisation import Action
from curator.identities import NotLetIn
from curator.mail import outbox, sentences
from curator.oidc.providers import Provider
from curator.oidc.talk import ProviderDown
from curator.oidc.tokens import BadAnswer, Claims
from curator.service import service_of
from curator.store import Connection
from curator.web import people
from curator.web.doorman import actor_of, allowed
from curator.web.forms import read_form
from curator.web.identity_going import (
    GOING,
    address_of_sign_in,
    new_going,
    provider_of,
    told,
)
from curator.web.pages import render
from curator.web.problems import Problem
from curator.web.sign_in import PROVIDERS, inside, sign_in_page
from curator.web.ways_in import asked_again, reader_of, session_mark, too_late
from curator.words import N_


async def page(request: web.Request) -> web.StreamResponse:
    """One's own links, and the providers there are."""
    return await _page(request)


async def begin(request: web.Request) -> web.StreamResponse:
    """After the present password, the page that leads to the provider; what comes back from there is linked."""
    actor, provider, form = actor_of(request), provider_of(request), await read_form(request)
    status, problem = await asked_again(request, actor, form)
    if problem:
        return await _page(request, status=status, problem=problem)
    going = new_going(provider, "/account/identities", (actor.account_id, session_mark(request)))
    try:
        address = await address_of_sign_in(request, provider, going, again=True)
    except (ProviderDown, BadAnswer) as error:
        return await _page(request, **told(provider, error))
    # A page, not a redirection: forms may lead nowhere but here.
    answer = render(request, "identity_leave.html", provider=provider, address=address)
    request.app[GOING].begin(request, answer, going)
    return answer


async def link_back(
    request: web.Request, provider: Provider, claims: Claims, link_to: tuple[str, str]
) -> web.StreamResponse:
    """Links whoever came back from the provider, in the session they left from."""
    actor, service, now_ms = actor_of(request), service_of(request), service_of(request).now()
    if link_to != (actor.account_id, session_mark(request)):
        raise Problem(410, "too_late", too_late())

    def link(connection: Connection) -> None:
        identities.link(connection, actor.account_id, provider, claims, now_ms=now_ms, by=actor.account_id)
        what = N_("You can now sign in to your account with %(name)s.")
        sentences.sign_in_changed(connection, service.settings, reader_of(actor), now_ms, what, name=provider.name)

    try:
        await service.store.run(link)
    except NotLetIn as refused:
        return await _page(request, status=422, problem=refused.told())
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/account/identities?linked=1")


async def unlink(request: web.Request) -> web.StreamResponse:
    """Ends one link, after the present password."""
    actor, service, form = actor_of(request), service_of(request), await read_form(request)
    status, problem = await asked_again(request, actor, form)
    if problem:
        return await _page(request, status=status, problem=problem)
    now_ms, identity_id = service.now(), request.match_info["identity"]

    def end(connection: Connection) -> None:
        if identities.unlink(connection, actor.account_id, identity_id, now_ms=now_ms):
            what = N_("A sign-in with an identity provider is no longer linked to your account.")
            sentences.sign_in_changed(connection, service.settings, reader_of(actor), now_ms, what)

    try:
        await service.store.run(end)
    except NotLetIn as refused:
        return await _page(request, status=422, problem=refused.told())
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/account/identities")


async def again(request: web.Request) -> web.StreamResponse:
    """For who has no password: shows once more who they are, with their provider or their passkey."""
    actor, onward = actor_of(request), inside(request.query.get("next", "/account"))
    linked = await service_of(request).store.read(lambda connection: identities.of(connection, actor.account_id))
    issuers = {one.issuer for one in linked}
    for provider in request.app[PROVIDERS].values():
        if provider.issuer in issuers:
            raise web.HTTPSeeOther(f"/sign-in/with/{provider.id}?" + urlencode({"again": "1", "next": onward}))
    return sign_in_page(request, onward=onward)


async def welcome(request: web.Request) -> web.StreamResponse:
    """Makes the account of somebody who waits; a role is given as to anybody."""
    return await _decide(request, is_welcome=True)


async def turn_away(request: web.Request) -> web.StreamResponse:
    """Forgets somebody who waits."""
    return await _decide(request, is_welcome=False)


async def _decide(request: web.Request, *, is_welcome: bool) -> web.StreamResponse:
    actor, service = allowed(request, Action.MANAGE_PEOPLE), service_of(request)
    await read_form(request)
    newcomer, now_ms = request.match_info["newcomer"], service.now()

    def decide(connection: Connection) -> str:
        if not is_welcome:
            identities.turn_away(connection, newcomer, now_ms=now_ms, by=actor.account_id)
            return "newcomers"
        made = identities.welcome(connection, newcomer, now_ms=now_ms, by=actor.account_id)
        return f"account-{made}" if made else "newcomers"

    try:
        place = await service.store.run(decide)
    except accounts.BadAccount as bad:
        return await people.page(request, status=422, problem=bad.told())
    raise web.HTTPSeeOther(f"/people#{place}")


async def _page(request: web.Request, *, status: int = 200, problem: str = "") -> web.Response:
    actor, service = actor_of(request), service_of(request)
    linked, has_password = await service.store.read(
        lambda connection: (
            identities.of(connection, actor.account_id), accounts.has_password(connection, actor.account_id),
        )
    )  # fmt: skip
    providers = request.app[PROVIDERS].values()
    return render(
        request, "identities.html", status=status, problem=problem, identities=linked, providers=list(providers),
        names={one.issuer: one.name for one in providers}, has_password=has_password, zone=service.settings.zone,
        is_linked="linked" in request.query,
    )  # fmt: skip


routes = [
    web.get("/account/identities", page),
    web.post("/account/identities/with/{provider}", begin),
    web.post("/account/identities/{identity}/remove", unlink),
    web.get("/account/again", again),
    web.post("/people/newcomers/{newcomer}/welcome", welcome),
    web.post("/people/newcomers/{newcomer}/turn-away", turn_away),
]
