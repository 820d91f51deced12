"""The star of the bells on the screen: mirrored whatever is set, and moving with the round."""

import numpy as np
import pygame

from display_node.player.scenes.bells import COLOURS, BellsScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow
from kiosks.activities.bells import mask_of

SIZE = (640, 360)
SECOND_NS = 1_000_000_000


def drawn(notes: list[int], at_ms: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    scene = BellsScene(SIZE, Typesetter())
    scene.receive(SessionNow("s1", 1, "play", 40_000, 3, (mask_of(notes), -1, 0, at_ms)), SECOND_NS)
    surface = pygame.Surface(SIZE)
    assert scene.draw(surface, SECOND_NS, SECOND_NS)
    x, y = scene._middle
    reach = scene._radius + 8
    return pygame.surfarray.array3d(surface)[x - reach : x + reach + 1, y - reach : y + reach + 1].astype(np.uint8)


def test_whatever_is_set_is_a_star_that_is_its_own_mirror_image() -> None:
    star = drawn([0, 13, 22, 39], 0)
    # Lights stand on whole pixels, so that the mirrored star may differ by the rim of a light and no more.
    assert np.abs(star.astype(int) - star[::-1].astype(int)).mean() < 4
    assert (star > 200).sum() > (drawn([], 0) > 200).sum() + 200


def test_a_light_swells_when_it_sounds_and_fades() -> None:
    bright = [int(drawn([0], at_ms).astype(int).sum()) for at_ms in (0, 500, 2_000)]
    assert bright[0] > bright[1] > bright[2]
    assert len(set(COLOURS)) == 5
