"""What moderators and a group have said to each other about an item, over all its versions."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, decisions, versions
from curator.tables_moderation import answers, appeals

MOST_SAID = 100


@dataclass(frozen=True, slots=True)
class Said:
    """Some words. `kind`: asked or rejected (a moderator), answer or appeal (the group)."""

    kind: str
    number: int
    name: str
    words: str
    at_ms: int

    @property
    def is_of_group(self) -> bool:
        """Whether the group said it."""
        return self.kind in {"answer", "appeal"}


def about(connection: Connection, item_id: str) -> list[Said]:
    """Everything said about an item, oldest first."""
    parts = [
        (decisions, decisions.c.decision, decisions.c.decision.in_(["asked", "rejected"])),
        (answers, sa.literal("answer"), sa.true()),
        (appeals, sa.literal("appeal"), sa.true()),
    ]
    found = []
    for table, kind, chosen in parts:
        query = (
            sa.select(kind.label("kind"), versions.c.number, accounts.c.name, table.c.words, table.c.created_ms)
            .select_from(
                table.join(versions, table.c.version_id == versions.c.id).join(
                    accounts, table.c.account_id == accounts.c.id
                )
            )
            .where(versions.c.item_id == item_id, chosen)
            .order_by(table.c.created_ms.desc())
            .limit(MOST_SAID)
        )
        found += [
            Said(row.kind, row.number, name_of(row.name), row.words, row.created_ms)
            for row in connection.execute(query)
        ]
    return sorted(found, key=lambda one: one.at_ms)
