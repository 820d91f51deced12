"""Touch and pads at the screen itself: a real player, events as SDL posts them, and what it says and shows."""

import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pygame
import pytest
from PIL import Image, ImageChops, ImageStat

from content.clock import now_ms
from display_node.messages import Fault, Heartbeat, Panic
from display_node.player.by_pad import ON_NOTE
from display_node.player.controls import Button, Card, Strip, card_of, strip_of
from display_node.player.reach import Measures
from display_node.player.text import INK, PAPER
from display_node.session_messages import SessionNow, SessionOff, SessionOn
from display_node.touch_messages import (
    MOST_SETS,
    Did,
    Kept,
    Later,
    Left,
    Offer,
    Offered,
    Reach,
    Rung,
    Seat,
    Seats,
    Touched,
    Wished,
)
from kiosks.activities.poll import Question
from kiosks.messages import CELLS
from tests.display_node.player.hands import Hands, handled
from tests.display_node.player.stand import Agent, Stand, card_cue, cues, heartbeat_of

SIZE = (640, 360)
HEIGHT_MM, EDGE_MM = 1_300, 300
MEASURES = Measures(*SIZE, HEIGHT_MM, EDGE_MM)
QUESTION = Question("Which tree?", ("Oak", "Lime", "Birch"), "Council", "en")
OFFER = Offer((Offered("p1", "poll", "Which tree?"), Offered("c1", "crowd")))
PAD = MOST_SETS
QUIT_KEY, C_KEY, CTRL = pygame.K_q, pygame.K_c, pygame.KMOD_CTRL
CORNER = (10, 10, 60, 40)
"""There stand the figures."""
ESCAPE_KEY, FIGURES_KEY = pygame.K_ESCAPE, pygame.K_F3


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


FIGURES = {"poll": (1, 2, 3), "crowd": (5_000, 0, 0, 0, 0, 9_000), "bells": (0b101, -1, 0, 4_000)}


