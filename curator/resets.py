"""A new password for somebody who forgot theirs: by a link that was mailed, good once, for an hour.

Asking changes nothing: the old password and every session stay, and so do links asked for before, until one is used.
A link is bound to the password of the moment it was asked for; any other way to a new password ends it.
"""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from content.signing import random_token
from curator import accounts, audit
from curator.accounts import token_hash
from curator.config import Settings
from curator.mail import sentences
from curator.mail.sentences import Reader
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import password_resets as resets

LIFE_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose new password a link is for."""

    account_id: str
    reader: Reader


def ask(connection: Connection, settings: Settings, email: str, now_ms: int) -> None:
    """Mails a link to the account with this address, if there is one that may sign in.

    For an unknown address a row is written as well, so that both take as long.
    """
    connection.execute(resets.delete().where(resets.c.expires_ms <= now_ms))
    row = connection.execute(
        sa.select(people).where(people.c.email == email, people.c.disabled_ms.is_(None))
    ).first()  # fmt: skip
    token, until_ms = random_token(), now_ms + LIFE_MS
    connection.execute(
        resets.insert().values(
            token_sha256=token_hash(token), account_id=row.id if row else None,
            bound_to=_mark_of(row.password_hash if row else ""), expires_ms=until_ms,
        )
    )  # fmt: skip
    if row is not None:
        reader = Reader(row.email, row.name, row.language)
        link = f"{settings.site}/reset?token={token}"
        sentences.password_reset(connection, settings, reader, link, now_ms=now_ms, until_ms=until_ms)
        audit.record(connection, now_ms, None, "account.forgot", f"account:{row.id}")


def owner(connection: Connection, token: str, now_ms: int) -> Owner | None:
    """Whose new password this link is for; None when it is not good (any more)."""
    row = connection.execute(
        sa.select(people, resets.c.bound_to)
        .select_from(resets.join(people, resets.c.account_id == people.c.id))
        .where(resets.c.token_sha256 == token_hash(token), resets.c.expires_ms > now_ms, people.c.disabled_ms.is_(None))
    ).first()
    if row is None or row.bound_to != _mark_of(row.password_hash):
        return None
    return Owner(row.id, Reader(row.email, row.name, row.language))


def use(connection: Connection, settings: Settings, token: str, password_hash: str, now_ms: int) -> Owner | None:
    """Sets the new password, ends every session and every other link, and tells by mail; None when it is not good."""
    found = owner(connection, token, now_ms)
    if found is None:
        return None
    account_id = found.account_id
    accounts.set_password(connection, account_id, password_hash, now_ms=now_ms, by=account_id, way="mail")
    connection.execute(resets.delete().where(resets.c.account_id == account_id))
    sentences.password_changed(connection, settings, found.reader, now_ms)
    return found


def _mark_of(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()
