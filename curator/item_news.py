"""What became of somebody's items, in a sentence each: for lists that tell it at a glance. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from curator import guide, policy
from curator.found_reasons import told
from curator.library import Item
from curator.store import Connection
from curator.tables import decisions
from curator.two_persons import AGREED
from curator.words import LANGUAGE


@dataclass(frozen=True, slots=True)
class News:
    """An item with its newest version's fate. `why` says in words why it cannot play, "" where nothing is against it.

    `decided_ms` is when somebody decided about the newest version; `next` is the screen and instant of the next play.
    """

    item: Item
    why: str
    decided_ms: int | None
    next: tuple[str, int] | None


def of(connection: Connection, some: Sequence[Item], now_ms: int) -> list[News]:
    """The news of these items, in their order."""
    newest = _decisions(connection, [item.newest.id for item in some])
    plays = guide.next_plays_of(connection, [item.id for item in some if item.approved], now_ms)
    return [
        News(
            item=item,
            why=_why(item, newest),
            decided_ms=newest[item.newest.id]["created_ms"] if item.newest.id in newest else None,
            next=next(iter(plays.get(item.id, [])), None),
        )
        for item in some
    ]


def _why(item: Item, newest: Mapping[str, sa.RowMapping]) -> str:
    version = item.newest
    if version.preparation == "refused":
        refusing = [one for one in told(version.reasons) if one.refuses]
        return refusing[0].sentence if refusing else ""
    if version.state != "rejected" or version.id not in newest:
        return ""
    reason = policy.reasons().get(newest[version.id]["reason"])
    return reason.told(LANGUAGE.get()).name if reason else ""


def _decisions(connection: Connection, version_ids: list[str]) -> dict[str, sa.RowMapping]:
    """The newest decision about each version that has one."""
    query = (
        sa.select(decisions.c.version_id, decisions.c.decision, decisions.c.reason, decisions.c.created_ms)
        .where(decisions.c.version_id.in_(version_ids), decisions.c.decision != AGREED)
        .order_by(decisions.c.created_ms)
    )
    return {row["version_id"]: row for row in connection.execute(query).mappings()}
