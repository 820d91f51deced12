"""Trying an activity in a real browser, by keyboard: the simulated screen is seen, and one's own vote on it."""

from playwright.async_api import Page, async_playwright, expect

from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown
from tests.curator.test_rehearsals import drafted

pytestmark = IN_A_BROWSER
DEADLINE_MS = 20_000
SHADES = """() => { const canvas = document.getElementById("screen"), seen = new Set();
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  for (let at = 0; at < data.length; at += 4_000) { seen.add(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]); }
  return seen.size; }"""


async def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    await button.focus()
    await page.keyboard.press("Enter")


async def test_the_simulated_screen_is_seen_stands_still_where_less_motion_is_wished_for_and_obeys_keys(
    make_town: MakeTown,
) -> None:
    town = await make_town()
    path, client = f"/taking-part/{drafted(town)}/try", town.client("editor")
    cookie = next(iter(client.session.cookie_jar))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(reduced_motion="reduce", locale="en-GB")
        context.set_default_timeout(DEADLINE_MS)
        site = str(town.server.make_url("/")).rstrip("/")
        await context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        await page.goto(site + path)
        await expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=DEADLINE_MS)
        await page.wait_for_function(f"({SHADES})() > 5", timeout=DEADLINE_MS)
        await press(page, "Gathering")
        await expect(page.locator("#part")).to_have_text("People gather.", timeout=DEADLINE_MS)
        phone = page.frame_locator("#handheld")
        await phone.locator(".option").nth(1).press("Enter")
        await expect(phone.locator(".count span").nth(1)).to_have_text("1", timeout=DEADLINE_MS)
        left = await page.locator("#left").text_content()
        await press(page, "Next step")
        await expect(page.locator("#left")).not_to_have_text(left or "", timeout=DEADLINE_MS)
        await page.locator("#count").focus()
        await page.keyboard.press("End")
        await expect(page.locator("#here")).to_have_text("301 people", timeout=DEADLINE_MS)
        await press(page, "Result")
        await expect(page.locator("#part")).to_have_text("The result.", timeout=DEADLINE_MS)
        assert not wrong
        await browser.close()
