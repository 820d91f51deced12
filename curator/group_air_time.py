"""What a group had of its air time, on all screens together, and what it is owed. Reads only."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator.programme.ahead import owed
from curator.programme.hours import DAY_MS
from curator.programme.published import every_newest
from curator.store import Connection
from curator.tables import as_run, items

DAYS = 7
_WAS_ON = ("complete", "partial")


@dataclass(frozen=True, slots=True)
class GroupAirTime:
    """The last seven days: `used_ms` on `screens` screens in `plays` plays.

    `owed_ms` is what its screens' programmes still have to make good (negative: it had more than its share), and
    `has_share` whether it has a share on any screen.
    """

    used_ms: int
    plays: int
    screens: int
    owed_ms: int
    has_share: bool


def of_groups(connection: Connection, group_ids: list[str], now_ms: int) -> dict[str, GroupAirTime]:
    """The air time of these groups, by their ids."""
    if not group_ids:
        return {}
    balances = [owed(one, now_ms) for one in every_newest(connection).values()]
    found = {}
    for group_id in group_ids:
        query = (
            sa.select(
                sa.func.coalesce(sa.func.sum(as_run.c.duration_ms), 0).label("used_ms"),
                sa.func.count().label("plays"),
                sa.func.count(sa.distinct(as_run.c.screen_id)).label("screens"),
            )
            .select_from(items.join(as_run, as_run.c.item_id == items.c.id))
            .where(items.c.group_id == group_id, *was_on(now_ms - DAYS * DAY_MS, now_ms))
        )
        row = connection.execute(query).one()
        mine = [balance[group_id] for balance in balances if group_id in balance]
        found[group_id] = GroupAirTime(int(row.used_ms), int(row.plays), int(row.screens), sum(mine), bool(mine))
    return found


def was_on(from_ms: int, to_ms: int) -> tuple["sa.ColumnElement[bool]", ...]:
    """Conditions for rows of what was on, wholly or in part, and began in [from_ms, to_ms)."""
    return as_run.c.start_ms >= from_ms, as_run.c.start_ms < to_ms, as_run.c.outcome.in_(_WAS_ON)
