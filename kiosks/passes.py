"""A visitor's pass as the phone shows it: chance, and what the service wrote on it, under the service's own mark.

Nobody else can make one or change one. So a service that was started again knows the passes it gave before, and need
have stored none. It says nothing about who holds it.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass

from kiosks.visits import ANIMALS, COLOURS, LONGEST_VISIT_MS, PASS_KEPT_MS

MARK_BYTES = 13
CHANCE_BYTES = 9
LONGEST_SCREEN = 40
LONGEST_PASS = 140
_HEAD = struct.Struct(">IIBB")


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on a pass: for which screen, the visitor's number and name, and when it was given (UTC seconds)."""

    screen: str
    number: int
    colour: str
    animal: str
    given_s: int


class Passes:
    """Writes passes and reads them."""

    def __init__(self, secret: bytes, chance: Callable[[int], bytes]) -> None:
        """`secret` is the service's own and the same after every start; `chance` gives so many random bytes."""
        self._secret, self._chance = secret, chance

    def write(self, written: Written) -> str:
        """A pass that says this: safe in an address."""
        place = COLOURS.index(written.colour), ANIMALS.index(written.animal)
        head = _HEAD.pack(written.number, written.given_s, *place)
        body = self._chance(CHANCE_BYTES) + head + written.screen.encode()
        return base64.urlsafe_b64encode(self._mark(body) + body).decode().rstrip("=")

    def read(self, token: str) -> Written | None:
        """What stands on a pass of this service; None for anything else."""
        if len(token) > LONGEST_PASS:
            return None
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mark, body = whole[:MARK_BYTES], whole[MARK_BYTES:]
        if not hmac.compare_digest(mark, self._mark(body)):
            return None
        number, given_s, colour, animal = _HEAD.unpack_from(body, CHANCE_BYTES)
        screen = body[CHANCE_BYTES + _HEAD.size :].decode()
        return Written(screen, number, COLOURS[colour], ANIMALS[animal], given_s)

    def of_before(self, token: str, began_ms: int, now_ms: int) -> Written | None:
        """What stands on a pass given before the service began, for as long as a pass is kept after that."""
        written = self.read(token) if now_ms - began_ms < PASS_KEPT_MS else None
        if written is None or written.given_s * 1_000 >= began_ms:
            return None
        return written if now_ms - written.given_s * 1_000 < LONGEST_VISIT_MS else None

    def _mark(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, "sha256")[:MARK_BYTES]
