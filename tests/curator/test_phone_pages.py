"""The pages on visitors' phones in a real browser: for everybody, by every means, and light."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

from content.canonical import Json
from curator import activities
from curator.web.taking_part import TAKING_PART
from kiosks.messages import Session, Snapshot
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import FakeNode, at_rest, make_screen, paired_node, until
from tests.curator.test_every_page import AXE, RULES, RUN, WIDTH
from tests.curator.test_taking_part import Socket, approved, decided, heard, linked
from tests.curator.test_wall import allow, ask, post

SMALL: ViewportSize = {"width": 320, "height": 640}
MOST_BYTES = 50_000
GAME: dict[str, Json] = {"phase": "play", "left_ms": 60_000, "here": 1, "x": 5_000, "gathered": 12}
STORED = "[document.cookie.length, localStorage.length, sessionStorage.length]"
MOVING = """Array.from(document.querySelectorAll('*')).filter((one) => {
  const style = getComputedStyle(one);
  return style.animationName !== 'none' || style.transitionDuration !== '0s' || style.transform !== 'none';
}).length"""

pytestmark = IN_A_BROWSER
expect.set_options(timeout=30_000)


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


async def game_and_poll(town: Town, node: FakeNode) -> None:
    """Both are offered at the screen."""
    await approved(town, node)
    form = [("kind", "crowd"), ("group", town.group.id), ("language", "en"), ("days", "3"), ("screen", node.screen_id)]
    town.clock.turn(1_000)
    answer = await town.client("programmer").post("/taking-part", data=form, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    assert await decided(town, "approve") == 303
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    await until(lambda: len(place.offers) == 2)


@asynccontextmanager
async def phone(chromium: Browser, **more: object) -> AsyncIterator[BrowserContext]:
    """A small one."""
    chosen = {"viewport": SMALL, "locale": "en-GB", "has_touch": True} | more
    context = await chromium.new_context(**chosen)  # type: ignore[arg-type]
    yield context
    await context.close()


async def begun(screen: Socket) -> str:
    """The screen says yes to the session that is wanted; gives its name."""
    session = str((await heard(screen, "start"))["session"])
    await screen.send_json(Session(session, "on", "", 1, 2).as_json())
    await screen.send_json(Snapshot(session, dict(GAME)).as_json())
    return session


async def leans(screen: Socket) -> int:
    """Which way the next lean goes."""
    async with asyncio.timeout(20):
        while True:
            rows = (await heard(screen, "taps"))["rows"]
            assert isinstance(rows, list)
            for row in rows:
                assert isinstance(row, list)
                assert row[2] == "steer"
                return int(str(row[3]))


async def complaints(page: Page) -> list[str]:
    """What axe has against the page as it is, and whether it is too wide."""
    options = {"resultTypes": ["violations"], "runOnly": RULES, "preload": False}
    found = [f"{rule} ({impact}) {where}" for impact, rule, where in await page.evaluate(RUN, options)]
    width = await page.evaluate(WIDTH)
    return found + [f"{page.url} is {width} pixels wide"] * (width > SMALL["width"])


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("vi-VN", "dark")])
async def test_nothing_stands_against_the_pages_in_every_state_they_are_light_and_keep_nothing(
    town: Town, node: FakeNode, chromium: Browser, locale: str, scheme: str
) -> None:
    await game_and_poll(town, node)
    found: list[str] = []
    async with linked(town, node) as (screen, code), phone(chromium, locale=locale, color_scheme=scheme) as context:
        await context.add_init_script(AXE)
        page = await context.new_page()
        sizes: dict[str, int] = {}

        async def weigh(answer: object) -> None:
            if answer.status == 200:  # type: ignore[attr-defined]
                sizes[answer.url] = len(await answer.body())  # type: ignore[attr-defined]

        site = str(town.server.make_url("/"))
        for path in ("j", "j/WWWW"):
            await page.goto(site + path)
            found += await complaints(page)
        page.on("response", weigh)
        await page.goto(f"{site}j/{code}")
        await expect(page.locator("#status.status")).not_to_be_empty()
        found += await complaints(page)
        await page.locator(".begin").click()
        session = await begun(screen)
        await expect(page.locator(".score")).to_contain_text("12")
        found += await complaints(page)
        await page.locator('.lean button[value="left"]').click()
        await screen.send_json(Session(session, "over", "done", 1, 2).as_json())
        await expect(page.locator(".begin")).to_be_visible()
        await page.locator(".option").first.click()
        await begun(screen)
        await expect(page.locator('.option[aria-pressed="true"]')).to_have_count(1)
        found += await complaints(page)
        await screen.close()
        await expect(page.locator("#status")).to_have_class("status bad")
        found += await complaints(page)
        assert await page.evaluate(STORED) == [0, 0, 0]
        assert not await context.cookies()
        assert 3 <= len(sizes) <= 4
        assert sum(sizes.values()) < MOST_BYTES, sizes
    assert not found, "\n".join(found)


async def test_the_game_is_played_with_one_button_or_by_keys_and_nothing_moves_for_who_asks_for_that(
    town: Town, node: FakeNode, chromium: Browser
) -> None:
    await game_and_poll(town, node)
    async with linked(town, node) as (screen, code), phone(chromium, reduced_motion="reduce") as context:
        page = await context.new_page()
        await page.goto(str(town.server.make_url(f"/j/{code}")))
        await page.get_by_role("button", name="Begin on the screen").focus()
        await page.keyboard.press("Enter")
        await begun(screen)
        switch = page.get_by_role("button", name="The other side")
        await switch.focus()
        for way in (100, -100, 100):
            await page.keyboard.press("Space")
            assert await leans(screen) == way
            assert await page.evaluate("document.activeElement.className") == "switch"
        for key, name, way in (("ArrowLeft", "Left", -100), ("ArrowRight", "Right", 100)):
            await page.keyboard.press(key)
            assert await leans(screen) == way
            await expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        box = await switch.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 20, box["y"] + 20)
        await page.mouse.down()
        assert await page.evaluate(MOVING) == 0
        await page.mouse.up()


async def test_without_script_cookie_or_storage_a_poll_is_voted_in_by_keyboard(
    town: Town, node: FakeNode, chromium: Browser
) -> None:
    await game_and_poll(town, node)
    async with linked(town, node) as (screen, code), phone(chromium, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(str(town.server.make_url("/j")))
        await page.get_by_role("textbox").focus()
        await page.keyboard.type(code.lower())
        await page.keyboard.press("Enter")
        chosen = page.get_by_role("button", name="At the school")
        await chosen.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#status")).to_have_text("Your vote counts. You can change it.")
        await expect(chosen).to_have_attribute("aria-pressed", "true")
        await expect(page.locator(".count span")).to_have_text(["0", "1"])
        await heard(screen, "start")
        assert not await context.cookies()
    polls = [one for one in town.service.store.read_now(activities.listed) if one.kind == "poll"]
    assert [one.counts for one in polls] == [(0, 1)]


async def test_an_open_page_takes_in_what_is_offered_later_and_lets_go_of_what_is_over_without_losing_written_words(
    town: Town, node: FakeNode, chromium: Browser
) -> None:
    await allow(town, node)
    assert await ask(town, node) == 303
    assert await decided(town, "approve") == 303
    place = town.server.app[TAKING_PART].relay.place(node.screen_id)
    await until(lambda: len(place.offers) == 1)
    async with linked(town, node) as (_screen, code), phone(chromium) as context:
        page = await context.new_page()
        await page.goto(str(town.server.make_url(f"/j/{code}")))
        written = page.get_by_role("textbox")
        await written.fill("Half a sen")
        town.clock.turn(1_000)
        poll = await approved(town, node)
        await expect(page.locator(".card")).to_have_count(2)
        await expect(page.locator(".poll").get_by_role("button")).to_have_text(["A By the river", "B At the school"])
        await expect(written).to_be_focused()
        await page.keyboard.type("tence")
        await page.locator(".option").first.click()
        await expect(page.locator("#status")).to_have_text("Your vote counts. You can change it.")
        town.clock.turn(1_000)
        kites = {"kind": "kites", "group": town.group.id, "language": "en", "days": "3", "screen": node.screen_id}
        assert await post(town, "programmer", "/taking-part", **kites) == 303
        assert await decided(town, "approve") == 303
        await expect(page.locator(".pad")).to_be_visible()
        await page.locator(".option").last.focus()
        assert await post(town, "moderator", f"/taking-part/{poll.id}", do="withdraw") == 303
        await expect(page.locator(".poll")).to_have_count(0)
        await expect(page.locator("#status")).to_be_focused()
        await expect(written).to_have_value("Half a sentence")
