"""A street report from a phone in a real browser: without a script, by keyboard, in both languages, and light."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from curator.activities import Kept
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import Town
from tests.curator.nodes import FakeNode
from tests.curator.test_every_page import AXE
from tests.curator.test_phone_pages import MOST_BYTES, complaints, phone
from tests.curator.test_street_reports import node, offer, reports, small_photo, town
from tests.curator.test_taking_part import linked

__all__ = ["node", "offer", "town"]
pytestmark = IN_A_BROWSER


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def test_without_script_cookie_or_storage_a_report_with_a_photo_is_handed_in_by_keyboard(
    town: Town, node: FakeNode, offer: Kept, chromium: Browser, tmp_path: Path
) -> None:
    (tmp_path / "lamp.jpg").write_bytes(small_photo())
    async with linked(town, node) as (_screen, code), phone(chromium, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(str(town.server.make_url(f"/j/{code}")))
        for name in ("Report or suggest", "Litter and dirt Rubbish"):
            await page.get_by_role("link", name=name).focus()
            await page.keyboard.press("Enter")
        await page.get_by_label("What is wrong").focus()
        await page.keyboard.type("The bin is full")
        await page.keyboard.press("Tab")
        await page.keyboard.type("By the bench")
        await page.get_by_label("A photo").set_input_files(tmp_path / "lamp.jpg")
        await page.get_by_role("button", name="Hand in").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1.number")).to_have_text("1")
        assert not await context.cookies()
    assert [(one.words, one.nearby, one.photo) for one in reports(town)] == [
        ("The bin is full", "By the bench", (320, 240))
    ]


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("vi-VN", "dark")])
async def test_nothing_stands_against_the_pages_of_a_report_and_they_are_light(
    town: Town, node: FakeNode, offer: Kept, chromium: Browser, locale: str, scheme: str
) -> None:
    found: list[str] = []
    async with linked(town, node) as (_screen, code), phone(chromium, locale=locale, color_scheme=scheme) as context:
        await context.add_init_script(AXE)
        page, sizes = await context.new_page(), dict[str, int]()

        async def weigh(answer: object) -> None:
            if answer.status == 200:  # type: ignore[attr-defined]
                sizes[answer.url] = len(await answer.body())  # type: ignore[attr-defined]

        page.on("response", weigh)
        await page.goto(str(town.server.make_url(f"/j/{code}")))
        await page.locator(".report a.button").click()
        found += await complaints(page)
        await page.locator(".categories a").first.click()
        found += await complaints(page)
        await page.locator("button").click()
        await expect(page.locator("[role=alert]")).to_be_visible()
        found += await complaints(page)
        await page.locator("textarea").fill("?!")
        await page.locator("button").click()
        await expect(page.locator("h1.number")).to_be_visible()
        found += await complaints(page)
        await page.goto(str(town.server.make_url("/r")))
        found += await complaints(page)
        assert sum(sizes.values()) < MOST_BYTES, sizes
    assert not found, "\n".join(found)
