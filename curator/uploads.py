"""Uploads: who sends which file for which group, what may be taken, what a whole file becomes. Rows only, no bytes."""

import unicodedata
from dataclasses import dataclass

import sqlalchemy as sa

from curator import groups, jobs, library, live_orders, tickets, turns
from curator.ids import new_id
from curator.store import Connection
from curator.tables import items, uploads, versions
from curator.words import N_, Told

LONGEST_FILE_NAME = 200
MOST_OPEN = 200
"""How many uploads of one group may be under way at the same time."""


class UploadRefused(Told):
    """An upload that is not taken; `status` and `code` are for programs, the sentence says what to do."""

    status = 422
    code = "upload_refused"


class EmptyFile(UploadRefused):
    """There is nothing in the file."""

    code = "empty_file"


class TooLarge(UploadRefused):
    """The file is larger than one upload may be."""

    status = 413
    code = "too_large"


class OverQuota(UploadRefused):
    """The group has no room left."""

    status = 413
    code = "over_quota"


class NoSuchTarget(UploadRefused):
    """The group or item it is meant for is not there."""

    status = 404
    code = "no_such_target"


class TicketOver(UploadRefused):
    """Nothing more can be handed in with this ticket."""

    status = 410
    code = "ticket_over"


class TooManyUploads(UploadRefused):
    """The group has begun too many uploads without ending them."""

    status = 429
    code = "too_many_uploads"


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload. `outcome` is empty until it is finished, then `made` or `held` (the group had these bytes already)."""

    id: str
    account_id: str | None
    group_id: str
    source: str
    file_name: str
    title: str
    size_bytes: int
    item_id: str | None
    created_ms: int
    expires_ms: int
    finished_ms: int | None
    sha256: str | None
    outcome: str
    version_id: str | None
    origin: str
    kept_as: str
    ticket_id: str | None
    variant_id: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to upload. `item_id`: as a new version of that item, or of its variant `variant_id`;

    `ticket_id`: with that ticket.
    """

    group_id: str
    file_name: str
    title: str
    size_bytes: int
    item_id: str | None = None
    account_id: str | None = None
    source: str = "browser"
    origin: str = ""
    ticket_id: str | None = None
    variant_id: str | None = None


def clean_name(words: str) -> str:
    """A stranger's file name as it may be shown: the last part, no control or direction characters. Never a path."""
    last = words.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFC", last.encode("utf-8", "replace").decode())
    shown = "".join(char for char in plain if unicodedata.category(char)[0] not in "CZ" or char == " ")
    return shown.strip(" .")[:LONGEST_FILE_NAME].strip() or "file"


def clean_title(words: str) -> str:
    """A stranger's title in one line, without control characters; "" when nothing is left."""
    spoken = "".join(char for char in " ".join(words.split()) if unicodedata.category(char) not in {"Cc", "Cs"})
    return spoken[: library.LONGEST_TITLE].strip()


def title_of(file_name: str) -> str:
    """The title an item gets when nobody gives one: the file's name without its ending."""
    stem = file_name.rsplit(".", 1)[0] if "." in file_name else file_name
    return " ".join(stem.replace("_", " ").split())[: library.LONGEST_TITLE].strip() or file_name


def begin(connection: Connection, wanted: Wanted, *, largest_bytes: int, now_ms: int, life_ms: int) -> Upload:
    """Opens an upload. Raises UploadRefused when it is empty, too large, has no room or no target."""
    check_size(wanted.size_bytes, largest_bytes)
    _check_target(connection, wanted)
    check_room(connection, wanted.group_id, wanted.size_bytes)
    open_ones = sa.select(sa.func.count()).where(uploads.c.group_id == wanted.group_id, uploads.c.finished_ms.is_(None))
    if connection.execute(open_ones).scalar_one() >= MOST_OPEN:
        raise TooManyUploads(N_("This group has begun %(most)s uploads. Finish or remove some first."), most=MOST_OPEN)
    if wanted.ticket_id is not None and not tickets.take(connection, wanted.ticket_id, now_ms):
        raise TicketOver(N_("This ticket takes no more files. Ask whoever gave it to you for another."))
    upload_id = new_id()
    file_name = clean_name(wanted.file_name)
    title = clean_title(wanted.title) or title_of(file_name)
    connection.execute(
        uploads.insert().values(
            id=upload_id, account_id=wanted.account_id, group_id=wanted.group_id, source=wanted.source,
            file_name=file_name, title=title, size_bytes=wanted.size_bytes, item_id=wanted.item_id, created_ms=now_ms,
            expires_ms=now_ms + life_ms, origin=wanted.origin, ticket_id=wanted.ticket_id,
            variant_id=wanted.variant_id,
        )
    )  # fmt: skip
    return _one(connection, upload_id)


