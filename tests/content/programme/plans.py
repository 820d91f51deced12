"""Plans to ask things of: a hypothesis strategy for awkward ones, and plain towns."""

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
DURATIONS = st.one_of(st.integers(20, 90), st.sampled_from([1_000, 5_000, 5_001, 8_000, 30_000, 400_000]))
HOUSE_DURATIONS = st.sampled_from([150, 1_000, 5_000, 8_000, 8_001])
GAPS = st.one_of(st.just(0), st.integers(1, 400), st.sampled_from([10_000, 200_000, 2_000_000]))


@st.composite
def listings(draw: st.DrawFn, group: str) -> Json:
    """What a group brings: any mixture of short, long and gapped items, not written in their order."""
    orders = draw(st.lists(st.integers(0, 30), unique=True, max_size=5))
    items = [item(f"{group}:{order % 7}.{order}", draw(DURATIONS), order, draw(GAPS)) for order in orders]
    return {"weight": draw(st.integers(0, 9)), "items": items}


@st.composite
def segments(draw: st.DrawFn, start_ms: int, groups: list[str]) -> Json:
    """Any segment from that instant."""
    kind = draw(st.sampled_from(["rotation", "rotation", "rotation", "fixed", "dark"]))
    end_ms = start_ms + draw(st.one_of(st.integers(1, 400), st.integers(2_000, 30_000), st.integers(60_000, 90_000)))
    bounds = {"start_ms": start_ms, "end_ms": end_ms, "kind": kind}
    if kind == "dark":
        return bounds
    if kind == "rotation":
        present = [group for group in groups if draw(st.booleans())]
        return {**bounds, "groups": {group: draw(listings(group)) for group in present}}
    booked, free_ms = [], 0
    for _ in range(draw(st.integers(0, 3))):
        offset_ms = free_ms + draw(st.integers(0, 20_000))
        duration_ms = draw(DURATIONS)
        free_ms = offset_ms + duration_ms
        if free_ms > end_ms - start_ms:
            break
        group = draw(st.sampled_from([*groups, None]))
        name = f"{group}:{draw(st.integers(0, 6))}.{draw(st.integers(0, 6))}"
        media_ms = draw(st.integers(0, 3_000))
        times = {"offset_ms": offset_ms, "duration_ms": duration_ms, "media_offset_ms": media_ms}
        booked.append({**times, "item": name, "group": group})
    return {**bounds, "items": booked}


@st.composite
def plans(draw: st.DrawFn) -> Json:
    """Any good plan of a few segments, near a day's turn, that no compiler would be so unkind as to write."""
    groups = draw(st.lists(NAMES, unique=True, min_size=1, max_size=5))
    start_ms = draw(st.sampled_from([0, 86_400_000 - 150_000, 1_764_000_000_000]))
    parts: list[Json] = []
    for _ in range(draw(st.integers(1, 5))):
        parts.append(draw(segments(start_ms, groups)))
        start_ms = parts[-1]["end_ms"]
    declared = [
        {
            "id": group,
            "carry": {
                "balance_ms": draw(st.integers(-20_000, 20_000)),
                "last_order": draw(st.integers(-1, 31)),
                "last_starts_ms": draw(
                    st.dictionaries(
                        st.sampled_from([f"{group}:{order % 7}.{order}" for order in range(9)]),
                        st.integers(parts[0]["start_ms"] - 5_000, parts[0]["start_ms"]),
                        max_size=2,
                    )
                ),
            },
        }
        for group in groups
    ]
    params = {
        "house_bp": draw(st.sampled_from([0, 500, 1_000, 9_000, 10_000])),
        "minfill_ms": draw(st.sampled_from([0, 1, 30, 5_000])),
        "slack_bp": draw(st.sampled_from([0, 1_000])),
    }
    house = [{"item": f"h{number}", "duration_ms": draw(HOUSE_DURATIONS)} for number in range(draw(st.integers(0, 3)))]
    return {"engine": "L1", "params": params, "house": house, "groups": declared, "segments": parts}
