"""Invitations: an address, a role, and a link with which whoever reads that address makes an account of their own.

A link is good once and for seven days. Somebody who has an account already is simply given the role.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from content.signing import random_token
from curator import accounts, audit
from curator.accounts import BadAccount, token_hash
from curator.authorisation import Role
from curator.config import Settings
from curator.ids import new_id
from curator.mail import sentences
from curator.mail.sentences import Reader
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import groups, invitations
from curator.words import N_

DAYS = 7
LIFE_MS = DAYS * 86_400_000
MOST_PENDING = 500


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation nobody has used yet; `group_name` is "" for a council role."""

    id: str
    email: str
    role: Role
    group_id: str | None
    group_name: str
    language: str
    invited_by: str
    inviter: str
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of inviting: the link, "" for somebody who had an account and was given the role; if it is mailed."""

    email: str
    link: str = ""
    is_mailed: bool = False


def invite(
    connection: Connection, settings: Settings, *, email: str, role: Role, group_id: str | None, language: str,
    site: str, now_ms: int, by: str,
) -> Invited:  # fmt: skip
    """Invites an address to a role; an older invitation to the same is replaced. Raises BadAccount.

    `site` is what the link begins with.
    """
    address = accounts.normal_email(email)
    accounts.check_role(role, group_id)
    known = connection.execute(sa.select(people).where(people.c.email == address)).first()
    if known is not None:
        if known.disabled_ms is not None:
            raise BadAccount(N_("The account of %(email)s is closed. Open it again first."), email=address)
        accounts.grant(connection, account_id=known.id, role=role, group_id=group_id, now_ms=now_ms, by=by)
        return Invited(address)
    same = (
        invitations.c.email == address, invitations.c.role == role.value,
        invitations.c.group_id.is_not_distinct_from(group_id),
    )  # fmt: skip
    connection.execute(invitations.update().where(_is_open(now_ms), *same).values(revoked_ms=now_ms))
    if len(pending(connection, now_ms)) >= MOST_PENDING:
        raise BadAccount(N_("%(most)s invitations are open. Revoke some first."), most=MOST_PENDING)
    _forget_unused(connection, now_ms)
    token, invitation_id, until_ms = random_token(), new_id(), now_ms + LIFE_MS
    connection.execute(
        invitations.insert().values(
            id=invitation_id, token_sha256=token_hash(token), email=address, role=role.value, group_id=group_id,
            language=language, invited_by=by, created_ms=now_ms, expires_ms=until_ms,
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, by, "invitation.make", f"invitation:{invitation_id}", role=role.value, group=group_id or ""
    )
    made, link = _one(connection, invitation_id), f"{site}/join?token={token}"
    is_mailed = sentences.invitation(
        connection, settings, Reader(address, "", language), link, inviter=made.inviter, role=role,
        group=made.group_name, now_ms=now_ms, until_ms=until_ms,
    )  # fmt: skip
    return Invited(address, link, is_mailed)


def pending(connection: Connection, now_ms: int) -> list[Invitation]:
    """The invitations that may still be used, newest first."""
    query = _QUERY.where(_is_open(now_ms)).order_by(invitations.c.created_ms.desc(), invitations.c.id)
    return [_read(row) for row in connection.execute(query).mappings()]


def by_token(connection: Connection, token: str, now_ms: int) -> Invitation | None:
    """The invitation this link is of; None when it is not good (any more)."""
    query = _QUERY.where(_is_open(now_ms), invitations.c.token_sha256 == token_hash(token))
    row = connection.execute(query).mappings().first()
    return _read(row) if row else None


def accept(
    connection: Connection, token: str, *, name: str, language: str, password_hash: str, now_ms: int
) -> str | None:
    """Makes the account with every role its address is invited to, and gives its id; None when the link is not good.

    Raises BadAccount when the address has come to an account in another way.
    """
    found = by_token(connection, token, now_ms)
    if found is None:
        return None
    account_id = accounts.create(
        connection, email=found.email, name=name, password_hash=password_hash, language=language, now_ms=now_ms,
        by=found.invited_by,
    )  # fmt: skip
    for one in pending(connection, now_ms):
        if one.email == found.email:
            accounts.grant(
                connection, account_id=account_id, role=one.role, group_id=one.group_id, now_ms=now_ms,
                by=one.invited_by,
            )  # fmt: skip
            connection.execute(invitations.update().where(invitations.c.id == one.id).values(accepted_ms=now_ms))
            audit.record(connection, now_ms, account_id, "invitation.accept", f"invitation:{one.id}")
    return account_id


def revoke(connection: Connection, invitation_id: str, *, now_ms: int, by: str) -> None:
    """Ends an invitation; harmless when it is over."""
    ended = connection.execute(
        invitations.update().where(_is_open(now_ms), invitations.c.id == invitation_id).values(revoked_ms=now_ms)
    )
    if ended.rowcount:
        audit.record(connection, now_ms, by, "invitation.revoke", f"invitation:{invitation_id}")


def _forget_unused(connection: Connection, now_ms: int) -> None:
    """Nobody's address is kept for an invitation that was not used and has been over for as long as it was good."""
    unused = invitations.c.accepted_ms.is_(None), invitations.c.expires_ms <= now_ms - LIFE_MS
    connection.execute(invitations.delete().where(*unused))


def _is_open(now_ms: int) -> "sa.ColumnElement[bool]":
    return sa.and_(
        invitations.c.accepted_ms.is_(None), invitations.c.revoked_ms.is_(None), invitations.c.expires_ms > now_ms
    )


def _one(connection: Connection, invitation_id: str) -> Invitation:
    return _read(connection.execute(_QUERY.where(invitations.c.id == invitation_id)).mappings().one())


def _read(row: sa.RowMapping) -> Invitation:
    names = {name: row[name] for name in Invitation.__slots__}
    return Invitation(
        **names | {"role": Role(row["role"]), "group_name": row["group_name"] or "", "inviter": name_of(row["inviter"])}
    )


_QUERY = sa.select(
    invitations, people.c.name.label("inviter"), groups.c.name.label("group_name")
).select_from(
    invitations.join(people, invitations.c.invited_by == people.c.id).outerjoin(
        groups, invitations.c.group_id == groups.c.id
    )
)  # fmt: skip
