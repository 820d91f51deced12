"""Photos of street reports: read in the confined process, made anew from their pixels, kept in the database alone.

What a camera wrote into the file goes no further than that process. No screen ever gets one, and no public address.
"""

import asyncio
import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from content.media.identify import identify
from content.media.kernel_limits import CannotConfine
from content.media.limits import HOUSE, MIB, Limits
from content.media.preparation import prepare
from content.media.reasons import Refused
from curator.config import Settings
from curator.store import Connection
from curator.tables_reports import report_photos

LARGEST_BYTES = 12_000_000
TAKEN = ("JPEG", "PNG", "WebP", "HEIC", "AVIF")
"""What phones make. Anything else is no photo."""
LIMITS = Limits(
    video_bytes=0, image_bytes=LARGEST_BYTES, image_pixels=64_000_000, image_side=12_000, image_least_side=64,
    animation_frames=1, animation_ms=1, document_pages=1, probe_wall_ms=20_000, wall_base_ms=30_000, wall_per_media=0,
    cpu_s=30, memory_bytes=1_500 * MIB, output_bytes=16 * MIB, folder_bytes=48 * MIB, files=16,
)  # fmt: skip
PROFILE = replace(HOUSE, long_side=1280, short_side=960, jpeg_quality=80)
MOST_KEPT = 2_000
"""Photos in the database; while there are so many, reports are taken without."""
MOST_AT_ONCE = 1
MOST_WAITING = 4
"""Photos that wait for the one that is being read."""
MOST_HELD = 8
"""Photos that are arriving or waiting, in memory: at most so many times LARGEST_BYTES."""

Trouble = Literal["photo_kind", "photo_size", "photo_busy", "photo_full"]
_LOG = logging.getLogger(__name__)


class NoPhoto(Exception):
    """A photo that was not taken."""

    def __init__(self, why: Trouble) -> None:
        """`why` is what the phone's page says in plain words."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture made anew, and its veil: so few points that nothing can be made out."""

    media_type: str
    body: bytes
    veil: bytes
    width: int
    height: int


class Darkroom:
    """Makes photos ready, one after another."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is being made."""
        self._incoming = settings.incoming
        self._turn = asyncio.Semaphore(MOST_AT_ONCE)
        self._waiting = 0
        self.held = 0
        """Photos that are arriving or waiting."""

    @contextmanager
    def holding(self) -> Iterator[None]:
        """One more photo is in memory as long as the block lasts."""
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1

    async def make(self, given: bytes) -> Photo:
        """The photo in these bytes. Raises NoPhoto."""
        if self._waiting >= MOST_WAITING:
            raise NoPhoto("photo_busy")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(made, given, self._incoming)
        finally:
            self._waiting -= 1


def made(given: bytes, incoming: Path) -> Photo:
    """The photo in these bytes; blocks for some seconds, and leaves nothing in `incoming`. Raises NoPhoto."""
    if len(given) > LARGEST_BYTES:
        raise NoPhoto("photo_size")
    with tempfile.TemporaryDirectory(prefix="photo-", dir=incoming) as folder:
        source, out = Path(folder) / "given", Path(folder) / "made"
        source.write_bytes(given)
        out.mkdir()
        try:
            if identify(source).name not in TAKEN:
                raise NoPhoto("photo_kind")
            prepared = prepare(source, out, limits=LIMITS, profile=PROFILE)
        except Refused:
            raise NoPhoto("photo_kind") from None
        except CannotConfine as error:
            _LOG.warning("a photo was not taken: %s", error)
            raise NoPhoto("photo_busy") from error
        picture, veil = prepared.rendition, prepared.veil
        if picture is None or veil is None or picture.kind != "still":
            raise NoPhoto("photo_kind")
        return Photo(
            picture.media_type, picture.path.read_bytes(), veil.path.read_bytes(), picture.width, picture.height
        )


def may_keep(connection: Connection) -> bool:
    """Whether there is room for another."""
    return connection.execute(sa.select(sa.func.count()).select_from(report_photos)).scalar_one() < MOST_KEPT


def keep(connection: Connection, report_id: str, photo: Photo) -> None:
    """Stores the photo of a report."""
    connection.execute(
        report_photos.insert().values(
            report_id=report_id, media_type=photo.media_type, body=photo.body, veil=photo.veil, width=photo.width,
            height=photo.height,
        )
    )  # fmt: skip


def of(connection: Connection, report_id: str) -> Photo | None:
    """The photo of a report, or None."""
    row = connection.execute(sa.select(report_photos).where(report_photos.c.report_id == report_id)).first()
    return None if row is None else Photo(row.media_type, row.body, row.veil, row.width, row.height)


def remove(connection: Connection, report_ids: Iterable[str]) -> None:
    """Removes the photos of these reports."""
    connection.execute(report_photos.delete().where(report_photos.c.report_id.in_(list(report_ids))))
