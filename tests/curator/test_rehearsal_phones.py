"""The phone beside a simulated screen: the page of passers-by in a real browser, by keyboard; nothing of it is kept."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import FormData
from playwright.async_api import FrameLocator, Page, async_playwright, expect

from curator import audit
from curator.tables import metadata
from kiosks.phone.words import told
from tests.chromium import ARGUMENTS, CHROMIUM, IN_A_BROWSER
from tests.curator.conftest import MakeTown, Town
from tests.curator.spare_things import category
from tests.curator.test_every_page import AXE, RULES, RUN, WIDTH
from tests.curator.test_rehearsals import drafted

pytestmark = IN_A_BROWSER
DEADLINE_MS = 60_000
UNTOUCHED = {"sessions", "accounts"}
"""Tables that tell of who looks at any page."""
PICTURE = """() => { const canvas = document.getElementById("screen");
  return Array.from(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)
    .filter((_value, at) => at % 97 === 0).join(); }"""
FRAMED = "frame-ancestors 'self'"


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await make_town()


@dataclass(frozen=True, slots=True)
class Trying:
    """The page on which something is tried, and the phone in it."""

    page: Page
    phone: FrameLocator

    async def press(self, name: str) -> None:
        """On the phone, with the keyboard."""
        await self.phone.get_by_role("button", name=name, exact=True).first.press("Enter")

    async def alone(self) -> None:
        """No simulated visitor does anything, so that every change is one's own."""
        await self.page.locator("#count").focus()
        await self.page.keyboard.press("Home")
        await expect(self.page.locator("#here")).to_have_text("1 people", timeout=DEADLINE_MS)


@asynccontextmanager
async def trying(town: Town, activity: str, width: int = 1280) -> AsyncIterator[Trying]:
    """By an editor, in a browser that wishes for less motion: time stands still until it is told to go on."""
    cookie = next(iter(town.client("editor").session.cookie_jar))
    site = str(town.server.make_url("/")).rstrip("/")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(
            reduced_motion="reduce", locale="en-GB", viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(DEADLINE_MS)
        await context.add_init_script(AXE)
        await context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        await page.goto(f"{site}/taking-part/{activity}/try")
        phone = page.frame_locator("#handheld")
        await expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=DEADLINE_MS)
        await expect(phone.locator("#status")).to_have_text("You are at the screen.", timeout=DEADLINE_MS)
        yield Trying(page, phone)
        assert not wrong
        await browser.close()


def rows(town: Town) -> Iterator[tuple[str, int]]:
    """How many rows each table has."""

    def count(name: str) -> int:
        return town.service.store.read_now(
            lambda connection: len(connection.execute(metadata.tables[name].select()).all())
        )

    return ((name, count(name)) for name in metadata.tables if name not in UNTOUCHED)


async def test_a_press_on_the_phone_changes_the_picture_in_both_languages_and_no_vote_is_kept(town: Town) -> None:
    activity = drafted(town)
    async with trying(town, activity) as it:
        before, head = dict(rows(town)), town.service.store.read_now(audit.head)
        await it.alone()
        await it.page.get_by_role("button", name="Gathering").press("Enter")
        await expect(it.phone.locator("#status")).to_have_text("Look at the screen: it is on now.", timeout=DEADLINE_MS)
        shown = await it.page.evaluate(PICTURE)
        await it.phone.locator(".option").nth(1).press("Enter")
        await expect(it.phone.locator(".option").nth(1)).to_have_attribute("aria-pressed", "true")
        await expect(it.phone.locator(".count span").nth(1)).to_have_text("1", timeout=DEADLINE_MS)
        await it.page.wait_for_function(f"(before) => ({PICTURE})() !== before", arg=shown)
        await it.page.locator('[data-language="vi"]').press("Enter")
        await expect(it.phone.locator("html")).to_have_attribute("lang", "vi")
        await expect(it.phone.locator(".option").nth(1)).to_have_attribute("aria-pressed", "true")
        await expect(it.page.locator("html")).to_have_attribute("lang", "en")
    assert dict(rows(town)) == before
    assert town.service.store.read_now(audit.head) == head


async def test_a_kite_is_flown_with_the_pad(town: Town) -> None:
    async with trying(town, drafted(town, "kites")) as it:
        await it.alone()
        await it.press("Begin on the screen")
        await it.press("Fly a kite")
        await it.page.get_by_role("button", name="Go on").press("Enter")
        await expect(it.phone.locator(".told")).to_contain_text("You are flying", timeout=DEADLINE_MS)
        shown = await it.page.evaluate(PICTURE)
        await it.press("Up")
        await expect(it.phone.get_by_role("button", name="Up", exact=True)).to_have_attribute("aria-pressed", "true")
        await it.page.wait_for_function(f"(before) => ({PICTURE})() !== before", arg=shown)
        await it.press("Where is a light?")
        await expect(it.phone.locator(".told")).not_to_be_empty()


