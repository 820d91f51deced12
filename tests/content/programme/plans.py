"""Plans to ask things of: a hypothesis strategy for awkward ones, and plain towns."""

from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader

HOUR = 3_600_000
MINUTE = 60_000
Json = dict[str, Any]


def programme(plan: Json) -> Programme:
    """The engine on a plan given as JSON."""
    return Programme(read_plan(Reader(plan)))


def whole(engine: Programme) -> list[tuple[int, int, str, str | None, str | None, int]]:
    """All events of a programme, in the oracle's form."""
    return [
        (event.start_ms, event.end_ms, event.kind, event.item, event.group, event.media_offset_ms)
        for event in engine.events(*engine.span)
    ]


def item(name: str, duration_ms: int, order: int, gap_ms: int = 0) -> Json:
    return {"item": name, "duration_ms": duration_ms, "order": order, "gap_ms": gap_ms}


def rotation(start_ms: int, end_ms: int, groups: Json) -> Json:
    return {"start_ms": start_ms, "end_ms": end_ms, "kind": "rotation", "groups": groups}


def hours(count: int, groups: Json, **extra: Any) -> Json:
    """A plan of `count` hours, all with the same groups."""
    return {
        "engine": "L1",
        "groups": [{"id": group} for group in groups],
        "segments": [rotation(hour * HOUR, (hour + 1) * HOUR, groups) for hour in range(count)],
        **extra,
    }


def town(seed: int, groups: int, *, shortest_ms: int = 8_000, longest_ms: int = 60_000, most_items: int = 12) -> Json:
    """The groups of a town: weights 1 to 5, and as many items as `most_items`."""
    dice = Random(seed)  # noqa: S311 - a town, not a secret
    return {
        f"g{number:02}": {
            "weight": dice.randint(1, 5),
            "items": [
                item(f"g{number:02}-{index}", dice.randint(shortest_ms, longest_ms), index)
                for index in range(dice.randint(1, most_items))
            ],
        }
        for number in range(groups)
    }


NAMES = st.sampled_from(["a", "b", "B", "ä", "nhóm", "z\n", "日", "🎈", "g1", "g10", "g2"])


@dataclass(frozen=True)
class Scale:
    """How large things are in a plan. In a tiny one all falls on the same few milliseconds: ties happen."""

    durations: st.SearchStrategy[int]
    gaps: st.SearchStrategy[int]
    house: st.SearchStrategy[int]
    lengths: st.SearchStrategy[int]
    pauses: st.SearchStrategy[int]
    minfills: st.SearchStrategy[int]
    balances: st.SearchStrategy[int]
    weights: st.SearchStrategy[int]


TINY = Scale(
    durations=st.integers(1, 8),
    gaps=st.one_of(st.just(0), st.integers(1, 30)),
    house=st.integers(1, 5),
    lengths=st.integers(1, 120),
    pauses=st.integers(0, 9),
    minfills=st.integers(0, 6),
    balances=st.integers(-9, 9),
    weights=st.integers(0, 3),
)
USUAL = Scale(
    durations=st.one_of(st.integers(200, 900), st.sampled_from([1_000, 5_000, 5_001, 8_000, 30_000, 400_000])),
    gaps=st.one_of(st.just(0), st.integers(1, 400), st.sampled_from([10_000, 200_000, 2_000_000])),
    house=st.sampled_from([150, 1_000, 5_000, 8_000, 8_001]),
    lengths=st.one_of(st.integers(1, 400), st.integers(2_000, 30_000), st.integers(60_000, 90_000)),
    pauses=st.integers(0, 20_000),
    minfills=st.sampled_from([0, 1, 30, 5_000]),
    balances=st.integers(-20_000, 20_000),
    weights=st.integers(0, 9),
)


# Made once: to make a strategy costs more than to draw from it.
KINDS = st.sampled_from(["rotation", "rotation", "rotation", "fixed", "dark"])
ORDERS = st.lists(st.integers(0, 30), unique=True, max_size=5)
TAGS = st.sampled_from(["", "", "x", "y"])
PRESENT = st.booleans()
UP_TO = {most: st.integers(0, most) for most in (*range(1, 6), 30)}
LAST_ORDERS = st.integers(-1, 31)
PARTS = st.integers(1, 5)
SCALES = st.sampled_from([TINY, USUAL])
GROUPS = st.lists(NAMES, unique=True, min_size=1, max_size=5)
STARTS = st.sampled_from([0, 86_400_000 - 150_000, 1_764_000_000_000])
HOUSE_BP = st.sampled_from([0, 500, 1_000, 3_000, 9_000, 10_000])
SLACK_BP = st.sampled_from([0, 1_000])
PLAYED = st.lists(st.integers(0, 8), unique=True, max_size=2)


