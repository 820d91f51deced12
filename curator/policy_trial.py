"""Trying a policy: which of the last versions that were sent in would have gone which way. Reads only."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import demands, library, trust
from curator.policy import Policy
from curator.policy_needs import Demand
from curator.store import Connection
from curator.tables import decisions, versions

MOST_TRIED = 1000


@dataclass(frozen=True, slots=True)
class Tried:
    """One version: what the policy in force asks about it, and what the one that is tried would."""

    title: str
    group: str
    trust: str
    at_ms: int
    now: Demand
    then: Demand

    @property
    def differs(self) -> bool:
        """Whether it would go another way."""
        return _way(self.now) != _way(self.then)


def try_policy(connection: Connection, policy_now: Policy, policy_then: Policy, *, last: int) -> list[Tried]:
    """The last versions that waited for a decision, newest first.

    Each is tried at the hour it was decided (or sent in, while it waits), for all screens, with the trust its group has
    today.
    """
    decided_ms = (
        sa.select(sa.func.max(decisions.c.created_ms)).where(decisions.c.version_id == versions.c.id).scalar_subquery()
    )
    at = sa.func.coalesce(decided_ms, versions.c.submitted_ms)
    query = (
        sa.select(versions.c.id, at.label("at_ms"))
        .where(versions.c.submitted_ms.is_not(None), versions.c.preparation == "ready")
        .order_by(versions.c.submitted_ms.desc(), versions.c.id)
        .limit(min(last, MOST_TRIED))
    )
    found = []
    for row in connection.execute(query).all():
        version = library.version(connection, row.id)
        item = library.item(connection, version.item_id) if version else None
        if version is not None and item is not None:
            found.append(
                Tried(
                    title=item.title, group=item.group_name, at_ms=row.at_ms,
                    trust=trust.said_of(connection, item.group_id)
                    or trust.worked_out(connection, item.group_id, policy_then.known_after),
                    now=demands.about(connection, item, version, row.at_ms, by=policy_now),
                    then=demands.about(connection, item, version, row.at_ms, by=policy_then),
                )
            )  # fmt: skip
    return found


def _way(found: Demand) -> tuple[int, str, bool]:
    return found.persons, found.by, found.is_blurred
