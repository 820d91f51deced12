"""A picture from its upload to the screen, behind a poll that a phone begins; taken down, it is gone from that poll."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from content.clock import now_ms
from content.files import place_of
from display_node.config import DataFolder
from kiosks.themes import PAPER, THEMES
from tests.flows.line import Line, wait_for
from tests.flows.test_taking_part import in_session, phone
from tests.flows.visiting import Pixels, code_at, offer, picture_of, session_frames

SIZE = (1280, 720)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    made.start_node()
    made.pair()
    yield made
    made.end()


def corners(pixels: Pixels | None) -> tuple[Pixels, Pixels] | None:
    """The left edge beside the words, and the right edge at the foot, where none are: the mean colours, as BGR."""
    if pixels is None:
        return None
    height, width, _three = pixels.shape
    left = pixels[height // 3 : height // 2, : width // 50].reshape(-1, 3).mean(axis=0)
    right = pixels[-height // 20 :, -width // 50 :].reshape(-1, 3).mean(axis=0)
    return left.astype(np.uint8), right.astype(np.uint8)


def is_over_the_picture(line: Line) -> bool:
    found = corners(picture_of(line))
    return found is not None and int(found[0].max()) < 110 and int(found[1].min()) > 170


def is_plain(line: Line) -> bool:
    found = corners(picture_of(line))
    ground = np.array(THEMES[PAPER].ground[::-1])
    return found is not None and int(np.abs(found[0].astype(int) - ground).max()) < 12


def test_a_poll_stands_over_the_picture_until_it_is_taken_down_and_goes_on(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "bright.png"
    Image.new("RGB", SIZE, (250, 250, 245)).save(path)
    line.send(path, "Bright")
    photo = line.approve("Bright")
    line.shows(photo.id, wait_s=90)
    poll = asyncio.run(offer(line, "poll", backdrop=photo.id))
    assert poll.signed is not None
    place, code = place_of(DataFolder(line.node_data).files, poll.signed.statement.backdrop), code_at(line)
    wait_for(place.is_file, 60)

    async def take_part() -> None:
        async with phone(line, code) as one:
            begun_ms = now_ms()
            await in_session(line, one, poll)
            await asyncio.to_thread(wait_for, lambda: is_over_the_picture(line), 60)
            await asyncio.to_thread(
                lambda: line.press("contributor", f"/items/{photo.id}/withdraw", confirm="1")
            )  # fmt: skip
            await asyncio.to_thread(wait_for, lambda: is_plain(line), 60)
            assert session_frames(line, begun_ms)
            # What was voted still counts, and the poll is still to be begun.
            await one.say(do="vote", option=1, activity=poll.id)
            assert (await one.hear("vote"))["said"] == "voted"

    asyncio.run(take_part())
