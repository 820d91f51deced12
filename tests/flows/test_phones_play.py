"""Two real phones at a real screen: they join by its code and play whole rounds; what breaks in between is mended."""

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pygame
import pytest
from playwright.async_api import Locator, Page, expect

from content.clock import now_ms
from curator.activities import Kept
from curator.health import Health, stored_health
from curator.tables import nodes
from curator.tables_taking_part import votes
from display_node.player.scenes.activity import EASE_NS
from display_node.player.scenes.poll import PollScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow
from kiosks.activities.poll import Question
from tests.chromium import IN_A_BROWSER
from tests.flows.line import Line, kill_everything
from tests.flows.phones import (
    AWAY,
    HERE,
    LOST,
    ON,
    RESULT,
    SHORT_ROUNDS,
    browser,
    expect_programme,
    expect_round_to_end,
    expect_told,
    fact,
    joined,
    status,
)
from tests.flows.visiting import (
    Pixels,
    back_on_programme,
    code_at,
    coral_of,
    offer,
    picture_of,
    process_of,
    session_frames,
)
from tests.flows.wire import Wire, laid

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Line, Wire]]:
    made = Line(tmp_path_factory.mktemp("line"))
    with laid(made.address) as wire:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(SHORT_ROUNDS))
            made.start_node(wire.address)
        made.pair()
        made.upload("red", 5, "Red")
        found = made.approve("Red")
        made.shows(found.id, wait_s=90)
        yield made, wire
        made.end()


@pytest.fixture
def line(parts: tuple[Line, Wire]) -> Line:
    return parts[0]


@pytest.fixture
def wire(parts: tuple[Line, Wire]) -> Wire:
    """Between the screen and the service."""
    return parts[1]


def lantern(page: Page) -> Locator:
    """The game's part of the page."""
    return page.get_by_role("region", name="The lantern on the river")


async def name_of(page: Page) -> str:
    return await page.locator(".you strong").inner_text()


def lantern_at(line: Line) -> float | None:
    """How far across the picture the lantern floats: the only light paper on the water."""
    pixels = picture_of(line)
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    rows = pixels[int(height * 0.90) : int(height * 0.97)].astype(int)
    light = np.argwhere(rows.min(axis=2) > 150)
    return float(np.median(light[:, 1])) / width if len(light) > 10 else None


def poll_on(line: Line) -> list[Pixels]:
    """The picture of the screen, once both bars of the poll are on it."""
    pixels = picture_of(line)
    return [pixels] if pixels is not None and coral_of(pixels) > 1_000 else []


