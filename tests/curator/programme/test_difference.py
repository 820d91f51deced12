"""What a change moves and for whom: nothing is said to change that does not, and nothing that does is left out."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.engine import Programme
from curator.programme.compiler import compile_plan
from curator.programme.difference import BookedPlay, Difference, difference
from curator.programme.facts import Booked, ProgrammeFacts, Weights
from curator.programme.hours import HOUR_MS
from tests.curator.programme.facts_of import A_DAY_MS, drawn_facts, facts, item, moment

START_MS = 1_793_000_123_456
DAYS = (START_MS, START_MS + A_DAY_MS // 2, START_MS + A_DAY_MS)


def laid(given_facts: ProgrammeFacts) -> Programme:
    return Programme(compile_plan(given_facts, moment(START_MS)).plan)


def between(one: ProgrammeFacts, other: ProgrammeFacts) -> Difference:
    return difference(laid(one), laid(other), one.zone, DAYS)


@settings(max_examples=30, deadline=None)
@given(drawn_facts(START_MS, A_DAY_MS), st.data())
def test_it_begins_at_the_first_instant_that_differs_and_the_sums_are_those_of_the_events(
    given_facts: ProgrammeFacts, data: st.DataObject
) -> None:
    weights = {group: data.draw(st.integers(0, 5)) for group in given_facts.weights.usual}
    before, after = laid(given_facts), laid(replace(given_facts, weights=Weights(weights)))
    found = difference(before, after, given_facts.zone, DAYS)
    until_ms = found.first_ms or DAYS[-1]
    for at_ms in range(DAYS[0], until_ms, 97_001):
        assert before.at(at_ms).event.item == after.at(at_ms).event.item
    if found.first_ms is not None:
        shown = [one.at(found.first_ms) for one in (before, after)]
        assert (shown[0].event.item, shown[0].media_ms) != (shown[1].event.item, shown[1].media_ms)
    for change in found.groups:
        for programme, sums in ((before, change.before_ms), (after, change.after_ms)):
            events = [one for one in programme.events(DAYS[0], DAYS[-1]) if one.group == change.group]
            assert sum(sums) == sum(min(one.end_ms, DAYS[-1]) - max(one.start_ms, DAYS[0]) for one in events)


def test_nothing_changes_is_said_plainly() -> None:
    town = facts(item("a", "g1"), item("b", "g2"))
    found = between(town, town)
    assert found.is_nothing
    assert (found.moved, found.median_shift_ms, found.items_gone, found.items_new) == (0, 0, (), ())
    assert all(change.gained_ms == 0 for change in found.groups)


def test_who_gains_and_who_loses_is_told_by_the_day() -> None:
    town = facts(item("a", "g1"), item("b", "g2"))
    found = between(town, replace(town, weights=Weights({"g1": 3, "g2": 1})))
    changes = {change.group: change for change in found.groups}
    assert changes["g1"].gained_ms > 4 * HOUR_MS
    assert changes["g2"].gained_ms < -4 * HOUR_MS
    assert len(changes["g1"].before_ms) == 2
    assert changes["g2"].longest_wait_after_ms > changes["g2"].longest_wait_before_ms
    assert found.moved > 0


def test_a_booking_that_comes_and_an_item_that_goes_are_named() -> None:
    start_ms = START_MS + 3 * HOUR_MS
    slot = Booked("b", ("talk",), start_ms, start_ms + 60_000)
    town = facts(item("a", "g1"), item("b", "g1", order=20), item("talk", "g2", 60_000), weights={"g1": 1})
    without = {name: one for name, one in town.items.items() if name != "b"}
    found = between(town, replace(town, bookings=(slot,), items=without))
    assert found.booked_new == (BookedPlay(start_ms, "talk"),)
    assert found.booked_gone == ()
    assert (found.items_gone, found.items_new) == (("b",), ("talk",))
    assert found.as_json()["booked_new"] == [[start_ms, "talk"]]
