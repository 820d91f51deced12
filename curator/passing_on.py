"""Passing something on: a moderator who should not, or would rather not, decide gives it to another, with words."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import accounts, audit, escalations, moderation
from curator.authorisation import Action, Actor, Role, require
from curator.library import Item, Version
from curator.moderation import LONGEST_WORDS
from curator.not_decided import BadReason, Changed, NotDecided
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import grants
from curator.words import N_

ADMINISTRATORS = "administrators"
"""To whom, where it goes to nobody by name."""
MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody it can be passed on to, by name."""

    account_id: str
    name: str


def to_whom(connection: Connection, actor: Actor, item: Item, version: Version) -> list[Whom]:
    """Everybody else who may decide about a version, by name."""
    query = (
        sa.select(people.c.id, people.c.name)
        .where(
            people.c.id.in_(sa.select(grants.c.account_id).where(grants.c.role.in_(_DECIDERS))),
            people.c.disabled_ms.is_(None), people.c.id != actor.account_id,
        )
        .order_by(people.c.name, people.c.id)
        .limit(MOST_NAMED)
    )  # fmt: skip
    return [
        Whom(row.id, name_of(row.name))
        for row in connection.execute(query)
        if not _is_barred(connection, row.id, item, version)
    ]


def pass_on(
    connection: Connection, version_id: str, sha256: str, *, to: str, words: str, moderator: Actor, now_ms: int
) -> None:
    """Gives a version to somebody else (`to`: an account's id, or ADMINISTRATORS); it leaves the ordinary queue.

    Raises NotAllowed, Changed, NotDecided when it cannot go there, BadReason without words.
    """
    item, version = moderation.to_decide(connection, version_id, sha256, moderator)
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise BadReason(N_("Say what is to be decided, in 1 to %(most)s characters."), most=LONGEST_WORDS)
    to_account = None if to == ADMINISTRATORS else to
    if to_account is not None and to_account not in {
        one.account_id for one in to_whom(connection, moderator, item, version)
    }:
        raise NotDecided(N_("This person cannot decide about it. Choose somebody else."))
    escalations.close(connection, version_id, "passed_on", by=moderator.account_id, now_ms=now_ms)
    audit.record(
        connection, now_ms, moderator.account_id, "version.pass_on", f"version:{version_id}",
        item=item.id, to=to_account or ADMINISTRATORS,
    )  # fmt: skip
    escalations.add(
        connection, version_id, by=moderator.account_id, to_account=to_account, words=words.strip(), now_ms=now_ms
    )


def take_back(connection: Connection, version_id: str, *, moderator: Actor, now_ms: int) -> None:
    """Puts what was passed on back into the queue: who passed it on may, and who got it. Raises NotDecided."""
    require(moderator, Action.DECIDE)
    found = escalations.open_about(connection, version_id)
    if found is None:
        raise Changed(N_("It is not passed on (any more)."))
    if not (found.is_for(moderator) or found.account_id == moderator.account_id):
        raise NotDecided(N_("Only who passed it on, or got it, puts it back into the queue."))
    audit.record(connection, now_ms, moderator.account_id, "version.put_back", f"version:{version_id}")
    escalations.close(connection, version_id, "taken_back", by=moderator.account_id, now_ms=now_ms)


_DECIDERS = (Role.MODERATOR.value, Role.ADMINISTRATOR.value)


def _is_barred(connection: Connection, account_id: str, item: Item, version: Version) -> bool:
    actor = accounts.actor(connection, account_id)
    return (
        actor is None
        or not actor.may(Action.DECIDE)
        or moderation.own_bar_to(connection, actor, item, version) is not None
    )
