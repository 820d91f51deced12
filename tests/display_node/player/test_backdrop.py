"""A picture behind words on the screen: readable over every picture, without motion, and plain where there is none."""

import io
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray
from PIL import Image

from display_node.player.scenes.activities import make_scene
from display_node.player.scenes.activity import ActivityScene
from display_node.player.scenes.backdrop import veiled_picture
from display_node.player.session import SessionLayer
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow, SessionOn
from kiosks.activities.poll import Before, Question
from kiosks.activities.wording import Wording
from kiosks.themes import OVER_A_PICTURE, PAPER, THEMES, Colour, contrast

WIDE, UPRIGHT = (640, 360), (360, 640)
LONG = "Where in the whole of our town shall the new bench for everybody stand next year, and who paints it?"
VIETNAMESE = Wording("vi", "Đặt ghế đá mới ở đâu?", ("Bên bờ sông", "Trước cổng trường"))
QUESTION = Question("Where shall the bench stand?", ("By the river", "At the school"), "Council", "en", also=VIETNAMESE)
BEFORE = Before("Which colour?", ("Red", "Blue"), (3, 1), "It is red since Monday, and dry.")
SECOND_NS = 1_000_000_000


def picture(kind: str, size: tuple[int, int] = (900, 500)) -> bytes:
    """White, black, or noise of both: what is hardest to read on."""
    shape = (size[1], size[0], 3)
    noise = np.random.default_rng(4).integers(0, 2, shape, np.uint8) * 255
    pixels = {"white": np.full(shape, 255, np.uint8), "black": np.zeros(shape, np.uint8), "noise": noise}[kind]
    body = io.BytesIO()
    Image.fromarray(pixels).save(body, "PNG")
    return body.getvalue()


def told(question: Question, backdrop: str = "") -> SessionOn:
    words = json.dumps(question.as_json(), ensure_ascii=False)
    return SessionOn("s1", "p1", "poll", words, 7, 0, 10**13, 1, "paper", backdrop)


def pixels_of(surface: pygame.Surface) -> NDArray[np.uint8]:
    return pygame.surfarray.array3d(surface)


def drawn(scene: ActivityScene, size: tuple[int, int], instant_ns: int = 9 * SECOND_NS) -> NDArray[np.uint8]:
    surface = pygame.Surface(size)
    assert scene.draw(surface, instant_ns, instant_ns)
    return pixels_of(surface)


def lightest(pixels: NDArray[np.uint8]) -> Colour:
    """A colour at least as light as every pixel there."""
    red, green, blue = (int(one) for one in pixels.reshape(-1, 3).max(axis=0))
    return red, green, blue


@pytest.mark.parametrize("size", [WIDE, UPRIGHT, (256, 144), (1920, 1080)])
@pytest.mark.parametrize("kind", ["white", "black", "noise"])
def test_everywhere_words_are_written_they_stand_out_from_every_picture(kind: str, size: tuple[int, int]) -> None:
    """Where the scene differs from the bare picture something is written: there the picture is dark enough for it."""
    ground = veiled_picture(io.BytesIO(picture(kind)), size)
    bare = pixels_of(ground.copy())
    for question in (QUESTION, replace(QUESTION, question=LONG, also=None, before=BEFORE)):
        for phase in ("lobby", "play", "result"):
            scene = make_scene(told(question), None, size, Typesetter(), ground.copy())
            scene.receive(SessionNow("s1", 1, phase, 40_000, 3, (3, 1)), SECOND_NS)
            written = (drawn(scene, size) != bare).any(axis=2)
            assert written.sum() > 100
            beneath = lightest(bare[written])
            for words in (OVER_A_PICTURE.words, OVER_A_PICTURE.accent, *OVER_A_PICTURE.options):
                assert contrast(words, beneath) >= 4.5


def test_the_picture_fills_the_stage_is_clearer_where_no_words_are_and_does_not_move() -> None:
    ground = pixels_of(veiled_picture(io.BytesIO(picture("white")), WIDE))
    assert ground.shape == (*WIDE, 3)
    assert ground[-1].min() > 180
    assert ground[0].max() < 100
    scene = make_scene(told(QUESTION), None, WIDE, Typesetter(), veiled_picture(io.BytesIO(picture("noise")), WIDE))
    scene.receive(SessionNow("s1", 1, "result", 40_000, 3, (3, 1)), SECOND_NS)
    assert (drawn(scene, WIDE, 20 * SECOND_NS) == drawn(scene, WIDE, 29 * SECOND_NS)).all()


def fact(holds: Callable[[], bool]) -> None:
    """Waits until `holds()`; scenes are composed in a thread."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def scene_of(layer: SessionLayer, instant_ns: int) -> ActivityScene:
    fact(lambda: layer.scene_at(instant_ns, WIDE) is not None)
    found = layer.scene_at(instant_ns, WIDE)
    assert found is not None
    return found


def test_a_picture_that_is_taken_down_goes_in_the_middle_of_a_session_and_the_session_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "picture"
    place.write_bytes(picture("white"))
    layer = SessionLayer(Typesetter())
    layer.hear(told(QUESTION, str(place)), WIDE, SECOND_NS)
    layer.hear(SessionNow("s1", 1, "play", 40_000, 3, (3, 1)), WIDE, SECOND_NS)
    first = scene_of(layer, SECOND_NS + 1)
    assert drawn(first, WIDE)[-1].min() > 180
    layer.hear(told(QUESTION), WIDE, SECOND_NS + 2)
    fact(lambda: layer.scene_at(SECOND_NS + 3, WIDE) is not first)
    plain = drawn(scene_of(layer, SECOND_NS + 3), WIDE)
    assert tuple(plain[-1][0]) == THEMES[PAPER].ground
    assert layer.news is not None
    assert layer.news.figures == (3, 1)


@pytest.mark.parametrize("body", [None, b"no picture at all", picture("white")[:200]])
def test_a_picture_that_is_not_there_or_cannot_be_decoded_leaves_the_plain_colours(
    body: bytes | None, tmp_path: Path
) -> None:
    place = tmp_path / "picture"
    if body is not None:
        place.write_bytes(body)
    layer = SessionLayer(Typesetter())
    layer.hear(told(QUESTION, str(place)), WIDE, SECOND_NS)
    assert tuple(drawn(scene_of(layer, SECOND_NS + 1), WIDE)[-1][0]) == THEMES[PAPER].ground