def words_differ(pixels: Pixels, asked: Question) -> float:
    """How far the words on the screen are from what a scene with these would be: the mean difference, of 255."""
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    surface = pygame.Surface((pixels.shape[1], pixels.shape[0]))
    scene = PollScene(asked, surface.get_size(), Typesetter())
    scene.receive(SessionNow("-", 1, "play", 0, 2, (1, 1)), 0)
    scene.draw(surface, EASE_NS, EASE_NS)
    drawn = pygame.surfarray.array3d(surface).swapaxes(0, 1)[:, :, ::-1]
    pygame.display.quit()
    words = (slice(0, pixels.shape[0] // 2), slice(0, pixels.shape[1] // 2))
    return float(np.abs(drawn[words].astype(int) - pixels[words].astype(int)).mean())


async def asked_on(page: Page) -> Question:
    """The poll as the phone's page has it."""
    card = page.locator(".poll")
    options = await card.locator(".option > span:not(.letter)").all_inner_texts()
    asker = (await card.locator("p.quiet").first.inner_text()).removesuffix(" asks")
    return Question(await card.locator("h1").inner_text(), tuple(options), asker, "en")


async def test_two_phones_play_whole_rounds_of_the_game_and_of_the_poll_and_the_programme_is_back(line: Line) -> None:
    game, poll = await offer(line, "crowd"), await offer(line, "poll")
    code = await asyncio.to_thread(code_at, line)
    async with browser() as chromium:
        one, other = [await joined(chromium, line.address, code) for _ in range(2)]
        assert await name_of(one) != await name_of(other)
        for page in (one, other):
            await expect(page.locator(".you")).to_contain_text(line.screen.name)
        # The game: by touch on one phone, by keys on the other.
        begun_ms = now_ms()
        await lantern(one).get_by_role("button", name="Begin on the screen").tap()
        for page in (one, other):
            await expect(status(page)).to_have_text(ON)
        shown = await fact(lambda: session_frames(line, begun_ms))
        assert {row.item for row in shown} == {game.id}
        await lantern(one).get_by_role("button", name="Left").tap()
        await other.keyboard.press("ArrowLeft")
        await fact(lambda: (lantern_at(line) or 1) < 0.3)
        await lantern(one).get_by_role("button", name="The other side").tap()
        await other.keyboard.press("ArrowRight")
        await fact(lambda: (lantern_at(line) or 0) > 0.7)
        await expect_round_to_end(line, one, other)
        # The poll.
        asked_ms = now_ms()
        await one.get_by_role("button", name="By the river").tap()
        await other.get_by_role("button", name="At the school").tap()
        for page in (one, other):
            await expect(status(page)).to_have_text(ON)
            await expect(page.locator(".count span")).to_have_text(["1", "1"])
        await fact(lambda: [row for row in session_frames(line, asked_ms) if row.item == poll.id])
        (seen,) = await fact(lambda: poll_on(line))
        asked = await asked_on(other)
        assert asked == poll.question
        other_words = replace(asked, question="Who may sit on it?", asker="Choir")
        differ, differ_more = [words_differ(seen, words) for words in (asked, other_words)]
        assert differ < 0.5 * differ_more
        await expect_round_to_end(line, one, other)
    assert choices(line, poll) == [0, 1]
    # What their taps took is known at the service.
    health = await fact(lambda: health_of(line))
    assert 0 < health.tap_median_ms <= health.tap_worst_ms


async def test_one_phone_flies_a_kite_by_keys_another_with_one_button_and_the_programme_is_back(
    line: Line,
) -> None:
    game = await offer(line, "kites")
    code = await asyncio.to_thread(code_at, line)
    async with browser() as chromium:
        one, other = [await joined(chromium, line.address, code) for _ in range(2)]
        kites = one.locator(".pad"), other.locator(".pad")
        begun_ms = now_ms()
        await kites[0].get_by_role("button", name="Begin on the screen").tap()
        for page in (one, other):
            await expect(status(page)).to_have_text(ON)
        await expect(kites[0].locator(".told")).to_contain_text(re.compile("You have a kite|You are flying"))
        await expect(kites[1].locator(".told")).to_contain_text("You make the wind")
        await kites[1].get_by_role("button", name="Fly a kite").tap()
        await expect(kites[1].get_by_role("button", name="Let somebody else fly")).to_be_visible()
        shown = await fact(lambda: session_frames(line, begun_ms))
        assert {row.item for row in shown} == {game.id}
        # By keys on one phone; with one button, pressed as a switch or a screen reader does, on the other.
        await one.keyboard.down("ArrowUp")
        await kites[1].get_by_role("button", name="Turn").press("Enter")
        for card in kites:
            await card.get_by_role("button", name="Where is a light?").tap()
        await one.keyboard.up("ArrowUp")
        await expect_told(RESULT, one, other)
        for card in kites:
            await expect(card.locator(".told")).to_have_text(re.compile(r"\d+ of \d+ windows are lit\."))
        await expect_told(HERE, one, other)
        await expect_programme(line)


def health_of(line: Line) -> Health | None:
    """What the screen said of itself, once it knows of taps."""
    (row,) = line.store.read_now(lambda connection: connection.execute(nodes.select()).all())
    health = stored_health(row.health)
    return health if health is not None and health.taps else None


async def playing(line: Line, page: Page) -> None:
    """The game is on the screen, and this phone leans."""
    begun_ms = now_ms()
    await lantern(page).get_by_role("button", name="Begin on the screen").tap()
    await expect(status(page)).to_have_text(ON)
    await lantern(page).get_by_role("button", name="Left").tap()
    await fact(lambda: session_frames(line, begun_ms))


async def test_when_the_network_is_cut_the_programme_is_back_and_the_phone_says_so_and_keeps_its_place(
    line: Line, wire: Wire
) -> None:
    await offer(line, "crowd")
    code = await asyncio.to_thread(code_at, line)
    with laid(line.address) as own:
        async with browser() as chromium:
            page = await joined(chromium, own.address, code)
            name = await name_of(page)
            await playing(line, page)
            own.cut()
            await expect(status(page)).to_have_text(LOST)
            own.mend()
            await expect(status(page)).to_have_text(ON)
            broken_ms = now_ms()
            wire.cut()
            await asyncio.to_thread(back_on_programme, line, broken_ms)
            await expect(status(page)).to_have_text(AWAY)
            wire.mend()
            await expect(status(page)).to_have_text(HERE)
            assert await name_of(page) == name
            await playing(line, page)


async def test_when_the_agent_is_killed_the_programme_is_back_and_the_phone_says_so_and_keeps_its_place(
    line: Line,
) -> None:
    await offer(line, "crowd")
    code = await asyncio.to_thread(code_at, line)
    async with browser() as chromium:
        page = await joined(chromium, line.address, code)
        name = await name_of(page)
        await playing(line, page)
        agent = process_of(line, "display_node.agent")
        broken_ms = now_ms()
        os.kill(agent, signal.SIGKILL)
        await expect(status(page)).to_have_text(AWAY)
        await asyncio.to_thread(back_on_programme, line, broken_ms)
        await expect(status(page)).to_have_text(HERE)
        await page.reload()
        assert await name_of(page) == name
        await playing(line, page)


async def test_when_the_service_is_killed_the_programme_is_back_and_the_phone_says_so_and_keeps_its_place(
    line: Line,
) -> None:
    await offer(line, "crowd")
    poll = await offer(line, "poll")
    code = await asyncio.to_thread(code_at, line)
    async with browser() as chromium:
        page = await joined(chromium, line.address, code)
        name, before = await name_of(page), await asyncio.to_thread(choices, line, poll)
        await playing(line, page)
        await page.get_by_role("button", name="By the river").tap()
        await fact(lambda: len(choices(line, poll)) > len(before))
        broken_ms = now_ms()
        kill_everything(line.service)
        line.service.end()
        await expect(status(page)).to_have_text(LOST)
        await asyncio.to_thread(back_on_programme, line, broken_ms)
        line.service = await asyncio.to_thread(line.serve)
        await expect(status(page)).to_have_text(HERE)
        await page.reload()
        assert await name_of(page) == name
        # It is the same pass: what it chose is changed, not counted twice.
        await page.get_by_role("button", name="At the school").tap()
        await fact(lambda: choices(line, poll) == sorted([*before, 1]))


def choices(line: Line, poll: Kept) -> list[int]:
    """What each pass chose in this poll."""
    query = votes.select().where(votes.c.activity_id == poll.id)
    return sorted(row.choice for row in line.store.read_now(lambda connection: connection.execute(query).all()))
