"""A screen whose curator is gone, serving phones itself: agent and island in this process, on a free port."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from content.clock import now_ms
from display_node.agent.local import Local
from display_node.config import DataFolder
from display_node.island.running import Settings, run
from display_node.messages import Invitation
from tests.display_node.agent.conftest import curator, folder, paired, player
from tests.display_node.agent.making import ListeningPlayer, agent, body_of, fact, sealed
from tests.fakes.curator import FakeCurator

__all__ = ["curator", "folder", "paired", "player"]


@dataclass
class Shore:
    """The island as those see it who stand on it: the screen with its invitation, and the address of the page."""

    player: ListeningPlayer
    local: Local
    port: int = 0
    serving: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def invitation(self) -> Invitation | None:
        """What the corner says now."""
        said = self.player.last(Invitation)
        return said if isinstance(said, Invitation) and said.payload else None

    async def code(self) -> str:
        """The code on the screen, when there is one."""
        await fact(self.invitation)
        said = self.invitation()
        assert said is not None
        return said.code


@pytest.fixture
def island(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> Callable[..., AsyncIterator[Shore]]:  # fmt: skip
    """Opens an island: a context manager."""

    @asynccontextmanager
    async def opened(now: Callable[[], int] = now_ms, *, is_alone: bool = True) -> AsyncIterator[Shore]:
        curator.serve(sealed(curator.key, ("a",)), body_of("a"))
        met: list[Local] = []
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        async with agent(paired, now=now, meet=met.append, island_address=address, island_wifi="Square"):
            await fact(lambda: curator.links and met and player.on())
            await fact(lambda: len(met[0].known()) == len(curator.activities))
            if is_alone:
                await curator.stop()
            shore = Shore(player, met[0], port)
            settings = Settings(paired.island_socket, ("127.0.0.1", shore.port), shore.address, now)
            async with asyncio.TaskGroup() as tasks:
                shore.serving = serving = tasks.create_task(run(settings))
                await fact(lambda: is_open(shore.port))
                yield shore
                serving.cancel()

    return opened  # type: ignore[return-value]


def free_port() -> int:
    """A port of this machine that nobody uses."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def joined(session: aiohttp.ClientSession, shore: Shore) -> str:
    """Scans the code on the screen; gives the path of the page."""
    answer = await session.get(f"{shore.address}/J/{await shore.code()}")
    assert answer.status == 200, await answer.text()
    return answer.url.path
