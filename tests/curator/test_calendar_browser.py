"""The calendar in a real browser: drag to book, undo, publish; all of it by keyboard; conflicts while dragging."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from curator import accounts, bookings
from curator.bookings import Slot
from curator.screens import Screen
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things
from tests.curator.test_calendar import TOMORROW, put

DESK: ViewportSize = {"width": 1280, "height": 900}
WEEK = "/programme/calendar?view=week&from=2026-09-22"
pytestmark = IN_A_BROWSER


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser, with nothing in it."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def at_the_desk(chromium: Browser, town: Town, path: str = WEEK) -> Page:
    """The programmer's page, in a browser whose own zone is far from the screen's."""
    site = str(town.server.make_url("/"))
    token = town.service.store.run_now(
        lambda connection: accounts.sign_in(
            connection, town.accounts["programmer"], now_ms=town.clock(), life_ms=AN_HOUR_MS
        )
    )  # fmt: skip
    context = await chromium.new_context(viewport=DESK, locale="en-GB", timezone_id="Pacific/Auckland")
    await context.add_cookies([{"name": "commonscreen", "value": token, "url": site}])
    page = await context.new_page()
    await page.goto(site.rstrip("/") + path)
    await expect(page.locator("#calendar.is-ready")).to_be_visible()
    return page


async def place_of(page: Page, day: str, hour: int) -> tuple[float, float]:
    """The middle of a day's column, at a full hour, scrolled to."""
    column = page.locator(".ec-body .ec-day").nth(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].index(day))
    box = await column.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * hour / 24 + 2


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(start[0], (start[1] + end[1]) / 2, steps=4)
    await page.mouse.move(*end, steps=4)


def booked(town: Town, screen: Screen) -> list[Slot]:
    return things.run(
        town, lambda connection: bookings.between(connection, screen.id, town.clock(), town.clock() + 30 * 86_400_000)
    )


async def test_dragging_books_and_undoing_takes_it_back_and_publishing_makes_it_so(
    town: Town, chromium: Browser
) -> None:
    screen = things.screen(town)
    things.approved_item(town, "Concert")
    page = await at_the_desk(chromium, town)
    ten, eleven = await place_of(page, "Thu", 10), await place_of(page, "Thu", 11)
    await drag(page, ten, (eleven[0], eleven[1] - 6))
    await page.mouse.up()
    await expect(page.get_by_label("Time", exact=True)).to_have_value("10:00:00")
    await page.get_by_role("button", name="Into my draft").click()
    event = page.locator(".draft-new")
    await expect(event).to_contain_text("Concert")
    await page.keyboard.press("Control+z")
    await expect(event).to_have_count(0)
    await page.keyboard.press("Control+Shift+z")
    await expect(event).to_have_count(1)
    assert booked(town, screen) == []
    await page.get_by_role("link", name="See what it moves, and publish").click()
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_role("status")).to_be_visible()
    (slot,) = booked(town, screen)
    assert slot.recurrence == "2026-09-24T10:00:00"


async def test_a_conflict_is_told_while_dragging_and_refused_with_free_times(town: Town, chromium: Browser) -> None:
    screen = things.screen(town)
    put(town, screen, things.approved_item(town, "Concert"), rule="", starts=TOMORROW.replace(hour=12))
    put(town, screen, things.approved_item(town, "Finals"), rule="", starts=TOMORROW.replace(hour=9))
    page = await at_the_desk(chromium, town)
    event = page.get_by_role("button", name="Finals")
    await event.scroll_into_view_if_needed()
    box = await event.bounding_box()
    assert box is not None
    grip = (box["x"] + box["width"] / 2, box["y"] + 8)
    an_hour = (await place_of(page, "Wed", 11))[1] - (await place_of(page, "Wed", 10))[1]
    await drag(page, grip, (grip[0], grip[1] + 3 * an_hour))
    await expect(page.get_by_text("That time is taken by “Concert”.")).to_be_visible()
    await expect(page.locator("#calendar.cannot")).to_be_visible()
    await page.mouse.up()
    refusal = page.get_by_role("dialog", name="That does not go")
    await expect(refusal).to_contain_text("Concert")
    await refusal.get_by_role("button", name="13:00:00").click()
    await expect(page.locator(".draft-new")).to_contain_text("13:00")


async def test_booking_moving_and_cancelling_go_by_keyboard_alone(town: Town, chromium: Browser) -> None:
    things.screen(town)
    things.approved_item(town, "Concert")
    page = await at_the_desk(chromium, town)
    await page.get_by_role("link", name="New booking").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="New booking")).to_be_visible()
    await page.get_by_label("Day", exact=True).fill("2026-09-25")
    await page.get_by_label("Time", exact=True).fill("09:00:00")
    await page.get_by_label("How long", exact=True).fill("30:00")
    await page.keyboard.press("Enter")
    event = page.get_by_role("button", name="Concert")
    await expect(event).to_contain_text("09:00")
    await event.focus()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(event).to_contain_text("09:15")
    await expect(event).to_be_focused()
    await page.keyboard.press("Alt+ArrowRight")
    await expect(page.get_by_role("button", name="Concert, Sat")).to_be_focused()
    await page.keyboard.press("Delete")
    await page.get_by_role("dialog").get_by_role("button", name="Only this one").press("Enter")
    await expect(event).to_have_count(0)


async def test_nothing_on_the_page_is_against_its_security_policy(town: Town, chromium: Browser) -> None:
    put(town, things.screen(town), things.approved_item(town, "Concert"))
    page = await at_the_desk(chromium, town)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for view in ("month", "day", "list", "week"):
        await page.get_by_role("button", name=view.title(), exact=True).click()
        await expect(page.locator(".ec-button.ec-active")).to_have_text(view.title())
        await page.wait_for_load_state("networkidle")
    assert said == []
