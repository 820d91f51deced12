"""However the panel hangs, it shows its part of the picture: turned, cropped out of a wall, filled, or lamp by lamp."""

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pygame
import pytest
from numpy.typing import NDArray
from PIL import Image

from content.screen_facts import Fit
from content.transition import TransitionKind
from display_node.config import BadSetting
from display_node.messages import Cue
from display_node.panel import PLAIN, Facade, Panel, Wall, read_panel
from display_node.player.canvas import Canvas, layout
from display_node.player.direct import DirectPainter
from display_node.player.painting import PlainPainter, placed
from display_node.player.stage import Stage
from display_node.player.still_picture import composed
from display_node.player.transitions import Transitions

WINDOW = (64, 48)
CORNERS = ((250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0))


@pytest.fixture(autouse=True)
def window() -> Iterator[pygame.Surface]:
    stage = Stage("headless", WINDOW)
    yield stage.surface
    stage.close()


def marked(surface: pygame.Surface) -> None:
    """Another colour in each corner: upper left, upper right, lower left, lower right."""
    width, height = surface.get_size()
    surface.fill((9, 9, 9))
    for place, colour in zip(((0, 0), (width - 8, 0), (0, height - 8), (width - 8, height - 8)), CORNERS, strict=True):
        surface.fill(colour, (*place, 8, 8))


def corners_of(surface: pygame.Surface) -> tuple[tuple[int, ...], ...]:
    width, height = surface.get_size()
    return tuple(
        surface.get_at(spot)[:3] for spot in ((2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3))
    )


@pytest.mark.parametrize(
    ("degrees", "order"), [(0, (0, 1, 2, 3)), (90, (2, 0, 3, 1)), (180, (3, 2, 1, 0)), (270, (1, 3, 0, 2))]
)
def test_a_picture_is_turned_clockwise_onto_the_panel(
    window: pygame.Surface, degrees: int, order: tuple[int, ...]
) -> None:
    panels: dict[int, Panel] = {0: PLAIN, 90: Panel(90), 180: Panel(180), 270: Panel(270)}
    canvas = Canvas(panels[degrees], window)
    assert canvas.surface.get_size() == (WINDOW if degrees in (0, 180) else WINDOW[::-1])
    marked(canvas.surface)
    canvas.deliver()
    assert corners_of(window) == tuple(CORNERS[number] for number in order)
    assert corners_of(canvas.upright()) == CORNERS


def test_a_plain_panel_costs_no_copy(window: pygame.Surface) -> None:
    assert Canvas(PLAIN, window).surface is window


def test_panels_of_a_wall_show_one_picture_less_what_their_frames_hide(window: pygame.Surface) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (2 * 64 + 4, 2 * 48 + 6, 3), np.uint8)
    for row, column in ((1, 1), (1, 2), (2, 1), (2, 2)):
        wall = Wall(2, 2, row, column, (640.0, 480.0), (40.0, 60.0))
        canvas = Canvas(Panel(wall=wall), window)
        assert canvas.surface.get_size() == picture.shape[:2]
        canvas.surface.blit(pygame.surfarray.make_surface(picture), (0, 0))
        canvas.deliver()
        left, top = (column - 1) * (64 + 4), (row - 1) * (48 + 6)
        assert (pygame.surfarray.array3d(window) == picture[left : left + 64, top : top + 48]).all()


@pytest.mark.parametrize("kind", ["crossfade", "slide", "wipe"])
def test_no_transition_brings_in_a_neighbours_part_that_was_never_painted(
    window: pygame.Surface, kind: TransitionKind
) -> None:
    canvas = Canvas(Panel(wall=Wall(1, 2, 1, 1, (64.0, 48.0), (0.0, 0.0))), window)
    cue = Cue(10_000, 15_000, "programme", "still", transition=kind, transition_ms=600)
    transitions = Transitions()
    canvas.surface.fill((200, 40, 40))
    transitions.begin(canvas.surface, cue, 10_000 * 1_000_000)
    canvas.surface.fill((40, 40, 200))
    transitions.lay(canvas.surface, 10_300 * 1_000_000)
    canvas.deliver()
    assert pygame.surfarray.array3d(window).sum(axis=2).min() >= 240


def test_turned_panels_make_a_wall_too(window: pygame.Surface) -> None:
    canvas = Canvas(Panel(90, wall=Wall(1, 2, 1, 2, (48.0, 64.0), (2.0, 0.0))), window)
    assert canvas.surface.get_size() == (48 + 2 + 48, 64)
    marked(canvas.surface)
    canvas.deliver()
    dull = (9, 9, 9)
    assert corners_of(window) == (dull, dull, CORNERS[3], CORNERS[1])


def test_a_wall_beyond_all_measure_is_refused() -> None:
    with pytest.raises(BadSetting):
        layout(Panel(wall=Wall(8, 8, 1, 1, (1.0, 1.0), (0.0, 0.0))), (3840, 2160))


