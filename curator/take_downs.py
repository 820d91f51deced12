"""Taking an item off the screens, with proof: which screens had it, when each was told, when each obeyed.

A screen had it if a programme that its node plays, or may have fetched since, needs a file of the item, or if one
stands behind the words of an activity there. It obeyed when its node first says that it plays a programme that needs
none, and that it may show none behind words.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from content.canonical import Json
from curator import audit, nodes, notices
from curator.health import Health
from curator.ids import new_id
from curator.notices import Kind
from curator.store import Connection
from curator.tables import items, manifest_files, manifests, screens, versions
from curator.tables_take_downs import take_down_screens, take_downs
from curator.tables_taking_part import activities

LATE_AFTER_MS = 60_000
"""A screen that has not obeyed for so long is told of."""
LATELY_MS = 86_400_000
MOST_LATELY = 10
_OPEN = take_down_screens.c.obeyed_ms.is_(None)


@dataclass(frozen=True, slots=True)
class OnScreen:
    """One screen that had the item. `state`: obeyed, waiting, away (not heard of just now) or unpaired (no node)."""

    screen_id: str
    slug: str
    name: str
    state: str
    told_ms: int | None
    obeyed_ms: int | None
    manifest_version: int | None
    seen_ms: int | None


@dataclass(frozen=True, slots=True)
class TakeDown:
    """An item that was taken off, and every screen that had it, those that have not obeyed first."""

    item_id: str
    title: str
    at_ms: int
    done_ms: int | None
    screens: tuple[OnScreen, ...]

    @property
    def obeyed(self) -> int:
        """How many screens have obeyed."""
        return sum(one.obeyed_ms is not None for one in self.screens)


def begin(connection: Connection, item_id: str, *, now_ms: int) -> None:
    """Notes which screens have an item, in the transaction that takes it off."""
    files = _files_of(connection, item_id)
    found = _screens_with(connection, files, now_ms)
    take_down_id = new_id()
    connection.execute(
        take_downs.insert().values(
            id=take_down_id, item_id=item_id, files=json.dumps(files), at_ms=now_ms, done_ms=None if found else now_ms
        )
    )
    if found:
        rows = [{"take_down_id": take_down_id, "screen_id": screen_id} for screen_id in found]
        connection.execute(take_down_screens.insert(), rows)


def is_untold(connection: Connection, screen_id: str) -> bool:
    """Whether a screen is yet to be told of something that was taken off."""
    untold = _OPEN, take_down_screens.c.screen_id == screen_id, take_down_screens.c.told_ms.is_(None)
    return connection.execute(sa.select(take_down_screens.c.screen_id).where(*untold).limit(1)).first() is not None


def told(connection: Connection, screen_id: str, version: int, *, now_ms: int) -> None:
    """A screen's node has fetched this version of its programme."""
    for row in _open_at(connection, screen_id):
        if row.told_ms is None and _lacks(connection, screen_id, version, json.loads(row.files)):
            connection.execute(_row(row.id, screen_id).values(told_ms=now_ms))


def heard(connection: Connection, screen_id: str, health: Health, *, now_ms: int) -> list[str]:
    """A screen's node says what it plays and may show; gives the ids of the items it has taken off."""
    obeyed, version = [], health.manifest_version
    for row in _open_at(connection, screen_id):
        files: list[str] = json.loads(row.files)
        if _lacks(connection, screen_id, version, files) and set(files).isdisjoint(health.backdrops):
            connection.execute(_row(row.id, screen_id).values(obeyed_ms=now_ms, manifest_version=version))
            obeyed.append(row.item_id)
            _finish(connection, row.id, row.item_id, row.at_ms, now_ms)
    return obeyed


def late(connection: Connection, *, now_ms: int) -> list[str]:
    """The ids of what screens with a node should have taken off by now, and nobody was told of yet."""
    paired = sorted(nodes.paired(connection)) if _are_open(connection, now_ms) else []
    query = (
        sa.select(take_downs.c.id)
        .join(take_down_screens, take_down_screens.c.take_down_id == take_downs.c.id)
        .where(*_due(now_ms), _OPEN, take_down_screens.c.screen_id.in_(paired))
        .distinct()
    )
    return list(connection.execute(query).scalars()) if paired else []


