"""Exactly one reason, and the one a person can do something about."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.engine import Programme
from content.programme.plan import Dark
from curator.programme.compiler import compile_plan
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.facts import Booked, ProgrammeFacts, Weights
from curator.programme.hours import HOUR_MS
from curator.programme.rules import QuietRule, RatingRule, SiteConditions, When
from curator.programme.why import SENTENCES, Reason, tell, why
from tests.curator.programme.facts_of import A_DAY_MS, facts, item, moment
from tests.curator.programme.test_compiler_rules import START_MS, drawn_town

AT_MS = START_MS + 2 * HOUR_MS
MIDNIGHT_MS = START_MS // A_DAY_MS * A_DAY_MS
MORNING = Daypart("morning", "Morning", (Hours(EVERY_DAY, 0, 12 * 60),))
NOON_MS = MIDNIGHT_MS + A_DAY_MS // 2
SLOT = Booked("b", ("other",), AT_MS - 60_000, AT_MS + 600_000, title="Market day")


def town() -> ProgrammeFacts:
    pair = (item("a"), item("other", "g2", 30_000))
    return replace(facts(*pair, zone="UTC"), dayparts={"morning": MORNING})


def asked(given_facts: ProgrammeFacts, at_ms: int = AT_MS) -> Reason:
    return why(given_facts, Programme(compile_plan(given_facts, moment(START_MS)).plan), "a", at_ms)


def with_a(**changes: object) -> ProgrammeFacts:
    one = replace(town().items["a"], **changes)  # type: ignore[arg-type]
    return replace(town(), items={**town().items, "a": one})


@pytest.mark.parametrize(
    ("given_facts", "code", "numbers"),
    [
        (replace(town(), items={"other": town().items["other"]}), "not_here", {}),
        (with_a(from_ms=AT_MS + 5), "embargo", {"from_ms": AT_MS + 5}),
        (with_a(until_ms=AT_MS - 5), "expired", {"until_ms": AT_MS - 5}),
        (replace(town(), site=SiteConditions(static_only=True)), "static_only", {"least_ms": 0}),
        (replace(town(), site=SiteConditions(20_000)), "too_brief", {"least_ms": 20_000}),
        (
            replace(with_a(rating=18), rules=(RatingRule("r", "Watershed", When("morning"), 12),)),
            "rule",
            {"until_ms": NOON_MS},
        ),
        (replace(town(), rules=(QuietRule("q", "Quiet", When("morning"), "dark"),)), "dark", {"until_ms": NOON_MS}),
        (replace(town(), site=SiteConditions(curfew="morning")), "curfew", {"until_ms": NOON_MS}),
        (replace(town(), bookings=(SLOT,)), "booked", {"until_ms": SLOT.end_ms}),
        (with_a(is_in_rotation=False), "left_out", {}),
        (replace(town(), weights=Weights({"g2": 1})), "no_weight_at_all", {}),
        (
            replace(town(), weights=Weights({"g1": 1, "g2": 1}, (("morning", {"g1": 0}),))),
            "no_weight",
            {"until_ms": NOON_MS},
        ),
    ],
)
def test_the_first_reason_that_holds_is_told_with_its_numbers(
    given_facts: ProgrammeFacts, code: str, numbers: dict[str, int]
) -> None:
    reason = asked(given_facts)
    assert (reason.code, reason.numbers) == (code, numbers)
    assert "%" not in tell(reason, "UTC")


def test_an_item_kept_for_its_premiere_says_so() -> None:
    slot = Booked("p", ("a",), AT_MS + HOUR_MS, AT_MS + 2 * HOUR_MS, is_premiere=True)
    reason = asked(replace(town(), bookings=(slot,)))
    assert (reason.code, reason.next_start_ms) == ("premiere", slot.start_ms)


def test_a_rule_is_named_and_times_are_those_of_the_place() -> None:
    ruled = replace(with_a(rating=18), rules=(RatingRule("r", "Watershed", When("morning"), 12),))
    reason = asked(ruled)
    assert reason.rule == "r"
    assert tell(reason, "Asia/Kathmandu") == "The rule “Watershed” forbids it until 2026-10-24 17:45:00."


@settings(max_examples=150, deadline=None)
@given(drawn_town(), st.integers(0, A_DAY_MS), st.data())
def test_there_is_always_one_reason_and_it_is_playing_exactly_when_it_is(
    some: ProgrammeFacts, after_ms: int, data: st.DataObject
) -> None:
    programme = Programme(compile_plan(some, moment(START_MS, days=1)).plan)
    at_ms = START_MS + after_ms
    name = data.draw(st.sampled_from([*sorted(some.items), "unheard of"]))
    reason = why(some, programme, name, at_ms)
    assert reason.code in SENTENCES
    assert (reason.code == "playing") == (programme.at(at_ms).event.item == name)
    sentence = tell(reason, some.zone)
    assert sentence
    if reason.next_start_ms is not None:
        assert reason.next_start_ms > at_ms
        assert programme.at(reason.next_start_ms).event.item == name
    if isinstance(programme.plan.segments[programme.segment_index(at_ms) or 0], Dark):
        assert reason.code in {"not_here", "embargo", "expired", "static_only", "too_brief", "rule", "dark", "curfew"}
