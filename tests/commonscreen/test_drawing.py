"""What the project draws itself: calm, the same every time, and real media."""

import itertools
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from commonscreen.demo.drawing import pieces, posters
from commonscreen.demo.drawing.canvas import HEIGHT, WIDTH, Picture
from commonscreen.demo.drawing.film import FPS, Piece, write_film
from commonscreen.demo.drawing.sounds import PENTATONIC, RATE, tune
from commonscreen.demo.town import GROUPS, ITEMS, PEOPLE, WAITING
from curator.groups import slug_of

FILMS: list[Piece] = [
    pieces.paper_boats, pieces.lanterns, pieces.garden, pieces.brass_and_rain, pieces.letters_home, pieces.quilt,
    pieces.this_is_yours,
]  # fmt: skip
POSTERS: list[Callable[[], Picture]] = [
    posters.repair_morning, posters.river_swim, posters.open_kitchen, posters.how_to_take_part,
]  # fmt: skip


def brightness(picture: Picture) -> npt.NDArray[np.float64]:
    """Mean brightness, 0 to 1, of each of 16 x 9 parts."""
    small = np.asarray(Image.fromarray(picture).resize((16, 9), Image.Resampling.BOX), np.float64)
    parts: npt.NDArray[np.float64] = small.mean(axis=2) / 255
    return parts


@pytest.mark.parametrize("piece", FILMS, ids=lambda piece: piece.__name__)
def test_a_film_moves_and_nothing_in_it_flashes(piece: Piece) -> None:
    shown = [brightness(piece(index / 10)) for index in range(60)]
    steps = [np.abs(after - before) for before, after in itertools.pairwise(shown)]
    assert max(float(step.mean()) for step in steps) > 0.0002, "it stands still"
    assert max(float((step > 0.1).mean()) for step in steps) < 0.1, "a tenth of the picture changed at once"


@pytest.mark.parametrize("poster", POSTERS, ids=lambda poster: poster.__name__)
def test_a_poster_fills_the_picture(poster: Callable[[], Picture], tmp_path: Path) -> None:
    posters.write_poster(tmp_path / "poster.png", poster())
    with Image.open(tmp_path / "poster.png") as image:
        assert image.size == (WIDTH, HEIGHT)
        assert len(image.getcolors(1 << 20) or []) > 20


def test_a_film_file_has_every_frame_and_its_sound(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, pieces.this_is_yours, 0.5, tune(0.5, base_hz=220, scale=PENTATONIC, every_s=0.2, seed=1))
    with av.open(str(path)) as film:
        assert sum(1 for _frame in film.decode(video=0)) == round(0.5 * FPS)
        assert film.streams.audio[0].rate == RATE


def test_a_tune_is_the_same_every_time_and_never_too_loud() -> None:
    first, second = (tune(3.0, base_hz=261.6, scale=PENTATONIC, every_s=0.4, seed=4) for _ in range(2))
    assert np.array_equal(first, second)
    assert float(np.abs(first).max()) < 1.0


def test_everything_in_the_town_belongs_to_somebody() -> None:
    slugs = {slug_of(group.name) for group in GROUPS}
    assert slugs == {group.slug for group in GROUPS}
    assert {item.group for item in (*ITEMS, WAITING)} <= slugs
    assert {person.group for person in PEOPLE if person.group} == slugs
    assert len({item.title for item in (*ITEMS, WAITING)}) == len(ITEMS) + 1
