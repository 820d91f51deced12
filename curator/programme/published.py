"""The newest manifest of each screen, opened once and kept at hand: what was promised, and the engine to ask it.

Screens with the same plan share it, the engine and what that remembers.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from content.canonical import Json
from content.manifest import LARGEST_MANIFEST_BYTES, Manifest, read_manifest
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from curator.store import Connection
from curator.tables import manifests

MOST_REMEMBERED = 1_000
"""How many screens' manifests are kept in memory."""
MOST_PLANS = 64
"""How many plans are kept in memory to be shared with screens whose manifests are yet to be opened."""


@dataclass(frozen=True, slots=True)
class Published:
    """A manifest as it went out, and its plan, ready to be asked. Equal plans have equal keys."""

    version: int
    issued_ms: int
    why: str
    manifest: Manifest
    programme: Programme
    plan_key: str


_Key = tuple[str, int, str]
_REMEMBERED: OrderedDict[_Key, Published] = OrderedDict()
_PLANS: OrderedDict[str, tuple[Programme, Manifest]] = OrderedDict()
_LOCK = threading.Lock()


def plan_key(plan: Mapping[str, Json]) -> str:
    """A hash of a plan's JSON."""
    return hashlib.sha256(json.dumps(plan, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def newest(connection: Connection, screen_id: str) -> Published | None:
    """A screen's newest manifest; None before the first. Raises BadDocument for one that cannot be read."""
    columns = (manifests.c.version, manifests.c.etag, manifests.c.issued_ms, manifests.c.why)
    query = (
        sa.select(*columns)
        .where(manifests.c.screen_id == screen_id)
        .order_by(manifests.c.version.desc())
        .limit(1)
    )  # fmt: skip
    row = connection.execute(query).mappings().first()
    return None if row is None else _at_hand(connection, screen_id, row)


def every_newest(connection: Connection) -> dict[str, Published]:
    """The newest manifest of every screen that has one, by the screen's id: one question for all of them."""
    return newest_of(connection, None)


def newest_of(connection: Connection, screen_ids: Sequence[str] | None) -> dict[str, Published]:
    """The same of these screens, of all where they are None."""
    last = sa.select(manifests.c.screen_id, sa.func.max(manifests.c.version).label("version"))
    if screen_ids is not None:
        last = last.where(manifests.c.screen_id.in_(screen_ids))
    latest = last.group_by(manifests.c.screen_id).subquery()
    same = (manifests.c.screen_id == latest.c.screen_id, manifests.c.version == latest.c.version)
    columns = (
        manifests.c.screen_id, manifests.c.version, manifests.c.etag, manifests.c.issued_ms, manifests.c.why,
    )  # fmt: skip
    query = sa.select(*columns).select_from(manifests.join(latest, sa.and_(*same)))
    rows = connection.execute(query).mappings().all()
    return {row["screen_id"]: _at_hand(connection, row["screen_id"], row) for row in rows}


def _at_hand(connection: Connection, screen_id: str, row: sa.RowMapping) -> Published:
    key = (screen_id, row["version"], row["etag"])
    with _LOCK:
        known = _REMEMBERED.get(key)
        if known is not None:
            _REMEMBERED.move_to_end(key)
            return known
    opened = _open(connection, screen_id, row["version"], row["issued_ms"], row["why"])
    remember(screen_id, row["etag"], opened)
    return opened


def remember(screen_id: str, etag: str, published: Published) -> None:
    """Keeps a manifest that has just been stored, or opened, at hand."""
    with _LOCK:
        for old in [old for old in _REMEMBERED if old[0] == screen_id]:
            del _REMEMBERED[old]
        _REMEMBERED[screen_id, published.version, etag] = published
        while len(_REMEMBERED) > MOST_REMEMBERED:
            _REMEMBERED.popitem(last=False)
        _PLANS[published.plan_key] = (published.programme, published.manifest)
        _PLANS.move_to_end(published.plan_key)
        while len(_PLANS) > MOST_PLANS:
            _PLANS.popitem(last=False)


def _open(connection: Connection, screen_id: str, version: int, issued_ms: int, why: str) -> Published:
    query = sa.select(manifests.c.envelope).where(manifests.c.screen_id == screen_id, manifests.c.version == version)
    envelope: bytes = connection.execute(query).scalar_one()
    # Our own words out of our own database: the signature is for those who get them from elsewhere.
    whole = Reader.of_bytes(envelope, limit_bytes=LARGEST_MANIFEST_BYTES)
    manifest = read_manifest(whole.fields("manifest", others=True)["manifest"])
    key = plan_key(manifest.plan)
    with _LOCK:
        known = _PLANS.get(key)
    if known is None:
        return Published(version, issued_ms, why, manifest, _programme(manifest), key)
    programme, other = known
    rows = other.running_list if other.running_list == manifest.running_list else manifest.running_list
    shared = replace(manifest, plan=other.plan, digests=other.digests, running_list=rows)
    # The same plan has the same digests unless one of the manifests is wrong about them.
    return Published(version, issued_ms, why, shared if other.digests == manifest.digests else manifest, programme, key)


def _programme(manifest: Manifest) -> Programme:
    return Programme(read_plan(Reader(manifest.plan, "$.manifest.plan")))
