"""Street reports as others learn of them: programs by number, category and time, screens what became of the newest."""

from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from content.reading import BadDocument, Reader
from curator import report_categories, street_reports
from curator.store import Connection
from curator.street_reports import Report
from curator.tables_reports import street_reports as rows
from kiosks.activities.answers import SignedAnswer, read_answer
from kiosks.messages import MOST_SHOWN

LARGEST_ROW_BYTES = 4 << 10


@dataclass(frozen=True, slots=True)
class Public:
    """Which reports other programs ask for: some by their numbers, or those of some kinds and times."""

    numbers: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    is_open: bool | None = None
    from_ms: int = 0
    to_ms: int = 0
    most: int = 100


def public(connection: Connection, wanted: Public) -> list[Report]:
    """Reports that were not taken back, the newest first. What they hold is not all public: see `curator.open311`."""
    standing = rows.c.state != "withdrawn"
    if wanted.numbers:
        return street_reports.read(connection, standing, rows.c.number.in_(wanted.numbers), most=len(wanted.numbers))
    conditions = [standing, rows.c.written_ms >= wanted.from_ms, rows.c.written_ms < wanted.to_ms]
    if wanted.codes:
        ids = [one.id for one in report_categories.by_id(connection).values() if one.code in wanted.codes]
        conditions.append(rows.c.category_id.in_(ids))
    if wanted.is_open is not None:
        is_open = rows.c.state.in_(street_reports.OPEN)
        conditions.append(is_open if wanted.is_open else sa.not_(is_open))
    return street_reports.read(connection, *conditions, most=wanted.most)


def shown(connection: Connection, screen_id: str) -> tuple[SignedAnswer, ...]:
    """What a screen tells of the newest reports about its place, signed: those that somebody has looked at."""
    query = sa.select(rows.c.statement).where(rows.c.screen_id == screen_id, rows.c.statement != "")
    found = connection.execute(query.order_by(rows.c.changed_ms.desc(), rows.c.number.desc()).limit(MOST_SHOWN))
    told = []
    for row in found.scalars():
        # Words that a screen would not take must not keep the others from it.
        with suppress(BadDocument):
            told.append(read_answer(Reader.of_bytes(row.encode(), limit_bytes=LARGEST_ROW_BYTES)))
    return tuple(told)


def counts(connection: Connection, screen_id: str) -> tuple[int, int, int]:
    """How many were reported at a screen, how many of them are open, and how many are done."""
    query = sa.select(rows.c.state, sa.func.count()).where(rows.c.screen_id == screen_id, rows.c.state != "withdrawn")
    by_state = {row[0]: row[1] for row in connection.execute(query.group_by(rows.c.state))}
    is_open = sum(by_state.get(state, 0) for state in street_reports.OPEN)
    return sum(by_state.values()), is_open, by_state.get("done", 0)
