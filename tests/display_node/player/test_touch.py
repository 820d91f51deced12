"""Touch at the screen itself: a real player, events as SDL posts them, and what it says and shows."""

from pathlib import Path

import pytest

from display_node.messages import Fault, Heartbeat
from display_node.player.controls import card_of
from display_node.touch_messages import (
    Did,
    Kept,
    Later,
    Left,
    Offer,
    Offered,
    Rung,
    Seat,
    Seats,
    Touched,
    Wished,
)
from tests.display_node.player.hands import Hands
from tests.display_node.player.hands_on import (
    MEASURES,
    Session,
    agent,
    button,
    hands,
    is_other,
    opened,
    seen,
    standing,
    strip,
)
from tests.display_node.player.stand import Agent, heartbeat_of

__all__ = ["agent", "hands", "standing"]


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
