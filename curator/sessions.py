"""Where somebody is signed in: each session by its browser's family and its times. No network address is kept."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit
from curator.accounts import token_hash
from curator.store import Connection
from curator.tables import sessions
from curator.tables_sign_in import decision_links

_MARK = 16


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is signed in. `mark` names it on pages and opens nothing."""

    mark: str
    browser: str
    created_ms: int
    seen_ms: int
    is_here: bool


def of(connection: Connection, account_id: str, token: str, now_ms: int) -> list[Session]:
    """The sessions of an account, that of `token` first, then the last used."""
    here = token_hash(token)
    query = (
        sa.select(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.expires_ms > now_ms)
        .order_by(sa.case((sessions.c.token_sha256 == here, 0), else_=1), sessions.c.seen_ms.desc())
    )
    return [
        Session(row.token_sha256[:_MARK], row.browser, row.created_ms, row.seen_ms, row.token_sha256 == here)
        for row in connection.execute(query)
    ]


def end(connection: Connection, account_id: str, mark: str, *, now_ms: int) -> None:
    """Ends one session of this account; harmless when it is over."""
    named = sa.func.substr(sessions.c.token_sha256, 1, _MARK) == mark
    _end(connection, account_id, named, "session.end", now_ms)


def end_all(connection: Connection, account_id: str, *, now_ms: int) -> None:
    """Ends every session of this account, and its links that decide without one."""
    connection.execute(decision_links.delete().where(decision_links.c.account_id == account_id))
    _end(connection, account_id, sa.true(), "session.end_all", now_ms)


def _end(
    connection: Connection, account_id: str, condition: "sa.ColumnElement[bool]", action: str, now_ms: int
) -> None:
    ended = connection.execute(sessions.delete().where(sessions.c.account_id == account_id, condition))
    if ended.rowcount:
        audit.record(connection, now_ms, account_id, action, f"account:{account_id}", count=ended.rowcount)