def note_late(connection: Connection, take_down_id: str, *, now_ms: int) -> str:
    """Notes in the audit log which screens have not obeyed; gives the item's id."""
    item_id: str = connection.execute(
        sa.select(take_downs.c.item_id).where(take_downs.c.id == take_down_id)
    ).scalar_one()
    connection.execute(take_downs.update().where(take_downs.c.id == take_down_id).values(late_ms=now_ms))
    missing: list[Json] = [one.screen_id for one in _on_screens(connection, take_down_id, now_ms) if not one.obeyed_ms]
    audit.record(connection, now_ms, None, "item.late", f"item:{item_id}", screens=missing)
    return item_id


def of_items(connection: Connection, item_ids: Iterable[str], now_ms: int) -> dict[str, TakeDown]:
    """What became of taking these items off, as far as they were."""
    return {one.item_id: one for one in _read(connection, now_ms, take_downs.c.item_id.in_(list(item_ids)))}


def lately(connection: Connection, now_ms: int) -> list[TakeDown]:
    """What some screen has still to take off, and what all took off lately; the newest first."""
    is_open, is_new = take_downs.c.done_ms.is_(None), take_downs.c.at_ms > now_ms - LATELY_MS
    found = _read(connection, now_ms, sa.or_(is_open, is_new))
    return [one for one in reversed(found) if one.screens][:MOST_LATELY]


def _read(connection: Connection, now_ms: int, condition: "sa.ColumnElement[bool]") -> list[TakeDown]:
    query = sa.select(take_downs, items.c.title).join(items, take_downs.c.item_id == items.c.id)
    return [
        TakeDown(
            row.item_id, row.title, row.at_ms, row.done_ms, tuple(_on_screens(connection, row.id, now_ms))
        )
        for row in connection.execute(query.where(condition).order_by(take_downs.c.at_ms)).all()
    ]  # fmt: skip


def _finish(connection: Connection, take_down_id: str, item_id: str, at_ms: int, now_ms: int) -> None:
    every = sa.select(take_down_screens).where(take_down_screens.c.take_down_id == take_down_id)
    rows = connection.execute(every).all()
    if any(row.obeyed_ms is None for row in rows):
        return
    connection.execute(take_downs.update().where(take_downs.c.id == take_down_id).values(done_ms=now_ms))
    after: dict[str, Json] = {row.screen_id: row.obeyed_ms - at_ms for row in rows}
    audit.record(connection, now_ms, None, "item.off_screens", f"item:{item_id}", obeyed_after_ms=after)
    notices.settle(connection, Kind.STILL_SHOWN, [f"item:{item_id}"], now_ms=now_ms)


def _files_of(connection: Connection, item_id: str) -> list[str]:
    """The files of an item's versions that no other item may show."""
    other = versions.alias("other")
    shown = (
        sa.select(other.c.id)
        .join(items, other.c.item_id == items.c.id)
        .where(other.c.sha256 == versions.c.sha256, other.c.state == "approved")
        .where(items.c.id != item_id, items.c.withdrawn_ms.is_(None))
        .correlate(versions)
        .exists()
    )
    query = sa.select(versions.c.sha256).where(versions.c.item_id == item_id, versions.c.sha256.is_not(None), ~shown)
    return sorted(connection.execute(query.distinct()).scalars())


def _screens_with(connection: Connection, files: list[str], now_ms: int) -> list[str]:
    if not files:
        return []
    oldest = sa.select(manifests.c.screen_id, sa.func.min(manifests.c.version)).group_by(manifests.c.screen_id)
    first = {row[0]: int(row[1]) for row in connection.execute(oldest)}
    standing = set(connection.execute(sa.select(screens.c.id).where(screens.c.retired_ms.is_(None))).scalars())
    found, behind_words = [], _behind_words_at(connection, files, now_ms)
    for screen_id, node in nodes.paired(connection).items():
        is_behind = screen_id in behind_words or not set(files).isdisjoint(node.health.backdrops if node.health else ())
        plays = node.health.manifest_version if node.health else 0
        # What a node plays that was away for so long is not known here any more: it has to show that it lacks it.
        is_unknown = 0 < plays < first.get(screen_id, 0)
        if screen_id in standing and (is_behind or is_unknown or _has_since(connection, screen_id, plays, files)):
            found.append(screen_id)
    return sorted(found)


