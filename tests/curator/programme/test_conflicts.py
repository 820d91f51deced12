"""What stands in the way of a slot is said before it is booked, with times at which nothing would."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.programme.compiler.slots import runs
from curator.programme.conflicts import conflicts, hindered, nearest, tell
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.facts import Booked, ProgrammeFacts
from curator.programme.hours import HOUR_MS
from curator.programme.permits import conditioned
from curator.programme.rules import QuietRule, RatingRule, SiteConditions, When
from curator.programme.stretches import Stretches
from tests.curator.programme.facts_of import A_DAY_MS, facts, item

MIDNIGHT_MS = 20_000 * A_DAY_MS
TEN_MS = MIDNIGHT_MS + 10 * HOUR_MS
MORNING = Daypart("morning", "Morning", (Hours(EVERY_DAY, 6 * 60, 12 * 60),))
WANTED = Booked("new", ("film",), TEN_MS, TEN_MS + HOUR_MS)


def town(*slots: Booked) -> ProgrammeFacts:
    film = replace(item("film", duration_ms=600_000), rating=16)
    return replace(facts(film, item("card"), bookings=slots, zone="UTC"), dayparts={"morning": MORNING})


def test_a_free_slot_has_no_conflict() -> None:
    held = Booked("held", ("card",), TEN_MS + HOUR_MS, TEN_MS + 2 * HOUR_MS)
    maybe = Booked("maybe", ("card",), TEN_MS, TEN_MS + 2 * HOUR_MS, "provisional")
    assert conflicts(town(held, maybe, WANTED), WANTED) == []


def test_an_overlap_names_the_booking_and_the_nearest_free_times() -> None:
    held = Booked("held", ("card",), TEN_MS - HOUR_MS // 2, TEN_MS + HOUR_MS // 2, title="Market day")
    [found] = conflicts(town(held), WANTED)
    assert (found.code, found.names) == ("overlap", {"booking": "Market day"})
    assert found.free_ms == (held.start_ms - HOUR_MS, held.end_ms)
    for start_ms in found.free_ms:
        assert conflicts(town(held), replace(WANTED, start_ms=start_ms, end_ms=start_ms + HOUR_MS)) == []


@pytest.mark.parametrize(
    ("given_facts", "code"),
    [
        (replace(town(), rules=(RatingRule("r", "Watershed", When("morning"), 12),)), "rule"),
        (replace(town(), rules=(QuietRule("q", "Quiet", When("morning"), "dark"),)), "dark"),
        (replace(town(), site=SiteConditions(curfew="morning")), "curfew"),
    ],
)
def test_a_rule_is_named_and_the_first_time_without_it_offered(given_facts: ProgrammeFacts, code: str) -> None:
    [found] = conflicts(given_facts, WANTED)
    assert found.code == code
    assert found.free_ms == (MIDNIGHT_MS + 5 * HOUR_MS, MIDNIGHT_MS + 12 * HOUR_MS)
    assert "%" not in tell(found, "UTC")


def test_what_the_place_refuses_is_never_free() -> None:
    codes = {found.code for found in conflicts(replace(town(), site=SiteConditions(static_only=True)), WANTED)}
    assert codes == {"site"}


def test_an_item_not_approved_then_or_longer_than_its_slot_is_told() -> None:
    later = replace(town().items["film"], from_ms=TEN_MS + 5, until_ms=TEN_MS + HOUR_MS - 1, duration_ms=2 * HOUR_MS)
    found = conflicts(replace(town(), items={"film": later}), WANTED)
    assert [one.code for one in found] == ["embargo", "expired", "short"]
    assert [one.code for one in conflicts(replace(town(), items={}), WANTED)] == ["not_here"]


def test_the_nearest_time_is_the_wanted_one_where_that_is_free() -> None:
    assert nearest(town(), HOUR_MS, TEN_MS) == (TEN_MS,)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 24 * 12), st.integers(1, 48), st.integers(1, 60), st.sampled_from([12, 18]), st.data())
def test_a_slot_is_shut_out_exactly_when_the_compiler_shows_nothing_of_it(
    begin: int, length: int, minutes: int, most: int, data: st.DataObject
) -> None:
    item_ids = data.draw(st.sampled_from([("film",), ("card",), ("film", "card"), ("film", "gone")]))
    dark = data.draw(st.booleans())
    known = town()
    film = replace(known.items["film"], duration_ms=minutes * 60_000)
    card = replace(known.items["card"], duration_ms=120_000, kind="still")
    rules = (RatingRule("r", "Watershed", When("morning"), most),)
    rules_held = (*rules, QuietRule("q", "Quiet", When("morning"), "dark")) if dark else rules
    site = SiteConditions(static_only=data.draw(st.booleans()))
    start_ms = MIDNIGHT_MS + begin * 300_000
    slot = Booked("new", item_ids, start_ms, start_ms + length * 300_000)
    given_facts = replace(known, items={"film": film, "card": card}, rules=rules_held, site=site)
    fit = conditioned(replace(given_facts, bookings=(slot,)))[0]
    stretches = Stretches(fit, slot.start_ms, slot.end_ms)
    laid = runs(fit, stretches, slot.start_ms, slot.end_ms, [])
    found = list(hindered(given_facts, [slot]))
    assert (not laid) == any(one.is_shut_out for one in found)
