"""Sealed manifests and the files they need, as nodes fetch them. Nothing unapproved or withdrawn is ever handed out."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator.store import Connection
from curator.tables import items, manifest_files, manifests, versions

MANIFESTS_SERVED = 2
"""Files of the newest manifest and of the one before: a node may still be switching."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A screen's newest manifest. `envelope` is None when the node already holds the one with this `etag`."""

    version: int
    etag: str
    envelope: bytes | None


@dataclass(frozen=True, slots=True)
class AllowedFile:
    """A file a node may have now."""

    sha256: str
    media_type: str


def newest(connection: Connection, screen_id: str, *, held: frozenset[str]) -> Sealed | None:
    """The newest manifest of a screen, without its bytes when its etag is among `held`; None when there is none."""
    query = (
        sa.select(manifests.c.version, manifests.c.etag)
        .where(manifests.c.screen_id == screen_id)
        .order_by(manifests.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    if row.etag in held:
        return Sealed(row.version, row.etag, None)
    of_it = sa.select(manifests.c.envelope).where(
        manifests.c.screen_id == screen_id, manifests.c.version == row.version
    )
    return Sealed(row.version, row.etag, connection.execute(of_it).scalar_one())


def allowed_file(connection: Connection, screen_id: str, sha256: str) -> AllowedFile | None:
    """The file, if one of the screen's two newest manifests needs it and it is approved now; None otherwise."""
    latest = (
        sa.select(manifests.c.version)
        .where(manifests.c.screen_id == screen_id)
        .order_by(manifests.c.version.desc())
        .limit(MANIFESTS_SERVED)
    )
    needed = (
        sa.select(manifest_files.c.sha256)
        .where(
            manifest_files.c.screen_id == screen_id,
            manifest_files.c.sha256 == sha256,
            manifest_files.c.version.in_(latest),
        )
        .exists()
    )
    query = (
        sa.select(versions.c.media_type)
        .select_from(versions.join(items, versions.c.item_id == items.c.id))
        .where(versions.c.sha256 == sha256, versions.c.state == "approved", items.c.withdrawn_ms.is_(None), needed)
        .limit(1)
    )
    media_type = connection.execute(query).scalar()
    return AllowedFile(sha256, media_type) if media_type else None
