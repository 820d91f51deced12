"""A look whether everything is whole: database, audit chain, keys, every file. Reads only; changes nothing."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from content.approval import read_approval
from content.files import place_of, sha256_of
from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey, SigningKey
from curator import audit
from curator.config import Settings
from curator.decided import ALLOWING
from curator.library import FILES_OF_A_VERSION
from curator.mail import outbox
from curator.schema import HEAD
from curator.store import Connection
from curator.tables import audit as audit_table
from curator.tables import captions, decisions, items, versions
from curator.words import N_, Told, _

MOST_FINDINGS = 1000
_APPROVAL_BYTES = 1 << 20
_CAPTIONED = captions.join(versions, captions.c.version_id == versions.c.id).join(
    items, versions.c.item_id == items.c.id
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file, and what is told of one that is not whole."""

    damaged: str
    missing: str
    unreadable: str


_COMPARISON = _Kind(
    N_("a comparison of “%(title)s”, version %(number)s is damaged (%(file)s). Put the file back from a backup."),
    N_("a comparison of “%(title)s”, version %(number)s is missing (%(file)s). Put the file back from a backup."),
    N_("a comparison of “%(title)s”, version %(number)s cannot be read (%(file)s): %(why)s."),
)
# The kinds of prepared files, in the order of their columns in `_named`.
_PREPARED = (
    _Kind(
        N_("the rendition of “%(title)s”, version %(number)s is damaged (%(file)s). Put the file back from a backup."),
        N_("the rendition of “%(title)s”, version %(number)s is missing (%(file)s). Put the file back from a backup."),
        N_("the rendition of “%(title)s”, version %(number)s cannot be read (%(file)s): %(why)s."),
    ),
    _Kind(
        N_("the thumbnail of “%(title)s”, version %(number)s is damaged (%(file)s). Put the file back from a backup."),
        N_("the thumbnail of “%(title)s”, version %(number)s is missing (%(file)s). Put the file back from a backup."),
        N_("the thumbnail of “%(title)s”, version %(number)s cannot be read (%(file)s): %(why)s."),
    ),
    _Kind(
        N_("the poster of “%(title)s”, version %(number)s is damaged (%(file)s). Put the file back from a backup."),
        N_("the poster of “%(title)s”, version %(number)s is missing (%(file)s). Put the file back from a backup."),
        N_("the poster of “%(title)s”, version %(number)s cannot be read (%(file)s): %(why)s."),
    ),
    _Kind(
        N_("the strip of “%(title)s”, version %(number)s is damaged (%(file)s). Put the file back from a backup."),
        N_("the strip of “%(title)s”, version %(number)s is missing (%(file)s). Put the file back from a backup."),
        N_("the strip of “%(title)s”, version %(number)s cannot be read (%(file)s): %(why)s."),
    ),
    *[_COMPARISON] * 2,
)
_CAPTIONS = _Kind(
    N_("the captions of “%(title)s”, version %(number)s are damaged (%(file)s). Put the file back from a backup."),
    N_("the captions of “%(title)s”, version %(number)s are missing (%(file)s). Put the file back from a backup."),
    N_("the captions of “%(title)s”, version %(number)s cannot be read (%(file)s): %(why)s."),
)
_ORIGINAL = _Kind(
    N_("the original of version %(id)s is damaged (%(file)s). Put the file back from a backup."),
    N_("the original of version %(id)s is missing (%(file)s). Put the file back from a backup."),
    N_("the original of version %(id)s cannot be read (%(file)s): %(why)s."),
)


class BackupRefused(Told):
    """A backup that cannot be written or read; the sentence says why and what to do."""


def check_everything(data: Path) -> list[str]:
    """What is not whole in a data folder, worst first, one sentence each; [] when all is well. At most 1000.

    The sentences are in the language of `curator.words.LANGUAGE`. Reads every file once, approved renditions first.
    Safe while the service runs.
    """
    settings = Settings(data=data)
    found: list[str] = []
    for finding in _findings(settings):
        found.append(finding.told())
        if len(found) >= MOST_FINDINGS:
            return [*found, _("There is more; only the first findings are told.")]
    return found


def refuse_damaged_database(path: Path) -> None:
    """Raises BackupRefused when the database at `path` is damaged or not one that this version reads."""
    for finding in _database_findings(path):
        raise BackupRefused(finding.sentence, **finding.values)


def _findings(settings: Settings) -> Iterator[Told]:
    damage = list(_database_findings(settings.database))
    key, complaint = _key(settings)
    yield from damage
    yield from complaint
    if damage:
        return  # nothing a damaged database says can be relied on
    with reading(settings.database) as connection:
        shape = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
        if shape != HEAD:
            sentence = N_(
                "The database has the shape %(shape)s of an older version, this one reads shape %(known)s."
                " Start the service once, which brings it up to date, and check again."
            )
            yield Told(sentence, shape=shape, known=HEAD)
            return
        yield from _chain_findings(connection)
        yield from _file_findings(connection, settings)
        if key is not None:
            yield from _approval_findings(connection, key)
        yield from _mail_findings(connection)


def _database_findings(path: Path) -> Iterator[Told]:
    try:
        with reading(path) as connection:
            for row in connection.exec_driver_sql("PRAGMA integrity_check").fetchmany(20):
                if row[0] != "ok":
                    yield Told(N_("The database is damaged: %(why)s. Restore the last good backup."), why=row[0])
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20):
                sentence = N_("The database is damaged: row %(row)s of %(table)s points to a missing row of %(other)s.")
                yield Told(sentence, row=row[1], table=row[0], other=row[2])
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if version is None or not str(version).isdigit() or int(version) > int(HEAD):
                sentence = N_(
                    "The database has the shape %(shape)s; this version of Commonscreen knows shapes up to %(known)s."
                )
                yield Told(sentence, shape=version, known=HEAD)
    except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        sentence = N_("The database cannot be read: %(why)s. Restore the last good backup.")
        yield Told(sentence, why=getattr(error, "orig", None) or error)


