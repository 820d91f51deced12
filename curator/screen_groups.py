"""Screen groups: screens that are programmed together. A screen is in at most one."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit
from curator.ids import new_id
from curator.naming import named
from curator.store import Connection
from curator.tables import air_time, promises, rules, screen_groups, screens
from curator.words import N_, Told


class BadScreenGroup(Told):
    """A screen group that cannot be changed as asked."""


@dataclass(frozen=True, slots=True)
class ScreenGroup:
    """Screens under one name."""

    id: str
    slug: str
    name: str
    created_ms: int


def put(connection: Connection, group_id: str, name: str, *, now_ms: int, by: str | None) -> ScreenGroup:
    """Makes a screen group (`group_id` "") or gives one another name. Raises BadName or BadScreenGroup."""
    before = get(connection, group_id) if group_id else None
    if group_id and before is None:
        raise BadScreenGroup(N_("There is no such screen group any more."))
    title, slug = named(connection, screen_groups, name, but=group_id)
    if before is None:
        made = ScreenGroup(new_id(), slug, title, now_ms)
        connection.execute(screen_groups.insert().values(id=made.id, slug=slug, name=title, created_ms=now_ms))
    else:
        made = ScreenGroup(before.id, before.slug, title, before.created_ms)
        connection.execute(screen_groups.update().where(screen_groups.c.id == made.id).values(name=title))
    audit.record(connection, now_ms, by, "screen_group.put", f"screen_group:{made.id}", name=title)
    return made


def remove(connection: Connection, group_id: str, *, now_ms: int, by: str | None) -> None:
    """Takes a screen group away that no screen is in, with its weights. Raises BadScreenGroup when one is used."""
    found = get(connection, group_id)
    if found is None:
        return
    on = connection.execute(sa.select(screens.c.name).where(screens.c.screen_group_id == group_id)).scalars().first()
    if on is not None:
        raise BadScreenGroup(N_("“%(name)s” has screens, such as “%(screen)s”: take them out of it first."),
                             name=found.name, screen=on)  # fmt: skip
    scope = f"screen_group:{group_id}"
    for table in (rules, promises):
        held = connection.execute(sa.select(table.c.id).where(table.c.scope == scope, table.c.ended_ms.is_(None)))
        if held.first():
            raise BadScreenGroup(N_("“%(name)s” has rules or promises: end them first."), name=found.name)
    connection.execute(air_time.delete().where(air_time.c.scope == scope))
    connection.execute(screen_groups.delete().where(screen_groups.c.id == group_id))
    audit.record(connection, now_ms, by, "screen_group.remove", scope, name=found.name)


def every(connection: Connection) -> list[ScreenGroup]:
    """All screen groups, by name."""
    query = sa.select(screen_groups).order_by(screen_groups.c.name, screen_groups.c.id)
    return [ScreenGroup(**row) for row in connection.execute(query).mappings()]


def get(connection: Connection, group_id: str) -> ScreenGroup | None:
    """One screen group, or None."""
    row = connection.execute(sa.select(screen_groups).where(screen_groups.c.id == group_id)).mappings().first()
    return ScreenGroup(**row) if row else None
