"""The running order of a group's items: what plays after what, and what its group leaves out for now.

A group need do nothing: an item without a place comes after those that have one, in the order of first approval.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit, library
from curator.store import Connection
from curator.tables import decisions, items, running_order, versions
from curator.words import N_, Told

STEP = 10
"""Between one place and the next."""
LEFT_OUT = -1
"""The position of an item its group leaves out of the rotation. Bookings of it are kept."""


class BadOrder(Told):
    """An order that cannot be taken."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An approved item and its place; `is_left_out`: it takes no part in the rotation."""

    item: library.Item
    version: library.Version
    is_left_out: bool


def places(connection: Connection, playable: Iterable[library.Item]) -> dict[str, tuple[int, bool]]:
    """For each of these items its order key (0 or more, different within a group) and whether it is in the rotation."""
    by_group: dict[str, list[library.Item]] = {}
    for item in playable:
        by_group.setdefault(item.group_id, []).append(item)
    placed = sa.select(running_order.c.item_id, running_order.c.position).where(running_order.c.group_id.in_(by_group))
    known = {row.item_id: row.position for row in connection.execute(placed)}
    firsts = _first_approvals(connection, by_group)
    keys: dict[str, tuple[int, bool]] = {}
    for mine in by_group.values():
        last = max((known.get(item.id, 0) for item in mine), default=0)
        later = sorted((item for item in mine if item.id not in known), key=lambda one: (firsts.get(one.id, 0), one.id))
        keys |= {item.id: (max(known[item.id], 0), known[item.id] >= 0) for item in mine if item.id in known}
        keys |= {item.id: (last + STEP * (index + 1), True) for index, item in enumerate(later)}
    return keys


def order_of(connection: Connection, group_id: str) -> list[Placed]:
    """A group's approved items as they play; those left out come last."""
    playable = library.items_where(
        connection,
        items.c.group_id == group_id,
        items.c.approved_version_id.is_not(None),
        items.c.withdrawn_ms.is_(None),
        most=100_000,
    )
    keys = places(connection, playable)
    placed = [
        Placed(item, version, is_left_out=not keys[item.id][1]) for item in playable if (version := item.approved)
    ]
    return sorted(placed, key=lambda one: (one.is_left_out, keys[one.item.id][0], one.item.id))


def arrange(connection: Connection, group_id: str, item_ids: Sequence[str], *, now_ms: int, by: str) -> None:
    """Plays the group's items in this order. Items of the group that are not named come after them, as they were.

    Raises BadOrder when an id stands twice or is not an approved item of the group.
    """
    placed = order_of(connection, group_id)
    known = {one.item.id for one in placed}
    if len(set(item_ids)) != len(item_ids) or not set(item_ids) <= known:
        raise BadOrder(N_("The list has changed meanwhile. Please look at it again and repeat your change."))
    left_out = {one.item.id for one in placed if one.is_left_out}
    rest = [one.item.id for one in placed if one.item.id not in set(item_ids)]
    _write(connection, group_id, [*item_ids, *rest], left_out)
    audit.record(connection, now_ms, by, "order.arrange", f"group:{group_id}", items=len(item_ids))


def move(connection: Connection, group_id: str, item_id: str, steps: int, *, now_ms: int, by: str) -> None:
    """Moves an item by so many places (-1 is one earlier); at the end of the list it stays where it is."""
    playing = [one.item.id for one in order_of(connection, group_id) if not one.is_left_out]
    if item_id not in playing:
        raise BadOrder(N_("The list has changed meanwhile. Please look at it again and repeat your change."))
    place = playing.index(item_id)
    playing.insert(max(0, min(len(playing) - 1, place + steps)), playing.pop(place))
    arrange(connection, group_id, playing, now_ms=now_ms, by=by)


def leave_out(connection: Connection, group_id: str, item_id: str, *, is_out: bool, now_ms: int, by: str) -> None:
    """Takes an item out of the rotation, or back in as the last one."""
    placed = order_of(connection, group_id)
    if item_id not in {one.item.id for one in placed}:
        raise BadOrder(N_("The list has changed meanwhile. Please look at it again and repeat your change."))
    left_out = {one.item.id for one in placed if one.is_left_out}
    left_out = left_out | {item_id} if is_out else left_out - {item_id}
    playing = [one.item.id for one in placed if not one.is_left_out and one.item.id != item_id]
    _write(connection, group_id, [*playing, *left_out, *([] if is_out else [item_id])], left_out)
    action = "order.leave_out" if is_out else "order.take_in"
    audit.record(connection, now_ms, by, action, f"item:{item_id}", group=group_id)


def _write(connection: Connection, group_id: str, item_ids: Sequence[str], left_out: set[str]) -> None:
    connection.execute(running_order.delete().where(running_order.c.item_id.in_(list(item_ids))))
    playing = [item_id for item_id in item_ids if item_id not in left_out]
    rows = [
        *((item_id, STEP * (index + 1)) for index, item_id in enumerate(playing)),
        *((item_id, LEFT_OUT) for item_id in sorted(left_out)),
    ]
    if rows:
        values = [{"item_id": item_id, "group_id": group_id, "position": position} for item_id, position in rows]
        connection.execute(running_order.insert(), values)


def _first_approvals(connection: Connection, group_ids: Iterable[str]) -> dict[str, int]:
    of_items = decisions.join(versions, decisions.c.version_id == versions.c.id).join(
        items, versions.c.item_id == items.c.id
    )
    query = (
        sa.select(versions.c.item_id, sa.func.min(decisions.c.created_ms).label("first_ms"))
        .select_from(of_items)
        .where(decisions.c.decision == "approved", items.c.group_id.in_(group_ids), versions.c.variant_id.is_(None))
        .group_by(versions.c.item_id)
    )
    return {row.item_id: row.first_ms for row in connection.execute(query)}
