"""Pads, one button and a keyboard at the screen itself: what a real player says of them and shows."""

from pathlib import Path

import pygame

from display_node.player.by_pad import ON_NOTE
from display_node.player.controls import card_of
from display_node.touch_messages import (
    Did,
    Left,
    Reach,
    Touched,
    Wished,
)
from kiosks.messages import CELLS
from tests.display_node.player.hands import Hands
from tests.display_node.player.hands_on import MEASURES, OFFER, PAD, SIZE, Session, agent, hands, is_other, standing
from tests.display_node.player.stand import Agent, heartbeat_of

__all__ = ["agent", "hands", "standing"]

QUIT_KEY, C_KEY, CTRL = pygame.K_q, pygame.K_c, pygame.KMOD_CTRL
CORNER = (10, 10, 60, 40)
"""There stand the figures."""
ESCAPE_KEY, FIGURES_KEY = pygame.K_ESCAPE, pygame.K_F3


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
