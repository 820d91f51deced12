"""Promises: the longest wait between two plays of a group, while the screen is lit and unbooked."""

import sqlalchemy as sa

from curator import audit
from curator.ids import new_id
from curator.scopes import refuse_unknown
from curator.store import Connection
from curator.tables import groups, promises
from curator.words import N_, Told


class BadPromise(Told):
    """A promise that cannot be made."""


def put(
    connection: Connection,
    scope: str,
    group_id: str,
    daypart_id: str,
    every_ms: int | None,
    *,
    now_ms: int,
    by: str | None,
) -> None:
    """Promises a group a play at least every `every_ms` there and then; None ends the promise.

    Raises BadPromise, or BadScope for a place or daypart that is not there.
    """
    if every_ms is not None:
        refuse_unknown(connection, scope, daypart_id)
    if connection.execute(sa.select(groups.c.id).where(groups.c.id == group_id)).first() is None:
        raise BadPromise(N_("There is no such group."))
    mine = (
        promises.c.scope == scope, promises.c.group_id == group_id, promises.c.daypart_id == daypart_id,
        promises.c.ended_ms.is_(None),
    )  # fmt: skip
    ended = connection.execute(promises.update().where(*mine).values(ended_ms=now_ms)).rowcount
    if every_ms is not None:
        connection.execute(
            promises.insert().values(
                id=new_id(), scope=scope, group_id=group_id, daypart_id=daypart_id, every_ms=every_ms, created_by=by,
                created_ms=now_ms,
            )
        )  # fmt: skip
    if ended or every_ms is not None:
        audit.record(
            connection, now_ms, by, "promise.put", scope, group=group_id, daypart=daypart_id, every_ms=every_ms
        )
