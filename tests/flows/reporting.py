"""Street reports at the line's screen: what is offered there, what its picture shows of them, and staff who answer."""

from pathlib import Path

import numpy as np
import pygame
from playwright.async_api import Browser, Page

from content.clock import now_ms
from curator import activities, groups
from curator.activities import Kept
from display_node.player.scenes.activity import EASE_NS
from display_node.player.scenes.reports import COME_NS, ReportsScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow, SessionWords
from kiosks.activities.reports import Told, row_of
from kiosks.activities.wall import Prompt
from tests.flows.line import Line
from tests.flows.visiting import Pixels, picture_of

Counts = tuple[int, int, int]
"""How many were reported at the screen, are open, are done."""


def offer_reports(line: Line) -> Kept:
    """Approved street reports at the screen, where a programmer allowed writing, with the usual categories."""
    line.press("programmer", "/street-reports/categories", do="usual")
    line.press("programmer", "/taking-part/writing", screen=line.screen.id, do="allow")
    group = line.store.read_now(groups.every)[0]
    line.press(
        "programmer", "/taking-part", kind="report", group=group.id, question="Is all well in this street?",
        language="en", screen=line.screen.id, days="3",
    )  # fmt: skip
    made = next(one for one in line.store.read_now(activities.listed) if one.kind == "report")
    line.press("moderator", f"/taking-part/{made.id}", do="approve")
    (found,) = [one for one in line.store.read_now(lambda c: activities.open_now(c, now_ms())) if one.id == made.id]
    return found


async def staff(chromium: Browser, line: Line, role: str) -> Page:
    """A browser of somebody with this role, who is signed in."""
    context = await chromium.new_context(locale="en-GB")
    await context.add_cookies([{"name": "commonscreen", "value": line.tokens[role], "url": line.address}])
    return await context.new_page()


def shows(line: Line, prompt: Prompt, counts: Counts, told: Told | None, *others: Told | None) -> bool:
    """Whether the screen has these counts and this card, and none of the others: None is the note of thanks."""
    pixels = picture_of(line)
    if pixels is None:
        return False
    wanted, *drawn = [_drawn(pixels, prompt, counts, one) for one in (told, *others)]
    return all(_is_nearer(pixels, wanted, other) for other in drawn)


def _is_nearer(pixels: Pixels, wanted: Pixels, other: Pixels) -> bool:
    """Whether a picture is far nearer to one drawing than to another, where those two differ."""
    where = np.abs(wanted.astype(int) - other).max(axis=2) > 40
    # Left of the invitation, from the question to the hills.
    where[pixels.shape[0] * 3 // 4 :], where[:, pixels.shape[1] // 2 :] = False, False
    from_wanted, from_other = [np.abs(pixels[where].astype(int) - one[where]).mean() for one in (wanted, other)]
    return bool(from_wanted < 0.5 * from_other)


def _drawn(pixels: Pixels, prompt: Prompt, counts: Counts, told: Told | None) -> Pixels:
    """The counts and the card as a player draws them in the size of a picture."""
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    surface = pygame.Surface((pixels.shape[1], pixels.shape[0]))
    words = None if told is None else SessionWords("-", 1, (row_of(told),))
    scene = ReportsScene(prompt, words, surface.get_size(), Typesetter())
    rows = (-1, -1, 0) if told is None else (1, 0, 1)
    scene.receive(SessionNow("-", 1, "play", 0, 2, (*rows, 0, *counts)), 0)
    scene.draw(surface, COME_NS + EASE_NS, COME_NS + EASE_NS)
    drawn = pygame.surfarray.array3d(surface).swapaxes(0, 1)[:, :, ::-1].astype(np.uint8)
    pygame.display.quit()
    return drawn


def files_with(folder: Path, words: str) -> list[Path]:
    """The files in which these words stand."""
    return [path for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
