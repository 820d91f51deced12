"""Real phones at a real screen: Chromium at a phone's size, and what every page of a visitor says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

from content.clock import now_ms
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.flows.line import Line, wait_for
from tests.flows.visiting import session_frames

T = TypeVar("T")
PHONE: ViewportSize = {"width": 390, "height": 780}
PATIENCE_MS = 60_000
SHORT_ROUNDS = Path(__file__).with_name("short_rounds")
HERE = "You are at the screen."
ON = "Look at the screen: it is on now."
RESULT = "The result is on the screen."
AWAY = "The screen cannot be reached just now. Its programme goes on."
LOST = "No connection. Trying again…"

expect.set_options(timeout=PATIENCE_MS)


async def fact(look: Callable[[], T | None], wait_s: float = 60) -> T:
    """The fact, as soon as it is one."""
    return await asyncio.to_thread(wait_for, look, wait_s)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()


async def joined(chromium: Browser, site: str, code: str) -> Page:
    """A phone of its own that scans the code."""
    context = await chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    page = await context.new_page()
    while (answer := await page.goto(f"{site}/J/{code}")) is None or answer.status == 503:  # noqa: ASYNC110
        await asyncio.sleep(0.3)  # the screen is only just there again
    await expect(status(page)).to_have_text(HERE)
    return page


def status(page: Page) -> Locator:
    return page.locator("#status")


async def expect_round_to_end(line: Line, *pages: Page) -> None:
    """The result is told, and then the programme is on."""
    for page in pages:
        await expect(status(page)).to_have_text(RESULT)
    for page in pages:
        await expect(status(page)).to_have_text(HERE)
    # Phones may hear of the end before its last picture is gone.
    over_ms = now_ms() + 1_000
    await fact(lambda: [row for row in line.frames(over_ms) if row.layer == "programme"])
    assert not session_frames(line, over_ms)
