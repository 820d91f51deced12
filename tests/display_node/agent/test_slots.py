"""What is on when: without a gap, equal to the engine inside the plan, and sensible around it."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from content.canonical import Json
from content.manifest import ListedPlay
from content.signing import SigningKey
from display_node.agent.slots import DAY_MS, EngineLine, ListLine, Programming, Slot, repeat_period_ms, succession
from tests.display_node.agent.making import HOUR_MS, manifest_of, programme_of, rotation

KEY = SigningKey.new()
NAMES = ("a", "b", "c")
START_MS = 1_800_000_000_000 // DAY_MS * DAY_MS
NIGHT_MS = START_MS + 22 * HOUR_MS


def two_days() -> dict[str, Json]:
    """Two days with a dark night from 22:00 and a booking on the second day at noon."""
    plan = rotation(START_MS, NIGHT_MS, NAMES)
    day_two = START_MS + DAY_MS
    later = rotation(day_two, day_two + 12 * HOUR_MS, NAMES)
    evening = rotation(day_two + 13 * HOUR_MS, day_two + 22 * HOUR_MS, NAMES)
    booking: Json = {
        "start_ms": day_two + 12 * HOUR_MS,
        "end_ms": day_two + 13 * HOUR_MS,
        "kind": "fixed",
        "items": [{"offset_ms": 0, "duration_ms": 10_000, "item": "a", "group": "g1"}],
    }
    dark: Json = {"start_ms": NIGHT_MS, "end_ms": day_two, "kind": "dark"}
    last: Json = {"start_ms": day_two + 22 * HOUR_MS, "end_ms": day_two + DAY_MS, "kind": "dark"}
    parts = [plan["segments"], [dark], later["segments"], [booking], evening["segments"], [last]]
    segments: list[Json] = [segment for part in parts if isinstance(part, list) for segment in part]
    return plan | {"segments": segments}


PLAN = two_days()
PROGRAMME = programme_of(PLAN)
PROGRAMMING = Programming(manifest_of(KEY, PLAN, NAMES), EngineLine(PROGRAMME))
END_MS = START_MS + 2 * DAY_MS
NEXT_PLAN = rotation(START_MS, START_MS + 2 * DAY_MS, ("d",))
NEXT_PROGRAMME = programme_of(NEXT_PLAN)
NEXT = manifest_of(KEY, NEXT_PLAN, ("d",), version=2)

instants = st.integers(START_MS - 3 * DAY_MS, START_MS + 40 * DAY_MS)
lengths = st.integers(1, 3 * HOUR_MS)


@given(instants, lengths)
def test_any_window_is_filled_without_a_gap(from_ms: int, length_ms: int) -> None:
    to_ms = from_ms + length_ms
    slots = PROGRAMMING.slots(from_ms, to_ms)
    assert slots[0].start_ms <= from_ms < slots[0].end_ms
    assert slots[-1].start_ms < to_ms <= slots[-1].end_ms
    assert all(one.end_ms == two.start_ms for one, two in pairwise(slots))
    assert all(slot.start_ms < slot.end_ms for slot in slots)


@given(st.integers(START_MS, END_MS - 4 * HOUR_MS), lengths)
def test_inside_the_plan_the_slots_are_the_engines_events(from_ms: int, length_ms: int) -> None:
    slots = PROGRAMMING.slots(from_ms, from_ms + length_ms)
    events = PROGRAMME.events(from_ms, from_ms + length_ms)
    assert [(slot.start_ms, slot.end_ms, slot.kind, slot.item, slot.offset_ms) for slot in slots] == [
        (event.start_ms, event.end_ms, event.kind, event.item, event.media_offset_ms) for event in events
    ]


@given(instants, st.integers(0, HOUR_MS))
def test_two_windows_agree_about_what_they_share(from_ms: int, later_ms: int) -> None:
    until_ms = from_ms + 2 * HOUR_MS
    one = {slot.start_ms: slot for slot in PROGRAMMING.slots(from_ms, until_ms)}
    for slot in PROGRAMMING.slots(from_ms + later_ms, until_ms):
        assert one[slot.start_ms] == slot


@given(st.integers(END_MS, END_MS + 30 * DAY_MS))
def test_after_the_plan_the_last_day_comes_again_and_its_nights_stay_dark(instant_ms: int) -> None:
    (slot,) = PROGRAMMING.slots(instant_ms, instant_ms + 1)
    hour = instant_ms % DAY_MS // HOUR_MS
    assert (slot.kind == "dark") == (hour >= 22)
    if hour == 12:
        assert slot.item is None


def test_before_the_plan_there_are_cards() -> None:
    slots = PROGRAMMING.slots(START_MS - HOUR_MS, START_MS)
    assert {slot.kind for slot in slots} == {"off"}
    assert slots[-1].end_ms == START_MS


def test_a_long_plan_repeats_its_last_week() -> None:
    assert repeat_period_ms((0, 30 * DAY_MS)) == 7 * DAY_MS
    assert repeat_period_ms((0, 3 * DAY_MS)) == DAY_MS
    assert repeat_period_ms((0, HOUR_MS)) == HOUR_MS


@given(st.integers(START_MS + HOUR_MS, START_MS + 20 * HOUR_MS), st.integers(-HOUR_MS, HOUR_MS))
def test_one_manifest_follows_another_at_the_effective_instant_without_a_gap(turn_ms: int, from_ms: int) -> None:
    later = Programming(replace(NEXT, effective_ms=turn_ms), EngineLine(NEXT_PROGRAMME))
    pairs = succession(PROGRAMMING, later, turn_ms + from_ms, turn_ms + from_ms + 2 * HOUR_MS)
    assert all(one.end_ms == two.start_ms for (one, _), (two, _) in pairwise(pairs))
    assert all((manifest.version == 2) == (slot.start_ms >= turn_ms) for slot, manifest in pairs)
    assert pairs[0][0].start_ms <= turn_ms + from_ms


def test_an_item_that_loses_its_beginning_goes_on_from_the_right_position() -> None:
    assert Slot(100, 200, "item", "a", 5).clipped(130, 180) == Slot(130, 180, "item", "a", 35)


def test_a_gap_in_a_running_list_is_filler() -> None:
    line = ListLine((ListedPlay(0, 10, "item", "a", "g"), ListedPlay(20, 30, "dark", None, None)))
    assert [(slot.start_ms, slot.kind) for slot in line.slots(0, 30)] == [(0, "item"), (10, "filler"), (20, "dark")]
