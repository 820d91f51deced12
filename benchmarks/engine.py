"""What the programme engine costs and how fairly it shares, beside two common ways of choosing what plays next.

    .venv/bin/python benchmarks/engine.py

The load is a stream of 60 groups with weights 1 to 5, each with 1 to 40 items of 8 to 60 s, 5 % for the house.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from content.canonical import Json
from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import Listing, Plan, Rotation, read_plan
from content.reading import Reader

HOUR_MS = 3_600_000
DAYS = 28
FAIRNESS_HOURS = 7 * 24
GROUPS = 60
ASKED = 20_000

Play = tuple[int, int, str]
"""Start, end and group."""


def stream(days: int) -> dict[str, Json]:
    """The plan's JSON."""
    dice = random.Random(1)
    groups: dict[str, Json] = {
        f"g{number:02}": {
            "weight": dice.randint(1, 5),
            "items": [
                {"item": f"g{number:02}-{order}", "duration_ms": dice.randint(8_000, 60_000), "order": order}
                for order in range(dice.randint(1, 40))
            ],
        }
        for number in range(GROUPS)
    }
    return {
        "engine": "L1",
        "groups": [{"id": group} for group in groups],
        "segments": [
            {"start_ms": hour * HOUR_MS, "end_ms": (hour + 1) * HOUR_MS, "kind": "rotation", "groups": groups}
            for hour in range(24 * days)
        ],
    }


def cpu_s(work: Callable[[], object]) -> float:
    """Seconds of CPU that `work` takes: the best of three."""
    times = []
    for _ in range(3):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def show_cost(plan: Plan) -> None:
    """Prints what evaluating, asking and joining cost."""
    end_ms = plan.segments[-1].end_ms
    events = len(Programme(plan).events(0, end_ms))
    last_ms = end_ms - 1
    whole_s = cpu_s(lambda: Programme(plan).events(0, end_ms))
    print(
        f"{DAYS} days of {GROUPS} groups, {events} events    {whole_s:8.2f} s CPU, {whole_s / events * 1e6:.1f} µs each"
    )
    print(f"reading that plan                       {cpu_s(lambda: read_plan(Reader(stream(DAYS)))):8.2f} s CPU")
    print(f"digests of its segments, from nothing   {cpu_s(lambda: segment_digests(Programme(plan))):8.2f} s CPU")
    day = read_plan(Reader(stream(1)))
    print(f"cold join at the end of day 1           {cpu_s(lambda: Programme(day).at(86_399_999)) * 1e3:8.1f} ms CPU")
    print(f"cold join at the end of day {DAYS}          {cpu_s(lambda: Programme(plan).at(last_ms)) * 1e3:8.1f} ms CPU")
    warm = Programme(plan)
    dice = random.Random(2)
    instants = [dice.randrange(end_ms - 24 * HOUR_MS, end_ms) for _ in range(ASKED)]
    warm.events(end_ms - 24 * HOUR_MS, end_ms)
    spent_s = cpu_s(lambda: [warm.at(instant_ms) for instant_ms in instants])
    print(f"warm at() within the last day           {spent_s / ASKED * 1e6:8.1f} µs CPU")


def by_engine(plan: Plan) -> Iterator[Play]:
    """L1."""
    for event in Programme(plan).each_event(0, FAIRNESS_HOURS * HOUR_MS):
        if event.group is not None:
            yield event.start_ms, event.end_ms, event.group


def by_weighted_shuffle(plan: Plan) -> Iterator[Play]:
    """Every item as often as its group's weight, shuffled, nothing twice in a row, and again."""
    dice, now_ms, last = random.Random(3), 0, ""
    tickets = [
        (group, item.item, item.duration_ms)
        for group, listing in lists(plan).items()
        for item in listing.items
        for _ in range(listing.weight)
    ]
    while now_ms < FAIRNESS_HOURS * HOUR_MS:
        dice.shuffle(tickets)
        for group, item, duration_ms in tickets:
            if item != last:
                yield now_ms, now_ms + duration_ms, group
                now_ms, last = now_ms + duration_ms, item


