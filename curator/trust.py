"""How far a group is trusted: new, known or trusted. It is known after so many approvals, unless a moderator said."""

from collections.abc import Collection

import sqlalchemy as sa

from curator import audit, decided, policy
from curator.authorisation import Action, Actor, require
from curator.policy_needs import TRUSTS
from curator.store import Connection
from curator.tables import groups
from curator.words import N_, Told

NAMES = {"new": N_("new here"), "known": N_("known"), "trusted": N_("trusted")}


class BadTrust(Told):
    """What cannot be said of a group."""


def of_group(connection: Connection, group_id: str) -> str:
    """How far it is trusted now; a code of TRUSTS."""
    return of_groups(connection, [group_id], policy.in_force().known_after)[group_id]


def of_groups(connection: Connection, group_ids: Collection[str], known_after: int) -> dict[str, str]:
    """How far each of these groups is trusted: what a moderator said, else what its record says."""
    query = sa.select(groups.c.id, groups.c.trust).where(groups.c.id.in_(sorted(group_ids)))
    said = {row.id: row.trust for row in connection.execute(query) if row.trust in TRUSTS}
    records = decided.histories(connection, set(group_ids) - said.keys())
    return said | {group_id: _worked_out(record, known_after) for group_id, record in records.items()}


def said_of(connection: Connection, group_id: str) -> str:
    """What a moderator said; "" when nobody did."""
    found = connection.execute(sa.select(groups.c.trust).where(groups.c.id == group_id)).scalar()
    return found if found in TRUSTS else ""


def worked_out(connection: Connection, group_id: str, known_after: int) -> str:
    """What its record says: never more than known."""
    return _worked_out(decided.history(connection, group_id), known_after)


def _worked_out(record: decided.History, known_after: int) -> str:
    return "known" if record.approved >= known_after else "new"


def may_say(actor: Actor, group_id: str) -> bool:
    """Whether this person may say how far a group is trusted: who decides, and is not of that group."""
    return actor.may(Action.DECIDE) and group_id not in actor.groups


def say(connection: Connection, group_id: str, trust: str, *, by: Actor, now_ms: int) -> None:
    """Says how far a group is trusted; "" leaves it to its record. Raises NotAllowed, BadTrust."""
    require(by, Action.DECIDE)
    if not may_say(by, group_id):
        raise BadTrust(N_("You are a member of this group, so somebody else says how far it is trusted."))
    if trust not in {"", *TRUSTS}:
        raise BadTrust(N_("Choose one of the answers given."))
    before = said_of(connection, group_id)
    if trust != before:
        connection.execute(groups.update().where(groups.c.id == group_id).values(trust=trust))
        audit.record(
            connection, now_ms, by.account_id, "group.trust", f"group:{group_id}", trust=trust, before=before
        )  # fmt: skip