def _key(settings: Settings) -> tuple[PublicKey | None, list[Told]]:
    path = settings.keys / "curator.key"
    if not path.is_file():
        sentence = N_("The key %(file)s is missing: screens will not accept anything. Restore it from a backup.")
        return None, [Told(sentence, file=path)]
    complaint = []
    if path.stat().st_mode & 0o077:
        sentence = N_("The key %(file)s can be read by others: chmod 600 it, and ask who has seen it.")
        complaint.append(Told(sentence, file=path))
    try:
        return SigningKey.load_or_make(path).public, complaint
    except ValueError:
        sentence = N_("The key %(file)s is damaged: it does not hold a key of 32 bytes. Restore it from a backup.")
        return None, [*complaint, Told(sentence, file=path)]
    except OSError as error:
        return None, [*complaint, Told(N_("The key %(file)s cannot be read: %(why)s."), file=path, why=error.strerror)]


def _chain_findings(connection: Connection) -> Iterator[Told]:
    broken = audit.first_broken_row(connection)
    if broken is not None:
        sentence = N_(
            "The audit log is broken at row %(row)s: that row, or one beside it, was changed, removed or put in. "
            "Compare with a backup."
        )
        yield Told(sentence, row=broken)


def _file_findings(connection: Connection, settings: Settings) -> Iterator[Told]:
    checked: set[str] = set()
    for sha256, kind, names in _named(connection):
        if sha256 not in checked:
            checked.add(sha256)
            yield from _file_finding(place_of(settings.files, sha256), sha256, kind, names)
    unfinished = sa.select(versions.c.upload_sha256, versions.c.id).where(
        versions.c.preparation.in_(["waiting", "running"])
    )
    for row in connection.execute(unfinished):
        place = place_of(settings.originals, row.upload_sha256)
        yield from _file_finding(place, row.upload_sha256, _ORIGINAL, {"id": row.id})


def _mail_findings(connection: Connection) -> Iterator[Told]:
    count, error = outbox.stuck(connection)
    if count:
        sentence = N_("Mails that could not be sent: %(count)s (%(why)s). Look at People, Mail.")
        yield Told(sentence, count=count, why=error)


def _named(connection: Connection) -> Iterator[tuple[str, _Kind, Mapping[str, object]]]:
    """Every prepared file with its kind and what names it, those that may be on a screen first."""
    playing = versions.c.id == items.c.approved_version_id
    query = (
        sa.select(
            *(versions.c[name] for name in FILES_OF_A_VERSION), items.c.title, versions.c.number,
        )
        .select_from(versions.join(items, versions.c.item_id == items.c.id))
        .where(versions.c.cleaned_ms.is_(None))
        .order_by(playing.desc(), versions.c.id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    for column, kind in enumerate(_PREPARED):
        for row in rows:
            if row[column]:
                yield row[column], kind, {"title": row.title, "number": row.number}
    texts = (
        sa.select(captions.c.sha256, items.c.title, versions.c.number)
        .select_from(_CAPTIONED)
        .where(versions.c.cleaned_ms.is_(None), captions.c.state != "removed")
        .order_by(captions.c.id)
    )
    for text in connection.execute(texts).all():
        yield text.sha256, _CAPTIONS, {"title": text.title, "number": text.number}


def _file_finding(path: Path, sha256: str, kind: _Kind, names: Mapping[str, object]) -> Iterator[Told]:
    try:
        if sha256_of(path) != sha256:
            yield Told(kind.damaged, file=path, **names)
    except FileNotFoundError:
        yield Told(kind.missing, file=path, **names)
    except OSError as error:
        yield Told(kind.unreadable, file=path, why=error.strerror, **names)


def _approval_findings(connection: Connection, key: PublicKey) -> Iterator[Told]:
    """Approvals that hold now must carry a signature of ours, and the audit log must still hold what they saw of it."""
    query = (
        sa.select(decisions.c.signed, decisions.c.sha256, items.c.title)
        .select_from(
            decisions.join(versions, decisions.c.version_id == versions.c.id).join(
                items, versions.c.item_id == items.c.id
            )
        )
        .where(decisions.c.decision.in_(ALLOWING), versions.c.state == "approved")
    )
    texts = (
        sa.select(captions.c.signed, captions.c.sha256, items.c.title)
        .select_from(_CAPTIONED)
        .where(captions.c.state == "approved", versions.c.state == "approved")
    )
    for row in [*connection.execute(query).all(), *connection.execute(texts).all()]:
        try:
            signed = read_approval(Reader.of_bytes(row.signed.encode(), limit_bytes=_APPROVAL_BYTES))
            signed.verify({key.key_id: key})
        except (BadDocument, BadSignature, json.JSONDecodeError) as error:
            sentence = N_("The approval of “%(title)s” does not hold, no screen will show it: %(why)s.")
            yield Told(sentence, title=row.title, why=error)
            continue
        seen = sa.select(audit_table.c.seq).where(audit_table.c.hash == signed.approval.audit_head)
        if signed.approval.sha256 != row.sha256 or connection.execute(seen).first() is None:
            sentence = N_(
                "The audit log lacks the row that the approval of “%(title)s” was bound to: rows were removed."
            )
            yield Told(sentence, title=row.title)


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