def check_size(size_bytes: int, largest_bytes: int) -> None:
    """Raises EmptyFile or TooLarge."""
    if size_bytes <= 0:
        raise EmptyFile(N_("The file is empty. Choose it again; the export may not have finished."))
    if size_bytes > largest_bytes:
        raise TooLarge(
            N_("The file has %(size)s MB; at most %(most)s MB are taken. Export it shorter or smaller and try again."),
            size=-(-size_bytes // 1_000_000), most=largest_bytes // 1_000_000,
        )  # fmt: skip


def check_room(connection: Connection, group_id: str, more_bytes: int, *, besides: str = "") -> None:
    """Raises OverQuota when `more_bytes` do not fit beside what the group stores and is uploading (but `besides`)."""
    group = groups.get(connection, group_id)
    if group is None:
        raise NoSuchTarget(N_("There is no such group."))
    reserved = sa.select(sa.func.coalesce(sa.func.sum(uploads.c.size_bytes), 0)).where(
        uploads.c.group_id == group_id, uploads.c.finished_ms.is_(None), uploads.c.id != besides
    )
    taken = groups.stored_bytes(connection, group_id) + int(connection.execute(reserved).scalar_one())
    if taken + more_bytes > group.quota_bytes:
        raise OverQuota(
            N_("%(group)s has room for %(quota)s MB, and %(taken)s MB are in use. Ask the council for more room."),
            group=group.name, quota=group.quota_bytes // 1_000_000, taken=-(-taken // 1_000_000),
        )  # fmt: skip


def get(connection: Connection, upload_id: str) -> Upload | None:
    """One upload, or None."""
    row = connection.execute(_QUERY.where(uploads.c.id == upload_id)).mappings().first()
    return Upload(**row) if row else None


def unfinished(connection: Connection) -> list[Upload]:
    """Every upload that has not become a version yet, oldest first."""
    query = _QUERY.where(uploads.c.finished_ms.is_(None)).order_by(uploads.c.created_ms)
    return [Upload(**row) for row in connection.execute(query).mappings()]


def note_offset(connection: Connection, upload_id: str, offset_bytes: int, expires_ms: int) -> None:
    """Notes how far an upload has come and that it was heard of; the file's size stays the truth."""
    connection.execute(
        uploads.update()
        .where(uploads.c.id == upload_id)
        .values(offset_bytes=offset_bytes, expires_ms=sa.func.max(uploads.c.expires_ms, expires_ms))
    )


def note_whole(connection: Connection, upload_id: str, *, sha256: str, size_bytes: int, now_ms: int) -> Upload:
    """All bytes are there: notes their hash. When the group holds them already that is the end of it (`held`).

    Raises OverQuota when the group has lost its room meanwhile; nothing is changed then.
    """
    upload = _one(connection, upload_id)
    if upload.finished_ms is not None:
        return upload
    changes: dict[str, object] = {"sha256": sha256, "size_bytes": size_bytes, "offset_bytes": size_bytes}
    holder = _holder(connection, upload, sha256)
    if holder is not None:
        item_id, version_id = holder
        changes |= {"finished_ms": now_ms, "outcome": "held", "item_id": item_id, "version_id": version_id}
    else:
        check_room(connection, upload.group_id, size_bytes, besides=upload_id)
    connection.execute(uploads.update().where(uploads.c.id == upload_id).values(**changes))
    return _one(connection, upload_id)


def receive(connection: Connection, upload_id: str, now_ms: int) -> Upload:
    """The original is kept: makes the item (or the version) and the job to prepare it. Harmless when done twice."""
    upload = _one(connection, upload_id)
    if upload.finished_ms is not None:
        return upload
    if upload.sha256 is None:
        raise ValueError(f"upload {upload_id}: it is not whole yet")
    holder = _holder(connection, upload, upload.sha256)
    if holder is not None:
        outcome, (item_id, version_id) = "held", holder
    else:
        outcome, item_id = (
            "made",
            upload.item_id
            or library.add_item(
                connection, group_id=upload.group_id, title=upload.title, now_ms=now_ms, by=upload.account_id
            ),
        )
        version_id = library.add_version(
            connection, item_id, file_name=upload.file_name, upload_bytes=upload.size_bytes,
            upload_sha256=upload.sha256, now_ms=now_ms, by=upload.account_id, ticket_id=upload.ticket_id,
            variant_id=upload.variant_id,
        )  # fmt: skip
        # A correction of what is over the programme, or will be, does not wait for anybody's film.
        is_urgent = upload.item_id is not None and live_orders.concerns_item(connection, upload.item_id, now_ms)
        jobs.enqueue(
            connection, kind=jobs.PREPARE, subject=version_id, group_id=upload.group_id, now_ms=now_ms,
            lane=turns.lane_of(upload.size_bytes, is_urgent=is_urgent),
        )  # fmt: skip
    changes = {"finished_ms": now_ms, "outcome": outcome, "item_id": item_id, "version_id": version_id}
    connection.execute(uploads.update().where(uploads.c.id == upload_id).values(**changes))
    return _one(connection, upload_id)


def held(
    connection: Connection, group_id: str, sha256: str, *, item_id: str | None = None
) -> tuple[str, str] | None:  # fmt: skip
    """The item and version in which a group holds these very bytes; None when it does not, or withdrew or lost them.

    With `item_id` only that item is looked at.
    """
    query = (
        sa.select(items.c.id, versions.c.id)
        .select_from(versions.join(items, versions.c.item_id == items.c.id))
        .where(
            items.c.group_id == group_id,
            items.c.withdrawn_ms.is_(None),
            versions.c.state != "withdrawn",
            versions.c.upload_sha256 == sha256,
            *(() if item_id is None else (items.c.id == item_id,)),
            versions.c.preparation != "refused",  # whatever stopped it, the same file may be tried again
            versions.c.cleaned_ms.is_(None),
        )
        .order_by(versions.c.created_ms)
    )
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else None


def forget(connection: Connection, upload_id: str) -> None:
    """Drops an upload that did not become anything; one that did stays."""
    tickets.give_back(connection, [upload_id])
    connection.execute(uploads.delete().where(uploads.c.id == upload_id, uploads.c.finished_ms.is_(None)))


def forget_expired(connection: Connection, now_ms: int) -> list[str]:
    """Drops uploads nobody came back to, and notes of finished ones; gives the ids of the former."""
    late = connection.execute(
        sa.select(uploads.c.id).where(
            uploads.c.finished_ms.is_(None), uploads.c.sha256.is_(None), uploads.c.expires_ms <= now_ms
        )
    )
    gone = [row.id for row in late]
    tickets.give_back(connection, gone)
    connection.execute(uploads.delete().where(uploads.c.id.in_(gone)))
    connection.execute(
        uploads.delete().where(
            uploads.c.finished_ms.is_not(None), uploads.c.source != "inbox", uploads.c.expires_ms <= now_ms
        )
    )
    return gone


def _holder(connection: Connection, upload: Upload, sha256: str) -> tuple[str, str] | None:
    """What holds these bytes already. A variant may be of a file that stands in the library as an item of its own."""
    holder = held(connection, upload.group_id, sha256)
    if holder is None or upload.variant_id is None or holder[0] == upload.item_id:
        return holder
    return held(connection, upload.group_id, sha256, item_id=upload.item_id)


def _check_target(connection: Connection, wanted: Wanted) -> None:
    if wanted.item_id is None:
        if wanted.variant_id is not None:
            raise NoSuchTarget(N_("This variant is no longer there."))
        return
    item = library.item(connection, wanted.item_id)
    if item is None or item.group_id != wanted.group_id or item.withdrawn_ms is not None:
        raise NoSuchTarget(N_("There is no such item to make a new version of."))
    if wanted.variant_id is not None and item.variant(wanted.variant_id) is None:
        raise NoSuchTarget(N_("This variant is no longer there."))


def _one(connection: Connection, upload_id: str) -> Upload:
    upload = get(connection, upload_id)
    if upload is None:
        raise NoSuchTarget(N_("This upload is not known any more. Start it again."))
    return upload


_QUERY = sa.select(*(uploads.c[name] for name in Upload.__slots__))
