"""Nodes: the computers behind the screens, known by a key and a bearer token of which only the SHA-256 is kept."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit
from curator.health import Health, health_text, stored_health
from curator.ids import new_id
from curator.store import Connection, Store
from curator.tables import nodes, screens

SEEN_LATELY_MS = 75_000
"""A node reports every 30 s; after two missed reports it counts as away."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node as stored. `seen_ms` is None before its first report; `clock_offset_ms` is its clock minus ours."""

    id: str
    screen_id: str
    public_key: str
    software: str
    paired_ms: int
    paired_by: str | None
    revoked_ms: int | None
    seen_ms: int | None
    health: Health | None
    clock_offset_ms: int

    def is_present(self, now_ms: int) -> bool:
        """Whether it reported lately."""
        return self.seen_ms is not None and now_ms - self.seen_ms < SEEN_LATELY_MS


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a bearer token belongs to."""

    node_id: str
    screen_id: str


def token_sha256(token: str) -> str:
    """The form in which a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def add(
    connection: Connection, *, screen_id: str, public_key: str, software: str, token: str, now_ms: int, by: str | None
) -> str:
    """Adds the node of a screen, after the one before was shut out by `revoke`; gives its id."""
    node_id = new_id()
    connection.execute(
        nodes.insert().values(
            id=node_id, screen_id=screen_id, public_key=public_key, token_sha256=token_sha256(token),
            software=software, paired_ms=now_ms, paired_by=by,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by, "node.pair", f"screen:{screen_id}", node=node_id, software=software)
    return node_id


def revoke(connection: Connection, screen_id: str, *, now_ms: int, by: str | None) -> list[str]:
    """Ends the pairing of a screen's node for good; gives the ids of the nodes that were shut out."""
    query = sa.select(nodes.c.id).where(nodes.c.screen_id == screen_id, nodes.c.revoked_ms.is_(None))
    found = list(connection.execute(query).scalars())
    if found:
        connection.execute(nodes.update().where(nodes.c.id.in_(found)).values(revoked_ms=now_ms))
        audit.record(connection, now_ms, by, "node.revoke", f"screen:{screen_id}", nodes=found)
    return found


def of_screen(connection: Connection, screen_id: str) -> Node | None:
    """The node paired with a screen now, or None."""
    query = sa.select(nodes).where(nodes.c.screen_id == screen_id, nodes.c.revoked_ms.is_(None))
    row = connection.execute(query.order_by(nodes.c.paired_ms.desc())).mappings().first()
    return _node(row) if row else None


def paired(connection: Connection, screen_ids: Collection[str] | None = None) -> dict[str, Node]:
    """Every node paired now, by the id of its screen; only those of `screen_ids` where they are given."""
    query = sa.select(nodes).where(nodes.c.revoked_ms.is_(None)).order_by(nodes.c.paired_ms)
    if screen_ids is not None:
        query = query.where(nodes.c.screen_id.in_(sorted(screen_ids)))
    return {row["screen_id"]: _node(row) for row in connection.execute(query).mappings()}


def keep_health(connection: Connection, node_id: str, health: Health, *, now_ms: int) -> None:
    """Stores the newest report of a node and when it came."""
    connection.execute(
        nodes.update().where(nodes.c.id == node_id).values(
            seen_ms=now_ms, health=health_text(health), software=health.software,
            clock_offset_ms=health.now_ms - now_ms,
        )
    )  # fmt: skip


def _node(row: sa.RowMapping) -> Node:
    return Node(
        id=row["id"], screen_id=row["screen_id"], public_key=row["public_key"], software=row["software"],
        paired_ms=row["paired_ms"], paired_by=row["paired_by"], revoked_ms=row["revoked_ms"],
        seen_ms=row["seen_ms"], health=stored_health(row["health"]), clock_offset_ms=row["clock_offset_ms"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Page:
    callers: dict[str, Caller]
    screens: dict[str, str]


class Book:
    """Who may call, in memory: tokens of paired nodes, addresses of screens. `forget` after each change of either."""

    def __init__(self, store: Store) -> None:
        """Reads nothing yet."""
        self._store = store
        self._page: _Page | None = None
        self._turns = 0

    async def caller(self, token: str) -> Caller | None:
        """Whose token this is; None for nobody's, or a revoked one."""
        # The dictionary is asked by a hash nobody can steer, so its timing tells nothing about a token.
        return (await self._current()).callers.get(token_sha256(token))

    async def screen_id(self, slug: str) -> str | None:
        """The id of the screen at this address, or None."""
        return (await self._current()).screens.get(slug)

    def forget(self) -> None:
        """Something changed: the next question reads the store again."""
        self._turns += 1
        self._page = None

    async def _current(self) -> _Page:
        while (page := self._page) is None:
            turn = self._turns
            page = await self._store.read(_read_page)
            # What was read before a change must not outlive it.
            if turn == self._turns:
                self._page = page
        return page


def _read_page(connection: Connection) -> _Page:
    query = sa.select(nodes.c.token_sha256, nodes.c.id, nodes.c.screen_id).where(nodes.c.revoked_ms.is_(None))
    callers = {row.token_sha256: Caller(row.id, row.screen_id) for row in connection.execute(query)}
    known = sa.select(screens.c.slug, screens.c.id).where(screens.c.retired_ms.is_(None))
    return _Page(callers, {row.slug: row.id for row in connection.execute(known)})
