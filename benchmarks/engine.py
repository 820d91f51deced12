"""What the programme engine costs. How fairly it shares is `benchmarks/fairness.py`.

    .venv/bin/python benchmarks/engine.py

The load is a stream of 60 groups with weights 1 to 5, each with 1 to 40 items of 8 to 60 s, 5 % for the house.
"""

import json
import random
import time
from collections.abc import Callable

from content.canonical import Json
from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import Plan, read_plan
from content.reading import Reader

HOUR_MS = 3_600_000
DAYS = 28
GROUPS = 60
ASKED = 20_000


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
        "segments": hourly(days, groups),
    }


def hourly(days: int, groups: dict[str, Json]) -> list[Json]:
    """A segment an hour, all alike."""
    return [
        {"start_ms": hour * HOUR_MS, "end_ms": (hour + 1) * HOUR_MS, "kind": "rotation", "groups": groups}
        for hour in range(24 * days)
    ]


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


def show_size() -> None:
    """Prints what a plan of 60 groups with 20 items each weighs, and what joining it late costs."""
    dice = random.Random(4)
    groups: dict[str, Json] = {
        f"g{number:02}": {
            "weight": dice.randint(1, 5),
            "items": [
                {"item": f"g{number:02}-{order:04}", "duration_ms": dice.randint(8_000, 60_000), "order": order}
                for order in range(20)
            ],
        }
        for number in range(GROUPS)
    }
    plan = read_plan(Reader({**stream(9), "segments": hourly(9, groups)}))
    spelt = json.dumps(plan.spelt_out(), separators=(",", ":")).encode()
    named = json.dumps(plan.as_json(), separators=(",", ":")).encode()
    print(f"9 days of 60 lists of 20 items: {len(spelt):,} bytes spelt out, {len(named):,} with names")
    reading_s = cpu_s(lambda: read_plan(Reader.of_bytes(named, limit_bytes=len(named))))
    print(f"reading that from its bytes             {reading_s * 1e3:8.1f} ms CPU")
    for day in (1, 2, 9):
        join_s = cpu_s(lambda day=day: Programme(plan).at(day * 24 * HOUR_MS - 1))  # type: ignore[misc]
        print(f"cold join at the end of its day {day}       {join_s * 1e3:8.1f} ms CPU")


def main() -> None:
    """Prints everything."""
    plan = read_plan(Reader(stream(DAYS)))
    show_cost(plan)
    show_size()


if __name__ == "__main__":
    main()
