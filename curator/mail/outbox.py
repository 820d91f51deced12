"""The outbox: mails that are to be sent, kept until somebody has taken them or they are of no use any more.

A mail is put here in the transaction of what it tells of. Its text may hold a secret link: it is shown on no page,
stands in no log, and is gone from the database once the mail is on its way.
"""

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from curator.ids import new_id
from curator.mail.addresses import mailable
from curator.store import Connection
from curator.tables import mails

TOPIC = "mail"
"""Hinted when something was put into the outbox."""
MOST_KEPT = 2_000
LONGEST_SUBJECT = 200
LONGEST_ERROR = 300
PAUSES_MS = tuple(minutes * 60_000 for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long after each failed try the next one comes; after the last a mail has failed and waits for a person."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be sent. `state`: waiting or failed; `good_until_ms`: of no use afterwards."""

    id: str
    recipient: str
    language: str
    subject: str
    body: str
    state: str
    tries: int
    error: str
    created_ms: int
    next_ms: int
    good_until_ms: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one try: `error` is "" when the mail is on its way; `is_final`: trying again is no use."""

    mail_id: str
    error: str = ""
    is_final: bool = False


def put(
    connection: Connection, *, recipient: str, language: str, subject: str, body: str, now_ms: int,
    good_until_ms: int | None = None,
) -> bool:  # fmt: skip
    """Queues a mail. False, and nothing is queued, when no mail can go to that address or the outbox is full."""
    address = mailable(recipient)
    if address is None:
        _LOG.warning("a mail was not queued: no mail can be sent to an address of that form")
        return False
    if count(connection) >= MOST_KEPT:
        _LOG.error("a mail was not queued: %s are waiting already", MOST_KEPT)
        return False
    connection.execute(
        mails.insert().values(
            id=new_id(), recipient=address, language=language, subject=" ".join(subject.split())[:LONGEST_SUBJECT],
            body=body, state="waiting", tries=0, error="", created_ms=now_ms, next_ms=now_ms,
            good_until_ms=good_until_ms,
        )
    )  # fmt: skip
    return True


def count(connection: Connection) -> int:
    """How many mails are in the outbox."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(mails)).scalar_one())


def due(connection: Connection, now_ms: int, most: int) -> list[Mail]:
    """The mails to be tried now, oldest first; none whose time is over."""
    query = (
        _QUERY.where(mails.c.state == "waiting", mails.c.next_ms <= now_ms)
        .where(sa.or_(mails.c.good_until_ms.is_(None), mails.c.good_until_ms > now_ms))
        .order_by(mails.c.next_ms, mails.c.created_ms)
        .limit(most)
    )
    return [Mail(**row) for row in connection.execute(query).mappings()]


def every(connection: Connection) -> list[Mail]:
    """What is in the outbox: what failed first, then the newest."""
    query = _QUERY.order_by(mails.c.state, mails.c.created_ms.desc())
    return [Mail(**row) for row in connection.execute(query).mappings()]


def note(connection: Connection, tried: list[Tried], now_ms: int) -> None:
    """Stores what became of each: those on their way are gone from the outbox, the others wait or have failed."""
    for one in tried:
        of_this = mails.c.id == one.mail_id
        if not one.error:
            connection.execute(mails.delete().where(of_this))
            continue
        tries = connection.execute(sa.select(mails.c.tries).where(of_this)).scalar()
        if tries is None:
            continue  # removed meanwhile
        is_over = one.is_final or tries >= len(PAUSES_MS)
        changes = {"tries": tries + 1, "error": _plain(one.error)} | (
            {"state": "failed"} if is_over else {"next_ms": now_ms + PAUSES_MS[tries]}
        )
        connection.execute(mails.update().where(of_this).values(**changes))


def forget_useless(connection: Connection, now_ms: int) -> None:
    """Removes mails whose time is over, such as those with a link that no longer works."""
    connection.execute(mails.delete().where(mails.c.good_until_ms <= now_ms))


def try_again(connection: Connection, mail_id: str, now_ms: int) -> None:
    """Has a mail tried at once, with all its tries before it."""
    connection.execute(
        mails.update().where(mails.c.id == mail_id).values(state="waiting", tries=0, error="", next_ms=now_ms)
    )


def remove(connection: Connection, mail_id: str) -> None:
    """Drops a mail; harmless when it is gone."""
    connection.execute(mails.delete().where(mails.c.id == mail_id))


def stuck(connection: Connection) -> tuple[int, str]:
    """How many mails could not be sent, or not for three tries, and what was last answered."""
    query = (
        sa.select(mails.c.error)
        .where(sa.or_(mails.c.state == "failed", mails.c.tries >= 3))
        .order_by(mails.c.created_ms.desc())
    )
    errors = connection.execute(query).scalars().all()
    return len(errors), errors[0] if errors else ""


def _plain(error: str) -> str:
    return "".join(char if char.isprintable() else " " for char in error)[:LONGEST_ERROR].strip() or "?"


_QUERY = sa.select(*(mails.c[name] for name in Mail.__slots__))
