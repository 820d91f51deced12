"""Who may come in by a provider's word: those linked to an account, and whom its rules let in besides."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import accounts, audit, occasions, passkeys, people
from curator.accounts import BadAccount
from curator.ids import new_id
from curator.oidc.providers import GivenRole, Provider
from curator.oidc.tokens import Claims
from curator.store import Connection
from curator.tables import accounts as rows_of_accounts
from curator.tables import grants
from curator.tables import groups as rows_of_groups
from curator.tables_sign_in import identities, newcomers
from curator.words import N_, Told

MOST_NEWCOMERS = 200
NEWCOMER_LIFE_MS = 30 * 86_400_000
MOST_OF_ONE = 10


class NotLetIn(Told):
    """A provider vouches for somebody who may not come in; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One link of somebody's account to what a provider calls them."""

    id: str
    issuer: str
    email: str
    created_ms: int
    used_ms: int | None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who waits for an administrator."""

    id: str
    issuer: str
    email: str
    name: str
    asked_ms: int


@dataclass(frozen=True, slots=True)
class LetIn:
    """Whose account a sign-in opens. `is_linked`: it was linked just now, by its address."""

    account_id: str
    is_linked: bool = False


def come_in(connection: Connection, provider: Provider, claims: Claims, *, language: str, now_ms: int) -> LetIn | None:
    """Whose account it opens, with the roles the provider gives; None when they now wait. Raises NotLetIn."""
    if not provider.takes_mail(claims.verified_email):
        raise NotLetIn(N_("Only addresses of certain domains may sign in with %(name)s."), name=provider.name)
    found = _linked(connection, provider, claims) or _new(connection, provider, claims, language, now_ms)
    if found is None:
        return None
    if accounts.actor(connection, found.account_id) is None:
        raise NotLetIn(N_("Your account here is closed. Ask an administrator."))
    connection.execute(
        identities.update()
        .where(identities.c.issuer == provider.issuer, identities.c.subject == claims.subject)
        .values(used_ms=now_ms, email=claims.email)
    )
    follow_roles(connection, found.account_id, provider, claims.words, now_ms=now_ms)
    return found


def _linked(connection: Connection, provider: Provider, claims: Claims) -> LetIn | None:
    query = sa.select(identities.c.account_id).where(
        identities.c.issuer == provider.issuer, identities.c.subject == claims.subject
    )
    account_id = connection.execute(query).scalar()
    return LetIn(account_id) if account_id else None


def _new(connection: Connection, provider: Provider, claims: Claims, language: str, now_ms: int) -> LetIn | None:
    """Whom nobody has linked yet. An address counts only if the provider answers for it."""
    address = _address(claims.verified_email)
    query = sa.select(rows_of_accounts.c.id).where(rows_of_accounts.c.email == address)
    account_id = connection.execute(query).scalar() if address else None
    if account_id and not provider.links_by_mail:
        raise NotLetIn(
            N_("There is an account with your address. Sign in to it another way, and link it under My account."),
        )
    if account_id:
        link(connection, account_id, provider, claims, now_ms=now_ms, by=account_id)
        return LetIn(account_id, is_linked=True)
    if provider.unknown == "refuse":
        raise NotLetIn(N_("You have no account here. Ask an administrator to invite you."))
    if not address:
        raise NotLetIn(N_("%(name)s does not answer for an e-mail address of yours."), name=provider.name)
    if provider.unknown == "create":
        return LetIn(_make(connection, provider.issuer, claims.subject, address, claims.name, language, now_ms, None))
    _wait(connection, provider, claims, address, language, now_ms)
    return None


def link(
    connection: Connection, account_id: str, provider: Provider, claims: Claims, *, now_ms: int, by: str
) -> None:  # fmt: skip
    """Links what a provider calls somebody to an account. Raises NotLetIn when it is linked to another, or too many."""
    if not provider.takes_mail(claims.verified_email):
        raise NotLetIn(N_("Only addresses of certain domains may sign in with %(name)s."), name=provider.name)
    linked = _linked(connection, provider, claims)
    if linked is not None and linked.account_id == account_id:
        return
    if linked is not None or len(of(connection, account_id)) >= MOST_OF_ONE:
        raise NotLetIn(N_("That sign-in belongs to another account here."))
    _keep(connection, account_id, provider.issuer, claims.subject, claims.email, now_ms, by)


def unlink(connection: Connection, account_id: str, identity_id: str, *, now_ms: int) -> bool:
    """Ends one link of somebody's account; whether there was one. Raises NotLetIn for the only way in."""
    others = [one for one in of(connection, account_id) if one.id != identity_id]
    if not (others or accounts.has_password(connection, account_id) or passkeys.of(connection, account_id)):
        raise NotLetIn(N_("This is the only way you can sign in. Add a passkey first."))
    ours = identities.c.account_id == account_id
    gone = connection.execute(identities.delete().where(ours, identities.c.id == identity_id))
    if gone.rowcount:
        audit.record(connection, now_ms, account_id, "identity.unlink", f"account:{account_id}", identity=identity_id)
    return gone.rowcount == 1


def of(connection: Connection, account_id: str) -> list[Identity]:
    """The links of an account, the oldest first."""
    columns = [identities.c[name] for name in Identity.__slots__]
    query = sa.select(*columns).where(identities.c.account_id == account_id).order_by(identities.c.created_ms)
    return [Identity(**row) for row in connection.execute(query).mappings()]