def _behind_words_at(connection: Connection, files: list[str], now_ms: int) -> set[str]:
    """The screens that may have been told of one of the files as the picture behind an activity's words."""
    query = sa.select(activities.c.screens, activities.c.backdrop).where(
        activities.c.backdrop != "", activities.c.state == "approved", activities.c.closes_ms > now_ms
    )
    rows = [row for row in connection.execute(query) if json.loads(row.backdrop)["sha256"] in files]
    return {screen_id for row in rows for screen_id in json.loads(row.screens)}


def _has_since(connection: Connection, screen_id: str, version: int, files: list[str]) -> bool:
    """Whether a programme of this screen needs one of the files, from this version on."""
    needed = manifest_files.c.screen_id == screen_id, manifest_files.c.version >= version
    query = sa.select(manifest_files.c.sha256).where(*needed, manifest_files.c.sha256.in_(files))
    return connection.execute(query.limit(1)).first() is not None


def _lacks(connection: Connection, screen_id: str, version: int, files: list[str]) -> bool:
    if version == 0:
        return True
    of_it = manifests.c.screen_id == screen_id, manifests.c.version == version
    if connection.execute(sa.select(manifests.c.version).where(*of_it)).first() is None:
        return False
    with_it = (
        manifest_files.c.screen_id == screen_id, manifest_files.c.version == version,
        manifest_files.c.sha256.in_(files),
    )  # fmt: skip
    return connection.execute(sa.select(manifest_files.c.sha256).where(*with_it).limit(1)).first() is None


def _open_at(connection: Connection, screen_id: str) -> "Sequence[sa.Row[Any, Any, Any, Any, Any]]":
    query = (
        sa.select(
            take_downs.c.id, take_downs.c.item_id, take_downs.c.files, take_downs.c.at_ms, take_down_screens.c.told_ms
        )
        .join(take_downs, take_down_screens.c.take_down_id == take_downs.c.id)
        .where(_OPEN, take_down_screens.c.screen_id == screen_id)
        .order_by(take_downs.c.at_ms)
    )
    return connection.execute(query).all()


def _row(take_down_id: str, screen_id: str) -> sa.Update:
    at = take_down_screens.c.take_down_id == take_down_id, take_down_screens.c.screen_id == screen_id
    return take_down_screens.update().where(*at)


def _due(now_ms: int) -> tuple["sa.ColumnElement[bool]", ...]:
    return (
        take_downs.c.done_ms.is_(None), take_downs.c.late_ms.is_(None), take_downs.c.at_ms <= now_ms - LATE_AFTER_MS,
    )  # fmt: skip


def _are_open(connection: Connection, now_ms: int) -> bool:
    return connection.execute(sa.select(take_downs.c.id).where(*_due(now_ms)).limit(1)).first() is not None


def _on_screens(connection: Connection, take_down_id: str, now_ms: int) -> list[OnScreen]:
    query = (
        sa.select(take_down_screens, screens.c.slug, screens.c.name)
        .join(screens, take_down_screens.c.screen_id == screens.c.id)
        .where(take_down_screens.c.take_down_id == take_down_id)
        .order_by(take_down_screens.c.obeyed_ms.is_not(None), screens.c.name, screens.c.id)
    )
    paired, found = nodes.paired(connection), []
    for row in connection.execute(query):
        node = paired.get(row.screen_id)
        away = "unpaired" if node is None else "waiting" if node.is_present(now_ms) else "away"
        found.append(
            OnScreen(
                row.screen_id, row.slug, row.name, away if row.obeyed_ms is None else "obeyed", row.told_ms,
                row.obeyed_ms, row.manifest_version, node.seen_ms if node else None,
            )
        )  # fmt: skip
    return found
