"""Inviting people, and what whoever is invited sees: a page to make an account of their own."""

from aiohttp import web

from content.language import LANGUAGES
from curator import accounts, invitations
from curator.authorisation import Action
from curator.invitations import Invitation, Invited
from curator.mail import outbox
from curator.role_words import role_meaning, role_name
from curator.service import service_of
from curator.store import Connection
from curator.web import people
from curator.web.doorman import allowed, let_in, site_of
from curator.web.forms import Form, read_form
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
        role, group_id = people.read_role(form)
        people.known_group(connection, group_id)
        return invitations.invite(
            connection, service.settings, email=email, role=role, group_id=group_id, language=language, site=site,
            now_ms=now_ms, by=actor.account_id,
        )  # fmt: skip

    try:
        invited = await service.store.run(make)
    except accounts.BadAccount as bad:
        typed = {"email": email, "role": form.text("role", most=80), "language": language}
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
    """Who invites, to what, and the form for an account. Looking uses nothing up."""
    found = await _invitation(request)
    return _page(request, found, name="", chosen=found.language)


async def join(request: web.Request) -> web.StreamResponse:
    """Makes the account and signs it in."""
    found, form = await _invitation(request), await read_form(request)
    name, chosen = form.text("name", least=1, most=120), form.one_of("language", set(LANGUAGES))
    try:
        password_hash = await _new_password(form)
        answer = await _join(request, name, chosen, password_hash)
    except accounts.BadAccount as bad:
        return _page(request, found, status=422, name=name, chosen=chosen, problem=bad.told())
    raise answer


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


async def _invitation(request: web.Request) -> Invitation:
    service, token = service_of(request), request.query.get("token", "")
    found = await service.store.read(lambda connection: invitations.by_token(connection, token, service.now()))
    if found is None:
        raise _no_longer_good()
    return found


def _no_longer_good() -> Problem:
    sentence = _("This invitation has been used, taken back, or its time is over. Ask whoever invited you for another.")
    return Problem(410, "no_longer_good", sentence)


def _page(
    request: web.Request, found: Invitation, *, name: str, chosen: str, status: int = 200, problem: str = ""
) -> web.Response:
    return render(
        request, "join.html", status=status, invitation=found, token=request.query.get("token", ""), name=name,
        chosen=chosen, problem=problem, role_name=role_name, role_meaning=role_meaning,
        least=accounts.SHORTEST_PASSWORD, most=accounts.LONGEST_PASSWORD,
    )  # fmt: skip


routes = [
    web.post("/people/invitations", invite),
    web.post("/people/invitations/{invitation}/revoke", revoke),
    web.get("/join", welcome),
    web.post("/join", join),
]
