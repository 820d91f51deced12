"""Street reports on the screen: the card that is large, in the colour of its status, and none of another set."""

import pygame

from display_node.player.scenes.reports import COLOURS, ReportsScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow, SessionWords
from kiosks.activities.reports import Status, Told, row_of
from kiosks.activities.wall import Prompt

SIZE = (480, 270)
PROMPT = Prompt("What should be mended here?", "Council", "en")
SAID = (
    "There is a water pipe below: no tree can stand here. We look for another place near the library, and say it here."
)
ROWS = tuple(
    row_of(one)
    for one in (Told(12, "planned", "Broken or damaged", "A new lamp comes in May."), Told(9, "done", "Litter", ""))
)
SECOND_NS = 1_000_000_000


def colours(scene: ReportsScene, instant_ns: int) -> set[Status]:
    """The statuses whose colour stands at the left of a card."""
    surface = pygame.Surface(SIZE)
    assert scene.draw(surface, instant_ns, instant_ns)
    seen = {tuple(surface.get_at((17, y)))[:3] for y in range(80, 200)}
    return {status for status, colour in COLOURS.items() if colour in seen}


def now(number: int, edition: int, place: int, phase: str = "play") -> SessionNow:
    return SessionNow("s1", number, phase, 40_000, 3, (edition, place, 2, 0, 57, 9, 44))


def test_one_card_gives_way_to_the_next_and_a_set_that_is_not_composed_yet_shows_none() -> None:
    scene = ReportsScene(PROMPT, SessionWords("s1", 1, ROWS), SIZE, Typesetter())
    assert colours(scene, 0) == set()
    scene.receive(now(1, 1, 0), SECOND_NS)
    assert colours(scene, 3 * SECOND_NS) == {"planned"}
    scene.receive(now(2, 1, 1), 4 * SECOND_NS)
    assert colours(scene, 6 * SECOND_NS) == {"done"}
    scene.receive(now(3, 2, 0), 7 * SECOND_NS)
    assert colours(scene, 9 * SECOND_NS) == set()
    scene.receive(now(4, 1, 1, "result"), 10 * SECOND_NS)
    assert colours(scene, 12 * SECOND_NS) == set()


def test_it_stands_on_every_shape_of_screen_with_the_longest_words_and_with_none() -> None:
    for size in ((1920, 1080), (270, 480), (480, 60), (64, 64)):
        longest = row_of(Told(2**31, "not_done", "W" * 40, SAID))
        scene = ReportsScene(PROMPT, SessionWords("s1", 1, (longest, "no row")), size, Typesetter())
        for place in (0, 1, -1):
            scene.receive(now(1, 1, place), SECOND_NS)
            assert scene.draw(pygame.Surface(size), 2 * SECOND_NS, 2 * SECOND_NS)
    assert ReportsScene(PROMPT, None, SIZE, Typesetter()).draw(pygame.Surface(SIZE), 0, 0)


def test_news_of_another_version_changes_nothing() -> None:
    scene = ReportsScene(PROMPT, SessionWords("s1", 1, ROWS), SIZE, Typesetter())
    scene.receive(SessionNow("s1", 5, "play", 1, 1, (1, 0)), SECOND_NS)
    assert scene.number == 0
    assert scene.change_after(0) > scene.change_before(0) == 0
