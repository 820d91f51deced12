"""An upload that flashes never becomes house media; one in doubt does, with a word to the moderator."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from content.media.preparation import screen
from content.media.reasons import Reason, reason_text
from tests.content.media.flash.films import make_flashing, write
from tests.content.media.flash.screens import stripes
from tests.content.media.rooms import codes_of, prepared_from, rendition_of
from tests.media.generate import make_animation, turn_by_matrix


def test_a_film_that_flashes_is_refused_with_the_place_and_the_cure(tmp_path: Path) -> None:
    prepared = prepared_from(make_flashing(tmp_path / "a.mp4", 5))
    assert (prepared.verdict, codes_of(prepared), prepared.rendition) == ("refused", ["flash_hazard"], None)
    sentence, cure = reason_text(prepared.reasons[0], "en")
    assert sentence.startswith("The film flashes 5 times a second at 0:01.")
    assert cure.endswith("0:01-0:03.")
    assert prepared.reasons[0].at_ms in range(1_000, 1_200)


def test_red_is_told_as_red(tmp_path: Path) -> None:
    prepared = prepared_from(make_flashing(tmp_path / "a.mp4", 5, colour=(255, 0, 0)))
    assert codes_of(prepared) == ["red_flash_hazard"]


def test_stripes_are_told_as_stripes(tmp_path: Path) -> None:
    picture = np.ascontiguousarray(stripes(12)[::2, ::2])
    prepared = prepared_from(write(tmp_path / "a.mp4", [picture] * 45))
    assert codes_of(prepared) == ["pattern_hazard"]


def test_a_film_in_doubt_goes_on_with_a_word_to_the_moderator(tmp_path: Path) -> None:
    pictures = [np.zeros((180, 320, 3), np.uint8) for _ in range(60)]
    for number, picture in enumerate(pictures):
        picture[60:110, 120:200] = 255 * (number // 3 % 2)
    prepared = prepared_from(write(tmp_path / "a.mp4", pictures))
    assert prepared.verdict == "accepted_with_warnings"
    assert "flash_hold" in codes_of(prepared)
    assert prepared.rendition is not None


def test_a_striped_still_goes_on_with_a_word_to_the_moderator(tmp_path: Path) -> None:
    Image.fromarray(stripes(12)).save(tmp_path / "a.png")
    prepared = prepared_from(tmp_path / "a.png")
    assert codes_of(prepared) == ["low_resolution", "pattern_hold"]


def test_an_animation_that_flashes_stands_still_and_says_so(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (320, 180), colour) for colour in ("black", "white")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
    prepared = prepared_from(tmp_path / "a.gif")
    assert codes_of(prepared) == ["low_resolution", "animation_stilled"]
    made = rendition_of(prepared)
    assert (made.kind, made.frames, made.duration_ms) == ("still", 1, 10_000)
    with Image.open(made.path) as shown:
        assert shown.convert("RGB").getpixel((100, 100)) == (255, 255, 255), "the first picture is black"
    assert {path.name for path in made.path.parent.iterdir()} == {
        "rendition.png", "poster.jpg", "thumbnail.jpg", "strip.jpg", "veil.jpg",
    }  # fmt: skip
    screening = screen(tmp_path / "a.gif")[1]
    assert screening is not None
    assert screening.policy == "refuse"


def test_an_animation_that_stands_still_can_be_dimmed_instead(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (640, 480), colour) for colour in ((60, 60, 60), (130, 130, 130))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
    stilled = prepared_from(tmp_path / "a.gif")
    (offer,) = [one for one in stilled.offers if one.answers == "animation_stilled"]
    moving = prepared_from(tmp_path / "a.gif", mends=offer.mends)
    assert rendition_of(moving).kind == "video"
    assert "animation_stilled" not in codes_of(moving)


def test_films_are_judged_as_they_stand_on_the_screen(tmp_path: Path) -> None:
    # A third of its picture flashes: upright, with black on both sides, that is a tenth of the screen.
    pictures = [np.zeros((180, 320, 3), np.uint8) for _ in range(60)]
    for number, picture in enumerate(pictures):
        picture[:, :112] = 255 * (number // 3 % 2)
    lying = write(tmp_path / "lying.mp4", pictures)
    upright = turn_by_matrix(write(tmp_path / "upright.mp4", pictures), 90)
    squeezed = write(tmp_path / "squeezed.mp4", pictures, pixel_shape=Fraction(1, 3))
    verdicts = []
    for path in (lying, upright, squeezed):
        screening = screen(path)[1]
        assert screening is not None
        verdicts.append((screening.itu_bt1702, screening.trace24))
    assert verdicts == [("fail", "fail"), ("pass", "fail"), ("pass", "fail")]


def test_films_are_judged_by_their_own_uneven_times(tmp_path: Path) -> None:
    pictures = [np.full((180, 320, 3), 255 * (number % 2), np.uint8) for number in range(10)]
    close = (0, 90, 230, 300, 460, 555, 700, 760, 900, 1_500)
    for name, times, policy in (("close", close, "refuse"), ("apart", tuple(3 * at for at in close), "publish")):
        screening = screen(write(tmp_path / f"{name}.mkv", pictures, times=times))[1]
        assert screening is not None
        assert screening.policy == policy


def test_a_calm_animation_is_left_alone(tmp_path: Path) -> None:
    source = make_animation(tmp_path / "a.gif", [400, 400, 400])
    screening = screen(source)[1]
    assert screening is not None
    assert screening.itu_bt1702 == "pass"


def test_the_words_name_a_few_places_and_say_that_there_are_more() -> None:
    from content.media.flash.findings import Found
    from content.media.flash.screening import screening_of, screening_reasons

    found = [Found("itu_general", at * 10_000_000, at * 10_000_000 + 1_500_000, 8) for at in range(7)]
    (reason,) = screening_reasons(screening_of(found))
    assert reason == Reason(
        "flash_hazard", {"at": "0:00", "places": "0:00-0:02, 0:10-0:12, 0:20-0:22, 0:30-0:32, …", "times": 4}, 0
    )
