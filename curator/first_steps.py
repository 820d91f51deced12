"""What a new town still lacks before something of its own plays: its first administrator is led through it."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator.config import Settings
from curator.store import Connection
from curator.tables import groups, items, nodes, screens

UNNAMED = str(Settings.model_fields["name"].default)
"""What a network is called that nobody has named yet."""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What is there already. `group_slug` is of a group that can upload its first item; "" before there is one."""

    has_name: bool
    has_screen: bool
    is_paired: bool
    has_group: bool
    has_item: bool
    group_slug: str

    @property
    def is_done(self) -> bool:
        """Whether the town runs without being led: there is a screen with a computer, a group, and an item of it."""
        return self.next == 0

    @property
    def next(self) -> int:
        """Which step comes next, 2 to 5; the name, step 1, can be given at any time. 0 when all are done."""
        steps = (self.has_screen, self.is_paired, self.has_group, self.has_item)
        return 0 if all(steps) else 2 + steps.index(False)


def taken(connection: Connection, settings: Settings) -> FirstSteps:
    """How far the town is."""

    def some(table: sa.Table, *conditions: "sa.ColumnElement[bool]") -> bool:
        return bool(connection.execute(sa.select(sa.exists(sa.select(table).where(*conditions)))).scalar())

    first = connection.execute(sa.select(groups.c.slug).order_by(groups.c.is_house, groups.c.created_ms)).scalar()
    return FirstSteps(
        has_name=settings.name != UNNAMED,
        has_screen=some(screens, screens.c.retired_ms.is_(None)),
        is_paired=some(nodes, nodes.c.revoked_ms.is_(None)),
        has_group=first is not None,
        has_item=some(items),
        group_slug=first or "",
    )
