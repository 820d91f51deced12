"""Backup and restore: one .tar that holds everything, written while the service runs, put back into an empty folder.

In the archive: `backup.json`, the database as it stood at one moment, every file its rows name, the originals whose
preparation is not finished or that may still be mended, and the keys. Never in it: unfinished uploads, and the
originals of what is prepared.
Whoever holds a backup can sign as this curator: it is written for its owner's eyes alone (mode 0600).
"""

import contextlib
import hashlib
import io
import json
import logging
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from content import clock
from content.canonical import Json
from content.files import CHUNK_BYTES, place_of, sync_file, sync_folder
from content.reading import BadDocument, Reader
from curator import audit, notices, open311_outbox, webhooks
from curator.config import Settings
from curator.library import FILES_OF_A_VERSION
from curator.schema import HEAD, bring_up_to_date
from curator.store import Connection, Store
from curator.tables import captions, facts, mails, pairings, password_resets, sessions, uploads, versions
from curator.tables_sign_in import decision_links
from curator.tables_tokens import api_tokens, kept_answers
from curator.wholeness import BackupRefused, check_everything, reading, refuse_damaged_database
from curator.words import N_, _

FORMAT = "commonscreen-backup/1"
DATABASE = "commonscreen.db"
ABOUT = "backup.json"
ABOUT_BYTES = 64 << 10
MOST_MEMBERS = 5_000_000
MOST_MISSING_NAMED = 200
_STORED = re.compile(r"(files|originals)/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64})")
_KEY = re.compile(r"keys/[a-z0-9][a-z0-9._-]{0,60}")
_KEY_BYTES = 64 << 10
_LOG = logging.getLogger(__name__)

__all__ = ["BackupRefused", "check_everything", "restore_backup", "write_backup"]


def write_backup(data: Path, file: Path, now: clock.Now = clock.now_ms) -> tuple[int, int]:
    """Writes the archive `file` from the data folder and gives the number of files in it and its size in bytes.

    The service may run on: the database is copied first, and files are stored before the rows that name them. A file
    that is missing is told in the log and in `backup.json`, and the rest is saved. An older `file` is replaced only
    when the new one is whole. Raises BackupRefused when the database is damaged, OSError when it cannot be written.
    """
    settings = Settings(data=data)
    handle, temporary = tempfile.mkstemp(prefix=".backup-", dir=file.absolute().parent)
    try:
        with os.fdopen(handle, "wb") as stream, tempfile.TemporaryDirectory(dir=data, prefix=".backup-") as scratch:
            copy = Path(scratch) / DATABASE
            _copy_database(settings.database, copy)
            refuse_damaged_database(copy)
            with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
                count = _fill(archive, settings, copy, now())
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    sync_folder(file.absolute().parent)
    return count, file.stat().st_size


