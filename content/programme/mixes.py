"""Who shares a rotation segment, and with what: the values, and how a plan's JSON says each of them only once.

A *list* is a group's running order, a *mix* maps groups to weight and list. Segments may hold both or name them; what
they mean is the same. Written out, names are `l0`, `l1`, … and `m0`, `m1`, … in the order of first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from content.canonical import Json
from content.reading import SAFE_INTEGER, Reader

LAST_INSTANT_MS = 253_402_300_800_000
"""The first instant of the year 10000: no plan reaches further."""
LONGEST_ITEM_MS = 7 * 86_400_000
HEAVIEST = 10**9
MOST_GROUPS = 10_000
MOST_LISTED = 10_000
MOST_NAMED = 1_000_000
"""Lists, and mixes, that a plan may name."""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One entry of a running order. `gap_ms` is the least time from one start of the item to its next; 0 is none.

    Items with the same `apart`, if it is not empty, do not follow each other where deadlines allow it.
    """

    item: str
    duration_ms: int
    order: int
    gap_ms: int = 0
    apart: str = ""

    def as_json(self) -> dict[str, Json]:
        """The plan's entry."""
        entry: dict[str, Json] = {
            "item": self.item, "duration_ms": self.duration_ms, "order": self.order, "gap_ms": self.gap_ms,
        }  # fmt: skip
        return {**entry, "apart": self.apart} if self.apart else entry


@dataclass(frozen=True, slots=True)
class Listing:
    """What a group brings to a rotation segment: its weight and its items, sorted by `order`."""

    weight: int
    items: tuple[ListedItem, ...]


Mix = Mapping[str, Listing]
"""What each group brings, by its id, sorted."""


class MixReader:
    """Reads mixes for segments; what is named, or repeats from segment to segment, is checked and kept once."""

    def __init__(self, groups: frozenset[str], lists: Reader | None, mixes: Reader | None) -> None:
        """`groups` are those declared; `lists` and `mixes` are the plan's, if it has them. Raises BadDocument."""
        self._groups = groups
        self._seen: dict[str, tuple[object, tuple[ListedItem, ...]]] = {}
        self._lists = {name: _read_list(place) for name, place in _named(lists)}
        self._mixes = {name: self._read_mix(place) for name, place in _named(mixes)}

    def read(self, reader: Reader) -> Mix:
        """The mix here: an object, or the name of one. Raises BadDocument."""
        if not isinstance(reader.value, str):
            return self._read_mix(reader)
        name = reader.identifier()
        if name not in self._mixes:
            reader.refuse(f"the mix '{name}' is not one of the plan's 'mixes'")
        return self._mixes[name]

    def _read_mix(self, reader: Reader) -> Mix:
        mix: dict[str, Listing] = {}
        for group, place in sorted(reader.members(most=MOST_GROUPS).items()):
            if group not in self._groups:
                place.refuse(f"the group '{group}' is not declared under 'groups'")
            fields = place.fields("weight", "items")
            items = self._read_items(group, fields["items"])
            mix[group] = Listing(fields["weight"].integer(least=0, most=HEAVIEST), items)
        return mix

    def _read_items(self, group: str, reader: Reader) -> tuple[ListedItem, ...]:
        if isinstance(reader.value, str):
            name = reader.identifier()
            if name not in self._lists:
                reader.refuse(f"the list '{name}' is not one of the plan's 'lists'")
            return self._lists[name]
        seen = self._seen.get(group)
        if seen is None or not _same(seen[0], reader.value):
            seen = self._seen[group] = (reader.value, _read_list(reader))
        return seen[1]


def _named(reader: Reader | None) -> list[tuple[str, Reader]]:
    return [] if reader is None else list(reader.members(most=MOST_NAMED).items())


def _same(seen: object, value: object) -> bool:
    # Python holds True equal to 1 and 1.0 equal to 1; a document that differs in that has to be read to be refused.
    return seen == value and repr(seen) == repr(value)


def _read_list(reader: Reader) -> tuple[ListedItem, ...]:
    items: dict[str, ListedItem] = {}
    orders: set[int] = set()
    for place in reader.items(most=MOST_LISTED):
        entry = place.fields("item", "duration_ms", "order", optional=("gap_ms", "apart"))
        listed = ListedItem(
            item=entry["item"].identifier(),
            duration_ms=entry["duration_ms"].integer(least=1, most=LONGEST_ITEM_MS),
            order=entry["order"].integer(least=0, most=SAFE_INTEGER),
            gap_ms=entry["gap_ms"].integer(least=0, most=LAST_INSTANT_MS) if "gap_ms" in entry else 0,
            apart=entry["apart"].text(most=100) if "apart" in entry else "",
        )
        if listed.item in items:
            entry["item"].refuse(f"the item '{listed.item}' stands twice in this list")
        if listed.order in orders:
            entry["order"].refuse(f"the order {listed.order} is given twice in this list")
        items[listed.item] = listed
        orders.add(listed.order)
    return tuple(sorted(items.values(), key=lambda listed: listed.order))


class MixWriter:
    """Writes mixes by name; `lists` and `mixes` are what the names stand for, each written once."""

    def __init__(self) -> None:
        self.lists: dict[str, Json] = {}
        self.mixes: dict[str, Json] = {}
        self._list_names: dict[tuple[ListedItem, ...], str] = {}
        self._mix_names: dict[tuple[tuple[str, int, str], ...], str] = {}
        # Equal values are usually one object, and looking into it once is enough; it is kept, so its id stays its own.
        self._met: dict[int, tuple[object, str]] = {}

    def write(self, mix: Mix) -> str:
        """The mix's name."""
        met = self._met.get(id(mix))
        if met is None:
            met = self._met[id(mix)] = (mix, self._mix_name(mix))
        return met[1]

    def _mix_name(self, mix: Mix) -> str:
        content = tuple((group, listing.weight, self._list_name(listing.items)) for group, listing in mix.items())
        name = self._mix_names.setdefault(content, f"m{len(self._mix_names)}")
        if name not in self.mixes:
            self.mixes[name] = {group: {"weight": weight, "items": items} for group, weight, items in content}
        return name

    def _list_name(self, items: tuple[ListedItem, ...]) -> str:
        met = self._met.get(id(items))
        if met is None:
            name = self._list_names.setdefault(items, f"l{len(self._list_names)}")
            if name not in self.lists:
                self.lists[name] = [listed.as_json() for listed in items]
            met = self._met[id(items)] = (items, name)
        return met[1]


def spelt_out(mix: Mix) -> dict[str, Json]:
    """The mix as an object, nothing named."""
    return {
        group: {"weight": listing.weight, "items": [listed.as_json() for listed in listing.items]}
        for group, listing in mix.items()
    }
