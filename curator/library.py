"""The library: items, their versions, and what state each is in. Reading, and the few changes that need no file.

An item is a title and its versions. A version is immutable: once prepared it is named by the SHA-256 of its house
rendition, and that is what is approved. `state` says what people decided, `preparation` what the machine has done.
"""

import json
from dataclasses import dataclass
from typing import Literal, cast

import sqlalchemy as sa

from curator import audit
from curator.store import Connection
from curator.tables import decisions, groups, items, versions
from curator.words import N_, Told

State = Literal["draft", "submitted", "approved", "rejected", "withdrawn"]
Preparation = Literal["waiting", "running", "ready", "refused"]

LONGEST_TITLE = 120
LONGEST_CREDITS = 300
LONGEST_ALT = 1500


class BadItem(Told):
    """Words or a change an item cannot take."""


@dataclass(frozen=True, slots=True)
class FoundReason:
    """Something preparation found, as stored: a stable code and the values of its sentence."""

    code: str
    values: dict[str, str | int]
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an item. The fields from `sha256` on are empty until preparation is ready."""

    id: str
    item_id: str
    number: int
    file_name: str
    upload_bytes: int
    upload_sha256: str
    preparation: Preparation
    state: State
    reasons: tuple[FoundReason, ...]
    sha256: str | None
    media_type: str
    kind: str
    size_bytes: int
    width: int
    height: int
    fps_num: int
    fps_den: int
    frames: int
    duration_ms: int
    has_sound: bool
    thumbnail_sha256: str | None
    poster_sha256: str | None
    strip_sha256: str | None
    created_by: str | None
    created_ms: int
    prepared_ms: int | None
    submitted_ms: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """A playable thing with a title. `versions` newest first."""

    id: str
    group_id: str
    group_name: str
    group_slug: str
    group_colour: str
    title: str
    credits: str
    licence: str
    language: str
    alt_text: str
    created_by: str | None
    created_ms: int
    withdrawn_ms: int | None
    approved_version_id: str | None
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """The version uploaded last."""
        return self.versions[0]

    @property
    def approved(self) -> Version | None:
        """The version that may play; None when none may."""
        if self.withdrawn_ms is not None:
            return None
        return next((version for version in self.versions if version.id == self.approved_version_id), None)


def items_where(connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int = 500) -> list[Item]:
    """Items that meet all `conditions` (on `tables.items` and `tables.groups`), newest first, in two queries."""
    query = (
        sa.select(items, groups.c.name, groups.c.slug, groups.c.colour)
        .select_from(items.join(groups, items.c.group_id == groups.c.id))
        .where(*conditions)
        .order_by(items.c.created_ms.desc(), items.c.id)
        .limit(most)
    )
    rows = connection.execute(query).mappings().all()
    found: dict[str, list[Version]] = {row[items.c.id]: [] for row in rows}
    of_these = sa.select(versions).where(versions.c.item_id.in_(list(found))).order_by(versions.c.number.desc())
    for row in connection.execute(of_these).mappings():
        found[row["item_id"]].append(read_version(row))
    return [_item(row, tuple(found[row[items.c.id]])) for row in rows if found[row[items.c.id]]]


def item(connection: Connection, item_id: str) -> Item | None:
    """One item, or None."""
    return next(iter(items_where(connection, items.c.id == item_id)), None)


def items_of_group(connection: Connection, group_id: str) -> list[Item]:
    """A group's items that are not withdrawn, newest first."""
    return items_where(connection, items.c.group_id == group_id, items.c.withdrawn_ms.is_(None))


def playable_items(connection: Connection) -> list[Item]:
    """Every item with an approved version that is not withdrawn."""
    return items_where(
        connection, items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None), most=100_000
    )


def version(connection: Connection, version_id: str) -> Version | None:
    """One version, or None."""
    row = connection.execute(sa.select(versions).where(versions.c.id == version_id)).mappings().first()
    return read_version(row) if row else None


def change_words(
    connection: Connection,
    item_id: str,
    *,
    title: str,
    credits_line: str,
    licence: str,
    alt_text: str,
    now_ms: int,
    by: str,
) -> None:
    """Changes an item's words. Raises BadItem when they are empty or too long."""
    if not 1 <= len(title.strip()) <= LONGEST_TITLE:
        raise BadItem(N_("A title has 1 to %(most)s characters."), most=LONGEST_TITLE)
    if len(credits_line) > LONGEST_CREDITS or len(licence) > LONGEST_CREDITS:
        raise BadItem(N_("Credits and licence have at most %(most)s characters."), most=LONGEST_CREDITS)
    if len(alt_text) > LONGEST_ALT:
        raise BadItem(N_("The description has at most %(most)s characters."), most=LONGEST_ALT)
    changes = {"title": title.strip(), "credits": credits_line, "licence": licence, "alt_text": alt_text}
    connection.execute(items.update().where(items.c.id == item_id).values(**changes))
    audit.record(connection, now_ms, by, "item.words", f"item:{item_id}", title=title.strip())


def withdraw(connection: Connection, item_id: str, *, now_ms: int, by: str, why: str = "") -> None:
    """Takes an item off every screen for good: none of its versions may play again. Harmless when done twice."""
    changed = connection.execute(
        items.update()
        .where(items.c.id == item_id, items.c.withdrawn_ms.is_(None))
        .values(withdrawn_ms=now_ms, approved_version_id=None)
    )
    if changed.rowcount:
        connection.execute(versions.update().where(versions.c.item_id == item_id).values(state="withdrawn"))
        audit.record(connection, now_ms, by, "item.withdraw", f"item:{item_id}", why=why)


def signed_approvals(connection: Connection, hashes: list[str]) -> dict[str, str]:
    """For each rendition in `hashes` whose version is approved now: the newest signed approval, as JSON text."""
    query = (
        sa.select(decisions.c.sha256, decisions.c.signed)
        .select_from(decisions.join(versions, decisions.c.version_id == versions.c.id))
        .where(decisions.c.decision == "approved", versions.c.state == "approved", decisions.c.sha256.in_(hashes))
        .order_by(decisions.c.created_ms)
    )
    return {row.sha256: row.signed for row in connection.execute(query)}


def read_version(row: sa.RowMapping) -> Version:
    """A row of `versions` as a value."""
    names = {name: row[name] for name in Version.__slots__ if name != "reasons"}
    return Version(**names, reasons=_reasons(row["reasons"]))


def _reasons(words: str) -> tuple[FoundReason, ...]:
    found = json.loads(words) if words else []
    return tuple(
        FoundReason(reason["code"], reason.get("values", {}), cast("int | None", reason.get("at_ms")))
        for reason in found
    )


def _item(row: sa.RowMapping, of_item: tuple[Version, ...]) -> Item:
    return Item(
        id=row[items.c.id], group_id=row[items.c.group_id], group_name=row[groups.c.name],
        group_slug=row[groups.c.slug], group_colour=row[groups.c.colour], title=row[items.c.title],
        credits=row[items.c.credits], licence=row[items.c.licence], language=row[items.c.language],
        alt_text=row[items.c.alt_text], created_by=row[items.c.created_by], created_ms=row[items.c.created_ms],
        withdrawn_ms=row[items.c.withdrawn_ms], approved_version_id=row[items.c.approved_version_id],
        versions=of_item,
    )  # fmt: skip
