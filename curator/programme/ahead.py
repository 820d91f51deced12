"""What programmes have ahead of them, remembered: when each item starts, what each group gets, and what it is owed now.

A plan is walked through once, however many screens, items and readers ask; what is remembered of it is good as long as
enough of what was walked through still lies ahead.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from curator.programme.accounts import Reckoning, planned
from curator.programme.published import Published

T = TypeVar("T")

REACH_MS = 2 * 86_400_000
"""How far ahead the next plays of an item are looked for."""
SPARE_MS = 3_600_000
"""How much further a plan is walked through, so that it is good for a while."""
OWED_FOR_MS = 60_000
"""How long what groups are owed is good."""
COMING_FOR_MS = 15 * 60_000
"""How long the sums of the coming days are good, as of when they were made."""
MOST_PLANS = 64
"""How many plans' starts are remembered."""
MOST_SUMS = 1_000
"""How many plans' sums are remembered, which are small."""


@dataclass(frozen=True, slots=True)
class _Walk:
    from_ms: int
    to_ms: int
    starts: Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class _Owed:
    at_ms: int
    balances: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Coming:
    at_ms: int
    reckoning: Reckoning


_LOCK = threading.Lock()
_WALKS: OrderedDict[str, _Walk] = OrderedDict()
_OWED: OrderedDict[str, _Owed] = OrderedDict()
_COMING: OrderedDict[str, _Coming] = OrderedDict()


def starts_of(published: Published, item_id: str, now_ms: int, most: int) -> list[int]:
    """The next `most` instants after `now_ms`, within two days, at which an item starts there."""
    if item_id not in published.manifest.items:
        return []
    starts = _walk(published, now_ms).starts.get(item_id, [])
    first = bisect_right(starts, now_ms)
    return [at_ms for at_ms in starts[first : first + most] if at_ms < now_ms + REACH_MS]


def owed(published: Published, now_ms: int) -> Mapping[str, int]:
    """What each group is owed by the plan, in ms, as of this minute; negative where it had more than its share."""
    with _LOCK:
        known = _OWED.get(published.plan_key)
    if known is None or not 0 <= now_ms - known.at_ms < OWED_FOR_MS:
        carries = published.programme.carry_at(now_ms)
        known = _Owed(now_ms, {group: carry.balance_ms for group, carry in carries.items()})
        _keep(_OWED, published.plan_key, known, MOST_SUMS)
    return known.balances


def coming(published: Published, zone: str, now_ms: int, length_ms: int) -> Reckoning:
    """What a programme holds for everybody in the next `length_ms`, as far as it is laid out, to a quarter of an hour.

    The first to ask has the plan evaluated so far: call it in a thread.
    """
    key = f"{published.plan_key} {zone} {length_ms}"
    with _LOCK:
        known = _COMING.get(key)
    if known is None or not 0 <= now_ms - known.at_ms < COMING_FOR_MS:
        first_ms, last_ms = published.programme.span
        from_ms = max(now_ms, first_ms)
        to_ms = max(from_ms, min(last_ms, now_ms + length_ms))
        known = _Coming(now_ms, planned(published.programme, zone, from_ms, to_ms))
        _keep(_COMING, key, known, MOST_SUMS)
    return known.reckoning


def _walk(published: Published, now_ms: int) -> _Walk:
    end_ms = published.programme.span[1]
    with _LOCK:
        known = _WALKS.get(published.plan_key)
    if known is not None and known.from_ms <= now_ms and known.to_ms >= min(now_ms + REACH_MS, end_ms):
        return known
    to_ms = min(now_ms + REACH_MS + SPARE_MS, end_ms)
    starts: dict[str, list[int]] = {}
    for event in published.programme.each_event(now_ms, to_ms):
        if event.item is not None:
            starts.setdefault(event.item, []).append(event.start_ms)
    made = _Walk(now_ms, to_ms, starts)
    _keep(_WALKS, published.plan_key, made, MOST_PLANS)
    return made


def _keep(kept: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    with _LOCK:
        kept[key] = value
        kept.move_to_end(key)
        while len(kept) > most:
            kept.popitem(last=False)
