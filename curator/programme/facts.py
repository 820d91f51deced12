"""What the compiler is given: what people decided about one screen, as values. Ids are strings, times UTC ms.

Nothing here names the screen: screens with equal facts have the same stream, which is compiled once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from curator.programme.booking import Plays, State
from curator.programme.dayparts import Daypart
from curator.programme.rules import NO_CONDITIONS, Rule, SiteConditions

Joins = Literal["any", "start"]


@dataclass(frozen=True, slots=True)
class EligibleItem:
    """An item approved for and aimed at this screen, inside [from_ms, until_ms) only: its approval, embargo and expiry.

    `order` is its place in its group's running order; `is_in_rotation` is False for one its group has left out.
    `rating` is the least age it is for; `gap_ms` the least time its group wants from one start of it to the next.
    """

    id: str
    group: str
    title: str
    duration_ms: int
    order: int
    is_in_rotation: bool
    from_ms: int
    until_ms: int
    kind: Literal["video", "still"] = "video"
    rating: int = 0
    tags: frozenset[str] = frozenset()
    gap_ms: int = 0
    joins: Joins = "any"

    def may_play(self, start_ms: int, end_ms: int) -> bool:
        """Whether a play of [start_ms, end_ms) lies inside the approval."""
        return self.from_ms <= start_ms and end_ms <= self.until_ms


@dataclass(frozen=True, slots=True)
class Booked:
    """One occurrence of a booking: a slot [start_ms, end_ms) in which `items` play one after another, round and round.

    `number` counts the occurrences from 0; in a "series" the `number`-th item plays alone.
    """

    id: str
    items: tuple[str, ...]
    start_ms: int
    end_ms: int
    state: State = "confirmed"
    plays: Plays = "each"
    number: int = 0
    is_premiere: bool = False
    title: str = ""

    @property
    def stands(self) -> bool:
        """Whether it has its time: a provisional one only speaks of it."""
        return self.state != "provisional"

    @property
    def playing(self) -> tuple[str, ...]:
        """What plays in this occurrence: all of them, or the next of a series, which begins again after its last."""
        return self.items if self.plays == "each" else (self.items[self.number % len(self.items)],)


@dataclass(frozen=True, slots=True)
class Weights:
    """How the groups share: a weight each, and other ones in some dayparts (by id; the first one listed that it is)."""

    usual: Mapping[str, int]
    in_dayparts: tuple[tuple[str, Mapping[str, int]], ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """One screen: its zone, how groups share it, every item that may be shown there, the bookings, and the rules.

    `dayparts` are those that weights and rules speak of, by id.
    """

    zone: str
    weights: Weights
    house_groups: frozenset[str]
    items: Mapping[str, EligibleItem]
    bookings: tuple[Booked, ...]
    dayparts: Mapping[str, Daypart] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    site: SiteConditions = NO_CONDITIONS

    def rotation_items(self, group: str) -> list[EligibleItem]:
        """What a group brings to the rotation, in its running order."""
        mine = [item for item in self.items.values() if item.group == group and item.is_in_rotation]
        return sorted(mine, key=lambda item: (item.order, item.id))


@dataclass(frozen=True, slots=True)
class Moment:
    """When a plan is made. What begins before `now_ms + lead_ms` stays as it is; promised hours end after `freeze_ms`.

    The plan is `length_ms` long.
    """

    now_ms: int
    lead_ms: int
    length_ms: int
    freeze_ms: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Something a programmer should know about a plan: a code of `notes.SENTENCES` and its values."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
