"""The audit log: who did what, in one chain of hashes, written in the same transaction as what it tells of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from content.canonical import Json, canonical_sha256
from curator.store import Connection
from curator.tables import audit

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing somebody did. `subject` is a kind and an id, such as `item:4kq…`; `detail` is small JSON."""

    seq: int
    at_ms: int
    account_id: str | None
    action: str
    subject: str
    detail: str
    previous: str
    hash: str

    def expected_hash(self) -> str:
        """What `hash` must be if nobody touched the row."""
        return _hash(self.previous, self.seq, self.at_ms, self.account_id, self.action, self.subject, self.detail)


def record(
    connection: Connection, at_ms: int, account_id: str | None, action: str, subject: str, **detail: Json
) -> str:
    """Appends a row; gives its hash, the new head of the chain. Details never hold secrets."""
    previous, seq = _head(connection)
    words = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    digest = _hash(previous, seq + 1, at_ms, account_id, action, subject, words)
    connection.execute(
        audit.insert().values(
            seq=seq + 1, at_ms=at_ms, account_id=account_id, action=action, subject=subject, detail=words,
            previous=previous, hash=digest,
        )
    )  # fmt: skip
    return digest


def head(connection: Connection) -> str:
    """The hash of the newest row; 64 zeros when there is none."""
    return _head(connection)[0]


def rows(
    connection: Connection,
    *,
    subject: str | None = None,
    subjects: list[str] | None = None,
    account_id: str | None = None,
    most: int = 200,
    before: int | None = None,
) -> list[AuditRow]:
    """The newest rows first: of one subject, several or all, by one person or all, older than `before` (a seq)."""
    query = sa.select(audit).order_by(audit.c.seq.desc()).limit(most)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if subjects is not None:
        query = query.where(audit.c.subject.in_(subjects))
    if account_id is not None:
        query = query.where(audit.c.account_id == account_id)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [_row(row) for row in connection.execute(query).mappings()]


def count(connection: Connection) -> int:
    """How many rows the log has."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one())


def first_broken_row(connection: Connection) -> int | None:
    """The seq of the first row that was changed, removed or put in; None when the chain is whole."""
    previous, expected_seq = BEGINNING, 1
    for row in _all(connection):
        if row.seq != expected_seq or row.previous != previous or row.hash != row.expected_hash():
            return row.seq
        previous, expected_seq = row.hash, row.seq + 1
    return None


def _all(connection: Connection) -> Iterator[AuditRow]:
    result = connection.execute(sa.select(audit).order_by(audit.c.seq)).mappings()
    for row in result:
        yield _row(row)


def _row(row: sa.RowMapping) -> AuditRow:
    return AuditRow(**row)


def _head(connection: Connection) -> tuple[str, int]:
    row = connection.execute(sa.select(audit.c.hash, audit.c.seq).order_by(audit.c.seq.desc()).limit(1)).first()
    return (row.hash, row.seq) if row else (BEGINNING, 0)


def _hash(previous: str, seq: int, at_ms: int, account_id: str | None, action: str, subject: str, detail: str) -> str:
    return canonical_sha256([previous, seq, at_ms, account_id, action, subject, detail])
