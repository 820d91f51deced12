"""Whoever watches a film being written sees what the encoder gets, and what is kept is held to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame

from content.media.check import Witness, check_film
from content.media.film_render import Rendered
from content.media.flash.cells import cells_of_house
from content.media.house_film import HouseFilm
from content.media.limits import HOUSE
from content.media.reasons import Refused
from content.media.watching import Picture

SIZE = (640, 360)


class Notes:
    """A watcher that writes down what it sees."""

    def __init__(self) -> None:
        self.instants: list[int] = []
        self.pictures: list[Picture] = []
        self.ended_us = -1

    def see(self, picture: Picture) -> None:
        self.instants += picture.instants_us
        self.pictures.append(picture)

    def end(self, at_us: int) -> None:
        self.ended_us = at_us


def house_frame(light: int) -> VideoFrame:
    """A house picture: a ramp around this light."""
    picture = np.empty((SIZE[1], SIZE[0], 3), np.uint8)
    picture[:] = np.linspace(light, light + 60, SIZE[0]).astype(np.uint8)[None, :, None]
    return VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p", dst_colorspace=1)


def filmed(path: Path, lights: list[tuple[int, int]], *watchers: Notes | Witness) -> Rendered:
    """A house film of pictures of these lights, each so many times."""
    with HouseFilm(path, SIZE, HOUSE, None, threads=1, watchers=watchers) as film:
        for light, times in lights:
            film.show(house_frame(light), times)
    return Rendered(path, *SIZE, HOUSE.fps, film.frames, has_sound=False)


def cut_short(path: Path, *watchers: Notes) -> None:
    """A house film whose upload ends early."""
    with HouseFilm(path, SIZE, HOUSE, None, threads=1, watchers=watchers) as film:
        film.show(house_frame(20), 3)
        raise Refused("truncated")


def test_a_watcher_sees_every_frame_once_and_at_its_time(tmp_path: Path) -> None:
    notes = Notes()
    filmed(tmp_path / "a.mp4", [(20, 1), (90, 5), (150, 3)], notes)
    assert notes.instants == [number * 1_000_000 // 30 for number in range(9)]
    assert [(picture.at_us, picture.times) for picture in notes.pictures] == [(0, 1), (33_333, 5), (200_000, 3)]
    assert notes.ended_us == 300_000


def test_what_is_made_of_a_picture_is_made_once_and_shows_that_picture(tmp_path: Path) -> None:
    first, second = Notes(), Notes()
    filmed(tmp_path / "a.mp4", [(90, 3)], first, second)
    (picture,), (same,) = first.pictures, second.pictures
    assert picture.luma is same.luma
    assert picture.cells is same.cells
    assert (picture.luma.shape, picture.bgr.shape) == ((270, 480), (360, 640, 3))
    assert picture.cells.red.shape == (270, 480)
    assert np.array_equal(picture.cells.light(), cells_of_house(house_frame(90)).light())


def test_a_film_that_failed_is_not_told_as_ended(tmp_path: Path) -> None:
    notes = Notes()
    with pytest.raises(Refused):
        cut_short(tmp_path / "a.mp4", notes)
    assert notes.ended_us == -1


def test_a_rendition_that_shows_what_was_seen_passes(tmp_path: Path) -> None:
    witness = Witness()
    check_film(filmed(tmp_path / "a.mp4", [(20, 40), (150, 50)], witness), witness.seen)
    assert len(witness.seen) == 3


def test_what_coding_takes_away_is_no_difference(tmp_path: Path) -> None:
    chance, witness, path = np.random.default_rng(5), Witness(), tmp_path / "a.mp4"
    with HouseFilm(
        path, SIZE, replace(HOUSE, maxrate_kbps=300, bufsize_kbps=300), None, threads=1, watchers=(witness,)
    ) as film:
        for _ in range(60):
            snow = chance.integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
            film.show(VideoFrame.from_ndarray(snow, format="rgb24").reformat(format="yuv420p"), 1)
    check_film(Rendered(path, *SIZE, HOUSE.fps, film.frames, has_sound=False), witness.seen)


def test_a_rendition_that_shows_anything_else_is_refused(tmp_path: Path) -> None:
    witness, other = Witness(), Witness()
    rendered = filmed(tmp_path / "a.mp4", [(20, 40), (150, 50)], witness)
    filmed(tmp_path / "b.mp4", [(20, 40), (165, 50)], other)
    for seen in (other.seen, witness.seen[:-1], [*witness.seen, witness.seen[-1]], []):
        with pytest.raises(Refused) as refused:
            check_film(rendered, seen)
        assert refused.value.reason.code == "check_failed"
    with pytest.raises(Refused):
        check_film(replace(rendered, frames=87), witness.seen)