def waiting(connection: Connection, now_ms: int) -> list[Newcomer]:
    """Who waits for an administrator, the first first."""
    columns = [newcomers.c[name] for name in Newcomer.__slots__]
    still = newcomers.c.asked_ms > now_ms - NEWCOMER_LIFE_MS
    return [
        Newcomer(**row)
        for row in connection.execute(sa.select(*columns).where(still).order_by(newcomers.c.asked_ms)).mappings()
    ]


def welcome(connection: Connection, newcomer_id: str, *, now_ms: int, by: str) -> str | None:
    """Makes the account of somebody who waits, with no role, and gives its id; None when nobody waits by this id.

    Raises BadAccount when the address has come to an account in another way.
    """
    row = connection.execute(sa.select(newcomers).where(newcomers.c.id == newcomer_id)).first()
    if row is None:
        return None
    connection.execute(newcomers.delete().where(newcomers.c.id == newcomer_id))
    occasions.newcomer_waits_no_more(connection, newcomer_id, now_ms=now_ms)
    return _make(connection, row.issuer, row.subject, row.email, row.name, row.language, now_ms, by)


def turn_away(connection: Connection, newcomer_id: str, *, now_ms: int, by: str) -> None:
    """Forgets somebody who waits; they may ask again."""
    gone = connection.execute(newcomers.delete().where(newcomers.c.id == newcomer_id))
    if gone.rowcount:
        occasions.newcomer_waits_no_more(connection, newcomer_id, now_ms=now_ms)
        audit.record(connection, now_ms, by, "newcomer.turn_away", f"newcomer:{newcomer_id}")


def forget_newcomers(connection: Connection, now_ms: int) -> None:
    """Removes who has waited too long."""
    connection.execute(newcomers.delete().where(newcomers.c.asked_ms <= now_ms - NEWCOMER_LIFE_MS))


def follow_roles(
    connection: Connection, account_id: str, provider: Provider, words: frozenset[str], *, now_ms: int
) -> None:
    """Gives the roles the provider's words stand for, and takes those that its other words would have given."""
    if not provider.roles:
        return
    wanted = {given for word, given in provider.roles.items() if word in words}
    for given in sorted(set(provider.roles.values()), key=lambda one: (one.role, one.group)):
        group_id = _group_id(connection, given)
        if given.group and group_id is None:
            continue
        if given in wanted:
            accounts.grant(
                connection, account_id=account_id, role=given.role, group_id=group_id, now_ms=now_ms, by=None
            )
        elif _holds(connection, account_id, given, group_id):
            people.take_role(
                connection, account_id=account_id, role=given.role, group_id=group_id, now_ms=now_ms, by=None
            )


def _group_id(connection: Connection, given: GivenRole) -> str | None:
    query = sa.select(rows_of_groups.c.id).where(rows_of_groups.c.slug == given.group)
    return connection.execute(query).scalar() if given.group else None


def _holds(connection: Connection, account_id: str, given: GivenRole, group_id: str | None) -> bool:
    query = sa.select(grants.c.id).where(
        grants.c.account_id == account_id, grants.c.role == given.role.value,
        grants.c.group_id.is_not_distinct_from(group_id),
    )  # fmt: skip
    return connection.execute(query).first() is not None


def _make(
    connection: Connection, issuer: str, subject: str, email: str, name: str, language: str, now_ms: int,
    by: str | None,
) -> str:  # fmt: skip
    account_id = accounts.create(
        connection, email=email, name=name, password_hash="", language=language, now_ms=now_ms, by=by
    )
    _keep(connection, account_id, issuer, subject, email, now_ms, by)
    return account_id


def _keep(
    connection: Connection, account_id: str, issuer: str, subject: str, email: str, now_ms: int, by: str | None
) -> None:  # fmt: skip
    identity_id = new_id()
    connection.execute(
        identities.insert().values(
            id=identity_id, account_id=account_id, issuer=issuer, subject=subject, email=email, created_ms=now_ms
        )
    )
    audit.record(connection, now_ms, by, "identity.link", f"account:{account_id}", issuer=issuer, identity=identity_id)


def _wait(
    connection: Connection, provider: Provider, claims: Claims, email: str, language: str, now_ms: int
) -> None:  # fmt: skip
    same = sa.and_(newcomers.c.issuer == provider.issuer, newcomers.c.subject == claims.subject)
    # Who asks again is the same newcomer: administrators are told once.
    newcomer_id = connection.execute(sa.select(newcomers.c.id).where(same)).scalar() or new_id()
    connection.execute(newcomers.delete().where(same))
    if len(waiting(connection, now_ms)) >= MOST_NEWCOMERS:
        raise NotLetIn(N_("Too many people wait to be let in. Ask an administrator."))
    connection.execute(
        newcomers.insert().values(
            id=newcomer_id, issuer=provider.issuer, subject=claims.subject, email=email, name=claims.name or email,
            language=language, asked_ms=now_ms,
        )
    )  # fmt: skip
    occasions.newcomer_waits(connection, newcomer_id, now_ms=now_ms)


def _address(email: str) -> str:
    try:
        return accounts.normal_email(email) if email else ""
    except BadAccount:
        return ""
