"""A week of a screen as a grid of local hours: what is booked, beside the time the groups share. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from curator.programme.hours import day_start, hours_between, wall
from curator.slots import Slot as Booked

DAYS = 7
WIDTH = 1000
"""How wide an hour's bar is, in which time runs from left to right; SVG scales it."""
SHORTEST = 12
"""A short booking still has to be seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """A booking in an hour's bar, in the colour of its group; what no part covers is shared by weight."""

    x: int
    width: int
    colour: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A booking that begins in an hour."""

    booking: Booked
    title: str
    colour: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One local hour of one day. `now_x` is where the present is in it, None when it is elsewhere."""

    start_ms: int
    end_ms: int
    parts: tuple[Part, ...]
    slots: tuple[Slot, ...]
    now_x: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its cells by the hour the clock shows. An hour may come twice, or not at all."""

    day: date
    start_ms: int
    is_today: bool
    cells: Mapping[int, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Titled:
    """What a booking's item is called and the colour of its group."""

    title: str
    colour: str


def week(
    zone: str,
    first: date,
    now_ms: int,
    slots: Sequence[Booked],
    titles: Mapping[str, Titled],
) -> list[Day]:
    """Seven days from `first`."""
    made = []
    for number in range(DAYS):
        day = first + timedelta(days=number)
        start_ms, end_ms = day_start(zone, day), day_start(zone, day + timedelta(days=1))
        cuts = [start_ms, *hours_between(zone, start_ms, end_ms), end_ms]
        cells: dict[int, tuple[Cell, ...]] = {}
        for begin_ms, stop_ms in pairwise(cuts):
            hour = wall(zone, begin_ms).hour
            cells[hour] = (*cells.get(hour, ()), _cell(begin_ms, stop_ms, now_ms, slots, titles))
        made.append(Day(day, start_ms, start_ms <= now_ms < end_ms, cells))
    return made


def _cell(
    start_ms: int,
    end_ms: int,
    now_ms: int,
    slots: Sequence[Booked],
    titles: Mapping[str, Titled],
) -> Cell:
    touching = [slot for slot in slots if slot.start_ms < end_ms and slot.end_ms > start_ms]
    length_ms = end_ms - start_ms

    def place(at_ms: int) -> int:
        return (max(start_ms, min(end_ms, at_ms)) - start_ms) * WIDTH // length_ms

    parts = [
        Part(
            place(slot.start_ms), max(place(slot.end_ms) - place(slot.start_ms), SHORTEST), titles[slot.item_id].colour
        )
        for slot in touching
    ]
    begins = tuple(
        Slot(slot, titles[slot.item_id].title, titles[slot.item_id].colour)
        for slot in touching
        if slot.start_ms >= start_ms
    )
    now_x = place(now_ms) if start_ms <= now_ms < end_ms else None
    return Cell(start_ms, end_ms, tuple(parts), begins, now_x)
