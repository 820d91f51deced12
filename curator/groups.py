"""Groups: the community groups and council departments that make what is shown."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit
from curator.ids import new_id
from curator.store import Connection
from curator.tables import groups, items, versions
from curator.words import N_, Told

COLOURS = ("coral", "teal", "sun", "plum", "sky", "leaf")


class BadGroup(Told):
    """A group that cannot be made as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `slug` names it in addresses and is its inbox folder; `is_house`: its items are the filler."""

    id: str
    slug: str
    name: str
    about: str
    quota_bytes: int
    is_house: bool
    colour: str
    created_ms: int
    trust: str = ""
    """What a moderator said of it (`curator.trust`)."""


def slug_of(name: str) -> str:
    """A name as it stands in addresses and folders: a-z, 0-9 and single hyphens, at most 48 characters."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "d"))
    letters = "".join(char for char in plain.lower() if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:48].strip("-")


def create(
    connection: Connection, *, name: str, about: str, quota_bytes: int, is_house: bool, now_ms: int, by: str | None
) -> Group:
    """Makes a group. Raises BadGroup when the name is empty, too long or taken."""
    title = name.strip()
    slug = slug_of(title)
    if not 1 <= len(title) <= 120 or not slug:
        raise BadGroup(N_("A group needs a name of 1 to 120 characters with at least one letter or digit."))
    if connection.execute(sa.select(groups.c.id).where(groups.c.slug == slug)).first():
        raise BadGroup(N_("There is already a group called “%(name)s”."), name=title)
    count = connection.execute(sa.select(sa.func.count()).select_from(groups)).scalar_one()
    group = Group(
        new_id(), slug, title, about.strip()[:2000], quota_bytes, is_house, COLOURS[count % len(COLOURS)], now_ms
    )
    connection.execute(
        groups.insert().values(
            id=group.id, slug=slug, name=title, about=group.about, quota_bytes=quota_bytes, is_house=is_house,
            colour=group.colour, created_ms=now_ms,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by, "group.create", f"group:{group.id}", name=title)
    return group


def change(
    connection: Connection, group_id: str, *, name: str, about: str, quota_bytes: int, is_house: bool, now_ms: int,
    by: str | None,
) -> None:  # fmt: skip
    """Changes a group's words, quota and whether it is the house; its slug stays. Raises BadGroup for a bad name."""
    title = name.strip()
    if not 1 <= len(title) <= 120:
        raise BadGroup(N_("A group needs a name of 1 to 120 characters with at least one letter or digit."))
    connection.execute(
        groups.update()
        .where(groups.c.id == group_id)
        .values(name=title, about=about.strip()[:2000], quota_bytes=quota_bytes, is_house=is_house)
    )
    audit.record(connection, now_ms, by, "group.change", f"group:{group_id}", name=title, quota_bytes=quota_bytes)


def every(connection: Connection) -> list[Group]:
    """All groups, by name."""
    return [Group(**row) for row in connection.execute(sa.select(groups).order_by(groups.c.name)).mappings()]


def house_ids(connection: Connection) -> set[str]:
    """The ids of the groups that are the house."""
    return set(connection.execute(sa.select(groups.c.id).where(groups.c.is_house)).scalars())


def playing_ids(connection: Connection) -> set[str]:
    """The ids of the groups that have an item that may play."""
    standing = items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None)
    return set(connection.execute(sa.select(items.c.group_id).where(*standing).distinct()).scalars())


def get(connection: Connection, group_id: str) -> Group | None:
    """One group, or None."""
    row = connection.execute(sa.select(groups).where(groups.c.id == group_id)).mappings().first()
    return Group(**row) if row else None


def by_slug(connection: Connection, slug: str) -> Group | None:
    """The group with this slug, or None."""
    row = connection.execute(sa.select(groups).where(groups.c.slug == slug)).mappings().first()
    return Group(**row) if row else None


def stored_bytes(connection: Connection, group_id: str) -> int:
    """What a group's versions take: the originals and what was made of them, as long as they are kept."""
    return stored_bytes_of(connection, [group_id])[group_id]


def stored_bytes_of(connection: Connection, group_ids: Collection[str]) -> dict[str, int]:
    """The same of several groups, by their ids."""
    kept = items.c.group_id.in_(sorted(group_ids)), versions.c.cleaned_ms.is_(None)
    of_groups = versions.join(items, versions.c.item_id == items.c.id)
    made = sa.select(items.c.group_id, sa.func.sum(versions.c.size_bytes).label("bytes"))
    # Versions that were mended share their original.
    originals = (
        sa.select(items.c.group_id, versions.c.upload_sha256, versions.c.upload_bytes)
        .select_from(of_groups)
        .where(*kept)
        .distinct()
        .subquery()
    )
    uploaded = sa.select(originals.c.group_id, sa.func.sum(originals.c.upload_bytes).label("bytes"))
    stored = dict.fromkeys(group_ids, 0)
    for query in (
        made.select_from(of_groups).where(*kept).group_by(items.c.group_id),
        uploaded.group_by(originals.c.group_id),
    ):
        for row in connection.execute(query):
            stored[row.group_id] += int(row.bytes)
    return stored
