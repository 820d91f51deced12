"""What a plan may say, and how one that says anything else is refused."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.plan import Carry, FixedItem, HouseItem, Params, Rotation, read_plan
from content.reading import BadDocument, Reader
from tests.content.programme.plans import Json, item, plans

GOOD: Json = {
    "engine": "L1",
    "groups": [{"id": "g1"}, {"id": "g2", "carry": {"balance_ms": -5, "last_order": 3, "last_starts_ms": {"i1": 9}}}],
    "house": [{"item": "h1", "duration_ms": 8_000}],
    "segments": [
        {"start_ms": 0, "end_ms": 10, "kind": "dark"},
        {
            "start_ms": 10,
            "end_ms": 40,
            "kind": "fixed",
            "items": [
                {"offset_ms": 0, "duration_ms": 10, "item": "b1", "group": "g1"},
                {"offset_ms": 15, "duration_ms": 15, "item": "b2", "group": "g2", "media_offset_ms": 7},
            ],
        },
        {
            "start_ms": 40,
            "end_ms": 90_000,
            "kind": "rotation",
            "groups": {"g1": {"weight": 3, "items": [item("i2", 9_000, 20), item("i1", 12_000, 10)]}},
        },
    ],
}


def refusal(plan: object) -> str:
    with pytest.raises(BadDocument) as caught:
        read_plan(Reader(plan))
    return str(caught.value)


def test_a_plan_that_leaves_things_out_has_the_usual_ones() -> None:
    plan = read_plan(Reader(GOOD))
    assert plan.params == Params(house_bp=500, minfill_ms=5_000, slack_bp=1_000)
    assert plan.groups == {"g1": Carry(0, -1, {}), "g2": Carry(-5, 3, {"i1": 9})}
    assert plan.house == (HouseItem("h1", 8_000),)


def test_a_booking_may_begin_in_the_middle_of_its_medium() -> None:
    booked = read_plan(Reader(GOOD)).segments[1]
    assert getattr(booked, "items") == (FixedItem(0, 10, "b1", "g1", 0), FixedItem(15, 15, "b2", "g2", 7))  # noqa: B009


def test_a_list_is_kept_in_its_order_however_it_is_written() -> None:
    shared = read_plan(Reader(GOOD)).segments[2]
    assert isinstance(shared, Rotation)
    assert [listed.item for listed in shared.groups["g1"].items] == ["i1", "i2"]


@settings(max_examples=100, deadline=None)
@given(plans())
def test_a_plan_written_out_reads_back_as_itself(plan: Json) -> None:
    first = read_plan(Reader(plan))
    assert read_plan(Reader(first.as_json())) == first


def changed(path: list[str | int], value: Any) -> Json:
    plan = deepcopy(GOOD)
    place: Any = plan
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return plan


ITEM: list[str | int] = ["segments", 2, "groups", "g1", "items", 0]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["engine"], "L2", "$.engine: 'L2' is not one of L1"),
        (["engine"], None, "$: 'engine' is missing"),
        (["more"], 1, "$: 'more' is not a field"),
        (["segments"], [], "$.segments: a plan has at least one segment"),
        (["segments", 1, "start_ms"], 9, "$.segments[1]: starts at 9, but the segment before it ends at 10"),
        (["segments", 2, "start_ms"], 41, "$.segments[2]: starts at 41, but the segment before it ends at 40"),
        (["segments", 0, "end_ms"], 0, "$.segments[0].end_ms: ends at 0, which is not after its start at 0"),
        (["segments", 0, "start_ms"], -1, "$.segments[0].start_ms: -1 is not between"),
        (["segments", 2, "end_ms"], 10**18, "$.segments[2].end_ms: 1000000000000000000 is not between"),
        (["segments", 2, "end_ms"], 90_000.0, "$.segments[2].end_ms: a whole number is wanted"),
        (["segments", 2, "end_ms"], True, "$.segments[2].end_ms: a whole number is wanted, not true or false"),
        (["segments", 0, "kind"], "live", "$.segments[0].kind: 'live' is not one of dark, fixed, rotation"),
        (["segments", 0, "items"], [], "$.segments[0]: 'items' is not a field"),
        (["segments", 1, "items", 0, "group"], "g9", "$.segments[1].items[0].group: the group 'g9' is not declared"),
        (["segments", 1, "items", 0, "duration_ms"], 0, "$.segments[1].items[0].duration_ms: 0 is not between"),
        (["segments", 1, "items", 0, "duration_ms"], 16, "$.segments[1].items[1]: starts at offset 15, before"),
        (["segments", 1, "items", 1, "duration_ms"], 16, "$.segments[1].items[1]: ends at offset 31, after the end"),
        (["segments", 1, "items", 1, "media_offset_ms"], -1, "media_offset_ms: -1 is not between"),
        (["segments", 2, "groups", "g9"], {"weight": 1, "items": []}, "$.segments[2].groups.g9: the group 'g9'"),
        (["segments", 2, "groups", "g1", "weight"], -1, "$.segments[2].groups.g1.weight: -1 is not between"),
        (["segments", 2, "groups", "g1", "weight"], 2**80, "is not between 0 and"),
        ([*ITEM, "item"], "i1", "$.segments[2].groups.g1.items[1].item: the item 'i1' stands twice in this list"),
        ([*ITEM, "item"], "", "$.segments[2].groups.g1.items[0].item: 0 characters"),
        ([*ITEM, "order"], 10, "$.segments[2].groups.g1.items[1].order: the order 10 is given twice"),
        ([*ITEM, "gap_ms"], -1, "$.segments[2].groups.g1.items[0].gap_ms: -1 is not between"),
        ([*ITEM, "duration_ms"], "12", "duration_ms: a whole number is wanted, not text"),
        (["groups", 1, "id"], "g1", "$.groups[1].id: the group 'g1' is declared twice"),
        (["groups", 1, "carry", "last_order"], -2, "$.groups[1].carry.last_order: -2 is not between"),
        (["groups", 1, "carry", "balance_ms"], 10**15, "$.groups[1].carry.balance_ms: 1000000000000000 is not between"),
        (["params"], {"house_bp": 10_001}, "$.params.house_bp: 10001 is not between 0 and 10000"),
        (["params"], {"seed": 1}, "$.params: 'seed' is not a field"),
        (["house", 0, "duration_ms"], 0, "$.house[0].duration_ms: 0 is not between"),
        (
            ["house"],
            [{"item": "h", "duration_ms": 1}, {"item": "h", "duration_ms": 1}],
            "$.house[1].item: the item 'h'",
        ),
    ],
)
def test_a_plan_with_a_fault_is_refused_with_its_place(path: list[str | int], value: Any, said: str) -> None:
    assert said in refusal(changed(path, value))


def test_a_segment_with_room_for_endless_plays_is_refused() -> None:
    plan = changed([*ITEM, "duration_ms"], 1)
    plan["segments"][2]["end_ms"] = 2_000_000_000
    assert "$.segments[2].groups.g1: 1999999960 ms could hold more than 1000000 plays of 1 ms" in refusal(plan)


def test_a_list_that_repeats_is_checked_again_where_it_differs() -> None:
    plan = deepcopy(GOOD)
    plan["segments"].append({**deepcopy(plan["segments"][2]), "start_ms": 90_000, "end_ms": 180_000})
    plan["segments"][3]["groups"]["g1"]["items"][0]["order"] = 20.0
    assert refusal(plan) == "$.segments[3].groups.g1.items[0].order: a whole number is wanted, not a number"


@pytest.mark.parametrize("plan", [None, [], "plan", 1, {"engine": "L1", "groups": {}, "segments": 3}])
def test_what_is_no_plan_at_all_is_refused(plan: object) -> None:
    assert refusal(plan).startswith("$")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.text(max_size=3) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_good_plan_with_anything_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    plan = deepcopy(GOOD)
    place: Any = plan
    for _ in range(data.draw(st.integers(0, 6))):
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps))
        if not isinstance(place[step], dict | list) or not place[step]:
            place[step] = data.draw(JSON)
            break
        place = place[step]
    try:
        first = read_plan(Reader(plan))
    except BadDocument:
        return
    assert read_plan(Reader(first.as_json())) == first


def test_the_example_in_the_specification_is_a_plan() -> None:
    page = Path(__file__).parents[3] / "docs" / "programme-engine.md"
    example = page.read_text("utf-8").split("```")[1]
    assert len(read_plan(Reader.of_bytes(example.encode(), limit_bytes=10_000)).segments) == 3
