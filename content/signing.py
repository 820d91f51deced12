"""Ed25519 keys and signatures (RFC 8032), and how they are written down.

Keys and signatures travel as unpadded base64url. A key's id is the first 16 hexadecimal digits of the SHA-256 of its
public half. Every signature is over a purpose and the bytes, so that one for a manifest never passes for an approval.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from content.files import write_whole

MANIFEST = "commonscreen manifest"
APPROVAL = "commonscreen approval"
PAIRING = "commonscreen pairing"
LIVE = "commonscreen live order"
ACTIVITY = "commonscreen activity"
TICKER = "commonscreen ticker"
ANSWER = "commonscreen answer"


class BadSignature(ValueError):
    """A signature that is not by the key it names, or not a signature at all."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half: knows its id and checks signatures."""

    raw: bytes

    @staticmethod
    def of_text(text: str) -> "PublicKey":
        """From unpadded base64url. Raises BadSignature when it is not a 32-byte key."""
        raw = unwrap(text)
        if len(raw) != 32:
            raise BadSignature("a public key has 32 bytes")
        return PublicKey(raw)

    @property
    def text(self) -> str:
        """Unpadded base64url."""
        return wrap(self.raw)

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def verify(self, purpose: str, body: bytes, signature: str) -> None:
        """Returns if `signature` is this key's over `purpose` and `body`; raises BadSignature otherwise."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(unwrap(signature), _framed(purpose, body))
        except (InvalidSignature, ValueError) as error:
            raise BadSignature(f"not a signature by key {self.key_id} for a {purpose}") from error


class SigningKey:
    """The private half. Never printed, never sent."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """Wraps a key; use `new` or `load_or_make`."""
        self._private = private
        public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.public = PublicKey(public)

    @staticmethod
    def new() -> "SigningKey":
        """A fresh key from the system's random source."""
        return SigningKey(Ed25519PrivateKey.generate())

    @staticmethod
    def load_or_make(path: Path) -> "SigningKey":
        """The key in the file `path` (32 raw bytes, mode 0600), made on first use. Raises ValueError if damaged."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            private = Ed25519PrivateKey.generate()
            write_whole(path, private.private_bytes_raw(), mode=0o600)
        raw = path.read_bytes()
        if len(raw) != 32:
            raise ValueError(f"{path} does not hold a key of 32 bytes: restore it from the backup")
        return SigningKey(Ed25519PrivateKey.from_private_bytes(raw))

    def sign(self, purpose: str, body: bytes) -> str:
        """The signature over `purpose` and `body`, as unpadded base64url."""
        return wrap(self._private.sign(_framed(purpose, body)))

    def derive(self, purpose: str, name: str) -> bytes:
        """32 secret bytes for `purpose` and `name`: always the same ones, which tell nothing of this key (HKDF)."""
        made = HKDF(SHA256(), 32, salt=None, info=_framed(purpose, name.encode()))
        return made.derive(self._private.private_bytes_raw())

    def __repr__(self) -> str:
        """Names the key without showing it."""
        return f"<SigningKey {self.public.key_id}>"


def _framed(purpose: str, body: bytes) -> bytes:
    return purpose.encode() + b"\x00" + body


def wrap(raw: bytes) -> str:
    """Unpadded base64url (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unwrap(text: str) -> bytes:
    """The bytes behind unpadded base64url. Raises BadSignature when it is anything else, or not in its one spelling."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("not unpadded base64url") from error
    if wrap(raw) != text:
        raise BadSignature("not unpadded base64url")
    return raw


def random_token(size_bytes: int = 32) -> str:
    """A secret nobody can guess, as unpadded base64url."""
    return wrap(os.urandom(size_bytes))
