"""What is found in a still: its codes, its letters, and what the file says besides the picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from content.media.findings.lettering import STILL_SIDE, lettering
from content.media.findings.plain_words import plain
from content.media.reading_time import reading_ms
from tests.content.media.rooms import codes_of, prepared_from
from tests.media.generate import SECRET, make_private_jpeg
from tests.media.scenes import page, scene, with_qr

ENGLISH = "Summer fair in the park on Saturday the twelfth of July. Bring a cake, a friend and a folding chair. "
VIETNAMESE = "Lễ hội mùa hè trong công viên, thứ Bảy ngày mười hai tháng bảy, từ mười giờ đến mười tám giờ. "


@pytest.mark.parametrize("words", [ENGLISH, VIETNAMESE])
@pytest.mark.parametrize("letters", [40, 64, 90])
@pytest.mark.parametrize("dark", [False, True])
def test_the_characters_of_a_page_are_estimated(words: str, letters: int, *, dark: bool) -> None:
    seen = lettering(page(words, letters, dark=dark)[:, :, 1].copy(), STILL_SIDE)
    assert 0.7 < seen.characters / len(words) < 1.35
    assert 0.4 < seen.usual_height / letters < 0.75


def test_a_picture_without_words_has_none() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (540, 960), np.uint8)
    fence = np.tile(np.repeat(np.array([30, 220], np.uint8), 6), 80)[None, :960].repeat(540, axis=0)
    for picture in (scene(3)[:, :, 0].copy(), noise, np.ascontiguousarray(fence)):
        assert lettering(picture, STILL_SIDE).characters < 12


def test_a_still_stands_as_long_as_it_takes_to_read(tmp_path: Path) -> None:
    Image.fromarray(page(ENGLISH * 2, 64)).save(tmp_path / "a.png")
    made = prepared_from(tmp_path / "a.png").rendition
    assert made is not None
    assert abs(made.duration_ms - reading_ms(len(ENGLISH * 2))) < 5_000
    assert made.duration_ms > 10_000


def test_letters_too_small_for_the_street_are_told(tmp_path: Path) -> None:
    Image.fromarray(page(ENGLISH * 4, 30)).save(tmp_path / "a.png")
    assert "small_text" in codes_of(prepared_from(tmp_path / "a.png"))


def test_where_a_code_leads_is_told(tmp_path: Path) -> None:
    Image.fromarray(with_qr(scene(1, (1_280, 720)), "https://example.org/x", 240)).save(tmp_path / "a.jpg", quality=92)
    (reason,) = prepared_from(tmp_path / "a.jpg").reasons
    assert (reason.code, reason.values) == ("qr_code", {"says": "https://example.org/x"})


def test_hostile_words_in_a_code_are_told_harmlessly(tmp_path: Path) -> None:
    says = "<b>\u202emoc.live\u0007 " + "x" * 400
    Image.fromarray(with_qr(scene(1, (1_280, 720)), says, 420)).save(tmp_path / "a.png")
    (reason,) = prepared_from(tmp_path / "a.png").reasons
    told = str(reason.values["says"])
    assert told.startswith("<b>moc.live")
    assert len(told) == 200


def test_what_a_camera_wrote_is_told_and_gone(tmp_path: Path) -> None:
    prepared = prepared_from(make_private_jpeg(tmp_path / "a.jpg"))
    assert codes_of(prepared) == ["place_removed", "device_removed"]
    assert prepared.verdict == "accepted"
    assert all(SECRET not in str(reason) for reason in prepared.reasons)


def test_rights_and_ai_in_xmp_are_told(tmp_path: Path) -> None:
    xmp = (
        b"<rdf:Description><dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>CC BY &amp; thanks</rdf:li></rdf:Alt>"
        b"</dc:rights><Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/"
        b"trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
    )
    Image.fromarray(scene(2, (1_280, 720))).save(tmp_path / "a.jpg", xmp=xmp)
    prepared = prepared_from(tmp_path / "a.jpg")
    assert codes_of(prepared) == ["rights_named", "made_by_ai"]
    assert prepared.reasons[0].values == {"rights": "CC BY & thanks"}


def test_words_of_strangers_fit_on_one_line_of_ours() -> None:
    assert plain("  a\tb\r\nc\u2028d\u202ee\x07  ", 20) == "a b c de"
    assert plain("x" * 30, 10) == "x" * 9 + "…"
