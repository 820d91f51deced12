"""Pairing a node with a screen: a short code shown by the screen, entered by a technician (the shape of RFC 8628).

The node proves that it holds its key, gets its token once, and only the SHA-256 of code and token are kept.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from content.signing import PAIRING, BadSignature, PublicKey, random_token
from curator import audit, nodes
from curator.store import Connection
from curator.tables import pairings, screens
from curator.words import N_, Told

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels: no words."""
CODE_LETTERS = 8
INTERVAL_MS = 2_000
HURRY_MS = 500
"""How much earlier than agreed a node may ask: networks bunch requests up."""
MOST_OPEN = 500
KEPT_MS = 24 * 3_600_000
LONGEST_SOFTWARE = 40


class BadCode(Told):
    """A code that names no screen waiting to be paired; the sentence says what to do."""


class Answer(StrEnum):
    """What a node is told that asks for its token too soon, too often or in vain."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED = "expired_token"
    DENIED = "access_denied"


class NotYet(Exception):
    """The node gets no token now."""

    def __init__(self, answer: Answer) -> None:
        """`answer` is the code of RFC 8628."""
        super().__init__(answer.value)
        self.answer = answer


class TooManyWaiting(Exception):
    """More screens wait to be paired than a town has."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a node that wants to be paired is given. `device_code` is its secret."""

    device_code: str
    user_code: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A node that waits to be paired."""

    user_code: str
    key_id: str
    software: str
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Grant:
    """The end of a pairing. `token` is shown here and never again; `shut_out` are the nodes it replaces."""

    node_id: str
    token: str
    screen_id: str
    screen_name: str
    shut_out: tuple[str, ...]


def offer(connection: Connection, *, public_key: PublicKey, software: str, now_ms: int, life_ms: int) -> Offer:
    """A fresh code for a node. Raises TooManyWaiting."""
    connection.execute(pairings.delete().where(pairings.c.expires_ms < now_ms - KEPT_MS))
    still_open = sa.select(sa.func.count()).select_from(pairings).where(*_open(now_ms))
    if connection.execute(still_open).scalar_one() >= MOST_OPEN:
        raise TooManyWaiting
    made = Offer(random_token(), _fresh_code(connection), now_ms + life_ms)
    connection.execute(
        pairings.insert().values(
            device_code_sha256=_sha256(made.device_code), user_code=made.user_code, public_key=public_key.text,
            software=software, created_ms=now_ms, expires_ms=made.expires_ms,
        )
    )  # fmt: skip
    return made


def read_code(words: str) -> str:
    """A code as people type it (any case, with or without hyphen and spaces), in its one spelling. Raises BadCode."""
    letters = [letter for letter in unicodedata.normalize("NFKC", words).upper() if letter.isalnum()]
    if len(letters) != CODE_LETTERS or not set(letters) <= set(ALPHABET):
        raise BadCode(N_("A code has eight consonants, such as BCDF-GHJK. Look at the screen and type it again."))
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def waiting(connection: Connection, user_code: str, *, now_ms: int) -> Waiting:
    """The node that shows this code (as `read_code` gives it). Raises BadCode when none does, or no longer."""
    row = connection.execute(
        sa.select(pairings).where(pairings.c.user_code == user_code, *_open(now_ms), pairings.c.screen_id.is_(None))
    ).mappings().first()  # fmt: skip
    if row is None:
        raise BadCode(
            N_("No screen is showing the code %(code)s now. Codes change after some minutes: type what it shows now."),
            code=user_code,
        )
    key_id = PublicKey.of_text(row["public_key"]).key_id
    return Waiting(user_code, key_id, row["software"], row["created_ms"], row["expires_ms"])


def accept(connection: Connection, user_code: str, screen_id: str, *, now_ms: int, by: str) -> None:
    """Gives the waiting node a screen; the node fetches its token next. Raises BadCode."""
    found = waiting(connection, user_code, now_ms=now_ms)
    # Only the newest decision for a screen counts: an older one not fetched yet would take the screen back.
    connection.execute(
        pairings.update()
        .where(pairings.c.screen_id == screen_id, pairings.c.claimed_ms.is_(None), pairings.c.denied_ms.is_(None))
        .values(denied_ms=now_ms)
    )
    connection.execute(
        pairings.update().where(pairings.c.user_code == user_code).values(screen_id=screen_id, decided_by=by)
    )
    audit.record(connection, now_ms, by, "pairing.accept", f"screen:{screen_id}", key=found.key_id)


def deny(connection: Connection, user_code: str, *, now_ms: int, by: str) -> None:
    """Turns the waiting node away. Raises BadCode."""
    found = waiting(connection, user_code, now_ms=now_ms)
    connection.execute(
        pairings.update().where(pairings.c.user_code == user_code).values(denied_ms=now_ms, decided_by=by)
    )
    audit.record(connection, now_ms, by, "pairing.deny", f"key:{found.key_id}")


def is_expected(connection: Connection, screen_id: str, *, now_ms: int) -> bool:
    """Whether a node has been given this screen and has yet to fetch its token."""
    query = sa.select(pairings.c.user_code).where(pairings.c.screen_id == screen_id, *_open(now_ms))
    return connection.execute(query).first() is not None


def refuse_ended(connection: Connection, device_code: str, signature: str, *, now_ms: int) -> None:
    """Returns if the node may ask for its token now. Changes nothing; raises NotYet when it should end or wait.

    Only the holder of the key learns anything.
    """
    row = _row(connection, device_code)
    if row is None:
        raise NotYet(Answer.EXPIRED)
    try:
        PublicKey.of_text(row["public_key"]).verify(PAIRING, device_code.encode(), signature)
    except BadSignature:
        raise NotYet(Answer.DENIED) from None
    if row["polled_ms"] is not None and 0 <= now_ms - row["polled_ms"] < INTERVAL_MS - HURRY_MS:
        raise NotYet(Answer.SLOW_DOWN)
    _refuse_ended(row, now_ms)


def claim(connection: Connection, device_code: str, *, now_ms: int) -> Grant | None:
    """The token, once; the screen's old node is shut out. None while nobody has decided; raises NotYet when it ended.

    The caller has checked the signature by `refuse_ended`.
    """
    row = _row(connection, device_code)
    if row is None:
        raise NotYet(Answer.EXPIRED)
    _refuse_ended(row, now_ms)
    of_it = pairings.c.device_code_sha256 == row["device_code_sha256"]
    if row["screen_id"] is None:
        connection.execute(pairings.update().where(of_it).values(polled_ms=now_ms))
        return None
    screen = connection.execute(sa.select(screens).where(screens.c.id == row["screen_id"])).mappings().one()
    if screen["retired_ms"] is not None:
        raise NotYet(Answer.DENIED)
    token, by = random_token(), row["decided_by"]
    shut_out = nodes.revoke(connection, screen["id"], now_ms=now_ms, by=by)
    node_id = nodes.add(
        connection, screen_id=screen["id"], public_key=row["public_key"], software=row["software"], token=token,
        now_ms=now_ms, by=by,
    )  # fmt: skip
    connection.execute(pairings.update().where(of_it).values(claimed_ms=now_ms))
    return Grant(node_id, token, screen["id"], screen["name"], tuple(shut_out))


def _refuse_ended(row: sa.RowMapping, now_ms: int) -> None:
    if row["denied_ms"] is not None:
        raise NotYet(Answer.DENIED)
    if row["claimed_ms"] is not None or row["expires_ms"] <= now_ms:
        raise NotYet(Answer.EXPIRED)


def _row(connection: Connection, device_code: str) -> sa.RowMapping | None:
    query = sa.select(pairings).where(pairings.c.device_code_sha256 == _sha256(device_code))
    return connection.execute(query).mappings().first()


def _open(now_ms: int) -> "tuple[sa.ColumnElement[bool], ...]":
    return (pairings.c.expires_ms > now_ms, pairings.c.denied_ms.is_(None), pairings.c.claimed_ms.is_(None))


def _fresh_code(connection: Connection) -> str:
    while True:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
        code = f"{letters[:4]}-{letters[4:]}"
        if connection.execute(sa.select(pairings.c.user_code).where(pairings.c.user_code == code)).first() is None:
            return code


def _sha256(device_code: str) -> str:
    return hashlib.sha256(device_code.encode()).hexdigest()
