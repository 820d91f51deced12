"""Names of places and times that programmers give, and the words that stand for them in addresses."""

import sqlalchemy as sa

from curator.groups import slug_of
from curator.store import Connection
from curator.words import N_, Told

LONGEST_NAME = 120


class BadName(Told):
    """A name that is missing, too long or taken."""


def named(connection: Connection, table: sa.Table, name: str, *, but: str = "") -> tuple[str, str]:
    """The tidy name and its slug, free in `table` save by the row `but`. Raises BadName."""
    title = name.strip()
    slug = slug_of(title)
    if not 1 <= len(title) <= LONGEST_NAME or not slug:
        raise BadName(
            N_("A name has 1 to %(most)s characters with at least one letter or digit."), most=LONGEST_NAME
        )  # fmt: skip
    if connection.execute(sa.select(table.c.id).where(table.c.slug == slug, table.c.id != but)).first():
        raise BadName(N_("There is already one called “%(name)s”."), name=title)
    return title, slug
