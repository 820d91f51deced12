"""A look whether everything is whole: database, audit chain, keys, every file. Reads only; changes nothing."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from content.approval import read_approval
from content.files import place_of, sha256_of
from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey, SigningKey
from curator import audit
from curator.config import Settings
from curator.schema import HEAD
from curator.store import Connection
from curator.tables import audit as audit_table
from curator.tables import decisions, items, versions

MOST_FINDINGS = 1000
_APPROVAL_BYTES = 1 << 20


class BackupRefused(RuntimeError):
    """A backup that cannot be written or read; the sentence says why and what to do."""


def check_everything(data: Path) -> list[str]:
    """What is not whole in a data folder, worst first, one sentence each; [] when all is well. At most 1000.

    Reads every file once, approved renditions first. Safe while the service runs.
    """
    settings = Settings(data=data)
    found: list[str] = []
    for finding in _findings(settings):
        found.append(finding)
        if len(found) >= MOST_FINDINGS:
            return [*found, "There is more; only the first findings are told."]
    return found


def refuse_damaged_database(path: Path) -> None:
    """Raises BackupRefused when the database at `path` is damaged or not one that this version reads."""
    for finding in _database_findings(path):
        raise BackupRefused(finding)


def _findings(settings: Settings) -> Iterator[str]:
    damage = list(_database_findings(settings.database))
    key, complaint = _key(settings)
    yield from damage
    yield from complaint
    if damage:
        return  # nothing a damaged database says can be relied on
    with reading(settings.database) as connection:
        yield from _chain_findings(connection)
        yield from _file_findings(connection, settings)
        if key is not None:
            yield from _approval_findings(connection, key)


def _database_findings(path: Path) -> Iterator[str]:
    try:
        with reading(path) as connection:
            for row in connection.exec_driver_sql("PRAGMA integrity_check").fetchmany(20):
                if row[0] != "ok":
                    yield f"The database is damaged: {row[0]}. Restore the last good backup."
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20):
                yield f"The database is damaged: row {row[1]} of {row[0]} points to a missing row of {row[2]}."
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if version is None or not str(version).isdigit() or int(version) > int(HEAD):
                yield f"The database has the shape {version}; this version of Commonscreen knows shapes up to {HEAD}."
    except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        yield f"The database cannot be read: {getattr(error, 'orig', None) or error}. Restore the last good backup."


def _key(settings: Settings) -> tuple[PublicKey | None, list[str]]:
    path = settings.keys / "curator.key"
    if not path.is_file():
        return None, [f"The key {path} is missing: screens will not accept anything. Restore it from a backup."]
    complaint = []
    if path.stat().st_mode & 0o077:
        complaint.append(f"The key {path} can be read by others: chmod 600 it, and ask who has seen it.")
    try:
        return SigningKey.load_or_make(path).public, complaint
    except (ValueError, OSError) as error:
        return None, [*complaint, f"The key cannot be read: {error}"]


def _chain_findings(connection: Connection) -> Iterator[str]:
    broken = audit.first_broken_row(connection)
    if broken is not None:
        yield (
            f"The audit log is broken at row {broken}: that row, or one beside it, was changed, removed or put in. "
            "Compare with a backup."
        )


def _file_findings(connection: Connection, settings: Settings) -> Iterator[str]:
    checked: set[str] = set()
    for sha256, what in _named(connection):
        if sha256 not in checked:
            checked.add(sha256)
            yield from _file_finding(place_of(settings.files, sha256), sha256, what)
    unfinished = sa.select(versions.c.upload_sha256, versions.c.id).where(
        versions.c.preparation.in_(["waiting", "running"])
    )
    for row in connection.execute(unfinished):
        what = f"the original of version {row.id}"
        yield from _file_finding(place_of(settings.originals, row.upload_sha256), row.upload_sha256, what)


def _named(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every prepared file with what it is, those that may be on a screen first."""
    playing = versions.c.id == items.c.approved_version_id
    query = (
        sa.select(
            versions.c.sha256, versions.c.thumbnail_sha256, versions.c.poster_sha256, versions.c.strip_sha256,
            items.c.title, versions.c.number,
        )
        .select_from(versions.join(items, versions.c.item_id == items.c.id))
        .where(versions.c.cleaned_ms.is_(None))
        .order_by(playing.desc(), versions.c.id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    for column, name in enumerate(("the rendition", "the thumbnail", "the poster", "the strip")):
        for row in rows:
            if row[column]:
                yield row[column], f"{name} of “{row.title}”, version {row.number}"


def _file_finding(path: Path, sha256: str, what: str) -> Iterator[str]:
    try:
        if sha256_of(path) != sha256:
            yield f"{what} is damaged ({path}). Put the file back from a backup."
    except FileNotFoundError:
        yield f"{what} is missing ({path}). Put the file back from a backup."
    except OSError as error:
        yield f"{what} cannot be read ({path}): {error.strerror}."


def _approval_findings(connection: Connection, key: PublicKey) -> Iterator[str]:
    """Approvals that hold now must carry a signature of ours, and the audit log must still hold what they saw of it."""
    query = (
        sa.select(decisions.c.signed, decisions.c.sha256, items.c.title)
        .select_from(
            decisions.join(versions, decisions.c.version_id == versions.c.id).join(
                items, versions.c.item_id == items.c.id
            )
        )
        .where(decisions.c.decision == "approved", versions.c.state == "approved")
    )
    for row in connection.execute(query).all():
        try:
            signed = read_approval(Reader.of_bytes(row.signed.encode(), limit_bytes=_APPROVAL_BYTES))
            signed.verify({key.key_id: key})
        except (BadDocument, BadSignature, json.JSONDecodeError) as error:
            yield f"The approval of “{row.title}” does not hold, no screen will show it: {error}."
            continue
        seen = sa.select(audit_table.c.seq).where(audit_table.c.hash == signed.approval.audit_head)
        if signed.approval.sha256 != row.sha256 or connection.execute(seen).first() is None:
            yield f"The audit log lacks the row that the approval of “{row.title}” was bound to: rows were removed."


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A connection that cannot write, to a database that may be damaged."""
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True),
        poolclass=sa.pool.NullPool,
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
