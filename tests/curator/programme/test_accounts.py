"""What groups were entitled to and what they got: the sums are exact, over plans and over as-run rows alike."""

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.engine import Programme
from content.programme.plan import Rotation
from content.programme.quota import playable, quotas
from curator.programme.accounts import AsRun, Reckoning, Span, aired, planned, reckon, together
from curator.programme.compiler import compile_plan
from tests.curator.programme import facts_of

NOW_MS = 1_792_303_200_000
HOUR_MS = 3_600_000


def programme(*, weights: dict[str, int] | None = None, days: int = 1, zone: str = "Europe/London") -> Programme:
    items = [facts_of.item(f"i{group}", group, 10_000 + 1_000 * number) for number, group in enumerate("abc")]
    facts = facts_of.facts(*items, weights=weights or {"a": 3, "b": 1, "c": 1}, zone=zone)
    return Programme(compile_plan(facts, facts_of.moment(NOW_MS, days=days), None).plan)


def whole(reckoning: Reckoning) -> bool:
    return sum(reckoning.spent_ms.values()) == reckoning.to_ms - reckoning.from_ms


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_millisecond_of_a_plan_is_counted_once(data: st.DataObject) -> None:
    facts = data.draw(facts_of.drawn_facts(NOW_MS, facts_of.A_DAY_MS))
    laid = Programme(compile_plan(facts, facts_of.moment(NOW_MS, days=1), None).plan)
    from_ms = data.draw(st.integers(NOW_MS - HOUR_MS, laid.span[1]))
    to_ms = data.draw(st.integers(from_ms, laid.span[1] + HOUR_MS))
    found = planned(laid, facts.zone, from_ms, to_ms)
    assert whole(found)
    assert found.spent_ms["untold"] == found.spent_ms["lost"] == 0
    assert sum(part.shared_ms for part in found.groups.values()) == found.spent_ms["shared"]
    assert sum(part.booked_ms for part in found.groups.values()) == found.spent_ms["booked"]
    for part in found.groups.values():
        assert sum(part.by_hour) == part.shared_ms + part.booked_ms
        assert part.longest_wait_ms <= to_ms - from_ms


@settings(max_examples=30, deadline=None)
@given(st.integers(0, facts_of.A_DAY_MS), st.sampled_from(facts_of.ZONES))
def test_two_neighbouring_windows_sum_to_the_whole(middle_ms: int, zone: str) -> None:
    laid = programme(zone=zone)
    from_ms, to_ms = laid.span
    both = [
        planned(laid, zone, from_ms, from_ms + middle_ms),
        planned(laid, zone, min(from_ms + middle_ms, to_ms), to_ms),
    ]
    all_at_once, summed = planned(laid, zone, from_ms, to_ms), together(both)
    for group, part in all_at_once.groups.items():
        assert summed.groups[group].entitled_ms == part.entitled_ms
        assert summed.groups[group].shared_ms == part.shared_ms
        assert summed.groups[group].by_hour == part.by_hour


def test_over_a_whole_plan_a_group_is_entitled_to_the_sum_of_its_quotas() -> None:
    laid = programme()
    expected: dict[str, int] = {}
    for segment in laid.plan.segments:
        assert isinstance(segment, Rotation)
        for group, quota_ms in quotas(segment, playable(segment), laid.plan.params).items():
            expected[group] = expected.get(group, 0) + quota_ms
    found = planned(laid, "Europe/London", *laid.span)
    assert {group: part.entitled_ms for group, part in found.groups.items()} == expected
    for part in found.groups.values():
        assert abs(part.balance_ms) < 60_000


def test_what_was_shown_as_planned_sums_to_what_was_planned() -> None:
    laid = programme()
    from_ms, to_ms = laid.span
    rows = [
        AsRun(e.start_ms, e.end_ms - e.start_ms, "programme" if e.item else "filler", e.group, "complete", "")
        for e in laid.events(from_ms, to_ms)
    ]
    plan, record = planned(laid, "Europe/London", from_ms, to_ms), aired(rows, "Europe/London", from_ms, to_ms)
    assert record.spent_ms == plan.spent_ms
    for group, part in record.groups.items():
        assert part.shared_ms == plan.groups[group].shared_ms
        assert part.plays == plan.groups[group].plays
        assert part.longest_wait_ms == plan.groups[group].longest_wait_ms


def test_the_longest_wait_runs_from_start_to_start_and_leaves_out_bookings_and_dark_time() -> None:
    spans = [
        Span(0, 10, "shared", "a"), Span(10, 40, "booked", "b"), Span(40, 60, "shared", "b"), Span(60, 90, "dark"),
        Span(90, 100, "shared", "a"), Span(100, 130, "filler"),
    ]  # fmt: skip
    found = reckon(spans, "UTC", 0, 130)
    assert (found.groups["a"].longest_wait_ms, found.groups["a"].waits_from_ms) == (40, 90)
    assert (found.groups["b"].longest_wait_ms, found.groups["b"].waits_from_ms) == (60, 40)
    assert reckon(spans, "UTC", 0, 100).groups["a"].longest_wait_ms == 30


def test_what_was_lost_is_told_by_its_cause_and_not_counted_as_got() -> None:
    rows = [
        AsRun(0, 100, "programme", "a", "complete", ""), AsRun(100, 50, "programme", "a", "missed", "power"),
        AsRun(150, 50, "rotation", "a", "substituted", "file"), AsRun(200, 70, "programme", "a", "missed", "power"),
        AsRun(300, 30, "booking", "a", "partial", "panic"),
    ]  # fmt: skip
    found = aired(rows, "UTC", 0, 400)
    assert whole(found)
    assert found.groups["a"].lost_ms == {"file": 50, "power": 120}
    assert (found.groups["a"].shared_ms, found.groups["a"].booked_ms, found.groups["a"].plays) == (100, 30, 2)
    assert found.spent_ms["untold"] == 100


def test_records_that_overlap_are_not_counted_twice() -> None:
    rows = [AsRun(0, 100, "rotation", "a", "complete", ""), AsRun(50, 100, "rotation", "b", "complete", "")]
    found = aired(rows, "UTC", 0, 150)
    assert (found.groups["a"].shared_ms, found.groups["b"].shared_ms) == (100, 50)


def test_the_worst_hour_is_the_one_that_fell_furthest_short() -> None:
    laid = programme(weights={"a": 1, "b": 1})
    found = planned(laid, "Europe/London", *laid.span)
    worst = found.groups["a"]
    alone = planned(laid, "Europe/London", worst.worst_hour_ms, worst.worst_hour_ms + HOUR_MS).groups["a"]
    assert worst.worst_short_ms == max(0, alone.balance_ms)


def test_the_spread_over_the_day_is_by_the_clock_on_the_wall() -> None:
    noon_in_kathmandu_ms = 1_790_000_000_000 // facts_of.A_DAY_MS * facts_of.A_DAY_MS + 6 * HOUR_MS + 15 * 60_000
    spans = [Span(noon_in_kathmandu_ms - 5, noon_in_kathmandu_ms + 7, "shared", "a")]
    found = reckon(spans, "Asia/Kathmandu", noon_in_kathmandu_ms - 100, noon_in_kathmandu_ms + 100)
    assert (found.groups["a"].by_hour[11], found.groups["a"].by_hour[12]) == (5, 7)


def test_filler_is_a_share_of_the_time_that_was_to_be_had() -> None:
    spans = [Span(0, 60, "shared", "a"), Span(60, 80, "filler"), Span(80, 100, "booked", "a"), Span(100, 200, "dark")]
    assert reckon(spans, "UTC", 0, 200).filler_share == 0.25
