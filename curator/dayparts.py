"""Dayparts: named hours of the day that weights, promises, rules and sites speak of, the same everywhere."""

import json

import sqlalchemy as sa

from content.canonical import Json
from content.reading import Reader
from curator import audit
from curator.ids import new_id
from curator.naming import named
from curator.programme.dayparts import MINUTES_A_DAY, Daypart, Hours
from curator.store import Connection
from curator.tables import air_time, dayparts, groups, promises, rules, sites
from curator.words import N_, Told

MOST_DAYPARTS = 50
MOST_HOURS = 20
LARGEST_HOURS_BYTES = 10_000


class BadDaypart(Told):
    """A daypart that cannot be stored, or not be taken away."""


def put(connection: Connection, daypart: Daypart, *, now_ms: int, by: str | None) -> Daypart:
    """Makes a daypart (`id` "") or changes one. Raises BadName or BadDaypart."""
    known = every(connection)
    if daypart.id and daypart.id not in {one.id for one in known}:
        raise BadDaypart(N_("There is no such daypart any more."))
    if not daypart.id and len(known) >= MOST_DAYPARTS:
        raise BadDaypart(N_("There are %(most)s dayparts; remove one before adding another."), most=MOST_DAYPARTS)
    _refuse_hours(daypart.hours)
    title, slug = named(connection, dayparts, daypart.name, but=daypart.id)
    made = Daypart(daypart.id or new_id(), title, daypart.hours, daypart.position)
    rows: list[Json] = [[sorted(one.weekdays), one.from_minute, one.until_minute] for one in made.hours]
    values: dict[str, object] = {"name": title, "slug": slug, "hours": json.dumps(rows), "position": made.position}
    if daypart.id:
        connection.execute(dayparts.update().where(dayparts.c.id == made.id).values(**values))
    else:
        connection.execute(dayparts.insert().values(id=made.id, created_ms=now_ms, **values))
    audit.record(connection, now_ms, by, "daypart.put", f"daypart:{made.id}", name=title, hours=rows)
    return made


def remove(connection: Connection, daypart_id: str, *, now_ms: int, by: str | None) -> None:
    """Takes a daypart away; harmless when it is gone. Raises BadDaypart that says what still speaks of it."""
    found = get(connection, daypart_id)
    if found is None:
        return
    user = _user(connection, daypart_id)
    if user:
        raise BadDaypart(N_("“%(name)s” is still used by %(by)s. Change that first."), name=found.name, by=user)
    # Its slug is for somebody else now; the row stays, for what was in the past.
    connection.execute(
        dayparts.update().where(dayparts.c.id == daypart_id).values(removed_ms=now_ms, slug=f"-{daypart_id}")
    )
    audit.record(connection, now_ms, by, "daypart.remove", f"daypart:{daypart_id}", name=found.name)


def every(connection: Connection) -> list[Daypart]:
    """The dayparts, in their order."""
    query = sa.select(dayparts).where(dayparts.c.removed_ms.is_(None)).order_by(dayparts.c.position, dayparts.c.id)
    return [_daypart(row) for row in connection.execute(query).mappings()]


def get(connection: Connection, daypart_id: str) -> Daypart | None:
    """One daypart that was not taken away, or None."""
    return next((one for one in every(connection) if one.id == daypart_id), None)


def _user(connection: Connection, daypart_id: str) -> str:
    """The name of something that speaks of the daypart; "" when nothing does."""
    names = [
        sa.select(rules.c.name).where(rules.c.daypart_id == daypart_id, rules.c.ended_ms.is_(None)),
        sa.select(groups.c.name)
        .join(air_time, air_time.c.group_id == groups.c.id)
        .where(air_time.c.daypart_id == daypart_id),
        sa.select(groups.c.name)
        .join(promises, promises.c.group_id == groups.c.id)
        .where(promises.c.daypart_id == daypart_id, promises.c.ended_ms.is_(None)),
        sa.select(sites.c.name).where(sites.c.conditions.contains(f'"{daypart_id}"')),
    ]
    for query in names:
        name = connection.execute(query).scalars().first()
        if name is not None:
            return f"“{name or daypart_id}”"
    return ""


def _refuse_hours(hours: tuple[Hours, ...]) -> None:
    if not 1 <= len(hours) <= MOST_HOURS:
        raise BadDaypart(N_("A daypart has 1 to %(most)s ranges of hours."), most=MOST_HOURS)
    for one in hours:
        is_good = one.weekdays and one.weekdays <= frozenset(range(7)) and 0 <= one.from_minute < MINUTES_A_DAY
        if not is_good or not 0 < one.until_minute <= MINUTES_A_DAY:
            raise BadDaypart(N_("A range has days, and times from 00:00 to 24:00."))


def _daypart(row: sa.RowMapping) -> Daypart:
    """What stands in a row. Raises BadDocument."""
    made = []
    for place in Reader.of_bytes(row["hours"].encode(), limit_bytes=LARGEST_HOURS_BYTES).items(most=MOST_HOURS):
        days, from_minute, until_minute = place.items(most=3)
        made.append(
            Hours(
                frozenset(day.integer(least=0, most=6) for day in days.items(most=7)),
                from_minute.integer(least=0, most=MINUTES_A_DAY - 1),
                until_minute.integer(least=1, most=MINUTES_A_DAY),
            )
        )
    return Daypart(row["id"], row["name"], tuple(made), row["position"])
