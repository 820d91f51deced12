"""The page people land on: for a stranger what this is and what is on; for somebody signed in, what waits for them.

One part for each thing a role looks after. What is urgent comes first; of equals, what can go wrong in the street.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import sqlalchemy as sa
from aiohttp import web

from curator import first_steps, library
from curator.authorisation import Action, Actor
from curator.config import Settings
from curator.library import Item
from curator.publishing import PUBLISHER, Fault
from curator.screen_watch import STATES as SCREEN_STATES
from curator.screen_watch import TROUBLE
from curator.service import service_of
from curator.store import Connection
from curator.tables import items, nodes, screens
from curator.web.home_council import LONG_MS, VERY_LONG_MS, people_of, programme_of, queue_of, screens_of
from curator.web.home_groups import groups_of
from curator.web.home_taking_part import is_for, taking_part_of
from curator.web.item_story import STATES, state_of
from curator.web.moderation import wait_in_words
from curator.web.pages import ACTOR, render
from curator.words import N_

MOST_SCREENS = 6
MOST_PICTURES = 8


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """A screen as a stranger sees it."""

    slug: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Front:
    """What strangers see. `more` screens stand on their own page."""

    screens: list[ScreenLine]
    more: int
    shown: list[Item]


class _Seen(Protocol):
    @property
    def urgent(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: its name (of its template too), how much in it waits for the reader, and what it shows."""

    name: str
    urgent: int
    seen: object


NAMES: Final = {
    "first": N_("First steps"),
    "screens": N_("Screens"),
    "queue": N_("Moderation"),
    "taking_part": N_("Taking part"),
    "programme": N_("Programme"),
    "groups": N_("My groups"),
    "people": N_("Administration"),
}
"""The parts, in the order they come in when nothing in them is urgent or everything is."""


async def home(request: web.Request) -> web.StreamResponse:
    """The front page."""
    service = service_of(request)
    actor: Actor | None = request[ACTOR]
    if actor is None:
        front = await service.store.read(_front)
        return render(request, "front.html", front=front, contact=service.settings.contact)
    now_ms, faults = service.now(), dict(request.app[PUBLISHER].faults)
    settings = service.settings

    def look(connection: Connection) -> tuple[list[Part], list[Item]]:
        return parts_of(connection, actor, settings, faults, now_ms), approved_lately(connection)

    parts, shown = await service.store.read(look)
    return render(
        request, "home.html", parts=parts, names=NAMES, shown=shown, wait=wait_in_words, states=STATES,
        state_of=state_of, screen_states=SCREEN_STATES, trouble=TROUBLE, zone=settings.zone,
        moved=request.query.get("moved", ""),
        long_days=LONG_MS // 86_400_000, very_long_days=VERY_LONG_MS // 86_400_000,
    )  # fmt: skip


def parts_of(
    connection: Connection, actor: Actor, settings: Settings, faults: Mapping[str, Fault], now_ms: int
) -> list[Part]:  # fmt: skip
    """The parts somebody has business with, what is urgent first."""
    found: list[Part] = []
    is_new = False
    if actor.may(Action.MANAGE_PEOPLE):
        steps = first_steps.taken(connection, settings)
        is_new = not steps.has_screen
        if not steps.is_done:
            found.append(Part("first", 1, steps))

    def add(name: str, *, is_mine: bool, look: Callable[[], _Seen]) -> None:
        # Who is led through the first steps is not shown as well all that is empty.
        if is_mine and not is_new:
            seen = look()
            found.append(Part(name, seen.urgent, seen))

    add("screens", is_mine=actor.may(Action.MANAGE_SCREENS), look=lambda: screens_of(connection, now_ms))
    add("queue", is_mine=actor.may(Action.SEE_QUEUE), look=lambda: queue_of(connection, now_ms))
    add("taking_part", is_mine=is_for(actor), look=lambda: taking_part_of(connection, actor))
    add(
        "programme", is_mine=actor.may(Action.PROGRAMME),
        look=lambda: programme_of(connection, actor.account_id, faults, now_ms),
    )  # fmt: skip
    if actor.groups:
        mine = groups_of(connection, actor, now_ms)
        found.append(Part("groups", sum(one.urgent for one in mine), mine))
    if actor.may(Action.MANAGE_PEOPLE):
        people = people_of(connection, now_ms)
        found.append(Part("people", people.urgent, people))
    order = list(NAMES)
    return sorted(found, key=lambda part: (part.urgent == 0, order.index(part.name)))


def _front(connection: Connection) -> Front:
    paired = sa.exists().where(nodes.c.screen_id == screens.c.id, nodes.c.revoked_ms.is_(None))
    lit = screens.c.retired_ms.is_(None), paired
    query = sa.select(screens.c.slug, screens.c.name, screens.c.place).where(*lit).order_by(screens.c.name)
    total = connection.execute(sa.select(sa.func.count()).select_from(screens).where(*lit)).scalar_one()
    shown = [ScreenLine(*row) for row in connection.execute(query.limit(MOST_SCREENS))]
    return Front(shown, int(total) - len(shown), approved_lately(connection))


def approved_lately(connection: Connection) -> list[Item]:
    """The newest items that may play, for everybody to see: approved and not withdrawn, never anything else."""
    found = library.items_where(
        connection, items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None), most=MOST_PICTURES
    )
    return [item for item in found if item.approved is not None and item.approved.state == "approved"]
