"""Passkeys (WebAuthn): keys on people's devices that sign them in, each made for this address and no other.

A device shows its owner's finger, face or code before it answers, so a passkey is both factors. Only public halves
are kept. What browsers send is looked at here; the challenge they answer is the caller's.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from content.canonical import Json
from content.reading import BadDocument, Reader
from curator import audit
from curator.authorisation import Actor
from curator.config import Settings
from curator.ids import new_id
from curator.store import Connection
from curator.tables import accounts
from curator.tables_sign_in import passkeys
from curator.words import N_, Told

LARGEST_ANSWER_BYTES = 32 << 10
"""The most a browser's answer may have."""
LONGEST_CREDENTIAL_BYTES = 1023
LONGEST_NAME = 60
MOST_OF_ONE = 20
ASKED_MS = 2 * 60_000
"""So long a browser waits for somebody's finger, face or code."""

_NOT_TAKEN = N_("That passkey was not taken. Try once more.")
STOPPED = N_(
    "This passkey counts less than it did before: there may be a copy of it. It lets nobody in any more. "
    "Sign in another way, and remove it."
)


class BadPasskey(Told):
    """A passkey that is not taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are good: the host they are made for, and the address pages have that may ask for them."""

    host: str
    origin: str
    network: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of somebody's passkeys, as they named it."""

    id: str
    name: str
    created_ms: int
    used_ms: int | None
    stopped_ms: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey as its device gave it."""

    credential: str
    public_key: str
    used_count: int


def place_of(settings: Settings) -> Place | None:
    """Where passkeys are good; None unless the public address is https with a name, or localhost."""
    try:
        parts = urlsplit(settings.public_url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    is_here = host == "localhost" or host.endswith(".localhost")
    if not host or _is_number(host) or (parts.scheme != "https" and not (parts.scheme == "http" and is_here)):
        return None
    written = "" if port in {None, {"https": 443, "http": 80}[parts.scheme]} else f":{port}"
    return Place(host, f"{parts.scheme}://{host}{written}", settings.name)


def to_make(connection: Connection, place: Place, owner: Actor, challenge: bytes) -> dict[str, Json]:
    """What a browser is asked for to make one. Raises BadPasskey when somebody has too many."""
    held = connection.execute(sa.select(passkeys.c.credential).where(passkeys.c.account_id == owner.account_id))
    known = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in held]
    if len(known) >= MOST_OF_ONE:
        raise BadPasskey(N_("You have %(most)s passkeys. Remove one first."), most=MOST_OF_ONE)
    options = webauthn.generate_registration_options(
        rp_id=place.host, rp_name=place.network, user_id=owner.account_id.encode(), user_name=owner.email,
        user_display_name=owner.name, challenge=challenge, timeout=ASKED_MS, exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )  # fmt: skip
    return options_to_json_dict(options)


def to_sign_in(place: Place, challenge: bytes) -> dict[str, Json]:
    """What a browser is asked for to sign somebody in, whoever it is."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host, challenge=challenge, timeout=ASKED_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json_dict(options)


def made(place: Place, answer: str, challenge: bytes) -> Made:
    """The new passkey in a browser's answer. Raises BadPasskey when it is none, or none that was asked for."""
    try:
        found = webauthn.verify_registration_response(
            credential=_document(answer), expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, BadDocument, ValueError, TypeError, KeyError) as error:
        raise BadPasskey(_NOT_TAKEN) from error
    if len(found.credential_id) > LONGEST_CREDENTIAL_BYTES:
        raise BadPasskey(_NOT_TAKEN)
    return Made(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count
    )


