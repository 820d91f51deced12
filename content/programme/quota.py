"""How the milliseconds of one rotation segment are divided among its groups, and the one hash of the engine."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from content.programme.plan import ListedItem, Params, Rotation

WHOLE_BP = 10_000
"""Basis points in a whole."""


@lru_cache(maxsize=65_536)
def hash64(text: str) -> int:
    """BLAKE2b of the UTF-8 of `text`, cut to 8 bytes by its digest size, read as a big-endian whole number."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "big")


def playable(segment: Rotation) -> dict[str, tuple[ListedItem, ...]]:
    """The items that can be played there: of groups with a weight, no longer than the segment. Only groups with any."""
    length_ms = segment.end_ms - segment.start_ms
    lists: dict[str, tuple[ListedItem, ...]] = {}
    for group, listing in segment.groups.items():
        items = tuple(item for item in listing.items if item.duration_ms <= length_ms)
        if listing.weight and items:
            lists[group] = items
    return lists


def quotas(segment: Rotation, lists: Mapping[str, tuple[ListedItem, ...]], params: Params) -> dict[str, int]:
    """The milliseconds each group of `lists` is entitled to in the segment. What they leave is the house's."""
    length_ms = segment.end_ms - segment.start_ms
    left_ms = length_ms - length_ms * params.house_bp // WHOLE_BP
    caps = {group: _cap_ms(items, length_ms, params) for group, items in lists.items()}
    weights = {group: segment.groups[group].weight for group in lists}
    settled: dict[str, int] = {}
    while True:
        shares = apportion(left_ms, weights)
        capped = {group: cap for group, cap in caps.items() if group in weights and cap is not None}
        full = {group: cap for group, cap in capped.items() if shares[group] >= cap}
        if not full:
            return settled | shares
        settled |= full
        left_ms -= sum(full.values())
        weights = {group: weight for group, weight in weights.items() if group not in full}


def _cap_ms(items: tuple[ListedItem, ...], length_ms: int, params: Params) -> int | None:
    """The most time a list with gaps can use, less the slack; None for a list without gaps."""
    gap_ms = max(item.gap_ms for item in items)
    if not gap_ms:
        return None
    around_ms = sum(item.duration_ms for item in items)
    return length_ms * around_ms * WHOLE_BP // (gap_ms * (WHOLE_BP + params.slack_bp))


def apportion(total_ms: int, weights: Mapping[str, int]) -> dict[str, int]:
    """`total_ms` divided by weight in whole milliseconds: largest remainders first, equal ones in the order of ids."""
    if not weights:
        return {}
    whole = sum(weights.values())
    shares = {group: total_ms * weight // whole for group, weight in weights.items()}
    over_ms = total_ms - sum(shares.values())
    nearest = sorted(weights, key=lambda group: (-(total_ms * weights[group] % whole), group))
    for group in nearest[:over_ms]:
        shares[group] += 1
    return shares
