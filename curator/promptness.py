"""How long groups wait for a decision: published, so that a council can be held to it."""

from dataclasses import dataclass
from math import ceil

import sqlalchemy as sa

from curator.store import Connection
from curator.tables import decisions

WINDOW_MS = 90 * 86_400_000
"""Decisions of the last ninety days count."""


@dataclass(frozen=True, slots=True)
class Promptness:
    """Of `count` decisions half came within `median_ms`, nine of ten within `p90_ms` (nearest rank)."""

    count: int
    median_ms: int
    p90_ms: int


def of_decisions(connection: Connection, now_ms: int) -> Promptness | None:
    """How long what was decided in the last ninety days had waited; None when nothing was."""
    query = (
        sa.select(decisions.c.waited_ms)
        .where(decisions.c.waited_ms.is_not(None), decisions.c.created_ms > now_ms - WINDOW_MS)
        .order_by(decisions.c.waited_ms)
    )
    waited = [row.waited_ms for row in connection.execute(query)]
    return Promptness(len(waited), _rank(waited, 50), _rank(waited, 90)) if waited else None


def _rank(rising: list[int], percent: int) -> int:
    return rising[ceil(len(rising) * percent / 100) - 1]
