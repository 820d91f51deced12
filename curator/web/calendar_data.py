"""What the calendar draws, as JSON: occurrences, dark hours and dayparts of the screens somebody chose.

Every time is the screen's own, written without an offset: a browser's zone never comes into it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from content.canonical import Json
from curator import bookings, library
from curator.programme.booking import State
from curator.programme.dayparts import Daypart
from curator.programme.holding import Span, holds, spans
from curator.programme.hours import wall
from curator.programme.rules import QuietRule, RatingRule, Rule, SiteConditions, When
from curator.screens import Screen
from curator.store import Connection
from curator.tables import items

BandKind = Literal["daypart", "dark", "rating"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence on the calendar, on in [start_ms, end_ms) on all of `screens` (ids).

    `recurrence` is the local start by which an edit names it; `colour` that of the group whose item is first.
    """

    booking_id: str
    recurrence: str
    start_ms: int
    end_ms: int
    title: str
    state: State
    number: int
    is_recurring: bool
    is_premiere: bool
    colour: str
    screens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a screen's time: a daypart, dark hours, or a rating's `most` years."""

    kind: BandKind
    name: str
    start_ms: int
    end_ms: int
    most: int = 0


def occurrences(connection: Connection, screen_ids: Collection[str], from_ms: int, to_ms: int) -> list[Occurrence]:
    """What is booked on any of the screens and touches [from_ms, to_ms), in order; with those of them it is on."""
    slots = bookings.every_between(connection, screen_ids, from_ms, to_ms)
    known = _items(connection, {slot.item_id for slot in slots})
    found: dict[tuple[str, str, int, int], Occurrence] = {}
    for slot in slots:
        key = (slot.booking_id, slot.recurrence, slot.start_ms, slot.end_ms)
        one = found.get(key)
        if one is None:
            title, colour = known.get(slot.item_id, ("", "none"))
            one = Occurrence(
                slot.booking_id, slot.recurrence, slot.start_ms, slot.end_ms, slot.title or title, slot.state,
                slot.number, slot.is_recurring, slot.is_premiere, colour, (),
            )  # fmt: skip
        found[key] = replace(one, screens=(*one.screens, slot.screen_id))
    return list(found.values())


def bands(
    zone: str, dayparts: Mapping[str, Daypart], rules: Collection[Rule], site: SiteConditions, from_ms: int, to_ms: int
) -> list[Band]:
    """The dayparts, dark hours and watersheds of a screen with these rules, in [from_ms, to_ms)."""
    found = [
        Band("daypart", daypart.name, *span)
        for daypart in dayparts.values()
        for span in spans(daypart, zone, from_ms, to_ms)
    ]
    for rule in rules:
        if isinstance(rule, QuietRule) and rule.mode == "dark":
            found += _spread("dark", rule.name, holds(rule.when, dayparts, zone, from_ms, to_ms))
        elif isinstance(rule, RatingRule):
            over = holds(rule.when, dayparts, zone, from_ms, to_ms)
            found += [replace(band, most=rule.most) for band in _spread("rating", rule.name, over)]
    if site.curfew is not None:
        curfew = When(daypart=site.curfew)
        found += _spread("dark", dayparts[site.curfew].name, holds(curfew, dayparts, zone, from_ms, to_ms))
    return found


def compared(published: list[Occurrence], drafted: list[Occurrence]) -> list[tuple[Occurrence, str]]:
    """Both together, each with what the draft does to it: "" nothing, "new" it puts it there, "gone" it takes it away.

    An occurrence that moves is one gone and one new.
    """
    before, after = set(published), set(drafted)
    kept = [(one, "" if one in before else "new") for one in drafted]
    return kept + [(one, "gone") for one in published if one not in after]


def occurrence_json(one: Occurrence, change: str, zone: str) -> Json:
    """An occurrence as the script reads it."""
    start, end = _drawn(zone, one.start_ms, one.end_ms)
    return {
        "booking": one.booking_id, "recurrence": one.recurrence, "start": start, "end": end, "title": one.title,
        "state": one.state, "number": one.number, "is_recurring": one.is_recurring, "is_premiere": one.is_premiere,
        "colour": one.colour, "screens": list(one.screens), "change": change, "start_ms": one.start_ms,
        "length_ms": one.end_ms - one.start_ms,
    }  # fmt: skip


def band_json(band: Band, screen: Screen) -> Json:
    """A stretch of a screen's time as the script reads it."""
    start, end = _drawn(screen.zone, band.start_ms, band.end_ms)
    return {"screen": screen.id, "kind": band.kind, "name": band.name, "start": start, "end": end, "most": band.most}


def local(zone: str, at_ms: int) -> str:
    """The wall clock of `zone` at an instant, to the second, without an offset."""
    return wall(zone, at_ms).replace(tzinfo=None).isoformat(timespec="seconds")


def offset(zone: str, at_ms: int) -> str:
    """How far the clocks of `zone` are from UTC then, such as `+05:45`."""
    return wall(zone, at_ms).isoformat(timespec="seconds")[19:25]


def _drawn(zone: str, start_ms: int, end_ms: int) -> tuple[str, str]:
    """Both ends on the wall; where clocks go back in between, as long as it lasts."""
    start, end = local(zone, start_ms), local(zone, end_ms)
    if end <= start:
        lasts = datetime.fromisoformat(start) + timedelta(milliseconds=end_ms - start_ms)
        end = lasts.isoformat(timespec="seconds")
    return start, end


def _spread(kind: BandKind, name: str, over: list[Span]) -> list[Band]:
    return [Band(kind, name, start_ms, end_ms) for start_ms, end_ms in over]


def _items(connection: Connection, item_ids: set[str]) -> dict[str, tuple[str, str]]:
    """Title and group's colour of each item."""
    found = library.items_where(connection, items.c.id.in_(sorted(item_ids)), most=len(item_ids) + 1)
    return {item.id: (item.title, item.group_colour) for item in found}
