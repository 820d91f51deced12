"""Who this screen is and whom it trusts: `node.json`, `token`, `floor.json` and `panic.json`, each written whole."""

import contextlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from content.canonical import Json
from content.files import sync_folder, write_whole
from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey
from display_node.config import DataFolder

LARGEST_SMALL_FILE_BYTES = 256 << 10
MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """The curator's address and, once paired, the screen's names and pinned keys. `node_id` is "" before that."""

    curator: str
    node_id: str = ""
    screen_id: str = ""
    screen_name: str = ""
    keys: tuple[PublicKey, ...] = ()
    is_revoked: bool = False

    @property
    def is_paired(self) -> bool:
        """Whether the curator has taken this screen in."""
        return bool(self.node_id)

    @property
    def pinned(self) -> dict[str, PublicKey]:
        """The trusted keys by their id."""
        return {key.key_id: key for key in self.keys}

    def trusting(self, more: tuple[PublicKey, ...]) -> "Identity":
        """The same with further keys, which a trusted key has vouched for; at most MOST_KEYS are kept."""
        known = self.pinned
        fresh = tuple(key for key in more if key.key_id not in known)
        return replace(self, keys=(*self.keys, *fresh)[:MOST_KEYS])


@dataclass(frozen=True, slots=True, order=True)
class Floor:
    """The highest manifest ever accepted: nothing lower is accepted again."""

    epoch: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class PanicState:
    """The panic button: black or not, and the count of the order that said so."""

    on: bool = False
    counter: int = 0


def read_identity(folder: DataFolder) -> Identity | None:
    """What `node.json` says; None before the first start. Raises BadDocument when it is damaged."""
    if not folder.identity.exists():
        return None
    fields = _small(folder.identity).fields("curator", "node_id", "screen_id", "screen_name", "keys", "is_revoked")
    return Identity(
        curator=fields["curator"].text(most=500),
        node_id=fields["node_id"].text(most=100),
        screen_id=fields["screen_id"].text(most=100),
        screen_name=fields["screen_name"].text(most=200),
        keys=tuple(_key(place) for place in fields["keys"].items(most=MOST_KEYS)),
        is_revoked=fields["is_revoked"].flag(),
    )


def write_identity(folder: DataFolder, identity: Identity) -> None:
    """Keeps `identity`. Raises OSError."""
    _keep(
        folder.identity,
        {
            "curator": identity.curator,
            "node_id": identity.node_id,
            "screen_id": identity.screen_id,
            "screen_name": identity.screen_name,
            "keys": [key.text for key in identity.keys],
            "is_revoked": identity.is_revoked,
        },
    )


def read_token(folder: DataFolder) -> str:
    """The bearer token; "" when there is none."""
    try:
        return folder.token.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def write_token(folder: DataFolder, token: str) -> None:
    """Keeps the bearer token, readable by its owner alone. Raises OSError."""
    write_whole(folder.token, token.encode(), mode=0o600)


def read_floor(folder: DataFolder) -> Floor:
    """The persisted floor; zero before the first manifest. Raises BadDocument when it is damaged."""
    if not folder.floor.exists():
        return Floor()
    fields = _small(folder.floor).fields("epoch", "version")
    return Floor(fields["epoch"].integer(least=0), fields["version"].integer(least=0))


def write_floor(folder: DataFolder, floor: Floor) -> None:
    """Keeps the floor. Raises OSError."""
    _keep(folder.floor, {"epoch": floor.epoch, "version": floor.version})


def read_panic(folder: DataFolder) -> PanicState:
    """The persisted panic state; off before the first order. Raises BadDocument when it is damaged."""
    if not folder.panic.exists():
        return PanicState()
    fields = _small(folder.panic).fields("on", "counter")
    return PanicState(fields["on"].flag(), fields["counter"].integer(least=0))


def write_panic(folder: DataFolder, panic: PanicState) -> None:
    """Keeps the panic state. Raises OSError."""
    _keep(folder.panic, {"on": panic.on, "counter": panic.counter})


def forget_pairing(folder: DataFolder, identity: Identity) -> Identity:
    """Leaves the curator: token, names and keys go, the address and the cache stay. Returns who is left."""
    unpaired = Identity(curator=identity.curator)
    write_identity(folder, unpaired)
    with contextlib.suppress(FileNotFoundError):
        folder.token.unlink()
    sync_folder(folder.root)
    return unpaired


def forget_programme(folder: DataFolder) -> None:
    """Throws away manifests, floor, panic state, live orders and activities: they belong to another screen."""
    for path in (folder.manifest, folder.previous, folder.floor, folder.panic, folder.live, folder.activities):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    sync_folder(folder.root)


def _small(path: Path) -> Reader:
    try:
        return Reader.of_bytes(path.read_bytes(), limit_bytes=LARGEST_SMALL_FILE_BYTES)
    except BadDocument as error:
        raise BadDocument(path.name, str(error)) from error


def _key(reader: Reader) -> PublicKey:
    try:
        return PublicKey.of_text(reader.text(most=64))
    except BadSignature as error:
        raise BadDocument(reader.path, str(error)) from error


def _keep(path: Path, value: Json) -> None:
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n", mode=0o600)
