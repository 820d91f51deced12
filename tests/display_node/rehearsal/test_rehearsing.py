"""A rehearsal: simulated visitors behave as asked, its time is its own, and equal orders give equal pictures."""

import pytest

from content.canonical import Json
from display_node.rehearsal.rehearsing import ATTRACT_MS, Rehearsal
from display_node.rehearsal.visitors import SLOWEST_MS
from kiosks.activities.poll import Question
from kiosks.activities.statement import Asked, Kind, Statement
from kiosks.activities.wall import Prompt
from kiosks.rehearsals import NEXT_MS, Begin, Behaviour, Crowd, Jump, Order, Own, Run, Step, Wrote

BENCHES = Question("Where shall the bench stand?", ("By the river", "At the school", "On the square"), "Club", "en")
SMALL = Begin(3, "small")


def rehearsal(kind: Kind = "poll", *orders: Order) -> Rehearsal:
    asked: dict[str, Asked] = {"poll": BENCHES, "wall": Prompt("What do you hear?", "Club", "en")}
    made = Rehearsal(Statement("a1", kind, asked.get(kind), ("s",), 0, 1, "g", "m", 0), "en")
    for order in (SMALL, *orders):
        made.take(order)
    return made


def counts(made: Rehearsal) -> list[int]:
    snapshot = made.state()["snapshot"]
    assert isinstance(snapshot, dict)
    found = snapshot["counts"]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, int)]


@pytest.mark.parametrize(("behaviour", "wanted"), [
    ("together", [0, 0, 30]), ("split", [0, 15, 15]), ("alone", [0, 0, 1]), ("silent", [0, 0, 0]),
])  # fmt: skip
def test_visitors_choose_as_they_are_asked_to(behaviour: Behaviour, wanted: list[int]) -> None:
    assert sorted(counts(rehearsal("poll", Crowd(30, behaviour), Jump("result")))) == wanted


def test_who_changes_their_mind_is_counted_once() -> None:
    found = counts(rehearsal("poll", Crowd(30, "wander"), Jump("result")))
    assert sum(found) == 30
    assert min(found) > 0


def test_equal_chance_and_orders_give_the_same_picture_and_another_chance_another() -> None:
    orders = (Crowd(40, "wander"), Jump("play"), Step(), Step(), Run(False))
    one, same, other = (rehearsal("crowd", *first, *orders) for first in ((), (), (Begin(4, "small"),)))
    assert one.picture() == same.picture()
    assert one.picture() != other.picture()


def test_time_passes_by_itself_through_every_part_and_begins_again_and_stands_still_when_asked() -> None:
    made = rehearsal("poll", Crowd(3, "together"))
    seen: list[Json] = []
    for _second in range(90):
        part = made.state()["part"]
        if part not in seen[-1:]:
            seen.append(part)
        made.advance(1_000)
    assert seen[:5] == ["attract", "lobby", "play", "result", "attract"]
    made.take(Run(False))
    still = made.picture()
    made.advance(10_000)
    assert made.picture() == still
    before = made.state()["left_ms"]
    made.take(Step())
    assert made.state()["left_ms"] != before
    assert NEXT_MS < ATTRACT_MS < SLOWEST_MS


def test_whoever_tries_it_is_one_of_the_visitors() -> None:
    made = rehearsal("poll", Jump("lobby"), Own("vote", 2), Own("vote", 1))
    assert counts(made) == [0, 1, 0]
    assert made.state()["here"] == 1
    wall = rehearsal("wall", Jump("play"), Wrote("The trams."))
    assert wall.state()["snapshot"]["answers"] == 1  # type: ignore[index, call-overload]
    bells = rehearsal("bells", *(Own("note", cell) for cell in (1, 2, 3, 4, 4)))
    assert bells.state()["snapshot"]["notes"] == 2  # type: ignore[index, call-overload]


@pytest.mark.parametrize("kind", ["wall", "bells", "crowd", "kites"])
def test_every_kind_moves_with_three_hundred(kind: Kind) -> None:
    empty = rehearsal(kind, Jump("play"), Step())
    full = rehearsal(kind, Crowd(300, "wander"), Jump("play"), *[Step()] * 4)
    assert full.state()["here"] == 301
    assert full.picture() != empty.picture()
