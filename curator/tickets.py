"""Upload tickets: somebody without an account hands a group some files, by a link or its QR code.

A ticket says how many files, how large, and until when. It is good as long as whoever made it may hand out tickets for
that group. Its files wait for the group, which submits them to the moderators or leaves them.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from content.signing import random_token
from curator import accounts, audit
from curator.accounts import token_hash
from curator.authorisation import Action
from curator.ids import new_id
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import groups, tickets, uploads
from curator.words import N_, Told

MOST_FILES = 20
MOST_DAYS = 30
MOST_OPEN = 50
"""Open tickets of one group."""
LONGEST_NOTE = 300
MB = 1_000_000
DAY_MS = 86_400_000


class BadTicket(Told):
    """A ticket that cannot be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket. `files` may be handed in with it in all, `left` still; `most_bytes` is the most of one file."""

    id: str
    group_id: str
    group_name: str
    made_by: str
    maker: str
    note: str
    files: int
    left: int
    most_bytes: int
    created_ms: int
    expires_ms: int
    revoked_ms: int | None

    def is_open(self, now_ms: int) -> bool:
        """Whether files may be handed in with it."""
        return self.left > 0 and self.revoked_ms is None and self.expires_ms > now_ms


def make(
    connection: Connection, *, group_id: str, files: int, most_bytes: int, days: int, note: str, now_ms: int, by: str
) -> tuple[Ticket, str]:
    """A new ticket and its secret, which is kept nowhere. Raises BadTicket when the group has too many open ones."""
    if sum(one.is_open(now_ms) for one in of_group(connection, group_id)) >= MOST_OPEN:
        raise BadTicket(N_("The group has %(most)s open tickets. Revoke some first."), most=MOST_OPEN)
    ticket_id, token = new_id(), random_token()
    connection.execute(
        tickets.insert().values(
            id=ticket_id, token_sha256=token_hash(token), group_id=group_id, made_by=by, note=note, files=files,
            left=files, most_bytes=most_bytes, created_ms=now_ms, expires_ms=now_ms + days * DAY_MS,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by, "ticket.make", f"group:{group_id}", ticket=ticket_id, files=files)
    row = connection.execute(_QUERY.where(tickets.c.id == ticket_id)).mappings().one()
    return _read(row), token


def of_group(connection: Connection, group_id: str, most: int = 200) -> list[Ticket]:
    """A group's tickets, newest first."""
    query = _QUERY.where(tickets.c.group_id == group_id).order_by(tickets.c.created_ms.desc(), tickets.c.id).limit(most)
    return [_read(row) for row in connection.execute(query).mappings()]


def by_token(connection: Connection, token: str, now_ms: int) -> Ticket | None:
    """The ticket with this secret; None when nothing can be handed in with it (any more)."""
    return _good(connection, tickets.c.token_sha256 == token_hash(token), now_ms)


def take(connection: Connection, ticket_id: str, now_ms: int) -> bool:
    """Uses a ticket up by one file, in the transaction that opens its upload; False when there is none left."""
    if _good(connection, tickets.c.id == ticket_id, now_ms) is None:
        return False
    taken = connection.execute(
        tickets.update().where(tickets.c.id == ticket_id, tickets.c.left > 0).values(left=tickets.c.left - 1)
    )
    return taken.rowcount == 1


def give_back(connection: Connection, upload_ids: list[str]) -> None:
    """Uploads that are dropped unfinished count no more."""
    dropped = sa.select(uploads.c.ticket_id, sa.func.count().label("count")).where(
        uploads.c.id.in_(upload_ids), uploads.c.finished_ms.is_(None), uploads.c.ticket_id.is_not(None)
    )
    for row in connection.execute(dropped.group_by(uploads.c.ticket_id)).all():
        more = sa.func.min(tickets.c.left + row[1], tickets.c.files)
        connection.execute(tickets.update().where(tickets.c.id == row[0]).values(left=more))


def left(connection: Connection, ticket_id: str) -> int:
    """How many files may still be handed in with it."""
    return int(connection.execute(sa.select(tickets.c.left).where(tickets.c.id == ticket_id)).scalar() or 0)


def revoke(connection: Connection, group_id: str, ticket_id: str, *, now_ms: int, by: str) -> None:
    """Ends a ticket of this group; what was handed in stays. Harmless when it is over."""
    ended = connection.execute(
        tickets.update()
        .where(tickets.c.id == ticket_id, tickets.c.group_id == group_id, tickets.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    if ended.rowcount:
        audit.record(connection, now_ms, by, "ticket.revoke", f"group:{group_id}", ticket=ticket_id)


def _good(connection: Connection, condition: "sa.ColumnElement[bool]", now_ms: int) -> Ticket | None:
    row = connection.execute(_QUERY.where(condition)).mappings().first()
    if row is None:
        return None
    ticket = _read(row)
    maker = accounts.actor(connection, ticket.made_by)
    is_good = ticket.is_open(now_ms) and maker is not None and maker.may(Action.HAND_OUT, group=ticket.group_id)
    return ticket if is_good else None


def _read(row: sa.RowMapping) -> Ticket:
    return Ticket(**{**row, "maker": name_of(row["maker"])})


_QUERY = sa.select(
    *(tickets.c[name] for name in Ticket.__slots__ if name not in {"group_name", "maker"}),
    groups.c.name.label("group_name"), people.c.name.label("maker"),
).select_from(
    tickets.join(groups, tickets.c.group_id == groups.c.id).join(people, tickets.c.made_by == people.c.id)
)  # fmt: skip
