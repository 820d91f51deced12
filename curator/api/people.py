"""People: who is there with which roles, opening and closing accounts, council roles, invitations."""

from typing import Annotated, Literal

from pydantic import Field

from content.language import LANGUAGES
from curator import accounts, groups, invitations, people
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.paging import page_of
from curator.api.reading import Given, Instant, Line, Nothing, PageAsked, Told
from curator.authorisation import Action, Role
from curator.choosing import LONGEST_WORDS
from curator.invitations import Invitation
from curator.mail import outbox
from curator.people import Person
from curator.words import N_

assert set(LANGUAGES) == {"en", "vi"}  # noqa: S101 - the documentation names them


class RoleAnswer(Told):
    """A role somebody holds."""

    role: Role
    group: str | None = Field(description="The slug of its group; null for a role of the council.")


class PersonAnswer(Told):
    """Somebody with an account."""

    id: str
    name: str
    email: str
    language: str
    roles: list[RoleAnswer]
    is_closed: bool
    asks_to_be_erased: bool
    created_ms: Instant
    last_here_ms: Instant | None


class PeoplePage(Told):
    """A page of people, by name."""

    people: list[PersonAnswer]
    next: str | None


class PeopleAsked(PageAsked):
    """Who is looked for."""

    find: Annotated[Line, Field(max_length=LONGEST_WORDS)] = Field(
        default="", description="Words in name or address, whatever the case and the marks on letters."
    )


class InvitationAnswer(Told):
    """An invitation that may still be used."""

    id: str
    email: str
    role: Role
    group: str | None = Field(description="The slug of its group.")
    inviter: str
    created_ms: Instant
    expires_ms: Instant


class Invitations(Told):
    """Every invitation that may still be used, newest first."""

    invitations: list[InvitationAnswer]


class InvitationGiven(Given):
    """Whom to invite, to what."""

    email: Annotated[Line, Field(min_length=3, max_length=254)]
    role: Literal["administrator", "programmer", "moderator", "technician", "editor", "contributor"]
    group: Annotated[Line, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="The slug of the group, for editor and contributor."
    )
    language: Literal["en", "vi"] = Field(default="en", description="That of the mail.")


class InvitedAnswer(Told):
    """What came of inviting."""

    email: str
    link: str = Field(
        description="Told this once. Empty for somebody who had an account and has the role now, and when the answer "
        "is told again for the same Idempotency-Key."
    )
    is_mailed: bool


assert set(Role) == {"administrator", "programmer", "moderator", "technician", "editor", "contributor"}  # noqa: S101


def _slugs(call: Call) -> dict[str, str]:
    return {group.id: group.slug for group in groups.every(call.connection)}


def _told(person: Person, slugs: dict[str, str]) -> PersonAnswer:
    account = person.account
    return PersonAnswer(
        id=account.id, name=account.name, email=account.email, language=account.language,
        roles=[RoleAnswer(role=held.role, group=slugs.get(held.group_id or "")) for held in person.roles],
        is_closed=account.disabled_ms is not None, asks_to_be_erased=account.erasure_asked_ms is not None,
        created_ms=account.created_ms, last_here_ms=person.seen_ms,
    )  # fmt: skip


def the_person(call: Call) -> Person:
    """The person of the address."""
    found = people.get(call.connection, call.named["account"])
    if found is None:
        raise not_found()
    return found


def _as_told(call: Call, person: Person) -> PersonAnswer:
    return _told(person, _slugs(call))


@endpoint("GET", "/api/people", N_("Everybody with an account"), asks=Action.MANAGE_PEOPLE)
def every(call: Call, query: PeopleAsked) -> PeoplePage:
    """By name."""
    found, slugs = people.some(call.connection, query.find, 0, -1), _slugs(call)
    page, following = page_of(found, query, lambda one: (one.account.name, one.account.id))
    return PeoplePage(people=[_told(one, slugs) for one in page], next=following)


@endpoint("GET", "/api/people/{account}", N_("Somebody with their roles"), asks=Action.MANAGE_PEOPLE, about=the_person,
          has_mark=True)  # fmt: skip
