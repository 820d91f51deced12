"""A passkey's device in a few lines: makes keys and answers as a browser would pass its answers on, or wrongly."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text_of(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


@dataclass
class Device:
    """One passkey. `counts` makes it count its uses; `origin` is the page it believes it is asked by."""

    origin: str
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    used: int = 0
    owner: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = b""

    def make(self, options: dict[str, Any]) -> str:
        """What a browser answers when it is asked to make one."""
        self.owner, self.id = options["user"]["id"], hashlib.sha256(options["challenge"].encode()).digest()
        point = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cose
        data = self._data(options["rp"]["id"], self.flags | ATTESTED) + attested
        response = {
            "clientDataJSON": text_of(self._client("webauthn.create", options)),
            "attestationObject": text_of(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._answer(response)

    def use(self, options: dict[str, Any], **changes: str) -> str:
        """What a browser answers when it is asked for one; `changes` to what it says."""
        self.used += 1
        data, client = self._data(options["rpId"], self.flags), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text_of(client), "authenticatorData": text_of(data), "signature": text_of(signature),
            "userHandle": self.owner,
        }  # fmt: skip
        return self._answer(response | changes)

    def _data(self, host: str, flags: int) -> bytes:
        used = self.used if self.counts else 0
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + used.to_bytes(4)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {"id": text_of(self.id), "rawId": text_of(self.id), "type": "public-key", "response": response}
        )
