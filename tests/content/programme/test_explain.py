"""Every question about an item and an instant has exactly one answer, with its numbers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.explain import REASONS, Explanation, explain
from tests.content.programme.plans import HOUR, Json, hours, item, plans, programme, rotation, town

BOOKED: Json = {
    "start_ms": HOUR,
    "end_ms": HOUR + 60_000,
    "kind": "fixed",
    "items": [{"offset_ms": 0, "duration_ms": 30_000, "item": "speech", "group": "council"}],
}


def evening() -> Json:
    """An hour of rotation, a booked minute, an hour that is dark."""
    groups = {
        "council": {"weight": 0, "items": [item("notice", 10_000, 1)]},
        "films": {"weight": 1, "items": [item("film", 2 * HOUR, 1), item("trailer", 30_000, 2)]},
        "rare": {"weight": 5, "items": [item("gong", 10_000, 1, gap_ms=600_000)]},
        "youth": {"weight": 5, "items": [item("dance", 60_000, 1), item("song", 50_000, 2)]},
    }
    return {
        "engine": "L1",
        "house": [{"item": "crest", "duration_ms": 8_000}],
        "groups": [{"id": group} for group in groups],
        "segments": [
            rotation(0, HOUR, groups),
            BOOKED,
            {"start_ms": HOUR + 60_000, "end_ms": 2 * HOUR, "kind": "dark"},
        ],
    }


def answers(plan: Json, name: str, reason: str) -> list[tuple[int, Explanation]]:
    """All seconds of the plan's first hour at which the reason for that item is this one."""
    engine = programme(plan)
    found = [(second * 1_000, explain(engine, name, second * 1_000)) for second in range(HOUR // 1_000)]
    return [(instant_ms, one) for instant_ms, one in found if one.reason == reason]


@settings(max_examples=80, deadline=None)
@given(plans(), st.data())
def test_there_is_one_reason_and_playing_is_it_exactly_when_the_item_is_on(plan: Json, data: st.DataObject) -> None:
    engine = programme(plan)
    events = engine.events(*engine.span)
    names = {event.item for event in events if event.item}
    names |= {
        listed["item"]
        for segment in plan["segments"]
        for listing in segment.get("groups", {}).values()
        for listed in listing["items"]
    }
    for name in sorted(names)[:6]:
        instant_ms = data.draw(st.integers(engine.span[0] - 10, engine.span[1] + 10))
        answer = explain(engine, name, instant_ms)
        assert answer.reason in REASONS
        assert answer.sentence
        assert (answer.reason == "playing") == (engine.at(instant_ms).event.item == name)
        later = [event.start_ms for event in events if event.item == name and event.start_ms > instant_ms]
        assert answer.next_start_ms == (later[0] if later else None)


@settings(max_examples=80, deadline=None)
@given(plans(), st.data())
def test_the_numbers_bear_the_reason_out(plan: Json, data: st.DataObject) -> None:
    engine = programme(plan)
    instant_ms = data.draw(st.integers(engine.span[0], engine.span[1] - 1))
    index = engine.segment_index(instant_ms)
    assert index is not None
    for listing in plan["segments"][index].get("groups", {}).values():
        for listed in listing["items"]:
            answer = explain(engine, listed["item"], instant_ms)
            numbers = answer.numbers
            if answer.reason == "not_due":
                assert numbers["owed_ms"] < numbers["needed_ms"]
                assert numbers["due_ms"] > instant_ms
            if answer.reason == "repetition":
                assert numbers["last_start_ms"] + numbers["gap_ms"] == numbers["earliest_ms"] > instant_ms
                assert answer.next_start_ms is None or answer.next_start_ms >= numbers["earliest_ms"]
            if answer.reason == "does_not_fit":
                assert numbers["free_from_ms"] + numbers["duration_ms"] > numbers["until_ms"]
                assert answer.next_start_ms is None or answer.next_start_ms >= numbers["until_ms"]
            if answer.reason == "queued":
                assert numbers["due_ms"] <= instant_ms < numbers["free_from_ms"]
            if answer.reason == "too_long":
                assert numbers["duration_ms"] > numbers["length_ms"]


def test_an_item_the_plan_does_not_hold_is_unknown() -> None:
    assert explain(programme(evening()), "poem", 0).reason == "unknown_item"


def test_an_item_that_is_on_says_since_when_and_until_when() -> None:
    answer = explain(programme(evening()), "speech", HOUR + 10_000)
    assert answer.reason == "playing"
    assert answer.sentence == "It is on, since 1970-01-01T01:00:00.000Z and until 1970-01-01T01:00:30.000Z."
    assert answer.numbers == {"start_ms": HOUR, "end_ms": HOUR + 30_000, "offset_ms": 10_000}
    assert answer.next_start_ms is None


def test_bookings_darkness_and_the_plans_end_are_named() -> None:
    engine = programme(evening())
    assert explain(engine, "dance", HOUR + 10_000).reason == "booked"
    assert explain(engine, "dance", HOUR + 70_000).numbers == {"until_ms": 2 * HOUR}
    assert explain(engine, "dance", HOUR + 70_000).reason == "dark"
    assert explain(engine, "dance", 2 * HOUR).reason == "outside_plan"
    assert explain(engine, "dance", -1).next_start_ms is not None


def test_an_item_that_is_not_listed_now_says_when_it_comes() -> None:
    answer = explain(programme(evening()), "speech", 5)
    assert (answer.reason, answer.next_start_ms) == ("not_listed", HOUR)


def test_a_group_without_weight_and_an_item_too_long_are_named() -> None:
    engine = programme(evening())
    assert explain(engine, "notice", 5).reason == "no_weight"
    assert explain(engine, "film", 5).numbers == {"duration_ms": 2 * HOUR, "length_ms": HOUR}


def test_a_share_below_a_millisecond_is_named() -> None:
    plan = hours(1, {"a": {"weight": 10**9, "items": [item("a1", 9_000, 1)]}})
    plan["groups"].append({"id": "b"})
    plan["segments"][0]["groups"]["b"] = {"weight": 1, "items": [item("b1", 9_000, 1)]}
    assert explain(programme(plan), "b1", 5).reason == "no_share"


def test_a_house_item_waits_for_time_nobody_has() -> None:
    assert answers(evening(), "crest", "house")
    assert answers(evening(), "crest", "playing")


def test_a_repeated_item_waits_for_its_gap() -> None:
    assert all(one.numbers["gap_ms"] == 600_000 for _, one in answers(evening(), "gong", "repetition"))
    assert answers(evening(), "gong", "repetition")


def test_the_second_item_of_a_group_waits_for_the_first() -> None:
    assert any("dance" in one.sentence for _, one in answers(evening(), "song", "another_first"))


def test_a_group_that_is_not_owed_enough_waits_until_it_is() -> None:
    for instant_ms, one in answers(evening(), "song", "not_due"):
        assert one.numbers["owed_ms"] < one.numbers["needed_ms"]
        assert one.numbers["due_ms"] > instant_ms
    assert answers(evening(), "song", "not_due")


def test_due_items_queue_and_those_too_long_for_the_rest_are_deferred() -> None:
    groups = town(3, 10, shortest_ms=20_000, longest_ms=60_000, most_items=1)
    found = {
        one.reason
        for group in groups
        for one in (
            explain(programme(hours(1, groups)), f"{group}-0", instant_ms) for instant_ms in range(0, HOUR, 60_000)
        )
    }
    late = {explain(programme(hours(1, groups)), f"{group}-0", HOUR - 1_000).reason for group in groups}
    assert "queued" in found
    assert "does_not_fit" in late
