"""People: accounts, the roles they hold, and signing in. Passwords are kept as argon2id, session tokens as SHA-256."""

import asyncio
import functools
import hashlib
import re
import threading
import unicodedata
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from content.canonical import Json
from content.signing import random_token
from curator import audit
from curator.authorisation import COUNCIL_ROLES, GROUP_ROLES, Actor, Role
from curator.ids import new_id
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, grants, sessions
from curator.tables_sign_in import decision_links, known_browsers
from curator.tables_tokens import api_tokens
from curator.words import N_, Told

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
_HASHER = PasswordHasher()  # argon2id, 64 MiB, 3 rounds: the library's (RFC 9106) defaults
MOST_HASHED = 2  # each takes 64 MiB; ten at once would take the machine
_HASHING = threading.BoundedSemaphore(MOST_HASHED)
_HASHERS = ThreadPoolExecutor(MOST_HASHED, thread_name_prefix="passwords")
T = TypeVar("T")


TWO_WAYS = N_("The new password was typed in two different ways.")


class BadAccount(Told):
    """An account that cannot be made as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in."""

    id: str
    email: str
    name: str
    language: str
    created_ms: int
    disabled_ms: int | None
    erasure_asked_ms: int | None


def hash_password(password: str) -> str:
    """The argon2id hash; takes about 0.2 s of CPU, so never in the event loop. Raises BadAccount if it is too short."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadAccount(
            N_("A password has %(least)s to %(most)s characters."), least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD
        )
    with _HASHING:
        return _HASHER.hash(unicodedata.normalize("NFC", password))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash; takes as long when there is no such account (None)."""
    if len(password) > LONGEST_PASSWORD:
        return False
    with _HASHING:
        try:
            return _HASHER.verify(password_hash or _nobody(), unicodedata.normalize("NFC", password))
        except (VerificationError, InvalidHashError):
            return False


async def in_turn(work: Callable[..., T], *given: str | None) -> T:
    """`work` (`hash_password`, `password_matches`) in a thread set aside: guesses that queue up delay nothing else."""
    return await asyncio.get_running_loop().run_in_executor(_HASHERS, functools.partial(work, *given))


@functools.cache
def _nobody() -> str:
    """A hash no password matches, so that an unknown address takes as long as a known one."""
    return _HASHER.hash(random_token())


def normal_email(email: str) -> str:
    """The address as it is stored: trimmed, lower case, NFC. Raises BadAccount when it is not one."""
    plain = unicodedata.normalize("NFC", email).strip().lower()
    if not _EMAIL.fullmatch(plain):
        raise BadAccount(N_("“%(email)s” is not an e-mail address."), email=email[:80])
    return plain


