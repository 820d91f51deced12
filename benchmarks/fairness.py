"""How fairly L1 shares air time over a week, beside the rules that others choose by, on four loads.

    .venv/bin/python -m benchmarks.fairness [--pictures docs/pictures]

Prints two tables, and writes two SVG pictures where a folder is named.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.loads import HOUR_MS, HOURS, LOADS
from benchmarks.peers import RULES, Play, by_engine, lists
from benchmarks.pictures import bars, lines
from content.programme.plan import Plan, Rotation
from content.programme.quota import playable, quotas

AIM_PERCENT = 0.5
LOOKED_AT = (1, 2, 4, 8, 16, 24, 48, 72, 96, 120, 144, 168)
"""After how many hours the picture of the week looks."""


@dataclass(frozen=True, slots=True)
class Fairness:
    """What a rule comes to on a load.

    `worst_error` and the rows of `by_hour` (hours, error) are of a group's part in all air time against its part by
    weight, in per cent, for the group furthest off. `longest_wait` is from one play of a group to its next, in times of
    what it would be if its plays were evenly spread. `unevenness` is the standard deviation of a group's waits over
    their mean, for the group in the middle. `micros` is CPU a play.
    """

    worst_error: float
    longest_wait: float
    unevenness: float
    micros: float
    by_hour: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Floor:
    """What wholeness of items costs L1 on a load, in per cent of a group's entitlement (the sum of its quotas).

    `error` is of the group furthest off, `half_item` the largest half of a longest item, `promise` the largest bound of
    the specification. `inside` of `groups` are within the aim, and half an item of `possible` of them is.
    """

    error: float
    half_item: float
    in_half_items: float
    promise: float
    inside: int
    possible: int
    groups: int


def worst_error(on_ms: Mapping[str, int], weights: Mapping[str, int]) -> float:
    """How far the group furthest off is from its part by weight, in per cent of that part."""
    played_ms, whole = sum(on_ms.values()), sum(weights.values())
    return max(abs(on_ms.get(group, 0) * whole / (played_ms * weight) - 1) * 100 for group, weight in weights.items())


def fairness(plan: Plan, rule: str) -> Fairness:
    """Measures a rule over the plan."""
    begun = time.process_time()
    plays = list(RULES[rule](plan))
    spent_s = time.process_time() - begun
    weights = {group: listing.weight for group, listing in lists(plan).items()}
    waits = _waits(plays, plan)
    ideal_ms = {
        group: statistics.fmean(item.duration_ms for item in listing.items) * sum(weights.values()) / listing.weight
        for group, listing in lists(plan).items()
    }
    by_hour = [(float(hours), worst_error(_air_time(plays, hours * HOUR_MS), weights)) for hours in LOOKED_AT]
    return Fairness(
        worst_error=by_hour[-1][1],
        longest_wait=max(max(times) / ideal_ms[group] for group, times in waits.items()),
        unevenness=statistics.median(statistics.pstdev(times) / statistics.fmean(times) for times in waits.values()),
        micros=spent_s / len(plays) * 1e6,
        by_hour=by_hour,
    )


def _air_time(plays: list[Play], until_ms: int) -> Counter[str]:
    """Each group's ms before that instant."""
    on_ms: Counter[str] = Counter()
    for start_ms, end_ms, group in plays:
        if start_ms < until_ms:
            on_ms[group] += min(end_ms, until_ms) - start_ms
    return on_ms


def _waits(plays: list[Play], plan: Plan) -> dict[str, list[int]]:
    """From one start of each group to its next, in ms, the week's start and end counted as starts."""
    starts: dict[str, list[int]] = {group: [0] for group in lists(plan)}
    for start_ms, _, group in plays:
        starts[group].append(start_ms)
    return {
        group: [later - sooner for sooner, later in pairwise([*times, HOURS * HOUR_MS])]
        for group, times in starts.items()
    }


def floor(plan: Plan) -> Floor:
    """Measures L1 against what it owes by the clock, not against what was played."""
    on_ms, owed_ms, share = _air_time(list(by_engine(plan)), HOURS * HOUR_MS), Counter[str](), dict[str, float]()
    for segment in plan.segments:
        assert isinstance(segment, Rotation)
        parts = quotas(segment, playable(segment), plan.params)
        owed_ms.update(parts)
        share = {group: part / (segment.end_ms - segment.start_ms) for group, part in parts.items()}
    longest = {group: max(item.duration_ms for item in listing.items) for group, listing in lists(plan).items()}
    spread_ms = sum(
        longest[group] - min(item.duration_ms for item in listing.items) for group, listing in lists(plan).items()
    )
    loose_ms = 2 * max(longest.values()) + spread_ms
    error = {group: abs(on_ms[group] / owed - 1) * 100 for group, owed in owed_ms.items()}
    half_item = {group: longest[group] / owed * 50 for group, owed in owed_ms.items()}
    return Floor(
        error=max(error.values()),
        half_item=max(half_item.values()),
        in_half_items=max(error[group] / half_item[group] for group in error),
        promise=max((2 * longest[group] + share[group] * loose_ms) / owed * 100 for group, owed in owed_ms.items()),
        inside=sum(one < AIM_PERCENT for one in error.values()),
        possible=sum(one < AIM_PERCENT for one in half_item.values()),
        groups=len(error),
    )


def show(found: Mapping[str, Mapping[str, Fairness]]) -> None:
    """Prints what each rule comes to on each load."""
    for load, rules in found.items():
        print(f"{load:30}worst error   longest wait   unevenness   CPU a play")
        for rule, one in rules.items():
            print(
                f"  {rule:28}{one.worst_error:9.2f} %{one.longest_wait:13.1f} ×{one.unevenness:13.2f}"
                f"{one.micros:10.1f} µs"
            )


def show_floors(plans: Mapping[str, Plan]) -> None:
    """Prints how near L1 comes to what can be promised of whole items."""
    print(
        "L1 against its quotas    worst error   half item   in half items   promised   within 0.5 %: groups, half items"
    )
    for load, plan in plans.items():
        one = floor(plan)
        print(
            f"  {load:21}{one.error:11.2f} %{one.half_item:10.2f} %{one.in_half_items:14.2f} ×{one.promise:10.2f} %"
            f"{one.inside:14}, {one.possible} of {one.groups}"
        )


def main() -> None:
    """Prints the tables and writes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder for the SVG pictures")
    folder: Path | None = parser.parse_args().pictures
    plans = {load: make() for load, make in LOADS.items()}
    found = {load: {rule: fairness(plan, rule) for rule in RULES} for load, plan in plans.items()}
    show(found)
    show_floors(plans)
    if folder is not None:
        errors = {load: {rule: one.worst_error for rule, one in rules.items()} for load, rules in found.items()}
        bars(
            folder / "fairness.svg",
            "Worst error of a group's share of air time after a week, in per cent (shorter is fairer)",
            errors,
            AIM_PERCENT,
        )
        lines(
            folder / "fairness-week.svg",
            "Town: worst error of a group's share so far, in per cent, by hours since the start",
            {rule: one.by_hour for rule, one in found["town"].items()},
            AIM_PERCENT,
        )


if __name__ == "__main__":
    main()
