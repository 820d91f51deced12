"""API tokens: how a program speaks for a person, for a while, and for no more than one of their kinds of work.

A token may do what its owner may now and its scope allows, whichever is less. People, roles and tokens themselves are
looked after in a browser only: no scope reaches them.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from content.signing import random_token
from curator import accounts, audit
from curator.accounts import token_hash
from curator.authorisation import Action, Actor
from curator.ids import new_id
from curator.store import Connection
from curator.tables_tokens import api_tokens, kept_answers
from curator.words import N_, Told

MARK = "cstoken_"
"""What every token begins with, so that whoever looks for lost secrets in files can find one."""
LONGEST_NAME = 80
LONGEST_TOKEN = 100
MOST_TOKENS = 20
"""Tokens of one person that are good."""
MOST_DAYS = 366
DAY_MS = 86_400_000
NOTE_USE_AFTER_MS = 5 * 60_000
"""How exactly it is known when a token was last used."""
KEEP_ANSWERS_MS = DAY_MS
"""How long the answer to a request with an Idempotency-Key is kept."""
KEEP_ENDED_MS = 30 * DAY_MS
"""How long a token that is over is still listed."""


class Scope(StrEnum):
    """What a token is for. Each but `report` may read what its owner may; all but `read` change something too."""

    READ = "read"
    CONTRIBUTE = "contribute"
    MODERATE = "moderate"
    PROGRAMME = "programme"
    TECHNICIAN = "technician"
    REPORT = "report"


_READ = frozenset(
    {
        Action.SEE_LIBRARY, Action.SEE_QUEUE, Action.SEE_PROGRAMME, Action.SEE_SCREENS, Action.SEE_AUDIT,
    }
)  # fmt: skip
ALLOWS: dict[Scope, frozenset[Action]] = {
    Scope.READ: _READ,
    Scope.CONTRIBUTE: _READ
    | {
        Action.UPLOAD, Action.HAND_OUT, Action.EDIT_ITEM, Action.WITHDRAW_ITEM, Action.STEER_PREPARATION,
        Action.ARRANGE, Action.ASK, Action.CALL_OUT,
    },
    Scope.MODERATE: _READ
    | {
        Action.DECIDE, Action.ANSWER_REPORTS, Action.WITHDRAW_ITEM, Action.STEER_PREPARATION, Action.PREPARE_FIRST,
        Action.BLACK_OUT, Action.ALERT,
    },
    Scope.PROGRAMME: _READ
    | {
        Action.PROGRAMME, Action.ARRANGE, Action.ASK, Action.ANSWER_REPORTS, Action.WITHDRAW_ITEM,
        Action.PREPARE_FIRST, Action.MANAGE_SCREENS, Action.MANAGE_GROUPS, Action.BLACK_OUT, Action.TAKE_OVER,
        Action.ALERT, Action.CALL_OUT, Action.CALL_OUT_OF_ALL,
    },
    Scope.TECHNICIAN: _READ | {Action.MANAGE_SCREENS, Action.PAIR, Action.BLACK_OUT, Action.ALERT},
    # It stands in apps of others: it hands in reports by Open311, and does nothing else.
    Scope.REPORT: frozenset({Action.FILE_REPORTS}),
}  # fmt: skip
"""What a token of each scope may do, as far as its owner may."""
OF_API = tuple(scope for scope in Scope if scope is not Scope.REPORT)
"""The scopes whose tokens open the API at all."""
_WORK = {
    Scope.CONTRIBUTE: Action.UPLOAD, Scope.MODERATE: Action.DECIDE, Scope.PROGRAMME: Action.PROGRAMME,
    Scope.TECHNICIAN: Action.PAIR, Scope.REPORT: Action.FILE_REPORTS,
}  # fmt: skip


class BadToken(Told):
    """A token that cannot be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never its secret."""

    id: str
    account_id: str
    name: str
    scope: Scope
    created_ms: int
    expires_ms: int
    used_ms: int | None
    revoked_ms: int | None

    def is_good(self, now_ms: int) -> bool:
        """Whether it opens anything."""
        return self.revoked_ms is None and self.expires_ms > now_ms


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever shows a good token: its owner, held to its scope."""

    token: Token
    actor: Actor


