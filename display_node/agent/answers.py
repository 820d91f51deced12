"""What the curator answers, as values: each is read once, checked, and bounded. Pure."""

from dataclasses import dataclass
from typing import Literal

from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey
from display_node.agent.identity import MOST_KEYS, PanicState
from display_node.config import LARGEST_ANSWER_BYTES, LARGEST_LINK_MESSAGE_BYTES, MOST_ROWS_A_BATCH, curator_address
from kiosks.messages import ToScreen, read_for_screen

ALPHABET = frozenset("BCDFGHJKLMNPQRSTVWXZ-")


@dataclass(frozen=True, slots=True)
class PairingOffer:
    """A code for a technician, and the secret that this screen asks with."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in_s: int
    interval_s: int


@dataclass(frozen=True, slots=True)
class Grant:
    """The curator took this screen in."""

    node_id: str
    token: str
    screen_id: str
    screen_name: str
    keys: tuple[PublicKey, ...]


@dataclass(frozen=True, slots=True)
class NewManifest:
    """The link says that there may be a newer manifest."""

    version: int


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks: pictures are wanted every `every_ms` for `for_ms`."""

    every_ms: int
    for_ms: int


Hint = NewManifest | Look | PanicState | ToScreen | Literal["live", "activities", "unknown"]


def read_offer(body: bytes) -> PairingOffer:
    """The answer to a pairing request. Raises BadDocument."""
    fields = _answer(body).fields(
        "device_code", "user_code", "verification_uri", "expires_in_s", "interval_s", others=True
    )
    code = fields["user_code"].text(least=4, most=20)
    if not set(code) <= ALPHABET:
        fields["user_code"].refuse("a code has consonants and a hyphen only")
    address = fields["verification_uri"].text(most=500)
    try:
        curator_address(address)
    except ValueError as error:
        raise BadDocument("$.verification_uri", str(error)) from error
    return PairingOffer(
        device_code=fields["device_code"].text(least=1, most=500),
        user_code=code,
        verification_uri=address,
        expires_in_s=fields["expires_in_s"].integer(least=1, most=86_400),
        interval_s=fields["interval_s"].integer(least=1, most=300),
    )


def read_grant(body: bytes) -> Grant:
    """The answer that ends a pairing. Raises BadDocument, also when no key comes with it."""
    fields = _answer(body).fields("node_id", "token", "screen", "keys", others=True)
    screen = fields["screen"].fields("id", "name", others=True)
    token = fields["token"].text(least=1, most=500)
    node_id = fields["node_id"].identifier()
    if not token.isascii() or not token.isprintable() or " " in token:
        fields["token"].refuse("a token has printable ASCII characters only")
    if not node_id.replace("-", "").replace("_", "").isalnum() or not node_id.isascii():
        fields["node_id"].refuse("an id of a node has letters, digits, - and _ only")
    keys = tuple(_key(place) for place in fields["keys"].items(most=MOST_KEYS))
    if not keys:
        fields["keys"].refuse("a screen needs at least one key to trust")
    return Grant(node_id, token, screen["id"].identifier(), screen["name"].text(most=200), keys)


def read_problem(body: bytes) -> str:
    """The `code` of a problem document; "" when there is none or the body is something else."""
    try:
        code = _answer(body).members().get("code")
        return "" if code is None else code.text(most=100)
    except ValueError:
        return ""


def read_acknowledged(body: bytes) -> int:
    """The highest as-run row the curator holds. Raises BadDocument."""
    return _answer(body).fields("acknowledged", others=True)["acknowledged"].integer(least=0)


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of what was sent the curator took, and which, by place, came after theirs was counted."""

    count: int
    late: tuple[int, ...] = ()


def read_taken(body: bytes) -> Taken:
    """What became of votes or notes. Raises BadDocument."""
    fields = _answer(body).fields("taken", others=True)
    late: tuple[int, ...] = ()
    if "late" in fields:
        late = tuple(place.integer(least=0) for place in fields["late"].items(most=MOST_ROWS_A_BATCH))
    return Taken(fields["taken"].integer(least=0), late)


@dataclass(frozen=True, slots=True)
class HealthHeard:
    """The curator's clock (UTC ms) and, where it says so, the panic order in force."""

    now_ms: int
    panic: PanicState | None


def read_health_answer(body: bytes) -> HealthHeard:
    """What the curator answers to a health document. Raises BadDocument."""
    fields = _answer(body).fields("now_ms", others=True)
    order = fields.get("panic")
    return HealthHeard(fields["now_ms"].integer(least=0), None if order is None else _read_panic(order))


def read_hint(body: bytes) -> Hint:
    """A message from the link; "unknown" for a kind this screen does not know yet. Raises BadDocument."""
    reader = _bounded(body, LARGEST_LINK_MESSAGE_BYTES)
    match reader.fields("type", others=True)["type"].text(most=50):
        case "manifest":
            return NewManifest(reader.fields("version", others=True)["version"].integer(least=0))
        case "picture":
            fields = reader.fields("every_ms", "for_ms", others=True)
            return Look(
                fields["every_ms"].integer(least=100, most=60_000), fields["for_ms"].integer(least=0, most=600_000)
            )
        case "panic":
            return _read_panic(reader)
        case "live":
            return "live"
        case "activities":
            return "activities"
        case _:
            return read_for_screen(reader) or "unknown"


def _read_panic(reader: Reader) -> PanicState:
    fields = reader.fields("on", "counter", others=True)
    return PanicState(fields["on"].flag(), fields["counter"].integer(least=0))


def _answer(body: bytes) -> Reader:
    return _bounded(body, LARGEST_ANSWER_BYTES)


def _bounded(body: bytes, limit_bytes: int) -> Reader:
    try:
        return Reader.of_bytes(body, limit_bytes=limit_bytes)
    except BadDocument:
        raise
    except ValueError as error:
        raise BadDocument("$", str(error)) from error


def _key(reader: Reader) -> PublicKey:
    fields = reader.fields("key_id", "public_key", others=True)
    try:
        key = PublicKey.of_text(fields["public_key"].text(most=64))
    except BadSignature as error:
        raise BadDocument(reader.path, str(error)) from error
    if key.key_id != fields["key_id"].text(most=16):
        reader.refuse("the id is not this key's")
    return key
