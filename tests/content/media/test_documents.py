"""The pages of a document become slides that stand long enough to be read."""

from pathlib import Path

import av
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.media.profiles import facade
from content.media.reading_time import MOST_READING_MS, NOTICE_MS, reading_ms
from content.reading_speed import CHARACTERS_A_SECOND
from tests.content.media.rooms import codes_of, prepared_from
from tests.media.documents import Page, make_pdf
from tests.media.generate import make_white_png

RED, GREEN = (0.8, 0.1, 0.1), (0.1, 0.6, 0.1)
_SECRET = "the neighbour's words"


def _colour_at(film: Path, frame: int) -> tuple[int, ...]:
    with av.open(str(film)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number == frame:
                pixels = picture.to_ndarray(format="rgb24")
                return tuple(int(part) for part in pixels[100, pixels.shape[1] // 2])
    raise AssertionError(f"there is no frame {frame}")


def test_each_page_stands_until_it_is_read_and_then_the_next_one_does(tmp_path: Path) -> None:
    much = "x" * 12 * CHARACTERS_A_SECOND
    source = make_pdf(tmp_path / "talk.pdf", [Page(much, RED), Page("short", GREEN)])
    prepared = prepared_from(source, profile=facade(320, 180))
    assert prepared.rendition is not None, prepared.reasons
    assert (prepared.rendition.duration_ms, prepared.rendition.frames) == (24_000, 720)
    first, last = NOTICE_MS + 12_000, 24_000
    shown = [_colour_at(prepared.rendition.path, at * 30 // 1_000) for at in (0, first - 40, first, last - 40)]
    is_red = [red > green for red, green, _ in shown]
    assert is_red == [True, True, False, False]


def test_a_single_page_becomes_a_still_that_stands_until_it_is_read(tmp_path: Path) -> None:
    words = "x" * 12 * CHARACTERS_A_SECOND
    prepared = prepared_from(make_pdf(tmp_path / "notice.pdf", [Page(words, GREEN)]))
    assert prepared.rendition is not None, prepared.reasons
    assert (prepared.rendition.kind, prepared.rendition.duration_ms) == ("still", NOTICE_MS + 12_000)
    with Image.open(prepared.rendition.path) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape == (1_080, 1_920, 3)
    assert np.abs(pixels[100, 900].astype(int) - [26, 153, 26]).max() <= 3


def test_a_document_that_wants_to_run_open_or_fetch_something_is_only_drawn(tmp_path: Path) -> None:
    (tmp_path / "neighbour.txt").write_text(_SECRET)
    wishes = (
        "/OpenAction << /S /Launch /F (/bin/sh) >> /AA << /WC << /S /JavaScript /JS (app.alert\\(1\\)) >> >> "
        f"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F ({tmp_path}/neighbour.txt) >>] >> >>"
    )
    page = Page("Fest", GREEN, more="/AA << /O << /S /URI /URI (http://127.0.0.1:9/) >> >>")
    prepared = prepared_from(make_pdf(tmp_path / "wishes.pdf", [page], catalog=wishes))
    assert prepared.rendition is not None, prepared.reasons
    assert codes_of(prepared) == []
    made = b"".join(file.read_bytes() for file in (tmp_path / "wishes.pdf.out").iterdir())
    for word in (_SECRET, "JavaScript", "127.0.0.1"):
        assert word.encode() not in made


def test_a_picture_that_carries_a_document_behind_it_is_the_picture(tmp_path: Path) -> None:
    picture = tmp_path / "both.png"
    make_white_png(picture, 400)
    document = make_pdf(tmp_path / "behind.pdf", [Page("behind", RED)])
    picture.write_bytes(picture.read_bytes() + document.read_bytes())
    prepared = prepared_from(picture)
    assert prepared.facts is not None
    assert prepared.facts.container == "PNG"
    assert prepared.rendition is not None
    with Image.open(prepared.rendition.path) as image:
        assert image.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


@given(st.integers(-5, 10_000), st.integers(0, 1_000))
def test_more_words_never_stand_shorter_and_none_stands_longer_than_anybody_waits(characters: int, more: int) -> None:
    assert 0 <= reading_ms(characters) <= reading_ms(characters + more) <= MOST_READING_MS
    assert (reading_ms(characters) == 0) == (characters <= 0)
