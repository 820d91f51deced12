"""The two-person rule: what needs a second moderator's agreement, and who has agreed so far.

The first who agrees does not approve: nothing is signed, and nothing plays, until another agrees to the same bytes.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import policy
from curator.library import Item, Version
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, decisions

AGREED = "agreed"
"""What the first of two says; stored among the decisions."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Somebody agreed first."""

    account_id: str
    name: str
    created_ms: int


def policy_asks(item: Item) -> bool:
    """Whether the published policy wants two people for what the group says of this item."""
    return item.people_shown in policy.second_moderator()


def first_agreement(connection: Connection, version: Version) -> Agreement | None:
    """Who agreed to the bytes of `version` since they were last sent in; None if nobody did."""
    query = (
        sa.select(decisions.c.account_id, accounts.c.name, decisions.c.created_ms)
        .select_from(decisions.join(accounts, decisions.c.account_id == accounts.c.id))
        .where(
            decisions.c.version_id == version.id, decisions.c.sha256 == version.sha256,
            decisions.c.decision == AGREED, decisions.c.created_ms >= (version.submitted_ms or 0),
        )
        .order_by(decisions.c.created_ms)
        .limit(1)
    )  # fmt: skip
    row = connection.execute(query).first()
    return Agreement(row.account_id, name_of(row.name), row.created_ms) if row else None
