"""The newest manifest of each screen, opened once and kept at hand: what was promised, and the engine to ask it."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import sqlalchemy as sa

from content.manifest import LARGEST_MANIFEST_BYTES, Manifest, read_manifest
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from curator.store import Connection
from curator.tables import manifests

MOST_REMEMBERED = 64
"""How many screens' programmes are kept in memory."""


@dataclass(frozen=True, slots=True)
class Published:
    """A manifest as it went out, and its plan, ready to be asked."""

    version: int
    issued_ms: int
    why: str
    manifest: Manifest
    programme: Programme


_REMEMBERED: OrderedDict[tuple[str, int, str], Published] = OrderedDict()
_LOCK = threading.Lock()


def newest(connection: Connection, screen_id: str) -> Published | None:
    """A screen's newest manifest; None before the first. Raises BadDocument for one that cannot be read."""
    columns = (manifests.c.version, manifests.c.etag, manifests.c.issued_ms, manifests.c.why)
    query = (
        sa.select(*columns)
        .where(manifests.c.screen_id == screen_id)
        .order_by(manifests.c.version.desc())
        .limit(1)
    )  # fmt: skip
    row = connection.execute(query).first()
    if row is None:
        return None
    key = (screen_id, row.version, row.etag)
    with _LOCK:
        known = _REMEMBERED.get(key)
        if known is not None:
            _REMEMBERED.move_to_end(key)
            return known
    opened = _open(connection, screen_id, row.version, row.issued_ms, row.why)
    with _LOCK:
        for old in [old for old in _REMEMBERED if old[0] == screen_id]:
            del _REMEMBERED[old]
        _REMEMBERED[key] = opened
        while len(_REMEMBERED) > MOST_REMEMBERED:
            _REMEMBERED.popitem(last=False)
    return opened


def _open(connection: Connection, screen_id: str, version: int, issued_ms: int, why: str) -> Published:
    query = sa.select(manifests.c.envelope).where(manifests.c.screen_id == screen_id, manifests.c.version == version)
    envelope: bytes = connection.execute(query).scalar_one()
    # Our own words out of our own database: the signature is for those who get them from elsewhere.
    whole = Reader.of_bytes(envelope, limit_bytes=LARGEST_MANIFEST_BYTES)
    manifest = read_manifest(whole.fields("manifest", others=True)["manifest"])
    plan = read_plan(Reader(manifest.plan, "$.manifest.plan"))
    return Published(version, issued_ms, why, manifest, Programme(plan))
