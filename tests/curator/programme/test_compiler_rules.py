"""What people decided holds at every instant of every plan."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.canonical import canonical_bytes
from content.programme.engine import Event, Programme
from content.programme.plan import Fixed, Listing, Plan, Rotation, read_plan
from content.reading import Reader
from curator.programme.compiler import Compiled, compile_plan
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.facts import Booked, ProgrammeFacts, Weights
from curator.programme.holding import holds
from curator.programme.hours import HOUR_MS
from curator.programme.permits import forbids, rules_of
from curator.programme.rules import (
    ApartRule,
    ElectionRule,
    PaceRule,
    QuietRule,
    RatingRule,
    Rule,
    SiteConditions,
    TagRule,
    When,
)  # fmt: skip
from tests.curator.programme.facts_of import A_DAY_MS, ZONES, facts, item, moment

START_MS = int(datetime(2026, 10, 24, 8, tzinfo=UTC).timestamp()) * 1000
"""The day before summer time ends in London, at nine in the morning."""
NIGHT = Daypart("night", "Night", (Hours(EVERY_DAY, 22 * 60, 6 * 60),), 2)
EVENING = Daypart("evening", "Evening", (Hours(EVERY_DAY, 18 * 60, 23 * 60),), 1)
SCHOOL = Daypart("school", "School run", (Hours(frozenset(range(5)), 500, 555), Hours(frozenset(range(5)), 915, 960)))
DAYPARTS = {one.id: one for one in (NIGHT, EVENING, SCHOOL)}
TAGS = ("ads", "party", "red", "blue")


def rules() -> st.SearchStrategy[tuple[Rule, ...]]:
    """Up to four rules of any kinds."""
    tags = st.frozensets(st.sampled_from(TAGS), max_size=2)
    days = st.sampled_from(["", "", "2026-10-24", "2026-10-25", "2026-10-26"])
    whens = st.builds(When, st.sampled_from([None, *DAYPARTS]), days, days)
    name = st.integers(0, 99).map(lambda number: f"r{number}")
    kinds = st.one_of(
        st.builds(RatingRule, name, name, whens, st.sampled_from([0, 6, 12, 16])),
        st.builds(QuietRule, name, name, whens, st.sampled_from(["dark", "muted"])),
        st.builds(TagRule, name, name, whens, st.one_of(st.just(frozenset()), tags), tags),
        st.builds(PaceRule, name, name, whens, st.integers(1, 3_600_000), st.sampled_from(["", *TAGS])),
        st.builds(ApartRule, name, name, whens, st.sampled_from(TAGS)),
        st.builds(ElectionRule, name, name, whens, tags, st.sampled_from(["", *TAGS])),
    )
    return st.lists(kinds, max_size=4, unique_by=lambda rule: rule.id).map(tuple)


RULES = rules()
"""Made once: to make a strategy costs more than to draw from it."""


@st.composite
def drawn_town(draw: st.DrawFn) -> ProgrammeFacts:
    items = {}
    for number in range(draw(st.integers(0, 8))):
        from_ms = draw(st.sampled_from([0, 0, 0, START_MS + 7_654_321, START_MS + A_DAY_MS]))
        one = item(f"i{number}", f"g{number % 4}", draw(st.integers(5, 900)) * 1000, number * 10, from_ms=from_ms)
        items[one.id] = replace(
            one, kind=draw(st.sampled_from(["video", "still"])), rating=draw(st.sampled_from([0, 0, 7, 12, 18])),
            tags=draw(st.frozensets(st.sampled_from(TAGS), max_size=2)),
            until_ms=draw(st.sampled_from([one.until_ms, START_MS + 20 * HOUR_MS + 1])),
            gap_ms=draw(st.sampled_from([0, 0, 600_000])), is_in_rotation=draw(st.integers(0, 9)) > 0,
        )  # fmt: skip
    slots = []
    for number in range(draw(st.integers(0, 6)) if items else 0):
        start_ms = START_MS + draw(st.integers(-HOUR_MS, 30 * HOUR_MS))
        chosen = draw(st.lists(st.sampled_from(sorted(items)), min_size=1, max_size=3, unique=True))
        slots.append(
            Booked(
                f"b{number}", tuple(chosen), start_ms, start_ms + draw(st.integers(10_000, 4 * HOUR_MS)),
                draw(st.sampled_from(["provisional", "confirmed", "confirmed", "protected"])),
                draw(st.sampled_from(["each", "series"])), draw(st.integers(0, 4)), draw(st.booleans()),
            )
        )  # fmt: skip
    weights = {f"g{group}": draw(st.integers(0, 9)) for group in range(3)}
    in_dayparts = draw(st.sampled_from([(), (("evening", {"g0": 7}),), (("night", {"g3": 1}), ("evening", {"g0": 0}))]))
    site = SiteConditions(
        draw(st.sampled_from([0, 0, 20_000])), draw(st.integers(0, 5)) == 0,
        draw(st.sampled_from([None, None, "night", "school"])),
    )  # fmt: skip
    house = draw(st.sampled_from([frozenset(), frozenset({"g3"})]))
    return ProgrammeFacts(
        draw(st.sampled_from(ZONES)), Weights(weights, in_dayparts), house, items, tuple(slots), DAYPARTS,
        draw(RULES), site,
    )  # fmt: skip


def whole(compiled: Compiled) -> list[Event]:
    return Programme(read_back(compiled)).events(compiled.effective_ms, compiled.end_ms)


def read_back(compiled: Compiled) -> Plan:
    return read_plan(Reader.of_bytes(canonical_bytes(compiled.plan.as_json()), limit_bytes=1 << 26))


def listing(plan: Plan, at_ms: int) -> dict[str, Listing]:
    segment = plan.segments[Programme(plan).segment_index(at_ms) or 0]
    assert isinstance(segment, Rotation)
    return dict(segment.groups)


def lists_of(given_facts: ProgrammeFacts, at_ms: int = START_MS + HOUR_MS) -> dict[str, Listing]:
    return listing(compile_plan(given_facts, moment(START_MS)).plan, at_ms)


@settings(max_examples=150, deadline=None)
@given(drawn_town())
def test_no_plan_breaks_a_rule_at_any_instant(town: ProgrammeFacts) -> None:
    assert_obeyed(town)


@pytest.mark.soak
@settings(max_examples=3_000, deadline=None)
@given(drawn_town())
def test_no_plan_of_many_breaks_a_rule(town: ProgrammeFacts) -> None:
    assert_obeyed(town)


def assert_obeyed(town: ProgrammeFacts) -> None:
    compiled = compile_plan(town, moment(START_MS, days=1))
    held = {rule: holds(rule.when, town.dayparts, town.zone, START_MS, compiled.end_ms) for rule in rules_of(town)}
    for event in whole(compiled):
        during = [
            rule
            for rule, spans in held.items()
            if any(start_ms < event.end_ms and event.start_ms < end_ms for start_ms, end_ms in spans)
        ]
        dark = any(isinstance(rule, QuietRule) and rule.mode == "dark" for rule in during)
        assert (event.kind == "dark") == dark
        mutes = any(isinstance(rule, QuietRule) and rule.mode == "muted" for rule in during)
        if event.kind == "item":
            assert event.muted == mutes
        if event.item is not None:
            shown = town.items[event.item]
            assert not any(forbids(rule, shown) for rule in during)
            assert shown.may_play(event.start_ms, event.end_ms)
            assert not (town.site.static_only and shown.kind == "video")
        if event.layer == "rotation":
            assert event.end_ms - event.start_ms >= town.site.least_dwell_ms


@settings(max_examples=100, deadline=None)
@given(drawn_town(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_given_changes_nothing(town: ProgrammeFacts, chance: Random) -> None:
    def shuffled(values: object) -> list[object]:
        some = list(values)  # type: ignore[call-overload]
        chance.shuffle(some)
        return some  # type: ignore[no-any-return]

    other = replace(
        town,
        items=dict(shuffled(town.items.items())),  # type: ignore[arg-type]
        bookings=tuple(shuffled(town.bookings)),  # type: ignore[arg-type]
        rules=tuple(shuffled(town.rules)),  # type: ignore[arg-type]
        dayparts=dict(shuffled(town.dayparts.items())),  # type: ignore[arg-type]
        weights=Weights(
            dict(shuffled(town.weights.usual.items())),  # type: ignore[arg-type]
            tuple(shuffled(town.weights.in_dayparts)),  # type: ignore[arg-type]
        ),
    )
    assert compile_plan(other, moment(START_MS, days=1)) == compile_plan(town, moment(START_MS, days=1))


def test_the_first_daypart_that_names_a_group_decides_its_weight() -> None:
    town = replace(
        facts(item("a", "g1"), item("b", "g2"), zone="UTC"), dayparts=DAYPARTS,
        weights=Weights({"g1": 1, "g2": 1}, (("night", {"g1": 5, "g2": 6}), ("evening", {"g1": 9}))),
    )  # fmt: skip
    midnight_ms = START_MS // A_DAY_MS * A_DAY_MS
    for hour, both in ((12, (1, 1)), (19, (9, 1)), (22, (9, 6)), (23, (5, 6))):
        lists = lists_of(town, midnight_ms + hour * HOUR_MS)
        assert (lists["g1"].weight, lists["g2"].weight) == both


def test_an_election_makes_its_candidates_equal_and_leaves_the_rest_what_they_had() -> None:
    red, blue = (replace(item(tag, tag), tags=frozenset({"party"})) for tag in ("red", "blue"))
    town = facts(red, blue, item("club", "club"), weights={"red": 3, "blue": 1, "club": 4})
    lists = lists_of(replace(town, rules=(ElectionRule("e", "Election", When(), frozenset(), "party"),)))
    assert lists["red"].weight == lists["blue"].weight
    assert lists["club"].weight == 2 * lists["red"].weight


def test_the_longest_gap_asked_for_counts() -> None:
    one = replace(item("a"), gap_ms=60_000, tags=frozenset({"ads"}))
    rules = (PaceRule("p", "", When(), 30_000), PaceRule("q", "", When(), 900_000, "ads"))
    town = facts(one, item("b", order=20))
    [first, second] = lists_of(replace(town, rules=rules))["g1"].items
    assert (first.gap_ms, second.gap_ms) == (900_000, 30_000)


def test_rivals_are_told_apart_to_the_engine() -> None:
    one = replace(item("a"), tags=frozenset({"red"}))
    town = replace(facts(one, item("b", order=20)), rules=(ApartRule("x", "", When(), "red"),))
    assert [entry.apart for entry in lists_of(town)["g1"].items] == ["red", ""]


def test_a_still_is_held_as_long_as_was_agreed_and_a_short_film_left_out() -> None:
    town = facts(replace(item("still", duration_ms=5_000), kind="still"), item("film", order=20, duration_ms=5_000))
    compiled = compile_plan(replace(town, site=SiteConditions(10_000)), moment(START_MS))
    assert [entry.duration_ms for entry in listing(compiled.plan, START_MS)["g1"].items] == [10_000]
    assert {note.code for note in compiled.notes} == {"held_longer", "too_brief"}


def test_a_forbidden_part_of_a_booking_goes_to_the_groups_and_the_rest_begins_at_the_bound() -> None:
    film = replace(item("film", "g1", 1_500_000), rating=16)
    slot = Booked("b", ("film",), START_MS + 9 * HOUR_MS + 5_000, START_MS + 15 * HOUR_MS)
    watershed = RatingRule("w", "Watershed", When("day"), 12)
    day = Daypart("day", "Day", (Hours(EVERY_DAY, 6 * 60, 21 * 60),))
    town = facts(film, item("card", "g2"), bookings=(slot,), weights={"g2": 1}, zone="UTC")
    compiled = compile_plan(replace(town, rules=(watershed,), dayparts={"day": day}), moment(START_MS))
    at_nine_ms = START_MS + 13 * HOUR_MS
    programme = Programme(compiled.plan)
    assert programme.at(at_nine_ms - HOUR_MS).event.layer == "rotation"
    assert programme.at(at_nine_ms).event == Event(
        at_nine_ms, at_nine_ms + 1_500_000, "item", "film", "g1", 0, "booking"
    )
    [note] = compiled.notes
    assert note.values == {"title": "“film”", "booking": "“film”", "rule": "Watershed"}


@pytest.mark.parametrize("states", list(permutations(["provisional", "confirmed", "protected"])))
def test_a_protected_booking_stands_where_others_overlap_it(states: tuple[str, ...]) -> None:
    slots = tuple(
        Booked(state, ("a",), START_MS + (3 + number) * HOUR_MS, START_MS + (5 + number) * HOUR_MS, state)  # type: ignore[arg-type]
        for number, state in enumerate(states)
    )
    compiled = compile_plan(facts(item("a"), bookings=slots), moment(START_MS))
    fixed = [segment for segment in compiled.plan.segments if isinstance(segment, Fixed)]
    confirmed, protected = states.index("confirmed"), states.index("protected")
    both = abs(confirmed - protected) == 2
    assert {segment.start_ms for segment in fixed} == {
        START_MS + (3 + place) * HOUR_MS for place in ([confirmed, protected] if both else [protected])
    }
    assert ["booking_overlaps" in note.code for note in compiled.notes] == ([] if both else [True])
    assert any(play.protected for segment in fixed for play in segment.items)


def test_several_items_follow_one_another_round_and_round() -> None:
    two = (item("a", duration_ms=60_000), item("b", "g2", 90_000))
    slot = Booked("b", ("b", "a"), START_MS + HOUR_MS, START_MS + HOUR_MS + 300_000)
    events = Programme(compile_plan(facts(*two, bookings=(slot,)), moment(START_MS)).plan).events(
        slot.start_ms, slot.end_ms
    )
    assert [(event.item, event.start_ms - slot.start_ms) for event in events] == [
        ("b", 0), ("a", 90_000), ("b", 150_000), ("a", 240_000),
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "shown"), [(0, "a"), (1, "b"), (2, "a")])
def test_a_series_shows_the_next_one_each_time_and_begins_again(number: int, shown: str) -> None:
    slot = Booked("b", ("a", "b"), START_MS + HOUR_MS, START_MS + 2 * HOUR_MS, "confirmed", "series", number)
    compiled = compile_plan(facts(item("a"), item("b", order=20), bookings=(slot,)), moment(START_MS))
    events = Programme(compiled.plan).events(slot.start_ms, slot.end_ms)
    assert {event.item for event in events} == {shown}


def test_a_premiere_comes_before_the_rotation() -> None:
    slot = Booked("b", ("new",), START_MS + 5 * HOUR_MS, START_MS + 5 * HOUR_MS + 60_000, is_premiere=True)
    programme = Programme(
        compile_plan(facts(item("new"), item("old", order=20), bookings=(slot,)), moment(START_MS)).plan
    )
    shown = [event for event in programme.events(*programme.span) if event.item == "new"]
    assert shown[0].start_ms == slot.start_ms
    assert any(event.layer == "rotation" for event in shown)


def test_an_episode_that_is_still_to_come_waits() -> None:
    slot = Booked("b", ("a", "b", "c"), START_MS + HOUR_MS, START_MS + 2 * HOUR_MS, "confirmed", "series", 1, True)
    town = facts(item("a"), item("b", order=20), item("c", order=30), bookings=(slot,))
    assert [entry.item for entry in lists_of(town, START_MS)["g1"].items] == ["a"]
    assert [entry.item for entry in lists_of(town, slot.end_ms)["g1"].items] == ["a", "b"]


def test_a_booking_shorter_than_its_item_cuts_it_and_says_so() -> None:
    slot = Booked("b", ("a",), START_MS + HOUR_MS, START_MS + HOUR_MS + 30_000)
    compiled = compile_plan(facts(item("a", duration_ms=60_000), bookings=(slot,)), moment(START_MS))
    event = Programme(compiled.plan).at(slot.start_ms).event
    assert (event.start_ms, event.end_ms, event.item) == (slot.start_ms, slot.end_ms, "a")
    assert [note.code for note in compiled.notes] == ["booking_cut"]


def test_what_fills_gaps_suits_every_hour() -> None:
    card = replace(item("card", "house"), rating=16)
    town = facts(card, replace(card, id="mild", rating=0), house=frozenset({"house"}))
    ruled = replace(town, rules=(RatingRule("w", "Watershed", When(), 12),))
    compiled = compile_plan(ruled, moment(START_MS))
    assert [entry.item for entry in compiled.plan.house] == ["mild"]
    assert [note.code for note in compiled.notes] == ["house_forbidden"]
