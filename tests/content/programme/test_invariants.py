"""What the engine promises beyond the tests of its parts, over drawn plans; and that the specification's table is true.

`docs/programme-engine.md` §11 says for each promise which test holds it.
"""

import itertools
import re
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from content.programme.digest import plan_digest, segment_digests
from content.programme.plan import Rotation
from content.programme.quota import playable, quotas
from content.reading import BadDocument
from tests.content.programme.plans import HOUR, MINUTE, Json, hours, item, plans, programme, town, whole

ROOT = Path(__file__).resolve().parents[3]
MINFILL_MS = 5_000
FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
VERY_FEW = settings(max_examples=8, deadline=None)
SEEDS = st.integers(0, 10**6)


def longest_ms(listing: Json) -> int:
    return max(int(listed["duration_ms"]) for listed in listing["items"])


def loose_ms(groups: Json) -> int:
    """What the bounds add for a whole share: two longest items, and how uneven everybody's items are."""
    spread_ms = sum(
        longest_ms(listing) - min(int(listed["duration_ms"]) for listed in listing["items"])
        for listing in groups.values()
    )
    return 2 * max(longest_ms(listing) for listing in groups.values()) + spread_ms


def share(groups: Json, group: str) -> Fraction:
    """The group's part of the clock, by weight alone, after 5 % for the house."""
    return Fraction(95 * groups[group]["weight"], 100 * sum(listing["weight"] for listing in groups.values()))


def played(plan: Json, group: str) -> list[str | None]:
    return [row[3] for row in whole(programme(plan)) if row[4] == group]


def shares_of(plan: Json) -> list[dict[str, int]]:
    read = programme(plan).plan
    return [
        quotas(segment, playable(segment), read.params) for segment in read.segments if isinstance(segment, Rotation)
    ]


@VERY_FEW
@given(SEEDS, st.integers(2, 14))
def test_air_time_in_a_week_is_the_entitlement_by_weight_and_clock(seed: int, count: int) -> None:
    groups = town(seed, count)
    on_ms = dict.fromkeys(groups, 0)
    for start_ms, end_ms, _, _, group, _ in whole(programme(hours(168, groups))):
        if group is not None:
            on_ms[group] += end_ms - start_ms
    for group, listing in groups.items():
        part, rounding_ms = share(groups, group), 168
        behind_ms = part * 168 * HOUR - on_ms[group]
        assert behind_ms <= 2 * longest_ms(listing) + part * loose_ms(groups) + rounding_ms
        assert -behind_ms <= longest_ms(listing) + part * MINFILL_MS + rounding_ms


@VERY_FEW
@given(SEEDS, st.integers(1, 14))
def test_every_item_of_a_steady_list_comes_round_in_time(seed: int, count: int) -> None:
    groups = town(seed, count)
    starts: dict[str, list[int]] = {}
    for start_ms, _, _, name, group, _ in whole(programme(hours(48, groups))):
        if group is not None and name is not None:
            starts.setdefault(name, []).append(start_ms)
    for group, listing in groups.items():
        cycle_ms, part = sum(listed["duration_ms"] for listed in listing["items"]), share(groups, group)
        rounding_ms = 48
        most_ms = (cycle_ms + 3 * longest_ms(listing) + rounding_ms) / part + loose_ms(groups) + MINFILL_MS
        for listed in listing["items"]:
            rounds = [0, *starts.get(listed["item"], []), 48 * HOUR]
            assert all(later - sooner <= most_ms for sooner, later in itertools.pairwise(rounds))


@FEW
@given(plans(), st.data())
def test_splitting_an_item_or_adding_forty_changes_nobodys_quota(plan: Json, data: st.DataObject) -> None:
    for segment in plan["segments"]:
        for listing in segment.get("groups", {}).values():
            for listed in listing["items"]:
                listed["gap_ms"] = 0
    before = shares_of(plan)
    lists = [
        listing
        for segment in plan["segments"]
        for listing in segment.get("groups", {}).values()
        if any(listed["duration_ms"] <= segment["end_ms"] - segment["start_ms"] for listed in listing["items"])
    ]
    assume(lists)
    grown = data.draw(st.sampled_from(lists))
    if data.draw(st.booleans()):
        grown["items"] += [item(f"more {number}", 1, 100 + number) for number in range(40)]
    else:
        split = grown["items"].pop()
        half_ms = split["duration_ms"] // 2 or 1
        parts = enumerate((half_ms, max(1, split["duration_ms"] - half_ms)))
        grown["items"] += [item(f"part {number}", part_ms, 100 + number) for number, part_ms in parts]
    assume([set(shares) for shares in shares_of(plan)] == [set(shares) for shares in before])
    assert shares_of(plan) == before


