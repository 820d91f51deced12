"""Mending: a new version of an item from an original that is still kept, with what its makers chose to have changed.

The new version is prepared like any other. It waits for its makers, not for the moderators: they look at it beside
what it was made from, and submit it or leave it.
"""

import json

import sqlalchemy as sa

from content import files
from content.media.facts import MediaFacts, parse_facts
from content.media.mends import LEAST_SIDE_BP, MOST_MENDS, WHOLE_BP, Crop, Dim, Mend, Mends, decides_anew
from content.reading import BadDocument, Reader
from curator import audit, jobs, library, occasions, turns, uploads
from curator.cleaning import DAY_MS
from curator.config import Settings
from curator.library import Item, Version
from curator.store import Connection
from curator.tables import items, versions
from curator.words import N_, Told

SCREEN = 16, 9
_ALIKE_BP2 = 9_600 * WHOLE_BP
MOST_WAITING = 3
"""Versions of one item that wait to be prepared at the same time."""


class CannotMend(Told):
    """A version that cannot be mended or submitted; the sentence says why and what to do."""


def source_of(item: Item, version_id: str) -> Version:
    """The version of the item that is to be mended. Raises CannotMend when its original is no longer kept."""
    version = item.version(version_id)
    if version is None or item.withdrawn_ms is not None:
        raise CannotMend(N_("It was withdrawn in the meantime. There is nothing left to mend."))
    if version.cleaned_ms is not None:
        raise CannotMend(N_("The original is no longer kept. Upload it again, then it can be mended."))
    if version.preparation not in {"ready", "refused"}:
        raise CannotMend(N_("It is being prepared. Wait until that is done."))
    return version


def mend(connection: Connection, item_id: str, version_id: str, mends: Mends, *, by: str, now_ms: int) -> str:
    """Makes a new version from the original of another, with these mends, and gives its id.

    Asked twice for the same, it is done once. Raises CannotMend, and OverQuota when the group has no room.
    """
    item = _known(library.item(connection, item_id))
    version = source_of(item, version_id)
    if not mends:
        raise CannotMend(N_("Choose what is to be changed."))
    coming = [one for one in item.beside(version) if one.preparation in {"waiting", "running"}]
    same = next((one for one in coming if one.mends == mends and one.upload_sha256 == version.upload_sha256), None)
    if same is not None:
        return same.id
    if len(coming) >= MOST_WAITING:
        raise CannotMend(N_("%(most)s versions are being prepared already. Look at them first."), most=MOST_WAITING)
    uploads.check_room(connection, item.group_id, 1)
    new_id = library.add_version(
        connection, item.id, file_name=version.file_name, upload_bytes=version.upload_bytes,
        upload_sha256=version.upload_sha256, now_ms=now_ms, by=by, mends=mends, mended_from=version.id,
        variant_id=version.variant_id,
    )  # fmt: skip
    jobs.enqueue(
        connection, kind=jobs.PREPARE, subject=new_id, group_id=item.group_id, now_ms=now_ms,
        lane=turns.lane_of(version.upload_bytes, is_urgent=False),
    )  # fmt: skip
    return new_id


def submit(connection: Connection, item_id: str, version_id: str, *, by: str, now_ms: int) -> None:
    """Submits a version that waits for its group to the moderators; harmless when done twice. Raises CannotMend.

    Whoever submits what was handed in with a ticket answers for it: it counts as theirs.
    """
    item = _known(library.item(connection, item_id))
    version = item.version(version_id)
    if version is None or item.withdrawn_ms is not None:
        raise CannotMend(N_("It was withdrawn in the meantime. There is nothing left to submit."))
    if version.state == "submitted":
        return
    if not version.is_unsubmitted or version.cleaned_ms is not None:
        raise CannotMend(N_("This version cannot be submitted (any more)."))
    connection.execute(
        versions.update().where(versions.c.id == version_id).values(state="submitted", submitted_ms=now_ms)
    )
    if version.ticket_id is not None:
        connection.execute(versions.update().where(versions.c.id == version_id).values(created_by=by))
        nobodys = items.c.id == item_id, items.c.created_by.is_(None)
        connection.execute(items.update().where(*nobodys).values(created_by=by))
    audit.record(
        connection, now_ms, by, "version.submit", f"version:{version_id}", item=item_id, sha256=version.sha256
    )  # fmt: skip
    occasions.waits(connection, version_id, by=by, now_ms=now_ms)


def with_more(version: Version, more: Mends) -> Mends:
    """What a version has already been mended with, and these; one that decides the same anew replaces it."""
    kept = tuple(mend for mend in version.mends if not any(_replaces(new, mend) for new in more))
    return (*kept, *more)[:MOST_MENDS]


def part_at(facts: MediaFacts, percent: int) -> Crop | None:
    """A part of a picture in the shape of a screen, `percent` of the way from left to right, or from top to bottom.

    None where there is hardly anything to choose: the picture has that shape, or is far too thin for it.
    """
    (across, down), width, height = SCREEN, facts.shown_width, facts.shown_height
    width_bp = min(WHOLE_BP, WHOLE_BP * height * across // (down * width))
    height_bp = min(WHOLE_BP, WHOLE_BP * width * down // (across * height))
    if min(width_bp, height_bp) < LEAST_SIDE_BP or max(width_bp, height_bp) * min(width_bp, height_bp) > _ALIKE_BP2:
        return None
    return Crop(
        (WHOLE_BP - width_bp) * percent // 100, (WHOLE_BP - height_bp) * percent // 100, width_bp, height_bp
    )  # fmt: skip


def facts_of(connection: Connection, version_id: str) -> MediaFacts | None:
    """What the upload of a version is; None when that was not found out."""
    facts = connection.execute(sa.select(versions.c.facts).where(versions.c.id == version_id)).scalar()
    try:
        return parse_facts(Reader(json.loads(facts or "null")))
    except BadDocument:
        return None  # written by another release, or refused before it was known


def kept_until_ms(version: Version, keep_days: int) -> int | None:
    """Until when an original can surely be mended; None: as long as its version is in use."""
    if version.prepared_ms is None or not (version.preparation == "refused" or version.is_unsubmitted):
        return None
    return version.prepared_ms + keep_days * DAY_MS


def is_kept(settings: Settings, version: Version) -> bool:
    """Whether the original of a version is on the disk; after a restore it may not be. For threads."""
    place = files.place_of(settings.originals, version.upload_sha256)
    return version.cleaned_ms is None and place.is_file()


def _replaces(new: Mend, old: Mend) -> bool:
    if isinstance(new, Dim) and isinstance(old, Dim):
        return new.start_ms <= old.start_ms and old.end_ms <= new.end_ms
    return new == old or decides_anew(new, old)


def _known(item: Item | None) -> Item:
    if item is None:
        raise CannotMend(N_("It was withdrawn in the meantime. There is nothing left to mend."))
    return item
