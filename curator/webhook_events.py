"""What other programs are told of, in the transaction of what it tells of. No names, titles or words of people."""

import sqlalchemy as sa

from content.canonical import Json
from curator import webhooks
from curator.store import Connection
from curator.tables import groups, items, screens, versions
from curator.webhooks import Event

MOST_SCREENS = 200
"""Screens named in one event; `screen_count` tells how many there are."""


def waits(connection: Connection, version_id: str, *, now_ms: int) -> None:
    """A version waits for a decision."""
    _about_version(connection, Event.WAITING, version_id, now_ms=now_ms)


def decided(connection: Connection, version_id: str, *, decision: str, reason: str, now_ms: int) -> None:
    """A version was decided about; `reason`: a code of the policy, "" where none was needed."""
    _about_version(connection, Event.DECIDED, version_id, now_ms=now_ms, decision=decision, reason=reason)


def withdrawn(connection: Connection, item_id: str, *, now_ms: int) -> None:
    """An item was taken off every screen."""
    if not webhooks.is_wanted(connection, Event.WITHDRAWN):
        return
    query = sa.select(items.c.group_id, groups.c.slug).join(groups, items.c.group_id == groups.c.id)
    row = connection.execute(query.where(items.c.id == item_id)).one()
    data: dict[str, Json] = {"item": item_id, "group": row.slug}
    webhooks.happened(connection, Event.WITHDRAWN, data, group_id=row.group_id, now_ms=now_ms)


def published(connection: Connection, revision: int, screen_ids: list[str], *, now_ms: int) -> None:
    """Changes to the programme of these screens were published."""
    if not webhooks.is_wanted(connection, Event.PUBLISHED):
        return
    query = sa.select(screens.c.slug).where(screens.c.id.in_(screen_ids)).order_by(screens.c.slug)
    slugs = list(connection.execute(query).scalars())
    data: dict[str, Json] = {"revision": revision, "screen_count": len(slugs), "screens": [*slugs[:MOST_SCREENS]]}
    webhooks.happened(connection, Event.PUBLISHED, data, group_id=None, now_ms=now_ms)


def screen(connection: Connection, screen_id: str, state: str, *, why: str = "", now_ms: int) -> None:
    """How a screen is has changed: dark (`why`: a code of curator.dark_screens), back, blacked_out, shown_again."""
    if not webhooks.is_wanted(connection, Event.SCREEN):
        return
    slug = connection.execute(sa.select(screens.c.slug).where(screens.c.id == screen_id)).scalar_one()
    data: dict[str, Json] = {"screen": slug, "state": state, "why": why}
    webhooks.happened(connection, Event.SCREEN, data, group_id=None, now_ms=now_ms)


def _about_version(connection: Connection, event: Event, version_id: str, *, now_ms: int, **more: Json) -> None:
    if not webhooks.is_wanted(connection, event):
        return
    query = (
        sa.select(versions.c.item_id, versions.c.number, versions.c.kind, items.c.group_id, groups.c.slug)
        .select_from(
            versions.join(items, versions.c.item_id == items.c.id).join(groups, items.c.group_id == groups.c.id)
        )
        .where(versions.c.id == version_id)
    )
    row = connection.execute(query).one()
    data: dict[str, Json] = {
        "version": version_id, "item": row.item_id, "number": row.number, "kind": row.kind, "group": row.slug, **more,
    }  # fmt: skip
    webhooks.happened(connection, event, data, group_id=row.group_id, now_ms=now_ms)
