"""Four streams to be fair with: a town, one giant among the small, many equals, and films. Each lasts a week."""

import random
from collections.abc import Callable, Mapping

from content.canonical import Json
from content.programme.plan import Plan, read_plan
from content.reading import Reader

HOUR_MS = 3_600_000
HOURS = 7 * 24


def town() -> Plan:
    """12 groups with weights 1 to 5, each with 3 to 12 items of 8 to 60 s."""
    dice = random.Random(11)
    return _week({
        f"g{number:02}": (dice.randint(1, 5), [dice.randint(8_000, 60_000) for _ in range(dice.randint(3, 12))])
        for number in range(12)
    })  # fmt: skip


def skew() -> Plan:
    """One group with 40 % and 12 items of 10 to 60 s; 25 small ones, four in five with a single card of 10 to 90 s."""
    dice = random.Random(12)
    small = {
        f"g{number:02}": (
            3 * dice.randint(1, 3),
            [dice.randint(10_000, 90_000) for _ in range(1 if dice.random() < 0.8 else dice.randint(2, 5))],
        )
        for number in range(25)
    }
    giant = 2 * sum(weight for weight, _ in small.values()) // 3
    return _week({"giant": (giant, [dice.randint(10_000, 60_000) for _ in range(12)]), **small})


def many() -> Plan:
    """60 equal groups with 1 to 40 items of 8 to 60 s."""
    dice = random.Random(13)
    return _week({
        f"g{number:02}": (1, [dice.randint(8_000, 60_000) for _ in range(dice.randint(1, 40))]) for number in range(60)
    })  # fmt: skip


def films() -> Plan:
    """15 groups with weights 1 to 5 and 3 to 8 items: one in four is a film of 2 to 5 min, the rest 8 to 60 s."""
    dice = random.Random(14)
    return _week({
        f"g{number:02}": (
            dice.randint(1, 5),
            [
                dice.randint(120_000, 300_000) if dice.random() < 0.25 else dice.randint(8_000, 60_000)
                for _ in range(dice.randint(3, 8))
            ],
        )
        for number in range(15)
    })  # fmt: skip


LOADS: Mapping[str, Callable[[], Plan]] = {"town": town, "skew": skew, "many": many, "films": films}


def _week(groups: Mapping[str, tuple[int, list[int]]]) -> Plan:
    """The plan of a week, a segment an hour, of groups given as weight and lengths; 5 % for the house."""
    mix: dict[str, Json] = {
        group: {
            "weight": weight,
            "items": [
                {"item": f"{group}-{order}", "duration_ms": length_ms, "order": order}
                for order, length_ms in enumerate(lengths)
            ],
        }
        for group, (weight, lengths) in groups.items()
    }
    segments: list[Json] = [
        {"start_ms": hour * HOUR_MS, "end_ms": (hour + 1) * HOUR_MS, "kind": "rotation", "groups": "all"}
        for hour in range(HOURS)
    ]
    whole: dict[str, Json] = {
        "engine": "L1",
        "mixes": {"all": mix},
        "groups": [{"id": group} for group in groups],
        "segments": segments,
    }
    return read_plan(Reader(whole))
