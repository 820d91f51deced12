"""Looking after people: who holds which roles, taking roles, closing and opening accounts, giving new passwords.

There is always somebody who can let others in: the last administrator who can sign in keeps role and account.
"""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit
from curator.accounts import Account, BadAccount
from curator.authorisation import Role
from curator.choosing import matches
from curator.store import Connection
from curator.tables import accounts, grants, groups, sessions
from curator.tables_sign_in import decision_links
from curator.words import N_

_IN_ORDER = accounts.c.name, accounts.c.id
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds; `group_id` is None for a council role."""

    role: Role
    group_id: str | None
    group_name: str


@dataclass(frozen=True, slots=True)
class Person:
    """An account with its roles, and when it was last used."""

    account: Account
    roles: tuple[Held, ...]
    seen_ms: int | None


def everybody(connection: Connection) -> list[Person]:
    """All people with their roles, by name."""
    return some(connection, "", 0, -1)


def some(connection: Connection, words: str, skipped: int, most: int) -> list[Person]:
    """The people whose name or address holds these words, by name, without the first `skipped`, at most `most`."""
    return _where(connection, skipped, most, *_found(words))


def _where(connection: Connection, skipped: int, most: int, *conditions: "sa.ColumnElement[bool]") -> list[Person]:
    columns = [accounts.c[name] for name in Account.__slots__]
    query = sa.select(*columns).where(*conditions).order_by(*_IN_ORDER).limit(most).offset(skipped)
    found = [Account(**row) for row in connection.execute(query).mappings()]
    ids = [account.id for account in found]
    held: dict[str, list[Held]] = {}
    roles = (
        sa.select(grants.c.account_id, grants.c.role, grants.c.group_id, groups.c.name)
        .select_from(grants.outerjoin(groups, grants.c.group_id == groups.c.id))
        .where(grants.c.account_id.in_(ids))
        .order_by(grants.c.created_ms)
    )
    for row in connection.execute(roles):
        held.setdefault(row.account_id, []).append(Held(Role(row.role), row.group_id, row.name or ""))
    last = sa.select(sessions.c.account_id, sa.func.max(sessions.c.seen_ms)).group_by(sessions.c.account_id)
    seen = {row[0]: row[1] for row in connection.execute(last.where(sessions.c.account_id.in_(ids)))}
    return [Person(account, tuple(held.get(account.id, ())), seen.get(account.id)) for account in found]


def get(connection: Connection, account_id: str) -> Person | None:
    """Somebody by the id of their account; None when there is no such account, or it was erased."""
    return next(iter(_where(connection, 0, -1, accounts.c.id == account_id, *_found(""))), None)


def count(connection: Connection, words: str = "") -> int:
    """How many people have these words in name or address."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(accounts).where(*_found(words))).scalar_one())


def place_of(connection: Connection, account_id: str) -> int:
    """How many people come before somebody in the list of everybody; 0 for somebody who is not there."""
    name = sa.select(accounts.c.name).where(accounts.c.id == account_id).scalar_subquery()
    before = sa.or_(accounts.c.name < name, sa.and_(accounts.c.name == name, accounts.c.id < account_id))
    query = sa.select(sa.func.count()).select_from(accounts).where(before, *_found(""))
    return int(connection.execute(query).scalar_one())


def leaving(connection: Connection) -> list[tuple[str, str]]:
    """Who asks to have their account erased: ids and names."""
    asks = accounts.c.erasure_asked_ms.is_not(None), accounts.c.erased_ms.is_(None)
    query = sa.select(accounts.c.id, accounts.c.name).where(*asks).order_by(accounts.c.name)
    return [(row.id, row.name) for row in connection.execute(query)]


def _found(words: str) -> list["sa.ColumnElement[bool]"]:
    return [accounts.c.erased_ms.is_(None), *matches(words, accounts.c.name, accounts.c.email)]


def first_password() -> str:
    """A password to hand over once: 16 letters and digits in four parts, easy to read aloud (78 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def take_role(
    connection: Connection, *, account_id: str, role: Role, group_id: str | None, now_ms: int, by: str | None
) -> None:
    """Takes a role away; harmless when it is not held. Raises BadAccount for the last administrator's."""
    if role is Role.ADMINISTRATOR:
        keep_one_administrator(connection, account_id)
    taken = connection.execute(
        grants.delete().where(
            grants.c.account_id == account_id,
            grants.c.role == role.value,
            grants.c.group_id.is_not_distinct_from(group_id),
        )
    )
    if taken.rowcount:
        audit.record(
            connection, now_ms, by, "account.take", f"account:{account_id}", role=role.value, group=group_id or ""
        )


def disable(connection: Connection, account_id: str, *, now_ms: int, by: str) -> None:
    """Closes an account and ends its sessions. Raises BadAccount for the last administrator's."""
    keep_one_administrator(connection, account_id)
    closed = connection.execute(
        accounts.update()
        .where(accounts.c.id == account_id, accounts.c.disabled_ms.is_(None))
        .values(disabled_ms=now_ms)
    )
    for table in (sessions, decision_links):
        connection.execute(table.delete().where(table.c.account_id == account_id))
    if closed.rowcount:
        audit.record(connection, now_ms, by, "account.disable", f"account:{account_id}")


def enable(connection: Connection, account_id: str, *, now_ms: int, by: str) -> None:
    """Opens a closed account again, with the roles it had."""
    opened = connection.execute(
        accounts.update()
        .where(accounts.c.id == account_id, accounts.c.disabled_ms.is_not(None))
        .values(disabled_ms=None)
    )
    if opened.rowcount:
        audit.record(connection, now_ms, by, "account.enable", f"account:{account_id}")


def exists(connection: Connection, account_id: str) -> bool:
    """Whether there is such an account, open or closed, and not erased."""
    query = sa.select(accounts.c.id).where(accounts.c.id == account_id, accounts.c.erased_ms.is_(None))
    return connection.execute(query).first() is not None


def keep_one_administrator(connection: Connection, without: str) -> None:
    """Raises BadAccount when this account is an administrator that can sign in, and no other is."""
    query = (
        sa.select(accounts.c.id)
        .select_from(accounts.join(grants, grants.c.account_id == accounts.c.id))
        .where(grants.c.role == Role.ADMINISTRATOR.value, accounts.c.disabled_ms.is_(None))
    )
    if {row.id for row in connection.execute(query)} == {without}:
        raise BadAccount(N_("This is the last administrator. Make somebody else an administrator first."))
