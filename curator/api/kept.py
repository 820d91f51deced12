"""Answers kept for a request that comes again with its `Idempotency-Key`: what was done once is not done twice."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from curator.api.reading import bad_fields
from curator.problem import Fault
from curator.store import Connection
from curator.tables_tokens import kept_answers
from curator.tokens import KEEP_ANSWERS_MS as KEEP_MS
from curator.words import _

MOST_KEPT = 2_000
"""Answers of one account; the oldest go first."""
HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is to be done once: whose, its key, and what it asks for."""

    account_id: str
    key: str
    request_sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given."""

    status: int
    body: str


def mark_of(method: str, address: str, body: bytes) -> str:
    """What tells one request from another."""
    return hashlib.sha256(b"\n".join((method.encode(), address.encode(), body))).hexdigest()


def found(connection: Connection, once: Once, now_ms: int) -> Kept | None:
    """The answer given before. Raises Problem when the key was used for another request."""
    row = connection.execute(
        sa.select(kept_answers).where(
            kept_answers.c.account_id == once.account_id, kept_answers.c.key == once.key,
            kept_answers.c.created_ms > now_ms - KEEP_MS,
        )
    ).first()  # fmt: skip
    if row is None:
        return None
    if row.request_sha256 != once.request_sha256:
        raise bad_fields([Fault(f"header {HEADER}", _("This key was used for another request. Take a new one."))])
    return Kept(row.status, row.body)


def keep(connection: Connection, once: Once, answer: Kept, now_ms: int) -> None:
    """Keeps an answer, in the transaction of what it tells of; forgets what is too old or too much."""
    mine = kept_answers.c.account_id == once.account_id
    connection.execute(
        kept_answers.delete().where(
            sa.or_(kept_answers.c.created_ms <= now_ms - KEEP_MS, mine & (kept_answers.c.key == once.key))
        )
    )
    newest = sa.select(kept_answers.c.created_ms).where(mine).order_by(kept_answers.c.created_ms.desc())
    too_old = connection.execute(newest.offset(MOST_KEPT - 1).limit(1)).scalar()
    if too_old is not None:
        connection.execute(kept_answers.delete().where(mine, kept_answers.c.created_ms <= too_old))
    connection.execute(
        kept_answers.insert().values(
            account_id=once.account_id, key=once.key, request_sha256=once.request_sha256, status=answer.status,
            body=answer.body, created_ms=now_ms,
        )
    )  # fmt: skip
