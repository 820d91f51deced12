"""What is promised without conditions: one event at every instant, and nothing but plan and instant decides it."""

import itertools
from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from content.programme.digest import segment_digests
from content.programme.engine import Event
from tests.content.programme.plans import HOUR, MINUTE, Json, hours, item, plans, programme, rotation, town, whole

FEW = settings(max_examples=120, deadline=None)


def without_gaps(plan: Json) -> Json:
    plan = deepcopy(plan)
    for segment in plan["segments"]:
        if segment["kind"] == "rotation":
            for listing in segment["groups"].values():
                for listed in listing["items"]:
                    listed["gap_ms"] = 0
    return plan


def orders_of(plan: Json, group: str) -> list[str | None]:
    return [row[3] for row in whole(programme(plan)) if row[4] == group]


@FEW
@given(plans())
def test_the_events_of_a_segment_cut_it_without_gap_or_overlap(plan: Json) -> None:
    engine = programme(plan)
    for index, segment in enumerate(engine.plan.segments):
        now_ms = segment.start_ms
        for event in engine.segment_events(index):
            assert event.start_ms == now_ms < event.end_ms
            now_ms = event.end_ms
        assert now_ms == segment.end_ms


@FEW
@given(plans(), st.randoms(use_true_random=False))
def test_any_instant_asked_in_any_order_is_what_replay_shows(plan: Json, dice: Random) -> None:
    replayed = programme(plan)
    events = replayed.events(*replayed.span)
    engine = programme(plan)
    for event in dice.sample(events, min(len(events), 30)):
        for instant_ms in (event.start_ms, dice.randrange(event.start_ms, event.end_ms), event.end_ms - 1):
            showing = engine.at(instant_ms)
            assert showing.event == event
            assert showing.offset_ms == instant_ms - event.start_ms


@FEW
@given(plans())
def test_a_play_of_the_rotation_is_listed_there_and_whole(plan: Json) -> None:
    engine = programme(plan)
    for segment, index in zip(plan["segments"], range(len(plan["segments"])), strict=True):
        for event in engine.segment_events(index):
            if event.layer == "rotation":
                listing = segment["groups"][event.group]
                assert listing["weight"] > 0
                lengths = {listed["item"]: listed["duration_ms"] for listed in listing["items"]}
                assert event.end_ms - event.start_ms == lengths[event.item]


@FEW
@given(plans())
def test_a_balance_grows_by_the_quota_and_falls_by_what_was_played(plan: Json) -> None:
    from content.programme.plan import Rotation
    from content.programme.quota import playable, quotas

    engine = programme(plan)
    for index, segment in enumerate(engine.plan.segments):
        if not isinstance(segment, Rotation):
            continue
        before, after = engine.carry_at(segment.start_ms), engine.carry_at(segment.end_ms)
        shares = quotas(segment, playable(segment), engine.plan.params)
        for group, carry in after.items():
            played_ms = sum(
                event.end_ms - event.start_ms for event in engine.segment_events(index) if event.group == group
            )
            assert carry.balance_ms == before[group].balance_ms + shares.get(group, 0) - played_ms


@FEW
@given(plans())
def test_two_starts_of_an_item_are_its_gap_apart_across_segments_and_bookings(plan: Json) -> None:
    engine = programme(plan)
    last = {
        (group["id"], name): start
        for group in plan["groups"]
        for name, start in group["carry"]["last_starts_ms"].items()
    }
    for segment, index in zip(plan["segments"], range(len(plan["segments"])), strict=True):
        for event in engine.segment_events(index):
            if event.kind != "item":
                continue
            if event.layer == "rotation":
                gaps = {listed["item"]: listed["gap_ms"] for listed in segment["groups"][event.group]["items"]}
                since_ms = event.start_ms - last.get((event.group, event.item), -(10**12))
                assert gaps[event.item] == 0 or since_ms >= gaps[event.item]
            last[event.group, event.item] = event.start_ms - event.media_offset_ms


