"""What a group's editors look after themselves: whom they invite, and the contributors they take out again."""

from typing import Annotated, Literal

from pydantic import Field

from curator import invitations, people
from curator.api.endpoint import Call, endpoint
from curator.api.groups import the_group
from curator.api.people import InvitationAnswer, Invitations
from curator.api.reading import Given, Line, Told
from curator.authorisation import Action, Role
from curator.groups import Group
from curator.mail import outbox
from curator.words import N_


class IntoGroup(Given):
    """Whom to invite into the group, as what."""

    email: Annotated[Line, Field(min_length=3, max_length=254)]
    role: Literal["editor", "contributor"] = "contributor"
    language: Literal["en", "vi"] = Field(default="en", description="That of the mail.")


class InvitedIntoGroup(Told):
    """The answer is the same whether the address has an account or not; the link goes by mail only."""

    email: str


@endpoint("GET", "/api/groups/{group}/invitations", N_("The open invitations into a group"), asks=Action.INVITE,
          about=the_group)  # fmt: skip
def open_ones(call: Call, group: Group) -> Invitations:
    """Newest first."""
    found = invitations.pending(call.connection, call.now_ms, group_id=group.id)
    return Invitations(
        invitations=[
            InvitationAnswer(
                id=one.id, email=one.email, role=one.role, group=group.slug, inviter=one.inviter,
                created_ms=one.created_ms, expires_ms=one.expires_ms,
            )
            for one in found
        ]
    )  # fmt: skip


@endpoint("POST", "/api/groups/{group}/invitations", N_("Invite somebody into a group"), asks=Action.INVITE,
          about=the_group, status=201)  # fmt: skip
def invite(call: Call, group: Group, body: IntoGroup) -> InvitedIntoGroup:
    """Whoever has an account says yes themselves; everybody else makes one by the link."""
    settings = call.service.settings
    invitations.invite_into_group(
        call.connection, settings, group.id, email=body.email, role=Role(body.role), language=body.language,
        site=settings.site, now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
    call.hint(outbox.TOPIC)
    return InvitedIntoGroup(email=body.email)


@endpoint("DELETE", "/api/groups/{group}/invitations/{invitation}", N_("Take an invitation into a group back"),
          asks=Action.INVITE, about=the_group)  # fmt: skip
def revoke(call: Call, group: Group) -> None:
    """Harmless when it is over, or into another group."""
    wanted = call.named["invitation"]
    if wanted in {one.id for one in invitations.pending(call.connection, call.now_ms, group_id=group.id)}:
        invitations.revoke(call.connection, wanted, now_ms=call.now_ms, by=call.actor.account_id)


@endpoint("DELETE", "/api/groups/{group}/contributors/{account}", N_("Take a contributor out of a group"),
          asks=Action.INVITE, about=the_group)  # fmt: skip
def take_out(call: Call, group: Group) -> None:
    """Harmless when they are none; editors are for administrators."""
    people.take_role(
        call.connection, account_id=call.named["account"], role=Role.CONTRIBUTOR, group_id=group.id,
        now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
