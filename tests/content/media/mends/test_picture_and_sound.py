"""Black bars are found and taken away, a part of a picture is shown, a part of the sound is lowered."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from content.media.crops import as_stored, box_in, turned_back
from content.media.facts import Prepared
from content.media.limits import HOUSE
from content.media.mended_sound import mended_sound
from content.media.mends import BLUR, Crop, Mend, Quieten, Surround, Volume
from content.media.preparation import prepare
from content.media.sound import RATE, measure, open_sound
from tests.content.media.flash.films import write
from tests.content.media.rooms import codes_of, is_near, pictures_in, prepared_from, rendition_of
from tests.media.generate import CORNERS, Film, corners, make_film, make_turned_jpeg, turn_by_matrix

LOWER_RIGHT = Crop(5_000, 5_000, 5_000, 5_000)


def _mended(source: Path, *mends: Mend) -> Prepared:
    out = source.with_name(f"{source.name}.mended")
    out.mkdir()
    return prepare(source, out, mends=mends)


def _boxed(
    top: int, left: int, *, size: tuple[int, int] = (640, 480)
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[top : size[1] - top, left : size[0] - left] = (90, 140, 60)
    return picture


@pytest.mark.parametrize(("top", "left"), [(60, 0), (0, 80), (60, 80)])
def test_black_bars_of_a_film_are_found_and_one_mend_takes_them_away(top: int, left: int, tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", [_boxed(top, left)] * 90)
    prepared = prepared_from(source)
    assert "black_bars" in codes_of(prepared)
    (offer,) = [offer for offer in prepared.offers if offer.answers == "black_bars"]
    mended = _mended(source, *offer.mends)
    made = rendition_of(mended)
    assert "black_bars" not in codes_of(mended)
    assert abs(made.width - (640 - 2 * left)) <= 8
    assert abs(made.height - (480 - 2 * top)) <= 8
    assert all(is_near(one, (90, 140, 60)) for one in pictures_in(made.path)[5][[0, -1, 100], [0, -1, 100]])


def test_black_bars_of_a_picture_are_found_too(tmp_path: Path) -> None:
    Image.fromarray(_boxed(120, 0, size=(1_280, 960))).save(tmp_path / "a.png")
    prepared = prepared_from(tmp_path / "a.png")
    assert codes_of(prepared) == ["black_bars"]
    mended = _mended(tmp_path / "a.png", *prepared.offers[0].mends)
    assert (mended.verdict, rendition_of(mended).width) == ("accepted", 1_280)
    assert abs(rendition_of(mended).height - 720) <= 8


@pytest.mark.parametrize("what", ["title", "one side", "dark film", "all black"])
def test_other_darkness_is_no_bar(what: str, tmp_path: Path) -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    if what == "title":
        picture[200:280, 100:540:40] = 255
        picture[200:280, 120:540:80] = 255
    elif what == "one side":
        picture[60:] = 120
    elif what == "dark film":
        picture[380:100:-1] = np.linspace(0, 90, 280).astype(np.uint8)[:, None, None]
    source = write(tmp_path / "a.mp4", [picture] * 90)
    assert "black_bars" not in codes_of(prepared_from(source))


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_part_of_a_film_is_that_part_as_people_see_it(clockwise: int, tmp_path: Path) -> None:
    upright = np.asarray(corners((640, 480)))
    source = write(tmp_path / "a.mp4", [np.ascontiguousarray(np.rot90(upright, clockwise // 90))] * 30)
    if clockwise:
        turn_by_matrix(source, clockwise)
    made = rendition_of(_mended(source, LOWER_RIGHT))
    assert (made.width, made.height) == (320, 240)
    assert is_near(pictures_in(made.path)[3][120, 160], CORNERS[3], 20)
    assert is_near(pictures_in(made.path)[3][4, 4], CORNERS[3], 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_part_of_a_photograph_is_that_part_however_the_camera_was_held(orientation: int, tmp_path: Path) -> None:
    mended = _mended(make_turned_jpeg(tmp_path / "a.jpg", orientation), LOWER_RIGHT)
    made = rendition_of(mended)
    assert (made.width, made.height) == (640, 360)
    picture = np.asarray(Image.open(made.path).convert("RGB"))
    assert all(is_near(picture[place], CORNERS[3], 20) for place in ((4, 4), (-5, -5), (180, 320)))
    assert mended.before is not None


def test_turning_a_crop_keeps_its_size() -> None:
    crop = Crop(1_000, 2_000, 3_000, 4_000)
    for orientation in range(1, 9):
        box = box_in(200, 100, as_stored(crop, orientation)) if orientation < 5 else ()
        assert not box or box[2:] == (60, 40)
    assert turned_back(turned_back(crop, 90), 270) == crop
    assert turned_back(turned_back(crop, 180), 180) == crop


def test_a_panorama_is_offered_its_middle(tmp_path: Path) -> None:
    corners((4_096, 1_024)).save(tmp_path / "a.png")
    prepared = prepared_from(tmp_path / "a.png")
    assert codes_of(prepared) == ["extreme_shape"]
    offer, filled = prepared.offers
    assert filled.mends == (Surround(BLUR),)
    made = rendition_of(_mended(tmp_path / "a.png", *offer.mends))
    assert abs(made.width * 9 - made.height * 16) <= 16


def test_a_part_of_the_sound_is_lowered_by_what_was_asked_and_smoothly() -> None:
    loud = np.full((2, 4 * RATE), 0.5, np.float32)
    lowered = np.concatenate(
        list(mended_sound(iter([loud[:, :70_001], loud[:, 70_001:]]), (Quieten(1_000, 2_000, 20),), HOUSE)), axis=1
    )[0]
    assert lowered.size == 4 * RATE
    assert np.allclose(lowered[RATE : 2 * RATE], 0.05, atol=1e-4)
    assert np.allclose(lowered[[0, RATE // 2, 3 * RATE]], 0.5)
    assert np.abs(np.diff(lowered)).max() < 0.001


def test_the_volume_can_be_lowered_below_the_houses(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(frames=150, tone_db=-20.0))
    usual = _loudness(rendition_of(prepared_from(source)).path)
    quieter = _loudness(rendition_of(_mended(source, Volume(9))).path)
    assert abs(usual - quieter - 900) <= 50


def test_the_rest_comes_up_when_a_loud_part_is_lowered(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(frames=240, tone_db=-12.0))
    mended = rendition_of(_mended(source, Quieten(0, 4_000, 30)))
    with open_sound(mended.path, "mov", start_us=0) as blocks:
        wave = np.concatenate(list(blocks), axis=1)[0]
    quiet, loud = (float(np.abs(wave[at * RATE : (at + 1) * RATE]).max()) for at in (2, 6))
    assert 20 * np.log10(loud / quiet) == pytest.approx(30, abs=1)
    assert abs(_loudness(mended.path) - HOUSE.loudness_clufs) <= 100


def _loudness(path: Path) -> int:
    with open_sound(path, "mov", start_us=0) as blocks:
        return measure(blocks, most_samples=60 * RATE).clufs