@FEW
@given(SEEDS, st.integers(2, 8), st.data())
def test_editing_one_groups_items_changes_no_other_groups_quota_or_order(
    seed: int, count: int, data: st.DataObject
) -> None:
    groups = town(seed, count)
    edited = deepcopy(groups)
    one = data.draw(st.sampled_from(sorted(groups)))
    lengths = data.draw(st.lists(st.integers(1_000, 120_000), min_size=1, max_size=9))
    edited[one]["items"] = [item(f"new {order}", length_ms, order) for order, length_ms in enumerate(lengths)]
    before, after = hours(3, groups), hours(3, edited)
    assert shares_of(before) == shares_of(after)
    for group in groups:
        if group != one:
            old, new = played(before, group), played(after, group)
            shorter = min(len(old), len(new))
            assert old[:shorter] == new[:shorter]


@FEW
@given(plans(), plans(), st.integers(1, 4))
def test_two_plans_show_the_same_until_the_first_segment_in_which_they_differ(
    plan: Json, other: Json, cut: int
) -> None:
    assume(cut < len(plan["segments"]))
    now_ms = plan["segments"][cut]["start_ms"]
    shift_ms = now_ms - other["segments"][0]["start_ms"]
    later = [
        {**segment, "start_ms": segment["start_ms"] + shift_ms, "end_ms": segment["end_ms"] + shift_ms}
        for segment in other["segments"]
    ]
    declared = {group["id"]: group for group in [*({"id": one["id"]} for one in other["groups"]), *plan["groups"]]}
    changed = {**plan, "groups": list(declared.values()), "segments": [*plan["segments"][:cut], *later]}
    assert [row for row in whole(programme(changed)) if row[0] < now_ms] == [
        row for row in whole(programme(plan)) if row[0] < now_ms
    ]
    assert segment_digests(programme(changed))[:cut] == segment_digests(programme(plan))[:cut]


def numbers_in(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of all whole numbers in a document."""
    if isinstance(value, dict):
        return [place for key, inner in value.items() for place in numbers_in(inner, (*path, key))]
    if isinstance(value, list):
        return [place for index, inner in enumerate(value) for place in numbers_in(inner, (*path, index))]
    return [path] if isinstance(value, int) and not isinstance(value, bool) else []


@FEW
@given(plans(), st.data())
def test_a_plan_with_any_number_changed_by_one_has_another_digest(plan: Json, data: st.DataObject) -> None:
    *path, last = data.draw(st.sampled_from(numbers_in(plan)))
    changed = deepcopy(plan)
    inner: Any = changed
    for key in path:
        inner = inner[key]
    inner[last] += 1
    try:
        found = programme(changed)
    except BadDocument:
        return
    assert plan_digest(found) != plan_digest(programme(plan))


@pytest.mark.parametrize(("seed", "count", "most_items"), [(1, 12, 12), (2, 26, 1), (3, 60, 40)])
def test_no_group_with_a_quarter_or_less_is_on_at_a_minute_on_more_than_two_days_of_five(
    seed: int, count: int, most_items: int
) -> None:
    days, groups = 28, town(seed, count, most_items=most_items)
    engine = programme(hours(24 * days, groups))
    seen: dict[tuple[str, int], int] = {}
    for minute in range(days * 24 * 60):
        group = engine.at(minute * MINUTE).event.group
        if group is not None and share(groups, group) <= Fraction(1, 4):
            seen[group, minute % (24 * 60)] = seen.get((group, minute % (24 * 60)), 0) + 1
    assert max(seen.values()) <= 0.4 * days


@VERY_FEW
@given(SEEDS, st.sampled_from([600_000, 1_200_000]))
def test_starts_are_a_gap_apart_over_days_through_plans_that_take_over_from_each_other(seed: int, gap_ms: int) -> None:
    groups = town(seed, 6, most_items=3)
    for listing in groups.values():
        for listed in listing["items"]:
            listed["gap_ms"] = gap_ms
    cut = 24 + Random(seed).randrange(12)  # noqa: S311 - an hour, not a secret
    first = programme(hours(48, groups))
    carried = [{"id": group, "carry": carry.as_json()} for group, carry in first.carry_at(cut * HOUR).items()]
    second = programme({**hours(48, groups), "groups": carried, "segments": hours(48, groups)["segments"][cut:]})
    starts: dict[str, list[int]] = {}
    for start_ms, _, kind, name, _, _ in [*(row for row in whole(first) if row[0] < cut * HOUR), *whole(second)]:
        if kind == "item" and name is not None:
            starts.setdefault(name, []).append(start_ms)
    assert starts
    for times in starts.values():
        assert all(later - sooner >= gap_ms for sooner, later in itertools.pairwise(times))


def test_the_specification_names_for_every_promise_a_test_or_a_benchmark_that_is_there() -> None:
    page = (ROOT / "docs" / "programme-engine.md").read_text()
    rows = re.findall(r"^\| I(\d+) \|[^|]+\| (.+) \|$", page, re.MULTILINE)
    assert sorted({int(number) for number, _ in rows}) == list(range(1, 29))
    for number, held in rows:
        places = re.findall(r"`([\w/.]+\.py)(?:::(\w+))?`", held)
        assert places, f"I{number}"
        for name, test in places:
            path = next((one for one in (ROOT / name, ROOT / "tests" / name) if one.is_file()), None)
            assert path is not None, name
            assert re.search(rf"def {test}\b", path.read_text()) or not test, f"{name}::{test}"
