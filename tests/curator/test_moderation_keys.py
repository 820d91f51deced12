"""Moderation in a real browser: keys decide only where they are meant to, and nothing is needed from elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from curator import accounts
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.cases import Sent, approve, send, version_of
from tests.curator.conftest import AN_HOUR_MS, Town

AWAKE = "html[data-keys=awake]"
"""Stands when the page listens to keys: not at once, so that none meant for the page before decides on this one."""

pytestmark = IN_A_BROWSER


@pytest.fixture
async def two(town: Town) -> list[Sent]:
    """Two items that wait, the longer waiting first."""
    first = send(town, "First", colour="red")
    town.clock.turn(60_000)
    return [first, send(town, "Second", colour="blue")]


@pytest.fixture
async def page(town: Town, two: list[Sent]) -> AsyncIterator[Page]:
    """The moderator's browser on the first of them, when keys are listened to."""
    token = town.service.store.run_now(
        lambda connection: accounts.sign_in(
            connection, town.accounts["moderator"], now_ms=town.clock(), life_ms=AN_HOUR_MS
        )
    )
    site = str(town.server.make_url("/"))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context()
        await context.add_cookies([{"name": "commonscreen", "value": token, "url": site}])
        page = await context.new_page()
        await page.goto(f"{site}moderation/{two[0].version_id}")
        await page.wait_for_selector(AWAKE)
        yield page
        await browser.close()


async def test_a_approves_and_shows_the_next(town: Town, two: list[Sent], page: Page) -> None:
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Second")
    assert version_of(town, two[0]).state == "approved"
    assert version_of(town, two[1]).state == "submitted"


async def test_a_key_held_down_decides_once(town: Town, two: list[Sent], page: Page) -> None:
    await page.keyboard.down("a")
    for _ in range(20):
        await page.keyboard.down("a")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Second")
    for _ in range(20):
        await page.keyboard.down("a")
    assert version_of(town, two[1]).state == "submitted"


async def test_r_goes_to_the_reasons_and_typing_decides_nothing(town: Town, two: list[Sent], page: Page) -> None:
    await page.keyboard.press("r")
    await expect(page.get_by_role("radio").first).to_be_focused()
    await page.keyboard.press("Space")
    await page.get_by_label("To the group: what the matter").focus()
    await page.keyboard.type("a jar of kakao")
    assert version_of(town, two[0]).state == "submitted"
    await page.get_by_role("button", name="Reject", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Second")
    assert version_of(town, two[0]).state == "rejected"


async def test_j_and_k_walk_through_the_queue_and_the_keys_can_be_turned_off(
    town: Town, two: list[Sent], page: Page
) -> None:
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Second")
    await page.wait_for_selector(AWAKE)
    await page.keyboard.press("k")
    await expect(page.get_by_role("heading", level=1)).to_have_text("First")
    await page.get_by_label("Use these keys").uncheck()
    await page.get_by_role("heading", level=1).click()
    await page.wait_for_selector(AWAKE)
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", level=1)).to_have_text("First")
    assert version_of(town, two[0]).state == "submitted"


async def test_the_queue_renews_itself_when_something_comes_in(town: Town, page: Page) -> None:
    await page.goto(str(town.server.make_url("/moderation")))
    await expect(page.get_by_role("listitem")).to_have_count(2)
    send(town, "Just in", colour="green")
    deadline = asyncio.get_running_loop().time() + 5
    while not await page.get_by_text("Just in").is_visible():
        assert asyncio.get_running_loop().time() < deadline
        town.service.bus.publish("queue")  # again: the page may not be listening yet
        await asyncio.sleep(0.1)


async def test_the_page_says_at_once_when_somebody_else_has_decided(town: Town, two: list[Sent], page: Page) -> None:
    approve(town, two[0])
    deadline = asyncio.get_running_loop().time() + 5
    while not await page.get_by_text("approved this version").is_visible():
        assert asyncio.get_running_loop().time() < deadline
        town.service.bus.publish(f"item:{two[0].item_id}")  # again: the page may not be listening yet
        await asyncio.sleep(0.1)
