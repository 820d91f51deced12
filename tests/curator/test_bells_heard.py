"""The round of the bells on a phone that listens, in a real browser: what is set sounds, and only when asked."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node
from tests.curator.test_bells import round_of_bells
from tests.curator.test_every_page import AXE
from tests.curator.test_phone_pages import complaints, phone
from tests.curator.test_taking_part import linked

HEARD = """
window.struck = [];
window.sounds = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  if (!window.sounds.includes(this.context)) { window.sounds.push(this.context); }
  window.struck.push([this.frequency.value, at]);
  return start.call(this, at);
};
"""
LOWEST_HZ, THIRD_HZ, HIGHEST_HZ = 523.25, 659.26, 880.0
BEAT_S = 0.5
SET = re.compile(r"\bset\b")

pytestmark = IN_A_BROWSER
expect.set_options(timeout=30_000)
__all__ = ["round_of_bells"]


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def struck(page: Page, pitch_hz: float) -> list[float]:
    """When this bell is struck, in seconds of the phone's sound; waits until it was struck at all."""
    await page.wait_for_function("(hz) => window.struck.some(([one]) => Math.abs(one - hz) < 0.1)", arg=pitch_hz)
    return [at for hz, at in await page.evaluate("window.struck") if abs(hz - pitch_hz) < 0.1]


@pytest.mark.usefixtures("round_of_bells")
async def test_who_listens_hears_the_round_as_it_is_and_what_is_set_meanwhile_and_nothing_unasked(
    town: Town, node: FakeNode, chromium: Browser
) -> None:
    async with linked(town, node) as (_, code), phone(chromium) as context:
        await context.add_init_script(HEARD + AXE)
        page = await context.new_page()
        await page.goto(str(town.server.make_url(f"/j/{code}")))
        for name in ("Beat 4, pitch 1", "Beat 2, pitch 3"):
            await page.get_by_role("button", name=name).click()
            await expect(page.get_by_role("button", name=name)).to_have_class(SET)
        assert await page.evaluate("window.struck") == []
        listen = page.locator(".listen")
        await expect(listen).to_have_text("Listen on this phone")
        await listen.focus()
        await page.keyboard.press("Enter")
        await expect(listen).to_have_text("Stop listening")
        low, third = await struck(page, LOWEST_HZ), await struck(page, THIRD_HZ)
        assert low[0] - third[0] == pytest.approx(2 * BEAT_S)
        assert not await complaints(page)
        await page.get_by_role("button", name="Beat 8, pitch 5").click()
        high = await struck(page, HIGHEST_HZ)
        assert (high[0] - low[0]) / BEAT_S % 8 == pytest.approx(4)
        await listen.click()
        await expect(listen).to_have_text("Listen on this phone")
        assert await page.evaluate("window.sounds.map((one) => one.state)") == ["closed"]


@pytest.mark.usefixtures("round_of_bells")
async def test_a_phone_without_sound_or_script_is_offered_none(town: Town, node: FakeNode, chromium: Browser) -> None:
    async with linked(town, node) as (_, code):
        async with phone(chromium) as context:
            await context.add_init_script("delete window.AudioContext; delete window.webkitAudioContext;")
            page = await context.new_page()
            await page.goto(str(town.server.make_url(f"/j/{code}")))
            await expect(page.get_by_role("button", name="Beat 1, pitch 1")).to_be_visible()
            await expect(page.locator(".listen")).to_be_hidden()
        async with phone(chromium, java_script_enabled=False) as context:
            page = await context.new_page()
            await page.goto(str(town.server.make_url(f"/j/{code}")))
            await expect(page.locator(".listen")).to_be_hidden()
