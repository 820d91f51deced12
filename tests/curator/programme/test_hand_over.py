"""From one plan to the next: nothing is cut, nobody's account is lost, bookings are exact."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.engine import Event, Programme
from content.programme.plan import Fixed
from curator.programme.compiler import compile_plan
from curator.programme.facts import Booked, Moment, ProgrammeFacts, Weights
from curator.programme.hand_over import frozen_until
from curator.programme.hours import HOUR_MS
from curator.programme.rules import QuietRule, When
from tests.curator.programme.facts_of import A_DAY_MS, drawn_facts, facts, item, moment

START_MS = 1_793_000_123_456


def seen(event: Event) -> tuple[int, int, str | None, int]:
    return event.start_ms, event.end_ms, event.item, event.media_offset_ms


@settings(max_examples=60, deadline=None)
@given(drawn_facts(START_MS, A_DAY_MS), st.integers(0, A_DAY_MS), st.data())
def test_old_and_new_agree_until_the_change_and_accounts_go_over(
    given_facts: ProgrammeFacts, after_ms: int, data: st.DataObject
) -> None:
    old = Programme(compile_plan(given_facts, moment(START_MS)).plan)
    weights = {group: data.draw(st.integers(0, 5)) for group in given_facts.weights.usual}
    now_ms = START_MS + after_ms
    compiled = compile_plan(replace(given_facts, weights=Weights(weights)), moment(now_ms), old)
    new = Programme(compiled.plan)
    assert compiled.effective_ms <= now_ms < compiled.change_ms
    before = [seen(event) for event in old.events(compiled.effective_ms, compiled.change_ms) if event.item]
    after = [seen(event) for event in new.events(compiled.effective_ms, compiled.change_ms) if event.item]
    # House items may come into the card's place; everything that was there stays.
    assert [event for event in after if event in before] == before
    carried = new.carry_at(compiled.change_ms)
    longest_ms = max((one.duration_ms for one in given_facts.items.values()), default=0)
    for group, carry in old.carry_at(compiled.change_ms).items():
        assert carried[group].last_order == carry.last_order
        if abs(carry.balance_ms) <= 2 * longest_ms:
            assert abs(carried[group].balance_ms) <= abs(carry.balance_ms)


def test_balances_are_carried_to_the_millisecond() -> None:
    town = facts(item("a", "g1", 12_000), item("b", "g2", 20_000), item("c", "g3", 9_000))
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    heavier = replace(town, weights=Weights({"g1": 5, "g2": 1, "g3": 1}))
    compiled = compile_plan(heavier, moment(START_MS + 5 * HOUR_MS), old)
    assert dict(Programme(compiled.plan).carry_at(compiled.change_ms)) == old.carry_at(compiled.change_ms)


def test_a_change_takes_effect_when_what_is_on_after_the_lead_ends() -> None:
    old = Programme(compile_plan(facts(item("a", duration_ms=12_000)), moment(START_MS)).plan)
    now_ms = START_MS + HOUR_MS
    compiled = compile_plan(facts(item("b", duration_ms=12_000)), moment(now_ms), old)
    assert now_ms < compiled.change_ms <= now_ms + 15_000 + 12_000


def test_an_item_withdrawn_while_it_is_on_gives_way_at_once_and_the_rest_stays() -> None:
    both = facts(item("a", "g1", 60_000), item("b", "g2", 60_000))
    old = Programme(compile_plan(both, moment(START_MS)).plan)
    now_ms = next(event.start_ms for event in old.events(START_MS, START_MS + HOUR_MS) if event.item == "a") + 5_000
    compiled = compile_plan(facts(item("b", "g2", 60_000), weights={"g1": 1, "g2": 1}), moment(now_ms), old)
    assert Programme(compiled.plan).at(now_ms).event.kind == "filler"
    assert compiled.change_ms == now_ms + 15_000


def test_a_new_booking_is_exact_even_when_something_long_is_on() -> None:
    town = facts(item("film", duration_ms=40 * 60_000), item("news", "g2", 30_000), weights={"g1": 1})
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    film = next(event for event in old.events(START_MS, START_MS + 5 * HOUR_MS) if event.item == "film")
    now_ms = film.start_ms + 60_000
    slot = Booked("b", ("news",), now_ms + 20_000, now_ms + 50_000)
    new = Programme(compile_plan(replace(town, bookings=(slot,)), moment(now_ms), old).plan)
    assert new.at(slot.start_ms).event.item == "news"
    assert new.at(slot.start_ms - 1).event.item == "film"
    assert new.at(now_ms).media_ms == 60_000


def test_a_booking_that_is_on_goes_on_through_a_change() -> None:
    slot = Booked("b", ("talk",), START_MS + HOUR_MS, START_MS + 2 * HOUR_MS)
    town = facts(item("talk", duration_ms=600_000), item("a", "g2"), bookings=(slot,))
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    now_ms = slot.start_ms + 700_000
    new = Programme(compile_plan(replace(town, weights=Weights({"g2": 3})), moment(now_ms), old).plan)
    for at_ms in range(now_ms, slot.end_ms, 50_000):
        assert new.at(at_ms).event.item == "talk"
        assert new.at(at_ms).media_ms == old.at(at_ms).media_ms


def test_a_plan_that_has_run_out_is_followed_at_once_with_its_accounts() -> None:
    town = facts(item("a", "g1", 12_000), item("b", "g2", 20_000))
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    now_ms = START_MS + 40 * A_DAY_MS
    compiled = compile_plan(town, moment(now_ms), old)
    assert compiled.effective_ms == compiled.change_ms == now_ms
    assert dict(compiled.plan.groups) == old.carry_at(now_ms)


def test_a_newer_and_shorter_version_is_not_shown_beyond_its_end() -> None:
    old = Programme(compile_plan(facts(item("a", duration_ms=60_000)), moment(START_MS)).plan)
    on = next(event for event in old.events(START_MS, START_MS + HOUR_MS) if event.item == "a")
    new = Programme(compile_plan(facts(item("a", duration_ms=20_000)), moment(on.start_ms + 1), old).plan)
    assert new.at(on.start_ms + 1).event.end_ms == on.start_ms + 20_000


def test_a_balance_nobody_can_make_good_is_brought_back_and_told() -> None:
    town = facts(item("a", "g1", 10_000))
    plan = compile_plan(town, moment(START_MS)).plan
    owed = replace(plan, groups={"g1": replace(plan.groups["g1"], balance_ms=9_000_000)})
    first = owed.segments[0]
    empty = Fixed(first.start_ms, first.end_ms, ())
    old = Programme(replace(owed, segments=(empty, *owed.segments[1:])))
    compiled = compile_plan(town, moment(START_MS + 60_000), old)
    assert compiled.plan.groups["g1"].balance_ms == 40_000
    assert "forfeit" in [note.code for note in compiled.notes]


def frozen(now_ms: int, minutes: int = 15) -> Moment:
    return replace(moment(now_ms), freeze_ms=minutes * 60_000)


@settings(max_examples=60, deadline=None)
@given(drawn_facts(START_MS, A_DAY_MS), st.integers(0, A_DAY_MS), st.integers(1, 90), st.data())
def test_what_is_promised_is_the_same_in_the_next_plan_at_every_instant(
    given_facts: ProgrammeFacts, after_ms: int, minutes: int, data: st.DataObject
) -> None:
    old = Programme(compile_plan(given_facts, moment(START_MS)).plan)
    weights = {group: data.draw(st.integers(0, 5)) for group in given_facts.weights.usual}
    changed = replace(given_facts, weights=Weights(weights), bookings=())
    now_ms = START_MS + after_ms
    until_ms = frozen_until(old, frozen(now_ms, minutes))
    compiled = compile_plan(changed, frozen(now_ms, minutes), old)
    if until_ms is None:
        assert compiled.change_ms < now_ms + HOUR_MS
        return
    assert compiled.effective_ms <= now_ms
    assert compiled.change_ms == until_ms >= now_ms + minutes * 60_000
    new = Programme(compiled.plan)
    for event in old.events(now_ms, until_ms):
        if event.item is not None:
            assert seen(new.at(event.start_ms).event) == seen(event)
    assert new.carry_at(until_ms).keys() >= old.carry_at(until_ms).keys()
    longest_ms = max((one.duration_ms for one in given_facts.items.values()), default=0)
    for group, carry in old.carry_at(until_ms).items():
        if abs(carry.balance_ms) <= 2 * longest_ms:
            assert new.carry_at(until_ms)[group].last_order == carry.last_order
            assert abs(new.carry_at(until_ms)[group].balance_ms) <= abs(carry.balance_ms)


def test_accounts_are_exact_at_the_end_of_what_was_promised() -> None:
    town = facts(item("a", "g1", 12_000), item("b", "g2", 20_000), item("c", "g3", 9_000))
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    heavier = replace(town, weights=Weights({"g1": 5, "g2": 1, "g3": 1}))
    now_ms = START_MS + 5 * HOUR_MS
    compiled = compile_plan(heavier, frozen(now_ms), old)
    new = Programme(compiled.plan)
    assert now_ms + 15 * 60_000 <= compiled.change_ms <= now_ms + 75 * 60_000
    assert compiled.change_ms in {segment.start_ms for segment in old.plan.segments}
    assert new.carry_at(compiled.change_ms) == old.carry_at(compiled.change_ms)
    assert new.events(now_ms, compiled.change_ms) == old.events(now_ms, compiled.change_ms)


def test_a_withdrawal_is_immediate_and_moves_nothing_else_of_what_was_promised() -> None:
    both = facts(item("a", "g1", 60_000), item("b", "g2", 60_000))
    old = Programme(compile_plan(both, moment(START_MS)).plan)
    now_ms = next(event.start_ms for event in old.events(START_MS, START_MS + HOUR_MS) if event.item == "a") + 5_000
    left = facts(item("b", "g2", 60_000), weights={"g1": 1, "g2": 1})
    compiled = compile_plan(left, frozen(now_ms), old)
    new = Programme(compiled.plan)
    assert new.at(now_ms).event.item is None
    assert "a" not in {event.item for event in new.events(*new.span)}
    promised = [seen(event) for event in old.events(now_ms, compiled.change_ms) if event.item == "b"]
    assert promised == [seen(event) for event in new.events(now_ms, compiled.change_ms) if event.item]


def test_at_short_notice_a_change_comes_as_soon_as_what_is_on_has_ended() -> None:
    old = Programme(compile_plan(facts(item("a", duration_ms=12_000)), moment(START_MS)).plan)
    now_ms = START_MS + HOUR_MS
    compiled = compile_plan(facts(item("b", duration_ms=12_000)), frozen(now_ms, 0), old)
    assert compiled.change_ms <= now_ms + 15_000 + 12_000


def test_a_screen_that_shows_only_filler_has_promised_nobody_anything() -> None:
    old = Programme(compile_plan(facts(zone="UTC"), moment(START_MS)).plan)
    now_ms = START_MS + HOUR_MS
    compiled = compile_plan(facts(item("b")), frozen(now_ms), old)
    assert compiled.change_ms == now_ms + 15_000


def test_a_new_house_item_does_not_move_what_was_promised() -> None:
    town = facts(item("a", "g1", 40_000), item("b", "g2", 50_000))
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    card = item("card", "house", 10_000)
    now_ms = START_MS + HOUR_MS
    housed = replace(town, house_groups=frozenset({"house"}), items={**town.items, "card": card})
    compiled = compile_plan(housed, frozen(now_ms), old)
    new = Programme(compiled.plan)
    promised = [seen(event) for event in old.events(now_ms, compiled.change_ms) if event.group]
    assert promised == [seen(event) for event in new.events(now_ms, compiled.change_ms) if event.group]
    assert new.carry_at(compiled.change_ms)["g1"] == old.carry_at(compiled.change_ms)["g1"]


def film_on() -> tuple[ProgrammeFacts, Programme, Event]:
    """A town in which a long film is on, with two short items that may be booked."""
    film, news, songs = item("film", duration_ms=40 * 60_000), item("news", "g2", 30_000), item("songs", "g2", 30_000)
    town = facts(film, news, songs, weights={"g1": 1})
    old = Programme(compile_plan(town, moment(START_MS)).plan)
    return town, old, next(one for one in old.events(START_MS, START_MS + 5 * HOUR_MS) if one.item == "film")


def test_a_provisional_booking_cuts_nothing_that_is_on() -> None:
    town, old, film = film_on()
    now_ms = film.start_ms + 60_000
    slot = Booked("b", ("news",), now_ms + 20_000, now_ms + 50_000, "provisional")
    compiled = compile_plan(replace(town, bookings=(slot,)), moment(now_ms), old)
    assert compiled.change_ms == film.end_ms
    assert Programme(compiled.plan).at(slot.start_ms).event.item == "film"


def test_a_booking_whose_first_item_was_withdrawn_is_as_exact_as_any() -> None:
    town, old, film = film_on()
    now_ms = film.start_ms + 60_000
    slot = Booked("b", ("gone", "songs"), now_ms + 20_000, now_ms + 50_000)
    compiled = compile_plan(replace(town, bookings=(slot,)), moment(now_ms), old)
    assert compiled.change_ms == slot.start_ms
    assert Programme(compiled.plan).at(slot.start_ms).event.item == "songs"


def test_a_booking_of_which_nothing_may_be_shown_cuts_nothing_that_is_on() -> None:
    town, old, film = film_on()
    now_ms = film.start_ms + 60_000
    late = replace(item("late", "g2", 10_000), from_ms=now_ms + HOUR_MS)
    slots = (
        Booked("gone", ("gone",), now_ms + 20_000, now_ms + 50_000),
        Booked("late", ("late",), now_ms + 60_000, now_ms + 80_000),
        Booked("series", ("news", "gone"), now_ms + 90_000, now_ms + 120_000, plays="series", number=1),
    )
    changed = replace(town, items={**town.items, "late": late}, bookings=slots)
    assert compile_plan(changed, moment(now_ms), old).change_ms == film.end_ms


def test_what_is_carried_over_stays_without_sound_and_protected() -> None:
    slot = Booked("talk", ("talk",), START_MS + HOUR_MS, START_MS + 2 * HOUR_MS, "protected")
    town = facts(item("talk", duration_ms=600_000), item("a", "g2"), bookings=(slot,), zone="UTC")
    silent = replace(town, rules=(QuietRule("q", "Quiet", When(), "muted"),))
    old = Programme(compile_plan(silent, moment(START_MS)).plan)
    now_ms = slot.start_ms + 30_000
    for minutes in (0, 15):
        compiled = compile_plan(replace(town, weights=Weights({"g2": 3})), frozen(now_ms, minutes), old)
        carried = [one for one in compiled.plan.segments if one.start_ms < compiled.change_ms]
        assert carried
        for segment in carried:
            assert isinstance(segment, Fixed)
            assert segment.muted
            assert all(play.protected for play in segment.items)
        assert frozen_until(old, frozen(now_ms, minutes)) in (None, compiled.change_ms)
