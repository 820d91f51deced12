"""Photographs that move slowly: the same on every screen, smooth to a fraction of a pixel, never where one is calm."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from content.screen_facts import Fit
from display_node.manner_messages import USUAL, Manner
from display_node.messages import Cue
from display_node.player import motion
from display_node.player.motion import STEP_MS, Motion
from display_node.player.scenes.still import StillScene
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from tests.display_node.player.stand import PATIENCE_S, still_cue

SIZE = (320, 180)
START_MS, LENGTH_MS = 1_000_000, 8_000
INWARD, OUTWARD = "00000000" + "a" * 56, "00000001" + "a" * 56


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield Typesetter()
    pygame.display.quit()


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A soft hill of light: where it lies can be measured to a fraction of a pixel."""
    x, y = np.meshgrid(np.arange(640), np.arange(360))
    light = 255 * np.exp(-(((x - 480) / 60) ** 2 + ((y - 240) / 60) ** 2))
    path = tmp_path_factory.mktemp("photograph") / "p.png"
    Image.fromarray(light.astype(np.uint8)).convert("RGB").save(path)
    return path


def cue_of(path: Path, sha256: str = INWARD) -> Cue:
    return replace(still_cue(path, START_MS, START_MS + LENGTH_MS), title="", sha256=sha256, moves=True)


def until(fact: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.002)


def seen(scene: StillScene, ms: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """The picture that is due so long after the start."""
    surface, at_ns = pygame.Surface(size), (START_MS + ms) * NS_PER_MS
    until(lambda: scene.draw(surface, at_ns, at_ns))
    pixels: NDArray[np.uint8] = pygame.surfarray.array3d(surface)
    return pixels


def middle_of(pixels: NDArray[np.uint8]) -> float:
    """Where the light is, across."""
    light = pixels[..., 0].astype(float).sum(axis=1)
    return float((light * np.arange(len(light))).sum() / light.sum())


@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(1, 600_000), st.integers(0, 20_000))
def test_what_is_seen_lies_inside_the_picture_and_all_of_it_is_seen_once(sha256: str, length: int, step: int) -> None:
    moved = Motion(sha256, length)
    left, top, right, bottom = moved.box(step, (1_000, 500))
    assert 0 <= left < right <= 1_000
    assert 0 <= top < bottom <= 500
    assert (right - left) / (bottom - top) == pytest.approx(2)
    wholes = [moved.box(step, (1_000, 500)) for step in (0, moved.steps + 1)]
    assert any(box == pytest.approx((0, 0, 1_000, 500)) for box in wholes)


def test_it_moves_evenly_by_fractions_of_a_pixel(photograph: Path, typesetter: Typesetter) -> None:
    scene = StillScene(cue_of(photograph), SIZE, typesetter)
    places = [middle_of(seen(scene, ms)) for ms in range(2_000, 4_000, 2 * STEP_MS)]
    steps = [abs(after - before) for before, after in pairwise(places)]
    assert 0.005 < min(steps) <= max(steps) < 0.5
    assert max(steps) < 3 * min(steps)
    scene.close()


def test_two_screens_show_the_same_picture_though_one_joined_late(photograph: Path, typesetter: Typesetter) -> None:
    one = StillScene(cue_of(photograph), SIZE, typesetter)
    late = StillScene(cue_of(photograph), SIZE, typesetter, (START_MS + 3_000) * NS_PER_MS)
    for ms in (3_000, 3_040, 5_000):
        assert (seen(one, ms) == seen(late, ms)).all()
    assert middle_of(seen(one, 7_000)) != pytest.approx(middle_of(seen(late, 3_000)), abs=0.5)
    one.close()
    late.close()


def test_it_changes_25_times_a_second_until_its_end_and_then_once_a_second(
    photograph: Path, typesetter: Typesetter
) -> None:
    scene = StillScene(cue_of(photograph), SIZE, typesetter)
    until(lambda: scene.is_ready)
    at_ns = (START_MS + 2_010) * NS_PER_MS
    assert scene.change_before(at_ns) == (START_MS + 2_000) * NS_PER_MS
    assert scene.change_after(at_ns) == (START_MS + 2_040) * NS_PER_MS
    end_ns = (START_MS + LENGTH_MS + 500) * NS_PER_MS
    assert scene.change_after(end_ns) == (START_MS + LENGTH_MS + 1_000) * NS_PER_MS
    assert (seen(scene, LENGTH_MS) == seen(scene, LENGTH_MS + 700)).all()
    scene.close()


@pytest.mark.parametrize(("moves", "manner"), [(False, USUAL), (True, Manner(is_calm=True))])
def test_what_nobody_marked_and_what_is_on_a_calm_screen_stands_still(
    photograph: Path, typesetter: Typesetter, moves: bool, manner: Manner
) -> None:
    scene = StillScene(replace(cue_of(photograph), moves=moves), SIZE, typesetter, manner=manner)
    assert (seen(scene, 0) == seen(scene, 4_000)).all()
    assert scene.running == 0
    assert scene.change_after((START_MS + 2_010) * NS_PER_MS) == (START_MS + 3_000) * NS_PER_MS


@pytest.mark.parametrize("fit", ["contain", "cover", "letterbox"])
def test_another_shape_moves_within_its_own_place(photograph: Path, typesetter: Typesetter, fit: Fit) -> None:
    scene = StillScene(cue_of(photograph, OUTWARD), (200, 300), typesetter, fit=fit)
    first, last = seen(scene, 0, (200, 300)), seen(scene, LENGTH_MS, (200, 300))
    is_moved = (first != last).any(axis=2)
    assert is_moved.any()
    if fit != "cover":
        assert not is_moved[:, :93].any()
        assert not is_moved[:, 207:].any()
    scene.close()


def test_a_computer_that_is_too_slow_lets_it_stand_still_and_says_so(
    photograph: Path, typesetter: Typesetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion, "MOST_COST_NS", -1)
    scene = StillScene(replace(cue_of(photograph), title="Boats"), SIZE, typesetter)
    until(lambda: scene.is_ready and scene.trouble)
    assert "Boats" in scene.trouble
    assert scene.change_after((START_MS + 6_010) * NS_PER_MS) == (START_MS + 7_000) * NS_PER_MS
    assert (seen(scene, 6_000) == seen(scene, 7_000)).all()
