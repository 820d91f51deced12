"""A curator, a folder, a listening player, and a screen that is already paired."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from content.signing import SigningKey
from display_node.agent.identity import Identity, write_identity, write_token
from display_node.config import DataFolder
from tests.display_node.agent.making import SCREEN, ListeningPlayer
from tests.fakes.curator import NODE, FakeCurator


@pytest.fixture
async def curator() -> AsyncIterator[FakeCurator]:
    """A curator on a free port."""
    fake = FakeCurator()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """An empty data folder."""
    place = DataFolder(tmp_path / "d")
    place.prepare()
    return place


@pytest.fixture
async def player(folder: DataFolder) -> AsyncIterator[ListeningPlayer]:
    """A player on the folder's socket."""
    listening = ListeningPlayer(folder.socket)
    await listening.start()
    yield listening
    await listening.stop()


@pytest.fixture
def paired(folder: DataFolder, curator: FakeCurator) -> DataFolder:
    """The folder of a screen the curator knows."""
    pair(folder, curator.address, curator.key)
    curator.tokens["secret"] = NODE
    return folder


def pair(folder: DataFolder, address: str, key: SigningKey) -> None:
    """Writes down a pairing as the agent would."""
    write_identity(folder, Identity(address, NODE, SCREEN, "Library window", (key.public,)))
    write_token(folder, "secret")
