"""Inviting people, and what whoever is invited sees: to make an account, or say yes with the one they have."""

from aiohttp import web

from content.language import LANGUAGES
from curator import accounts, invitations
from curator.authorisation import Action, Actor
from curator.invitations import Invitation, Invited
from curator.mail import outbox
from curator.role_words import role_meaning, role_name
from curator.service import service_of
from curator.store import Connection
from curator.web import people
from curator.web.doorman import actor_of, allowed, let_in, site_of
from curator.web.forms import Form, read_form
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.web.problems import Problem
from curator.words import _


async def invite(request: web.Request) -> web.StreamResponse:
    """Invites an address. The link is mailed, and stands on the answer, once."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    form = await read_form(request)
    email = form.text("email", least=3, most=254)
    language = form.one_of("language", set(LANGUAGES))
    service, site, now_ms = service_of(request), site_of(request), service_of(request).now()

    def make(connection: Connection) -> Invited:
        role, group_id = people.read_role(connection, form)
        return invitations.invite(
            connection, service.settings, email=email, role=role, group_id=group_id, language=language, site=site,
            now_ms=now_ms, by=actor.account_id,
        )  # fmt: skip

    try:
        invited = await service.store.run(make)
    except accounts.BadAccount as bad:
        typed = {"email": email, "language": language, **people.role_typed(form)}
        return await people.page(request, status=422, problem=bad.told(), invitation_typed=typed)
    service.bus.publish(outbox.TOPIC)
    return await people.page(request, invited=invited)


async def revoke(request: web.Request) -> web.StreamResponse:
    """Ends an invitation: its link is no longer good."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    await read_form(request)
    service, invitation_id = service_of(request), request.match_info["invitation"]
    await service.store.run(
        lambda connection: invitations.revoke(connection, invitation_id, now_ms=service.now(), by=actor.account_id)
    )
    raise web.HTTPSeeOther("/people#invitations")


async def welcome(request: web.Request) -> web.StreamResponse:
    """Who invites, to what, and the form for an account, or for a yes. Looking uses nothing up."""
    found, is_known = await _invitation(request)
    if is_known:
        _the_invited(request, found)
    return _page(request, found, name="", chosen=found.language, is_known=is_known)


async def join(request: web.Request) -> web.StreamResponse:
    """Makes the account and signs it in, or gives the role to the one there is."""
    found, is_known = await _invitation(request)
    form = await read_form(request)
    if is_known:
        raise await _accept(request, found, _the_invited(request, found))
    name, chosen = form.text("name", least=1, most=120), form.one_of("language", set(LANGUAGES))
    try:
        password_hash = await _new_password(form)
        answer = await _join(request, name, chosen, password_hash)
    except accounts.BadAccount as bad:
        return _page(request, found, status=422, name=name, chosen=chosen, problem=bad.told())
    raise answer


def _the_invited(request: web.Request, found: Invitation) -> Actor:
    """Whoever is signed in, if the invitation is for their account."""
    actor = actor_of(request)
    if actor.email != found.email:
        sentence = _(
            "This invitation is for another account. Sign out, then sign in with that one and open the link again."
        )
        raise Problem(403, "not_yours", sentence)
    return actor


async def offered(request: web.Request) -> web.StreamResponse:
    """The same for somebody who is signed in and was told of it here: no link is needed for a yes."""
    actor = actor_of(request)
    found = await _offer(request, actor)
    await looked_at(request, f"invitation:{found.id}")
    return _page(request, found, name="", chosen=found.language, is_known=True)


async def accept_offered(request: web.Request) -> web.StreamResponse:
    """Gives whoever is signed in the role they were offered."""
    actor = actor_of(request)
    await read_form(request)
    raise await _accept(request, await _offer(request, actor), actor)


async def _offer(request: web.Request, actor: Actor) -> Invitation:
    service, invitation_id = service_of(request), request.match_info["invitation"]
    found = await service.store.read(
        lambda connection: invitations.for_account(connection, invitation_id, actor, service.now())
    )
    if found is None:
        raise _no_longer_good()
    return found


async def _accept(request: web.Request, found: Invitation, actor: Actor) -> web.HTTPSeeOther:
    service = service_of(request)
    is_done = await service.store.run(
        lambda connection: invitations.accept_signed_in(connection, found, actor=actor, now_ms=service.now())
    )
    if not is_done:
        raise _no_longer_good()
    return web.HTTPSeeOther("/")


async def _new_password(form: Form) -> str:
    new, again = (form.text(field, most=accounts.LONGEST_PASSWORD) for field in ("new", "again"))
    if new != again:
        raise accounts.BadAccount(accounts.TWO_WAYS)
    return await accounts.in_turn(accounts.hash_password, new)


async def _join(request: web.Request, name: str, language: str, password_hash: str) -> web.HTTPSeeOther:
    service, token, now_ms = service_of(request), request.query.get("token", ""), service_of(request).now()
    account_id = await service.store.run(
        lambda connection: invitations.accept(
            connection, token, name=name, language=language, password_hash=password_hash, now_ms=now_ms
        )
    )  # fmt: skip
    if account_id is None:
        raise _no_longer_good()
    answer = web.HTTPSeeOther("/")
    await let_in(request, answer, account_id)
    return answer


async def _invitation(request: web.Request) -> tuple[Invitation, bool]:
    """The invitation of the link, and whether its address has an account."""
    service, token = service_of(request), request.query.get("token", "")

    def look(connection: Connection) -> tuple[Invitation, bool] | None:
        found = invitations.by_token(connection, token, service.now())
        return (found, invitations.is_of_account(connection, found)) if found else None

    found = await service.store.read(look)
    if found is None:
        raise _no_longer_good()
    return found


def _no_longer_good() -> Problem:
    sentence = _("This invitation has been used, taken back, or its time is over. Ask whoever invited you for another.")
    return Problem(410, "no_longer_good", sentence)


def _page(
    request: web.Request, found: Invitation, *, name: str, chosen: str, status: int = 200, problem: str = "",
    is_known: bool = False,
) -> web.Response:  # fmt: skip
    return render(
        request, "join.html", status=status, invitation=found, address=request.path_qs, name=name, chosen=chosen,
        problem=problem, is_known=is_known, role_name=role_name, role_meaning=role_meaning,
        least=accounts.SHORTEST_PASSWORD, most=accounts.LONGEST_PASSWORD,
    )  # fmt: skip


routes = [
    web.post("/people/invitations", invite),
    web.post("/people/invitations/{invitation}/revoke", revoke),
    web.get("/join", welcome),
    web.post("/join", join),
    web.get("/join/{invitation}", offered),
    web.post("/join/{invitation}", accept_offered),
]
