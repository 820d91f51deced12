"""Screens that go dark: told once when it begins and once when it is over, to those who can do something about it."""

from dataclasses import replace

import pytest

from content.reading import Reader
from curator import dark_screens, nodes, notices, notifying, screens
from curator.dark_screens import FAULTY_AFTER_MS, SILENT_AFTER_MS
from curator.health import Health, read_health
from curator.nodes import Node
from curator.notices import Notice
from tests.curator.cases import look
from tests.curator.conftest import Town
from tests.curator.nodes import HEALTH, FakeNode, make_screen, paired_node

WELL = replace(read_health(Reader(HEALTH)), playing_kind="video", files_held=4)


@pytest.fixture
async def node(town: Town) -> FakeNode:
    found = await paired_node(town, make_screen(town))
    say(town, found, WELL)
    return found


def say(town: Town, node: FakeNode, health: Health) -> None:
    town.service.store.run_now(
        lambda connection: nodes.keep_health(connection, node.node_id, health, now_ms=town.clock())
    )


async def watch(town: Town, since_ms: int = 0) -> None:
    await notifying.watch_screens(town.service, since_ms)


def told(town: Town, who: str = "technician") -> list[Notice]:
    return look(town, lambda connection: notices.of(connection, town.accounts[who]))


async def test_a_silent_screen_is_told_once_when_it_begins_and_once_when_it_is_over(town: Town, node: FakeNode) -> None:
    town.clock.turn(SILENT_AFTER_MS - 1)
    await watch(town)
    assert told(town) == []
    town.clock.turn(1)
    for _turn in range(3):
        await watch(town)
        town.clock.turn(60_000)
    for who in ("technician", "administrator"):
        page = await (await town.client(who).get("/notices")).text()
        assert page.count("“Library window” has not been heard from") == 1
        assert 'href="/screens/library-window"' in page
    say(town, node, WELL)
    for _turn in range(3):
        await watch(town)
    assert [notice.values["why"] for notice in told(town)] == ["over", "silent"]
    assert "shows its programme again" in await (await town.client("technician").get("/notices")).text()
    assert told(town, "programmer") == told(town, "editor") == []
    town.clock.turn(SILENT_AFTER_MS)
    await watch(town)
    assert len(told(town)) == 3


async def test_a_service_that_was_down_itself_accuses_no_screen(town: Town, node: FakeNode) -> None:
    town.clock.turn(10 * SILENT_AFTER_MS)
    started_ms = town.clock()
    await watch(town, started_ms)
    assert told(town) == []
    town.clock.turn(SILENT_AFTER_MS)
    await watch(town, started_ms)
    assert len(told(town)) == 1
    await watch(town, town.clock())  # started anew: still silent, not over
    assert len(told(town)) == 1


@pytest.mark.parametrize(
    ("health", "why"),
    [(replace(WELL, playing_kind=""), "no_player"), (replace(WELL, playing_kind="card", files_held=1), "no_files")],
)
async def test_a_screen_that_says_it_cannot_show_its_programme_is_told_when_that_lasts(
    town: Town, node: FakeNode, health: Health, why: str
) -> None:
    say(town, node, health)
    await watch(town)
    town.clock.turn(FAULTY_AFTER_MS)
    say(town, node, health)
    await watch(town)
    await watch(town)
    assert [notice.values["why"] for notice in told(town)] == [why]


async def test_a_fault_that_passes_bothers_nobody(town: Town, node: FakeNode) -> None:
    say(town, node, replace(WELL, playing_kind=""))
    await watch(town)
    town.clock.turn(60_000)
    say(town, node, WELL)
    await watch(town)
    town.clock.turn(FAULTY_AFTER_MS)
    say(town, node, replace(WELL, playing_kind=""))
    await watch(town)
    assert told(town) == []


@pytest.mark.parametrize("kind", ["video", "still", "card", "dark", "words"])
def test_a_screen_with_all_its_files_is_well_whatever_it_shows(kind: str) -> None:
    node = Node("n", "s", "", "", 0, None, None, 100, replace(WELL, playing_kind=kind), 0)
    assert dark_screens.why_dark(node, now_ms=100, watched_since_ms=0) == ""


async def test_a_screen_that_was_taken_down_is_nobodys_worry(town: Town, node: FakeNode) -> None:
    town.clock.turn(SILENT_AFTER_MS)
    await watch(town)
    by = town.accounts["technician"]
    town.service.store.run_now(
        lambda connection: screens.retire(connection, node.screen_id, now_ms=town.clock(), by=by)
    )
    await watch(town)
    town.clock.turn(SILENT_AFTER_MS)
    await watch(town)
    assert len(told(town)) == 1