async def test_a_note_of_the_bells_is_set_and_taken_away_and_shines(town: Town) -> None:
    async with trying(town, drafted(town, "bells")) as it:
        await it.alone()
        await it.press("Begin on the screen")
        await expect(it.phone.locator("#status")).to_have_text("Look at the screen: it is on now.", timeout=DEADLINE_MS)
        shown = await it.page.evaluate(PICTURE)
        note = it.phone.locator('.cell[value="20"]')
        await note.press("Enter")
        await expect(note).to_have_attribute("aria-pressed", "true")
        await expect(note).to_have_class("cell p2 set", timeout=DEADLINE_MS)
        await it.page.wait_for_function(f"(before) => ({PICTURE})() !== before", arg=shown)
        await note.press("Enter")
        await expect(note).to_have_class("cell p2", timeout=DEADLINE_MS)


async def test_words_written_on_a_tried_wall_are_in_the_rehearsal_only_and_are_taken_back(town: Town) -> None:
    activity = drafted(town, "wall")
    async with trying(town, activity, 390) as it:
        before = dict(rows(town))
        await it.alone()
        await it.phone.locator("textarea").fill("A bench for two")
        await it.press("Hand in")
        await expect(it.phone.locator(".written")).to_contain_text("A bench for two", timeout=DEADLINE_MS)
        await expect(it.page.locator("#part")).to_have_text("People gather.", timeout=DEADLINE_MS)
        await it.press("Take it back")
        await expect(it.phone.locator(".written")).to_have_count(0, timeout=DEADLINE_MS)
    assert dict(rows(town)) == before


async def test_a_choice_is_asked_for_and_then_voted_on(town: Town) -> None:
    async with trying(town, drafted(town, "next")) as it:
        await it.press("Choose on the screen")
        await it.phone.locator(".option").first.press("Enter")
        await expect(it.phone.locator(".option").first).to_have_attribute("aria-pressed", "true")


async def test_a_tried_street_report_is_written_as_in_the_street_and_makes_none(town: Town) -> None:
    activity = drafted(town, "report")
    category(town)
    async with trying(town, activity, 390) as it:
        before = dict(rows(town))
        await it.phone.get_by_role("link", name="Report or suggest").press("Enter")
        await it.phone.locator(".categories a").first.press("Enter")
        await it.phone.locator("#words").fill("The lamp is out")
        await it.press("Hand in")
        await expect(it.phone.get_by_role("heading")).to_have_text("No report was made", timeout=DEADLINE_MS)
        await it.phone.get_by_role("link", name="Back").press("Enter")
        await expect(it.phone.locator(".report")).to_be_visible()
    assert dict(rows(town)) == before


@pytest.mark.parametrize("kind", ["poll", "wall", "bells", "crowd", "kites", "report"])
async def test_everybody_can_use_the_page_with_the_phone_in_it(town: Town, kind: str) -> None:
    async with trying(town, drafted(town, kind), 320) as it:  # type: ignore[arg-type]
        options = {"resultTypes": ["violations"], "runOnly": RULES, "preload": False}
        # What stands in the frame is looked at with it.
        assert await it.page.evaluate(RUN, options) == []
        assert await it.page.evaluate(WIDTH) <= 320
        assert await it.page.frames[1].evaluate(f"{WIDTH} <= innerWidth")


async def test_only_this_page_may_stand_in_a_frame_and_only_of_the_same_site(town: Town) -> None:
    activity, client = drafted(town), town.client("editor")
    phone = await client.get(f"/taking-part/{activity}/try/phone/en")
    assert (phone.status, phone.headers["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert FRAMED in phone.headers["Content-Security-Policy"]
    for path in ("/taking-part", f"/taking-part/{activity}/try", "/j", f"/taking-part/{activity}/try/phone/xx"):
        answer = await client.get(path)
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert ("frame-src 'self'" in answer.headers["Content-Security-Policy"]) == path.endswith("/try"), path


async def test_whoever_may_not_try_it_has_no_phone_of_it_either(town: Town) -> None:
    activity = drafted(town, "report")
    phone = f"/taking-part/{activity}/try/phone/en"
    for who in ("outsider", "moderator", "contributor", "technician"):
        client = town.client(who)
        for path in (phone, f"{phone}/socket", f"{phone}/street-report/{activity}"):
            assert (await client.get(path)).status == 403, (who, path)
        for do in ("vote", "play", "note", "write", "take-back", "report"):
            assert (await client.post(f"{phone}/{do}", data={"words": "x"})).status == 403, (who, do)
        sent = FormData({"words": "x", "category": "x"})
        assert (await client.post(f"{phone}/street-report/{activity}", data=sent)).status == 403, who


async def test_without_a_rehearsal_the_phone_says_that_the_screen_cannot_be_reached_and_presses_do_nothing(
    town: Town,
) -> None:
    phone = f"/taking-part/{drafted(town)}/try/phone/vi"
    client = town.client("editor")
    assert (
        told("The screen cannot be reached just now. Its programme goes on.", "vi")
        in await (await client.get(phone)).text()
    )
    answer = await client.post(f"{phone}/vote", data={"option": "1"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"{phone}?said=over#status")
    assert (await client.get(f"{phone}/socket")).status == 426
