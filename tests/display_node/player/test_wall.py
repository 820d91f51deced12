"""The wall on the screen: the slip that is large, and none that was taken down."""

import pygame

from display_node.player.scenes.wall import SLIPS, WallScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow, SessionWords
from kiosks.activities.wall import Prompt

SIZE = (480, 270)
PROMPT = Prompt("What can you hear here?", "Youth club", "en")
SECOND_NS = 1_000_000_000


def papers(scene: WallScene, instant_ns: int) -> list[bool]:
    """Whether the paper of the first and of the second slip can be seen on the board."""
    surface = pygame.Surface(SIZE)
    assert scene.draw(surface, instant_ns, instant_ns)
    board = surface.subsurface((0, 60, 300, 110))
    seen = {tuple(board.get_at((x, y)))[:3] for x in range(board.get_width()) for y in range(board.get_height())}
    return [SLIPS[index][0] in seen for index in range(2)]


def now(number: int, edition: int, place: int, phase: str = "play") -> SessionNow:
    return SessionNow("s1", number, phase, 40_000, 3, (edition, place, 2, 0))


def test_the_slip_that_is_large_is_seen_the_next_takes_its_place_and_one_taken_down_is_gone_at_once() -> None:
    scene = WallScene(PROMPT, SessionWords("s1", 1, ("Bells", "Rain")), SIZE, Typesetter())
    assert papers(scene, 0) == [False, False]
    scene.receive(now(1, 1, 0), SECOND_NS)
    assert papers(scene, 3 * SECOND_NS) == [True, False]
    scene.receive(now(2, 1, 1), 4 * SECOND_NS)
    assert papers(scene, 6 * SECOND_NS) == [False, True]
    scene.receive(now(3, 2, 1), 7 * SECOND_NS)  # the set of answers is another now: this scene knows only the old one
    assert papers(scene, 7 * SECOND_NS) == [False, False]
    assert papers(scene, 9 * SECOND_NS) == [False, False]


def test_it_moves_sixty_times_a_second_and_a_wall_without_answers_invites() -> None:
    scene = WallScene(PROMPT, None, SIZE, Typesetter())
    scene.receive(SessionNow("s1", 1, "play", 40_000, 0, (0, -1, 0, 0)), SECOND_NS)
    assert scene.change_after(SECOND_NS) - scene.change_before(SECOND_NS) == 1_000_000_000 // 60
    surface = pygame.Surface(SIZE)
    scene.draw(surface, 2 * SECOND_NS, 2 * SECOND_NS)
    board = surface.subsurface((30, 60, 250, 110))
    assert len({tuple(board.get_at((x, y))) for x in range(0, 250, 2) for y in range(0, 110, 2)}) > 5
