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
)
from curator.tables_programme import week_templates
from curator.tables_reports import open311_endpoints, street_reports
from curator.tables_taking_part import activities, free_text, wall_answers
from curator.tables_tickers import tickers

BY = (
    (activities.c.created_by, activities.c.id, activities.c.created_ms),
    (activities.c.decided_by, activities.c.id, activities.c.created_ms),
    (activities.c.replied_by, activities.c.id, activities.c.created_ms),
    (bookings.c.created_by, bookings.c.id, bookings.c.created_ms),
    (drafts.c.account_id, drafts.c.id, drafts.c.created_ms),
    (free_text.c.allowed_by, free_text.c.screen_id, free_text.c.allowed_ms),
    (live_events.c.created_by, live_events.c.id, live_events.c.created_ms),
    (nodes.c.paired_by, nodes.c.id, nodes.c.paired_ms),
    (open311_endpoints.c.made_by, open311_endpoints.c.id, open311_endpoints.c.created_ms),
    (pairings.c.decided_by, pairings.c.screen_id, pairings.c.created_ms),
    (programme_revisions.c.account_id, programme_revisions.c.number, programme_revisions.c.at_ms),
    (promises.c.created_by, promises.c.id, promises.c.created_ms),
    (rules.c.created_by, rules.c.id, rules.c.created_ms),
    (street_reports.c.allowed_by, street_reports.c.id, street_reports.c.allowed_ms),
    (street_reports.c.answered_by, street_reports.c.id, street_reports.c.answered_ms),
    (tickers.c.created_by, tickers.c.id, tickers.c.created_ms),
    (tickers.c.decided_by, tickers.c.id, tickers.c.created_ms),
    (wall_answers.c.decided_by, wall_answers.c.id, wall_answers.c.decided_ms),
    (week_templates.c.created_by, week_templates.c.id, week_templates.c.created_ms),
)
"""Who, which and when, in each table of such things."""


def things(connection: Connection, account_id: str) -> Iterator[tuple[str, str, int]]:
    """Kind, id and instant of each, kind by kind."""
    for who, which, when in BY:
        query = sa.select(which, when).where(who == account_id).order_by(when)
        for row in connection.execute(query):
            yield str(who.table.name), str(row[0]), int(row[1])
