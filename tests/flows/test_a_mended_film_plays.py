"""A film that flashes is refused, mended by one press, looked at, approved, and then it is what the screen shows."""

from collections.abc import Iterator

import pytest

from content.clock import now_ms
from content.files import place_of
from content.media.mend_words import mend_line
from content.media.preparation import screen
from curator.config import Settings
from curator.library import Item
from tests.content.media.flash.films import make_flashing
from tests.flows.line import Line, wait_for

TITLE = "Disco"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    made.start_node()
    made.pair()
    yield made
    made.end()


def refused(line: Line) -> Item | None:
    found = line.item(TITLE)
    return found if found and found.newest.preparation == "refused" else None


def mended(line: Line) -> Item | None:
    found = line.item(TITLE)
    return found if found and found.newest.number == 2 and found.newest.preparation == "ready" else None


def test_a_flashing_film_is_mended_by_one_press_approved_and_plays(line: Line) -> None:
    line.send(make_flashing(line.folder / "disco.mp4", 5, seconds=4), TITLE)
    before = wait_for(lambda: refused(line), 60)
    (dim,) = before.newest.offers[0].mends
    line.press("contributor", f"/items/{before.id}/mend", version=before.newest.id, mend=mend_line(dim))
    after = wait_for(lambda: mended(line), 60)
    assert line.frames() == [] or before.id not in {row.item for row in line.frames()}, "nobody approved it"
    line.press("contributor", f"/items/{before.id}/submit", version=after.newest.id)
    approved_ms = now_ms()
    line.approve(TITLE)
    line.shows(before.id, since_ms=approved_ms, wait_s=60)
    sha256 = after.newest.sha256
    assert sha256 is not None
    wait_for(lambda: sha256 in (line.node_data / "manifest.json").read_text(), 15)
    _, screening = screen(place_of(Settings(data=line.data).files, sha256))
    assert screening is not None
    assert screening.policy == "publish"
