"""On which screens something is approved: what a moderator chose, as the screens' ids that an approval names."""

from collections.abc import Sequence

import sqlalchemy as sa

from content.approval import EVERYWHERE
from curator import screens
from curator.scopes import EVERYWHERE as EVERY_SCREEN
from curator.scopes import BadScope, refuse_unknown, touching
from curator.store import Connection
from curator.tables import screens as screens_table
from curator.words import N_

ALL = (EVERYWHERE,)
"""Every screen of this curator, also those that are not there yet."""
MOST_PLACES = 200
"""An approval for more screens than that is for all: each manifest carries the ids with every item."""


def of_scopes(connection: Connection, scopes: Sequence[str]) -> tuple[str, ...]:
    """The screens in these scopes as they are now; all where none is chosen. Raises BadScope.

    A screen that joins a screen group later is not among them.
    """
    wanted = set(scopes)
    if not wanted or EVERY_SCREEN in wanted:
        return ALL
    for scope in sorted(wanted):
        refuse_unknown(connection, scope, is_for_rules=True)
    found = tuple(sorted(one.id for one in screens.every(connection) if not wanted.isdisjoint(touching(one))))
    if not found:
        raise BadScope(N_("There is no screen in what you chose. Choose another."))
    if len(found) > MOST_PLACES:
        raise BadScope(N_("Choose at most %(most)s screens, or all of them."), most=MOST_PLACES)
    return found


def refuse_none(scopes: Sequence[str]) -> None:
    """Raises BadScope where nothing was chosen and that must not mean everything."""
    if not scopes:
        raise BadScope(N_("Choose at least one screen."))


def covers(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    """Whether each of the places in `narrow` is in `wide`."""
    return EVERYWHERE in wide or set(narrow) <= set(wide)


def names(connection: Connection, places: Sequence[str]) -> tuple[str, ...]:
    """The screens' names in order; none for all screens."""
    if EVERYWHERE in places:
        return ()
    query = sa.select(screens_table.c.name).where(screens_table.c.id.in_(list(places)))
    return tuple(sorted(connection.execute(query).scalars()))
