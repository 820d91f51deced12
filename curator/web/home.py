"""The front page: for a stranger what this is and what is on; for somebody signed in, what waits for them."""

from dataclasses import dataclass

import sqlalchemy as sa
from aiohttp import web

from curator import groups, library, moderation
from curator.authorisation import Action, Actor
from curator.groups import Group
from curator.library import Item
from curator.moderation import Waiting
from curator.service import service_of
from curator.store import Connection
from curator.tables import items, nodes, screens
from curator.web.item_story import STATES, state_of
from curator.web.moderation import wait_in_words
from curator.web.pages import ACTOR, render

MOST_SCREENS = 6
MOST_PICTURES = 8
MOST_ITEMS_OF_A_GROUP = 8
ALIVE_MS = 120_000
"""A node heard from this recently is well: it says so every half minute."""


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """A screen as the front page tells it. `seen_ms` is None where no node is paired or it never called."""

    slug: str
    name: str
    place: str
    is_dark: bool
    is_paired: bool
    seen_ms: int | None


@dataclass(frozen=True, slots=True)
class Front:
    """What the page shows; parts a reader has no business with are empty."""

    screens: list[ScreenLine]
    shown: list[Item]
    mine: list[tuple[Group, list[Item]]]
    waiting: int
    oldest: Waiting | None


async def home(request: web.Request) -> web.StreamResponse:
    """The front page."""
    service = service_of(request)
    actor = request[ACTOR]
    front = await service.store.read(lambda connection: _front(connection, actor))
    now_ms = service.now()
    return render(
        request, "home.html", front=front, contact=service.settings.contact, wait=wait_in_words,
        is_alive=lambda screen: screen.seen_ms is not None and now_ms - screen.seen_ms < ALIVE_MS,
        most_screens=MOST_SCREENS, states=STATES, state_of=state_of,
    )  # fmt: skip


def _front(connection: Connection, actor: Actor | None) -> Front:
    sees_queue = actor is not None and actor.may(Action.SEE_QUEUE)
    oldest = moderation.queue(connection, most=1) if sees_queue else []
    return Front(
        screens=screen_lines(connection),
        shown=approved_lately(connection),
        mine=_groups_of(connection, actor) if actor else [],
        waiting=moderation.count_waiting(connection) if sees_queue else 0,
        oldest=oldest[0] if oldest else None,
    )


def screen_lines(connection: Connection) -> list[ScreenLine]:
    """Every screen that is not retired, by name, with the last sign of life of its node."""
    node = sa.and_(nodes.c.screen_id == screens.c.id, nodes.c.revoked_ms.is_(None))
    query = (
        sa.select(
            screens.c.slug, screens.c.name, screens.c.place, screens.c.is_dark,
            sa.func.count(nodes.c.id).label("paired"), sa.func.max(nodes.c.seen_ms).label("seen_ms"),
        )
        .select_from(screens.outerjoin(nodes, node))
        .where(screens.c.retired_ms.is_(None))
        .group_by(screens.c.id)
        .order_by(screens.c.name)
    )  # fmt: skip
    return [
        ScreenLine(row.slug, row.name, row.place, row.is_dark, row.paired > 0, row.seen_ms)
        for row in connection.execute(query)
    ]


def approved_lately(connection: Connection) -> list[Item]:
    """The newest items that may play, for everybody to see: approved and not withdrawn, never anything else."""
    found = library.items_where(
        connection, items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None), most=MOST_PICTURES
    )
    return [item for item in found if item.approved is not None and item.approved.state == "approved"]


def _groups_of(connection: Connection, actor: Actor) -> list[tuple[Group, list[Item]]]:
    mine = [group for group in groups.every(connection) if group.id in actor.groups]
    return [
        (
            group,
            library.items_where(
                connection, items.c.group_id == group.id, items.c.withdrawn_ms.is_(None), most=MOST_ITEMS_OF_A_GROUP
            ),
        )
        for group in mine
    ]
