"""What is unresolved in the coming week: booked slots that something stands in the way of. Reads only.

A booking is checked when it is made; rules, sites, approvals and zones' rules change afterwards. Screens that fare
alike are looked at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from curator import audit, dayparts, rules, screens, sites
from curator.kept import Kept
from curator.programme.conflicts import Conflict, conflicts, hindered, tell
from curator.programme.dayparts import Daypart
from curator.programme.facts import Booked, EligibleItem, ProgrammeFacts, Weights
from curator.programme.hours import DAY_MS
from curator.programme.rules import NO_CONDITIONS, SiteConditions
from curator.rules import Held
from curator.scopes import touching
from curator.screens import Screen
from curator.showing import Showing
from curator.slot_checks import eligible
from curator.slots import Slot, TooManySlots, every_between
from curator.store import Connection
from curator.words import LANGUAGE

DAYS = 7
MOST_TOLD = 50
"""How many bookings are told of, those whose time comes first."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A booking and the first thing in its way, in the reader's language.

    Its first occurrence that suffers by it begins at `start_ms` on `screen`; `slots` suffer in all, on `screens`
    screens.
    """

    booking_id: str
    title: str
    sentence: str
    start_ms: int
    screen: Screen
    slots: int
    screens: int


@dataclass(frozen=True, slots=True)
class Week:
    """The coming week. `is_checked` is False where more is booked than is looked at in one go."""

    found: list[Unresolved]
    slots: int
    is_checked: bool = True


@dataclass(frozen=True, slots=True)
class _Known:
    """What all screens are looked at with."""

    dayparts: Mapping[str, Daypart]
    rules: list[Held]
    sites: Mapping[str, SiteConditions]
    items: Mapping[str, tuple[EligibleItem, Showing]]

    def lot(self, screen: Screen, slots: list[Slot]) -> "_Lot":
        """What one screen has to look at: its own slots, and those of their items that are meant for it."""
        wanted, scopes = {item for slot in slots for item in slot.items}, touching(screen)
        meant = (name for name in sorted(wanted & self.items.keys()) if self.items[name][1].is_aimed_at(screen))
        return _Lot(
            screen.zone, tuple((slot.booking_id, slot.number, slot.start_ms, slot.end_ms) for slot in slots),
            tuple(meant), tuple(one.rule.id for one in self.rules if one.scope in scopes),
            self.sites.get(screen.site_id or "", NO_CONDITIONS),
        )  # fmt: skip

    def facts(self, lot: "_Lot", slots: list[Slot]) -> ProgrammeFacts:
        """The facts of a screen with that lot."""
        return ProgrammeFacts(
            zone=lot.zone,
            weights=Weights({}),
            house_groups=frozenset(),
            items={name: self.items[name][0] for name in lot.items},
            bookings=tuple(_booked(slot) for slot in slots),
            dayparts=self.dayparts,
            rules=tuple(one.rule for one in self.rules if one.rule.id in lot.rules),
            site=lot.site,
        )


@dataclass(frozen=True, slots=True)
class _Lot:
    """Equal for screens that fare alike: which occurrences they have, of which items, under which rules and terms."""

    zone: str
    slots: tuple[tuple[str, int, int, int], ...]
    items: tuple[str, ...]
    rules: tuple[str, ...]
    site: SiteConditions


_WEEKS: Kept[Week] = Kept(8)
KEPT_MS = 5 * 60_000


def coming_week_once(connection: Connection, now_ms: int) -> Week:
    """`coming_week`, worked out once for all who ask while nothing is written to the audit log, at most five minutes.

    Everything it depends on (bookings, rules, sites, dayparts, decisions, screens) changes with a row there.
    """
    key = (audit.head(connection), now_ms // KEPT_MS, LANGUAGE.get())
    known = _WEEKS.get(connection, key)
    return known if known is not None else _WEEKS.put(connection, key, coming_week(connection, now_ms))


def coming_week(connection: Connection, now_ms: int) -> Week:
    """What is unresolved in the next seven days, the soonest first; provisional bookings only speak of a time."""
    up = {screen.id: screen for screen in screens.every(connection)}
    try:
        found = every_between(connection, up, now_ms, now_ms + DAYS * DAY_MS)
    except TooManySlots:
        return Week([], 0, is_checked=False)
    slots = [slot for slot in found if slot.state != "provisional"]
    known = _Known(
        dayparts={part.id: part for part in dayparts.every(connection)},
        rules=rules.every(connection),
        sites={site.id: site.conditions for site in sites.every(connection)},
        items={
            item.id: (item, wish)
            for item, wish in eligible(connection, {name for slot in slots for name in slot.items})
        },
    )
    suffering = [
        (booked.start_ms, up[screen_id], booked, conflict)
        for screen_id, booked, conflict in _in_the_way(known, up, slots)
    ]
    suffering.sort(key=lambda one: (one[0], one[2].id, one[1].name))
    titles = {name: item.title for name, (item, _wish) in known.items.items()}
    return Week(_told(suffering, titles)[:MOST_TOLD], len(slots))


def _in_the_way(
    known: _Known, up: Mapping[str, Screen], slots: Iterable[Slot]
) -> Iterator[tuple[str, Booked, Conflict]]:
    """Each slot that has something in its way, with the first thing."""
    by_screen: dict[str, list[Slot]] = {}
    for slot in slots:
        by_screen.setdefault(slot.screen_id, []).append(slot)
    looked_at: dict[_Lot, list[tuple[Booked, Conflict]]] = {}
    for screen_id, mine in by_screen.items():
        lot = known.lot(up[screen_id], mine)
        if lot not in looked_at:
            looked_at[lot] = list(_of_screen(known.facts(lot, mine)))
        for one, conflict in looked_at[lot]:
            yield screen_id, one, conflict


def _of_screen(facts: ProgrammeFacts) -> Iterator[tuple[Booked, Conflict]]:
    for one in hindered(facts, facts.bookings):
        yield one.slot, one.conflicts[0]
    in_order = sorted(facts.bookings, key=lambda slot: slot.start_ms)
    end_ms = 0
    for slot in in_order:
        if slot.start_ms < end_ms:
            over = [conflict for conflict in conflicts(facts, slot) if conflict.code == "overlap"]
            yield from ((slot, conflict) for conflict in over[:1])
        end_ms = max(end_ms, slot.end_ms)


def _told(
    suffering: list[tuple[int, Screen, Booked, Conflict]], titles: Mapping[str, str]
) -> list[Unresolved]:  # fmt: skip
    """One line for each booking and kind of thing in its way."""
    by_kind: dict[tuple[str, str], list[tuple[int, Screen, Booked, Conflict]]] = {}
    for one in suffering:
        by_kind.setdefault((one[2].id, one[3].code), []).append(one)
    return [
        Unresolved(
            booking_id=first[2].id,
            title=first[2].title or titles.get(first[2].playing[0], ""),
            sentence=tell(first[3], first[1].zone),
            start_ms=first[0],
            screen=first[1],
            slots=len({one[2].start_ms for one in all_of_kind}),
            screens=len({one[1].id for one in all_of_kind}),
        )
        for all_of_kind in by_kind.values()
        for first in all_of_kind[:1]
    ]


def _booked(slot: Slot) -> Booked:
    return Booked(
        slot.booking_id, slot.items, slot.start_ms, slot.end_ms, slot.state, slot.plays, slot.number,
        slot.is_premiere, slot.title,
    )  # fmt: skip
