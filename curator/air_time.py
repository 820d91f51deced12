"""Air time: how the groups share a screen's unbooked time. A weight per screen and group; the house keeps its part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from content.programme.plan import Params
from curator import audit, groups
from curator.programme.dayparts import Daypart
from curator.programme.facts import Weights
from curator.scopes import refuse_unknown, touching
from curator.screens import Screen
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
    """The weight of every group that was given one on this screen itself; `facts_weights` is what counts there."""
    rows = connection.execute(
        sa.select(air_time.c.group_id, air_time.c.weight).where(
            air_time.c.scope == f"screen:{screen_id}", air_time.c.daypart_id == ""
        )
    )
    return {row.group_id: row.weight for row in rows}


def facts_weights(connection: Connection, screen: Screen, parts: Sequence[Daypart]) -> Weights:
    """How the groups share a screen: the most specific weight of each, always and in those of `parts` that have one.

    The screen's for a daypart goes before the screen's, then the screen group's for a daypart, then the screen group's.
    """
    scopes = [scope for scope in touching(screen) if scope.startswith("screen")]
    rows = connection.execute(sa.select(air_time).where(air_time.c.scope.in_(scopes))).all()
    given = [{(row.group_id, row.daypart_id): row.weight for row in rows if row.scope == scope} for scope in scopes]
    used = {row.daypart_id for row in rows}
    in_dayparts = tuple((part.id, most_specific(given, part.id)) for part in parts if part.id in used)
    return Weights(most_specific(given), in_dayparts)


def most_specific(given: Sequence[Mapping[tuple[str, str], int]], daypart_id: str = "") -> dict[str, int]:
    """Each group's weight in a daypart ("": at all other times), from what each scope gives, the most specific first.

    `given` is by group and daypart. A scope's weight for the daypart goes before its own for all other times.
    """
    found: dict[str, int] = {}
    for own in given:
        for part_id in dict.fromkeys((daypart_id, "")):
            for (group_id, given_in), weight in own.items():
                if given_in == part_id:
                    found.setdefault(group_id, weight)
    return dict(sorted(found.items()))


def shares(connection: Connection, screen: Screen) -> list[AirTime]:
    """The groups with a weight on this screen, its own or its screen group's, the largest first: outside dayparts."""
    given = facts_weights(connection, screen, ()).usual
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
        scope = f"screen:{screen_id}"
        connection.execute(_of(scope, group_id))
        connection.execute(air_time.insert().values(scope=scope, group_id=group_id, daypart_id="", weight=weight))
    if changed:
        audit.record(
            connection, now_ms, by, "air_time.set", f"screen:{screen_id}", weights=dict(sorted(changed.items()))
        )


def put(
    connection: Connection,
    scope: str,
    group_id: str,
    daypart_id: str,
    weight: int | None,
    *,
    now_ms: int,
    by: str | None,
) -> None:
    """Gives a group a weight (0 to 100) in a scope and a daypart ("" for all others); None takes it off.

    Raises BadWeight, or BadScope for a place or daypart that is not there.
    """
    if weight is not None:
        refuse_unknown(connection, scope, daypart_id)
    group = {one.id: one for one in groups.every(connection)}.get(group_id)
    if group is None or (weight is not None and not 0 <= weight <= HEAVIEST):
        raise BadWeight(N_("A weight is a whole number from 0 to %(most)s, for a group that exists."), most=HEAVIEST)
    if group.is_house:
        raise BadWeight(N_("“%(name)s” is the house: its items fill the time nobody else has."), name=group.name)
    mine = (air_time.c.scope == scope, air_time.c.group_id == group_id, air_time.c.daypart_id == daypart_id)
    before = connection.execute(sa.select(air_time.c.weight).where(*mine)).scalar()
    if before == weight:
        return
    connection.execute(air_time.delete().where(*mine))
    if weight is not None:
        connection.execute(
            air_time.insert().values(scope=scope, group_id=group_id, daypart_id=daypart_id, weight=weight)
        )
    audit.record(
        connection, now_ms, by, "air_time.set", scope, weights={group_id: weight}, daypart=daypart_id
    )  # fmt: skip


def remove(connection: Connection, screen_id: str, group_id: str, *, now_ms: int, by: str) -> None:
    """Takes a group off a screen. Harmless when done twice."""
    gone = connection.execute(_of(f"screen:{screen_id}", group_id))
    if gone.rowcount:
        audit.record(connection, now_ms, by, "air_time.remove", f"screen:{screen_id}", group=group_id)


def _of(scope: str, group_id: str) -> sa.Delete:
    return air_time.delete().where(
        air_time.c.scope == scope, air_time.c.group_id == group_id, air_time.c.daypart_id == ""
    )
