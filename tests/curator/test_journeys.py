"""The main journeys in a real browser: uploading over a bad line, deciding by keyboard, black-out, running order."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, Response, Route, ViewportSize, async_playwright, expect

from curator import accounts, groups, library, running_order, screens
from curator.library import Item
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.cases import look
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.nodes import make_screen
from tests.curator.programme import things
from tests.media.generate import Film, make_film
from tests.media.scenes import make_scenes, panned, scene

PHONE: ViewportSize = {"width": 360, "height": 740}
PREPARED_MS = 40_000

pytestmark = IN_A_BROWSER


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser, with nothing in it."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def on_a_phone(chromium: Browser, town: Town, who: str | None, path: str) -> Page:
    """The page at `path` on the phone of `who`, signed in, or of a passer-by."""
    site = str(town.server.make_url("/"))
    context: BrowserContext = await chromium.new_context(viewport=PHONE, locale="en-GB")
    if who is not None:
        token = town.service.store.run_now(
            lambda connection: accounts.sign_in(
                connection, town.accounts[who], now_ms=town.clock(), life_ms=AN_HOUR_MS
            )
        )  # fmt: skip
        await context.add_cookies([{"name": "commonscreen", "value": token, "url": site}])
    page = await context.new_page()
    await page.goto(site.rstrip("/") + path)
    return page


async def press_on(page: Page, name: str) -> None:
    """Goes there by Tab alone, as somebody without a mouse does, and presses Enter."""
    for _step in range(80):
        await page.keyboard.press("Tab")
        told = await page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"
        )
        if told.startswith(name):
            await page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never comes to “{name}”")


def noise(path: Path, side: int = 1200) -> Path:
    """A real picture of some megabytes."""
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(path, "PNG", compress_level=0)
    return path


async def slowly(route: Route) -> None:
    """A line slow enough that an upload has a middle."""
    await asyncio.sleep(0.05)
    await route.continue_()


def only_item(town: Town) -> Item:
    (found,) = look(town, library.items_where)
    return found


async def test_an_upload_that_is_cut_goes_on_and_is_followed_until_it_waits(
    make_town: MakeTown, chromium: Browser, tmp_path: Path
) -> None:
    town = await make_town(preparation_processes=1, upload_chunk_bytes=256 << 10)
    page = await on_a_phone(chromium, town, "contributor", "/library/youth-club/upload")
    carried: list[Response] = []
    page.on("response", lambda response: carried.append(response) if response.request.method == "PATCH" else None)
    await page.get_by_label("Choose pictures and videos").set_input_files(noise(tmp_path / "sea.png"))
    await page.get_by_label("Title").fill("The sea, in two goes")
    await page.route("**/uploads/*", slowly)
    await page.get_by_role("button", name="Send").click()
    bar = page.get_by_role("progressbar")
    await expect(page.get_by_text(re.compile(r"Sending · [1-9]"))).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_text("No connection. It goes on by itself")).to_be_visible()
    before = float(await bar.get_attribute("value") or 0)
    assert 0 < before < 1
    await page.context.set_offline(False)
    await expect(page.get_by_text("It has arrived and is being prepared.")).to_be_visible(timeout=15_000)
    assert sum(response.status == 204 for response in carried) <= 18, "nothing is sent twice"

    await page.get_by_role("link", name="Look at it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The sea, in two goes")
    await page.evaluate("window.stayed = true")
    await expect(page.get_by_role("heading", name="Waiting for a moderator")).to_be_visible(timeout=PREPARED_MS)
    await expect(page.get_by_role("img")).to_be_visible()
    assert await page.evaluate("window.stayed"), "without loading the page again"


async def test_a_closed_page_says_what_is_unfinished_and_goes_on(
    make_town: MakeTown, chromium: Browser, tmp_path: Path
) -> None:
    town = await make_town(upload_chunk_bytes=256 << 10)
    page = await on_a_phone(chromium, town, "contributor", "/library/youth-club/upload")
    await page.get_by_label("Choose pictures and videos").set_input_files(noise(tmp_path / "sea.png"))
    await page.get_by_label("Title").fill("My own title")
    await page.route("**/uploads/*", slowly)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text(re.compile(r"Sending · [1-9]"))).to_be_visible()
    address = page.url
    again = await page.context.new_page()
    await page.close(run_before_unload=False)
    await again.goto(address)
    await expect(again.get_by_text("Choose the same file again")).to_be_visible()
    await expect(again.locator("#unfinished li")).to_have_text("sea.png")
    await again.get_by_label("Choose pictures and videos").set_input_files(tmp_path / "sea.png")
    await expect(again.get_by_label("Title")).to_have_value("My own title")
    await again.get_by_role("button", name="Send").click()
    await expect(again.get_by_text("It has arrived")).to_be_visible(timeout=15_000)
    assert only_item(town).title == "My own title"


async def test_a_group_without_room_is_told_so_beside_the_file(town: Town, chromium: Browser, tmp_path: Path) -> None:
    town.service.store.run_now(
        lambda connection: groups.change(
            connection, town.group.id, name=town.group.name, about="", quota_bytes=1 << 20, is_house=False,
            now_ms=town.clock(), by=None,
        )
    )  # fmt: skip
    page = await on_a_phone(chromium, town, "contributor", "/library/youth-club/upload")
    await page.get_by_label("Choose pictures and videos").set_input_files(noise(tmp_path / "sea.png"))
    await page.get_by_label("Title").fill("Too much")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status").filter(has_text="Ask the council for more room")).to_be_visible()
    await expect(page.get_by_label("Title")).to_have_value("Too much")


async def test_a_moderator_plays_the_preview_and_approves_by_keyboard(
    make_town: MakeTown, chromium: Browser, tmp_path: Path
) -> None:
    town = await make_town(preparation_processes=1)
    film = make_film(tmp_path / "boats.mp4", Film(size=(320, 180)))
    sender = await on_a_phone(chromium, town, "contributor", "/library/youth-club/upload")
    await sender.get_by_label("Choose pictures and videos").set_input_files(film)
    await sender.get_by_role("button", name="Send").click()
    page = await on_a_phone(chromium, town, "moderator", "/moderation")
    await expect(page.get_by_text("boats")).to_be_visible(timeout=PREPARED_MS)
    await page.get_by_role("link").filter(has_text="boats").press("Enter")
    await page.wait_for_selector("html[data-keys=awake]")
    await page.locator("video").focus()
    await page.keyboard.press("Space")
    deadline = asyncio.get_running_loop().time() + 5
    while await page.locator("video").evaluate("video => video.currentTime") < 0.1:
        assert asyncio.get_running_loop().time() < deadline, "the preview does not play"
        await asyncio.sleep(0.05)
    await page.locator("video").evaluate("video => video.blur()")
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    approved = only_item(town).approved
    assert approved is not None
    assert approved.state == "approved"


async def test_a_moderator_sees_the_hidden_picture_at_one_press(
    make_town: MakeTown, chromium: Browser, tmp_path: Path
) -> None:
    town = await make_town(preparation_processes=1)
    moving = panned(scene(1), 60)
    hidden = np.full_like(moving[0], (20, 200, 40))
    film = make_scenes(tmp_path / "boats.mp4", [*moving, hidden, *moving])
    sender = await on_a_phone(chromium, town, "contributor", "/library/youth-club/upload")
    await sender.get_by_label("Choose pictures and videos").set_input_files(film)
    await sender.get_by_role("button", name="Send").click()
    page = await on_a_phone(chromium, town, "moderator", "/moderation")
    await page.get_by_role("link").filter(has_text="boats").click(timeout=PREPARED_MS)
    finding = page.locator(".notice").filter(has_text="too soon to see what it is")
    await finding.get_by_role("link").click()
    await page.wait_for_function("Math.abs(document.getElementById('look').currentTime - 2.0) < 0.05")
    assert await page.evaluate("document.getElementById('look').paused")
    moments = page.get_by_role("list", name="Moments of the film").get_by_role("link")
    assert await moments.count() >= 4
    await expect(moments.first).to_be_visible()


async def test_what_changed_before_the_page_could_listen_is_seen(town: Town, chromium: Browser) -> None:
    item_id = things.submitted_item(town, "Decided at once")
    page = await on_a_phone(chromium, town, "editor", "/account")

    async def decided_first(route: Route) -> None:
        things.approve(town, item_id)
        await route.continue_()

    await page.route("**/live?*", decided_first)
    await page.goto(str(town.server.make_url(f"/items/{item_id}")))
    await expect(page.get_by_role("heading", name="Approved")).to_be_visible()


async def test_one_press_blacks_a_screen_out(town: Town, chromium: Browser) -> None:
    screen = make_screen(town)
    page = await on_a_phone(chromium, town, "technician", f"/screens/{screen.slug}/dark")
    await press_on(page, "Black out")
    await expect(page.get_by_text("It goes black as soon as it is back.")).to_be_visible()
    await expect(page.get_by_role("button", name="Black out")).to_have_count(0)
    stored = look(town, lambda connection: screens.get(connection, screen.id))
    assert stored is not None
    assert stored.is_dark


async def test_the_running_order_is_changed_by_keyboard_and_the_focus_stays(town: Town, chromium: Browser) -> None:
    for title in ("Boats", "Lanterns", "Quilt"):
        things.approved_item(town, title)
        town.clock.turn(1_000)
    page = await on_a_phone(chromium, town, "editor", "/programme/order/youth-club")
    await press_on(page, "Move Boats down")
    await expect(page.get_by_role("status")).to_have_text("Boats is now number 2.")
    await expect(page.get_by_role("button", name="Move Boats down")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Boats is now number 3.")
    await expect(page.get_by_role("button", name="Move Boats up")).to_be_focused()
    placed = look(town, lambda connection: running_order.order_of(connection, town.group.id))
    assert [one.item.title for one in placed] == ["Lanterns", "Quilt", "Boats"]


async def test_a_chosen_language_is_remembered(town: Town, chromium: Browser) -> None:
    page = await on_a_phone(chromium, town, None, "/screens?from=here")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.get_by_role("button", name="Tiếng Việt").click()
    await expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert page.url.endswith("/screens?from=here")
    later = await page.context.new_page()
    await later.goto(str(town.server.make_url("/policy")))
    await expect(later.locator("html")).to_have_attribute("lang", "vi")


async def test_no_page_is_wider_than_a_small_phone(town: Town, chromium: Browser) -> None:
    screen = make_screen(town)
    item_id = things.approved_item(town, "A title with Donaudampfschifffahrtsgesellschaftskapitäne in it")
    things.share(town, screen, group=2, other_group=1)
    waiting = things.submitted_item(town, "Another")
    page = await on_a_phone(chromium, town, "administrator", "/")
    item = look(town, lambda connection: library.item(connection, waiting))
    assert item is not None
    for path in (
        "/", "/screens", f"/screens/{screen.slug}", f"/screens/{screen.slug}/guide", f"/screens/{screen.slug}/dark",
        "/screens/new", "/pair", "/library", "/library/youth-club",
        "/library/youth-club/tickets", f"/items/{item_id}", "/moderation",
        f"/moderation/{item.newest.id}", "/programme", f"/programme/{screen.slug}", f"/programme/{screen.slug}/book",
        f"/programme/{screen.slug}/air-time", "/programme/order/youth-club", "/people", "/groups", "/audit", "/mail",
        "/policy", "/account", "/account/second",
    ):  # fmt: skip
        answer = await page.goto(str(town.server.make_url(path)))
        assert answer is not None
        assert answer.status == 200, path
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
