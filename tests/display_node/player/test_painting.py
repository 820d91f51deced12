"""Frames in the right colours and shape, whichever way they are painted."""

import os
from collections.abc import Iterator

import av
import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display_node.player.direct import DirectPainter, is_direct_possible
from display_node.player.painting import PlainPainter, contained
from display_node.player.scenes.media import Painter

SIZES = [
    ((64, 36), (64, 36)),
    ((640, 360), (1280, 720)),
    ((1920, 1080), (960, 540)),
    ((90, 160), (202, 360)),
    ((50, 50), (33, 33)),
]
PAINTERS = [PlainPainter, DirectPainter]


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    yield
    pygame.display.quit()
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"


def frame_of(luma: int, blue: int, red: int, size: tuple[int, int] = (64, 36)) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    for plane, value in zip(frame.planes, (luma, blue, red), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def noise(size: tuple[int, int], seed: int) -> av.VideoFrame:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 16, 3), np.uint8)
    picture = np.kron(coarse, np.ones((-(-size[1] // 9), -(-size[0] // 16), 1), np.uint8))[: size[1], : size[0]]
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709"
    )


@pytest.mark.parametrize("painter", PAINTERS)
@pytest.mark.parametrize(
    ("yuv", "rgb"),
    [
        ((16, 128, 128), (0, 0, 0)),
        ((235, 128, 128), (255, 255, 255)),
        # BT.709 limited range: red, green and blue (ITU-R BT.709-6, 8 bit).
        ((63, 102, 240), (255, 0, 0)),
        ((173, 42, 26), (0, 255, 0)),
        ((32, 240, 118), (0, 0, 255)),
    ],
)
def test_colours_are_those_of_bt709(
    painter: type[Painter], yuv: tuple[int, int, int], rgb: tuple[int, int, int]
) -> None:
    surface = pygame.display.set_mode((64, 36))
    painter().paint(frame_of(*yuv), surface, surface.get_rect())
    shown = surface.get_at((30, 20))[:3]
    assert all(abs(one - other) <= 4 for one, other in zip(shown, rgb, strict=True)), shown


@pytest.mark.parametrize(("inner", "outer"), SIZES)
def test_both_ways_of_painting_give_the_same_picture(inner: tuple[int, int], outer: tuple[int, int]) -> None:
    assert is_direct_possible()
    pictures = []
    for painter in (PlainPainter(), DirectPainter()):
        surface = pygame.display.set_mode(outer)
        surface.fill((9, 9, 9))
        for seed in (1, 2):
            painter.paint(noise(inner, seed), surface, surface.get_rect())
        pictures.append(pygame.surfarray.array3d(surface).astype(np.int16))
    assert np.abs(pictures[0] - pictures[1]).max() <= 2
    assert pictures[0].std() > 20


@pytest.mark.parametrize("part", [None, (480, 270, 240, 180)], ids=["whole", "a part, as on a wall"])
def test_what_hardware_decodes_looks_like_what_software_does(part: tuple[int, int, int, int] | None) -> None:
    pictures = []
    for layout in ("yuv420p", "nv12"):
        surface = pygame.display.set_mode((960, 540))
        surface.set_clip(part)
        DirectPainter().paint(noise((640, 360), 3).reformat(format=layout), surface, surface.get_rect())
        pictures.append(pygame.surfarray.array3d(surface).astype(np.int16))
    assert np.abs(pictures[0] - pictures[1]).max() <= 2
    assert pictures[0].std() > 20


@pytest.mark.parametrize("painter", PAINTERS)
def test_nothing_is_drawn_beside_the_place(painter: type[Painter]) -> None:
    surface = pygame.display.set_mode((101, 67))
    surface.fill((1, 2, 3))
    place = pygame.Rect(13, 7, 64, 36)
    painter().paint(frame_of(235, 128, 128), surface, place)
    white = pygame.surfarray.array3d(surface)[:, :, 0] > 250
    assert white[place.left : place.right, place.top : place.bottom].all()
    assert white.sum() == place.width * place.height
    assert surface.get_at((12, 7))[:3] == (1, 2, 3)


@pytest.mark.parametrize("painter", PAINTERS)
def test_the_size_may_change_from_frame_to_frame(painter: type[Painter]) -> None:
    one = painter()
    surface = pygame.display.set_mode((120, 80))
    for size in ((64, 36), (320, 180), (64, 36)):
        one.paint(frame_of(235, 128, 128, size), surface, surface.get_rect())
        assert surface.get_at((119, 79))[0] > 250
        one.paint(frame_of(16, 128, 128, size), surface, surface.get_rect())
        assert surface.get_at((119, 79))[0] < 5


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 4000))
def test_a_picture_is_never_stretched_and_never_leaves_the_stage(w: int, h: int, stage_w: int, stage_h: int) -> None:
    place = contained((w, h), (stage_w, stage_h))
    assert pygame.Rect(0, 0, stage_w, stage_h).contains(place)
    assert place.width == stage_w or place.height == stage_h
    if min(place.size) > 20:
        assert abs(place.width / place.height - w / h) / (w / h) < 0.06
