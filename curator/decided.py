"""What was decided: the newest about a version, a group's last ones, and how its versions have fared."""

import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, decisions, items, versions

FINAL = ("approved", "rejected")
ALLOWING = ("approved", "widened")
"""Decisions that come with a signed statement; the newest is the one that holds."""
IN_ORDER: tuple["sa.ColumnElement[int]", ...] = (decisions.c.created_ms, sa.literal_column("decisions.rowid"))


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a version. `reason` is a code of the policy, "" for an approval.

    `places` are the ids of the screens it is about, or the mark of all (see curator.places).
    """

    version_id: str
    sha256: str
    decision: str
    reason: str
    words: str
    account_id: str
    name: str
    created_ms: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """How a group's versions have been decided so far."""

    approved: int
    rejected: int


def decision_about(connection: Connection, version_id: str) -> Decision | None:
    """The newest decision about a version; None when nobody has decided (the first of two has not)."""
    chosen = decisions.c.version_id == version_id, decisions.c.decision.in_(FINAL)
    return next(iter(_decisions(connection, *chosen, most=1)), None)


def newest_word_about(connection: Connection, version_id: str) -> Decision | None:
    """As `decision_about`, and whatever else was said by a moderator counts: the agreement of the first of two."""
    return next(iter(_decisions(connection, decisions.c.version_id == version_id, most=1)), None)


def rejections_of(connection: Connection, version_id: str) -> list[Decision]:
    """Every rejection of a version, newest first."""
    return _decisions(connection, decisions.c.version_id == version_id, decisions.c.decision == "rejected", most=10)


def allowed_places(connection: Connection, version_id: str) -> tuple[str, ...]:
    """Where the newest approval of a version holds; () when there is none."""
    chosen = decisions.c.version_id == version_id, decisions.c.decision.in_(ALLOWING)
    return next((one.places for one in _decisions(connection, *chosen, most=1)), ())


def decisions_about_group(connection: Connection, group_id: str, *, most: int = 5) -> list[Decision]:
    """A group's newest decisions, newest first."""
    of_group = sa.select(versions.c.id).join(items, versions.c.item_id == items.c.id)
    chosen = decisions.c.version_id.in_(of_group.where(items.c.group_id == group_id))
    return _decisions(connection, chosen, decisions.c.decision.in_(FINAL), most=most)


def history(connection: Connection, group_id: str) -> History:
    """How many of a group's versions were approved and rejected."""
    return histories(connection, [group_id])[group_id]


def histories(connection: Connection, group_ids: Collection[str]) -> dict[str, History]:
    """The same of several groups: one question for all of them."""
    query = (
        sa.select(items.c.group_id, decisions.c.decision, sa.func.count())
        .select_from(
            decisions.join(versions, decisions.c.version_id == versions.c.id).join(
                items, versions.c.item_id == items.c.id
            )
        )
        .where(items.c.group_id.in_(sorted(group_ids)), decisions.c.decision.in_(FINAL))
        .group_by(items.c.group_id, decisions.c.decision)
    )
    counts = {(row[0], row[1]): row[2] for row in connection.execute(query)} if group_ids else {}
    return {one: History(counts.get((one, "approved"), 0), counts.get((one, "rejected"), 0)) for one in group_ids}


def signed_approvals(connection: Connection, version_ids: list[str]) -> dict[str, str]:
    """For each of these versions that is approved now: the newest signed approval of its bytes, as JSON text."""
    query = (
        sa.select(decisions.c.version_id, decisions.c.signed)
        .select_from(decisions.join(versions, decisions.c.version_id == versions.c.id))
        .where(
            decisions.c.decision.in_(ALLOWING), decisions.c.sha256 == versions.c.sha256,
            versions.c.state == "approved", versions.c.id.in_(version_ids),
        )
        .order_by(*IN_ORDER)
    )  # fmt: skip
    return {row.version_id: row.signed for row in connection.execute(query)}


def _decisions(connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int) -> list[Decision]:
    query = (
        sa.select(decisions, accounts.c.name)
        .select_from(decisions.join(accounts, decisions.c.account_id == accounts.c.id))
        .where(*conditions)
        .order_by(*(column.desc() for column in IN_ORDER))
        .limit(most)
    )
    return [
        Decision(
            version_id=row["version_id"], sha256=row["sha256"], decision=row["decision"], reason=row["reason"],
            words=row["words"], account_id=row["account_id"], name=name_of(row["name"]), created_ms=row["created_ms"],
            places=tuple(json.loads(row["places"])),
        )
        for row in connection.execute(query).mappings()
    ]  # fmt: skip
