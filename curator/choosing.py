"""What a form offers to choose from where there is much of it: found by words, a handful at a time."""

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa

from curator import screen_groups, screens
from curator.screens import Screen
from curator.store import Connection, fold
from curator.tables import groups, items, versions
from curator.words import _

T = TypeVar("T")

MOST_ITEMS = 200
"""How many items a form offers at a time."""
FEW_SCREENS = 30
"""Up to so many screens stand in one list; more stand by their groups."""
LONGEST_WORDS = 80
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """An item that may play, as a form offers it."""

    id: str
    title: str
    group_name: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Choices(Generic[T]):
    """What a form offers of all there is: the `found` for the `words` looked for, of `total` that match them.

    `is_long`: without words there would be more than stand in a form, so that it has a field to look for one.
    """

    found: Sequence[T]
    words: str
    total: int
    is_long: bool

    @property
    def more(self) -> int:
        """How many match that are not offered."""
        return max(0, self.total - len(self.found))


@dataclass(frozen=True, slots=True)
class Place:
    """Screens that stand together in a form; `name` is that of their group."""

    name: str
    screens: list[Screen]


def matches(words: str, *columns: "sa.ColumnElement[str]") -> list["sa.ColumnElement[bool]"]:
    """Conditions: each of the words stands in one of the columns, whatever the case and the marks on its letters."""
    parts = words[:LONGEST_WORDS].split()[:MOST_WORDS]
    text = sa.func.fold(functools.reduce(lambda before, one: before + " " + one, columns))
    return [sa.func.instr(text, fold(part)) > 0 for part in parts]


def items_to_choose(
    connection: Connection, words: str = "", *, also: Collection[str] = (), most: int = MOST_ITEMS
) -> Choices[ItemChoice]:
    """The items that may play and match the words, by group and title; those in `also` come first, matching or not."""
    standing = (
        items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None), versions.c.state == "approved",
    )  # fmt: skip
    of_items = items.join(groups, items.c.group_id == groups.c.id).join(
        versions, items.c.approved_version_id == versions.c.id
    )
    columns = items.c.id, items.c.title, groups.c.name, versions.c.duration_ms
    in_order = groups.c.name, items.c.title, items.c.id
    matching = matches(words, items.c.title, groups.c.name)
    count = sa.select(sa.func.count()).select_from(of_items).where(*standing)
    total = int(connection.execute(count).scalar_one())
    is_long = total > most
    if matching:
        total = int(connection.execute(count.where(*matching)).scalar_one())
    query = sa.select(*columns).select_from(of_items).where(*standing)
    chosen = [ItemChoice(*row) for row in connection.execute(query.where(items.c.id.in_(sorted(also))))] if also else []
    known = {one.id for one in chosen}
    found = [ItemChoice(*row) for row in connection.execute(query.where(*matching).order_by(*in_order).limit(most))]
    return Choices([*chosen, *(one for one in found if one.id not in known)], words, total, is_long)


def items_named(connection: Connection, item_ids: Collection[str]) -> dict[str, ItemChoice]:
    """These items by id, whether they may play or not; one that never could has no length."""
    of_items = items.join(groups, items.c.group_id == groups.c.id).outerjoin(
        versions, items.c.approved_version_id == versions.c.id
    )
    columns = items.c.id, items.c.title, groups.c.name, sa.func.coalesce(versions.c.duration_ms, 0)
    query = sa.select(*columns).select_from(of_items).where(items.c.id.in_(sorted(item_ids)))
    return {row[0]: ItemChoice(*row) for row in connection.execute(query)}


def screens_found(connection: Connection, words: str) -> list[Screen]:
    """The screens whose name or place holds the words, by name."""
    wanted = fold(words[:LONGEST_WORDS]).split()
    every = screens.every(connection)
    return [screen for screen in every if all(part in fold(f"{screen.name} {screen.place}") for part in wanted)]


def screens_by_place(connection: Connection) -> list[Place]:
    """The screens for a form: one list of a few, otherwise by their groups, those without one last."""
    every = screens.every(connection)
    if len(every) <= FEW_SCREENS:
        return [Place("", every)]
    by_group: dict[str | None, list[Screen]] = {}
    for screen in every:
        by_group.setdefault(screen.screen_group_id, []).append(screen)
    named = [Place(one.name, by_group.pop(one.id)) for one in screen_groups.every(connection) if one.id in by_group]
    rest = [screen for screens_left in by_group.values() for screen in screens_left]
    return [*named, *([Place(_("In no screen group"), rest)] if rest else [])]
