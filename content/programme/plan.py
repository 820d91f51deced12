"""The plan: what the engine reads, as values. Checked once here, trusted everywhere else.

Build a plan as JSON and read it with `read_plan`; what has passed is sorted, contiguous and within the limits below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from content.canonical import Json
from content.reading import SAFE_INTEGER, Reader

ENGINE = "L1"
LAST_INSTANT_MS = 253_402_300_800_000
"""The first instant of the year 10000: no plan reaches further."""
LONGEST_ITEM_MS = 7 * 86_400_000
LARGEST_BALANCE_MS = 10**12
HEAVIEST = 10**9
MOST_GROUPS = 10_000
MOST_SEGMENTS = 100_000
MOST_LISTED = 10_000
MOST_HOUSE_ITEMS = 1_000
MOST_PLAYS_IN_A_SEGMENT = 1_000_000
"""A segment that could hold more plays than this is refused, so that every evaluation ends soon."""


@dataclass(frozen=True, slots=True)
class Params:
    """What all segments share: house time and slack in basis points, the shortest filler worth showing in ms."""

    house_bp: int = 500
    minfill_ms: int = 5_000
    slack_bp: int = 1_000


@dataclass(frozen=True, slots=True)
class Carry:
    """A group's account at the start of a segment. `last_order` is -1 before the first play."""

    balance_ms: int = 0
    last_order: int = -1
    last_starts_ms: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """The plan's `carry` object."""
        starts = dict(sorted(self.last_starts_ms.items()))
        return {"balance_ms": self.balance_ms, "last_order": self.last_order, "last_starts_ms": starts}


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One entry of a running order. `gap_ms` is the least time from one start of the item to its next; 0 is none."""

    item: str
    duration_ms: int
    order: int
    gap_ms: int = 0

    def as_json(self) -> dict[str, Json]:
        """The plan's entry."""
        return {"item": self.item, "duration_ms": self.duration_ms, "order": self.order, "gap_ms": self.gap_ms}


@dataclass(frozen=True, slots=True)
class Listing:
    """What a group brings to a rotation segment: its weight and its items, sorted by `order`."""

    weight: int
    items: tuple[ListedItem, ...]


