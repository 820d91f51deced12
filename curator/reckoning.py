"""Air time reckoned up: what groups got on a screen, what they will get, and what they are owed. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from content.programme.engine import Programme
from curator.kept import Kept
from curator.programme import ahead
from curator.programme.accounts import AsRun, Reckoning, aired, planned, together
from curator.programme.hours import DAY_MS
from curator.programme.published import Published, newest_of
from curator.screens import Screen
from curator.store import Connection
from curator.tables import air_time, as_run, items, promises

DAYS = 7
GOOD_FOR_MS = 60_000
"""How long the sums of the past days of a screen group are good, as are those of what is owed."""
_PAST: Kept[Reckoning] = Kept(1_000)
MOST_ROWS = 500_000
"""Rows of one screen and week; half a million plays of more than a second each."""


@dataclass(frozen=True, slots=True)
class ScreenBooks:
    """A screen's `past` by its records; what is `published` (None before the first) for what is to come."""

    screen: Screen
    past: Reckoning
    published: Published | None


@dataclass(frozen=True, slots=True)
class Books:
    """One or several screens: the last seven days, the next seven (as far as they are laid out), and what is owed now.

    Balances are in ms; a positive one is made good by and by. `coming` is None before the first programme.
    """

    past: Reckoning
    coming: Reckoning | None
    owed_ms: Mapping[str, int]


def of_screen(connection: Connection, screen: Screen, now_ms: int) -> ScreenBooks:
    """What is stored about one screen's air time. Reading a week takes a moment: not for the event loop."""
    return of_screens(connection, [screen], now_ms)[0]


def of_group(connection: Connection, some: Sequence[Screen], now_ms: int) -> list[ScreenBooks]:
    """The same of many screens, in their order; what is past is as of the last minute in which somebody asked."""
    kept = {screen.id: found for screen in some if (found := _PAST.get(connection, (screen.id, now_ms // GOOD_FOR_MS)))}
    new = of_screens(connection, [screen for screen in some if screen.id not in kept], now_ms)
    for one in new:
        kept[one.screen.id] = _PAST.put(connection, (one.screen.id, now_ms // GOOD_FOR_MS), one.past)
    published = newest_of(connection, [screen.id for screen in some])
    return [ScreenBooks(screen, kept[screen.id], published.get(screen.id)) for screen in some]


def of_screens(connection: Connection, some: Sequence[Screen], now_ms: int) -> list[ScreenBooks]:
    """The same of several screens, in their order: two questions for all of them."""
    if not some:
        return []
    ids = [screen.id for screen in some]
    published, rows = newest_of(connection, ids), _rows(connection, ids, now_ms - DAYS * DAY_MS, now_ms)
    return [
        ScreenBooks(
            screen, aired(rows.get(screen.id, ()), screen.zone, *_last_days(now_ms)), published.get(screen.id)
        )
        for screen in some
    ]  # fmt: skip


def books(of: list[ScreenBooks], now_ms: int) -> Books:
    """The sums over these screens. Evaluates a week of programme: call it in a thread."""
    laid = [(one.screen.zone, one.published) for one in of if one.published is not None]
    owed: dict[str, int] = {}
    for _zone, published in laid:
        for group, balance_ms in ahead.owed(published, now_ms).items():
            owed[group] = owed.get(group, 0) + balance_ms
    ahead_of = [ahead.coming(published, zone, now_ms, DAYS * DAY_MS) for zone, published in laid]
    return Books(together([one.past for one in of]), together(ahead_of) if ahead_of else None, owed)


def coming(laid: list[tuple[str, Programme]], now_ms: int) -> Reckoning | None:
    """What programmes, each with its zone, hold in the next seven days; None when there is none."""
    if not laid:
        return None
    windows = [(max(now_ms, programme.span[0]), programme.span[1]) for _zone, programme in laid]
    return together([
        planned(programme, zone, from_ms, max(from_ms, min(to_ms, now_ms + DAYS * DAY_MS)))
        for (zone, programme), (from_ms, to_ms) in zip(laid, windows, strict=True)
    ])  # fmt: skip


def weights_of(connection: Connection, scope: str) -> dict[tuple[str, str], int]:
    """The weights given in a scope itself, by group and daypart ("" for all other times)."""
    query = sa.select(air_time.c.group_id, air_time.c.daypart_id, air_time.c.weight).where(air_time.c.scope == scope)
    return {(row.group_id, row.daypart_id): row.weight for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Promised:
    """A group was promised a play at least every `every_ms`, in a daypart ("" always)."""

    group_id: str
    daypart_id: str
    every_ms: int


def promises_of(connection: Connection, scope: str) -> list[Promised]:
    """The promises that stand in a scope, the oldest first."""
    query = (
        sa.select(promises.c.group_id, promises.c.daypart_id, promises.c.every_ms)
        .where(promises.c.scope == scope, promises.c.ended_ms.is_(None))
        .order_by(promises.c.created_ms, promises.c.id)
    )
    return [Promised(*row) for row in connection.execute(query)]


def _last_days(now_ms: int) -> tuple[int, int]:
    return now_ms - DAYS * DAY_MS, now_ms


def _rows(connection: Connection, screen_ids: Sequence[str], from_ms: int, to_ms: int) -> dict[str, list[AsRun]]:
    query = (
        sa.select(
            as_run.c.screen_id, as_run.c.start_ms, as_run.c.duration_ms, as_run.c.layer, items.c.group_id,
            as_run.c.outcome, as_run.c.cause,
        )
        .select_from(as_run.outerjoin(items, as_run.c.item_id == items.c.id))
        .where(
            as_run.c.screen_id.in_(screen_ids),
            as_run.c.start_ms >= from_ms - DAY_MS,
            as_run.c.start_ms < to_ms,
        )
        .order_by(as_run.c.start_ms)
        .limit(MOST_ROWS * max(1, len(screen_ids)))
    )  # fmt: skip
    found: dict[str, list[AsRun]] = {}
    for screen_id, *row in connection.execute(query):
        found.setdefault(screen_id, []).append(AsRun(*row))
    return found
