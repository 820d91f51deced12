"""The audit log: who did what, in one chain of hashes, written in the same transaction as what it tells of.

Rows tell of people by their ids. Words that name somebody can be taken out (`take_words_out`): the chain still holds.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa

from content.canonical import Json, canonical_sha256
from curator.store import Connection
from curator.tables import audit

BEGINNING = "0" * 64
ERASE = "account.erase"
"""The action whose rows vouch, by their marks, for rows whose words were taken out."""
ERASED = "erased"
"""In the detail of such a row: the number of the row that vouches for it."""


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

    @property
    def is_erased(self) -> bool:
        """Whether it says that words were taken out of it."""
        return ERASED in read_detail(self.detail)

    def mark(self) -> str:
        """The hash of the row as it stands, by which a later row vouches for one whose words were taken out."""
        return canonical_sha256(
            [
                self.seq, self.at_ms, self.account_id, self.action, self.subject, self.detail, self.previous,
                self.hash,
            ]
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a chain found. `broken`: the first broken row; `unproven`: rows whose words were taken out while
    the row that vouches for them was not among those looked at.
    """

    count: int
    head: str
    broken: int | None
    unproven: tuple[int, ...] = ()


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


def rows_after(
    connection: Connection,
    after: int,
    *,
    until: int,
    most: int,
    subjects: list[str] | None = None,
    account_id: str | None = None,
) -> list[AuditRow]:
    """The next rows after `after` up to `until` (seqs), the oldest first, of several subjects and one person or all."""
    query = sa.select(audit).where(audit.c.seq > after, audit.c.seq <= until).order_by(audit.c.seq).limit(most)
    if subjects is not None:
        query = query.where(audit.c.subject.in_(subjects))
    if account_id is not None:
        query = query.where(audit.c.account_id == account_id)
    return [_row(row) for row in connection.execute(query).mappings()]


def newest(connection: Connection) -> int:
    """The seq of the newest row; 0 when there is none."""
    return _head(connection)[1]


def first_broken_row(connection: Connection) -> int | None:
    """The seq of the first row that was changed, removed or put in; None when the chain is whole."""
    return verify(_all(connection)).broken


def verify(rows: Iterable[AuditRow], *, is_excerpt: bool = False) -> Verdict:
    """Looks at rows in rising order: all of a chain, or an excerpt in which rows may be missing between others.

    A row whose words were taken out holds if a later row vouches for it as it stands.
    """
    count, last, waiting = 0, None, dict[int, str]()
    for row in rows:
        count += 1
        as_written = row.hash == row.expected_hash()
        if not _follows(last, row, is_excerpt=is_excerpt) or not (as_written or row.is_erased):
            return Verdict(count, row.hash, row.seq)
        if not as_written:
            waiting[row.seq] = row.mark()
        elif row.action == ERASE:
            vouched = read_detail(row.detail).get("rows")
            if isinstance(vouched, dict):
                waiting = {seq: mark for seq, mark in waiting.items() if vouched.get(str(seq)) != mark}
        last = row
    head_hash = last.hash if last else BEGINNING
    if is_excerpt:
        return Verdict(count, head_hash, None, tuple(waiting))
    return Verdict(count, head_hash, min(waiting, default=None))


def _follows(last: AuditRow | None, row: AuditRow, *, is_excerpt: bool) -> bool:
    seq, previous = (last.seq, last.hash) if last else (0, BEGINNING)
    if row.seq == seq + 1:
        return row.previous == previous
    return is_excerpt and row.seq > seq


def take_words_out(connection: Connection, words: str) -> dict[str, Json]:
    """Takes every value that is `words` out of the details there are; gives the marks of these rows, by seq.

    The caller hands the marks to `record`, as `rows` of an ERASE, in the same transaction and as the very next row.
    """
    next_seq, marks = newest(connection) + 1, dict[str, Json]()
    quoted = json.dumps(words, ensure_ascii=False)
    query = sa.select(audit).where(audit.c.detail.contains(quoted, autoescape=True))
    for found in connection.execute(query).mappings().all():
        row = _row(found)
        rest = {name: value for name, value in read_detail(row.detail).items() if value != words}
        if rest == read_detail(row.detail):
            continue
        detail = json.dumps(rest | {ERASED: next_seq}, ensure_ascii=False, sort_keys=True)
        connection.execute(audit.update().where(audit.c.seq == row.seq).values(detail=detail))
        marks[str(row.seq)] = replace(row, detail=detail).mark()
    return marks


def read_detail(detail: str) -> dict[str, Json]:
    """A row's detail; {} when it is not the JSON we wrote."""
    try:
        found = json.loads(detail or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


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
