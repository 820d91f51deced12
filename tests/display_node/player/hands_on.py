"""A player that people touch, press and strike: what tests of hands at a screen share."""

import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from PIL import Image, ImageChops, ImageStat

from content.clock import now_ms
from display_node.messages import Panic
from display_node.player.controls import Button, Card, Strip, card_of, strip_of
from display_node.player.reach import Measures
from display_node.player.text import INK, PAPER
from display_node.session_messages import SessionNow, SessionOff, SessionOn
from display_node.touch_messages import (
    MOST_SETS,
    Offer,
    Offered,
    Reach,
    Seats,
    Touched,
)
from kiosks.activities.poll import Question
from tests.display_node.player.hands import Hands, handled
from tests.display_node.player.stand import Agent, Stand, card_cue, cues

SIZE = (640, 360)
HEIGHT_MM, EDGE_MM = 1_300, 300
MEASURES = Measures(*SIZE, HEIGHT_MM, EDGE_MM)
QUESTION = Question("Which tree?", ("Oak", "Lime", "Birch"), "Council", "en")
OFFER = Offer((Offered("p1", "poll", "Which tree?"), Offered("c1", "crowd")))
PAD = MOST_SETS
FIGURES = {"poll": (1, 2, 3), "crowd": (5_000, 0, 0, 0, 0, 9_000), "bells": (0b101, -1, 0, 4_000)}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stand, Hands]]:
    with handled(tmp_path_factory.mktemp("touch"), SIZE) as both:
        yield both


@pytest.fixture
def hands(standing: tuple[Stand, Hands]) -> Hands:
    return standing[1]


@pytest.fixture
def agent(standing: tuple[Stand, Hands]) -> Iterator[Agent]:
    """An agent with the card on, and touch and pads allowed; nothing of the test before is left."""
    stand, _hands = standing
    with stand.agent() as agent:
        at_ms = now_ms()
        agent.say(Panic(False), cues(card_cue(at_ms - 1_000, at_ms + 600_000)), SessionOff("s1"), Reach(), Seats())
        agent.say(Reach(True, True, HEIGHT_MM, EDGE_MM))
        yield agent


class Session:
    """A session that is on while the block lasts: its lease is renewed as the agent does, four times a second."""

    def __init__(self, agent: Agent, kind: str) -> None:
        self._agent, self.figures, self.number = agent, FIGURES[kind], 1
        at_ms = now_ms()
        question = json.dumps(QUESTION.as_json()) if kind == "poll" else ""
        agent.say(SessionOn("s1", "a1", kind, question, 7, at_ms, at_ms + 600_000, 1))
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._renew)
        self._thread.start()

    def _renew(self) -> None:
        while True:
            self._agent.say(SessionNow("s1", self.number, "play", 50_000, 2, self.figures))
            if self._is_over.wait(0.25):
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()


def strip(kind: str = "poll", *, is_low: bool = False) -> Strip:
    plan = strip_of(kind, 3 if kind == "poll" else 0, MEASURES, is_low=is_low)
    assert plan is not None
    return plan


def button(plan: Strip | Card, use: str, value: int = 0, station: int = 0) -> Button:
    return next(one for one in plan.buttons() if (one.use, one.value, one.station) == (use, value, station))


def is_other(one: Image.Image, other: Image.Image, place: tuple[int, int, int, int]) -> bool:
    left, top, width, height = place
    box = (left, top, left + width, top + height)
    difference = ImageChops.difference(one.convert("RGB").crop(box), other.convert("RGB").crop(box))
    return max(high for _low, high in difference.getextrema()) > 60  # type: ignore[misc]


def is_of(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    means = ImageStat.Stat(picture.convert("RGB").crop((*at, at[0] + 2, at[1] + 2))).mean
    return sum(abs(mean - wanted) for mean, wanted in zip(means, colour, strict=True)) < 40


def opened(agent: Agent, hands: Hands, tmp_path: Path) -> Card:
    """An offer stands where the finger was."""
    before, _ = agent.picture(tmp_path / "before.jpg")
    hands.tap(320, 180)
    agent.wait(lambda: Touched(0) in agent.heard, "a touch")
    agent.say(OFFER)
    plan = card_of(OFFER, (320, 180), MEASURES, is_low=False)
    agent.wait(lambda: is_other(before, agent.picture(tmp_path / "now.jpg")[0], plan.place), "the offer")
    return plan


def seen(agent: Agent, hands: Hands, kind: str, tmp_path: Path) -> Strip:
    """The controls of a session stand there, because somebody touched it."""
    plan = strip(kind)
    ground = (plan.place[0] + 1, plan.place[1] + plan.place[3] // 2)
    beside = (plan.rest[0] + 4, plan.rest[1] + 4)  # the bells have the ground of the controls, and no paper

    looked = itertools.count()

    def is_there() -> bool:
        if next(looked) % 5 == 0:  # more touches a second than people make are not heard, nor what follows them
            hands.tap(320, 5)
        picture, _ = agent.picture(tmp_path / "strip.jpg")
        return is_of(picture, ground, INK) and (kind != "bells" or is_of(picture, beside, PAPER))

    agent.wait(is_there, "the controls")
    return plan
