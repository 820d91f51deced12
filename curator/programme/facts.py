"""What the compiler is given: what people decided about one screen, as values. Ids are strings, times UTC ms."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EligibleItem:
    """An item with a valid approval for this screen, inside [from_ms, until_ms) only.

    `order` is its place in its group's running order; `is_in_rotation` is False for one its group has left out.
    """

    id: str
    group: str
    title: str
    duration_ms: int
    order: int
    is_in_rotation: bool
    from_ms: int
    until_ms: int

    def may_play(self, start_ms: int, end_ms: int) -> bool:
        """Whether a play of [start_ms, end_ms) lies inside the approval."""
        return self.from_ms <= start_ms and end_ms <= self.until_ms


@dataclass(frozen=True, slots=True)
class Booked:
    """A booked slot [start_ms, end_ms)."""

    id: str
    item: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """One screen: its zone, the groups' weights, every item that may be shown there, and the bookings."""

    zone: str
    weights: Mapping[str, int]
    house_groups: frozenset[str]
    items: Mapping[str, EligibleItem]
    bookings: tuple[Booked, ...]

    def rotation_items(self, group: str) -> list[EligibleItem]:
        """What a group brings to the rotation, in its running order."""
        mine = [item for item in self.items.values() if item.group == group and item.is_in_rotation]
        return sorted(mine, key=lambda item: (item.order, item.id))


@dataclass(frozen=True, slots=True)
class Moment:
    """When a plan is made: a change shows `lead_ms` after `now_ms` at the earliest; the plan is `length_ms` long."""

    now_ms: int
    lead_ms: int
    length_ms: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something a programmer should know about a plan: a code of `notes.SENTENCES` and its values."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