def get(call: Call, person: Person) -> PersonAnswer:
    """One person."""
    return _as_told(call, person)


@endpoint("POST", "/api/people/{account}/close", N_("Close an account"), asks=Action.MANAGE_PEOPLE, about=the_person)
def close(call: Call, person: Person, body: Nothing) -> PersonAnswer:  # noqa: ARG001
    """They are signed out at once. Never the last administrator's."""
    people.disable(call.connection, person.account.id, now_ms=call.now_ms, by=call.actor.account_id)
    return _as_told(call, the_person(call))


@endpoint("POST", "/api/people/{account}/open", N_("Open a closed account again"), asks=Action.MANAGE_PEOPLE,
          about=the_person)  # fmt: skip
def reopen(call: Call, person: Person, body: Nothing) -> PersonAnswer:  # noqa: ARG001
    """With the roles it had."""
    people.enable(call.connection, person.account.id, now_ms=call.now_ms, by=call.actor.account_id)
    return _as_told(call, the_person(call))


def _council_role(call: Call) -> tuple[Person, Role]:
    words = call.named["role"]
    if words not in set(Role):
        raise not_found()
    return the_person(call), Role(words)


@endpoint("PUT", "/api/people/{account}/roles/{role}", N_("Give somebody a role of the council"),
          asks=Action.MANAGE_PEOPLE, about=_council_role)  # fmt: skip
def give(call: Call, grant: tuple[Person, Role]) -> None:
    """Harmless when they hold it. Roles in a group are given under the group."""
    person, role = grant
    accounts.grant(
        call.connection, account_id=person.account.id, role=role, group_id=None, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip


@endpoint("DELETE", "/api/people/{account}/roles/{role}", N_("Take a role of the council from somebody"),
          asks=Action.MANAGE_PEOPLE, about=_council_role)  # fmt: skip
def take(call: Call, grant: tuple[Person, Role]) -> None:
    """Harmless when they do not hold it. Never the last administrator's."""
    person, role = grant
    people.take_role(
        call.connection, account_id=person.account.id, role=role, group_id=None, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip


def _invitation(one: Invitation, slugs: dict[str, str]) -> InvitationAnswer:
    return InvitationAnswer(
        id=one.id, email=one.email, role=one.role, group=slugs.get(one.group_id or ""), inviter=one.inviter,
        created_ms=one.created_ms, expires_ms=one.expires_ms,
    )  # fmt: skip


@endpoint("GET", "/api/invitations", N_("The invitations that may still be used"), asks=Action.MANAGE_PEOPLE)
def open_invitations(call: Call) -> Invitations:
    """Newest first."""
    slugs = _slugs(call)
    found = invitations.pending(call.connection, call.now_ms)
    return Invitations(invitations=[_invitation(one, slugs) for one in found])


@endpoint("POST", "/api/invitations", N_("Invite somebody to a role"), asks=Action.MANAGE_PEOPLE, status=201,
          refuses=(404,), told_once="link")  # fmt: skip
def invite(call: Call, body: InvitationGiven) -> InvitedAnswer:
    """The link is mailed where mail can be sent. An older invitation to the same is replaced."""
    group = groups.by_slug(call.connection, body.group) if body.group else None
    if body.group and group is None:
        raise not_found()
    settings = call.service.settings
    made = invitations.invite(
        call.connection, settings, email=body.email, role=Role(body.role), group_id=group.id if group else None,
        language=body.language, site=settings.site, now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
    call.hint(outbox.TOPIC)
    return InvitedAnswer(email=made.email, link=made.link, is_mailed=made.is_mailed)


@endpoint("DELETE", "/api/invitations/{invitation}", N_("Take an invitation back"), asks=Action.MANAGE_PEOPLE)
def revoke(call: Call) -> None:
    """Its link is no longer good. Harmless when it is over."""
    invitations.revoke(call.connection, call.named["invitation"], now_ms=call.now_ms, by=call.actor.account_id)