def listings(draw: st.DrawFn, group: str, scale: Scale) -> Json:
    """What a group brings: any mixture of short, long and gapped items, not written in their order."""
    orders = draw(ORDERS)
    items = [
        {**item(f"{group}:{order}", draw(scale.durations), order, draw(scale.gaps)), "apart": draw(TAGS)}
        for order in orders
    ]
    return {"weight": draw(scale.weights), "items": items}


def segments(draw: st.DrawFn, start_ms: int, groups: list[str], scale: Scale) -> Json:
    """Any segment from that instant."""
    kind = draw(KINDS)
    end_ms = start_ms + draw(scale.lengths)
    bounds = {"start_ms": start_ms, "end_ms": end_ms, "kind": kind}
    if kind == "dark":
        return bounds
    if kind == "rotation":
        present = [group for group in groups if draw(PRESENT)]
        return {**bounds, "groups": {group: listings(draw, group, scale) for group in present}}
    booked, free_ms = [], 0
    for _ in range(draw(UP_TO[3])):
        offset_ms = free_ms + draw(scale.pauses)
        duration_ms = draw(scale.durations)
        free_ms = offset_ms + duration_ms
        if free_ms > end_ms - start_ms:
            break
        group = [*groups, None][draw(UP_TO[len(groups)])]
        name = f"{group}:{draw(UP_TO[30])}"
        times = {"offset_ms": offset_ms, "duration_ms": duration_ms, "media_offset_ms": draw(scale.pauses)}
        booked.append({**times, "item": name, "group": group})
    return {**bounds, "items": booked}


@st.composite
def plans(draw: st.DrawFn) -> Json:
    """Any good plan of a few segments, near a day's turn, that no compiler would be so unkind as to write."""
    scale = draw(SCALES)
    groups = draw(GROUPS)
    start_ms = draw(STARTS)
    parts: list[Json] = []
    for _ in range(draw(PARTS)):
        parts.append(segments(draw, start_ms, groups, scale))
        start_ms = parts[-1]["end_ms"]
    declared = [
        {
            "id": group,
            "carry": {
                "balance_ms": draw(scale.balances),
                "last_order": draw(LAST_ORDERS),
                "last_starts_ms": {
                    f"{group}:{order}": parts[0]["start_ms"] - draw(scale.pauses) for order in draw(PLAYED)
                },
            },
        }
        for group in groups
    ]
    params = {
        "house_bp": draw(HOUSE_BP),
        "minfill_ms": draw(scale.minfills),
        "slack_bp": draw(SLACK_BP),
    }
    house = [{"item": f"h{number}", "duration_ms": draw(scale.house)} for number in range(draw(UP_TO[3]))]
    return {"engine": "L1", "params": params, "house": house, "groups": declared, "segments": parts}


def tight(dice: Random) -> Json:
    """A plan in which a handful of groups share a few dozen ms, so that deadlines, gaps and ends coincide."""
    groups: Json = {
        name: {
            "weight": dice.randint(1, 3),
            "items": [
                item(f"{name}{order}", dice.randint(1, 6), order, dice.choice([0, 0, 0, dice.randint(1, 30)]))
                for order in range(dice.randint(1, 3))
            ],
        }
        for name in dice.sample("abcdefgh", dice.randint(2, 4))
    }
    now_ms, parts = dice.randint(0, 3) * 86_400_000 + dice.randint(0, 9), []
    for _ in range(dice.randint(1, 3)):
        end_ms = now_ms + dice.randint(5, 60)
        here = deepcopy(groups)
        for listed in (listed for listing in here.values() for listed in listing["items"]):
            listed["gap_ms"] = dice.choice([0, listed["gap_ms"]])
        parts.append(rotation(now_ms, end_ms, here))
        now_ms = end_ms
    params = {"house_bp": dice.choice([0, 0, 1_000]), "minfill_ms": dice.randint(0, 5)}
    declared = [{"id": group, "carry": {"balance_ms": dice.randint(-9, 9)}} for group in groups]
    return {"engine": "L1", "params": params, "groups": declared, "segments": parts}
