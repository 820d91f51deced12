"""Signing in with an identity provider: to it, and back with a code that is good for this browser and this once."""

from urllib.parse import urlencode

from aiohttp import web

from curator import accounts, identities
from curator.identities import LetIn, NotLetIn
from curator.mail import outbox, sentences
from curator.mail.sentences import Reader
from curator.oidc.providers import Provider
from curator.oidc.talk import ProviderDown
from curator.oidc.tokens import BadAnswer, Claims
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import let_in
from curator.web.identities import link_back
from curator.web.identity_going import (
    GOING,
    address_of_sign_in,
    claims_of,
    going_of,
    new_going,
    provider_of,
    told,
)
from curator.web.pages import ACTOR, COME_BACK
from curator.web.second_step import ask_if_needed
from curator.web.sign_in import inside, sign_in_page
from curator.words import LANGUAGE, N_, _


async def leave(request: web.Request) -> web.StreamResponse:
    """To the provider. `again` has it ask who it is, also of somebody it knows already."""
    provider, onward = provider_of(request), inside(request.query.get("next", "/"))
    again = "again" in request.query
    if request[ACTOR] is not None and not again:
        raise web.HTTPSeeOther(onward)
    going = new_going(provider, onward)
    try:
        address = await address_of_sign_in(request, provider, going, again=again)
    except (ProviderDown, BadAnswer) as error:
        return sign_in_page(request, onward=onward, **told(provider, error))
    answer = web.HTTPSeeOther(address)
    request.app[GOING].begin(request, answer, going)
    raise answer


async def come_back(request: web.Request) -> web.StreamResponse:
    """From the provider, with a code: signs in, or links, whoever went there from this browser."""
    provider, going = provider_of(request), going_of(request)
    if going is None or going.provider != provider.id:
        sentence = _("That took too long, or was begun in another window. Try once more.")
        return sign_in_page(request, status=410, onward="/", problem=sentence)
    request.app[GOING].take(request)
    request[COME_BACK] = "/sign-in?" + urlencode({"next": going.onward})
    try:
        claims = await claims_of(request, provider, going)
        if going.link_to is not None:
            return await link_back(request, provider, claims, going.link_to)
        return await _sign_in(request, provider, claims, going.onward)
    except (ProviderDown, BadAnswer, NotLetIn) as error:
        return sign_in_page(request, onward=going.onward, **told(provider, error))


async def _sign_in(request: web.Request, provider: Provider, claims: Claims, onward: str) -> web.StreamResponse:
    service, now_ms, language = service_of(request), service_of(request).now(), LANGUAGE.get()

    def come_in(connection: Connection) -> tuple[LetIn | None, str, str]:
        found = identities.come_in(connection, provider, claims, language=language, now_ms=now_ms)
        person = accounts.actor(connection, found.account_id) if found else None
        if found is None or person is None:
            return None, "", ""
        if found.is_linked:
            what = N_("You can now sign in to your account with %(name)s.")
            reader = Reader(person.email, person.name, person.language)
            sentences.sign_in_changed(connection, service.settings, reader, now_ms, what, name=provider.name)
        return found, person.email, accounts.password_hash_of(connection, person.email)[1] or ""

    found, email, password_hash = await service.store.run(come_in)
    if found is None:
        sentence = _("An administrator has to let you in first. They see that you wait; try again later.")
        return sign_in_page(request, status=403, onward=onward, problem=sentence)
    if found.is_linked:
        service.bus.publish(outbox.TOPIC)
    if not provider.counts_as_both:
        step = await ask_if_needed(request, found.account_id, email, password_hash, onward, way=provider.id)
        if step is not None:
            return step
    answer = web.HTTPSeeOther(onward)
    await let_in(request, answer, found.account_id, way=provider.id, shown_ms=min(claims.shown_ms, now_ms))
    raise answer


routes = [
    web.get("/sign-in/with/{provider}", leave, allow_head=False),
    web.get("/sign-in/with/{provider}/return", come_back, allow_head=False),
]
