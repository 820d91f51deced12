"""A group's statistics: how often its items were really on, by item, by screen and by week. Reads only.

Counted from what screens reported; a play that was cut short counts, one that was missed does not.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from curator.group_air_time import was_on
from curator.programme.hours import day_start, wall
from curator.store import Connection
from curator.tables import as_run, items, screens

WEEKS = 12
"""How many weeks the statistics go back, this one included."""
MOST_LINES = 100
"""How many items and how many screens are listed, those with most plays first."""


@dataclass(frozen=True, slots=True)
class ItemPlays:
    """How often an item was on. `last_ms` is the start of its last play."""

    item_id: str
    title: str
    is_withdrawn: bool
    plays: int
    duration_ms: int
    screens: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class ScreenPlays:
    """How often a group was on one screen."""

    name: str
    slug: str
    is_retired: bool
    plays: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class WeekPlays:
    """How often a group was on in the week that begins with Monday `first`."""

    first: date
    plays: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class GroupPlays:
    """The statistics of a group since `from_ms`; `more` items and `more_screens` are counted and not listed."""

    from_ms: int
    plays: int
    duration_ms: int
    items: list[ItemPlays]
    more_items: int
    screens: list[ScreenPlays]
    more_screens: int
    weeks: list[WeekPlays]

    @property
    def most_in_a_week(self) -> int:
        """The plays of the week that had most."""
        return max((week.plays for week in self.weeks), default=0)


def of_group(connection: Connection, group_id: str, zone: str, now_ms: int) -> GroupPlays:
    """The statistics of the last `WEEKS` weeks; weeks begin on Monday in `zone`."""
    firsts = _mondays(zone, now_ms)
    starts = [day_start(zone, first) for first in firsts]
    mine = (items.c.group_id == group_id, *was_on(starts[-1], now_ms))
    weeks = _weeks(connection, mine, firsts, starts)
    every_item, every_screen = _items(connection, mine), _screens(connection, mine)
    return GroupPlays(
        from_ms=starts[-1],
        plays=sum(week.plays for week in weeks),
        duration_ms=sum(week.duration_ms for week in weeks),
        items=every_item[:MOST_LINES],
        more_items=max(0, len(every_item) - MOST_LINES),
        screens=every_screen[:MOST_LINES],
        more_screens=max(0, len(every_screen) - MOST_LINES),
        weeks=weeks,
    )


def _mondays(zone: str, now_ms: int) -> list[date]:
    today = wall(zone, now_ms).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=week) for week in range(WEEKS)]


_COUNT = sa.func.count().label("plays")
_LENGTH = sa.func.coalesce(sa.func.sum(as_run.c.duration_ms), 0).label("duration_ms")
_OF_ITEMS = items.join(as_run, as_run.c.item_id == items.c.id)


def _items(connection: Connection, mine: tuple["sa.ColumnElement[bool]", ...]) -> list[ItemPlays]:
    query = (
        sa.select(
            items.c.id, items.c.title, items.c.withdrawn_ms, _COUNT, _LENGTH,
            sa.func.count(sa.distinct(as_run.c.screen_id)).label("screens"),
            sa.func.max(as_run.c.start_ms).label("last_ms"),
        )
        .select_from(_OF_ITEMS)
        .where(*mine)
        .group_by(items.c.id)
        .order_by(sa.desc("plays"), items.c.title)
    )  # fmt: skip
    return [
        ItemPlays(
            row.id, row.title, row.withdrawn_ms is not None, row.plays, row.duration_ms, row.screens, row.last_ms
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def _screens(connection: Connection, mine: tuple["sa.ColumnElement[bool]", ...]) -> list[ScreenPlays]:
    query = (
        sa.select(screens.c.name, screens.c.slug, screens.c.retired_ms, _COUNT, _LENGTH)
        .select_from(_OF_ITEMS.join(screens, as_run.c.screen_id == screens.c.id))
        .where(*mine)
        .group_by(screens.c.id)
        .order_by(sa.desc("plays"), screens.c.name)
    )
    return [
        ScreenPlays(row.name, row.slug, row.retired_ms is not None, row.plays, row.duration_ms)
        for row in connection.execute(query)
    ]


def _weeks(
    connection: Connection, mine: tuple["sa.ColumnElement[bool]", ...], firsts: list[date], starts: list[int]
) -> list[WeekPlays]:
    # The newest week that begins no later than the play does.
    of_week = sa.case(*((as_run.c.start_ms >= start_ms, week) for week, start_ms in enumerate(starts)))
    query = sa.select(of_week.label("week"), _COUNT, _LENGTH).select_from(_OF_ITEMS).where(*mine).group_by("week")
    counted = {row.week: (row.plays, row.duration_ms) for row in connection.execute(query)}
    return [WeekPlays(first, *counted.get(week, (0, 0))) for week, first in enumerate(firsts)]
