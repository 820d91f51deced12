"""Ways to sign in that somebody lost: an administrator takes them away or makes another, and a mail says so."""

from curator import accounts, passkeys, people, second_factor
from curator.config import Settings
from curator.mail import sentences
from curator.mail.sentences import Reader
from curator.store import Connection
from curator.words import N_


def new_password(
    connection: Connection, settings: Settings, account_id: str, password_hash: str, *, now_ms: int, by: str
) -> str | None:  # fmt: skip
    """Gives an account another password and signs it out everywhere; its address, or None where there is none."""
    reader = _reader(connection, account_id)
    if reader is None:
        return None
    accounts.set_password(connection, account_id, password_hash, now_ms=now_ms, by=by)
    sentences.password_changed(connection, settings, reader, now_ms)
    return reader.email


def second_step_off(connection: Connection, settings: Settings, account_id: str, *, now_ms: int, by: str) -> None:
    """Switches the second step off for who lost phone and codes; harmless when it is off."""
    reader = _reader(connection, account_id)
    if reader is not None and second_factor.turn_off(connection, account_id, now_ms=now_ms, by=by):
        sentences.second_step_changed(connection, settings, reader, now_ms, is_on=False)


def passkeys_off(connection: Connection, settings: Settings, account_id: str, *, now_ms: int, by: str) -> None:
    """Removes every passkey of somebody whose device is lost or stolen; harmless when there is none."""
    reader = _reader(connection, account_id)
    if reader is not None and passkeys.remove_all(connection, account_id, now_ms=now_ms, by=by):
        what = N_("An administrator removed your passkeys: none lets anybody in to your account any more.")
        sentences.sign_in_changed(connection, settings, reader, now_ms, what)


def _reader(connection: Connection, account_id: str) -> Reader | None:
    person = people.get(connection, account_id)
    return Reader(person.account.email, person.account.name, person.account.language) if person else None
