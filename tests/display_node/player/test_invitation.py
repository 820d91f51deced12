"""The invitation in the corner: a phone reads it from the screen itself, from as far as people stand."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pygame
import pytest
from numpy.typing import NDArray
from PIL import Image

from content.clock import now_ms
from display_node.messages import Cue, Invitation
from display_node.player.foreground import LEASE_NS, Foreground
from display_node.player.scenes.invitation import InvitationScene
from display_node.player.text import Typesetter
from tests.display_node.player.stand import cues, make_still, player, still_cue

PAYLOAD = "HTTPS://SCREENS.EXAMPLE.ORG/K/7F3Q"
INVITED = Invitation(PAYLOAD, "screens.example.org/k", "7F3Q", languages=("vi", "en"))
STAGES = ((1920, 1080), (1080, 1920), (1280, 720), (320, 180))


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield Typesetter()
    pygame.display.quit()


def grey(size: tuple[int, int]) -> pygame.Surface:
    surface = pygame.Surface(size)
    surface.fill((90, 120, 100))
    return surface


def read(pixels: NDArray[np.uint8]) -> str:
    """What a phone reads in a picture."""
    return str(cv2.QRCodeDetector().detectAndDecode(pixels)[0])


def on(size: tuple[int, int], invitation: Invitation, typesetter: Typesetter) -> NDArray[np.uint8]:
    surface = grey(size)
    InvitationScene(invitation, size, typesetter).draw(surface)
    pixels: NDArray[np.uint8] = pygame.surfarray.array3d(surface).swapaxes(0, 1)
    return np.ascontiguousarray(pixels)


@pytest.mark.parametrize("size", STAGES)
@pytest.mark.parametrize("corner", ["top_left", "bottom_right"])
def test_a_phone_reads_it_on_every_stage(size: tuple[int, int], corner: str, typesetter: Typesetter) -> None:
    assert read(on(size, replace(INVITED, corner=corner), typesetter)) == PAYLOAD  # type: ignore[arg-type]


@pytest.mark.parametrize("size", STAGES)
def test_it_stays_in_its_corner_and_leaves_the_middle_free(size: tuple[int, int], typesetter: Typesetter) -> None:
    for distance_mm in (300, 2_500, 40_000):
        for corner in ("top_left", "top_right", "bottom_left", "bottom_right"):
            invited = replace(INVITED, corner=corner, distance_mm=distance_mm)
            place = InvitationScene(invited, size, typesetter).place
            assert pygame.Rect((0, 0), size).contains(place)
            assert place.width <= size[0] * 0.72
            assert place.height <= size[1] * 0.72  # the smallest code there is, on the smallest stage
            assert (place.centerx < size[0] / 2) == corner.endswith("left")
            assert (place.centery < size[1] / 2) == corner.startswith("top")


def test_who_stands_further_away_gets_a_larger_code(typesetter: Typesetter) -> None:
    near, far = (InvitationScene(replace(INVITED, distance_mm=mm), (1920, 1080), typesetter) for mm in (1_000, 2_000))
    assert near.reads_from_mm >= 1_000
    assert far.reads_from_mm >= 2_000
    assert far.place.width > near.place.width


def test_a_distance_that_is_too_far_for_the_screen_is_owned_up_to(typesetter: Typesetter) -> None:
    scene = InvitationScene(replace(INVITED, distance_mm=40_000), (1920, 1080), typesetter)
    assert 2_000 < scene.reads_from_mm < 40_000


def test_the_code_is_ink_on_white_with_four_modules_of_quiet(typesetter: Typesetter) -> None:
    scene = InvitationScene(INVITED, (1920, 1080), typesetter)
    surface = grey((1920, 1080))
    scene.draw(surface)
    pixels = pygame.surfarray.array3d(surface.subsurface(scene.place)).swapaxes(0, 1)
    found, corners = cv2.QRCodeDetector().detect(np.ascontiguousarray(pixels))
    assert found
    left, top = corners[0].min(axis=0)
    right, bottom = corners[0].max(axis=0)
    quiet = 4 * (right - left) / 29 * 0.9
    for stripe in (pixels[int(top) : int(bottom), int(left - quiet) : int(left) - 2],
                   pixels[int(top) : int(bottom), int(right) + 2 : int(right + quiet)],
                   pixels[int(top - quiet) : int(top) - 2, int(left) : int(right)],
                   pixels[int(bottom) + 2 : int(bottom + quiet), int(left) : int(right)]):  # fmt: skip
        assert (stripe == 255).all()


@pytest.mark.parametrize("layer", ["alert", "takeover", "dark", "standby"])
def test_it_does_not_cover_what_matters_more(layer: str, typesetter: Typesetter) -> None:
    foreground = Foreground(typesetter)
    foreground.invite(INVITED, 0)
    while not foreground.prepare((640, 360)):
        os.sched_yield()
    surface = grey((640, 360))
    before = pygame.image.tobytes(surface, "RGB")
    foreground.lay(surface, layer, 0, 0)
    assert pygame.image.tobytes(surface, "RGB") == before
    foreground.lay(surface, "programme", LEASE_NS, LEASE_NS)
    assert pygame.image.tobytes(surface, "RGB") != before


def test_a_player_shows_it_over_the_programme_in_place_of_the_last_and_takes_it_away(tmp_path: Path) -> None:
    still = make_still(tmp_path / "s.jpg", (1280, 720))
    start_ms = now_ms() + 800
    cue: Cue = replace(still_cue(still, start_ms, start_ms + 60_000), title="")
    with player(tmp_path, "--headless", "1280x720") as stand, stand.agent() as agent:
        agent.say(cues(cue), INVITED)
        agent.wait_until(start_ms + 100)

        def seen() -> str:
            picture: Image.Image = agent.picture(tmp_path / "seen.jpg")[0]
            return read(np.asarray(picture.convert("RGB")))

        def becomes(payload: str) -> None:
            agent.wait(lambda: seen() == payload, f"the code to say '{payload}'")

        becomes(PAYLOAD)
        agent.say(replace(INVITED, payload=PAYLOAD.replace("7F3Q", "9KX2"), code="9KX2"))
        becomes(PAYLOAD.replace("7F3Q", "9KX2"))
        agent.say(Invitation(""))
        becomes("")