def test_a_gap_is_kept_to_the_millisecond_over_days() -> None:
    groups = town(3, 10, most_items=4)
    for listing in groups.values():
        for listed in listing["items"]:
            listed["gap_ms"] = 900_000
    starts: dict[str, list[int]] = {}
    for start, _, kind, name, _, _ in whole(programme(hours(48, groups))):
        if kind == "item" and name:
            starts.setdefault(name, []).append(start)
    waits = [later - sooner for times in starts.values() for sooner, later in itertools.pairwise(times)]
    assert min(waits) >= 900_000
    assert min(waits) < 960_000


def test_a_steady_list_is_played_round_and_round_in_its_order() -> None:
    groups = town(5, 8)
    plan = hours(24, groups)
    for group, listing in groups.items():
        names = [listed["item"] for listed in listing["items"]]
        played = orders_of(plan, group)
        assert len(played) > 2 * len(names)
        assert played == [names[turn % len(names)] for turn in range(len(played))]


@FEW
@given(plans())
def test_doubling_all_weights_changes_nothing(plan: Json) -> None:
    doubled = deepcopy(plan)
    for segment in doubled["segments"]:
        for listing in segment.get("groups", {}).values():
            listing["weight"] *= 2
    assert whole(programme(doubled)) == whole(programme(plan))


@FEW
@given(plans())
def test_renaming_items_changes_only_their_names(plan: Json) -> None:
    renamed = deepcopy(plan)
    for segment in renamed["segments"]:
        lists = [listing["items"] for listing in segment.get("groups", {}).values()]
        for listed in [*segment.get("items", []), *(listed for items in lists for listed in items)]:
            listed["item"] = f"new {listed['item']}"
    for group in renamed["groups"]:
        starts = group["carry"]["last_starts_ms"]
        group["carry"]["last_starts_ms"] = {f"new {name}": start for name, start in starts.items()}
    old = [(*row[:3], f"new {row[3]}" if row[2] == "item" else row[3], *row[4:]) for row in whole(programme(plan))]
    assert whole(programme(renamed)) == old


@FEW
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_written_changes_nothing(plan: Json, dice: Random) -> None:
    shuffled = deepcopy(plan)
    dice.shuffle(shuffled["groups"])
    dice.shuffle(shuffled["house"])
    for segment in shuffled["segments"]:
        if segment["kind"] == "rotation":
            names = list(segment["groups"])
            dice.shuffle(names)
            segment["groups"] = {name: segment["groups"][name] for name in names}
            for listing in segment["groups"].values():
                dice.shuffle(listing["items"])
    assert whole(programme(shuffled)) == whole(programme(plan))


@FEW
@given(plans())
def test_a_group_that_can_never_play_changes_nothing(plan: Json) -> None:
    crowded = deepcopy(plan)
    crowded["groups"] += [{"id": "0 idle"}, {"id": "m empty", "carry": {"balance_ms": 99_000}}, {"id": "~ long"}]
    for segment in crowded["segments"]:
        if segment["kind"] == "rotation":
            length_ms = segment["end_ms"] - segment["start_ms"]
            segment["groups"]["0 idle"] = {"weight": 0, "items": [item("x", 30, 1)]}
            segment["groups"]["m empty"] = {"weight": 7, "items": []}
            segment["groups"]["~ long"] = {"weight": 7, "items": [item("y", length_ms + 1, 1)]}
    assert whole(programme(crowded)) == whole(programme(plan))


def test_editing_one_groups_items_changes_no_other_groups_order() -> None:
    groups = town(11, 12)
    edited = deepcopy(groups)
    edited["g04"]["items"] = [item("new", 25_000, 5), *edited["g04"]["items"][1:]]
    before, after = hours(24, groups), hours(24, edited)
    for group in groups:
        if group != "g04":
            old, new = orders_of(before, group), orders_of(after, group)
            shorter = min(len(old), len(new))
            assert abs(len(old) - len(new)) <= 2
            assert old[:shorter] == new[:shorter]


