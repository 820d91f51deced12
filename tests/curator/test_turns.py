"""Whose turn it is: what is quick is not held up by what is long, groups take turns, and nobody starves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from curator.turns import LANES, QUICK_BYTES, Queue, Start, Waiting, in_turn, lane_of, next_turn


def waiting(*names: str) -> list[Waiting]:
    """Jobs by `lane/group`, in the order in which they came."""
    parts = [name.split("/") for name in names]
    return [Waiting(str(number), lane, group, since_ms=number) for number, (lane, group) in enumerate(parts)]


def told(*names: str) -> list[str]:
    return [f"{turn.lane}/{turn.group_id}" for turn in in_turn(Queue(waiting(*names)))]


def test_a_picture_does_not_wait_for_a_film_that_came_before_it() -> None:
    assert told("long/a", "quick/b") == ["quick/b", "long/a"]


def test_what_is_over_the_programme_goes_before_everything() -> None:
    assert told("long/a", "quick/b", "urgent/c") == ["urgent/c", "quick/b", "long/a"]


def test_fifty_uploads_of_one_group_make_nobody_else_wait_for_fifty() -> None:
    order = told(*["quick/many"] * 50, "quick/one", "quick/two")
    assert order.index("quick/one") == 1
    assert order.index("quick/two") == 2


def test_a_group_that_has_work_running_lets_others_begin_first() -> None:
    queue = Queue(waiting("quick/a", "quick/b"), running=Counter({"a": 1}))
    turn = next_turn(queue)
    assert turn is not None
    assert turn.group_id == "b"


def test_a_long_film_has_its_turn_after_a_number_of_quick_ones() -> None:
    order = told("long/a", *["quick/b"] * 30)
    assert order.index("long/a") == LANES[1].in_a_row


def test_what_began_before_somebody_waited_does_not_count_against_a_lane() -> None:
    starts = [Start("quick", at_ms) for at_ms in range(20)]
    turn = next_turn(Queue([Waiting("l", "long", "a", 100), Waiting("q", "quick", "b", 101)], starts=starts))
    assert turn is not None
    assert turn.lane == "quick"


def test_the_lane_goes_by_size() -> None:
    assert [lane_of(size, is_urgent=False) for size in (0, QUICK_BYTES, QUICK_BYTES + 1)] == ["quick", "quick", "long"]
    assert lane_of(10**9, is_urgent=True) == "urgent"


jobs = st.lists(st.tuples(st.sampled_from([lane.name for lane in LANES]), st.sampled_from("abcd")), max_size=40)


@given(jobs)
def test_everybody_has_exactly_one_turn_and_it_is_the_one_that_would_come_next(names: list[tuple[str, str]]) -> None:
    queue = Queue(waiting(*[f"{lane}/{group}" for lane, group in names]))
    order = in_turn(queue)
    assert sorted(turn.id for turn in order) == sorted(one.id for one in queue.waiting)
    assert order[:1] == [turn for turn in [next_turn(queue)] if turn]


@given(jobs.filter(bool))
def test_nobody_is_passed_by_more_than_the_lanes_allow(names: list[tuple[str, str]]) -> None:
    order = told(*[f"{lane}/{group}" for lane, group in names])
    most = (LANES[0].in_a_row + 1) * (LANES[1].in_a_row + 1)
    first_long = next((place for place, one in enumerate(order) if one.startswith("long/")), 0)
    assert first_long <= most
