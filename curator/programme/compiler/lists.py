"""What each group brings to a stretch of rotation: its weight there, and its items that may be shown. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import gcd

from content.programme.plan import ListedItem, Listing
from curator.programme.facts import EligibleItem, Note, ProgrammeFacts, Weights
from curator.programme.permits import forbidding
from curator.programme.rules import ApartRule, ElectionRule, PaceRule, Rule
from curator.programme.stretches import Stretch

_Key = tuple[int, tuple[str, ...], frozenset[str]]


class Lists:
    """A screen's lists. Those of one stretch are those of all its like, so that each is made once.

    `held_ms` says until when a premiere keeps an item out of the rotation.
    """

    def __init__(self, facts: ProgrammeFacts, held_ms: Mapping[str, int], notes: list[Note]) -> None:
        """What is left out because it does not fit is added to `notes`."""
        self._facts, self._held_ms, self._notes = facts, held_ms, notes
        self._order = running_orders(facts)
        self._made: dict[_Key, dict[str, Listing]] = {}
        self._fitting: dict[tuple[_Key, int], dict[str, Listing]] = {}

    def bounds(self) -> Iterator[int]:
        """The instants at which an item of the rotation may come or has to go."""
        for items in self._order.values():
            for item in items:
                yield max(item.from_ms, self._held_ms.get(item.id, 0))
                yield item.until_ms

    def listings(self, stretch: Stretch, length_ms: int) -> dict[str, Listing]:
        """The lists for a piece of the stretch, `length_ms` long: without what is longer."""
        if stretch.key not in self._made:
            self._made[stretch.key] = self._make(stretch)
        made = self._made[stretch.key]
        longest_ms = max((entry.duration_ms for listing in made.values() for entry in listing.items), default=0)
        if longest_ms <= length_ms:
            return made
        key = (stretch.key, length_ms)
        if key not in self._fitting:
            self._fitting[key] = dict(self._fit(made, length_ms))
        return self._fitting[key]

    def _make(self, stretch: Stretch) -> dict[str, Listing]:
        weights = weights_at(self._facts.weights, self._facts, stretch.dayparts)
        allowed = {
            group: [item for item in items if self._is_allowed(item, stretch)]
            for group, items in self._order.items()
            if weights.get(group, 0) > 0
        }
        shown = {group: items for group, items in allowed.items() if items}
        weights = equalised({group: weights[group] for group in shown}, shown, stretch.rules)
        return {
            group: Listing(weights[group], tuple(_entry(item, stretch.rules) for item in items))
            for group, items in shown.items()
        }

    def _is_allowed(self, item: EligibleItem, stretch: Stretch) -> bool:
        return (
            item.may_play(stretch.start_ms, stretch.end_ms)
            and self._held_ms.get(item.id, 0) <= stretch.start_ms
            and forbidding(stretch.rules, item) is None
        )

    def _fit(self, made: Mapping[str, Listing], length_ms: int) -> Iterator[tuple[str, Listing]]:
        for group, listing in made.items():
            fitting = tuple(entry for entry in listing.items if entry.duration_ms <= length_ms)
            for entry in listing.items:
                if entry.duration_ms > length_ms:
                    self._notes.append(Note("too_long", {"title": self._facts.items[entry.item].title}))
            if fitting:
                yield group, replace(listing, items=fitting)


def running_orders(facts: ProgrammeFacts) -> dict[str, list[EligibleItem]]:
    """What each group that may share brings to the rotation, in its running order; groups by id."""
    found: dict[str, list[EligibleItem]] = defaultdict(list)
    for item in facts.items.values():
        if item.is_in_rotation and item.group not in facts.house_groups:
            found[item.group].append(item)
    return {group: sorted(found[group], key=lambda item: (item.order, item.id)) for group in sorted(found)}


def weights_at(weights: Weights, facts: ProgrammeFacts, dayparts: frozenset[str]) -> dict[str, int]:
    """Each group's weight while `dayparts` hold: of those that name it the first by position (then id) counts."""
    given = dict(weights.usual)
    holding = (part for part in weights.in_dayparts if part[0] in dayparts)
    for _daypart, own in sorted(holding, key=lambda part: (facts.dayparts[part[0]].position, part[0]), reverse=True):
        given.update(own)
    return given


def equalised(
    weights: Mapping[str, int], shown: Mapping[str, list[EligibleItem]], rules: tuple[Rule, ...]
) -> dict[str, int]:
    """The weights under election rules: in a class all have the same, and together what they had.

    Classes with a group in common are one class, since only then is everybody in them equal to everybody.
    """
    tags = (rule.equal for rule in rules if isinstance(rule, ElectionRule) and rule.equal)
    given = dict(weights)
    for members in _classes([{group for group in shown if _shows(shown[group], tag)} for tag in tags]):
        whole = sum(given[group] for group in members)
        given = {group: whole if group in members else weight * len(members) for group, weight in given.items()}
        common = gcd(*given.values())
        given = {group: weight // common for group, weight in given.items()}
    return given


def _classes(found: list[set[str]]) -> list[set[str]]:
    classes: list[set[str]] = []
    for members in found:
        apart = [one for one in classes if not one & members]
        classes = [*apart, members.union(*(one for one in classes if one & members))]
    return [members for members in classes if len(members) > 1]


def _shows(items: list[EligibleItem], tag: str) -> bool:
    return any(tag in item.tags for item in items)


def _entry(item: EligibleItem, rules: tuple[Rule, ...]) -> ListedItem:
    return ListedItem(item.id, item.duration_ms, item.order, gap_ms(item, rules), apart_tag(item, rules))


def gap_ms(item: EligibleItem, rules: tuple[Rule, ...]) -> int:
    """The least time between two starts of the item: the most that it or a rule asks for."""
    asked = (rule.gap_ms for rule in rules if isinstance(rule, PaceRule) and (not rule.tag or rule.tag in item.tags))
    return max(item.gap_ms, *asked, 0)


def apart_tag(item: EligibleItem, rules: tuple[Rule, ...]) -> str:
    """The tag whose items should not follow one another, "" without one; the first by rule where there are several."""
    return next((rule.tag for rule in rules if isinstance(rule, ApartRule) and rule.tag in item.tags), "")
