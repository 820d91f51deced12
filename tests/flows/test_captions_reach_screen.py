"""A film's captions, from the contributor's file to the words on the screen: at their second, and only when allowed."""

import io
import urllib.error
import urllib.request
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from content.clock import now_ms
from content.files import place_of
from curator import captions
from curator.captions import Track
from tests.flows.line import Line, wait_for

SECONDS = 6
SRT = "1\n00:00:01,000 --> 00:00:02,500\nXin chào các bạn\n\n2\n00:00:04,000 --> 00:00:05,000\nHẹn gặp lại\n"
SAID_MS = ((1_000, 2_500), (4_000, 5_000))
EDGE_MS = 120
"""The white bar that tells the time in the picture is not finer than this once it is a small JPEG."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    made.start_node()
    made.pair()
    made.upload("blue", SECONDS, "Blue")
    yield made
    made.end()


def picture(line: Line) -> Image.Image | None:
    """What the screen shows; None before it has sent anything, and while another thing than the film is on."""
    with urllib.request.urlopen(f"{line.address}/screens/square/picture.jpg", timeout=5) as answer:
        if answer.headers.get_content_type() != "image/jpeg":
            return None
        return Image.open(io.BytesIO(answer.read())).convert("RGB")


def media_ms(shown: Image.Image) -> int | None:
    """How far the film has come, told by its white bar; None when this is not the film."""
    pixels = np.asarray(shown).astype(int)
    corner = pixels[shown.height // 8, shown.width // 2]
    if np.abs(corner - (40, 70, 190)).max() > 40:
        return None
    bar = pixels[shown.height // 2].min(axis=1) > 170
    return round(float(bar.mean()) * SECONDS * 1_000)


def has_words(shown: Image.Image) -> bool:
    """Whether light letters stand below the bar, in the middle, where the line with the maker's name is not."""
    grey = np.asarray(shown.convert("L"))
    left, right = shown.width * 45 // 100, shown.width * 55 // 100
    return bool((grey[shown.height * 60 // 100 :, left:right] > 200).sum() > 10)


def seen(line: Line, many: int) -> list[tuple[int, bool]]:
    """That many pictures of the film: its time, and whether words stood there; none near the edge of a caption."""
    found: dict[int, bool] = {}

    def look() -> bool:
        shown = picture(line)
        at_ms = None if shown is None else media_ms(shown)
        edges = [edge for span in SAID_MS for edge in span]
        if shown is not None and at_ms is not None and all(abs(at_ms - edge) > EDGE_MS for edge in edges):
            found[at_ms] = has_words(shown)
        return len(found) >= many

    wait_for(look, 90)
    return sorted(found.items())


def is_refused(line: Line, track: Track) -> bool:
    """Whether the screen's own computer is refused the file."""
    token = (line.node_data / "token").read_text().strip()
    address = f"{line.address}/api/v1/files/{track.sha256}"
    try:
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=5):
            return False
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code == 404


def test_words_are_on_the_screen_in_their_time_and_only_once_somebody_allowed_them(line: Line) -> None:
    track = line.add_captions("Blue", SRT, "vi")
    line.approve("Blue")
    assert [words for _, words in seen(line, 3)] == [False] * 3
    assert is_refused(line, track)
    found = line.item("Blue")
    assert found is not None
    path = f"/moderation/{found.newest.id}/captions/{track.id}/approve"
    line.press("moderator", path, sha256=track.sha256)
    held = place_of(line.node_data / "files", track.sha256)
    wait_for(held.is_file, 30)
    since_ms = now_ms()
    wait_for(lambda: line.frames(since_ms + 3_000), 30)
    pictures = seen(line, 9)
    wanted = [(at_ms, any(start <= at_ms < end for start, end in SAID_MS)) for at_ms, _ in pictures]
    assert pictures == wanted
    assert {words for _, words in pictures} == {True, False}


def test_captions_that_were_altered_on_the_screens_disk_are_not_shown_but_fetched_again(line: Line) -> None:
    held = next(path for path in (line.node_data / "files").glob("??/??/*") if path.read_bytes().startswith(b"WEBVTT"))
    held.write_bytes(held.read_bytes().replace("Xin chào".encode(), b"Bad word"))
    wait_for(lambda: held.is_file() and b"Bad word" not in held.read_bytes(), 60)
    assert "Xin chào" in held.read_text()


def test_captions_that_are_removed_leave_the_screen_and_the_film_stays(line: Line) -> None:
    found = line.item("Blue")
    assert found is not None
    [track] = line.store.read_now(lambda connection: captions.of_version(connection, found.newest.id))
    line.press("contributor", f"/items/{found.id}/captions/{track.id}/remove")

    def is_bare() -> bool:
        shown = picture(line)
        at_ms = None if shown is None else media_ms(shown)
        return shown is not None and at_ms is not None and 1_200 < at_ms < 2_300 and not has_words(shown)

    wait_for(is_bare, 60)
