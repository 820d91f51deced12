"""Real phones at a real screen: Chromium at a phone's size, and what every page of a visitor says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect
from playwright.async_api import TimeoutError as LateError

from tests.chromium import ARGUMENTS, CHROMIUM
from tests.flows.line import Line, wait_for

T = TypeVar("T")
PHONE: ViewportSize = {"width": 390, "height": 780}
PATIENCE_MS = 60_000
SHORT_ROUNDS = Path(__file__).with_name("short_rounds")
HERE = "You are at the screen."
ON = "Look at the screen: it is on now."
RESULT = "The result is on the screen."
AWAY = "The screen cannot be reached just now. Its programme goes on."
LOST = "No connection. Trying again…"

HEAR = """addEventListener("DOMContentLoaded", () => {
  let last = "";
  const look = () => {
    const words = document.querySelector("#status")?.textContent.trim();
    if (words && words !== last) hear(last = words);
  };
  new MutationObserver(look).observe(document, {childList: true, characterData: true, subtree: true});
  look();
})"""
HEARD: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()
"""What each phone was told and no test has asked for: on a busy machine words are gone before a test looks."""

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
    await context.add_init_script(HEAR)
    page = await context.new_page()
    HEARD[page] = heard = list[str]()

    def hear(words: str) -> None:
        heard.append(words)

    await page.expose_function("hear", hear)
    while (answer := await page.goto(f"{site}/J/{code}")) is None or answer.status == 503:  # noqa: ASYNC110
        await asyncio.sleep(0.3)  # the screen is only just there again
    await expect(status(page)).to_have_text(HERE)
    return page


def status(page: Page) -> Locator:
    return page.locator("#status")


async def expect_told(words: str, *pages: Page) -> None:
    """These words are or were told on each page, after those that were expected before."""
    for page in pages:
        await fact(partial(HEARD[page].count, words))
        del HEARD[page][: HEARD[page].index(words) + 1]


async def expect_round_to_end(line: Line, *pages: Page) -> None:
    """The result is told, and then the programme is on."""
    await expect_told(RESULT, *pages)
    await expect_told(HERE, *pages)
    await expect_programme(line)


async def expect_programme(line: Line) -> None:
    """A second of the programme after the last picture of the session: phones may hear of its end before."""

    def is_back() -> bool:
        newest = line.frames()[-30:]
        return len(newest) == 30 and all(row.layer != "session" for row in newest)

    await fact(is_back)


async def until_shown(begin: Locator, is_shown: Callable[[], bool]) -> None:
    """Waits until it is on the screen; where the round is over before, this button begins another."""
    async with asyncio.timeout(2 * PATIENCE_MS / 1_000):
        while not await asyncio.to_thread(is_shown):
            # The button is there only while the screen is free.
            if await begin.is_visible():
                with suppress(LateError):
                    await begin.tap(timeout=5_000)