@FEW
@given(plans(), st.integers(0, 4))
def test_a_plan_that_begins_at_a_boundary_with_the_accounts_there_goes_on_alike(plan: Json, cut: int) -> None:
    assume(cut < len(plan["segments"]))
    engine = programme(plan)
    carries = engine.carry_at(engine.plan.segments[cut].start_ms)
    later = {
        **plan,
        "groups": [{"id": group, "carry": carry.as_json()} for group, carry in carries.items()],
        "segments": plan["segments"][cut:],
    }
    tail = programme(later)
    assert segment_digests(tail) == segment_digests(engine)[cut:]
    # A plan notes the starts of what has a gap somewhere in it; the later one may know fewer gaps than the whole.
    noted = {
        (group, item["item"])
        for segment in later["segments"]
        if segment["kind"] == "rotation"
        for group, listed in segment["groups"].items()
        for item in listed["items"]
        if item.get("gap_ms")
    } | {(group, item) for group, carry in carries.items() for item in carry.last_starts_ms}
    expected = {
        group: replace(
            carry, last_starts_ms={item: at for item, at in carry.last_starts_ms.items() if (group, item) in noted}
        )
        for group, carry in engine.carry_at(engine.span[1]).items()
    }
    assert tail.carry_at(tail.span[1]) == expected


def test_a_plan_that_takes_over_in_mid_segment_continues_fairly() -> None:
    groups = town(2, 6, longest_ms=30_000)
    old = programme(hours(4, groups))
    running = old.at(2 * HOUR + 20 * MINUTE).event
    carries = old.carry_at(running.end_ms)
    rest_ms = running.end_ms - (2 * HOUR + 20 * MINUTE)
    new = programme({
        "engine": "L1",
        "groups": [{"id": group, "carry": carry.as_json()} for group, carry in carries.items()],
        "segments": [
            {
                "start_ms": running.end_ms - rest_ms, "end_ms": running.end_ms, "kind": "fixed",
                "items": [{
                    "offset_ms": 0, "duration_ms": rest_ms, "item": running.item, "group": running.group,
                    "media_offset_ms": running.end_ms - rest_ms - running.start_ms,
                }],
            },
            rotation(running.end_ms, 3 * HOUR, groups),
            rotation(3 * HOUR, 4 * HOUR, groups),
        ],
    })  # fmt: skip
    instant_ms = running.end_ms - rest_ms
    assert new.at(instant_ms).media_ms == old.at(instant_ms).media_ms
    for group in groups:
        weight = groups[group]["weight"] / sum(listing["weight"] for listing in groups.values())
        events = [*old.events(0, instant_ms)[:-1], *new.events(instant_ms, 4 * HOUR)]
        on_ms = sum(event.end_ms - event.start_ms + event.media_offset_ms for event in events if event.group == group)
        assert abs(on_ms - 4 * HOUR * 0.95 * weight) < 3 * 30_000


@FEW
@given(plans())
def test_filler_before_a_play_is_long_enough_to_read_where_no_gap_forces_it(plan: Json) -> None:
    engine = programme(without_gaps(plan))
    minfill_ms = engine.plan.params.minfill_ms
    for index, segment in enumerate(engine.plan.segments):
        begun_ms = segment.start_ms
        for event in engine.segment_events(index):
            if event.layer == "rotation":
                assert begun_ms == event.start_ms or event.start_ms - begun_ms >= minfill_ms
            if event.kind != "filler":
                begun_ms = event.end_ms


@FEW
@given(plans())
def test_a_card_after_a_house_item_is_long_enough_to_read(plan: Json) -> None:
    engine = programme(plan)
    for index in range(len(engine.plan.segments)):
        events = engine.segment_events(index)
        for before, event in itertools.pairwise(events):
            if event.kind == "filler" and event.item is None and before.kind == "filler":
                assert event.end_ms - event.start_ms >= engine.plan.params.minfill_ms


