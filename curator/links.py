"""The open links to nodes: what each is to be told, newest only. A node that does not read holds up nobody."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from content.canonical import Json
from curator.store import Connection
from curator.tables import live_events, manifests, nodes, screens
from curator.tables_tickers import tickers


@dataclass(frozen=True, slots=True)
class NewManifest:
    """There may be a newer manifest than the node has."""

    version: int

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "manifest", "version": self.version}


@dataclass(frozen=True, slots=True)
class WantPictures:
    """Somebody looks: a picture every `every_ms`, for `for_ms` from now."""

    every_ms: int
    for_ms: int

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "picture", "every_ms": self.every_ms, "for_ms": self.for_ms}


@dataclass(frozen=True, slots=True)
class Panic:
    """Black now, or back; the highest counter wins."""

    on: bool
    counter: int

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "panic", "on": self.on, "counter": self.counter}


@dataclass(frozen=True, slots=True)
class LiveOrders:
    """What stands above the programme may have changed: ask."""

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "live"}


@dataclass(frozen=True, slots=True)
class Activities:
    """What visitors may take part in at the screen changed: ask."""

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "activities"}


class Telling(Protocol):
    """A message to a node. What it says may be made when it is sent."""

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        ...


@dataclass(frozen=True, slots=True)
class Bundle:
    """What visitors said, made when the link takes it: whatever was said until then."""

    made: Callable[[], Telling]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return self.made().as_json()


Message = NewManifest | WantPictures | Panic | LiveOrders | Telling


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for a node: what it would be told if it had just come."""

    is_welcome: bool
    panic: Panic
    manifest_version: int
    live: str
    """Another whenever what stands above the programme, or at its foot, may have changed; "" where nothing ever did."""


def standing(connection: Connection, node_id: str, screen_id: str) -> Standing:
    """How things stand for this node of this screen now."""
    screen = connection.execute(
        sa.select(screens.c.is_dark, screens.c.dark_counter).where(screens.c.id == screen_id)
    ).one()
    revoked = connection.execute(sa.select(nodes.c.revoked_ms).where(nodes.c.id == node_id)).scalar_one()
    newest = sa.select(sa.func.max(manifests.c.version)).where(manifests.c.screen_id == screen_id)
    version = connection.execute(newest).scalar_one() or 0
    # Any order's event: asking for one that is not this screen's costs a node one small answer.
    order = sa.select(live_events.c.id).order_by(live_events.c.created_ms.desc(), live_events.c.id).limit(1)
    newest_order = connection.execute(order).scalar() or ""
    approved = sa.select(sa.func.count(), sa.func.max(tickers.c.decided_ms)).where(tickers.c.state == "approved")
    many, newest_ms = connection.execute(approved).one()
    live = f"{newest_order} {many} {newest_ms}" if newest_order or many else ""
    return Standing(revoked is None, Panic(screen.is_dark, screen.dark_counter), version, live)


class Outbox:
    """What one node is yet to be told: at most one message of each kind, the newest; black-outs first."""

    def __init__(self) -> None:
        """Nothing to tell."""
        self._waiting: dict[type, Message] = {}
        self._something = asyncio.Event()
        self.ended = asyncio.Event()
        """Set when this link must close: the pairing ended, or the node has come by another link."""

    def put(self, message: Message) -> None:
        """Tells the node `message`; an older one of its kind that was not sent yet is forgotten."""
        self._waiting[type(message)] = message
        self._something.set()

    async def next(self) -> Message:
        """The next message to send, waiting for one."""
        while not self._waiting:
            self._something.clear()
            await self._something.wait()
        kind = Panic if Panic in self._waiting else next(iter(self._waiting))
        return self._waiting.pop(kind)


class Links:
    """The open links of this process, one for each node."""

    def __init__(self) -> None:
        """Nobody is linked."""
        self._by_node: dict[str, tuple[str, Outbox]] = {}
        self._by_screen: dict[str, dict[str, Outbox]] = {}
        """The same by screen: a tap reaches its own as fast where there are a thousand others."""

    @contextmanager
    def joined(self, node_id: str, screen_id: str) -> Iterator[Outbox]:
        """The outbox of a node's new link while the block lasts; an older link of the same node ends."""
        self.end(node_id)
        outbox = Outbox()
        self._by_node[node_id] = screen_id, outbox
        self._by_screen.setdefault(screen_id, {})[node_id] = outbox
        try:
            yield outbox
        finally:
            if self._by_node.get(node_id) == (screen_id, outbox):
                self._forget(node_id)

    def tell(self, screen_id: str, message: Message) -> None:
        """Tells the linked node of a screen, if there is one. Never waits."""
        for outbox in self._by_screen.get(screen_id, {}).values():
            outbox.put(message)

    def end(self, node_id: str) -> None:
        """Closes the link of a node, if it has one."""
        if node_id in self._by_node:
            self._forget(node_id).ended.set()

    def end_all(self) -> None:
        """Closes every link: the service stops."""
        for node_id in list(self._by_node):
            self.end(node_id)

    def is_linked(self, screen_id: str) -> bool:
        """Whether the node of this screen is linked to this process now."""
        return screen_id in self._by_screen

    def _forget(self, node_id: str) -> Outbox:
        screen_id, outbox = self._by_node.pop(node_id)
        del self._by_screen[screen_id][node_id]
        if not self._by_screen[screen_id]:
            del self._by_screen[screen_id]
        return outbox
