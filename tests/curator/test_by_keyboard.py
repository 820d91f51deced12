"""From signing in to the street without a mouse: somebody uploads, somebody approves, somebody changes the order."""

from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright, expect

from curator import accounts, running_order
from curator.store import Connection
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.cases import look, picture
from tests.curator.conftest import MakeTown, Town
from tests.curator.programme import things

WINDOW: ViewportSize = {"width": 1280, "height": 800}
PASSWORD = "a long enough password"
PREPARED_MS = 120_000
expect.set_options(timeout=30_000)
MOST_TABS = 90
ON = """() => { const on = document.activeElement; return (on.getAttribute("aria-label")
  ?? (on.labels?.length ? on.labels[0].textContent : on.textContent)).trim().replace(/\\s+/g, " "); }"""

pytestmark = IN_A_BROWSER


async def tab_to(page: Page, name: str) -> None:
    """Goes there by Tab alone."""
    for _step in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if (await page.evaluate(ON)).startswith(name):
            return
    raise AssertionError(f"Tab never comes to “{name}” on {page.url}")


async def follow(page: Page, name: str) -> None:
    """Presses what leads to another page, and waits until that is there."""
    await tab_to(page, name)
    async with page.expect_navigation(timeout=PREPARED_MS):
        await page.keyboard.press("Enter")


async def press(page: Page, name: str) -> None:
    await tab_to(page, name)
    await page.keyboard.press("Enter")


async def sign_in(page: Page, who: str) -> None:
    await tab_to(page, "E-mail address")
    await page.keyboard.type(f"{who}@example.org")
    await tab_to(page, "Password")
    await page.keyboard.type(PASSWORD)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {who.title()}")


async def sign_out(page: Page) -> None:
    await follow(page, "Sign out")
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await follow(page, "Sign in")
    await expect(page.get_by_label("Password")).to_be_visible()


def give_passwords(town: Town, *people: str) -> None:
    hashed = accounts.hash_password(PASSWORD)

    def give(connection: Connection) -> None:
        for who in people:
            accounts.set_password(connection, town.accounts[who], hashed, now_ms=town.clock(), by=None)

    things.run(town, give)


async def test_everything_on_the_way_to_the_street_goes_by_keyboard(make_town: MakeTown, tmp_path: Path) -> None:
    town = await make_town(preparation_processes=1)
    give_passwords(town, "editor", "moderator")
    things.approved_item(town, "Boats")
    town.clock.turn(1_000)
    (tmp_path / "sea.jpg").write_bytes(picture("navy"))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await (await browser.new_context(viewport=WINDOW, locale="en-GB")).new_page()
        page.on("filechooser", lambda _chooser: None)  # told from now on, not only once one is waited for
        await page.goto(str(town.server.make_url("/sign-in")))
        await sign_in(page, "editor")
        await follow(page, "Add something")
        await tab_to(page, "Choose pictures and videos")
        async with page.expect_file_chooser() as chosen:
            await page.keyboard.press("Enter")
        await (await chosen.value).set_files(tmp_path / "sea.jpg")
        await tab_to(page, "Title")
        await page.keyboard.press("Control+A")
        await page.keyboard.type("The sea")
        await press(page, "Send")
        await expect(page.get_by_text("It has arrived and is being prepared.")).to_be_visible(timeout=PREPARED_MS)
        await follow(page, "Look at it")
        await expect(page.get_by_role("heading", name="Waiting for a moderator")).to_be_visible(timeout=PREPARED_MS)
        await sign_out(page)
        await sign_in(page, "moderator")
        await follow(page, "The sea")
        await expect(page.get_by_role("heading", level=1)).to_have_text("The sea")
        await follow(page, "Approve")
        await expect(page.get_by_role("status").filter(has_text="You approved “The sea”.")).to_be_visible()
        await sign_out(page)
        await sign_in(page, "editor")
        await tab_to(page, "Move Boats down")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#said")).to_have_text("Boats is now number 2.")
        await tab_to(page, "Move The sea down")
        await page.keyboard.press("End")
        await expect(page.locator("#said")).to_have_text("The sea is now number 2.")
        await page.keyboard.press("Home")
        await expect(page.locator("#said")).to_have_text("The sea is now number 1.")
        await browser.close()
    placed = look(town, lambda connection: running_order.order_of(connection, town.group.id))
    assert [one.item.title for one in placed] == ["The sea", "Boats"]
