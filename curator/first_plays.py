"""Tells makers when what was approved lately has its first time on a screen, as soon as a programme says so."""

import sqlalchemy as sa

from curator import guide, occasions
from curator.notices import Kind
from curator.programme.hours import DAY_MS
from curator.store import Connection
from curator.tables import decisions, items, screens, versions
from curator.tables_notices import notices

FRESH_MS = 3 * DAY_MS
"""For so long after its approval a first play is news."""
MOST_AT_ONCE = 50
"""How many versions are looked for in the programmes in one go; the others come in the next."""


def look(connection: Connection, *, now_ms: int) -> list[tuple[str, str, int]]:
    """Versions nobody was told of yet, with the name of the screen and the instant of their first play. Reads only."""
    told = sa.exists().where(
        notices.c.kind == Kind.PLAYS_SOON.value, notices.c.subject == sa.literal("version:") + versions.c.id
    )
    query = (
        sa.select(versions.c.id, versions.c.item_id)
        .select_from(
            decisions.join(versions, decisions.c.version_id == versions.c.id).join(
                items, items.c.approved_version_id == versions.c.id
            )
        )
        .where(
            decisions.c.decision == "approved", decisions.c.created_ms > now_ms - FRESH_MS,
            versions.c.number == 1, items.c.withdrawn_ms.is_(None), ~told,
        )
        .order_by(decisions.c.created_ms.desc())
        .limit(MOST_AT_ONCE)
    )  # fmt: skip
    fresh = {row.item_id: row.id for row in connection.execute(query)}
    plays = guide.next_plays_of(connection, list(fresh), now_ms)
    return [(fresh[item_id], *found[0]) for item_id, found in plays.items() if found]


def follow(connection: Connection, *, now_ms: int) -> None:
    """Gives notice of what `look` finds."""
    for version_id, screen, at_ms in look(connection, now_ms=now_ms):
        zone = connection.execute(sa.select(screens.c.zone).where(screens.c.name == screen)).scalars().first()
        occasions.plays_soon(
            connection, version_id, screen=screen, at_ms=at_ms, zone=zone or "UTC", now_ms=now_ms
        )  # fmt: skip
