"""What there is to take part in at the line's screen, and what is to be seen there."""

import asyncio
import re
from pathlib import Path

import aiohttp
import cv2
import numpy as np
from numpy.typing import NDArray

from content.clock import now_ms
from curator import activities, groups
from curator.activities import Kept
from kiosks.activities.statement import Kind
from kiosks.themes import PAPER, THEMES
from tests.flows.line import Line, Shown, children_of, wait_for

Pixels = NDArray[np.uint8]
CORAL_BGR = np.array(THEMES[PAPER].options[1][::-1])
SLIP_BGR = np.array([0xC9, 0xF1, 0xFF])


async def offer(line: Line, kind: Kind, *screens: str, backdrop: str = "") -> Kept:
    """An approved activity of this kind, the one that is there or a new one, at the line's screen or at those named."""

    def there() -> Kept | None:
        found = line.store.read_now(lambda connection: activities.open_now(connection, now_ms()))
        return next((one for one in found if one.kind == kind), None)

    if there() is None:
        form = {
            "kind": kind, "group": line.store.read_now(groups.every)[0].id, "question": "Where shall the bench stand?",
            "language": "en", "days": "3", "backdrop": backdrop,
        }  # fmt: skip
        fields = [*form.items(), ("option", "By the river"), ("option", "At the school")]
        fields += [("screen", screen) for screen in screens or (line.screen.id,)]
        cookies = {"commonscreen": line.tokens["programmer"]}
        async with aiohttp.ClientSession(line.address, cookies=cookies) as session:
            answer = await session.post("/taking-part", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status == 200, await answer.text()
        waiting = line.store.read_now(activities.listed)[0]
        await asyncio.to_thread(lambda: line.press("moderator", f"/taking-part/{waiting.id}", do="approve"))
    return await asyncio.to_thread(wait_for, there, 20)


def code_at(line: Line) -> str:
    """The code in the corner of the screen, read as a phone's camera does."""

    def code() -> str:
        pixels = picture_of(line)
        said = "" if pixels is None else cv2.QRCodeDetector().detectAndDecode(pixels)[0]
        found = re.fullmatch(r"HTTP://[0-9.:]+/J/(\w{4})", said)
        return found[1] if found else ""

    return wait_for(code, 40)


def picture_of(line: Line) -> Pixels | None:
    """What is on the screen, as the service passes it on."""

    async def look() -> bytes:
        cookies = {"commonscreen": line.tokens["technician"]}
        async with aiohttp.ClientSession(line.address, cookies=cookies) as session:
            answer = await session.get(f"/screens/{line.screen.slug}/picture.jpg")
            return await answer.read() if answer.content_type == "image/jpeg" else b""

    picture = asyncio.run(look())
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR) if picture else None
    return None if pixels is None else pixels.astype(np.uint8)


def coral_in(line: Line) -> int:
    """How many pixels have the colour of the second option, above the hills at the foot of the picture."""
    pixels = picture_of(line)
    return 0 if pixels is None else coral_of(pixels)


def coral_of(pixels: Pixels) -> int:
    """The same in one picture."""
    above = pixels[: pixels.shape[0] * 3 // 4]
    return int((np.abs(above.astype(int) - CORAL_BGR).max(axis=2) < 20).sum())


def session_frames(line: Line, since_ms: int) -> list[Shown]:
    return [row for row in line.frames(since_ms) if row.layer == "session"]


def back_on_programme(line: Line, broken_ms: int) -> Shown:
    """The first picture of the programme after it was broken; nothing else but it comes afterwards."""
    back = wait_for(lambda: next((row for row in line.frames(broken_ms) if row.layer != "session"), None), 20)
    wait_for(lambda: len([row for row in line.frames(back.wall_ms) if row.item]) > 30, 20)
    assert not session_frames(line, back.wall_ms)
    return back


def process_of(line: Line, name: str) -> int:
    """The screen's process that runs this module."""
    assert line.node is not None
    for process_id in children_of(line.node.process.pid):
        if name in Path(f"/proc/{process_id}/cmdline").read_text():
            return process_id
    raise AssertionError(f"there is no {name}")


def wall_at(line: Line, language: str = "vi") -> Kept:
    """An approved wall at the screen, where a programmer allowed writing."""
    line.press("programmer", "/taking-part/writing", screen=line.screen.id, do="allow")
    group = line.store.read_now(groups.every)[0]
    line.press(
        "programmer", "/taking-part", kind="wall", group=group.id, question="What can you hear here?",
        language=language, screen=line.screen.id, days="3",
    )  # fmt: skip
    made = next(one for one in line.store.read_now(activities.listed) if one.kind == "wall")
    line.press("moderator", f"/taking-part/{made.id}", do="approve")
    return made


def slips_in(line: Line) -> int:
    """How many pixels have the colour of the first slip's paper."""
    pixels = picture_of(line)
    return 0 if pixels is None else int((np.abs(pixels.astype(int) - SLIP_BGR).max(axis=2) < 6).sum())
