"""Whether a group plays as often as promised: its longest wait in the programme, and the weight that would do. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from content.programme.engine import Programme
from curator.programme.accounts import planned
from curator.programme.changes import HEAVIEST
from curator.programme.compiler import compile_plan
from curator.programme.dayparts import Daypart
from curator.programme.facts import Moment, ProgrammeFacts, Weights
from curator.programme.holding import spans
from curator.programme.hours import DAY_MS

SEARCHED_DAYS = 2
"""The least weight is looked for in this many days; the wait itself is measured over the whole window."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group is to play at least every `every_ms`, in a daypart or (None) at all times."""

    group: str
    daypart: Daypart | None
    every_ms: int


@dataclass(frozen=True, slots=True)
class Wait:
    """The longest wait of a group: how long, and from when."""

    length_ms: int = 0
    from_ms: int = 0


def longest_wait(programme: Programme, wanted: Wanted, zone: str, from_ms: int, to_ms: int) -> Wait:
    """The most lit, unbooked time without a start of the group's, where the promise holds in [from_ms, to_ms)."""
    holding = [(from_ms, to_ms)] if wanted.daypart is None else spans(wanted.daypart, zone, from_ms, to_ms)
    worst = Wait()
    for start_ms, end_ms in holding:
        found = planned(programme, zone, start_ms, end_ms)
        part = found.groups.get(wanted.group)
        waited_ms = found.spent_ms["shared"] + found.spent_ms["filler"]
        wait = Wait(waited_ms, start_ms) if part is None else Wait(part.longest_wait_ms, part.waits_from_ms)
        worst = max(worst, wait, key=lambda one: one.length_ms)
    return worst


def least_weight(facts: ProgrammeFacts, wanted: Wanted, moment: Moment) -> int | None:
    """The least weight, 1 to 100, with which the promise is kept over the next days; None when none would do."""
    brief = replace(moment, length_ms=min(moment.length_ms, SEARCHED_DAYS * DAY_MS))
    if not _keeps(facts, wanted, brief, HEAVIEST):
        return None
    low, high = 0, HEAVIEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _keeps(facts, wanted, brief, middle) else (middle, high)
    return high


def _keeps(facts: ProgrammeFacts, wanted: Wanted, moment: Moment, weight: int) -> bool:
    given = replace(facts, weights=_weighted(facts.weights, wanted, weight), dayparts=_known(facts, wanted))
    programme = Programme(compile_plan(given, moment, None).plan)
    return longest_wait(programme, wanted, facts.zone, *programme.span).length_ms <= wanted.every_ms


def _weighted(weights: Weights, wanted: Wanted, weight: int) -> Weights:
    if wanted.daypart is None:
        return replace(weights, usual={**weights.usual, wanted.group: weight})
    known = dict(weights.in_dayparts)
    known[wanted.daypart.id] = {**known.get(wanted.daypart.id, {}), wanted.group: weight}
    return replace(weights, in_dayparts=tuple(known.items()))


def _known(facts: ProgrammeFacts, wanted: Wanted) -> Mapping[str, Daypart]:
    return facts.dayparts if wanted.daypart is None else {**facts.dayparts, wanted.daypart.id: wanted.daypart}