def test_a_touch_is_told_and_the_offer_of_the_agent_begins_what_is_pressed(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    plan = opened(agent, hands, tmp_path)
    hands.press(button(plan, "wish", 1))
    agent.wait(lambda: any(isinstance(said, Wished) for said in agent.heard), "a wish")
    wished = agent.of(Wished)[-1]
    assert wished.activity == "c1"
    # Whoever chose it is where they stand: the middle set of controls.
    sets = strip("crowd").sets
    assert wished.station == min(sets, key=lambda one: abs(one.head[0] + one.head[2] // 2 - 320)).station


def test_a_finger_that_held_a_row_is_lifted_from_an_offer_without_rows(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    plan = opened(agent, hands, tmp_path)
    row = button(plan, "wish", 1).rect.center
    hands.down(*row, 2)
    before, _ = agent.picture(tmp_path / "held.jpg")
    agent.say(Offer(later="nothing"))
    agent.wait(lambda: is_other(before, agent.picture(tmp_path / "now.jpg")[0], plan.place), "the other offer")
    hands.up(*row, 2)
    heartbeat_of(agent)
    assert agent.of(Wished) == []
    assert agent.of(Fault) == []


def test_what_lacks_a_phone_or_the_service_is_not_begun_by_a_finger(agent: Agent, hands: Hands, tmp_path: Path) -> None:
    before, _ = agent.picture(tmp_path / "before.jpg")
    hands.tap(320, 180)
    agent.wait(lambda: Touched(0) in agent.heard, "a touch")
    offer = Offer(
        (Offered("w1", "wall", "What?", "phone"), Offered("b1", "bells", "", "service"), Offered("c1", "crowd"))
    )
    agent.say(offer)
    plan = card_of(offer, (320, 180), MEASURES, is_low=False)
    agent.wait(lambda: is_other(before, agent.picture(tmp_path / "now.jpg")[0], plan.place), "the offer")
    for row in range(3):
        hands.press(button(plan, "wish", row))
    agent.wait(lambda: bool(agent.of(Wished)), "a wish")
    assert [said.activity for said in agent.of(Wished)] == ["c1"]


def test_a_defect_in_what_hears_fingers_closes_the_offer_is_told_and_the_picture_goes_on(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    before, _ = agent.picture(tmp_path / "before.jpg")
    plan = opened(agent, hands, tmp_path)
    hands.post("FINGERDOWN")  # as no SDL would say it: a finger that is nowhere
    agent.wait(lambda: any("AttributeError" in fault.sentence for fault in agent.of(Fault)), "the defect")
    agent.wait(lambda: not is_other(before, agent.picture(tmp_path / "now.jpg")[0], plan.place), "no offer")
    agent.heard.clear()
    hands.tap(320, 180)
    agent.wait(lambda: Touched(0) in agent.heard and bool(agent.of(Heartbeat)), "the next touch")


def test_two_people_vote_at_once_each_at_their_own_controls(agent: Agent, hands: Hands, tmp_path: Path) -> None:
    with Session(agent, "poll") as session:
        plan = seen(agent, hands, "poll", tmp_path)
        before, _ = agent.picture(tmp_path / "before.jpg")
        one, other = button(plan, "choose", 1, station=0), button(plan, "choose", 2, station=1)
        hands.down(*one.rect.center, 1)
        hands.down(*other.rect.center, 2)
        hands.up(*other.rect.center, 2)
        hands.up(*one.rect.center, 1)
        agent.wait(lambda: len(agent.of(Did)) == 2, "two votes")
        assert agent.of(Did) == [Did(0, "choose", 1), Did(1, "choose", 2)]
        agent.say(Seats((Seat(0, "coral", "fox"), Seat(1, "teal", "heron"))))
        agent.say(Kept(0, "p9", 2), Kept(0, "a1", 1), Kept(1, "a1", 2))
        session.figures, session.number = (1, 3, 4), 2

        def is_marked() -> bool:
            now, _ = agent.picture(tmp_path / "now.jpg")
            return all(
                is_other(before, now, place) for place in (one.place, other.place, plan.sets[0].head, plan.scene)
            )

        agent.wait(is_marked, "both votes, both names and the bars")
        hands.press(button(plan, "next", 0, station=1))
        agent.wait(lambda: agent.of(Left) == [Left(1)], "the next person")


def test_a_vote_is_ticked_when_it_is_kept_and_one_that_is_not_is_told(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    with Session(agent, "poll"):
        plan = seen(agent, hands, "poll", tmp_path)
        before, _ = agent.picture(tmp_path / "before.jpg")
        one, other = button(plan, "choose", 1, station=0), button(plan, "choose", 2, station=1)
        hands.press(one)
        hands.press(other)
        agent.wait(lambda: len(agent.of(Did)) == 2, "two votes")

        def is_seen(place: tuple[int, int, int, int]) -> bool:
            return is_other(before, agent.picture(tmp_path / "now.jpg")[0], place)

        agent.say(Kept(1, "a1", 2, is_kept=False))
        agent.wait(lambda: is_seen(plan.sets[1].head), "that it was not kept")
        assert not is_seen(one.place)
        assert not is_seen(other.place)
        agent.say(Kept(0, "a1", 1))
        agent.wait(lambda: is_seen(one.place), "the tick")
        assert not is_seen(other.place)
        # On the disk, and not at the service in time.
        ticked, _ = agent.picture(tmp_path / "ticked.jpg")
        agent.say(Kept(0, "a1", 1, is_kept=False, is_late=True))
        agent.wait(lambda: not is_seen(one.place), "no tick")
        assert is_other(ticked, agent.picture(tmp_path / "now.jpg")[0], plan.sets[0].head)


def test_who_wants_to_choose_what_plays_next_is_at_the_set_nearest_to_the_finger_that_asked(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    before, _ = agent.picture(tmp_path / "before.jpg")
    hands.tap(500, 180)
    agent.wait(lambda: Touched(0) in agent.heard, "a touch")
    offer = Offer((Offered("n1", "next", "What shall play next?"), Offered("n2", "next", "And then?", "service")))
    agent.say(offer)
    plan = card_of(offer, (500, 180), MEASURES, is_low=False)
    agent.wait(lambda: is_other(before, agent.picture(tmp_path / "now.jpg")[0], plan.place), "the offer")
    for row in (1, 0):
        hands.press(button(plan, "wish", row))
    agent.wait(lambda: bool(agent.of(Wished)), "a wish")
    assert agent.of(Wished) == [Wished(2, "n1")]
    with Session(agent, "poll"):
        seen(agent, hands, "poll", tmp_path)


@pytest.mark.parametrize("later", ["choice", "service"])
def test_that_nothing_can_be_chosen_just_now_is_said_and_then_the_programme_is_back(
    agent: Agent, hands: Hands, tmp_path: Path, later: Later
) -> None:
    before, _ = agent.picture(tmp_path / "before.jpg")
    hands.tap(320, 180)
    agent.wait(lambda: Touched(0) in agent.heard, "a touch")
    offer = Offer(later=later)
    agent.say(offer)
    place = card_of(offer, (320, 180), MEASURES, is_low=False).place
    agent.wait(lambda: is_other(before, agent.picture(tmp_path / f"{later}.jpg")[0], place), "the notice")
    agent.wait(lambda: not is_other(before, agent.picture(tmp_path / "now.jpg")[0], place), "the programme")


def test_a_finger_stays_with_the_side_on_which_it_came_down(agent: Agent, hands: Hands, tmp_path: Path) -> None:
    with Session(agent, "crowd"):
        plan = seen(agent, hands, "crowd", tmp_path)
        left, right = button(plan, "lean", -100, station=0), button(plan, "lean", 100, station=1)
        hands.down(*left.rect.center, 1)
        hands.down(*right.rect.center, 2)
        hands.move(*right.rect.center, 1)
        hands.up(*right.rect.center, 1)
        hands.up(*right.rect.center, 2)
        agent.wait(lambda: len(agent.of(Did)) == 2, "two leans")
        assert agent.of(Did) == [Did(0, "steer", -100), Did(1, "steer", 100)]


def test_lower_brings_the_controls_down_and_they_are_pressed_there(agent: Agent, hands: Hands, tmp_path: Path) -> None:
    with Session(agent, "poll"):
        plan = seen(agent, hands, "poll", tmp_path)
        low = strip(is_low=True)
        assert low.place[1] > plan.place[1] + 30
        assert plan.lower is not None
        before, _ = agent.picture(tmp_path / "before.jpg")
        hands.press(plan.lower)
        hands.press(button(low, "choose", 0, station=2))
        agent.wait(lambda: agent.of(Did) == [Did(2, "choose", 0)], "a vote lower down")
        agent.wait(lambda: is_other(before, agent.picture(tmp_path / "now.jpg")[0], low.place), "them to be seen there")


def test_a_note_set_by_touch_is_ticked_when_it_is_kept_and_one_that_is_not_is_told(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    with Session(agent, "bells"):
        plan = seen(agent, hands, "bells", tmp_path)
        note, other = button(plan, "note", 17, station=0), button(plan, "note", 18, station=0)
        before, _ = agent.picture(tmp_path / "before.jpg")

        def is_seen(place: tuple[int, int, int, int]) -> bool:
            return is_other(before, agent.picture(tmp_path / "now.jpg")[0], place)

        hands.press(note)
        hands.press(other)
        agent.wait(lambda: agent.of(Did) == [Did(0, "note", 17), Did(0, "note", 18)], "two notes")
        agent.say(Rung(0, "a1", (17,), is_kept=False))
        agent.wait(lambda: is_seen(note.place), "the tick")
        assert is_seen(plan.sets[0].head)
        assert not is_seen(other.place)
        hands.press(note)
        agent.say(Rung(0, "a1", ()))
        agent.wait(lambda: not is_seen(note.place), "it to be taken away")


def test_a_pad_opens_an_offer_chooses_from_it_and_its_visitor_goes_with_it(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    before, _ = agent.picture(tmp_path / "before.jpg")
    hands.post("JOYBUTTONDOWN", instance_id=40, button=3)
    agent.wait(lambda: Touched(PAD) in agent.heard, "a touch")
    agent.say(OFFER)
    plan = card_of(OFFER, None, MEASURES, is_low=False)
    agent.wait(lambda: is_other(before, agent.picture(tmp_path / "now.jpg")[0], plan.place), "the offer")
    hands.post("JOYHATMOTION", instance_id=40, hat=0, value=(0, -1))
    hands.post("JOYHATMOTION", instance_id=40, hat=0, value=(0, 0))
    hands.post("JOYBUTTONDOWN", instance_id=40, button=0)
    agent.wait(lambda: agent.of(Wished) == [Wished(PAD, "c1")], "a wish")
    with Session(agent, "crowd"):

        def has_leant() -> bool:
            hands.post("JOYAXISMOTION", instance_id=40, axis=0, value=0.52)
            hands.post("JOYAXISMOTION", instance_id=40, axis=0, value=0.0)
            return Did(PAD, "steer", 50) in agent.heard

        agent.wait(has_leant, "a lean")
        hands.post("JOYDEVICEREMOVED", instance_id=40)
        agent.wait(lambda: agent.of(Left) == [Left(PAD)], "its visitor to go")


def test_one_button_is_enough_to_vote(agent: Agent, hands: Hands) -> None:
    with Session(agent, "poll"):

        def has_pressed() -> bool:
            hands.post("KEYDOWN", key=32, mod=0, unicode=" ", scancode=44)
            hands.post("KEYUP", key=32, mod=0, unicode=" ", scancode=44)
            return len(chosen()) >= 4

        def chosen() -> list[Did]:
            return [said for said in agent.of(Did) if said.deed == "choose"]

        agent.wait(has_pressed, "some presses")
        assert chosen()[:4] == [Did(PAD, "choose", option) for option in (0, 1, 2, 0)]


def test_one_button_is_enough_to_set_notes(agent: Agent, hands: Hands) -> None:
    with Session(agent, "bells"):

        def has_pressed() -> bool:
            hands.post("KEYDOWN", key=32, mod=0, unicode=" ", scancode=44)
            hands.post("KEYUP", key=32, mod=0, unicode=" ", scancode=44)
            return len(notes()) >= 3

        def notes() -> list[Did]:
            return [said for said in agent.of(Did) if said.deed == "note"]

        agent.wait(has_pressed, "some presses")
        first = notes()[0].value
        assert notes()[:3] == [Did(PAD, "note", (first + step * ON_NOTE) % CELLS) for step in range(3)]


def test_a_keyboard_that_is_there_for_everybody_neither_ends_the_show_nor_lays_figures_over_it(
    agent: Agent, hands: Hands, tmp_path: Path
) -> None:
    before, _ = agent.picture(tmp_path / "before.jpg")

    def strike() -> None:
        for key, held in ((QUIT_KEY, 0), (C_KEY, CTRL), (ESCAPE_KEY, 0), (FIGURES_KEY, 0)):
            hands.post("KEYDOWN", key=key, mod=held, unicode="", scancode=0)
            hands.post("KEYUP", key=key, mod=held, unicode="", scancode=0)

    def figures() -> bool:
        return is_other(before, agent.picture(tmp_path / "now.jpg")[0], CORNER)

    def is_still() -> bool:
        nonlocal before
        last, before = before, agent.picture(tmp_path / "before.jpg")[0]
        return not is_other(last, before, (0, 0, *SIZE))

    agent.wait(is_still, "what was on before to be gone")
    strike()
    heartbeat_of(agent)
    assert not figures()
    agent.say(Reach(has_touch=True))
    agent.picture(tmp_path / "now.jpg")  # what is said in order is heard in order
    hands.post("KEYDOWN", key=FIGURES_KEY, mod=0, unicode="", scancode=0)
    agent.wait(figures, "the figures")
    hands.post("KEYDOWN", key=FIGURES_KEY, mod=0, unicode="", scancode=0)
    agent.wait(lambda: not figures(), "no figures")


def test_where_there_is_no_touch_nothing_is_said_of_it(agent: Agent, hands: Hands) -> None:
    agent.say(Reach(has_pads=True))

    def by_pad() -> list[Touched]:
        return [said for said in agent.of(Touched) if said.station >= PAD]

    def is_told_again() -> bool:
        hands.tap(100, 100)
        hands.post("JOYBUTTONDOWN", instance_id=41, button=0)
        return len(by_pad()) > told

    told = 0
    agent.wait(is_told_again, "a pad, and that there is no touch any more")
    told, said = len(by_pad()), len(agent.heard)
    agent.wait(is_told_again, "it again")
    assert Touched(0) not in agent.heard[said:]
