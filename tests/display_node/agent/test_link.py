"""The WebSocket: hints are obeyed, nonsense is survived."""

import json

import pytest

from display_node.agent.pace import Pace
from display_node.config import DataFolder
from display_node.messages import Panic, PictureTaken, TakePictures
from tests.display_node.agent.making import (
    QUICK,
    ListeningPlayer,
    agent,
    body_of,
    fact,
    sealed,
    status,
    version,
)
from tests.fakes.curator import FakeCurator


async def test_a_hint_brings_the_new_manifest_at_once(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    patient = Pace(soonest_poll_s=0.02, first_retry_s=0.05, status_s=0.1)
    async with agent(paired, pace=patient):
        await fact(lambda: curator.links)
        curator.serve(sealed(curator.key, ("a",)), body_of("a"))
        await curator.hint({"type": "manifest", "version": 1})
        await fact(lambda: version(paired) == 1)


async def test_panic_is_black_at_once_and_survives_restarts(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await fact(lambda: curator.links and player.writer)
        await curator.hint({"type": "panic", "on": True, "counter": 5})
        await fact(lambda: player.last(Panic) == Panic(on=True))
        await curator.hint({"type": "panic", "on": False, "counter": 4})
        await curator.hint({"type": "picture", "every_ms": 500, "for_ms": 1000})
        await fact(lambda: player.last(TakePictures))
        assert player.last(Panic) == Panic(on=True)
        await fact(paired.panic.exists)
    player.heard.clear()
    async with agent(paired):
        await fact(lambda: player.last(Panic) == Panic(on=True))
        await fact(lambda: curator.links)
        await curator.hint({"type": "panic", "on": False, "counter": 6})
        await fact(lambda: player.last(Panic) == Panic(on=False))


async def test_a_screen_that_gets_no_link_hears_of_the_panic_with_its_next_report(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.orders = {"panic": {"on": True, "counter": 7}}
    async with agent(paired):
        await fact(lambda: player.last(Panic) == Panic(on=True))
        await fact(paired.panic.exists)


async def test_the_curator_is_told_soon_that_the_screen_obeyed(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired, pace=Pace(health_s=600.0, first_retry_s=0.05)):
        await fact(lambda: curator.links and player.writer and curator.health)
        said = len(curator.health)
        await curator.hint({"type": "panic", "on": True, "counter": 5})
        await fact(lambda: len(curator.health) > said)


async def test_somebody_who_looks_gets_pictures(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await fact(lambda: curator.links and player.writer)
        await curator.hint({"type": "picture", "every_ms": 500, "for_ms": 30_000})
        await fact(lambda: player.last(TakePictures) == TakePictures(str(paired.picture), 500, 30_000))
        paired.picture.write_bytes(b"\xff\xd8 a picture")
        await player.say(PictureTaken(str(paired.picture), 1))
        await fact(lambda: curator.pictures == [b"\xff\xd8 a picture"])
        await player.say(PictureTaken(str(paired.key), 1))
        paired.picture.write_bytes(bytes(600 << 10))
        await player.say(PictureTaken(str(paired.picture), 2))
        paired.picture.write_bytes(b"\xff\xd8 another")
        await player.say(PictureTaken(str(paired.picture), 3))
        await fact(lambda: b"\xff\xd8 another" in curator.pictures)
    assert all(picture.startswith(b"\xff\xd8") for picture in curator.pictures)


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "{",
        "[]",
        '{"type": "panic", "on": "yes", "counter": 1}',
        '{"type": "panic", "on": true, "counter": 1' + "0" * 5_000 + "}",
        "[" * 10_000,
        "x" * 100_000,
    ],
)
async def test_nonsense_on_the_link_only_costs_the_link(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, nonsense: str
) -> None:
    async with agent(paired):
        await fact(lambda: curator.links and player.writer)
        (link,) = curator.links
        await link.send_str(nonsense)
        await fact(lambda: curator.links and link not in curator.links)
        await curator.hint({"type": "something new", "of": "later"})
        await curator.hint({"type": "panic", "on": True, "counter": 1})
        await fact(lambda: player.last(Panic) == Panic(on=True))
        assert "failed" not in json.dumps(status(paired)["faults"])


async def test_the_link_comes_back_with_the_curator(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired, pace=QUICK):
        await fact(lambda: status(paired).get("is_linked"))
        await curator.stop()
        await fact(lambda: not status(paired)["is_linked"])
        await curator.start()
        await fact(lambda: status(paired)["is_linked"])
    assert "health" in {document.get("type") for document in curator.health}
