"""Revisions of the programme: what was published together, by whom and when. The newest number is the programme's.

A revision names the screens it asked to change at short notice; the publisher then keeps no promise there, once.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from content.reading import Reader
from curator import audit
from curator.person_words import name_of
from curator.programme.changes import BookingCancelled, BookingPut, Change, change_json, read_change
from curator.store import Connection
from curator.tables import accounts, booking_screens, facts, programme_revisions, screens

MOST_CHANGES = 200
"""How many changes are published together at most, and how many a draft holds."""
LARGEST_CHANGES_BYTES = 4 << 20
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Revision:
    """What was published together. `account_id` and `name` are "" for somebody who is no more."""

    number: int
    at_ms: int
    account_id: str
    name: str
    changes: tuple[Change, ...]


def newest(connection: Connection) -> int:
    """The programme's revision; 0 before the first."""
    return connection.execute(sa.select(sa.func.max(programme_revisions.c.number))).scalar() or 0


def since(connection: Connection, number: int, *, most: int = MOST_LISTED) -> list[Revision]:
    """The first `most` revisions after `number`, the oldest first."""
    query = (
        sa.select(programme_revisions, accounts.c.name)
        .join(accounts, accounts.c.id == programme_revisions.c.account_id, isouter=True)
        .where(programme_revisions.c.number > number)
        .order_by(programme_revisions.c.number)
        .limit(most)
    )
    return [
        Revision(
            row.number,
            row.at_ms,
            row.account_id or "",
            name_of(row.name) if row.account_id else "",
            changes_of(row.changes),
        )
        for row in connection.execute(query)
    ]


def add(connection: Connection, changes: Sequence[Change], *, now_ms: int, by: str, at_once: bool) -> int:
    """Notes that these changes, already performed, were published; gives the new revision's number."""
    number = newest(connection) + 1
    connection.execute(
        programme_revisions.insert().values(
            number=number, at_ms=now_ms, account_id=by, changes=changes_text(changes)
        )
    )  # fmt: skip
    for screen_id in screens_of(connection, changes) if at_once else ():
        _ask_short_notice(connection, screen_id, number)
    audit.record(
        connection, now_ms, by, "programme.publish", f"programme:{number}", changes=len(changes), at_once=at_once
    )
    return number


def screens_of(connection: Connection, changes: Iterable[Change]) -> list[str]:
    """The ids of the screens that these changes concern, sorted. A booking's are those before and after the change."""
    found: set[str] = set()
    for change in changes:
        if isinstance(change, BookingPut | BookingCancelled):
            booking_id = change.booking.id if isinstance(change, BookingPut) else change.booking_id
            found.update(change.booking.screens if isinstance(change, BookingPut) else ())
            of_booking = sa.select(booking_screens.c.screen_id).where(booking_screens.c.booking_id == booking_id)
            found.update(connection.execute(of_booking).scalars())
        else:
            found.update(_in_scope(connection, change.scope))
    return sorted(found)


def short_notice(connection: Connection, screen_id: str) -> str:
    """A mark that somebody asked for short notice on this screen and it has not been published since; "" if nobody."""
    return connection.execute(sa.select(facts.c.value).where(facts.c.name == _notice(screen_id))).scalar() or ""


def short_notice_given(connection: Connection, screen_id: str, mark: str) -> None:
    """Forgets the request with this mark; a newer one stays."""
    connection.execute(facts.delete().where(facts.c.name == _notice(screen_id), facts.c.value == mark))


def changes_text(changes: Sequence[Change]) -> str:
    """JSON for the tables."""
    return json.dumps([change_json(change) for change in changes], ensure_ascii=False)


def changes_of(text: str) -> tuple[Change, ...]:
    """What `changes_text` wrote. Raises BadDocument."""
    reader = Reader.of_bytes(text.encode(), limit_bytes=LARGEST_CHANGES_BYTES)
    return tuple(read_change(place) for place in reader.items(most=MOST_CHANGES))


def _in_scope(connection: Connection, scope: str) -> list[str]:
    kind, _mark, scope_id = scope.partition(":")
    if kind == "screen":
        return [scope_id]
    column = {"screen_group": screens.c.screen_group_id, "site": screens.c.site_id}.get(kind)
    where = [screens.c.retired_ms.is_(None)] if column is None else [column == scope_id]
    return list(connection.execute(sa.select(screens.c.id).where(*where)).scalars())


def _ask_short_notice(connection: Connection, screen_id: str, number: int) -> None:
    connection.execute(facts.delete().where(facts.c.name == _notice(screen_id)))
    connection.execute(facts.insert().values(name=_notice(screen_id), value=str(number)))


def _notice(screen_id: str) -> str:
    return f"short_notice:{screen_id}"
