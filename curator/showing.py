"""Where and when an item may play, within what was approved: its group's wishes, and a rating and tags for rules."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa

from curator import audit
from curator.screens import Screen
from curator.store import Connection
from curator.tables import items
from curator.words import N_, Told

OLDEST = 21
MOST_TAGS = 40
LONGEST_TAG = 40
MOST_TARGETS = 500
LONGEST_GAP_MS = 7 * 86_400_000
KINDS = frozenset({"screen", "screen_group", "site", "tag"})


class BadShowing(Told):
    """A wish that cannot be stored."""


@dataclass(frozen=True, slots=True)
class Showing:
    """`rating` is the least age; `targets` such as `screen:ID`, none being everywhere; `gap_ms` from start to start.

    The item plays from `not_before_ms` until `not_after_ms` (None: open), and starts only where it `joins`. A still
    that `is_photograph` has nothing to read on it, and may slowly be moved over.
    """

    rating: int = 0
    tags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    not_before_ms: int | None = None
    not_after_ms: int | None = None
    gap_ms: int = 0
    joins: Literal["any", "start"] = "any"
    is_photograph: bool = False

    def is_aimed_at(self, screen: Screen) -> bool:
        """Whether any target is this screen, its group, its site or one of its tags."""
        known = {f"screen:{screen.id}", f"screen_group:{screen.screen_group_id}", f"site:{screen.site_id}"}
        return not self.targets or not (known | {f"tag:{tag}" for tag in screen.tags}).isdisjoint(self.targets)


def of(connection: Connection, item_id: str) -> Showing:
    """An item's wishes; none for an item that is not there."""
    return every(connection, items.c.id == item_id).get(item_id, Showing())


def every(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> dict[str, Showing]:
    """The wishes of all items that meet the conditions, by id."""
    columns = items.c
    query = sa.select(
        columns.id, columns.rating, columns.tags, columns.targets, columns.not_before_ms, columns.not_after_ms,
        columns.gap_ms, columns.joins, columns.is_photograph,
    ).where(*conditions)  # fmt: skip
    return {
        row.id: Showing(
            row.rating, tuple(json.loads(row.tags)), tuple(json.loads(row.targets)), row.not_before_ms,
            row.not_after_ms, row.gap_ms, row.joins, row.is_photograph,
        )
        for row in connection.execute(query)
    }  # fmt: skip


def put(connection: Connection, item_id: str, showing: Showing, *, now_ms: int, by: str | None) -> None:
    """Stores an item's wishes; who may is the caller's business. Raises BadShowing."""
    if of(connection, item_id) == showing:
        return
    _refuse(showing)
    values: dict[str, object] = asdict(showing) | {
        "tags": json.dumps(showing.tags, ensure_ascii=False),
        "targets": json.dumps(showing.targets, ensure_ascii=False),
    }
    if not connection.execute(items.update().where(items.c.id == item_id).values(**values)).rowcount:
        raise BadShowing(N_("There is no such item."))
    audit.record(
        connection, now_ms, by, "item.showing", f"item:{item_id}", rating=showing.rating, tags=list(showing.tags),
        targets=list(showing.targets[:20]), not_before_ms=showing.not_before_ms, not_after_ms=showing.not_after_ms,
        gap_ms=showing.gap_ms, joins=showing.joins,
        **({"is_photograph": True} if showing.is_photograph else {}),
    )  # fmt: skip


def _refuse(showing: Showing) -> None:
    if not 0 <= showing.rating <= OLDEST:
        raise BadShowing(N_("The rating is an age from 0 to %(most)s."), most=OLDEST)
    if len(showing.tags) > MOST_TAGS or any(not 1 <= len(tag) <= LONGEST_TAG for tag in showing.tags):
        raise BadShowing(
            N_("An item has at most %(most)s tags of 1 to %(longest)s characters."), most=MOST_TAGS, longest=LONGEST_TAG
        )
    kinds = {target.partition(":")[0] for target in showing.targets}
    if len(showing.targets) > MOST_TARGETS or not kinds <= KINDS:
        raise BadShowing(N_("There is no such place any more. Choose another."))
    if not 0 <= showing.gap_ms <= LONGEST_GAP_MS:
        raise BadShowing(N_("The gap is at most a week."))
    begins, ends = showing.not_before_ms, showing.not_after_ms
    if begins is not None and ends is not None and begins >= ends:
        raise BadShowing(N_("The item would stop playing before it begins. Give a later end."))
