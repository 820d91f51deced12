"""A ticket from the editor's screen to a stranger's small phone: the code is scanned, and no script is needed."""

import cv2
import numpy as np
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import Town
from tests.curator.uploading import all_items, picture

PHONE: ViewportSize = {"width": 360, "height": 740}

pytestmark = IN_A_BROWSER


async def scanned(page: Page) -> str:
    """What a phone reads from the code on the page."""
    shot = await page.locator(".ticket img").screenshot()
    seen = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    return str(cv2.QRCodeDetector().detectAndDecode(seen)[0])


async def test_the_code_leads_a_phone_without_scripts_to_handing_in(town: Town) -> None:
    site, editor = str(town.server.make_url("/")), town.client("editor")
    cookie = editor.session.cookie_jar.filter_cookies(editor.make_url("/"))["commonscreen"].value
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        desk = await chromium.new_context(base_url=site)
        await desk.add_cookies([{"name": "commonscreen", "value": cookie, "url": site}])
        page = await desk.new_page()
        await page.goto("/library/youth-club/tickets")
        await page.get_by_label("What is it for?").fill("Your picture of the summer party")
        await page.get_by_role("button", name="Make the ticket").click()
        link = await scanned(page)
        assert link.startswith(site + "hand-in?ticket=")
        phone = await chromium.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
        page = await phone.new_page()
        await page.goto(link)
        await expect(page.get_by_role("heading", name="Nộp cho Youth club")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        chosen = page.locator("input[type=file]")
        await chosen.set_input_files({"name": "party.png", "mimeType": "image/png", "buffer": picture()})
        await chosen.focus()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("party.png")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await chromium.close()
    (item,) = all_items(town)
    assert (item.title, item.group_id) == ("party", town.group.id)
