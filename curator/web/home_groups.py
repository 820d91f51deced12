"""The parts of the home page for members of groups: their items, and what editors look after. Reads only."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import group_air_time, groups, item_news, library, members, running_order
from curator.authorisation import Action, Actor
from curator.group_air_time import GroupAirTime
from curator.groups import Group
from curator.item_news import News
from curator.library import Item
from curator.members import Member
from curator.programme.hours import DAY_MS
from curator.running_order import Placed
from curator.store import Connection
from curator.tables import items, versions
from curator.web.item_story import state_of

MOST_MINE = 6
MOST_OTHERS = 4
MOST_PLACED = 12
MOST_GROUPS = 12
"""How many groups of somebody stand on the page; the library lists all of them."""
FRESH_MS = 14 * DAY_MS
"""How long a refusal or rejection asks for something to be done."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """What an editor looks after: the running order (its first places), and the group's air time."""

    placed: list[Placed]
    more: int
    air_time: GroupAirTime


@dataclass(frozen=True, slots=True)
class GroupHome:
    """One group of somebody: what they sent in, what others did, who is in it; `arranged` for its editors."""

    group: Group
    mine: list[News]
    others: list[News]
    members: list[Member]
    arranged: Arranged | None
    urgent: int
    """How many of the reader's items, or of their group's for an editor, wait for somebody of the group."""


def groups_of(connection: Connection, actor: Actor, now_ms: int) -> list[GroupHome]:
    """The groups somebody is in, those first in which something waits for them."""
    mine = [group for group in groups.every(connection) if group.id in actor.groups][:MOST_GROUPS]
    people = members.of_groups(connection, [group.id for group in mine])
    edited = [group.id for group in mine if group.id in actor.groups_where(Action.ARRANGE)]
    air_time = group_air_time.of_groups(connection, edited, now_ms)
    found = [
        _home(connection, group, actor, people[group.id], air_time.get(group.id), now_ms) for group in mine
    ]  # fmt: skip
    return sorted(found, key=lambda one: -min(one.urgent, 1))


def _home(
    connection: Connection, group: Group, actor: Actor, people: list[Member], air: GroupAirTime | None, now_ms: int
) -> GroupHome:
    of_group = items.c.group_id == group.id, items.c.withdrawn_ms.is_(None)
    sent = sa.exists().where(versions.c.item_id == items.c.id, versions.c.created_by == actor.account_id)
    is_mine = sa.or_(items.c.created_by == actor.account_id, sent)
    own = library.items_where(connection, *of_group, is_mine, most=MOST_MINE)
    others = library.items_where(connection, *of_group, sa.not_(is_mine), most=MOST_OTHERS)
    seen_to = own if air is None else [*own, *others]
    news = item_news.of(connection, [*own, *others], now_ms)
    return GroupHome(
        group=group,
        mine=news[: len(own)],
        others=news[len(own) :],
        members=people,
        arranged=_arranged(connection, group, air) if air else None,
        urgent=sum(_asks(item, now_ms) for item in seen_to),
    )


def _arranged(connection: Connection, group: Group, air: GroupAirTime) -> Arranged:
    placed = running_order.order_of(connection, group.id)
    playing = [one for one in placed if not one.is_left_out]
    return Arranged(playing[:MOST_PLACED], max(0, len(placed) - len(playing[:MOST_PLACED])), air)


def _asks(item: Item, now_ms: int) -> bool:
    """Whether the newest version waits for its makers: to be submitted, or made better while that is news."""
    state, version = state_of(item.newest), item.newest
    is_fresh = now_ms - (version.prepared_ms or version.created_ms) < FRESH_MS
    return state in {"mended", "handed_in"} or (state in {"refused", "rejected"} and is_fresh)
