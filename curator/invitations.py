"""Invitations: an address, a role, and a link with which whoever reads that address makes an account of their own.

A link is good once and for seven days, as long as whoever made it may still invite to that. Somebody who has an account
is given the role at once by an administrator; what an editor offers them they accept themselves, signed in.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from content.signing import random_token
from curator import accounts, audit, occasions
from curator.accounts import BadAccount, token_hash
from curator.authorisation import GROUP_ROLES, Action, Actor, Role
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
MOST_OF_A_GROUP = 20
"""How many invitations into one group its editors may have open."""


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
        occasions.role_given(connection, known.id, role, group_id, by=by, now_ms=now_ms)
        return Invited(address)
    return _make(
        connection, settings, address, role=role, group_id=group_id, language=language, site=site, now_ms=now_ms, by=by
    )


def _make(
    connection: Connection, settings: Settings, address: str, *, role: Role, group_id: str | None, language: str,
    site: str, now_ms: int, by: str,
) -> Invited:  # fmt: skip
    same = (
        invitations.c.email == address, invitations.c.role == role.value,
        invitations.c.group_id.is_not_distinct_from(group_id),
    )  # fmt: skip
    older = connection.execute(sa.select(invitations.c.id).where(_is_open(now_ms), *same)).scalars().all()
    connection.execute(invitations.update().where(_is_open(now_ms), *same).values(revoked_ms=now_ms))
    occasions.invited_no_more(connection, list(older), now_ms=now_ms)
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
    occasions.invited(connection, invitation_id, address, by=by, now_ms=now_ms)
    made, link = _one(connection, invitation_id), f"{site}/join?token={token}"
    is_mailed = sentences.invitation(
        connection, settings, Reader(address, "", language), link, inviter=made.inviter, role=role,
        group=made.group_name, now_ms=now_ms, until_ms=until_ms,
    )  # fmt: skip
    return Invited(address, link, is_mailed)


def invite_into_group(
    connection: Connection, settings: Settings, group_id: str, *, email: str, role: Role, language: str, site: str,
    now_ms: int, by: str,
) -> None:  # fmt: skip
    """`invite` for a group's editors, who learn nothing by it of who has an account. Raises BadAccount.

    Every address has an open invitation and a mail, and whoever has an account accepts it themselves. The link goes by
    mail only: whoever holds it would learn whether there is an account.
    """
    address = accounts.normal_email(email)
    accounts.check_role(role, group_id)
    if len(pending(connection, now_ms, group_id=group_id)) >= MOST_OF_A_GROUP:
        raise BadAccount(N_("%(most)s invitations are open. Revoke some first."), most=MOST_OF_A_GROUP)
    _make(
        connection, settings, address, role=role, group_id=group_id, language=language, site=site, now_ms=now_ms, by=by
    )


def pending(connection: Connection, now_ms: int, *, group_id: str | None = None) -> list[Invitation]:
    """The invitations that may still be used, newest first; with `group_id` only those into it."""
    query = _QUERY.where(_is_open(now_ms)).order_by(invitations.c.created_ms.desc(), invitations.c.id)
    if group_id is not None:
        query = query.where(invitations.c.group_id == group_id)
    return [_read(row) for row in connection.execute(query).mappings()]


def by_token(connection: Connection, token: str, now_ms: int) -> Invitation | None:
    """The invitation this link is of; None when it is not good (any more), or its maker may not invite to that now."""
    query = _QUERY.where(_is_open(now_ms), invitations.c.token_sha256 == token_hash(token))
    row = connection.execute(query).mappings().first()
    found = _read(row) if row else None
    return found if found is not None and _may_still(connection, found) else None


def for_account(connection: Connection, invitation_id: str, actor: Actor, now_ms: int) -> Invitation | None:
    """An open invitation, for whoever is signed in with the account it is for; None for everybody else."""
    query = _QUERY.where(_is_open(now_ms), invitations.c.id == invitation_id, invitations.c.email == actor.email)
    row = connection.execute(query).mappings().first()
    found = _read(row) if row else None
    return found if found is not None and _may_still(connection, found) else None


def is_of_account(connection: Connection, found: Invitation) -> bool:
    """Whether the invited address has an account, which then accepts it."""
    return connection.execute(sa.select(people.c.id).where(people.c.email == found.email)).first() is not None


def accept(
    connection: Connection, token: str, *, name: str, language: str, password_hash: str, now_ms: int
) -> str | None:
    """Makes the account with the role of the link, and gives its id; None when the link is not good.

    Raises BadAccount when the address has come to an account in another way.
    """
    found = by_token(connection, token, now_ms)
    if found is None:
        return None
    account_id = accounts.create(
        connection, email=found.email, name=name, password_hash=password_hash, language=language, now_ms=now_ms,
        by=found.invited_by,
    )  # fmt: skip
    _accept(connection, found, account_id, now_ms)
    return account_id


def accept_signed_in(connection: Connection, found: Invitation, *, actor: Actor, now_ms: int) -> bool:
    """Gives somebody who has an account the role they are invited to, if it is still good; says whether."""
    if for_account(connection, found.id, actor, now_ms) is None:
        return False
    _accept(connection, found, actor.account_id, now_ms)
    return True


def _accept(connection: Connection, found: Invitation, account_id: str, now_ms: int) -> None:
    accounts.grant(
        connection, account_id=account_id, role=found.role, group_id=found.group_id, now_ms=now_ms,
        by=found.invited_by,
    )  # fmt: skip
    connection.execute(invitations.update().where(invitations.c.id == found.id).values(accepted_ms=now_ms))
    occasions.invited_no_more(connection, [found.id], now_ms=now_ms)
    audit.record(connection, now_ms, account_id, "invitation.accept", f"invitation:{found.id}")


def _may_still(connection: Connection, found: Invitation) -> bool:
    """Whether whoever made it may still invite to that."""
    maker = accounts.actor(connection, found.invited_by)
    if maker is None:
        return False
    is_editors = found.role in GROUP_ROLES and maker.may(Action.INVITE, group=found.group_id)
    return is_editors or maker.may(Action.MANAGE_PEOPLE)


def revoke(connection: Connection, invitation_id: str, *, now_ms: int, by: str) -> None:
    """Ends an invitation; harmless when it is over."""
    ended = connection.execute(
        invitations.update().where(_is_open(now_ms), invitations.c.id == invitation_id).values(revoked_ms=now_ms)
    )
    if ended.rowcount:
        occasions.invited_no_more(connection, [invitation_id], now_ms=now_ms)
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
