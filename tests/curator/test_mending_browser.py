"""Mending in a browser: with the keyboard alone, and on a phone; what flashes is nowhere played."""

import os
from pathlib import Path

import numpy as np
from playwright.async_api import Page, async_playwright, expect

from curator import accounts
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.content.media.flash.films import write
from tests.content.media.flash.screens import Picture
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.uploading import all_items, upload

pytestmark = IN_A_BROWSER
PATIENCE_MS = 60_000
PICTURES = os.environ.get("COMMONSCREEN_PICTURES", "")
"""A folder for screenshots, for whoever works on these pages."""


def _party(path: Path) -> bytes:
    """Six seconds of a hall in which the light goes on and off ten times, from the second second on."""
    rows, columns = np.mgrid[0:360, 0:640]
    hall = np.stack([90 + rows // 4, 60 + columns // 8, 120 + (rows + columns) // 10], axis=2).astype(np.uint8)
    hall[200:330, 80:200] = (200, 120, 60)
    hall[150:330, 300:380] = (40, 140, 160)
    dark = hall // 8
    numbers = [30 <= number < 90 and number // 3 % 2 for number in range(180)]
    pictures: list[Picture] = [dark if number else hall for number in numbers]
    return write(path, pictures).read_bytes()


async def _signed_in(town: Town, who: str, page: Page) -> str:
    site = str(town.server.make_url("/")).rstrip("/")
    token = await town.service.store.run(
        lambda connection: accounts.sign_in(
            connection, town.accounts[who], now_ms=town.clock(), life_ms=AN_HOUR_MS
        )
    )  # fmt: skip
    await page.context.add_cookies([{"name": "commonscreen", "value": token, "url": site}])
    return site


async def _keep(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


async def test_a_film_is_mended_and_submitted_with_the_keyboard_alone(make_town: MakeTown, tmp_path: Path) -> None:
    town = await make_town(preparation_processes=1)
    await upload(town.client("contributor"), _party(tmp_path / "a.mp4"), filename="party.mp4", title="The party")
    (item,) = all_items(town)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()
        site = await _signed_in(town, "contributor", page)
        await page.goto(f"{site}/items/{item.id}")
        dim = page.get_by_role("button", name="Dim 0:01-0:03")
        await expect(dim).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.locator("video")).to_have_count(0)
        await _keep(page, "refused-390")
        await dim.focus()
        await page.keyboard.press("Enter")
        submit = page.get_by_role("button", name="Submit this version")
        await expect(submit).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
        assert await page.evaluate("[...document.querySelectorAll('video')].every(one => one.paused && !one.autoplay)")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.locator(".compare img").first.scroll_into_view_if_needed()
        await _keep(page, "mended-390")
        await page.set_viewport_size({"width": 1440, "height": 900})
        await _keep(page, "mended-1440")
        await page.goto(f"{site}/items/{item.id}/mend")
        await _keep(page, "choose-1440")
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await _keep(page, "choose-390")
        await page.goto(f"{site}/items/{item.id}")
        await submit.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Waiting for a moderator")).to_be_visible()
        await page.context.clear_cookies()
        await _signed_in(town, "moderator", page)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"{site}/moderation/{all_items(town)[0].newest.id}")
        await expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
        await page.locator(".compare img").first.scroll_into_view_if_needed()
        await _keep(page, "moderator-1440")
        await browser.close()


async def test_the_slider_shows_which_part_of_a_picture_is_meant(make_town: MakeTown) -> None:
    from tests.curator.uploading import picture

    town = await make_town(preparation_processes=1)
    await upload(town.client("contributor"), picture(size=(2_400, 600)), filename="wide.png")
    (item,) = all_items(town)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await (await browser.new_context(viewport={"width": 1_000, "height": 800})).new_page()
        site = await _signed_in(town, "contributor", page)
        await page.goto(f"{site}/items/{item.id}")
        await expect(page.get_by_role("button", name="Show only the middle of it")).to_be_visible(timeout=PATIENCE_MS)
        await page.goto(f"{site}/items/{item.id}/mend")
        slider = page.get_by_label("Which part, from left to right")
        await slider.focus()
        await page.keyboard.press("End")
        await expect(page.get_by_label("only a part, as large as the screen")).to_be_checked()
        assert await page.locator("#part-look").evaluate("one => getComputedStyle(one).objectPosition") == "100% 100%"
        await _keep(page, "part-1000")
        await browser.close()
