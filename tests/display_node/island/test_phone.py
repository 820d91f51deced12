"""A phone's browser on an island whose service is gone: it plays, votes, and the vote arrives when that is back."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from playwright.async_api import ViewportSize, async_playwright, expect

from display_node.session_messages import SessionNow
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.display_node.agent.making import ListeningPlayer, fact
from tests.display_node.agent.test_local import CROWD, WALL, allow
from tests.display_node.agent.test_sessions import STATEMENT
from tests.display_node.island.conftest import Shore
from tests.fakes.curator import FakeCurator

Opened = Callable[..., AbstractAsyncContextManager[Shore]]

pytestmark = IN_A_BROWSER
PATIENCE_MS = 30_000
PHONE: ViewportSize = {"width": 390, "height": 780}
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(window, name, {get() { throw new Error("there is none here"); }});
}
const none = () => { throw new Error("there is none here"); };
Object.defineProperty(Document.prototype, "cookie", {get: none, set: none});
"""
"""As in the small window that iPhones open for a network without internet."""


async def test_a_phone_without_storage_plays_and_votes_on_an_island_and_its_vote_arrives_later(
    island: Opened, curator: FakeCurator, player: ListeningPlayer
) -> None:
    allow(curator, STATEMENT, CROWD, WALL)
    expect.set_options(timeout=PATIENCE_MS)
    async with island() as shore, async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
        page = await context.new_page()
        await page.add_init_script(NO_STORAGE)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(f"{shore.address}/j")
        await page.get_by_label("The code on the screen").fill((await shore.code()).lower())
        await page.get_by_role("button", name="Join").click()
        await expect(page.get_by_role("status")).to_have_text("You are at the screen.")
        await expect(page.get_by_text("Answers are closed: this screen is on its own")).to_be_visible()
        await page.get_by_role("button", name="Begin on the screen").click()
        await expect(page.get_by_role("status")).to_have_text("Look at the screen: it is on now.")
        await page.get_by_role("button", name="Right").click()
        await fact(lambda: (now := player.last(SessionNow)) and isinstance(now, SessionNow) and now.figures[1] > 0)
        await page.get_by_role("button", name="Yes").click()
        await expect(page.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
        # The game that is on says its own words as the status, so what was counted tells of the vote.
        await fact(lambda: any(one.counts[:1] == (4,) for one in shore.local.known()))
        await page.reload()
        await expect(page.locator(".count span").first).to_have_text("4")
        assert not curator.votes
        await curator.start()
        await fact(lambda: list(curator.votes.values()) == [0])
        assert wrong == []
        await chromium.close()