def restore_backup(file: Path, data: Path, now: clock.Now = clock.now_ms) -> int:
    """Fills the folder `data`, which must be empty or not there, from an archive; gives the number of files.

    Everything is checked beside `data` and takes its place in one step. The restored curator's manifests count from a
    new epoch, so that nodes which have seen later ones accept them; everybody signs in anew; unfinished uploads and
    pairings are gone. Raises BackupRefused when the archive or the folder is not fit.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        sentence = N_("%(data)s is not an empty folder. Restore into a new one, look at it, then put it in place.")
        raise BackupRefused(sentence, data=data)
    data.absolute().parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".restore-", dir=data.absolute().parent))
    try:
        with _opened(file) as archive:
            count = _extract(archive, fresh, file)
        _begin_anew(fresh, now())
        _sync_everything(fresh)
        fresh.chmod(0o755)
        fresh.replace(data)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    sync_folder(data.absolute().parent)
    return count


# --- writing ---------------------------------------------------------------------------------------------------------


def _copy_database(source: Path, copy: Path) -> None:
    """A copy as of one moment, made by SQLite itself; writers go on."""
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
            contextlib.closing(sqlite3.connect(copy)) as saved,
        ):
            live.backup(saved)
            saved.execute("PRAGMA journal_mode=DELETE")  # one file, no -wal beside it
    except sqlite3.DatabaseError as error:
        sentence = N_("%(file)s cannot be read: %(why)s. Restore the last good backup.")
        raise BackupRefused(sentence, file=source, why=error) from error


def _fill(archive: tarfile.TarFile, settings: Settings, copy: Path, now_ms: int) -> int:
    prepared, originals = _named_files(copy)
    missing: list[str] = []
    members = [
        (f"keys/{path.name}", path) for path in sorted(settings.keys.iterdir()) if _KEY.fullmatch(f"keys/{path.name}")
    ]
    for folder, root, names in (("files", settings.files, prepared), ("originals", settings.originals, originals)):
        for sha256 in sorted(names):
            path = place_of(root, sha256)
            name = f"{folder}/{path.relative_to(root).as_posix()}"
            if path.is_file():
                members.append((name, path))
            else:
                missing.append(name)
                _LOG.warning(_("%(name)s is missing from the data folder; the rest is saved.", name=name))
    about: dict[str, Json] = {
        "format": FORMAT, "schema": HEAD, "made_ms": now_ms, "files": len(members) + 1,
        "missing_count": len(missing), "missing": missing[:MOST_MISSING_NAMED],
    }  # fmt: skip
    body = json.dumps(about, indent=1).encode()
    archive.addfile(_member(ABOUT, len(body), now_ms), io.BytesIO(body))
    for name, path in [(DATABASE, copy), *members]:
        with path.open("rb") as stream:
            archive.addfile(_member(name, os.fstat(stream.fileno()).st_size, now_ms), stream)
    return len(members) + 1


def _member(name: str, size_bytes: int, now_ms: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size_bytes, now_ms // 1000
    member.mode = 0o600 if name.startswith("keys/") or name == DATABASE else 0o644
    return member


def _named_files(database: Path) -> tuple[set[str], set[str]]:
    """The prepared files the rows name, and the originals that are still to be prepared or may be mended."""
    with reading(database) as connection:
        return _names(connection)


def _names(connection: Connection) -> tuple[set[str], set[str]]:
    columns = [versions.c[name] for name in FILES_OF_A_VERSION]
    rows = connection.execute(sa.select(*columns).where(versions.c.cleaned_ms.is_(None)))
    prepared = {name for row in rows for name in row if name}
    texts = sa.select(captions.c.sha256).join(versions, captions.c.version_id == versions.c.id)
    standing = texts.where(versions.c.cleaned_ms.is_(None), captions.c.state != "removed")
    prepared |= set(connection.execute(standing).scalars())
    unfinished = versions.c.preparation.in_(["waiting", "running"])
    # What was refused is made from its original again, mended, as long as that is kept.
    may_be_mended = sa.and_(
        versions.c.preparation == "refused", versions.c.offers != "", versions.c.cleaned_ms.is_(None)
    )
    needed = sa.select(versions.c.upload_sha256).where(sa.or_(unfinished, may_be_mended))
    return prepared, {row[0] for row in connection.execute(needed)}


# --- restoring -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise BackupRefused(N_("%(file)s is not a whole backup: %(why)s."), file=file, why=error) from error


def _extract(archive: tarfile.TarFile, into: Path, file: Path) -> int:
    """Writes the members that belong in a backup, each checked against its name; refuses an archive with any other."""
    seen: set[str] = set()
    room = shutil.disk_usage(into).free
    for member in archive:
        if len(seen) >= MOST_MEMBERS:
            raise BackupRefused(N_("%(file)s holds more than %(most)s files."), file=file, most=MOST_MEMBERS)
        _refuse_member(member, seen, file)
        seen.add(member.name)
        room -= member.size
        if room < 0:
            raise BackupRefused(N_("The disk has no room for what %(file)s holds."), file=file)
        body = archive.extractfile(tarfile.data_filter(member, str(into)))
        if body is None:
            raise BackupRefused(N_("%(file)s: “%(name)s” is not a file."), file=file, name=member.name)
        if member.name == ABOUT:
            _read_about(body.read(ABOUT_BYTES), file)
        else:
            _write_member(body, member, into, file)
    for name in (ABOUT, DATABASE, "keys/curator.key"):
        if name not in seen:
            raise BackupRefused(N_("%(file)s is not a whole backup: “%(name)s” is missing."), file=file, name=name)
    return len(seen) - 1


def _refuse_member(member: tarfile.TarInfo, seen: set[str], file: Path) -> None:
    known = member.name in {ABOUT, DATABASE} or _STORED.fullmatch(member.name) or _KEY.fullmatch(member.name)
    if not known or member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or member.sparse is not None:
        sentence = N_("%(file)s holds “%(name)s”, which does not belong in a backup. Nothing was restored.")
        raise BackupRefused(sentence, file=file, name=member.name[:100])
    if member.name in seen:
        sentence = N_("%(file)s holds “%(name)s” twice. Nothing was restored.")
        raise BackupRefused(sentence, file=file, name=member.name)
    if (member.name == ABOUT and member.size > ABOUT_BYTES) or (
        _KEY.fullmatch(member.name) and member.size > _KEY_BYTES
    ):
        sentence = N_("%(file)s: “%(name)s” is too large. Nothing was restored.")
        raise BackupRefused(sentence, file=file, name=member.name)


def _read_about(body: bytes, file: Path) -> None:
    try:
        about = Reader.of_bytes(body, limit_bytes=ABOUT_BYTES).fields("format", "schema", others=True)
        form = about["format"].text(most=100)
    except BadDocument as error:
        sentence = N_("%(file)s: “%(name)s” is damaged: %(why)s. Nothing was restored.")
        raise BackupRefused(sentence, file=file, name=ABOUT, why=error) from error
    if form != FORMAT:
        sentence = N_("%(file)s is a backup of another kind (%(kind)s); this version reads %(known)s.")
        raise BackupRefused(sentence, file=file, kind=form, known=FORMAT)


def _write_member(body: IO[bytes], member: tarfile.TarInfo, into: Path, file: Path) -> None:
    place = into / member.name
    private = not member.name.startswith("files/")
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, size_bytes = hashlib.sha256(), 0
    with place.open("xb") as stream:
        os.fchmod(stream.fileno(), 0o600 if private else 0o644)
        while chunk := body.read(CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
            stream.write(chunk)
    if size_bytes != member.size:
        sentence = N_("%(file)s ends in the middle of “%(name)s”. Nothing was restored.")
        raise BackupRefused(sentence, file=file, name=member.name)
    stored = _STORED.fullmatch(member.name)
    if stored and (digest.hexdigest() != stored[4] or stored[4][:4] != stored[2] + stored[3]):
        sentence = N_("%(file)s: “%(name)s” is damaged. Nothing was restored.")
        raise BackupRefused(sentence, file=file, name=member.name)


def _begin_anew(data: Path, now_ms: int) -> None:
    """What must not simply go on after a restore: manifest versions, sessions, tokens, pairings, uploads under way."""
    settings = Settings(data=data)
    refuse_damaged_database(settings.database)
    settings.make_folders()
    settings.keys.chmod(0o700)
    store = Store(settings.database)
    try:
        bring_up_to_date(store)
        store.run_now(lambda connection: _mark_restored(connection, now_ms))
    except sa.exc.DatabaseError as error:
        raise BackupRefused(N_("The database in the backup cannot be used: %(why)s."), why=error.orig) from error
    finally:
        store.close()


def _mark_restored(connection: Connection, now_ms: int) -> None:
    old = connection.execute(sa.select(facts.c.value).where(facts.c.name == "manifest_epoch")).scalar()
    # Seconds since 1970 rather than one more: restoring the same backup twice must give two different epochs.
    epoch = max(int(old or 0) + 1, now_ms // 1000)
    connection.execute(facts.delete().where(facts.c.name == "manifest_epoch"))
    connection.execute(facts.insert().values(name="manifest_epoch", value=str(epoch)))
    for table, condition in (
        (sessions, sa.true()), (pairings, pairings.c.claimed_ms.is_(None)), (uploads, uploads.c.finished_ms.is_(None)),
        (mails, sa.true()), (password_resets, sa.true()), (api_tokens, sa.true()), (kept_answers, sa.true()),
        (decision_links, sa.true()),
    ):  # fmt: skip
        connection.execute(table.delete().where(condition))
    notices.mail_nothing_of_before(connection)
    webhooks.tell_nothing_of_before(connection)
    open311_outbox.hold_what_waits(connection)
    audit.record(connection, now_ms, None, "backup.restore", "curator:self", epoch=epoch)


def _sync_everything(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)
    sync_folder(folder)
