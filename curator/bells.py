"""The notes that strangers set on the bells: kept across hours, the newest in the round, nobody's by name."""

from collections.abc import Sequence

import sqlalchemy as sa

from curator.store import Connection
from curator.tables_taking_part import bell_notes
from curator.votes import BUCKET_MS
from kiosks.activities.bells import MOST_NOTES, MOST_OF_ONE

KEPT = 10 * MOST_NOTES
"""Notes of one round that are stored; older ones are heard no more, and go."""


def turn(connection: Connection, activity: str, cell: int, *, writer: str, screen: str, now_ms: int) -> None:
    """Sets a note of this pass, or takes it away when it had set it; beyond MOST_OF_ONE its oldest gives way."""
    mine = sa.and_(bell_notes.c.activity_id == activity, bell_notes.c.writer == writer)
    if connection.execute(bell_notes.delete().where(mine, bell_notes.c.cell == cell)).rowcount:
        return
    row = {"activity_id": activity, "writer": writer, "cell": cell, "screen_id": screen}
    connection.execute(bell_notes.insert().values(row | {"at_ms": now_ms - now_ms % BUCKET_MS}))
    _keep_newest(connection, mine, MOST_OF_ONE)
    _keep_newest(connection, bell_notes.c.activity_id == activity, KEPT)


def put(
    connection: Connection, activity: str, cells: Sequence[int], *, writer: str, screen: str, now_ms: int
) -> None:  # fmt: skip
    """Has these be all the notes of this pass, in the order in which they were set; those it had keep their age."""
    mine = sa.and_(bell_notes.c.activity_id == activity, bell_notes.c.writer == writer)
    connection.execute(bell_notes.delete().where(mine, bell_notes.c.cell.not_in(cells)))
    there = of_pass(connection, activity, writer)
    for cell in cells[-MOST_OF_ONE:]:
        if cell not in there:
            turn(connection, activity, cell, writer=writer, screen=screen, now_ms=now_ms)


def pattern(connection: Connection, activity: str) -> tuple[int, ...]:
    """The notes in the round: the newest MOST_NOTES places, the newest last."""
    last = sa.func.max(bell_notes.c.number)
    query = sa.select(bell_notes.c.cell).where(bell_notes.c.activity_id == activity).group_by(bell_notes.c.cell)
    return tuple(reversed(connection.execute(query.order_by(last.desc()).limit(MOST_NOTES)).scalars().all()))


def of_pass(connection: Connection, activity: str, writer: str) -> frozenset[int]:
    """The notes that this pass set."""
    query = sa.select(bell_notes.c.cell).where(bell_notes.c.activity_id == activity, bell_notes.c.writer == writer)
    return frozenset(connection.execute(query).scalars())


def _keep_newest(connection: Connection, those: sa.ColumnElement[bool], most: int) -> None:
    query = sa.select(bell_notes.c.number).where(those).order_by(bell_notes.c.number.desc()).offset(most)
    old = connection.execute(query).scalars().all()
    if old:
        connection.execute(bell_notes.delete().where(bell_notes.c.number.in_(old)))
