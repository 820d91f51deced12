"""Who is in a group, for its editors: the members, and inviting people into it."""

from aiohttp import web

from content.language import LANGUAGES
from curator import accounts, invitations, members, people
from curator.authorisation import GROUP_ROLES, Action, Actor, Role
from curator.groups import Group
from curator.mail import outbox
from curator.role_words import role_meaning, role_name
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed, site_of
from curator.web.forms import read_form
from curator.web.library import the_group
from curator.web.pages import render
from curator.words import LANGUAGE

ROLES = [role for role in Role if role in GROUP_ROLES]


async def see(request: web.Request) -> web.StreamResponse:
    """The members and the open invitations."""
    _actor, group = await _allowed(request)
    return await _page(request, group)


async def invite(request: web.Request) -> web.StreamResponse:
    """Invites an address. The answer is the same whether it has an account or not."""
    actor, group = await _allowed(request)
    form, service, site = await read_form(request), service_of(request), site_of(request)
    email, language = form.text("email", least=3, most=254), form.one_of("language", set(LANGUAGES))
    role, now_ms = Role(form.one_of("role", {role.value for role in ROLES})), service.now()

    def make(connection: Connection) -> None:
        invitations.invite_into_group(
            connection, service.settings, group.id, email=email, role=role, language=language, site=site,
            now_ms=now_ms, by=actor.account_id,
        )  # fmt: skip

    try:
        await service.store.run(make)
    except accounts.BadAccount as bad:
        return await _page(request, group, status=422, problem=bad.told(), typed=email)
    service.bus.publish(outbox.TOPIC)
    return await _page(request, group, invited=email)


async def revoke(request: web.Request) -> web.StreamResponse:
    """Ends an open invitation into this group."""
    actor, group = await _allowed(request)
    await read_form(request)
    service, wanted = service_of(request), request.match_info["invitation"]

    def end(connection: Connection) -> None:
        mine = {one.id for one in invitations.pending(connection, service.now(), group_id=group.id)}
        if wanted in mine:
            invitations.revoke(connection, wanted, now_ms=service.now(), by=actor.account_id)

    await service.store.run(end)
    raise web.HTTPSeeOther(f"/library/{group.slug}/members")


async def remove(request: web.Request) -> web.StreamResponse:
    """Takes a contributor out of the group; editors are for administrators."""
    actor, group = await _allowed(request)
    await read_form(request)
    service, account_id = service_of(request), request.match_info["account"]
    await service.store.run(
        lambda connection: people.take_role(
            connection, account_id=account_id, role=Role.CONTRIBUTOR, group_id=group.id, now_ms=service.now(),
            by=actor.account_id,
        )
    )  # fmt: skip
    raise web.HTTPSeeOther(f"/library/{group.slug}/members")


async def _allowed(request: web.Request) -> tuple[Actor, Group]:
    group = await the_group(request)
    return allowed(request, Action.INVITE, group=group.id), group


async def _page(
    request: web.Request, group: Group, *, status: int = 200, problem: str = "", typed: str = "", invited: str = ""
) -> web.Response:
    service = service_of(request)
    now_ms = service.now()
    found, waiting = await service.store.read(
        lambda connection: (
            members.of_groups(connection, [group.id])[group.id],
            invitations.pending(connection, now_ms, group_id=group.id),
        )
    )
    return render(
        request, "group_members.html", status=status, group=group, members=found, invitations=waiting,
        problem=problem, typed=typed, invited=invited, roles=ROLES, role_name=role_name, role_meaning=role_meaning,
        chosen=LANGUAGE.get(), days=invitations.DAYS,
    )  # fmt: skip


routes = [
    web.get("/library/{group}/members", see),
    web.post("/library/{group}/members", invite),
    web.post("/library/{group}/members/{account}/remove", remove),
    web.post("/library/{group}/members/invitations/{invitation}/revoke", revoke),
]