def test_a_quiet_segment_is_filled_with_the_houses_items_in_turn() -> None:
    house = [{"item": name, "duration_ms": 8_000} for name in ("a", "b", "c")]
    rows = whole(programme({
        "engine": "L1", "groups": [], "house": house, "segments": [rotation(0, 100_000, {})],
    }))  # fmt: skip
    names = [row[3] for row in rows]
    assert names == names[:3] * 3 + names[:2] + [None]
    assert sorted(str(name) for name in names[:3]) == ["a", "b", "c"]
    assert rows[-1][:3] == (88_000, 100_000, "filler")


def test_without_a_house_list_filler_is_the_card() -> None:
    assert whole(programme({"engine": "L1", "groups": [], "segments": [rotation(0, 100_000, {})]})) == [
        (0, 100_000, "filler", None, None, 0)
    ]


def test_outside_the_plan_the_screen_is_off() -> None:
    engine = programme(hours(1, town(1, 3)))
    events = engine.events(-5, HOUR + 5)
    assert [event.kind for event in (events[0], events[-1])] == ["off", "off"]
    assert all(event.kind in {"item", "filler"} for event in events[1:-1])
    assert [before.end_ms for before in events[:-1]] == [after.start_ms for after in events[1:]]
    for instant_ms in (-1, HOUR, HOUR + 10**9):
        showing = engine.at(instant_ms)
        assert (showing.event.kind, showing.event.layer) == ("off", "off")
        assert showing.event in engine.events(instant_ms, instant_ms + 1)
        assert showing.offset_ms == instant_ms - showing.event.start_ms


def test_a_window_holds_the_whole_events_that_overlap_it() -> None:
    engine = programme(hours(3, town(1, 5)))
    every = engine.events(*engine.span)
    dice = Random(9)  # noqa: S311 - a test's dice
    for _ in range(200):
        from_ms, to_ms = sorted(dice.sample(range(3 * HOUR), 2))
        wanted = [event for event in every if event.start_ms < to_ms and event.end_ms > from_ms]
        assert engine.events(from_ms, to_ms) == wanted
    assert engine.events(HOUR, HOUR) == []
    assert engine.events(HOUR, HOUR - 1) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_no_small_group_owns_a_minute_of_the_day(seed: int) -> None:
    days = 28
    groups = {
        f"g{number:02}": {"weight": 1, "items": [item(f"i{number}", 20_000 + 500 * seed * number, 1)]}
        for number in range(20)
    }
    engine = programme(hours(24 * days, groups))
    for minute in range(0, 24 * 60, 7):
        seen: dict[str, int] = {}
        for day in range(days):
            group = engine.at(day * 24 * HOUR + minute * MINUTE).event.group
            if group is not None:
                seen[group] = seen.get(group, 0) + 1
        assert max(seen.values()) <= 0.4 * days


def test_a_booking_is_on_at_its_millisecond_and_the_rest_is_filler() -> None:
    plan = {
        "engine": "L1",
        "groups": [{"id": "g"}],
        "segments": [
            {"start_ms": 1_000, "end_ms": 2_000, "kind": "dark"},
            {
                "start_ms": 2_000, "end_ms": 60_000, "kind": "fixed",
                "items": [{"offset_ms": 500, "duration_ms": 30_000, "item": "i", "group": "g", "media_offset_ms": 40}],
            },
        ],
    }  # fmt: skip
    engine = programme(plan)
    assert engine.events(*engine.span) == [
        Event(1_000, 2_000, "dark", None, None, 0, "dark"),
        Event(2_000, 2_500, "filler", None, None, 0, "filler"),
        Event(2_500, 32_500, "item", "i", "g", 40, "booking"),
        Event(32_500, 60_000, "filler", None, None, 0, "filler"),
    ]
    assert engine.at(2_600).media_ms == 140
