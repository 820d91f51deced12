"""Browsers in which somebody signed in before. Guesses made elsewhere are not counted against them.

Being known lets nobody in: it gives a browser tries of its own, so that nobody can use up those of its owner.
"""

import sqlalchemy as sa

from content.signing import random_token
from curator.accounts import token_hash
from curator.store import Connection
from curator.tables_sign_in import known_browsers

DAYS = 180
LIFE_MS = DAYS * 86_400_000
MOST_OF_ONE = 20


def knows(connection: Connection, token: str, account_id: str, now_ms: int) -> bool:
    """Whether this account was signed in to in the browser that holds this token."""
    query = sa.select(known_browsers.c.account_id).where(_is(token, account_id), known_browsers.c.expires_ms > now_ms)
    return bool(token) and connection.execute(query).first() is not None


def note(connection: Connection, token: str, account_id: str, now_ms: int) -> str:
    """Notes that it was; gives the token the browser keeps, a new one when it had none that is known."""
    held = known_browsers.c.token_sha256 == token_hash(token), known_browsers.c.expires_ms > now_ms
    if not token or connection.execute(sa.select(known_browsers.c.account_id).where(*held)).first() is None:
        token = random_token()
    over = known_browsers.c.expires_ms <= now_ms
    connection.execute(known_browsers.delete().where(sa.or_(_is(token, account_id), over)))
    connection.execute(
        known_browsers.insert().values(
            token_sha256=token_hash(token), account_id=account_id, expires_ms=now_ms + LIFE_MS
        )
    )
    newest = (
        sa.select(known_browsers.c.token_sha256)
        .where(known_browsers.c.account_id == account_id)
        .order_by(known_browsers.c.expires_ms.desc())
        .limit(MOST_OF_ONE)
    )
    others = known_browsers.c.token_sha256.not_in(newest)
    connection.execute(known_browsers.delete().where(known_browsers.c.account_id == account_id, others))
    return token


def _is(token: str, account_id: str) -> "sa.ColumnElement[bool]":
    return sa.and_(known_browsers.c.token_sha256 == token_hash(token), known_browsers.c.account_id == account_id)
