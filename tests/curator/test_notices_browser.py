"""Notices on a small phone without scripts: counted for eyes and ears, reached and read by keyboard, chosen by form."""

from playwright.async_api import Page, ViewportSize, async_playwright, expect

from curator.authorisation import Role
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.cases import approve, send
from tests.curator.conftest import Town
from tests.curator.noticing import give, refuse, reject, submit

PHONE: ViewportSize = {"width": 360, "height": 740}
LONG = "AVeryLongTitleWithoutAnySpaceAsSomePhonesNameTheirFilms_20261129_101112_final_final.mp4"

pytestmark = IN_A_BROWSER


async def fits(page: Page) -> bool:
    return int(await page.evaluate("document.documentElement.scrollWidth")) <= PHONE["width"]


async def test_a_phone_without_scripts_counts_reads_and_chooses(town: Town) -> None:
    give(town, "editor", Role.MODERATOR)
    approve(town, send(town, "Skate day"))
    reject(town, send(town, LONG), words="Whose song is it?\n\nAsk the band, then send it again.")
    refuse(town, send(town, "Sea"))
    submit(town, "Choir evening", by="outsider")
    site, editor = str(town.server.make_url("/")), town.client("editor")
    cookie = editor.session.cookie_jar.filter_cookies(editor.make_url("/"))["commonscreen"].value
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        phone = await chromium.new_context(viewport=PHONE, java_script_enabled=False, base_url=site)
        await phone.add_cookies([{"name": "commonscreen", "value": cookie, "url": site}])
        page = await phone.new_page()
        await page.goto("/account")
        assert await fits(page)
        link = page.get_by_role("link", name="Notices 4 unread")
        await link.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("listitem").filter(has_text="new")).to_have_count(4)
        assert await fits(page)
        await page.get_by_role("link", name="Skate day").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Skate day")
        await page.get_by_role("link", name="Notices 3 unread").click()
        await page.get_by_role("button", name="Mark all as read").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
        await page.goto("/account")
        await page.get_by_label("Something waits for a decision").select_option(label="only here")
        await page.get_by_role("region", name="How you are told").get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("Saved.")
        await expect(page.get_by_label("Something waits for a decision")).to_have_value("here")
        assert await fits(page)
        await chromium.close()
