"""Nothing that lies on the screen, and no worn stick, keeps there what can be pressed."""

from collections.abc import Iterator

import pygame
import pytest

from display_node.messages import ToAgent
from display_node.player.controls import card_of
from display_node.player.reach import Measures
from display_node.player.session import SessionLayer
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.touch import IDLE_NS, Touch
from display_node.touch_messages import Offer, Offered, Reach, Touched, Wished

SIZE = (640, 360)
OFFER = Offer((Offered("p1", "poll", "Which tree?"), Offered("c1", "crowd")))
ROW = card_of(OFFER, (320, 180), Measures(*SIZE, 0, 0), is_low=False).rows[1].rect.center
BEGAN_NS = 1_000 * IDLE_NS


class Screen:
    """What people do there at which time after the offer opened, and what is said of it."""

    def __init__(self, stage: Stage) -> None:
        """An offer stands where somebody touched."""
        self._stage, self.said = stage, list[ToAgent]()
        setter = Typesetter()
        self.touch = Touch(setter, SessionLayer(setter), self.said.append)
        self.touch.hear(Reach(has_touch=True, has_pads=True), BEGAN_NS)
        self.do(0, finger("FINGERDOWN", (320, 180)), finger("FINGERUP", (320, 180)))
        self.touch.hear(OFFER, BEGAN_NS)
        self.said.clear()

    def do(self, after_ns: int, *events: pygame.Event) -> None:
        """Events, and a picture."""
        self.touch.take(events, self._stage, "programme", BEGAN_NS + after_ns)


def finger(kind: str, at: tuple[int, int], number: int = 1) -> pygame.Event:
    return pygame.Event(
        getattr(pygame, kind), touch_id=1, finger_id=number, x=at[0] / SIZE[0], y=at[1] / SIZE[1]
    )  # fmt: skip


def press(at: tuple[int, int], number: int = 9) -> list[pygame.Event]:
    return [finger("FINGERDOWN", at, number), finger("FINGERUP", at, number)]


@pytest.fixture
def screen() -> Iterator[Screen]:
    stage = Stage("headless", SIZE)
    yield Screen(stage)
    stage.close()


def test_an_offer_stands_for_twenty_seconds_after_the_last_press(screen: Screen) -> None:
    screen.do(IDLE_NS, *press(ROW))
    assert screen.said == [Wished(screen.said[0].station, "c1")]  # type: ignore[union-attr]


def test_a_finger_that_stays_and_moves_does_not_keep_an_offer(screen: Screen) -> None:
    screen.do(1, finger("FINGERDOWN", ROW))
    for share in range(1, 12):
        screen.do(share * IDLE_NS // 10, finger("FINGERMOTION", (ROW[0] + share, ROW[1])))
    screen.do(IDLE_NS + IDLE_NS // 5, finger("FINGERUP", ROW), *press(ROW))
    assert screen.said == [Touched(0)]


def test_a_worn_stick_does_not_keep_an_offer(screen: Screen) -> None:
    for share in range(1, 12):
        leans = 0.3 if share % 2 else 0.4
        screen.do(share * IDLE_NS // 10, pygame.Event(pygame.JOYAXISMOTION, instance_id=3, axis=0, value=leans))
    screen.do(IDLE_NS + IDLE_NS // 5, *press(ROW))
    assert screen.said == [Touched(0)]


def test_the_agent_closes_an_offer(screen: Screen) -> None:
    screen.touch.hear(Offer(), BEGAN_NS)
    screen.do(1, *press(ROW))
    assert screen.said == [Touched(0)]
