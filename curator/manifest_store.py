"""Manifests as stored: a screen's versions, and what the publisher remembers about the newest. One transaction each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from curator.programme import library_facts
from curator.programme.facts import Note
from curator.programme.manifest_maker import Sealed
from curator.store import Connection
from curator.tables import facts, manifest_files, manifests

KEPT_MANIFESTS = 20


class Overtaken(Exception):
    """Something changed between gathering and storing; the screen's turn comes again at once."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the publisher remembers about a screen: the last version, what it was made from, its reach, its notes."""

    version: int
    parts: Mapping[str, str]
    from_ms: int
    to_ms: int
    notes: tuple[Note, ...] = ()

    def as_text(self) -> str:
        """JSON, for the table of facts."""
        notes = [{"code": note.code, "values": dict(note.values)} for note in self.notes]
        return json.dumps(
            {
                "version": self.version, "parts": dict(self.parts), "from_ms": self.from_ms, "to_ms": self.to_ms,
                "notes": notes,
            },
            sort_keys=True,
        )  # fmt: skip


def store_manifest(connection: Connection, sealed: Sealed, record: Record, *, why: str) -> None:
    """The manifest, its files, the record. Raises Overtaken if an approval has gone since its facts were gathered."""
    manifest = sealed.manifest
    screen_id = manifest.screen.id
    if next_version(connection, screen_id) != manifest.version or epoch_of(connection) != manifest.epoch:
        raise Overtaken
    if not library_facts.still_approved(connection, sealed.shown):
        raise Overtaken
    connection.execute(
        manifests.insert().values(
            screen_id=screen_id, version=manifest.version, issued_ms=manifest.issued_ms,
            effective_ms=manifest.effective_ms, why=why, etag=sealed.etag, envelope=sealed.envelope,
        )
    )  # fmt: skip
    files = [{"screen_id": screen_id, "version": manifest.version, "sha256": need.sha256} for need in manifest.files]
    if files:
        connection.execute(manifest_files.insert(), files)
    for table in (manifest_files, manifests):
        connection.execute(
            table.delete().where(table.c.screen_id == screen_id, table.c.version <= manifest.version - KEPT_MANIFESTS)
        )
    _write_fact(connection, _record_name(screen_id), record.as_text())


def record_of(connection: Connection, screen_id: str) -> Record | None:
    """What the publisher remembers about a screen; None before its first manifest."""
    words = _fact(connection, _record_name(screen_id))
    if words is None:
        return None
    told = json.loads(words)
    notes = tuple(Note(note["code"], note["values"]) for note in told["notes"])
    return Record(told["version"], told["parts"], told["from_ms"], told["to_ms"], notes)


def epoch_of(connection: Connection) -> int:
    """How often this service was restored from a backup; nodes never go back behind it."""
    return int(_fact(connection, "manifest_epoch") or 0)


def next_version(connection: Connection, screen_id: str) -> int:
    newest_version = connection.execute(
        sa.select(sa.func.max(manifests.c.version)).where(manifests.c.screen_id == screen_id)
    ).scalar()
    record = record_of(connection, screen_id)
    return max(newest_version or 0, record.version if record else 0) + 1


def _record_name(screen_id: str) -> str:
    return f"programme:{screen_id}"


def _fact(connection: Connection, name: str) -> str | None:
    return connection.execute(sa.select(facts.c.value).where(facts.c.name == name)).scalar()


def _write_fact(connection: Connection, name: str, value: str) -> None:
    connection.execute(facts.delete().where(facts.c.name == name))
    connection.execute(facts.insert().values(name=name, value=value))
