"""What every plan must hold to, whatever people decided."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.canonical import canonical_bytes
from content.programme.engine import Programme
from content.programme.plan import Fixed, Plan, Rotation, read_plan
from content.reading import Reader
from curator.programme.compiler import Compiled, compile_plan, pieces
from curator.programme.facts import Booked, ProgrammeFacts
from curator.programme.hours import HOUR_MS, NoSuchTime, day_start, hours_between, instant_of, wall
from curator.programme.manifest_maker import items_of
from tests.curator.programme.facts_of import A_DAY_MS, drawn_facts, facts, item, moment

START_MS = 1_793_000_123_456
"""In October 2026, so that some plans cross the end of summer time."""


def read_back(compiled: Compiled) -> Plan:
    return read_plan(Reader.of_bytes(canonical_bytes(compiled.plan.as_json()), limit_bytes=1 << 26))


@settings(max_examples=60, deadline=None)
@given(drawn_facts(START_MS, 2 * A_DAY_MS))
def test_a_plan_can_be_read_and_its_segments_are_contiguous_from_now_to_a_full_hour(
    given_facts: ProgrammeFacts,
) -> None:
    compiled = compile_plan(given_facts, moment(START_MS))
    plan = read_back(compiled)
    assert plan.as_json() == compiled.plan.as_json()
    assert all(before.end_ms == after.start_ms for before, after in pairwise(plan.segments))
    assert Programme(plan).span == (START_MS, compiled.end_ms)
    assert compiled.end_ms - START_MS >= 2 * A_DAY_MS
    end = wall(given_facts.zone, compiled.end_ms)
    assert (end.minute, end.second, end.microsecond) == (0, 0, 0)


@settings(max_examples=60, deadline=None)
@given(drawn_facts(START_MS, 2 * A_DAY_MS))
def test_every_booked_instant_is_exact(given_facts: ProgrammeFacts) -> None:
    compiled = compile_plan(given_facts, moment(START_MS))
    programme = Programme(compiled.plan)
    for slot in given_facts.bookings:
        duration_ms = given_facts.items[slot.items[0]].duration_ms
        for start_ms in range(slot.start_ms, slot.end_ms - duration_ms + 1, duration_ms):
            for at_ms in (start_ms, start_ms + duration_ms - 1):
                if START_MS <= at_ms < compiled.end_ms:
                    showing = programme.at(at_ms)
                    assert (showing.event.item, showing.media_ms) == (slot.items[0], at_ms - start_ms)
        rest_ms = slot.start_ms + (slot.end_ms - slot.start_ms) // duration_ms * duration_ms
        for at_ms in {rest_ms, slot.end_ms - 1} - {slot.end_ms}:
            if rest_ms < slot.end_ms and START_MS <= at_ms < compiled.end_ms:
                assert programme.at(at_ms).event.kind == "filler"


@settings(max_examples=60, deadline=None)
@given(drawn_facts(START_MS, 2 * A_DAY_MS), st.data())
def test_what_is_not_eligible_is_nowhere_in_a_plan_not_even_when_the_plan_before_shows_it(
    given_facts: ProgrammeFacts, data: st.DataObject
) -> None:
    old = Programme(compile_plan(given_facts, moment(START_MS)).plan)
    gone = data.draw(st.sets(st.sampled_from(sorted(given_facts.items) or ["nothing"])))
    left = replace(given_facts, items={name: one for name, one in given_facts.items.items() if name not in gone})
    now_ms = START_MS + data.draw(st.integers(0, A_DAY_MS))
    plan = compile_plan(left, moment(now_ms), old).plan
    assert items_of(plan) <= set(left.items)
    listed = {
        listed.item
        for segment in plan.segments
        if isinstance(segment, Rotation)
        for listing in segment.groups.values()
        for listed in listing.items
    }
    assert all(left.items[name].is_in_rotation and left.weights.usual[left.items[name].group] > 0 for name in listed)


def test_an_item_longer_than_its_part_of_the_programme_is_left_out_there_and_told() -> None:
    film = item("film", duration_ms=HOUR_MS + 1)
    compiled = compile_plan(facts(film, item("short")), moment(START_MS))
    assert items_of(compiled.plan) == {"short"}
    assert [note.code for note in compiled.notes] == ["too_long"]


def test_a_booking_of_an_item_that_is_gone_is_told_and_its_time_goes_to_the_groups() -> None:
    slot = Booked("b", ("gone",), START_MS + HOUR_MS, START_MS + 2 * HOUR_MS)
    compiled = compile_plan(facts(item("here"), bookings=(slot,)), moment(START_MS))
    assert not any(isinstance(segment, Fixed) for segment in compiled.plan.segments)
    assert [(note.code, note.values["item"]) for note in compiled.notes] == [("booking_lost", "gone")]


def test_the_house_fills_what_nobody_has() -> None:
    compiled = compile_plan(facts(item("card", "house", 10_000), house=frozenset({"house"})), moment(START_MS))
    event = Programme(compiled.plan).at(START_MS + HOUR_MS).event
    assert (event.kind, event.item) == ("filler", "card")


def test_an_item_approved_for_later_waits_for_its_time() -> None:
    later_ms = START_MS + 10 * HOUR_MS
    compiled = compile_plan(facts(item("a"), item("b", order=20, from_ms=later_ms)), moment(START_MS))
    starts = [
        event.start_ms for event in Programme(compiled.plan).events(START_MS, compiled.end_ms) if event.item == "b"
    ]
    assert later_ms <= starts[0] < later_ms + 2 * HOUR_MS


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        ("Asia/Kathmandu", date(2026, 10, 25), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24),
        ("Africa/Cairo", date(2026, 4, 24), 23),
    ],
)
def test_a_day_is_cut_where_its_clocks_show_a_full_hour(zone: str, day: date, hours: int) -> None:
    from_ms = day_start(zone, day)
    to_ms = day_start(zone, date.fromordinal(day.toordinal() + 1))
    cuts = [from_ms, *hours_between(zone, from_ms, to_ms), to_ms]
    assert len(cuts) - 1 == hours
    assert all(wall(zone, at_ms).minute == 0 for at_ms in cuts)
    assert pieces(zone, from_ms, to_ms) == list(pairwise(cuts))


def test_a_short_stretch_joins_its_neighbour() -> None:
    hour_ms = instant_of("UTC", date(2026, 11, 23), time(10))
    spans = pieces("UTC", hour_ms - 60_000, hour_ms + 2 * HOUR_MS + 60_000)
    assert spans == [(hour_ms - 60_000, hour_ms + HOUR_MS), (hour_ms + HOUR_MS, hour_ms + 2 * HOUR_MS + 60_000)]


def test_a_time_the_clocks_jump_over_is_no_instant_and_one_they_show_twice_is_the_first() -> None:
    with pytest.raises(NoSuchTime) as gap:
        instant_of("Europe/London", date(2026, 3, 29), time(1, 30))
    assert gap.value.at_ms == datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp() * 1000
    twice_ms = instant_of("Europe/London", date(2026, 10, 25), time(1, 30))
    assert twice_ms == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000
