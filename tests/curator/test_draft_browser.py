"""The draft's page in a browser: what moves comes by itself, and fits a phone."""

from playwright.async_api import async_playwright, expect

from curator import accounts
from curator.publishing import Publisher
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import AN_HOUR_MS, MakeTown
from tests.curator.programme import things
from tests.curator.test_draft_pages import HERE, send, weight

pytestmark = IN_A_BROWSER
WIDTH = 390


async def test_what_a_draft_moves_comes_after_the_page_and_fits_a_phone(make_town: MakeTown) -> None:
    town = await make_town(plan_days=1)
    screen = things.screen(town)
    things.share(town, screen, group=1, other_group=1)
    things.approved_item(town, "Skate day")
    things.approved_item(town, "Choir", group_id=town.other_group.id)
    await Publisher(town.service).publish_due()
    await send(town.client("programmer"), weight(town, screen, 3))
    site = str(town.server.make_url("/")).rstrip("/")
    token = things.run(
        town,
        lambda connection: accounts.sign_in(
            connection, town.accounts["programmer"], now_ms=town.clock(), life_ms=AN_HOUR_MS
        ),
    )  # fmt: skip
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(viewport={"width": WIDTH, "height": 844})
        await context.add_cookies([{"name": "commonscreen", "value": token, "url": site}])
        page = await context.new_page()
        await page.goto(site + HERE)
        table = page.locator("#moves table")
        await expect(table).to_be_visible(timeout=30_000)
        await expect(page.locator("#moves")).not_to_have_attribute("aria-busy", "true")
        await expect(page.get_by_text("being laid out")).to_have_count(0)
        box = await table.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= WIDTH
        assert await table.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth")
        assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        await browser.close()