def by_share_of_voice(plan: Plan) -> Iterator[Play]:
    """Every hour each group's next items until its seconds are met, spread evenly over the hour, cut at its end."""
    whole = sum(listing.weight for listing in lists(plan).values())
    turn = dict.fromkeys(lists(plan), 0)
    for hour in range(FAIRNESS_HOURS):
        hourly: list[tuple[float, str, int]] = []
        for group, listing in lists(plan).items():
            wanted_ms = HOUR_MS * 95 * listing.weight // (100 * whole)
            durations: list[int] = []
            while sum(durations) < wanted_ms:
                durations.append(listing.items[turn[group] % len(listing.items)].duration_ms)
                turn[group] += 1
            hourly += [
                ((place + 0.5) / len(durations), group, duration_ms) for place, duration_ms in enumerate(durations)
            ]
        now_ms = hour * HOUR_MS
        for _, group, duration_ms in sorted(hourly):
            if now_ms + duration_ms <= (hour + 1) * HOUR_MS:
                yield now_ms, now_ms + duration_ms, group
                now_ms += duration_ms


def lists(plan: Plan) -> dict[str, Listing]:
    """The lists, which are the same in all segments."""
    segment = plan.segments[0]
    assert isinstance(segment, Rotation)
    return dict(segment.groups)


@dataclass(frozen=True, slots=True)
class Fairness:
    """What a way of choosing comes to: see `show_fairness` for the units."""

    worst_error: float
    mean_error: float
    worst_wait: float
    unevenness: float
    micros: float


def fairness(plan: Plan, choose: Callable[[Plan], Iterator[Play]]) -> Fairness:
    """Measures one way of choosing over a week."""
    plays = list(choose(plan))
    spent_s = cpu_s(lambda: list(choose(plan)))
    on_ms = dict.fromkeys(lists(plan), 0)
    starts: dict[str, list[int]] = {group: [0] for group in lists(plan)}
    for start_ms, end_ms, group in plays:
        on_ms[group] += end_ms - start_ms
        starts[group].append(start_ms)
    whole = sum(listing.weight for listing in lists(plan).values())
    played_ms = sum(on_ms.values())
    errors = [abs(on_ms[group] / played_ms * whole / listing.weight - 1) for group, listing in lists(plan).items()]
    waits = {
        group: [later - sooner for sooner, later in pairwise([*times, FAIRNESS_HOURS * HOUR_MS])]
        for group, times in starts.items()
    }
    ideal_ms = {
        group: statistics.fmean(item.duration_ms for item in listing.items) * whole / listing.weight
        for group, listing in lists(plan).items()
    }
    return Fairness(
        worst_error=max(errors) * 100,
        mean_error=statistics.fmean(errors) * 100,
        worst_wait=max(max(times) / ideal_ms[group] for group, times in waits.items()),
        unevenness=statistics.median(statistics.pstdev(times) / statistics.fmean(times) for times in waits.values()),
        micros=spent_s / len(plays) * 1e6,
    )


def show_fairness(plan: Plan) -> None:
    """Prints a table of the three ways.

    Errors are of a group's part in all air time, against its part by weight. A wait is from one play of a group to its
    next, in times of what it would be if its plays were evenly spread. Unevenness is the standard deviation of a
    group's waits over their mean, for the group in the middle.
    """
    print("a week                         worst error   mean error   longest wait   unevenness   CPU a play")
    for name, choose in (
        ("L1", by_engine),
        ("weighted shuffle of items", by_weighted_shuffle),
        ("share of voice by the hour", by_share_of_voice),
    ):
        found = fairness(plan, choose)
        print(
            f"{name:29}{found.worst_error:11.2f} %{found.mean_error:11.2f} %{found.worst_wait:11.1f} ×"
            f"{found.unevenness:15.2f}{found.micros:10.1f} µs"
        )


def main() -> None:
    """Prints everything."""
    plan = read_plan(Reader(stream(DAYS)))
    show_cost(plan)
    print()
    show_fairness(plan)


if __name__ == "__main__":
    main()
