"""The kites on the screen: each in its visitor's colour, lights where they are, and a town that lights up."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from display_node.player.scenes.kites import KitesScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow
from display_node.visitor_words import PAINT, full_name
from display_node.words import speak
from kiosks import phone
from kiosks.activities import kites
from kiosks.activities.activity import STEP_MS, Passed
from kiosks.activities.kites import LOBBY_MS, Kites
from kiosks.activities.sky import light
from kiosks.messages import START, Name, Tap
from kiosks.visits import ANIMALS, COLOURS

Pixels = NDArray[np.uint8]
MS = 1_000_000
SIZES = [(640, 360), (360, 640), (200, 120)]


def playing(count: int = 2) -> Kites:
    """A round has begun with so many, called by the first colours."""
    names = [Name(visitor, COLOURS[visitor], ANIMALS[visitor]) for visitor in range(count)]
    game = kites.begin(7).take([*names, *(Tap(visitor, 1, "press", START) for visitor in range(count))])
    return replace(game.apply(Passed(LOBBY_MS + STEP_MS, count)), lights=())


def drawn(game: Kites, size: tuple[int, int] = SIZES[0], *, later_ms: int = 5_100, calm: bool = False) -> Pixels:
    scene = KitesScene(size, Typesetter())
    scene.is_calm = calm
    scene.receive(SessionNow("s1", 1, game.phase, 30_000, game.here, game.figures), MS)
    surface = pygame.Surface(size)
    assert scene.draw(surface, MS + later_ms * MS, MS)
    return pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(np.uint8)


def count_of(pixels: Pixels, colour: tuple[int, int, int]) -> int:
    return int((np.abs(pixels.astype(int) - np.array(colour)).max(axis=2) < 12).sum())


@pytest.mark.parametrize("size", SIZES)
def test_who_plays_has_a_kite_in_their_colour_on_screens_of_every_shape(size: tuple[int, int]) -> None:
    there, alone = drawn(playing(2), size), drawn(playing(1), size)
    assert count_of(there, PAINT[COLOURS[1]]) > count_of(alone, PAINT[COLOURS[1]]) + 5


def test_windows_light_up_as_lights_are_brought_home() -> None:
    game = playing()
    dark, lit = drawn(game, calm=True), drawn(replace(game, lit=game.needed), calm=True)
    foot = slice(int(360 * 0.78), 360)
    assert (lit[foot].astype(int).sum() - dark[foot].astype(int).sum()) > 10_000


def test_a_light_glows_where_it_is_and_a_star_says_that_it_wants_two() -> None:
    game = playing()
    one = replace(light(7, 1, 10**6), x=5_000, y=4_000)
    lit, dark = drawn(replace(game, lights=(one,)), calm=True), drawn(game, calm=True)
    y, x = int(4_000 * 360 * 0.97 / 10_000), int(5_000 * 640 * 0.62 / 10_000)
    assert lit[y, x].astype(int).sum() > dark[y, x].astype(int).sum() + 150
    starry = drawn(replace(game, star=one), calm=True)
    assert np.abs(starry.astype(int) - dark.astype(int)).sum() > 10_000


def test_where_calm_is_wished_nothing_moves_that_nobody_moved() -> None:
    game = playing()
    assert np.array_equal(drawn(game, calm=True), drawn(game, later_ms=5_900, calm=True))
    assert not np.array_equal(drawn(game), drawn(game, later_ms=5_900))


@pytest.mark.parametrize("phase", ["lobby", "play", "result", "over"])
def test_no_part_of_a_session_flashes(phase: str) -> None:
    game = playing(8)
    scene = KitesScene(SIZES[0], Typesetter())
    surface = pygame.Surface(SIZES[0])
    bright = []
    for frame in range(90):
        at_ns = frame * 1_000 * MS // 60
        if frame % 2 == 0:
            game = game.apply(Passed(LOBBY_MS + (frame // 2 + 2) * STEP_MS, 8))
            scene.receive(SessionNow("s1", frame, phase, 30_000, 8, game.figures), at_ns)
        scene.draw(surface, at_ns, at_ns)
        bright.append(pygame.surfarray.array3d(surface).astype(np.int32).mean(axis=2))
    # A flash is a tenth of what is brightest, over a tenth of the picture: nothing comes near that in one frame.
    for one, other in pairwise(bright):
        assert (np.abs(one - other) > 25.5).mean() < 0.05


def test_colours_and_names_are_those_of_the_page_on_the_phone() -> None:
    css = (Path(phone.STATIC) / "phone.css").read_text()
    for colour, (red, green, blue) in PAINT.items():
        assert re.search(rf"\.{colour} {{ background: #{red:02x}{green:02x}{blue:02x}; }}", css), colour
    assert set(PAINT) == set(COLOURS)
    assert full_name(COLOURS.index("teal"), ANIMALS.index("heron")) == "Teal heron"
    speak("vi")
    try:
        assert full_name(COLOURS.index("teal"), ANIMALS.index("heron")) == "Diệc xanh mòng két"
    finally:
        speak("en")
