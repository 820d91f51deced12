"""What moderators passed on to somebody else, by name or to the administrators, and what became of it. Rows only.

Something passed on is out of the ordinary queue, and whoever it was passed on to decides about it; administrators may.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import notices, occasions
from curator.authorisation import Actor, Role
from curator.ids import new_id
from curator.notices import Kind
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, versions
from curator.tables_moderation import escalations

IS_OPEN = escalations.c.closed_ms.is_(None)


@dataclass(frozen=True, slots=True)
class Escalation:
    """One passing on. `to_account` is None for the administrators; `outcome` is "" while it is open."""

    id: str
    version_id: str
    account_id: str
    name: str
    to_account: str | None
    to_name: str
    words: str
    created_ms: int
    closed_ms: int | None
    outcome: str

    def is_for(self, actor: Actor) -> bool:
        """Whether this person decides about it now."""
        return Role.ADMINISTRATOR in actor.council or self.to_account == actor.account_id


def open_about(connection: Connection, version_id: str) -> Escalation | None:
    """To whom a version is passed on now; None when it is not."""
    return next(iter(_rows(connection, escalations.c.version_id == version_id, IS_OPEN)), None)


def of_version(connection: Connection, version_id: str) -> list[Escalation]:
    """Every time a version was passed on, oldest first."""
    return _rows(connection, escalations.c.version_id == version_id)


def every_open(connection: Connection) -> list[Escalation]:
    """What is passed on and still waits, oldest first."""
    waits = sa.select(versions.c.id).where(versions.c.state == "submitted")
    return _rows(connection, IS_OPEN, escalations.c.version_id.in_(waits))


def add(
    connection: Connection, version_id: str, *, by: str, to_account: str | None, words: str, now_ms: int
) -> None:  # fmt: skip
    """Stores that a version is passed on, and tells whoever it goes to; who may is the caller's business."""
    escalation_id = new_id()
    connection.execute(
        escalations.insert().values(
            id=escalation_id, version_id=version_id, account_id=by, to_account=to_account, words=words,
            created_ms=now_ms, outcome="",
        )
    )  # fmt: skip
    told = {to_account} if to_account else occasions.holders(connection, Role.ADMINISTRATOR)
    notices.tell(
        connection, told - {by}, Kind.PASSED_ON, f"version:{version_id}", mark=f"to {escalation_id}", now_ms=now_ms,
        outcome="", words=words,
    )  # fmt: skip


def close(connection: Connection, version_id: str, outcome: str, *, by: str, now_ms: int) -> None:
    """Notes what became of what was passed on, and tells who passed it on; harmless when nothing was.

    `outcome`: approved, rejected, asked, agreed (a second person is needed), passed_on, taken_back.
    """
    found = open_about(connection, version_id)
    if found is None:
        return
    connection.execute(
        escalations.update().where(escalations.c.id == found.id).values(closed_ms=now_ms, outcome=outcome)
    )
    notices.settle(connection, Kind.PASSED_ON, [f"version:{version_id}"], now_ms=now_ms)
    notices.tell(
        connection, {found.account_id} - {by}, Kind.PASSED_ON, f"version:{version_id}", mark=f"of {found.id}",
        now_ms=now_ms, outcome=outcome, words="",
    )  # fmt: skip


def _rows(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[Escalation]:
    to = accounts.alias("to_whom")
    query = (
        sa.select(escalations, accounts.c.name, to.c.name.label("to_name"))
        .select_from(
            escalations.join(accounts, escalations.c.account_id == accounts.c.id).outerjoin(
                to, escalations.c.to_account == to.c.id
            )
        )
        .where(*conditions)
        .order_by(escalations.c.created_ms, escalations.c.id)
    )
    return [
        Escalation(
            row["id"], row["version_id"], row["account_id"], name_of(row["name"]), row["to_account"],
            name_of(row["to_name"]) if row["to_account"] else "", row["words"], row["created_ms"], row["closed_ms"],
            row["outcome"],
        )
        for row in connection.execute(query).mappings()
    ]  # fmt: skip
