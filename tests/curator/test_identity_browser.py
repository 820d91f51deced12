"""Signing in with an identity provider in a real browser, by keyboard alone, under our own policy of contents."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize, async_playwright, expect

from curator import accounts
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown
from tests.curator.signing_in import SITE, Process, running, town_with

PHONE: ViewportSize = {"width": 360, "height": 740}
PASSWORD = "correct horse battery"

pytestmark = IN_A_BROWSER
expect.set_options(timeout=30_000)  # a busy machine takes its time over a page


@pytest.fixture
def process() -> Iterator[Process]:
    with running() as process:
        yield process


async def test_somebody_links_their_sign_in_and_then_signs_in_with_it_by_keyboard(
    make_town: MakeTown, tmp_path: Path, process: Process
) -> None:  # fmt: skip
    town = await town_with(make_town, tmp_path, process)
    hashed, editor = accounts.hash_password(PASSWORD), town.accounts["editor"]
    town.service.store.run_now(lambda c: accounts.set_password(c, editor, hashed, now_ms=town.clock(), by=None))
    await process.told(is_asking=True)
    rules = f"--host-resolver-rules=MAP localhost:8099 127.0.0.1:{town.server.port}"
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rules])
        phone = await chromium.new_context(viewport=PHONE, base_url=SITE)
        page = await phone.new_page()
        wrongs: list[str] = []
        page.on("console", lambda message: wrongs.append(message.text) if message.type == "error" else None)
        await page.goto("/sign-in?next=/account/identities")
        await page.get_by_label("E-mail address").fill("editor@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        linking = page.locator("form", has=page.get_by_role("button", name="Link Council refuse"))
        await linking.get_by_label("Present password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Go to Council refuse").press("Enter")
        await page.get_by_role("link", name="I am Ana").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("Linked.")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await page.get_by_role("button", name="Sign out").press("Enter")

        await page.goto("/sign-in?next=/account/identities")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await page.get_by_role("link", name="Sign in with Council refuse").press("Enter")
        await page.get_by_role("link", name="I am Ana").press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Identity providers")
        await expect(page.get_by_text("last used")).to_be_visible()
        assert not wrongs
        await chromium.close()
