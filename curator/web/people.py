"""People and their roles: for administrators."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from content.language import LANGUAGES
from curator import accounts, erasure, groups, identities, invitations, lost_ways, passkeys, people, second_factor
from curator.authorisation import COUNCIL_ROLES, GROUP_ROLES, Action, Actor, Role
from curator.invitations import Invitation, Invited
from curator.mail import outbox
from curator.role_words import role_meaning, role_name
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.pages import render
from curator.web.paging import SIZE, Page, made_page, page_number
from curator.web.problems import not_found
from curator.web.sign_in import PROVIDERS
from curator.words import LANGUAGE, N_

FEW_GROUPS = 30
"""Up to so many groups stand in a list with their roles; of more, one is typed."""
Change = Callable[[Connection, str, Form, Actor, int], None]


@dataclass(frozen=True, slots=True)
class _Seen:
    page: Page[people.Person]
    leaving: list[tuple[str, str]]
    groups: list[groups.Group]
    invitations: list[Invitation]
    with_second: set[str]
    with_passkeys: set[str]
    newcomers: list[identities.Newcomer]


async def everybody(request: web.Request) -> web.StreamResponse:
    """The list."""
    allowed(request, Action.MANAGE_PEOPLE)
    return await page(request)


async def add(request: web.Request) -> web.StreamResponse:
    """Makes an account with a role. Its first password stands on the answer, once, and is kept nowhere."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    form = await read_form(request)
    name, email = form.text("name", least=1, most=120), form.text("email", least=3, most=254)
    language = form.one_of("language", set(LANGUAGES))
    password = people.first_password()
    password_hash = await accounts.in_turn(accounts.hash_password, password)
    now_ms = service_of(request).now()

    def make(connection: Connection) -> None:
        role, group_id = read_role(connection, form)
        account_id = accounts.create(
            connection, email=email, name=name, password_hash=password_hash, language=language, now_ms=now_ms,
            by=actor.account_id,
        )  # fmt: skip
        accounts.grant(
            connection, account_id=account_id, role=role, group_id=group_id, now_ms=now_ms, by=actor.account_id
        )

    try:
        await service_of(request).store.run(make)
    except accounts.BadAccount as bad:
        typed = {"name": name, "email": email, "language": language, **role_typed(form)}
        return await page(request, status=422, problem=bad.told(), typed=typed)
    return await page(request, shown_once=(accounts.normal_email(email), password))


async def give_role(request: web.Request) -> web.StreamResponse:
    """Gives somebody one more role."""

    def give(connection: Connection, account_id: str, form: Form, actor: Actor, now_ms: int) -> None:
        role, group_id = read_role(connection, form)
        accounts.grant(
            connection, account_id=account_id, role=role, group_id=group_id, now_ms=now_ms, by=actor.account_id
        )

    return await _change(request, give)


async def take_role(request: web.Request) -> web.StreamResponse:
    """Takes a role away."""

    def take(connection: Connection, account_id: str, form: Form, actor: Actor, now_ms: int) -> None:
        role = Role(form.one_of("role", {role.value for role in Role}))
        group_id = form.text("group", most=32) or None
        people.take_role(
            connection, account_id=account_id, role=role, group_id=group_id, now_ms=now_ms, by=actor.account_id
        )

    return await _change(request, take)


async def disable(request: web.Request) -> web.StreamResponse:
    """Closes an account: it can no longer sign in, and is signed out at once."""

    def close(connection: Connection, account_id: str, _form: Form, actor: Actor, now_ms: int) -> None:
        people.disable(connection, account_id, now_ms=now_ms, by=actor.account_id)

    return await _change(request, close)


async def enable(request: web.Request) -> web.StreamResponse:
    """Opens a closed account again."""

    def reopen(connection: Connection, account_id: str, _form: Form, actor: Actor, now_ms: int) -> None:
        people.enable(connection, account_id, now_ms=now_ms, by=actor.account_id)

    return await _change(request, reopen)


async def erase(request: web.Request) -> web.StreamResponse:
    """Erases an account for good; its address is typed so that nobody does so by a slip."""

    def run(connection: Connection, account_id: str, form: Form, actor: Actor, now_ms: int) -> None:
        erasure.erase(connection, account_id, typed=form.text("email", most=254), now_ms=now_ms, by=actor.account_id)

    return await _change(request, run)


async def second_step_off(request: web.Request) -> web.StreamResponse:
    """Switches the second step of somebody off who lost their phone and their recovery codes."""
    service = service_of(request)

    def switch_off(connection: Connection, account_id: str, _form: Form, actor: Actor, now_ms: int) -> None:
        lost_ways.second_step_off(connection, service.settings, account_id, now_ms=now_ms, by=actor.account_id)

    return await _change(request, switch_off)


