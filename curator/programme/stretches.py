"""A screen's time cut wherever the rules, the dayparts of weights or what is approved change. Pure.

Within one stretch everything that people decided about the rotation stays as it is.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from curator.programme.facts import EligibleItem, ProgrammeFacts
from curator.programme.holding import holds, spans
from curator.programme.hours import hours_between
from curator.programme.permits import forbidding, rules_of
from curator.programme.rules import QuietRule, Rule

SHORTEST_PIECE_MS = 15 * 60_000
"""A shorter stretch of rotation joins its neighbour rather than standing alone."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start_ms, end_ms), in which `rules` hold, sorted by id, and `dayparts` of those that weights speak of.

    `part` counts the bounds of items passed: two stretches with equal part, rules and dayparts have equal lists.
    """

    start_ms: int
    end_ms: int
    rules: tuple[Rule, ...]
    dayparts: frozenset[str]
    part: int

    @property
    def is_dark(self) -> bool:
        """Whether nothing is shown."""
        return any(isinstance(rule, QuietRule) and rule.mode == "dark" for rule in self.rules)

    @property
    def is_muted(self) -> bool:
        """Whether what is shown has no sound."""
        return any(isinstance(rule, QuietRule) and rule.mode == "muted" for rule in self.rules)

    @property
    def key(self) -> tuple[int, tuple[str, ...], frozenset[str]]:
        """Equal for stretches with equal lists."""
        return self.part, tuple(rule.id for rule in self.rules), self.dayparts


class Stretches:
    """The stretches of [from_ms, to_ms) for one screen's facts; `bounds` are further instants to cut at."""

    def __init__(self, facts: ProgrammeFacts, from_ms: int, to_ms: int, bounds: Iterable[int] = ()) -> None:
        """Raises KeyError for a rule or weight of a daypart that the facts do not have."""
        self._all = list(_swept(facts, from_ms, to_ms, sorted(set(bounds))))
        self._starts = [stretch.start_ms for stretch in self._all]
        self._forbidding: dict[tuple[tuple[int, tuple[str, ...], frozenset[str]], str], Rule | None] = {}

    @property
    def have_rules(self) -> bool:
        """Whether any rule holds at any time of them."""
        return any(stretch.rules for stretch in self._all)

    def at(self, instant_ms: int) -> Stretch:
        """The stretch an instant is in; the first or last one for instants outside."""
        return self._all[max(0, bisect_right(self._starts, instant_ms) - 1)]

    def between(self, from_ms: int, to_ms: int) -> Iterator[Stretch]:
        """The stretches that [from_ms, to_ms) touches, without what lies outside it."""
        for index in range(max(0, bisect_right(self._starts, from_ms) - 1), len(self._all)):
            one = self._all[index]
            if one.start_ms >= to_ms:
                return
            start_ms, end_ms = max(one.start_ms, from_ms), min(one.end_ms, to_ms)
            if start_ms < end_ms:
                yield (
                    one
                    if (start_ms, end_ms) == (one.start_ms, one.end_ms)
                    else replace(one, start_ms=start_ms, end_ms=end_ms)
                )

    def forbidding(self, item: EligibleItem, start_ms: int, end_ms: int) -> tuple[Rule, int] | None:
        """The first rule that keeps the item off somewhere in [start_ms, end_ms), and when that stretch ends."""
        for stretch in self.between(start_ms, end_ms):
            key = (stretch.key, item.id)
            if key not in self._forbidding:
                self._forbidding[key] = forbidding(stretch.rules, item)
            rule = self._forbidding[key]
            if rule is not None:
                return rule, self.at(stretch.start_ms).end_ms
        return None


def pieces(zone: str, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """[from_ms, to_ms) cut at full local hours; a first or last piece too short joins its neighbour."""
    cuts = [from_ms, *hours_between(zone, from_ms, to_ms), to_ms]
    if len(cuts) > 2 and cuts[1] - cuts[0] < SHORTEST_PIECE_MS:
        del cuts[1]
    if len(cuts) > 2 and cuts[-1] - cuts[-2] < SHORTEST_PIECE_MS:
        del cuts[-2]
    return list(pairwise(cuts))


def _swept(facts: ProgrammeFacts, from_ms: int, to_ms: int, bounds: list[int]) -> Iterator[Stretch]:
    rules = rules_of(facts)
    flips: dict[int, list[tuple[str, int | str]]] = defaultdict(list)
    for index, rule in enumerate(rules):
        _flip(flips, ("rule", index), holds(rule.when, facts.dayparts, facts.zone, from_ms, to_ms))
    for daypart in {daypart for daypart, _weights in facts.weights.in_dayparts}:
        _flip(flips, ("daypart", daypart), spans(facts.dayparts[daypart], facts.zone, from_ms, to_ms))
    cuts = sorted({from_ms, to_ms, *flips, *(at_ms for at_ms in bounds if from_ms < at_ms < to_ms)})
    on: set[tuple[str, int | str]] = set()
    for start_ms, end_ms in pairwise(cuts):
        on.symmetric_difference_update(flips.get(start_ms, ()))
        holding = tuple(rule for index, rule in enumerate(rules) if ("rule", index) in on)
        dayparts = frozenset(str(name) for kind, name in on if kind == "daypart")
        yield Stretch(start_ms, end_ms, holding, dayparts, bisect_right(bounds, start_ms))


def _flip(
    flips: dict[int, list[tuple[str, int | str]]], name: tuple[str, int | str], found: list[tuple[int, int]]
) -> None:
    for span in found:
        for at_ms in span:
            flips[at_ms].append(name)
