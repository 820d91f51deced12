"""The upload page in a real browser: a file paused, the page closed, and going on from where it stopped."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown, Town
from tests.curator.uploading import all_items

ENOUGH_MS = 30_000

pytestmark = IN_A_BROWSER


@pytest.fixture
async def small_steps(make_town: MakeTown) -> Town:
    """A town whose uploads come in requests of 64 kB."""
    return await make_town(upload_chunk_bytes=65_536)


@pytest.fixture
async def browser(small_steps: Town) -> AsyncIterator[BrowserContext]:
    """The editor's browser."""
    client = small_steps.client("editor")
    cookie = client.session.cookie_jar.filter_cookies(client.make_url("/"))["commonscreen"].value
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await chromium.new_context(base_url=str(small_steps.server.make_url("/")))
        await context.add_cookies(
            [{"name": "commonscreen", "value": cookie, "url": str(small_steps.server.make_url("/"))}]
        )
        context.set_default_timeout(ENOUGH_MS)
        yield context
        await context.close()
        await chromium.close()


async def slow_line(browser: BrowserContext, page: Page) -> None:
    """From now on the page sends at most half a megabyte a second."""
    session = await browser.new_cdp_session(page)
    line = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 500_000}
    await session.send("Network.emulateNetworkConditions", line)


async def test_an_upload_goes_on_after_the_page_was_closed(
    small_steps: Town, browser: BrowserContext, tmp_path: Path
) -> None:
    body = os.urandom(2_000_000)
    film = tmp_path / "harbour_film.mp4"
    film.write_bytes(body)
    page = await browser.new_page()
    await page.goto("/library/youth-club/upload")
    await page.set_input_files("#files", str(film))
    assert await page.input_value(".sending .title") == "harbour film"
    await page.fill(".sending .title", "Our film")
    await slow_line(browser, page)
    await page.click("#send")
    await page.wait_for_function("() => document.querySelector('.sending progress').value > 0.1")
    await page.click(".sending .pause")
    await page.close()
    assert all_items(small_steps) == []

    again = await browser.new_page()
    offsets: list[int] = []
    again.on("request", lambda request: offsets.append(int(request.headers.get("upload-offset", -1))))
    await again.goto("/library/youth-club/upload")
    await again.wait_for_selector("#unfinished:not([hidden])")
    await again.set_input_files("#files", str(film))
    await again.click("#send")
    await again.wait_for_selector(".sending.arrived")
    (item,) = all_items(small_steps)
    assert (item.title, item.newest.upload_sha256) == ("Our film", hashlib.sha256(body).hexdigest())
    assert min(offset for offset in offsets if offset >= 0) >= 65_536
    await again.click(".sending .see")
    await again.wait_for_url(f"**/items/{item.id}")


async def test_what_cannot_be_sent_is_told_before_it_is_sent(
    small_steps: Town, browser: BrowserContext, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    page = await browser.new_page()
    await page.goto("/library/youth-club/upload")
    await page.set_input_files("#files", str(empty))
    await page.wait_for_selector(".sending.problem")
    assert "empty" in await page.inner_text(".sending .state")
    assert await page.is_hidden("#send")