def test_each_lamp_of_a_facade_has_the_mean_of_its_place_and_nothing_else_is_lit(window: pygame.Surface) -> None:
    places = ((5, 7), (0, 0), (40, 30), (20, 20), (63, 47), (10, 40))
    canvas = Canvas(Panel(facade=Facade(3, 2, places)), window)
    canvas.surface.fill((0, 0, 0))
    side = canvas.surface.get_width() // 3
    for number in range(6):
        row, column = divmod(number, 3)
        canvas.surface.fill((40 * number, 200, 0), (column * side, row * side, side, side))
        canvas.surface.fill((40 * number + 20, 200, 0), (column * side, row * side, side, side // 2))
    canvas.deliver()
    assert [window.get_at(place)[:3] for place in places] == [(40 * n + 10, 200, 0) for n in range(6)]
    lit = int((pygame.surfarray.array3d(window).sum(axis=2) > 0).sum())
    assert lit == len(places)


def test_a_lamp_that_lies_partly_outside_the_window_is_lit_as_far_as_it_is_in(window: pygame.Surface) -> None:
    canvas = Canvas(Panel(facade=Facade(2, 1, ((62, 46), (500, 500)), (4, 4))), window)
    canvas.surface.fill((200, 0, 0))
    canvas.deliver()
    assert int((pygame.surfarray.array3d(window).sum(axis=2) > 0).sum()) == 4


def test_the_smallest_facade_is_drawn_by_the_whole_house(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text("[facade]\nsize = [28, 14]\n")
    stage = Stage("headless", (320, 240), read_panel(tmp_path / "panel.toml"))
    assert stage.size[0] / stage.size[1] == 2
    stage.surface.fill((0, 0, 255))
    stage.deliver()
    window = pygame.display.get_surface()
    assert window is not None
    assert window.get_at((27, 13))[:3] == (0, 0, 255)
    assert window.get_at((28, 13))[:3] == window.get_at((27, 14))[:3] == (0, 0, 0)


def frame(width: int, height: int) -> av.VideoFrame:
    """A smooth picture, so that half a pixel is a small difference."""
    across, down = np.meshgrid(np.linspace(30, 220, width), np.linspace(30, 220, height))
    pixels = np.stack([across, down, (across + down) / 2], axis=2).astype(np.uint8)
    made = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p", dst_colorspace="ITU709")
    made.time_base = Fraction(1, 30)
    return made


def painted(painter: DirectPainter | PlainPainter, fit: Fit, clip: pygame.Rect | None) -> NDArray[np.int32]:
    surface = pygame.Surface((160, 90), 0, 32)
    surface.set_clip(clip)
    picture = frame(120, 120)
    painter.paint(picture, surface, placed((120, 120), surface.get_size(), fit))
    return pygame.surfarray.array3d(surface).astype(np.int32)


@pytest.mark.parametrize("clip", [None, pygame.Rect(80, 45, 80, 45), pygame.Rect(13, 7, 41, 33)])
def test_a_part_is_painted_as_it_is_in_the_whole_and_nothing_beside_it(clip: pygame.Rect | None) -> None:
    part, whole = painted(DirectPainter(), "cover", clip), painted(PlainPainter(), "cover", None)
    place = clip or pygame.Rect(0, 0, 160, 90)
    inside = (slice(place.left, place.right), slice(place.top, place.bottom))
    assert np.abs(part[inside] - whole[inside]).max() <= 6
    part[inside] = 0
    assert part.max() == 0


def test_what_lies_wholly_outside_is_not_painted() -> None:
    assert painted(DirectPainter(), "contain", pygame.Rect(0, 0, 10, 90)).max() == 0


@pytest.mark.parametrize(("fit", "bare"), [("contain", False), ("letterbox", True), ("cover", False)])
def test_a_still_is_surrounded_or_filled_as_the_house_wants(tmp_path: Path, fit: Fit, bare: bool) -> None:
    Image.new("RGB", (100, 100), (200, 120, 40)).save(tmp_path / "s.png")
    picture = composed(tmp_path / "s.png", (160, 90), fit).surface
    assert picture.get_size() == (160, 90)
    assert picture.get_at((80, 45))[:3] == (200, 120, 40)
    assert (picture.get_at((3, 45))[:3] == (0, 0, 0)) is bare
    assert (picture.get_at((3, 45))[:3] == (200, 120, 40)) is (fit == "cover")


def test_only_x11_is_kept_from_the_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    # A bare card has no other way into a window: forbidding it there would leave the panel dark.
    monkeypatch.delenv("SDL_FRAMEBUFFER_ACCELERATION", raising=False)
    Stage("headless", WINDOW).close()
    assert "SDL_FRAMEBUFFER_ACCELERATION" not in os.environ