def scopes_for(actor: Actor) -> list[Scope]:
    """The scopes whose work this person does, and `read`."""
    groups: list[str | None] = [None, *actor.groups]
    return [
        scope for scope in Scope if scope is Scope.READ or any(actor.may(_WORK[scope], group=one) for one in groups)
    ]


def make(connection: Connection, actor: Actor, *, name: str, scope: Scope, days: int, now_ms: int) -> tuple[Token, str]:
    """A new token and its secret, which is kept nowhere. Raises BadToken."""
    title = " ".join(name.split())
    if not 1 <= len(title) <= LONGEST_NAME:
        raise BadToken(N_("A token needs a name of 1 to %(most)s characters."), most=LONGEST_NAME)
    if scope not in scopes_for(actor):
        raise BadToken(N_("Your role does not reach that far: choose another scope."))
    if not 1 <= days <= MOST_DAYS:
        raise BadToken(N_("A token is good for 1 to %(most)s days."), most=MOST_DAYS)
    if sum(one.is_good(now_ms) for one in of(connection, actor.account_id, now_ms)) >= MOST_TOKENS:
        raise BadToken(N_("You have %(most)s tokens. Revoke one first."), most=MOST_TOKENS)
    secret = MARK + random_token()
    made = Token(new_id(), actor.account_id, title, scope, now_ms, now_ms + days * DAY_MS, None, None)
    connection.execute(
        api_tokens.insert().values(
            id=made.id, token_sha256=token_hash(secret), account_id=made.account_id, name=title, scope=scope.value,
            created_ms=now_ms, expires_ms=made.expires_ms,
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, actor.account_id, "token.make", f"account:{actor.account_id}",
        token=made.id, scope=scope.value, expires_ms=made.expires_ms,
    )  # fmt: skip
    return made, secret


def of(connection: Connection, account_id: str, now_ms: int) -> list[Token]:
    """Somebody's tokens, newest first, and those that ended lately."""
    lately = now_ms - KEEP_ENDED_MS
    query = (
        sa.select(*(api_tokens.c[name] for name in Token.__slots__))
        .where(
            api_tokens.c.account_id == account_id, api_tokens.c.expires_ms > lately,
            sa.or_(api_tokens.c.revoked_ms.is_(None), api_tokens.c.revoked_ms > lately),
        )
        .order_by(api_tokens.c.created_ms.desc(), api_tokens.c.id)
    )  # fmt: skip
    return [_read(row) for row in connection.execute(query).mappings()]


def revoke(connection: Connection, account_id: str, token_id: str, *, now_ms: int) -> None:
    """Ends one of somebody's tokens; harmless when it is over or not theirs."""
    ended = connection.execute(
        api_tokens.update()
        .where(api_tokens.c.id == token_id, api_tokens.c.account_id == account_id, api_tokens.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    if ended.rowcount:
        audit.record(connection, now_ms, account_id, "token.revoke", f"account:{account_id}", token=token_id)


def bearer(connection: Connection, secret: str, now_ms: int) -> Bearer | None:
    """Who speaks with this secret; None when it is not (or no longer) good, or its owner's account is closed."""
    query = sa.select(*(api_tokens.c[name] for name in Token.__slots__))
    row = connection.execute(query.where(api_tokens.c.token_sha256 == token_hash(secret))).mappings().first()
    token = _read(row) if row else None
    if token is None or not token.is_good(now_ms):
        return None
    owner = accounts.actor(connection, token.account_id)
    return Bearer(token, replace(owner, held_to=ALLOWS[token.scope])) if owner else None


def note_use(connection: Connection, token_id: str, now_ms: int) -> None:
    """Notes that a token was used now."""
    connection.execute(api_tokens.update().where(api_tokens.c.id == token_id).values(used_ms=now_ms))


def forget(connection: Connection, now_ms: int) -> None:
    """Removes tokens that ended long ago, and answers kept for requests that will not come again."""
    long_ago = now_ms - KEEP_ENDED_MS
    connection.execute(
        api_tokens.delete().where(sa.or_(api_tokens.c.expires_ms <= long_ago, api_tokens.c.revoked_ms <= long_ago))
    )
    connection.execute(kept_answers.delete().where(kept_answers.c.created_ms <= now_ms - KEEP_ANSWERS_MS))


def _read(row: sa.RowMapping) -> Token:
    return Token(**{**row, "scope": Scope(row["scope"])})
