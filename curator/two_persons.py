"""The two-person rule: who has agreed so far. What needs two is the policy's (`curator.demands`).

The first who agrees does not approve: nothing is signed, and nothing plays, until another agrees to the same bytes.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from curator.decided import IN_ORDER
from curator.library import Version
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, decisions

AGREED = "agreed"
"""What the first of two says; stored among the decisions."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Somebody agreed, as the first of two, to these places (see curator.places)."""

    account_id: str
    name: str
    created_ms: int
    places: tuple[str, ...]


def first_agreement(connection: Connection, version: Version) -> Agreement | None:
    """Who agreed first to the bytes of `version` since they were last sent in; None if nobody did."""
    return next(iter(agreements(connection, version)), None)


def agreements(connection: Connection, version: Version) -> list[Agreement]:
    """Who agreed to the bytes of `version` since they were last sent in, and to which places; the first first."""
    query = (
        sa.select(decisions.c.account_id, accounts.c.name, decisions.c.created_ms, decisions.c.places)
        .select_from(decisions.join(accounts, decisions.c.account_id == accounts.c.id))
        .where(
            decisions.c.version_id == version.id, decisions.c.sha256 == version.sha256,
            decisions.c.decision == AGREED, decisions.c.created_ms >= (version.submitted_ms or 0),
        )
        .order_by(*IN_ORDER)
    )  # fmt: skip
    return [
        Agreement(row.account_id, name_of(row.name), row.created_ms, tuple(json.loads(row.places)))
        for row in connection.execute(query)
    ]
