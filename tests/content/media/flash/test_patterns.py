"""Stripes, checks and rings that fill the screen for half a second are found; text, noise and few stripes are not."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from content.media.flash.cells import cells_of_rgb
from content.media.flash.film_screening import screen_still
from tests.content.media.flash.screens import (
    BLACK,
    COLUMNS,
    ROWS,
    Picture,
    even_times,
    grey,
    plain,
    shown,
    stripes,
)


def held(picture: Picture, seconds: float = 0.7, *, after: float = 0.5) -> str:
    """The verdict on a picture shown for `seconds` between plain grey."""
    light, rest = cells_of_rgb(picture), cells_of_rgb(plain(grey(0.3)))
    screening = shown(
        lambda at_us: light if 200_000 <= at_us < 200_000 + seconds * 1_000_000 else rest,
        even_times(30, 0.2 + seconds + after),
    )
    assert (screening.pattern == "fail") == (screening.policy != "publish")
    return screening.policy


def slanted(degrees: float, cells: float) -> Picture:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    across = columns * np.cos(np.radians(degrees)) + rows * np.sin(np.radians(degrees))
    return grey_picture((across // cells % 2) * 255)


def grey_picture(codes: object) -> Picture:
    return np.repeat(np.asarray(codes).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize(("pairs", "policy"), [(4, "publish"), (5, "publish"), (6, "refuse"), (12, "refuse")])
def test_more_than_five_pairs_of_stripes_are_refused(pairs: int, policy: str) -> None:
    assert held(stripes(pairs)) == policy


@pytest.mark.parametrize("degrees", [20, 45, 70, 90])
def test_slanted_stripes_are_stripes(degrees: float) -> None:
    assert held(slanted(degrees, 20)) == "refuse"


def test_broad_slanted_stripes_are_stripes() -> None:
    assert held(slanted(45, 44)) == "refuse"


def test_checks_and_rings_are_stripes() -> None:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    assert held(grey_picture((rows // 20 + columns // 20) % 2 * 255)) == "refuse"
    assert held(grey_picture(np.hypot(rows - ROWS / 2, columns - COLUMNS / 2) // 18 % 2 * 255)) == "refuse"


def test_stripes_of_little_contrast_are_held_and_of_less_than_a_tenth_shown() -> None:
    assert held(stripes(12, (grey(0.3), grey(0.5)))) == "hold"
    assert held(stripes(12, (grey(0.3), grey(0.37)))) == "publish"
    assert held(stripes(12, (grey(0.0), grey(0.2)))) == "publish", "the light ones are not light enough"


def test_stripes_on_a_small_part_may_be_shown() -> None:
    picture = plain(BLACK)
    picture[: ROWS // 2, : COLUMNS * 2 // 5] = stripes(20)[: ROWS // 2, : COLUMNS * 2 // 5]
    assert held(picture) == "publish"
    picture[:, : COLUMNS * 2 // 5] = stripes(20)[:, : COLUMNS * 2 // 5]
    assert held(picture) == "refuse"


@pytest.mark.parametrize("start", [0.0, 0.07, 0.13])
def test_stripes_count_from_half_a_second_on(start: float) -> None:
    assert held(stripes(12), 0.55 + start) == "refuse"
    assert held(stripes(12), 0.3 + start / 2) == "publish"


def test_stripes_that_turn_over_are_refused_as_flashes_and_as_a_pattern() -> None:
    pictures = [cells_of_rgb(stripes(12)), cells_of_rgb(stripes(12, shift=COLUMNS // 24))]
    screening = shown(lambda at_us: pictures[(at_us + 1) // 100_000 % 2], even_times(30, 1.5))
    assert (screening.pattern, screening.itu_bt1702, screening.policy) == ("fail", "fail", "refuse")


@pytest.mark.parametrize("size", [36, 48, 72, 110])
def test_a_page_of_text_is_no_pattern(size: int) -> None:
    image = Image.new("L", (1_920, 1_080), 255)
    draw = ImageDraw.Draw(image)
    words = "The library opens at nine, and everybody who likes to draw may come along with paper and ink. " * 2
    for line in range(1_000 // size):
        draw.text((60, 30 + line * size * 1.4), words[line * 5 :], font=ImageFont.load_default(size), fill=0)
    assert held(grey_picture(np.asarray(image.resize((COLUMNS, ROWS), Image.Resampling.BOX)))) == "publish"


def test_noise_and_clouds_are_no_pattern() -> None:
    noise = np.random.default_rng(1).random((ROWS, COLUMNS))
    clouds = np.asarray(cv2.GaussianBlur(noise, (0, 0), 6), np.float64)
    clouds = (clouds - clouds.min()) / (clouds.max() - clouds.min())
    for codes in (noise * 255, clouds * 255):
        assert held(grey_picture(codes), 0.6, after=0.1) == "publish"


def test_a_striped_still_is_held_never_refused(tmp_path: Path) -> None:
    Image.fromarray(stripes(12)).save(tmp_path / "stripes.png")
    Image.fromarray(stripes(4)).save(tmp_path / "broad.png")
    assert screen_still(tmp_path / "stripes.png", 10_000_000).policy == "hold"
    assert screen_still(tmp_path / "broad.png", 10_000_000).policy == "publish"
