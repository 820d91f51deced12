"""Accounts: making one, a new first password, taking ways to sign in away, erasing; and letting newcomers in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from content.language import LANGUAGES
from curator import accounts, erasure, groups, identities, lost_ways, people
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.people import the_person
from curator.api.reading import Given, Id, Instant, Line, Nothing, Told
from curator.authorisation import Action, Role
from curator.mail import outbox
from curator.people import Person
from curator.words import N_

assert set(LANGUAGES) == {"en", "vi"}  # noqa: S101 - the documentation names them

_ID = re.compile("[a-z0-9]{1,32}")
ONCE = Field(description="Told this once. Empty when the answer is told again for the same Idempotency-Key.")


class AccountGiven(Given):
    """Whose account is made, with its first role."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    email: Annotated[Line, Field(min_length=3, max_length=254)]
    language: Literal["en", "vi"] = "en"
    role: Literal["administrator", "programmer", "moderator", "technician", "editor", "contributor"]
    group: Annotated[Line, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="The slug of the group, for editor and contributor."
    )


class AccountMade(Told):
    """A new account with its first password."""

    id: Id
    email: str
    password: str = ONCE


class PasswordMade(Told):
    """Somebody's new first password."""

    password: str = ONCE


class Erasing(Given):
    """The address of the account, so that nobody is erased by a slip."""

    email: Annotated[Line, Field(min_length=3, max_length=254)]


class NewcomerAnswer(Told):
    """Somebody an identity provider vouches for, who has no account yet."""

    id: str
    name: str
    email: str
    issuer: str = Field(description="The identity provider's address.")
    asked_ms: Instant


class Newcomers(Told):
    """Everybody who waits to be let in."""

    newcomers: list[NewcomerAnswer]


class Welcomed(Told):
    """The account that was made; null where they waited no more."""

    account: Id | None


@asynccontextmanager
async def _first_password(_app: web.Application, _call: Call, *_found: Any) -> AsyncIterator[tuple[str, str]]:
    """A first password and its hash, which takes longer than a transaction may."""
    password = people.first_password()
    yield password, await accounts.in_turn(accounts.hash_password, password)


@endpoint("POST", "/api/people", N_("Make an account with its first role"), asks=Action.MANAGE_PEOPLE, status=201,
          told_once="password", refuses=(404,), beforehand=_first_password)  # fmt: skip
def make(call: Call, body: AccountGiven) -> AccountMade:
    """The first password is in the answer and is kept nowhere. Inviting needs none: it mails a link."""
    password, password_hash = call.made
    group = groups.by_slug(call.connection, body.group) if body.group else None
    if body.group and group is None:
        raise not_found()
    role, group_id = Role(body.role), group.id if group else None
    accounts.check_role(role, group_id)
    by = call.actor.account_id
    made = accounts.create(
        call.connection, email=body.email, name=body.name, password_hash=password_hash, language=body.language,
        now_ms=call.now_ms, by=by,
    )  # fmt: skip
    accounts.grant(call.connection, account_id=made, role=role, group_id=group_id, now_ms=call.now_ms, by=by)
    return AccountMade(id=made, email=accounts.normal_email(body.email), password=password)


@endpoint("POST", "/api/people/{account}/password", N_("Make a new first password for somebody who lost theirs"),
          asks=Action.MANAGE_PEOPLE, about=the_person, told_once="password", beforehand=_first_password)  # fmt: skip
def new_password(call: Call, person: Person, body: Nothing) -> PasswordMade:  # noqa: ARG001
    """They are signed out everywhere, and a mail tells them."""
    password, password_hash = call.made
    lost_ways.new_password(
        call.connection, call.service.settings, person.account.id, password_hash, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip
    call.hint(outbox.TOPIC)
    return PasswordMade(password=password)


@endpoint("DELETE", "/api/people/{account}/second-step", N_("Switch somebody's second step off"),
          asks=Action.MANAGE_PEOPLE, about=the_person)  # fmt: skip
def second_step_off(call: Call, person: Person) -> None:
    """For who lost phone and codes. Harmless when it is off."""
    lost_ways.second_step_off(
        call.connection, call.service.settings, person.account.id, now_ms=call.now_ms, by=call.actor.account_id
    )
    call.hint(outbox.TOPIC)


@endpoint("DELETE", "/api/people/{account}/passkeys", N_("Remove every passkey of somebody"),
          asks=Action.MANAGE_PEOPLE, about=the_person)  # fmt: skip
def passkeys_off(call: Call, person: Person) -> None:
    """For who lost the device. Harmless when there is none."""
    lost_ways.passkeys_off(
        call.connection, call.service.settings, person.account.id, now_ms=call.now_ms, by=call.actor.account_id
    )
    call.hint(outbox.TOPIC)


@endpoint("POST", "/api/people/{account}/erase", N_("Erase an account for good"), asks=Action.MANAGE_PEOPLE,
          about=the_person)  # fmt: skip
def erase(call: Call, person: Person, body: Erasing) -> None:
    """What they made and decided stays, without their name. Never the last administrator's."""
    erasure.erase(
        call.connection, person.account.id, typed=body.email, now_ms=call.now_ms, by=call.actor.account_id
    )  # fmt: skip


@endpoint("GET", "/api/newcomers", N_("Who waits to be let in"), asks=Action.MANAGE_PEOPLE)
def waiting(call: Call) -> Newcomers:
    """Those an identity provider vouches for."""
    return Newcomers(
        newcomers=[
            NewcomerAnswer(id=one.id, name=one.name, email=one.email, issuer=one.issuer, asked_ms=one.asked_ms)
            for one in identities.waiting(call.connection, call.now_ms)
        ]
    )  # fmt: skip


def _newcomer(call: Call) -> str:
    """Who is meant; raises where no newcomer can be called so. That nobody waits any more is harmless."""
    if _ID.fullmatch(call.named["newcomer"]) is None:
        raise not_found()
    return call.named["newcomer"]


@endpoint("POST", "/api/newcomers/{newcomer}/welcome", N_("Make the account of somebody who waits"),
          asks=Action.MANAGE_PEOPLE, refuses=(404,))  # fmt: skip
def welcome(call: Call, body: Nothing) -> Welcomed:  # noqa: ARG001
    """A role is given as to anybody."""
    by = call.actor.account_id
    return Welcomed(account=identities.welcome(call.connection, _newcomer(call), now_ms=call.now_ms, by=by))


@endpoint("DELETE", "/api/newcomers/{newcomer}", N_("Turn somebody away who waits"), asks=Action.MANAGE_PEOPLE,
          refuses=(404,))  # fmt: skip
def turn_away(call: Call) -> None:
    """Nothing of them is kept. Harmless when they wait no more."""
    identities.turn_away(call.connection, _newcomer(call), now_ms=call.now_ms, by=call.actor.account_id)