@dataclass(frozen=True, slots=True)
class FixedItem:
    """A booked play. `media_offset_ms` is where in its medium it begins."""

    offset_ms: int
    duration_ms: int
    item: str
    group: str | None = None
    media_offset_ms: int = 0

    def as_json(self) -> dict[str, Json]:
        """The plan's entry."""
        return {
            "offset_ms": self.offset_ms, "duration_ms": self.duration_ms, "item": self.item, "group": self.group,
            "media_offset_ms": self.media_offset_ms,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class HouseItem:
    """Something of the house's own, for time nobody has."""

    item: str
    duration_ms: int

    def as_json(self) -> dict[str, Json]:
        """The plan's entry."""
        return {"item": self.item, "duration_ms": self.duration_ms}


@dataclass(frozen=True, slots=True)
class Dark:
    """A segment in which the screen is black."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A segment of bookings, sorted, disjoint and inside it."""

    start_ms: int
    end_ms: int
    items: tuple[FixedItem, ...]


@dataclass(frozen=True, slots=True)
class Rotation:
    """A segment that groups share. `groups` maps the group's id to what it brings, sorted by id."""

    start_ms: int
    end_ms: int
    groups: Mapping[str, Listing]


Segment = Dark | Fixed | Rotation


@dataclass(frozen=True, slots=True)
class Plan:
    """Contiguous segments, and the state in which every group enters the first of them."""

    segments: tuple[Segment, ...]
    groups: Mapping[str, Carry]
    params: Params = Params()
    house: tuple[HouseItem, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The plan as `read_plan` reads it, every default spelt out."""
        params = self.params
        return {
            "engine": ENGINE,
            "params": {
                "house_bp": params.house_bp, "minfill_ms": params.minfill_ms, "slack_bp": params.slack_bp,
            },
            "groups": [{"id": group, "carry": carry.as_json()} for group, carry in self.groups.items()],
            "house": [item.as_json() for item in self.house],
            "segments": [_segment_json(segment) for segment in self.segments],
        }  # fmt: skip


def _segment_json(segment: Segment) -> dict[str, Json]:
    bounds: dict[str, Json] = {"start_ms": segment.start_ms, "end_ms": segment.end_ms}
    if isinstance(segment, Dark):
        return {**bounds, "kind": "dark"}
    if isinstance(segment, Fixed):
        return {**bounds, "kind": "fixed", "items": [item.as_json() for item in segment.items]}
    groups: dict[str, Json] = {
        group: {"weight": listing.weight, "items": [item.as_json() for item in listing.items]}
        for group, listing in segment.groups.items()
    }
    return {**bounds, "kind": "rotation", "groups": groups}


def read_plan(reader: Reader) -> Plan:
    """The plan at this place of a document. Raises BadDocument, with the JSON path, for anything that is not one."""
    fields = reader.fields("engine", "groups", "segments", optional=("params", "house"))
    fields["engine"].one_of(ENGINE)
    groups = _read_carries(fields["groups"])
    house = _read_house(fields["house"]) if "house" in fields else ()
    return Plan(
        segments=_SegmentReader(frozenset(groups), house).read(fields["segments"]),
        groups=groups,
        params=_read_params(fields["params"]) if "params" in fields else Params(),
        house=house,
    )


def _read_params(reader: Reader) -> Params:
    fields = reader.fields(optional=("house_bp", "minfill_ms", "slack_bp"))
    usual = Params()
    return Params(
        house_bp=_integer(fields, "house_bp", usual.house_bp, most=10_000),
        minfill_ms=_integer(fields, "minfill_ms", usual.minfill_ms, most=LONGEST_ITEM_MS),
        slack_bp=_integer(fields, "slack_bp", usual.slack_bp, most=100_000),
    )


def _read_carries(reader: Reader) -> dict[str, Carry]:
    carries: dict[str, Carry] = {}
    for place in reader.items(most=MOST_GROUPS):
        fields = place.fields("id", optional=("carry",))
        group = fields["id"].identifier()
        if group in carries:
            fields["id"].refuse(f"the group '{group}' is declared twice")
        carries[group] = _read_carry(fields["carry"]) if "carry" in fields else Carry()
    return dict(sorted(carries.items()))


def _read_carry(reader: Reader) -> Carry:
    fields = reader.fields(optional=("balance_ms", "last_order", "last_starts_ms"))
    starts = fields["last_starts_ms"].members(most=MOST_LISTED) if "last_starts_ms" in fields else {}
    return Carry(
        balance_ms=_integer(fields, "balance_ms", 0, least=-LARGEST_BALANCE_MS, most=LARGEST_BALANCE_MS),
        last_order=_integer(fields, "last_order", -1, least=-1, most=SAFE_INTEGER),
        last_starts_ms={
            item: place.integer(least=-LAST_INSTANT_MS, most=LAST_INSTANT_MS) for item, place in sorted(starts.items())
        },
    )


def _read_house(reader: Reader) -> tuple[HouseItem, ...]:
    house: dict[str, HouseItem] = {}
    for place in reader.items(most=MOST_HOUSE_ITEMS):
        fields = place.fields("item", "duration_ms")
        item = fields["item"].identifier()
        if item in house:
            fields["item"].refuse(f"the item '{item}' stands twice in the house list")
        house[item] = HouseItem(item, fields["duration_ms"].integer(least=1, most=LONGEST_ITEM_MS))
    return tuple(house[item] for item in sorted(house))


def _integer(fields: dict[str, Reader], name: str, default: int, *, least: int = 0, most: int) -> int:
    return fields[name].integer(least=least, most=most) if name in fields else default


class _SegmentReader:
    """Reads segments; a group's list that repeats from segment to segment is checked and kept once."""

    def __init__(self, groups: frozenset[str], house: tuple[HouseItem, ...]) -> None:
        self._groups = groups
        self._shortest_house_ms = min((item.duration_ms for item in house), default=LAST_INSTANT_MS)
        self._listings: dict[str, tuple[object, Listing, int]] = {}

    def read(self, reader: Reader) -> tuple[Segment, ...]:
        places = reader.items(most=MOST_SEGMENTS)
        if not places:
            reader.refuse("a plan has at least one segment")
        segments: list[Segment] = []
        for place in places:
            segment = self._read_segment(place)
            if segments and segment.start_ms != segments[-1].end_ms:
                place.refuse(f"starts at {segment.start_ms}, but the segment before it ends at {segments[-1].end_ms}")
            segments.append(segment)
        return tuple(segments)

    def _read_segment(self, reader: Reader) -> Segment:
        kind = reader.fields("kind", others=True)["kind"].one_of("dark", "fixed", "rotation")
        extra = {"dark": (), "fixed": ("items",), "rotation": ("groups",)}[kind]
        fields = reader.fields("start_ms", "end_ms", "kind", *extra)
        start_ms = fields["start_ms"].integer(least=0, most=LAST_INSTANT_MS)
        end_ms = fields["end_ms"].integer(least=0, most=LAST_INSTANT_MS)
        if end_ms <= start_ms:
            fields["end_ms"].refuse(f"ends at {end_ms}, which is not after its start at {start_ms}")
        if kind == "dark":
            return Dark(start_ms, end_ms)
        _refuse_crowd(reader, end_ms - start_ms, self._shortest_house_ms)
        if kind == "fixed":
            return Fixed(start_ms, end_ms, self._read_bookings(fields["items"], end_ms - start_ms))
        return Rotation(start_ms, end_ms, self._read_groups(fields["groups"], end_ms - start_ms))

    def _read_bookings(self, reader: Reader, length_ms: int) -> tuple[FixedItem, ...]:
        bookings: list[FixedItem] = []
        free_ms = 0
        for place in reader.items(most=MOST_LISTED):
            booking = self._read_booking(place)
            if booking.offset_ms < free_ms:
                place.refuse(f"starts at offset {booking.offset_ms}, before the item before it ends at {free_ms}")
            free_ms = booking.offset_ms + booking.duration_ms
            if free_ms > length_ms:
                place.refuse(f"ends at offset {free_ms}, after the end of its segment at {length_ms}")
            bookings.append(booking)
        return tuple(bookings)

    def _read_booking(self, reader: Reader) -> FixedItem:
        fields = reader.fields("offset_ms", "duration_ms", "item", optional=("group", "media_offset_ms"))
        return FixedItem(
            offset_ms=fields["offset_ms"].integer(least=0, most=LAST_INSTANT_MS),
            duration_ms=fields["duration_ms"].integer(least=1, most=LONGEST_ITEM_MS),
            item=fields["item"].identifier(),
            group=self._known(fields["group"]) if "group" in fields and fields["group"].value is not None else None,
            media_offset_ms=_integer(fields, "media_offset_ms", 0, most=LONGEST_ITEM_MS),
        )

    def _known(self, reader: Reader) -> str:
        group = reader.identifier()
        if group not in self._groups:
            reader.refuse(f"the group '{group}' is not declared under 'groups'")
        return group

    def _read_groups(self, reader: Reader, length_ms: int) -> dict[str, Listing]:
        listings: dict[str, Listing] = {}
        for group, place in sorted(reader.members(most=MOST_GROUPS).items()):
            if group not in self._groups:
                place.refuse(f"the group '{group}' is not declared under 'groups'")
            seen = self._listings.get(group)
            if seen is None or not _same(seen[0], place.value):
                listing = _read_listing(place)
                shortest_ms = min((item.duration_ms for item in listing.items), default=LAST_INSTANT_MS)
                seen = self._listings[group] = (place.value, listing, shortest_ms)
            _refuse_crowd(place, length_ms, seen[2])
            listings[group] = seen[1]
        return listings


def _same(seen: object, value: object) -> bool:
    # Python holds True equal to 1 and 1.0 equal to 1; a document that differs in that has to be read to be refused.
    return seen == value and repr(seen) == repr(value)


def _refuse_crowd(reader: Reader, length_ms: int, shortest_ms: int) -> None:
    if length_ms // shortest_ms > MOST_PLAYS_IN_A_SEGMENT:
        reader.refuse(
            f"{length_ms} ms could hold more than {MOST_PLAYS_IN_A_SEGMENT} plays of {shortest_ms} ms: cut the segment"
        )


def _read_listing(reader: Reader) -> Listing:
    fields = reader.fields("weight", "items")
    items: dict[str, ListedItem] = {}
    orders: set[int] = set()
    for place in fields["items"].items(most=MOST_LISTED):
        entry = place.fields("item", "duration_ms", "order", optional=("gap_ms",))
        listed = ListedItem(
            item=entry["item"].identifier(),
            duration_ms=entry["duration_ms"].integer(least=1, most=LONGEST_ITEM_MS),
            order=entry["order"].integer(least=0, most=SAFE_INTEGER),
            gap_ms=_integer(entry, "gap_ms", 0, most=LAST_INSTANT_MS),
        )
        if listed.item in items:
            entry["item"].refuse(f"the item '{listed.item}' stands twice in this list")
        if listed.order in orders:
            entry["order"].refuse(f"the order {listed.order} is given twice in this list")
        items[listed.item] = listed
        orders.add(listed.order)
    running = tuple(sorted(items.values(), key=lambda listed: listed.order))
    return Listing(fields["weight"].integer(least=0, most=HEAVIEST), running)
