"""Ways of choosing what plays next: L1, and ports of the rules that others choose by, reduced to what decides shares.

They are rules only, on our plans: not runs of any product, which have much around them.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from heapq import heapify, heapreplace
from itertools import cycle

from content.programme.engine import Programme
from content.programme.plan import Listing, Plan, Rotation

HOUR_MS = 3_600_000
SOLD_PERCENT = 95
"""The part of an hour that share of voice sells: what L1 leaves after its house time."""

Play = tuple[int, int, str]
"""Start, end and group."""
Choice = tuple[str, int]
"""Group and length in ms."""
Rule = Callable[[Plan], Iterator[Play]]


def lists(plan: Plan) -> Mapping[str, Listing]:
    """The groups' lists, which are the same in all segments."""
    segment = plan.segments[0]
    assert isinstance(segment, Rotation)
    return segment.groups


def by_engine(plan: Plan) -> Iterator[Play]:
    """L1."""
    for event in Programme(plan).each_event(0, plan.segments[-1].end_ms):
        if event.group is not None:
            yield event.start_ms, event.end_ms, event.group


def by_weighted_shuffle(plan: Plan) -> Iterator[Choice]:
    """Every item as often as its group's weight, shuffled, nothing twice in a row, and again (as Concerto)."""
    dice, last = random.Random(3), ""
    tickets = [
        (group, item.item, item.duration_ms)
        for group, listing in lists(plan).items()
        for item in listing.items
        for _ in range(listing.weight)
    ]
    while True:
        dice.shuffle(tickets)
        for group, item, duration_ms in tickets:
            if item != last:
                yield group, duration_ms
                last = item


def by_share_of_voice(plan: Plan) -> Iterator[Play]:
    """Every hour each group's next items until its seconds are met, spread evenly, cut at the hour's end (as Xibo)."""
    whole = sum(listing.weight for listing in lists(plan).values())
    waiting = _items(plan)
    for segment in plan.segments:
        hourly: list[tuple[float, str, int]] = []
        for group, listing in lists(plan).items():
            wanted_ms = HOUR_MS * SOLD_PERCENT * listing.weight // (100 * whole)
            durations: list[int] = []
            while sum(durations) < wanted_ms:
                durations.append(next(waiting[group]))
            hourly += [((place + 0.5) / len(durations), group, length_ms) for place, length_ms in enumerate(durations)]
        now_ms = segment.start_ms
        for _, group, duration_ms in sorted(hourly):
            if now_ms + duration_ms <= segment.end_ms:
                yield now_ms, now_ms + duration_ms, group
                now_ms += duration_ms


def by_random_pick(plan: Plan) -> Iterator[Choice]:
    """A group drawn in proportion to its weight, then its next item (as AzuraCast)."""
    dice, waiting = random.Random(5), _items(plan)
    groups, weights = list(lists(plan)), [listing.weight for listing in lists(plan).values()]
    while True:
        group = dice.choices(groups, weights)[0]
        yield group, next(waiting[group])


def by_smooth_round_robin(plan: Plan) -> Iterator[Choice]:
    """Smooth weighted round robin (as nginx): all gain their weight, the richest plays and pays all weights."""
    waiting, credit = _items(plan), dict.fromkeys(lists(plan), 0)
    whole = sum(listing.weight for listing in lists(plan).values())
    while True:
        for group, listing in lists(plan).items():
            credit[group] += listing.weight
        richest = max(credit, key=credit.__getitem__)
        credit[richest] -= whole
        yield richest, next(waiting[richest])


def by_deficit_round_robin(plan: Plan) -> Iterator[Choice]:
    """Deficit round robin: in each round a group gains ms by its weight and plays as long as they pay for its head."""
    waiting, savings_ms = _items(plan), dict.fromkeys(lists(plan), 0)
    heads = {group: next(items) for group, items in waiting.items()}
    longest_ms = max(item.duration_ms for listing in lists(plan).values() for item in listing.items)
    lightest = min(listing.weight for listing in lists(plan).values())
    while True:
        for group, listing in lists(plan).items():
            savings_ms[group] += longest_ms * listing.weight // lightest
            while heads[group] <= savings_ms[group]:
                savings_ms[group] -= heads[group]
                yield group, heads[group]
                heads[group] = next(waiting[group])


def by_stride(plan: Plan) -> Iterator[Choice]:
    """Stride scheduling: who has had least for its weight plays. Without hours, house time, gaps or bookings."""
    waiting = _items(plan)
    had = [(0.0, group, listing.weight) for group, listing in lists(plan).items()]
    heapify(had)
    while True:
        passed, group, weight = had[0]
        duration_ms = next(waiting[group])
        heapreplace(had, (passed + duration_ms / weight, group, weight))
        yield group, duration_ms


def laid_out(choose: Callable[[Plan], Iterator[Choice]]) -> Rule:
    """The rule as plays, one after another until the plan's end."""

    def lay_out(plan: Plan) -> Iterator[Play]:
        now_ms = 0
        for group, duration_ms in choose(plan):
            if now_ms + duration_ms > plan.segments[-1].end_ms:
                return
            yield now_ms, now_ms + duration_ms, group
            now_ms += duration_ms

    return lay_out


RULES: Mapping[str, Rule] = {
    "L1": by_engine,
    "weighted shuffle of items": laid_out(by_weighted_shuffle),
    "share of voice by the hour": by_share_of_voice,
    "weighted random pick": laid_out(by_random_pick),
    "smooth weighted round robin": laid_out(by_smooth_round_robin),
    "deficit round robin": laid_out(by_deficit_round_robin),
    "stride, no hours or house": laid_out(by_stride),
}


def _items(plan: Plan) -> dict[str, Iterator[int]]:
    """Each group's lengths in ms, round and round."""
    return {group: cycle([item.duration_ms for item in listing.items]) for group, listing in lists(plan).items()}
