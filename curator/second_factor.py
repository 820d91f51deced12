"""The second step when signing in: a code from an app on one's phone (TOTP, RFC 6238), or one of ten recovery codes.

Each code is good once. The app's secret has to be readable here; recovery codes are kept as hashes.
"""

import base64
import hmac
import secrets

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from curator import audit
from curator.accounts import token_hash
from curator.people import first_password
from curator.store import Connection
from curator.tables import recovery_codes
from curator.tables import second_factors as factors
from curator.words import N_, Told

STEP_S = 30
DIGITS = 6
EITHER_WAY = 1
"""So many steps a phone's clock may be ahead or behind."""
SECRET_BYTES = 20
MOST_CODES = 10


class BadFactor(Told):
    """A second step that cannot be switched on or off as asked; the sentence says why."""


def is_on(connection: Connection, account_id: str) -> bool:
    """Whether this account needs a second step."""
    query = sa.select(factors.c.account_id).where(_of(account_id), factors.c.confirmed_ms.is_not(None))
    return connection.execute(query).first() is not None


def whose(connection: Connection) -> set[str]:
    """The ids of all accounts that need a second step."""
    return set(connection.execute(sa.select(factors.c.account_id).where(factors.c.confirmed_ms.is_not(None))).scalars())


def codes_left(connection: Connection, account_id: str) -> int:
    """How many recovery codes are not used yet."""
    query = sa.select(sa.func.count()).where(recovery_codes.c.account_id == account_id)
    return int(connection.execute(query).scalar_one())


def begin(connection: Connection, account_id: str, now_ms: int) -> str:
    """A new secret (base32), of no effect until it is confirmed by a code. Raises BadFactor when it is on already."""
    if is_on(connection, account_id):
        raise BadFactor(N_("The second step is on already."))
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    connection.execute(factors.delete().where(_of(account_id)))
    connection.execute(factors.insert().values(account_id=account_id, secret=secret, begun_ms=now_ms, last_step=0))
    return secret


def begun(connection: Connection, account_id: str) -> str:
    """The secret that waits to be confirmed; "" when there is none."""
    query = sa.select(factors.c.secret).where(_of(account_id), factors.c.confirmed_ms.is_(None))
    return connection.execute(query).scalar() or ""


def address_of(secret: str, *, account: str, network: str) -> str:
    """What an app reads from the QR code."""
    return _totp(secret).get_provisioning_uri(account, network)


def confirm(connection: Connection, account_id: str, code: str, now_ms: int) -> list[str]:
    """Switches the second step on, shown to work by a code, and gives the recovery codes; [] when the code is wrong."""
    secret = begun(connection, account_id)
    if not secret or not _use_step(connection, account_id, secret, code, now_ms):
        return []
    connection.execute(factors.update().where(_of(account_id)).values(confirmed_ms=now_ms))
    audit.record(connection, now_ms, account_id, "account.second_on", f"account:{account_id}")
    return new_codes(connection, account_id)


def new_codes(connection: Connection, account_id: str) -> list[str]:
    """Ten new recovery codes in place of those there were; they are shown once."""
    made = [first_password() for _number in range(MOST_CODES)]
    connection.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))
    connection.execute(
        recovery_codes.insert(), [{"account_id": account_id, "code_sha256": token_hash(code)} for code in made]
    )
    return made


def is_of_app(code: str) -> bool:
    """Whether somebody typed a code of the app, which can be guessed, and not a recovery code, which cannot."""
    plain = "".join(code.split())
    return plain.isascii() and plain.isdigit()


def accepts(connection: Connection, account_id: str, code: str, now_ms: int) -> bool:
    """Whether this is a good code of the app, or a recovery code; either is used up by it."""
    secret = connection.execute(
        sa.select(factors.c.secret).where(_of(account_id), factors.c.confirmed_ms.is_not(None))
    ).scalar()  # fmt: skip
    if secret is None:
        return False
    plain = "".join(code.split()).lower()
    if is_of_app(plain):
        return _use_step(connection, account_id, secret, plain, now_ms)
    used = connection.execute(
        recovery_codes.delete().where(
            recovery_codes.c.account_id == account_id, recovery_codes.c.code_sha256 == token_hash(plain)
        )
    )
    if used.rowcount:
        audit.record(connection, now_ms, account_id, "account.recovery_code", f"account:{account_id}")
    return used.rowcount == 1


def turn_off(connection: Connection, account_id: str, *, now_ms: int, by: str) -> bool:
    """Switches the second step off; whether it was on."""
    was_on = is_on(connection, account_id)
    connection.execute(factors.delete().where(_of(account_id)))
    connection.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))
    if was_on:
        audit.record(connection, now_ms, by, "account.second_off", f"account:{account_id}")
    return was_on


def code_at(secret: str, now_ms: int) -> str:
    """What an app with this secret shows now."""
    return _totp(secret).generate(now_ms // 1000).decode()


def _use_step(connection: Connection, account_id: str, secret: str, code: str, now_ms: int) -> bool:
    """Whether a code is one of now; it is good for no other time, and the steps before it for none either."""
    now_step = now_ms // 1000 // STEP_S
    given = "".join(code.split()).encode("utf-8", "replace")
    last = connection.execute(sa.select(factors.c.last_step).where(_of(account_id))).scalar_one()
    for step in range(now_step - EITHER_WAY, now_step + EITHER_WAY + 1):
        if step > last and hmac.compare_digest(_totp(secret).generate(step * STEP_S), given):
            connection.execute(factors.update().where(_of(account_id)).values(last_step=step))
            return True
    return False


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_S)  # noqa: S303 - what apps agree on; HMAC-SHA-1 holds


def _of(account_id: str) -> "sa.ColumnElement[bool]":
    return factors.c.account_id == account_id
