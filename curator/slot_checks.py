"""What rules, dark hours and sites have against a booking: refused where it could never be shown, told elsewhere.

Reads only. Other bookings in its way are for `booking_checks`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from curator import dayparts, library, rules, screens, showing, sites
from curator.booking_checks import BookingRefused, title_of
from curator.programme.booking import Booking, iso
from curator.programme.conflicts import DECIDED, REACH_MS, Conflict, Hindered, hindered, nearest, tell
from curator.programme.facts import Booked, EligibleItem, ProgrammeFacts, Weights
from curator.programme.hours import wall
from curator.programme.permits import conditioned
from curator.programme.recurrence import BadRecurrence, Occurrence, occurrences
from curator.programme.rules import NO_CONDITIONS
from curator.scopes import touching
from curator.screens import Screen
from curator.slots import every_between, slots_where
from curator.store import Connection
from curator.tables import bookings, items
from curator.words import N_, _

FOR_EVER_MS = 2**52
MOST_CAUTIONS = 3
"""How many sentences are told of one booking."""


@dataclass(frozen=True, slots=True)
class _Why:
    """A conflict that is told when it is read, in the reader's language."""

    conflict: Conflict
    zone: str

    def __str__(self) -> str:
        return tell(self.conflict, self.zone)


def refuse_shut_out(
    connection: Connection, booking: Booking, was: Booking | None, coming: Sequence[Occurrence], earliest_ms: int
) -> None:
    """Raises BookingRefused for a screen where rules, dark hours or its site leave nothing of what is new to be shown.

    Provisional bookings are not refused; nor are slots the booking (`was`) held already with the same items.
    """
    if booking.state == "provisional":
        return
    held, slots, alike = _held(connection, booking, was), _booked(booking, coming), set()
    for screen, facts in _facts(connection, booking):
        new = tuple(one for one in slots if (screen.id, one.start_ms, one.end_ms) not in held)
        key = (new, _key(facts))
        if key in alike or (not facts.rules and facts.site == NO_CONDITIONS):
            continue
        alike.add(key)
        found = _shut_out(facts, new)
        if found is not None:
            raise _refusal(connection, booking, screen, facts, found, earliest_ms)


def cautions(connection: Connection, booking: Booking, now_ms: int) -> list[str]:
    """The first few things in the way of a booking that is to be, in the reader's language.

    None of one whose recurrence cannot be worked out: a change to it is refused by that, with its own words.
    """
    told: list[str] = []
    try:
        coming = [one for one in occurrences(booking) if one.end_ms > now_ms]
    except BadRecurrence:
        return told
    alike: set[tuple[object, ...]] = set()
    for screen, facts in _facts(connection, booking):
        if _key(facts) in alike:
            continue
        alike.add(_key(facts))
        for one in hindered(facts, _booked(booking, coming)):
            for conflict in one.conflicts:
                sentence = _("%(screen)s: %(why)s", screen=screen.name, why=tell(conflict, screen.zone))
                if sentence not in told:
                    told.append(sentence)
                if len(told) >= MOST_CAUTIONS:
                    return told
    return told


def eligible(connection: Connection, item_ids: Iterable[str]) -> list[tuple[EligibleItem, showing.Showing]]:
    """Those of these items that are approved, as bookings are checked with them, each with its group's wishes."""
    ids = sorted(set(item_ids))
    these = items.c.id.in_(ids)
    wishes = showing.every(connection, these)
    made = []
    for item in library.items_where(connection, these, most=len(ids)):
        version, wish = item.approved, wishes[item.id]
        if version is None:
            continue
        fit = EligibleItem(
            id=item.id, group=item.group_id, title=item.title, duration_ms=version.duration_ms, order=0,
            is_in_rotation=True, from_ms=wish.not_before_ms or 0, until_ms=wish.not_after_ms or FOR_EVER_MS,
            kind="still" if version.kind == "still" else "video", rating=wish.rating, tags=frozenset(wish.tags),
        )  # fmt: skip
        made.append((fit, wish))
    return made


def _shut_out(facts: ProgrammeFacts, slots: Sequence[Booked]) -> Hindered | None:
    """The first of the slots where each of them is shut out; None where something of any is shown."""
    found: list[Hindered] = []
    for one in hindered(facts, slots):
        if not one.is_shut_out or one.slot is not slots[len(found)]:
            return None
        found.append(one)
    return found[0] if found and len(found) == len(slots) else None


def _facts(connection: Connection, booking: Booking) -> Iterator[tuple[Screen, ProgrammeFacts]]:
    """The facts of each screen that was not taken down, with the booking's items alone and without bookings."""
    on = [screen for screen in screens.every(connection) if screen.id in booking.screens]
    known = {part.id: part for part in dayparts.every(connection)}
    conditions = {site.id: site.conditions for site in sites.every(connection)}
    held, wanted = rules.every(connection), eligible(connection, booking.items)
    for screen in on:
        scopes = touching(screen)
        yield (
            screen,
            ProgrammeFacts(
                zone=screen.zone,
                weights=Weights({}),
                house_groups=frozenset(),
                items={item.id: item for item, wish in wanted if wish.is_aimed_at(screen)},
                bookings=(),
                dayparts=known,
                rules=tuple(one.rule for one in held if one.scope in scopes),
                site=conditions.get(screen.site_id or "", NO_CONDITIONS),
            ),
        )


def _key(facts: ProgrammeFacts) -> tuple[object, ...]:
    """Equal for screens on which a booking fares alike."""
    return facts.zone, facts.rules, facts.site, frozenset(facts.items.values())


def _booked(booking: Booking, coming: Sequence[Occurrence]) -> list[Booked]:
    return [
        Booked(
            booking.id, booking.items, one.start_ms, one.end_ms, booking.state, booking.plays, one.position,
            title=booking.title,
        )
        for one in coming
    ]  # fmt: skip


def _held(connection: Connection, booking: Booking, was: Booking | None) -> set[tuple[str, int, int]]:
    if was is None or was.state == "provisional" or (was.items, was.plays) != (booking.items, booking.plays):
        return set()
    mine = slots_where(connection, bookings.c.id == booking.id)
    return {(slot.screen_id, slot.start_ms, slot.end_ms) for slot in mine}


def _refusal(
    connection: Connection, booking: Booking, screen: Screen, facts: ProgrammeFacts, one: Hindered, earliest_ms: int
) -> BookingRefused:
    slot = one.slot
    conflict = next(conflict for conflict in one.conflicts if conflict.code in DECIDED)
    around = every_between(connection, booking.screens, slot.start_ms - REACH_MS, slot.end_ms + REACH_MS)
    others = tuple(
        Booked(other.booking_id, other.items, other.start_ms, other.end_ms, other.state)
        for other in around
        if other.booking_id != booking.id
    )
    fit = conditioned(replace(facts, bookings=others))[0]
    wanted = tuple(fit.items[name] for name in slot.playing if name in fit.items)
    free_ms = nearest(fit, slot.end_ms - slot.start_ms, slot.start_ms, wanted) if wanted else ()
    first = facts.items.get(booking.items[0])
    return BookingRefused(
        N_("“%(booking)s” cannot be on “%(screen)s” at %(at)s. %(why)s"),
        tuple(at_ms for at_ms in free_ms if at_ms >= earliest_ms),
        booking=booking.title or (first.title if first else title_of(connection, booking.id)),
        screen=screen.name,
        at=iso(wall(screen.zone, slot.start_ms).replace(tzinfo=None)).replace("T", " "),
        why=_Why(conflict, screen.zone),
    )
