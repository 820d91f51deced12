"""Air time: how the groups share a screen's unbooked time. A weight per screen and group; the house keeps its part."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from content.programme.plan import Params
from curator import audit, groups
from curator.store import Connection
from curator.tables import air_time
from curator.words import N_, Told

HEAVIEST = 100
HOUR_S = 3600


class BadWeight(Told):
    """A weight that cannot be given."""


@dataclass(frozen=True, slots=True)
class AirTime:
    """A group's part of a screen: `share` of what the groups get (0 to 1), `seconds_per_hour` of an unbooked hour."""

    group: groups.Group
    weight: int
    share: float
    seconds_per_hour: int


def weights(connection: Connection, screen_id: str) -> dict[str, int]:
    """The weight of every group that was given one on this screen."""
    rows = connection.execute(
        sa.select(air_time.c.group_id, air_time.c.weight).where(air_time.c.screen_id == screen_id)
    )
    return {row.group_id: row.weight for row in rows}


def shares(connection: Connection, screen_id: str) -> list[AirTime]:
    """The groups with a weight on this screen, the largest first."""
    given = weights(connection, screen_id)
    known = [group for group in groups.every(connection) if group.id in given and not group.is_house]
    whole = sum(given[group.id] for group in known) or 1
    house_bp = Params().house_bp
    parts = [
        AirTime(
            group,
            given[group.id],
            given[group.id] / whole,
            HOUR_S * (10_000 - house_bp) * given[group.id] // (10_000 * whole),
        )
        for group in known
    ]
    return sorted(parts, key=lambda part: (-part.weight, part.group.name))


def others(connection: Connection, screen_id: str) -> list[groups.Group]:
    """The groups that could be added."""
    given = weights(connection, screen_id)
    return [group for group in groups.every(connection) if group.id not in given and not group.is_house]


def set_weights(connection: Connection, screen_id: str, given: Mapping[str, int], *, now_ms: int, by: str) -> None:
    """Gives these groups these weights (0 to 100; 0 pauses a group). Raises BadWeight for others."""
    known = {group.id: group for group in groups.every(connection)}
    before = weights(connection, screen_id)
    changed = {group_id: weight for group_id, weight in given.items() if before.get(group_id) != weight}
    for group_id, weight in changed.items():
        group = known.get(group_id)
        if group is None or not 0 <= weight <= HEAVIEST:
            raise BadWeight(
                N_("A weight is a whole number from 0 to %(most)s, for a group that exists."), most=HEAVIEST
            )
        if group.is_house:
            raise BadWeight(N_("“%(name)s” is the house: its items fill the time nobody else has."), name=group.name)
        connection.execute(air_time.delete().where(air_time.c.screen_id == screen_id, air_time.c.group_id == group_id))
        connection.execute(air_time.insert().values(screen_id=screen_id, group_id=group_id, weight=weight))
    if changed:
        audit.record(
            connection, now_ms, by, "air_time.set", f"screen:{screen_id}", weights=dict(sorted(changed.items()))
        )


def remove(connection: Connection, screen_id: str, group_id: str, *, now_ms: int, by: str) -> None:
    """Takes a group off a screen. Harmless when done twice."""
    gone = connection.execute(
        air_time.delete().where(air_time.c.screen_id == screen_id, air_time.c.group_id == group_id)
    )
    if gone.rowcount:
        audit.record(connection, now_ms, by, "air_time.remove", f"screen:{screen_id}", group=group_id)
