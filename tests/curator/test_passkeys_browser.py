"""A passkey in a real browser, its device Chromium's own virtual one: added, used and removed by keyboard alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, ViewportSize, async_playwright, expect

from curator import accounts
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown, Town

PASSWORD = "correct horse battery"
SITE = "http://localhost:8099"
PHONE: ViewportSize = {"width": 360, "height": 740}

pytestmark = IN_A_BROWSER
expect.set_options(timeout=30_000)  # a busy machine takes its time over a page


@asynccontextmanager
async def phone_of(town: Town, **context: Any) -> AsyncIterator[tuple[Page, CDPSession]]:
    """A phone for which the town is at its public address, with the means to give it a passkey device."""
    rules = f"--host-resolver-rules=MAP localhost:8099 127.0.0.1:{town.server.port}"
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rules])
        phone = await chromium.new_context(viewport=PHONE, base_url=SITE, **context)
        page = await phone.new_page()
        yield page, await phone.new_cdp_session(page)
        await chromium.close()


async def give_device(devtools: CDPSession) -> str:
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(made["authenticatorId"])


async def sign_in_with_password(page: Page) -> None:
    await page.goto("/sign-in?next=/account/passkeys")
    await page.get_by_label("E-mail address").fill("editor@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Passkeys")


async def fits(page: Page) -> bool:
    return int(await page.evaluate("document.documentElement.scrollWidth")) <= PHONE["width"]


@pytest.fixture
async def here(make_town: MakeTown) -> Town:
    town = await make_town(public_url=SITE)
    hashed, editor = accounts.hash_password(PASSWORD), town.accounts["editor"]
    town.service.store.run_now(lambda c: accounts.set_password(c, editor, hashed, now_ms=town.clock(), by=None))
    return town


async def test_a_passkey_is_added_used_without_a_name_and_removed_by_keyboard(here: Town) -> None:
    async with phone_of(here) as (page, devtools):
        wrongs: list[str] = []
        page.on("console", lambda message: wrongs.append(message.text) if message.type == "error" else None)
        await sign_in_with_password(page)
        device = await give_device(devtools)
        await page.get_by_label("What do you call it?").focus()
        await page.keyboard.type("My phone")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("From now on you can sign in with it.")
        await expect(page.get_by_text("not used yet")).to_be_visible()
        assert await fits(page)
        await page.get_by_role("button", name="Sign out").press("Enter")

        await page.goto("/sign-in?next=/account/passkeys")
        assert await fits(page)
        await page.get_by_role("button", name="Sign in with a passkey").press("Enter")
        await expect(page.get_by_text("last used")).to_be_visible()
        held = await devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})
        assert [(one["rpId"], one["isResidentCredential"]) for one in held["credentials"]] == [("localhost", True)]

        await page.get_by_label("What do you call it?").fill("Once more")
        await page.locator("form[data-passkey]").get_by_label("Present password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("This device has a passkey for you already.")

        await page.get_by_text("Remove My phone").press("Enter")
        await page.get_by_role("listitem").get_by_label("Present password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("The passkey is removed here.")
        await page.get_by_role("button", name="Sign out").press("Enter")
        await page.goto("/sign-in")
        await page.get_by_role("button", name="Sign in with a passkey").press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("This passkey is not known here. Sign in another way.")
        assert not [wrong for wrong in wrongs if "422" not in wrong]


async def test_a_device_that_verifies_nobody_gives_no_passkey_and_the_page_says_so_in_vietnamese(here: Town) -> None:
    async with phone_of(here, locale="vi-VN") as (page, devtools):
        device = await give_device(devtools)
        await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        await page.goto("/sign-in")
        await page.get_by_role("button", name="Đăng nhập bằng khoá truy cập").press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("Không có khoá truy cập nào được dùng.")
        await expect(page.get_by_role("button", name="Đăng nhập bằng khoá truy cập")).to_be_focused()
