"""Lists and mixes by name: a plan says each once, and means what it would mean spelt out."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings

from content.programme.digest import plan_digest, segment_digests
from content.programme.plan import read_plan
from content.reading import BadDocument, Reader
from tests.content.programme.plans import Json, hours, item, plans, programme, town


def named() -> Json:
    """Two hours; the second has the same list with another weight."""
    plan = hours(2, {"a": {"weight": 1, "items": "list"}}, lists={"list": [item("a1", 10_000, 1)]})
    plan["mixes"] = {"mix": {"a": {"weight": 2, "items": "list"}}}
    plan["segments"][1]["groups"] = "mix"
    return plan


def inline() -> Json:
    first = {"a": {"weight": 1, "items": [item("a1", 10_000, 1)]}}
    plan = hours(2, first)
    plan["segments"][1]["groups"] = {"a": {**first["a"], "weight": 2}}
    return plan


def test_a_plan_with_names_is_the_plan_spelt_out() -> None:
    assert read_plan(Reader(named())) == read_plan(Reader(inline()))
    assert plan_digest(programme(named())) == plan_digest(programme(inline()))
    assert read_plan(Reader(named())).as_json() == read_plan(Reader(inline())).as_json()


@settings(max_examples=60, deadline=None)
@given(plans())
def test_spelt_out_and_by_names_is_one_plan_with_one_digest(plan: Json) -> None:
    first = read_plan(Reader(plan))
    again = read_plan(Reader(first.spelt_out()))
    assert again == first
    assert again.as_json() == first.as_json() == read_plan(Reader(first.as_json())).as_json()
    assert plan_digest(programme(first.spelt_out())) == plan_digest(programme(first.as_json()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lists": {}}, "$.mixes.mix.a.items: the list 'list' is not one of the plan's 'lists'"),
        ({"mixes": {}}, "$.segments[1].groups: the mix 'mix' is not one of the plan's 'mixes'"),
        ({"mixes": {"mix": {"b": {"weight": 1, "items": []}}}}, "$.mixes.mix.b: the group 'b' is not declared"),
        ({"lists": {"list": [item("a1", 0, 1)]}}, "$.lists.list[0].duration_ms: 0 is not between"),
        ({"lists": {"list": [item("a1", 1, 1)]}}, "$.segments[0].groups.a: 3600000 ms could hold more than 1000000"),
        ({"lists": []}, "$.lists: an object is wanted"),
    ],
)
def test_a_fault_in_what_is_named_is_refused_with_its_place(change: Json, said: str) -> None:
    with pytest.raises(BadDocument) as caught:
        read_plan(Reader({**named(), **change}))
    assert str(caught.value).startswith(said)


def test_an_unused_name_is_checked_and_means_nothing() -> None:
    more = {**named(), "lists": {**named()["lists"], "other": [item("z", 1, 1)]}}
    assert read_plan(Reader(more)) == read_plan(Reader(named()))
    with pytest.raises(BadDocument):
        read_plan(Reader({**more, "lists": {**more["lists"], "other": [item("z", 0, 1)]}}))


def test_nine_days_of_sixty_groups_take_little_room() -> None:
    groups = town(1, 60)
    changed = deepcopy(groups)
    changed["g07"]["weight"] += 1
    plan = hours(9 * 24, groups)
    for segment in plan["segments"][100:]:
        segment["groups"] = changed
    written = json.dumps(read_plan(Reader(plan)).as_json())
    assert len(json.dumps(plan)) > 5_000_000
    assert len(written) < 200_000
    assert json.loads(written)["mixes"].keys() == {"m0", "m1"}


def test_a_muted_hour_is_muted_filler_and_all_and_only_there() -> None:
    loud = hours(3, town(2, 3), house=[{"item": "h", "duration_ms": 8_000}])
    quiet = deepcopy(loud)
    quiet["segments"][1]["muted"] = True
    booking = {"offset_ms": 5_000, "duration_ms": 10_000, "item": "b"}
    for plan in (loud, quiet):
        plan["segments"][2] = {**plan["segments"][2], "kind": "fixed", "items": [booking], "muted": True}
        del plan["segments"][2]["groups"]
    engine = programme(quiet)
    assert not any(event.muted for event in engine.segment_events(0))
    for index in (1, 2):
        assert {"item", "filler"} == {event.kind for event in engine.segment_events(index)}
        assert all(event.muted for event in engine.segment_events(index))
    before, after = segment_digests(programme(loud)), segment_digests(engine)
    assert (before[0], before[2]) == (after[0], after[2])
    assert before[1] != after[1]
    assert read_plan(Reader(engine.plan.as_json())) == engine.plan


def test_not_muted_written_out_is_the_same_plan() -> None:
    plan, spelt = hours(1, town(2, 3)), hours(1, town(2, 3))
    spelt["segments"][0]["muted"] = False
    assert plan_digest(programme(plan)) == plan_digest(programme(spelt))
