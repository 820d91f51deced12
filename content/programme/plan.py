"""The plan: what the engine reads, as values. Checked once here, trusted everywhere else.

Build a plan as JSON and read it with `read_plan`; what has passed is sorted, contiguous and within the limits below.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from content.canonical import Json
from content.programme.mixes import (
    HEAVIEST,
    LAST_INSTANT_MS,
    LONGEST_ITEM_MS,
    MOST_GROUPS,
    MOST_LISTED,
    ListedItem,
    Listing,
    Mix,
    MixReader,
    MixWriter,
    spelt_out,
)
from content.reading import SAFE_INTEGER, Reader

__all__ = [
    "ENGINE", "HEAVIEST", "LAST_INSTANT_MS", "LONGEST_ITEM_MS", "MOST_GROUPS", "MOST_LISTED", "Carry", "Dark", "Fixed",
    "FixedItem", "HouseItem", "ListedItem", "Listing", "Params", "Plan", "Rotation", "Segment", "read_plan",
]  # fmt: skip

ENGINE = "L1"
LARGEST_BALANCE_MS = 10**12
MOST_SEGMENTS = 100_000
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
class FixedItem:
    """A booked play. `media_offset_ms` is where in its medium it begins; no session interrupts a protected one."""

    offset_ms: int
    duration_ms: int
    item: str
    group: str | None = None
    media_offset_ms: int = 0
    protected: bool = False

    def as_json(self) -> dict[str, Json]:
        """The plan's entry; `protected` only where it is, so that other plans keep their digests."""
        entry: dict[str, Json] = {
            "offset_ms": self.offset_ms, "duration_ms": self.duration_ms, "item": self.item, "group": self.group,
            "media_offset_ms": self.media_offset_ms,
        }  # fmt: skip
        return {**entry, "protected": True} if self.protected else entry


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
    """A segment of bookings, sorted, disjoint and inside it; without sound if `muted`."""

    start_ms: int
    end_ms: int
    items: tuple[FixedItem, ...]
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Rotation:
    """A segment that groups share, each with what it brings; without sound if `muted`."""

    start_ms: int
    end_ms: int
    groups: Mix
    muted: bool = False


Segment = Dark | Fixed | Rotation


@dataclass(frozen=True, slots=True)
class Plan:
    """Contiguous segments, and the state in which every group enters the first of them."""

    segments: tuple[Segment, ...]
    groups: Mapping[str, Carry]
    params: Params = Params()
    house: tuple[HouseItem, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The plan as `read_plan` reads it: defaults written out, each list and mix once. Equal plans are alike."""
        writer = MixWriter()
        body = self._json(writer.write)
        return {**body, "lists": writer.lists, "mixes": writer.mixes}

    def spelt_out(self) -> dict[str, Json]:
        """The plan with nothing named: large, and what its digest is of."""
        return self._json(spelt_out)

    def _json(self, write_mix: Callable[[Mix], Json]) -> dict[str, Json]:
        params = self.params
        return {
            "engine": ENGINE,
            "params": {
                "house_bp": params.house_bp, "minfill_ms": params.minfill_ms, "slack_bp": params.slack_bp,
            },
            "groups": [{"id": group, "carry": carry.as_json()} for group, carry in self.groups.items()],
            "house": [item.as_json() for item in self.house],
            "segments": [_segment_json(segment, write_mix) for segment in self.segments],
        }  # fmt: skip


def _segment_json(segment: Segment, write_mix: Callable[[Mix], Json]) -> dict[str, Json]:
    bounds: dict[str, Json] = {"start_ms": segment.start_ms, "end_ms": segment.end_ms}
    if isinstance(segment, Dark):
        return {**bounds, "kind": "dark"}
    if segment.muted:
        bounds["muted"] = True
    if isinstance(segment, Fixed):
        return {**bounds, "kind": "fixed", "items": [item.as_json() for item in segment.items]}
    return {**bounds, "kind": "rotation", "groups": write_mix(segment.groups)}


def read_plan(reader: Reader) -> Plan:
    """The plan at this place of a document. Raises BadDocument, with the JSON path, for anything that is not one."""
    fields = reader.fields("engine", "groups", "segments", optional=("params", "house", "lists", "mixes"))
    fields["engine"].one_of(ENGINE)
    groups = _read_carries(fields["groups"])
    house = _read_house(fields["house"]) if "house" in fields else ()
    mixes = MixReader(frozenset(groups), fields.get("lists"), fields.get("mixes"))
    return Plan(
        segments=_SegmentReader(frozenset(groups), house, mixes).read(fields["segments"]),
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
    """Reads segments and what holds between them."""

    def __init__(self, groups: frozenset[str], house: tuple[HouseItem, ...], mixes: MixReader) -> None:
        self._groups = groups
        self._mixes = mixes
        self._shortest_house_ms = min((item.duration_ms for item in house), default=LAST_INSTANT_MS)
        # By identity: a mix that many segments name is one object, and is kept here, so its id stays its own.
        self._shortest: dict[int, tuple[Mix, dict[str, int]]] = {}

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
        fields = reader.fields("start_ms", "end_ms", "kind", *extra, optional=("muted",) if extra else ())
        start_ms = fields["start_ms"].integer(least=0, most=LAST_INSTANT_MS)
        end_ms = fields["end_ms"].integer(least=0, most=LAST_INSTANT_MS)
        if end_ms <= start_ms:
            fields["end_ms"].refuse(f"ends at {end_ms}, which is not after its start at {start_ms}")
        if kind == "dark":
            return Dark(start_ms, end_ms)
        _refuse_crowd(reader, end_ms - start_ms, self._shortest_house_ms)
        muted = fields["muted"].flag() if "muted" in fields else False
        if kind == "fixed":
            return Fixed(start_ms, end_ms, self._read_bookings(fields["items"], end_ms - start_ms), muted)
        return Rotation(start_ms, end_ms, self._read_mix(fields["groups"], end_ms - start_ms), muted)

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
        fields = reader.fields("offset_ms", "duration_ms", "item", optional=("group", "media_offset_ms", "protected"))
        return FixedItem(
            offset_ms=fields["offset_ms"].integer(least=0, most=LAST_INSTANT_MS),
            duration_ms=fields["duration_ms"].integer(least=1, most=LONGEST_ITEM_MS),
            item=fields["item"].identifier(),
            group=self._known(fields["group"]) if "group" in fields and fields["group"].value is not None else None,
            media_offset_ms=_integer(fields, "media_offset_ms", 0, most=LONGEST_ITEM_MS),
            protected=fields["protected"].flag() if "protected" in fields else False,
        )

    def _known(self, reader: Reader) -> str:
        group = reader.identifier()
        if group not in self._groups:
            reader.refuse(f"the group '{group}' is not declared under 'groups'")
        return group

    def _read_mix(self, reader: Reader, length_ms: int) -> Mix:
        mix = self._mixes.read(reader)
        if id(mix) not in self._shortest:
            shortest = {group: min(item.duration_ms for item in own.items) for group, own in mix.items() if own.items}
            self._shortest[id(mix)] = (mix, shortest)
        for group, shortest_ms in self._shortest[id(mix)][1].items():
            _refuse_crowd(Reader(None, f"{reader.path}.{group}"), length_ms, shortest_ms)
        return mix


def _refuse_crowd(reader: Reader, length_ms: int, shortest_ms: int) -> None:
    if length_ms // shortest_ms > MOST_PLAYS_IN_A_SEGMENT:
        reader.refuse(
            f"{length_ms} ms could hold more than {MOST_PLAYS_IN_A_SEGMENT} plays of {shortest_ms} ms: cut the segment"
        )
