"""Scopes: what a weight, a promise or a rule holds for, as a text: a screen, a screen group, a site, everywhere."""

import sqlalchemy as sa

from curator.screens import Screen
from curator.store import Connection
from curator.tables import dayparts, screen_groups, screens, sites
from curator.words import N_, Told

EVERYWHERE = "everywhere"


class BadScope(Told):
    """A place or a daypart that is not there."""


def touching(screen: Screen) -> tuple[str, ...]:
    """The scopes a screen is in, the most specific first."""
    found = [f"screen:{screen.id}"]
    if screen.screen_group_id is not None:
        found.append(f"screen_group:{screen.screen_group_id}")
    if screen.site_id is not None:
        found.append(f"site:{screen.site_id}")
    return (*found, EVERYWHERE)


def refuse_unknown(connection: Connection, scope: str, daypart_id: str = "", *, is_for_rules: bool = False) -> None:
    """Raises BadScope when there is no such place or daypart; sites and everywhere are for rules only."""
    kind, _colon, wanted = scope.partition(":")
    tables = {"screen": screens, "screen_group": screen_groups} | ({"site": sites} if is_for_rules else {})
    table = tables.get(kind)
    if not (is_for_rules and scope == EVERYWHERE) and (
        table is None or connection.execute(sa.select(table.c.id).where(table.c.id == wanted)).first() is None
    ):
        raise BadScope(N_("There is no such place any more. Choose another."))
    held = sa.select(dayparts.c.id).where(dayparts.c.id == daypart_id, dayparts.c.removed_ms.is_(None))
    if daypart_id and connection.execute(held).first() is None:
        raise BadScope(N_("There is no such daypart any more. Choose another."))