def create(
    connection: Connection, *, email: str, name: str, password_hash: str, language: str, now_ms: int, by: str | None
) -> str:
    """Makes an account and gives its id. Raises BadAccount when the address is taken or malformed."""
    address = normal_email(email)
    if connection.execute(sa.select(accounts.c.id).where(accounts.c.email == address)).first():
        raise BadAccount(N_("There is already an account for %(email)s."), email=address)
    account_id = new_id()
    connection.execute(
        accounts.insert().values(
            id=account_id, email=address, name=name.strip()[:120] or address, password_hash=password_hash,
            language=language, created_ms=now_ms, disabled_ms=None,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by, "account.create", f"account:{account_id}")
    return account_id


def check_role(role: Role, group_id: str | None) -> None:
    """Raises BadAccount unless a council role comes without a group and a group role with one."""
    if (role in GROUP_ROLES) != (group_id is not None) or (role in COUNCIL_ROLES) != (group_id is None):
        if role in GROUP_ROLES:
            raise BadAccount(N_("The role “%(role)s” is held in a group; say which."), role=role.value)
        raise BadAccount(N_("The role “%(role)s” is held for the council, not in a group."), role=role.value)


def grant(
    connection: Connection, *, account_id: str, role: Role, group_id: str | None, now_ms: int, by: str | None
) -> None:
    """Gives a role: a council role without a group, a group role with one. Raises BadAccount when they do not fit."""
    check_role(role, group_id)
    held = sa.select(grants.c.id).where(
        grants.c.account_id == account_id, grants.c.role == role.value, grants.c.group_id.is_not_distinct_from(group_id)
    )
    if connection.execute(held).first():
        return
    connection.execute(
        grants.insert().values(
            id=new_id(), account_id=account_id, role=role.value, group_id=group_id, created_ms=now_ms
        )
    )
    audit.record(
        connection, now_ms, by, "account.grant", f"account:{account_id}", role=role.value, group=group_id or ""
    )


def actor(connection: Connection, account_id: str) -> Actor | None:
    """The person with the roles they hold now; None when there is no such account or it is disabled."""
    person = connection.execute(
        sa.select(accounts).where(accounts.c.id == account_id, accounts.c.disabled_ms.is_(None))
    ).first()
    return None if person is None else _actor(connection, person)


def somebody(connection: Connection, account_id: str) -> Actor | None:
    """The same, also when the account is closed: for telling about a person, never for letting one in."""
    person = connection.execute(
        sa.select(accounts).where(accounts.c.id == account_id, accounts.c.erased_ms.is_(None))
    ).first()
    return None if person is None else _actor(connection, person)


def _actor(connection: Connection, person: "sa.Row[tuple[object, ...]]") -> Actor:
    account_id = person.id
    council: set[Role] = set()
    groups: dict[str, set[Role]] = {}
    for row in connection.execute(sa.select(grants.c.role, grants.c.group_id).where(grants.c.account_id == account_id)):
        (council if row.group_id is None else groups.setdefault(row.group_id, set())).add(Role(row.role))
    return Actor(
        account_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        council=frozenset(council),
        groups={group: frozenset(roles) for group, roles in groups.items()},
    )


def password_hash_of(connection: Connection, email: str) -> tuple[str | None, str | None]:
    """The id and password hash of the account with this address; (None, None) when there is none that may sign in."""
    row = connection.execute(
        sa.select(accounts.c.id, accounts.c.password_hash).where(
            accounts.c.email == email.strip().lower(), accounts.c.disabled_ms.is_(None)
        )
    ).first()
    return (row.id, row.password_hash) if row else (None, None)


def has_password(connection: Connection, account_id: str) -> bool:
    """Whether this account can be signed in to with a password."""
    return bool(connection.execute(sa.select(accounts.c.password_hash).where(accounts.c.id == account_id)).scalar())


def set_language(connection: Connection, account_id: str, language: str) -> None:
    """Remembers the language this person chose."""
    connection.execute(accounts.update().where(accounts.c.id == account_id).values(language=language))


def set_password(
    connection: Connection, account_id: str, password_hash: str, *, now_ms: int, by: str | None, way: str = ""
) -> None:
    """Replaces the password; ends sessions, API tokens and links, forgets browsers. `way`: how, for the audit log."""
    connection.execute(accounts.update().where(accounts.c.id == account_id).values(password_hash=password_hash))
    for table in (sessions, known_browsers, decision_links):
        connection.execute(table.delete().where(table.c.account_id == account_id))
    still_good = api_tokens.c.account_id == account_id, api_tokens.c.revoked_ms.is_(None)
    connection.execute(api_tokens.update().where(*still_good).values(revoked_ms=now_ms))
    audit.record(connection, now_ms, by, "account.password", f"account:{account_id}", way=way)


def token_hash(token: str) -> str:
    """What is stored of a secret token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def sign_in(
    connection: Connection, account_id: str, *, now_ms: int, life_ms: int, browser: str = "", way: str = "",
    shown_ms: int | None = None,
) -> str:  # fmt: skip
    """Opens a session and gives its secret token, for a cookie. `browser`: the family, as its owner is told it.

    `way`: how they signed in, for the audit log. `shown_ms`: when they last showed who they are, if that is not now.
    """
    token = random_token()
    connection.execute(sessions.delete().where(sessions.c.expires_ms <= now_ms))
    connection.execute(
        sessions.insert().values(
            token_sha256=token_hash(token), account_id=account_id, created_ms=now_ms, seen_ms=now_ms,
            expires_ms=now_ms + life_ms, browser=browser, shown_ms=shown_ms,
        )
    )  # fmt: skip
    said: dict[str, Json] = {"way": way} if way else {}
    audit.record(connection, now_ms, account_id, "session.open", f"account:{account_id}", **said)
    return token


def session(connection: Connection, token: str, now_ms: int) -> tuple[Actor, int] | None:
    """Who is signed in with this token, and when it was last noted as used; None for an unknown or expired one."""
    row = connection.execute(
        sa.select(sessions.c.account_id, sessions.c.seen_ms).where(
            sessions.c.token_sha256 == token_hash(token), sessions.c.expires_ms > now_ms
        )
    ).first()
    person = actor(connection, row.account_id) if row else None
    return (person, row.seen_ms) if row and person else None


def shown_ms(connection: Connection, token: str) -> int:
    """When whoever opened this session last showed who they are; 0 when there is none."""
    query = sa.select(sa.func.coalesce(sessions.c.shown_ms, sessions.c.created_ms)).where(
        sessions.c.token_sha256 == token_hash(token)
    )
    return int(connection.execute(query).scalar() or 0)


def prolong(connection: Connection, token: str, *, now_ms: int, life_ms: int) -> None:
    """Notes that a session was used now."""
    connection.execute(
        sessions.update()
        .where(sessions.c.token_sha256 == token_hash(token))
        .values(seen_ms=now_ms, expires_ms=now_ms + life_ms)
    )


def sign_out(connection: Connection, token: str) -> None:
    """Ends this session."""
    connection.execute(sessions.delete().where(sessions.c.token_sha256 == token_hash(token)))


def names(connection: Connection, account_ids: Collection[str]) -> dict[str, str]:
    """What these people are called, by their ids."""
    query = sa.select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(sorted(account_ids)))
    return {row.id: name_of(row.name) for row in connection.execute(query)}


def everybody(connection: Connection) -> list[Account]:
    """All accounts that are not erased, by name."""
    columns = [accounts.c[name] for name in Account.__slots__]
    query = sa.select(*columns).where(accounts.c.erased_ms.is_(None)).order_by(accounts.c.name)
    return [Account(**row) for row in connection.execute(query).mappings()]
