"""What one person did for the programme and the screens: which kinds of things, which ones, and when."""

from collections.abc import Iterator

import sqlalchemy as sa

from curator.store import Connection
from curator.tables import (
    bookings,
    drafts,
    live_events,
    nodes,
    pairings,
    programme_revisions,
    promises,
    rules,
    week_templates,
)

BY = (
    (bookings.c.created_by, bookings.c.id, bookings.c.created_ms),
    (drafts.c.account_id, drafts.c.id, drafts.c.created_ms),
    (live_events.c.created_by, live_events.c.id, live_events.c.created_ms),
    (nodes.c.paired_by, nodes.c.id, nodes.c.paired_ms),
    (pairings.c.decided_by, pairings.c.screen_id, pairings.c.created_ms),
    (programme_revisions.c.account_id, programme_revisions.c.number, programme_revisions.c.at_ms),
    (promises.c.created_by, promises.c.id, promises.c.created_ms),
    (rules.c.created_by, rules.c.id, rules.c.created_ms),
    (week_templates.c.created_by, week_templates.c.id, week_templates.c.created_ms),
)
"""Who, which and when, in each table of such things."""


def things(connection: Connection, account_id: str) -> Iterator[tuple[str, str, int]]:
    """Kind, id and instant of each, kind by kind."""
    for who, which, when in BY:
        query = sa.select(which, when).where(who == account_id).order_by(when)
        for row in connection.execute(query):
            yield str(who.table.name), str(row[0]), int(row[1])
