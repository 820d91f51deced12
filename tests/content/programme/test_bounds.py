"""The promises about air time: how far a group may run ahead of what it is owed, and how far it may fall behind."""

from collections.abc import Callable
from random import Random

import pytest

from content.programme.plan import Rotation
from content.programme.quota import playable, quotas
from tests.content.programme.plans import HOUR, Json, hours, item, programme, rotation, town

WEEK_HOURS = 7 * 24


def worst(plan: Json) -> tuple[float, float]:
    """The worst ahead and the worst behind at any instant, as parts of what is promised: 1.0 is the promise itself.

    A group is furthest behind just before it plays or at a segment's end, and furthest ahead when a play of it ends.
    """
    engine = programme(plan)
    ahead = behind = 0.0
    balance = dict.fromkeys(engine.plan.groups, 0)
    for index, segment in enumerate(engine.plan.segments):
        assert isinstance(segment, Rotation)
        lists, length_ms = playable(segment), segment.end_ms - segment.start_ms
        shares = quotas(segment, lists, engine.plan.params)
        longest = {group: max(listed.duration_ms for listed in items) for group, items in lists.items()}
        spread_ms = sum(longest[group] - min(listed.duration_ms for listed in items) for group, items in lists.items())
        # What is owed, and both bounds, are in ms times the segment's length: whole numbers.
        rounding, loose_ms = (index + 1) * length_ms, 2 * max(longest.values()) + spread_ms
        minfill_ms = engine.plan.params.minfill_ms
        most = {group: longest[group] * length_ms + share * minfill_ms + rounding for group, share in shares.items()}
        least = {group: 2 * longest[group] * length_ms + share * loose_ms + rounding for group, share in shares.items()}
        for event in engine.segment_events(index):
            if event.group is not None:
                share, at_start_ms, at_end_ms = shares[event.group], event.start_ms, event.end_ms
                owed = balance[event.group] * length_ms + share * (at_start_ms - segment.start_ms)
                behind = max(behind, owed / least[event.group])
                balance[event.group] -= at_end_ms - at_start_ms
                owed = balance[event.group] * length_ms + share * (at_end_ms - segment.start_ms)
                ahead = max(ahead, -owed / most[event.group])
        for group, share in shares.items():
            balance[group] += share
            behind = max(behind, balance[group] * length_ms / least[group])
    return ahead, behind


def unkind(dice: Random, segments: int) -> Json:
    """A plan with steady lists that keeps the conditions and is otherwise as unkind as can be."""
    longest_ms = dice.choice([600, 5_000, 60_000])
    shapes: list[Callable[[], int]] = [
        lambda: dice.randint(1 + longest_ms // 5_000, longest_ms),
        lambda: dice.choice([longest_ms, 1 + longest_ms // 50]),
        lambda: longest_ms - dice.randint(0, longest_ms // 20),
        lambda: 1 + longest_ms // 20 + dice.randint(0, longest_ms // 20),
    ]
    groups: Json = {}
    for number in range(dice.randint(1, 14)):
        shape = dice.choice(shapes)
        groups[f"{number}-{dice.randrange(10**6)}"] = {
            "weight": dice.choice([1, 1, 2, 5, 30, 100]),
            "items": [item(f"{number}.{order}", shape(), order) for order in range(dice.randint(1, 5))],
        }
    house_bp = dice.choice([500, 1_000, 2_000, 4_000])
    least_ms = -(-longest_ms * 10_000 // house_bp)
    now_ms, parts = dice.randrange(0, 30) * 86_400_000, []
    for _ in range(segments):
        end_ms = now_ms + dice.choice([least_ms, least_ms + dice.randint(0, longest_ms), dice.randint(1, 4) * least_ms])
        parts.append(rotation(now_ms, end_ms, groups))
        now_ms = end_ms
    params = {"house_bp": house_bp, "minfill_ms": dice.choice([0, longest_ms // 12, longest_ms // 3])}
    return {"engine": "L1", "params": params, "groups": [{"id": group} for group in groups], "segments": parts}


def fuzz(seed: int, instances: int, segments: int) -> tuple[float, float]:
    dice = Random(seed)  # noqa: S311 - a test's dice
    found = [worst(unkind(dice, segments)) for _ in range(instances)]
    return max(ahead for ahead, _ in found), max(behind for _, behind in found)


def test_no_group_runs_further_ahead_or_falls_further_behind_than_promised() -> None:
    ahead, behind = fuzz(seed=1, instances=100, segments=30)
    assert 0.5 < ahead <= 1
    assert 0.4 < behind <= 1


def test_a_town_is_within_the_promise_for_a_week() -> None:
    for groups in (town(1, 12), town(2, 40, most_items=5)):
        ahead, behind = worst(hours(WEEK_HOURS, groups))
        assert ahead <= 1
        assert behind <= 1


def test_air_time_in_a_week_is_the_weight_of_what_the_house_leaves() -> None:
    groups = town(3, 12)
    engine = programme(hours(WEEK_HOURS, groups))
    whole = sum(listing["weight"] for listing in groups.values())
    for group, listing in groups.items():
        on_ms = sum(event.end_ms - event.start_ms for event in engine.events(*engine.span) if event.group == group)
        assert abs(on_ms - WEEK_HOURS * HOUR * 0.95 * listing["weight"] / whole) < 4 * 60_000


@pytest.mark.soak
def test_a_million_unkind_segments_are_within_the_promise() -> None:
    for seed in range(1_000):
        ahead, behind = fuzz(seed=10_000 + seed, instances=10, segments=100)
        assert ahead <= 1, seed
        assert behind <= 1, seed