async def passkeys_off(request: web.Request) -> web.StreamResponse:
    """Removes every passkey of somebody who lost the device, or whose device was stolen."""
    service = service_of(request)

    def take_off(connection: Connection, account_id: str, _form: Form, actor: Actor, now_ms: int) -> None:
        lost_ways.passkeys_off(connection, service.settings, account_id, now_ms=now_ms, by=actor.account_id)

    return await _change(request, take_off)


async def new_password(request: web.Request) -> web.StreamResponse:
    """A new first password for somebody who lost theirs; it stands on the answer, once."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    service, account_id = service_of(request), request.match_info["account_id"]
    password = people.first_password()
    password_hash = await accounts.in_turn(accounts.hash_password, password)
    email = await service.store.run(
        lambda connection: lost_ways.new_password(
            connection, service.settings, account_id, password_hash, now_ms=service.now(), by=actor.account_id
        )
    )
    if email is None:
        raise not_found()
    service.bus.publish(outbox.TOPIC)
    return await page(request, shown_once=(email, password))


async def _change(request: web.Request, change: Change) -> web.StreamResponse:
    actor = allowed(request, Action.MANAGE_PEOPLE)
    service, account_id = service_of(request), request.match_info["account_id"]
    form = await read_form(request)
    now_ms = service.now()

    def run(connection: Connection) -> None:
        if not people.exists(connection, account_id):
            raise not_found()
        change(connection, account_id, form, actor, now_ms)

    try:
        await service.store.run(run)
    except accounts.BadAccount as bad:
        return await page(request, status=422, problem=bad.told())
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther(f"/people?account={account_id}#account-{account_id}")


async def page(
    request: web.Request,
    *,
    status: int = 200,
    problem: str = "",
    shown_once: tuple[str, str] | None = None,
    typed: dict[str, str] | None = None,
    invited: Invited | None = None,
    invitation_typed: dict[str, str] | None = None,
) -> web.StreamResponse:
    """The page about people, after a change with what is to be told of it."""
    service = service_of(request)
    words, account_id = request.query.get("find", ""), request.query.get("account", "")

    def look(connection: Connection) -> _Seen:
        place = people.place_of(connection, account_id) if account_id and not words else 0
        number = page_number(request, place // SIZE + 1)
        shown = people.some(connection, words, (number - 1) * SIZE, SIZE)
        return _Seen(
            made_page(request, shown, number, people.count(connection, words)),
            people.leaving(connection),
            groups.every(connection),
            invitations.pending(connection, service.now()),
            second_factor.whose(connection),
            passkeys.whose(connection),
            identities.waiting(connection, service.now()),
        )

    seen = await service.store.read(look)
    nothing_typed = {"name": "", "email": "", "role": "", "group": "", "language": LANGUAGE.get()}
    return render(
        request, "people.html", status=status, problem=problem, page=seen.page, leaving=seen.leaving, words=words,
        groups=seen.groups, few_groups=FEW_GROUPS,
        shown_once=shown_once, typed=typed or nothing_typed, council=_in_order(COUNCIL_ROLES),
        of_group=_in_order(GROUP_ROLES), role_name=role_name, role_meaning=role_meaning, invited=invited,
        invitations=seen.invitations, invitation_typed=invitation_typed or nothing_typed, days=invitations.DAYS,
        with_second=seen.with_second, with_passkeys=seen.with_passkeys,
        newcomers=seen.newcomers, providers={one.issuer: one.name for one in request.app[PROVIDERS].values()},
    )  # fmt: skip


def _in_order(roles: frozenset[Role]) -> list[Role]:
    return [role for role in Role if role in roles]


def read_role(connection: Connection, form: Form) -> tuple[Role, str | None]:
    """The role a form asks for, and its group: "moderator", "editor:GROUP", or "editor" with the group's name.

    Raises BadAccount for a role or a group that is not there.
    """
    word, _colon, group_id = form.text("role", least=1, most=80).partition(":")
    if word not in set(Role):
        raise accounts.BadAccount(N_("“%(role)s” is not a role."), role=word)
    role, named = Role(word), form.text("group", most=120)
    if not group_id and named and role in GROUP_ROLES:
        wanted = groups.slug_of(named)
        every = groups.every(connection)
        group_id = next((one.id for one in every if named == one.name or wanted == one.slug), named)
    if group_id and groups.get(connection, group_id) is None:
        raise accounts.BadAccount(N_("That group is not there."))
    return role, group_id or None


def role_typed(form: Form) -> dict[str, str]:
    """What a form says of a role, to stand in it again."""
    return {"role": form.text("role", most=80), "group": form.text("group", most=120)}


routes = [
    web.get("/people", everybody),
    web.post("/people", add),
    web.post("/people/{account_id}/give", give_role),
    web.post("/people/{account_id}/take", take_role),
    web.post("/people/{account_id}/disable", disable),
    web.post("/people/{account_id}/enable", enable),
    web.post("/people/{account_id}/erase", erase),
    web.post("/people/{account_id}/password", new_password),
    web.post("/people/{account_id}/passkeys-off", passkeys_off),
    web.post("/people/{account_id}/second-off", second_step_off),
]
