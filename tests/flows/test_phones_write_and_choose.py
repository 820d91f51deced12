"""Two real phones at a real screen write on its wall, report, ring its bells and choose what plays next."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.async_api import Locator, Page, expect

from content.clock import now_ms
from curator import activities, answers
from display_node.player.scenes.bells import COLOURS
from kiosks.activities.reports import Told
from tests.chromium import IN_A_BROWSER
from tests.flows.line import Line
from tests.flows.phones import (
    ON,
    SHORT_ROUNDS,
    browser,
    expect_round_to_end,
    expect_told,
    fact,
    joined,
    until_shown,
)
from tests.flows.reporting import files_with, offer_reports, shows, staff
from tests.flows.visiting import code_at, offer, picture_of, session_frames, slips_in, wall_at

pytestmark = IN_A_BROWSER
ANSWER = "A bus that sighs"
REPORTED = "The lamp by the bench is out"
SAID = "The electricians come on Friday."
LOW_BGR = np.array(COLOURS[0][::-1])
FILMS = {"Red": "red", "Blue": "blue", "Green": "green"}


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(SHORT_ROUNDS))
        made = Line(tmp_path_factory.mktemp("line"))
        made.start_node()
    made.pair()
    for title, colour in FILMS.items():
        made.upload(colour, 5, title)
    found = [made.approve(title) for title in FILMS]
    made.shows(found[0].id, wait_s=90)
    yield made
    made.end()


async def begun(line: Line, page: Page, button: Locator, since_ms: int, *pages: Page) -> set[str]:
    """The items of the session that this button began, once both phones say that it is on."""
    await button.tap()
    await expect_told(ON, page, *pages)
    return {row.item for row in await fact(lambda: session_frames(line, since_ms))}


async def test_what_one_phone_writes_is_read_by_a_moderator_then_on_the_screen_and_on_the_other_which_reports_it(
    line: Line,
) -> None:
    wall = await fact(lambda: wall_at(line, "en"))
    code = await fact(lambda: code_at(line))
    async with browser() as chromium:
        one, other = [await joined(chromium, line.address, code) for _ in range(2)]
        await one.get_by_role("textbox").fill(ANSWER)
        await one.get_by_role("button", name="Hand in").tap()
        await expect(one.locator(".wall")).to_contain_text("It is read next.")
        await expect(other.locator(".wall")).not_to_contain_text(ANSWER)
        begin = other.get_by_role("button", name="Show the wall on the screen")
        assert await begun(line, other, begin, now_ms(), one) == {wall.id}
        before = await asyncio.to_thread(slips_in, line)
        (waiting,) = line.store.read_now(answers.queue)
        await asyncio.to_thread(line.press, "moderator", f"/taking-part/answers/{waiting.id}", do="approve")
        await until_shown(begin, lambda: slips_in(line) > before + 2_000)
        await expect(one.locator(".wall")).to_contain_text("It is on the wall.")
        await expect(other.locator(".wall")).to_contain_text(ANSWER)
        await other.get_by_role("button", name=f"Report: {ANSWER}").tap()
        await fact(lambda: [told.reports for told in line.store.read_now(answers.lately)] == [1])
        await expect_round_to_end(line, one, other)


async def test_what_one_phone_reports_staff_read_and_what_becomes_of_it_is_on_the_screen_and_on_the_other_phone(
    line: Line, tmp_path: Path
) -> None:
    offer = await asyncio.to_thread(offer_reports, line)
    prompt, category = offer.prompt, "Broken or damaged"
    assert prompt is not None
    lamp = np.full((240, 320, 3), (90, 140, 200), np.uint8)
    assert cv2.imwrite(str(tmp_path / "lamp.jpg"), lamp)
    unknown, code = None, await fact(lambda: code_at(line))
    async with browser() as chromium:
        one, other = [await joined(chromium, line.address, code) for _ in range(2)]
        # Reported by one phone: both numbers and the counts are there, the words are nowhere.
        handed_ms = now_ms()
        await one.get_by_role("link", name="Report or suggest").tap()
        await one.get_by_role("link", name=category).tap()
        await one.get_by_label("What is wrong").fill(REPORTED)
        await one.get_by_label("A photo").set_input_files(tmp_path / "lamp.jpg")
        await one.get_by_role("button", name="Hand in").tap()
        number = int(await one.locator("h1.number").inner_text())
        await expect(one.get_by_text(REPORTED)).to_be_visible()
        await expect_told(ON, other)
        assert {row.item for row in await fact(lambda: session_frames(line, handed_ms))} == {offer.id}
        planned = Told(number, "planned", category, SAID)
        others = [replace(planned, said=REPORTED), replace(planned, said=""), replace(planned, status="done", said="")]
        again = other.get_by_role("button", name="Show on the screen what became of reports")
        await until_shown(again, lambda: shows(line, prompt, (1, 1, 0), unknown, *others))
        # Staff read it, look at the photo, and say what becomes of it; a moderator lets the words out.
        worker, moderator = [await staff(chromium, line, role) for role in ("programmer", "moderator")]
        await worker.goto(f"{line.address}/street-reports")
        await expect(worker.locator("#reports")).to_contain_text(REPORTED)
        await worker.get_by_role("link", name=f"{number} · {category}").click()
        page = worker.url
        await worker.get_by_role("link", name="Show the photo").click()
        photo = worker.get_by_role("img", name=f"The photo of report {number}")
        await expect(photo).to_have_js_property("naturalWidth", 320)
        await worker.get_by_label("Planned").check()
        await worker.get_by_label("What the council says").fill(SAID)
        await worker.get_by_role("button", name="Save").click()
        await expect(worker.get_by_text("waits for a moderator")).to_be_visible()
        # The status is public at once, what the council says is not.
        await until_shown(again, lambda: shows(line, prompt, (1, 1, 0), others[1], planned, unknown, others[2]))
        follower = await other.context.new_page()
        await follower.goto(f"{line.address}/r/{number}")
        await expect(follower.locator("[aria-current=step]")).to_have_text("Planned")
        for words in (SAID, REPORTED):
            await expect(follower.locator("body")).not_to_contain_text(words)
        await moderator.goto(page)
        await moderator.get_by_role("button", name="Approve these words").click()
        await expect(moderator.get_by_text("The words are public now.")).to_be_visible()
        await until_shown(again, lambda: shows(line, prompt, (1, 1, 0), planned, unknown, *others))
        await follower.reload()
        await expect(follower.locator("blockquote")).to_have_text(SAID)
        await expect(follower.locator("body")).not_to_contain_text(REPORTED)
        await expect_round_to_end(line, other)
    assert not files_with(line.node_data, REPORTED)


def lights_on(line: Line) -> int:
    """How many pixels have the colour of the lowest notes."""
    pixels = picture_of(line)
    return 0 if pixels is None else int((np.abs(pixels.astype(int) - LOW_BGR).max(axis=2) < 24).sum())


@pytest.mark.soak
async def test_one_phone_continues_the_other_s_round_of_bells_by_touch_and_by_keys_and_the_star_grows(
    line: Line,
) -> None:
    bells = await offer(line, "bells")
    code = await fact(lambda: code_at(line))
    async with browser() as chromium:
        one, other = [await joined(chromium, line.address, code) for _ in range(2)]
        first = one.get_by_role("button", name="Beat 3, pitch 2")
        await first.tap()
        await expect(first).to_have_attribute("aria-pressed", "true")
        await expect(other.get_by_role("button", name="Beat 3, pitch 2, set by somebody")).to_be_visible()
        begin = one.locator(".bells").get_by_role("button", name="Begin on the screen")
        assert await begun(line, one, begin, now_ms(), other) == {bells.id}
        before = await asyncio.to_thread(lights_on, line)
        for beat in (5, 6, 8):
            await other.get_by_role("button", name=f"Beat {beat}, pitch 1").press("Enter")
            await expect(one.get_by_role("button", name=f"Beat {beat}, pitch 1, set by somebody")).to_be_visible()
        await until_shown(begin, lambda: lights_on(line) > before + 20)
        await expect(one.get_by_role("button", name="set by somebody")).to_have_count(3)
        await expect_round_to_end(line, one, other)


@pytest.mark.soak
async def test_two_phones_choose_what_plays_next_and_it_is_on_when_its_turn_comes(line: Line) -> None:
    await offer(line, "next")
    code = await fact(lambda: code_at(line))
    async with browser() as chromium:
        one, other = [await joined(chromium, line.address, code) for _ in range(2)]
        choose = one.get_by_role("button", name="Choose on the screen")
        await begun(line, one, choose, now_ms(), other)
        (ballot,) = [
            found for found in line.store.read_now(lambda c: activities.open_now(c, now_ms())) if found.question
        ]
        assert ballot.question is not None
        assert set(ballot.question.options) == set(FILMS)
        wanted = ballot.question.options[2]
        for page in (one, other):
            await page.locator(f'[data-activity="{ballot.id}"]').get_by_role("button", name=wanted).tap()
        for page in (one, other):
            await expect(page.locator(f'[data-activity="{ballot.id}"] .count span')).to_have_text(["0", "0", "2"])
        await expect_round_to_end(line, one, other)
    found = line.item(wanted)
    assert found is not None
    shown = await fact(lambda: [row for row in line.frames(ballot.closes_ms) if row.layer == "choice"])
    assert {row.item for row in shown} == {found.id}
