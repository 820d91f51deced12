"""Sealed manifests and the files they need, as nodes fetch them. Nothing unapproved or withdrawn is ever handed out."""

from dataclasses import dataclass

import sqlalchemy as sa

from content.captions import MEDIA_TYPE
from curator.store import Connection
from curator.tables import captions, items, manifest_files, manifests, versions

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


def allowed_file(
    connection: Connection, screen_id: str, sha256: str, *, is_ordered: bool = False
) -> AllowedFile | None:
    """The file, if it is approved and one of the screen's two newest manifests needs it; None otherwise.

    With `is_ordered` a live order or an activity needs it. Captions are approved themselves, over an approved film.
    """
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
    allowed = (versions.c.state == "approved", items.c.withdrawn_ms.is_(None), sa.or_(needed, sa.literal(is_ordered)))
    shown = versions.join(items, versions.c.item_id == items.c.id)
    film = sa.select(versions.c.media_type).select_from(shown).where(versions.c.sha256 == sha256, *allowed)
    media_type = connection.execute(film.limit(1)).scalar()
    if media_type:
        return AllowedFile(sha256, media_type)
    text = (
        sa.select(captions.c.id)
        .select_from(shown.join(captions, captions.c.version_id == versions.c.id))
        .where(captions.c.sha256 == sha256, captions.c.state == "approved", *allowed)
    )
    return AllowedFile(sha256, MEDIA_TYPE) if connection.execute(text.limit(1)).first() else None
