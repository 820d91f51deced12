"""The dayparts, dark hours and watersheds of a screen, for the calendar's background."""

from curator import dayparts, rules, sites
from curator.scopes import touching
from curator.screens import Screen
from curator.store import Connection
from curator.web.calendar_data import Band, bands


def bands_of(connection: Connection, screen: Screen, from_ms: int, to_ms: int) -> list[Band]:
    """What holds for the screen in [from_ms, to_ms)."""
    known = {one.id: one for one in dayparts.every(connection)}
    held = rules.of_scopes(connection, touching(screen))
    return bands(screen.zone, known, held, sites.conditions_of(connection, screen.site_id), from_ms, to_ms)