def add(connection: Connection, account_id: str, made: Made, *, name: str, now_ms: int) -> None:
    """Keeps somebody's new passkey. Raises BadPasskey when it is known already, or they have too many."""
    if connection.execute(sa.select(passkeys.c.id).where(passkeys.c.credential == made.credential)).first():
        raise BadPasskey(N_("This passkey is here already."))
    if len(of(connection, account_id)) >= MOST_OF_ONE:
        raise BadPasskey(N_("You have %(most)s passkeys. Remove one first."), most=MOST_OF_ONE)
    passkey_id = new_id()
    connection.execute(
        passkeys.insert().values(
            id=passkey_id, account_id=account_id, credential=made.credential, public_key=made.public_key,
            used_count=made.used_count, name=name, created_ms=now_ms,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, account_id, "passkey.add", f"account:{account_id}", passkey=passkey_id)


def of(connection: Connection, account_id: str) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    columns = [passkeys.c[name] for name in Passkey.__slots__]
    query = sa.select(*columns).where(passkeys.c.account_id == account_id).order_by(passkeys.c.created_ms)
    return [Passkey(**row) for row in connection.execute(query).mappings()]


def remove(connection: Connection, account_id: str, passkey_id: str, *, now_ms: int) -> bool:
    """Removes one of somebody's own passkeys; whether there was one."""
    gone = connection.execute(passkeys.delete().where(passkeys.c.account_id == account_id, passkeys.c.id == passkey_id))
    if gone.rowcount:
        audit.record(connection, now_ms, account_id, "passkey.remove", f"account:{account_id}", passkey=passkey_id)
    return gone.rowcount == 1


def remove_all(connection: Connection, account_id: str, *, now_ms: int, by: str) -> bool:
    """Removes every passkey of an account; whether there was one."""
    gone = connection.execute(passkeys.delete().where(passkeys.c.account_id == account_id))
    if gone.rowcount:
        audit.record(connection, now_ms, by, "passkey.remove_all", f"account:{account_id}", count=gone.rowcount)
    return gone.rowcount > 0


def whose(connection: Connection) -> set[str]:
    """The ids of the accounts that have passkeys."""
    return {row.account_id for row in connection.execute(sa.select(passkeys.c.account_id).distinct())}


@dataclass(frozen=True, slots=True)
class Used:
    """Whose passkey answered. `is_stopped`: its count went back just now, and it lets nobody in any more."""

    account_id: str
    is_stopped: bool


def use(connection: Connection, place: Place, answer: str, challenge: bytes, *, now_ms: int) -> Used:
    """Whose passkey gave this answer. Raises BadPasskey when it is none of ours, closed, or not what was asked for."""
    document = _read(answer)
    credential = document.get("id")
    row = connection.execute(
        sa.select(passkeys)
        .join(accounts, passkeys.c.account_id == accounts.c.id)
        .where(passkeys.c.credential == str(credential), accounts.c.disabled_ms.is_(None))
    ).first()
    if row is None:
        raise BadPasskey(N_("This passkey is not known here. Sign in another way."))
    if row.stopped_ms is not None:
        raise BadPasskey(STOPPED)
    try:
        # The count is compared below, when the signature is known to hold: anybody can send a low number.
        found = webauthn.verify_authentication_response(
            credential=document, expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise BadPasskey(_NOT_TAKEN) from error
    if not _is_its_owners(document, row.account_id):
        raise BadPasskey(_NOT_TAKEN)
    is_stopped = (found.new_sign_count > 0 or row.used_count > 0) and found.new_sign_count <= row.used_count
    changed = {"stopped_ms": now_ms} if is_stopped else {"used_ms": now_ms, "used_count": found.new_sign_count}
    connection.execute(passkeys.update().where(passkeys.c.id == row.id).values(**changed))
    if is_stopped:
        subject = f"account:{row.account_id}"
        audit.record(connection, now_ms, None, "passkey.stop", subject, passkey=row.id)
    return Used(row.account_id, is_stopped)


def _is_its_owners(document: dict[str, object], account_id: str) -> bool:
    """Whether the owner the device names is the one we know: it must name one, as nobody typed an address."""
    response = document.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    return isinstance(handle, str) and handle.rstrip("=") == bytes_to_base64url(account_id.encode())


def _read(answer: str) -> dict[str, object]:
    try:
        return _document(answer)
    except BadDocument as bad:
        raise BadPasskey(_NOT_TAKEN) from bad


def _document(answer: str) -> dict[str, object]:
    reader = Reader.of_bytes(answer.encode("utf-8", "replace"), limit_bytes=LARGEST_ANSWER_BYTES)
    return {name: member.value for name, member in reader.members(most=20).items()}


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
