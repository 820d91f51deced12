"""What a picture leaves of a wide screen is filled: the picture stays whole and as it was, in its middle."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from content.media.limits import HOUSE, Profile
from content.media.mends import BLUR, Crop, Cut, Dim, Mend, Surround
from content.media.preparation import prepare
from content.media.profiles import profile_named
from content.media.surrounds import layout_of
from tests.content.media.flash.films import make_flashing, write
from tests.content.media.rooms import codes_of, is_near, pictures_in, prepared_from, rendition_of
from tests.media.documents import Page, make_pdf
from tests.media.generate import Film, make_animation, make_film

Pixels = NDArray[np.uint8]
BLURRED, COLOURED = Surround(BLUR), Surround("#203040")
COLOUR = 0x20, 0x30, 0x40
WHITE, GROUND = (240, 240, 240), (150, 70, 40)


def _ball(size: tuple[int, int]) -> Pixels:
    """A white ball in the middle of a brown picture."""
    picture = Image.new("RGB", size, GROUND)
    radius = min(size) // 3
    middle = size[0] // 2, size[1] // 2
    box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    ImageDraw.Draw(picture).ellipse(box, fill=WHITE)
    return np.asarray(picture, np.uint8)


def _shown(path: Path) -> Pixels:
    return pictures_in(path)[-1] if path.suffix == ".mp4" else np.asarray(Image.open(path).convert("RGB"), np.uint8)


def _source(kind: str, picture: Pixels, folder: Path) -> Path:
    if kind == "film":
        return write(folder / "a.mp4", [picture] * 30)
    Image.fromarray(picture).save(folder / "a.png")
    return folder / "a.png"


def _inside(whole: Pixels, given: tuple[int, int], profile: Profile = HOUSE) -> Pixels:
    layout = layout_of(*given, (BLURRED,), profile)
    assert (whole.shape[1], whole.shape[0]) == layout.house
    (left, top), (width, height) = layout.at, layout.picture
    return whole[top : top + height, left : left + width]


@pytest.mark.parametrize(
    ("kind", "given", "mend"),
    [
        ("film", (720, 1_280), BLURRED),
        ("film", (400, 1_200), COLOURED),
        ("film", (1_200, 400), BLURRED),
        ("still", (720, 1_280), COLOURED),
        ("still", (640, 640), BLURRED),
        ("still", (1_200, 400), COLOURED),
        ("still", (400, 1_200), BLURRED),
    ],
)
def test_the_picture_is_in_the_middle_and_a_ball_stays_round(
    kind: str, given: tuple[int, int], mend: Surround, tmp_path: Path
) -> None:
    source = _source(kind, _ball(given), tmp_path)
    unmended = _shown(rendition_of(prepared_from(source)).path)
    whole = _shown(rendition_of(prepared_from(source, mends=(mend,))).path)
    assert abs(whole.shape[1] * 9 - whole.shape[0] * 16) <= 32
    inside = _inside(whole, given)
    wanted = np.asarray(Image.fromarray(unmended).resize(inside.shape[1::-1], Image.Resampling.BICUBIC))
    assert np.abs(inside.astype(int) - wanted).mean() < 3
    ball = inside.min(axis=2) > 190
    across, down = int(ball.any(axis=0).sum()), int(ball.any(axis=1).sum())
    assert abs(across - down) <= max(2, across // 50)


@pytest.mark.parametrize("kind", ["film", "still"])
def test_around_it_is_the_colour_or_the_picture_dark_and_blurred(kind: str, tmp_path: Path) -> None:
    source = _source(kind, _ball((720, 1_280)), tmp_path)
    plain = _shown(rendition_of(prepared_from(source, mends=(COLOURED,))).path)
    corners = [plain[row, column] for row in (4, -5) for column in (4, 600, -600, -5)]
    assert all(is_near(corner, COLOUR, 6) for corner in corners)
    source.with_name(f"{source.name}.mended.out").rename(tmp_path / "plain")
    blurred = _shown(rendition_of(prepared_from(source, mends=(BLURRED,))).path)
    side = blurred[:, :640].astype(int)
    assert is_near(blurred[4, 4], (60, 28, 16), 14), "the brown, darker"
    assert side.max() <= 110, "the white of the ball too"
    assert side[540, 600].min() > side[540, 8].max() - 20 > 0, "the ball is there, enlarged"
    assert np.abs(np.diff(side, axis=1)).max() <= 8, "nothing sharp"


def test_the_same_upload_gives_the_same_bytes(tmp_path: Path) -> None:
    moving = [np.roll(_ball((180, 320)), 5 * number, axis=0) for number in range(45)]
    source = write(tmp_path / "a.mp4", moving)
    hashes = set()
    for place in range(2):
        (tmp_path / str(place)).mkdir()
        hashes.add(rendition_of(prepare(source, tmp_path / str(place), mends=(BLURRED,))).sha256)
    assert len(hashes) == 1


@pytest.mark.parametrize("hz", [4, 7.5])
def test_an_upright_film_that_flashes_is_refused_with_a_surround_too(hz: float, tmp_path: Path) -> None:
    source = make_flashing(tmp_path / "a.mp4", hz, size=(180, 320))
    assert {"flash_hazard"} <= set(codes_of(prepared_from(source, mends=(BLURRED,))))


def test_what_flashes_in_the_picture_hardly_does_around_it(tmp_path: Path) -> None:
    small = np.zeros((320, 180, 3), np.uint8)
    light = small.copy()
    light[120:180] = 255  # too small to be refused, and in the part that is enlarged
    numbers = [number // 3 % 2 for number in range(90)]
    source = write(tmp_path / "a.mp4", [light if number else small for number in numbers])
    pictures = pictures_in(rendition_of(prepared_from(source, mends=(BLURRED,))).path)
    around = np.array([picture[:, :180].mean() for picture in pictures])
    assert np.abs(np.diff(around)).max() < 3
    assert around[60:].mean() > 4, "but it is there"


def test_after_a_cut_the_surround_follows_softly_and_arrives(tmp_path: Path) -> None:
    red, blue = (np.full((320, 180, 3), colour, np.uint8) for colour in ((160, 40, 40), (40, 40, 160)))
    source = write(tmp_path / "a.mp4", [red] * 30 + [blue] * 180)
    pictures = pictures_in(rendition_of(prepared_from(source, mends=(BLURRED,))).path)
    corner = np.array([picture[:40, :40].mean(axis=(0, 1)) for picture in pictures])
    assert np.abs(np.diff(corner, axis=0)).max() <= 5
    assert corner[20, 0] > corner[20, 2] + 20
    assert corner[200, 2] > corner[200, 0] + 20


def test_the_pages_of_a_document_and_an_animation_are_filled_around(tmp_path: Path) -> None:
    pages = [Page("one", (0.8, 0.4, 0.2)), Page("two", (0.2, 0.4, 0.8))]
    source = make_pdf(tmp_path / "a.pdf", pages, size=(540, 960))
    assert "narrow_shape" in codes_of(prepared_from(source, still_ms=1_000))
    made = rendition_of(prepared_from(source, still_ms=1_000, mends=(COLOURED,)))
    shown = pictures_in(made.path)
    assert (made.width, made.height) == (1_920, 1_080)
    assert all(is_near(picture[500, 100], COLOUR, 6) for picture in shown[::30])
    assert is_near(shown[10][700, 960], (204, 102, 51))
    assert is_near(shown[-1][700, 960], (51, 102, 204))
    animation = make_animation(tmp_path / "a.gif", [200, 200], size=(120, 240))
    made = rendition_of(prepared_from(animation, mends=(BLURRED,)))
    assert abs(made.width * 9 - made.height * 16) <= 16


def test_one_page_is_a_still_with_a_surround(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf", [Page("one", (0.8, 0.4, 0.2))], size=(540, 960))
    prepared = prepared_from(source, mends=(COLOURED,))
    shown = _shown(rendition_of(prepared).path)
    assert shown.shape == (1_080, 1_920, 3)
    assert is_near(shown[540, 20], COLOUR, 4)
    assert is_near(shown[700, 960], (204, 102, 51), 4)
    assert prepared.before is not None
    assert prepared.after is not None


@pytest.mark.parametrize("kind", ["film", "still"])
def test_it_goes_together_with_a_crop(kind: str, tmp_path: Path) -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[:, 220:420] = GROUND  # an upright film with black bars in it
    is_film = kind == "film"  # bars are only believed when they stay for two seconds
    source = write(tmp_path / "a.mp4", [picture] * 66) if is_film else _source(kind, picture, tmp_path)
    bars = next(offer for offer in prepared_from(source).offers if offer.answers == "black_bars")
    prepared = prepared_from(source, mends=(*bars.mends, COLOURED))
    whole = _shown(rendition_of(prepared).path)
    assert set(codes_of(prepared)) <= {"low_resolution", "short"}
    assert is_near(whole[180, 10], COLOUR, 6)
    assert is_near(whole[180, whole.shape[1] // 2], GROUND, 8)
    assert 180 <= int((np.abs(whole[180].astype(int) - GROUND).max(axis=1) < 12).sum()) <= 204


def test_it_goes_together_with_dimming_and_cutting(tmp_path: Path) -> None:
    source = make_flashing(tmp_path / "a.mp4", 5, seconds=3, size=(180, 320))
    mends: tuple[Mend, ...] = (Dim(1_000, 4_000), Cut(0, 500), BLURRED)
    prepared = prepared_from(source, mends=mends)
    made = rendition_of(prepared)
    assert (made.duration_ms, made.width, made.height) == (3_500, 570, 320)
    assert next(mend for mend in prepared.mends if isinstance(mend, Dim)).strength > 0
    assert prepared.after is not None


def test_a_dark_surround_is_no_black_bar(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", [_ball((360, 480))] * 90)
    prepared = prepared_from(source, mends=(Surround("#000000"),))
    assert "black_bars" not in codes_of(prepared)


def test_a_picture_of_the_screens_shape_stays_as_it_is(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 360), frames=30))
    made = rendition_of(prepared_from(source, mends=(BLURRED,)))
    assert (made.width, made.height) == (640, 360)


@pytest.mark.parametrize(
    ("size", "codes", "offered"),
    [
        ((1_080, 1_920), ["narrow_shape"], [(BLURRED,)]),
        ((1_000, 1_000), ["narrow_shape"], [(BLURRED,)]),
        ((2_400, 800), ["extreme_shape"], [(Crop(2_037, 0, 5_925, 10_000),), (BLURRED,)]),
        ((800, 2_400), ["extreme_shape"], [(Crop(0, 2_037, 10_000, 5_925),), (BLURRED,)]),
        ((1_600, 1_200), [], []),
        ((1_920, 1_080), [], []),
    ],
)
def test_what_leaves_much_of_a_wide_screen_empty_is_offered_a_surround_and_nothing_is_done_unasked(
    size: tuple[int, int], codes: list[str], offered: list[tuple[Mend, ...]], tmp_path: Path
) -> None:
    Image.fromarray(_ball(size)).save(tmp_path / "a.png")
    prepared = prepared_from(tmp_path / "a.png")
    assert codes_of(prepared) == codes
    assert [offer.mends for offer in prepared.offers] == offered
    made = rendition_of(prepared)
    assert abs(made.width * size[1] - made.height * size[0]) <= max(size)
    if offered:
        again = prepared_from(tmp_path / "a.png", mends=(BLURRED,))
        assert (codes_of(again), BLURRED in {mend for offer in again.offers for mend in offer.mends}) == ([], False)


PROFILES = st.sampled_from(["house", "lite", "facade:224x96", "facade:96x224", "facade:33x17"])


@given(st.integers(1, 8_192), st.integers(1, 8_192), PROFILES)
def test_the_layout_of_any_picture_is_even_and_neither_stretched_nor_enlarged(
    width: int, height: int, name: str
) -> None:
    profile = profile_named(name)
    layout = layout_of(width, height, (BLURRED,), profile)
    sides = (*layout.picture, *layout.house, *layout.at)
    assert all(side % 2 == 0 and side >= 0 for side in sides)
    assert max(layout.house) <= profile.long_side
    assert min(layout.house) <= profile.short_side
    for place in (0, 1):
        assert layout.picture[place] <= layout.house[place]
        assert layout.at[place] + layout.picture[place] <= layout.house[place]
    assert layout.picture[0] <= width + 1 or layout.picture[0] == 2
    assert layout.picture[1] <= height + 1 or layout.picture[1] == 2
    assert abs(layout.picture[0] * height - layout.picture[1] * width) <= 2 * max(width, height)
    left, top, kept_width, kept_height = layout.covering
    assert 0 <= left <= layout.picture[0] - kept_width
    assert 0 <= top <= layout.picture[1] - kept_height
