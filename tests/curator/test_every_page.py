"""Every page of the service, found from its addresses: axe-core has nothing serious against it, and it fits.

In both languages, on a phone, with the data of a town that is lived in; and on a window of 1280 pixels at 200 %.
"""

import re
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from content.language import LANGUAGES
from curator import accounts, resets
from curator.tables import mails
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.access import pages
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.lived_in import LivedIn, live_in
from tests.curator.test_safety import Things

PHONE: ViewportSize = {"width": 390, "height": 780}
ZOOMED: ViewportSize = {"width": 640, "height": 400}
"""What a window of 1280 × 800 pixels has left at 200 %."""
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
OF_WORDS = [
    "aria-command-name", "aria-input-field-name", "aria-toggle-field-name", "button-name", "document-title",
    "html-has-lang", "html-lang-valid", "image-alt", "input-button-name", "label",
    "link-name", "scrollable-region-focusable", "select-name", "target-size", "valid-lang",
]  # fmt: skip
"""What other words can break in a page that was looked at whole in one language."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """(options) => axe.run(document, options).then((found) => found.violations.map(
  (one) => [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]))"""
NO_PICTURES = "--blink-settings=imagesEnabled=false"
"""Pictures have their size in the page; loading them is most of the work."""
PATIENCE_MS = 180_000
WIDTH = "document.documentElement.scrollWidth"

STRANGERS = {"/sign-in", "/forgot", "/reset", "/join", "/hand-in", "/decide"}
"""What people see who are not signed in. Everything else is looked at by an administrator, who sees most."""
MORE = (
    ("editor", "/"),
    ("editor", "/items/{rejected}"),
    ("editor", "/items/{changed}"),
    ("editor", "/items/{changed}/variants"),
    ("editor", "/library/{group}?state=rejected"),
    ("editor", "/taking-part/new?kind=poll"),
    ("contributor", "/"),
    ("technician", "/"),
    ("programmer", "/programme/calendar?view=week"),
    (None, "/"),
    (None, "/screens/{slug}"),
)
"""Pages that look different to others."""

pytestmark = IN_A_BROWSER


class Addresses:
    """Fills the gaps of a pattern with things of the town; one that knows no gap of it fails."""

    def __init__(self, lived: LivedIn) -> None:
        self._lived, self._things = lived, Things(lived.town)

    def of(self, pattern: str) -> str:
        """The address; things that only some patterns name are made when they are asked for."""
        own = {"rejected": self._lived.rejected.item_id, "changed": self._lived.changed.item_id}
        filled = re.sub(r"{(\w+)}", lambda gap: own.get(gap[1], gap[0]), pattern)
        return self._things.address(filled) + self._lived.links.get(pattern, "")


def with_reset(lived: LivedIn) -> None:
    """Somebody has asked for a new password: the link is in the mail that waits."""
    town = lived.town

    def ask(connection: Any) -> str:
        resets.ask(connection, town.service.settings, "editor@example.org", town.clock())
        bodies = connection.execute(mails.select()).mappings().all()
        return next(found[1] for row in bodies if (found := re.search(r"/reset(\?token=\S+)", row["body"])))

    lived.links["/reset"] = town.service.store.run_now(ask)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser, with nothing in it."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, NO_PICTURES])
        yield browser
        await browser.close()


class Walker:
    """Somebody who looks at pages, one after another, in the same window."""

    def __init__(self, chromium: Browser, town: Town) -> None:
        self._chromium, self._town = chromium, town
        self._site = str(town.server.make_url("/")).rstrip("/")
        self.found: list[str] = []
        self.options: dict[str, object] = {"resultTypes": ["violations"], "runOnly": RULES, "preload": False}

    async def window(self) -> Page:
        context: BrowserContext = await self._chromium.new_context(viewport=PHONE, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(AXE)
        # What changes is told to open pages, which then ask again: not while they are looked at.
        await context.add_init_script("window.EventSource = class { addEventListener() {} close() {} }")
        return await context.new_page()

    async def become(self, page: Page, who: str | None, language: str) -> None:
        await page.context.clear_cookies()
        cookies = [{"name": "language", "value": language, "url": self._site}]
        if who is not None:
            token = self._town.service.store.run_now(
                lambda connection: accounts.sign_in(
                    connection, self._town.accounts[who], now_ms=self._town.clock(), life_ms=AN_HOUR_MS
                )
            )
            cookies.append({"name": "commonscreen", "value": token, "url": self._site})
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]

    async def look(self, page: Page, address: str) -> None:
        answer = await page.goto(self._site + address)
        assert answer is not None
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        assert (answer.status, is_page) == (200, True), (address, answer.status)
        for window in (ZOOMED, PHONE):
            await page.set_viewport_size(window)
            if await page.evaluate(WIDTH) > window["width"]:
                self.found.append(f"{address}: wider than {window['width']} pixels")
        for impact, rule, where in await page.evaluate(RUN, self.options):
            if impact in {"serious", "critical"}:
                self.found.append(f"{address}: {rule} ({impact}) {where}")


async def test_nothing_serious_stands_against_any_page(make_town: MakeTown, chromium: Browser) -> None:
    lived = await live_in(await make_town())
    with_reset(lived)
    walker, addresses = Walker(chromium, lived.town), Addresses(lived)
    page = await walker.window()
    every_page = list(pages(lived.town.server.app))
    assert len(every_page) > 45
    looks: list[tuple[str | None, str]] = [
        *(("administrator", pattern) for pattern in every_page if pattern not in STRANGERS),
        *((None, pattern) for pattern in every_page if pattern in STRANGERS),
        *MORE,
    ]
    for language in LANGUAGES:
        last: str | None = ""
        for who, pattern in looks:
            if who != last:
                await walker.become(page, who, language)
                last = who
            await walker.look(page, addresses.of(pattern))
        walker.options["runOnly"] = OF_WORDS
    assert not walker.found, "\n".join(walker.found)
