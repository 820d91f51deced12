"""What the running service keeps in memory about nodes: who may call, who is linked, the newest pictures."""

from dataclasses import dataclass

from aiohttp import web

from curator import take_downs
from curator.health import Health, Throttle
from curator.limits import Tries
from curator.links import Links
from curator.nodes import Book, Caller, keep_health
from curator.pictures import Pictures
from curator.service import SERVICE, Service
from curator.store import Connection

OFFERS_A_WINDOW = 60
CODES_A_WINDOW = 10
WINDOW_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class NodeState:
    """The parts. `offers` limits pairing codes per network address, `codes` wrong codes per account."""

    book: Book
    links: Links
    pictures: Pictures
    throttle: Throttle
    offers: Tries
    codes: Tries

    async def heard(self, service: Service, caller: Caller, health: Health) -> None:
        """A node said how it is: stored now and then, and at once when something changed that people watch for."""
        now_ms = service.now()
        if self.throttle.is_due(caller.node_id, health, now_ms):
            obeyed = await service.store.run(lambda connection: _keep(connection, caller, health, now_ms))
            for item_id in obeyed:
                service.bus.publish(f"item:{item_id}")
            service.bus.publish(f"node:{caller.screen_id}/health")


def _keep(connection: Connection, caller: Caller, health: Health, now_ms: int) -> list[str]:
    keep_health(connection, caller.node_id, health, now_ms=now_ms)
    return take_downs.heard(connection, caller.screen_id, health, now_ms=now_ms)


NODE_STATE: web.AppKey[NodeState] = web.AppKey("node_state", NodeState)


def add_node_state(app: web.Application) -> None:
    """Gives the application its memory of nodes; links are closed when it stops."""
    app[NODE_STATE] = NodeState(
        Book(app[SERVICE].store), Links(), Pictures(), Throttle(),
        Tries(OFFERS_A_WINDOW, WINDOW_MS), Tries(CODES_A_WINDOW, WINDOW_MS),
    )  # fmt: skip
    app.on_shutdown.append(_end_links)


def node_state_of(request: web.Request) -> NodeState:
    """The memory of the service a request came to."""
    return request.app[NODE_STATE]


async def _end_links(app: web.Application) -> None:
    app[NODE_STATE].links.end_all()
