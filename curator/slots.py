"""Slots: each occurrence of each booking on each screen, as stored. Reads and searches; `bookings` makes them."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from curator.programme.booking import MOST_ITEMS, Plays, State
from curator.store import Connection
from curator.tables import booking_items, booking_slots, bookings
from curator.words import N_, Told

FURTHEST_MS = 370 * 86_400_000
"""How far ahead one may book, and how far free time is looked for."""
MOST_LISTED = 50_000
"""Slots read at once: as many as one booking may have. More are refused, never left out unsaid."""


class TooManySlots(Told):
    """More slots were asked for than are read at once."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One occurrence on one screen, in [start_ms, end_ms). `recurrence` is its local start as its recurrence gave it.

    `number` counts the occurrences of the booking from 0; `title` may be "": then the item says what it is.
    """

    booking_id: str
    screen_id: str
    items: tuple[str, ...]
    title: str
    state: State
    plays: Plays
    number: int
    is_premiere: bool
    start_ms: int
    end_ms: int
    recurrence: str
    is_recurring: bool

    @property
    def item_id(self) -> str:
        """The item it is known by: in a series the one that plays, else the first."""
        return self.items[self.number % len(self.items)] if self.plays == "series" else self.items[0]


def between(connection: Connection, screen_id: str, from_ms: int, to_ms: int) -> list[Slot]:
    """The slots on a screen that touch [from_ms, to_ms), of bookings that are not cancelled, in order.

    Raises TooManySlots.
    """
    return every_between(connection, [screen_id], from_ms, to_ms)


def every_between(connection: Connection, screen_ids: Collection[str], from_ms: int, to_ms: int) -> list[Slot]:
    """The slots on these screens that touch [from_ms, to_ms): by start, booking and screen. Raises TooManySlots."""
    wanted = (
        booking_slots.c.screen_id.in_(sorted(screen_ids)),
        booking_slots.c.start_ms < to_ms,
        booking_slots.c.end_ms > from_ms,
    )
    return slots_where(connection, *wanted)


def premieres_from(connection: Connection, screen_id: str, from_ms: int) -> list[Slot]:
    """The slots of premieres on a screen that begin at `from_ms` or later, in order, as far as they may be first plays.

    Those are the first `MOST_ITEMS` occurrences at most, since a series begins again after its last item.
    """
    return slots_where(
        connection, booking_slots.c.screen_id == screen_id, booking_slots.c.start_ms >= from_ms,
        booking_slots.c.position < MOST_ITEMS, bookings.c.is_premiere,
    )  # fmt: skip


def slots_where(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[Slot]:
    """The slots that meet the conditions (on `booking_slots` and `bookings`), of bookings that are not cancelled.

    Raises TooManySlots when they are more than `MOST_LISTED`.
    """
    query = (
        sa.select(
            booking_slots.c.booking_id, booking_slots.c.screen_id, booking_slots.c.position, booking_slots.c.start_ms,
            booking_slots.c.end_ms, booking_slots.c.recurrence, bookings.c.title, bookings.c.state, bookings.c.plays,
            bookings.c.is_premiere, sa.or_(bookings.c.rule != "", bookings.c.rdates != "[]").label("is_recurring"),
        )
        .join(bookings, booking_slots.c.booking_id == bookings.c.id)
        .where(bookings.c.cancelled_ms.is_(None), *conditions)
        .order_by(booking_slots.c.start_ms, booking_slots.c.booking_id, booking_slots.c.screen_id)
        .limit(MOST_LISTED + 1)
    )  # fmt: skip
    rows = connection.execute(query).all()
    if len(rows) > MOST_LISTED:
        raise TooManySlots(
            N_("These are more than %(most)s booked slots at once. Ask for less time or fewer screens."),
            most=MOST_LISTED,
        )
    of_bookings = items_of(connection, {row.booking_id for row in rows})
    # Thousands of them stand in a week of a large town: unpacked, a row costs half of what it does by its names.
    return [
        Slot(
            booking_id=booking_id, screen_id=screen_id, items=of_bookings[booking_id], title=title, state=state,
            plays=plays, number=position, is_premiere=is_premiere, start_ms=start_ms, end_ms=end_ms,
            recurrence=recurrence, is_recurring=bool(is_recurring),
        )
        for (
            booking_id, screen_id, position, start_ms, end_ms, recurrence, title, state, plays, is_premiere,
            is_recurring,
        ) in rows
    ]  # fmt: skip


def items_of(connection: Connection, booking_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The items of these bookings, in order."""
    query = (
        sa.select(booking_items.c.booking_id, booking_items.c.item_id)
        .where(booking_items.c.booking_id.in_(sorted(booking_ids)))
        .order_by(booking_items.c.booking_id, booking_items.c.position)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(query):
        found[row.booking_id] = (*found.get(row.booking_id, ()), row.item_id)
    return found


def taken(
    connection: Connection, screen_ids: Collection[str], from_ms: int, to_ms: int, *, but: str = ""
) -> list[tuple[int, int, str, str]]:
    """What confirmed and protected bookings, save `but`, hold there: start, end, booking and screen, by start."""
    columns = booking_slots.c
    query = (
        sa.select(columns.start_ms, columns.end_ms, columns.booking_id, columns.screen_id)
        .join(bookings, columns.booking_id == bookings.c.id)
        .where(
            bookings.c.cancelled_ms.is_(None), bookings.c.state != "provisional", bookings.c.id != but,
            columns.screen_id.in_(sorted(screen_ids)), columns.start_ms < to_ms, columns.end_ms > from_ms,
        )
        .order_by(columns.start_ms, columns.end_ms, columns.screen_id)
    )  # fmt: skip
    return [(row.start_ms, row.end_ms, row.booking_id, row.screen_id) for row in connection.execute(query)]


def nearest_free(
    connection: Connection, screen_ids: Collection[str], start_ms: int, length_ms: int, earliest_ms: int,
    *, but: str = "",
) -> tuple[int, ...]:  # fmt: skip
    """The starts nearest to `start_ms` of slots of that length free on all the screens: one before, one after, if any.

    Not before `earliest_ms`; what the booking `but` holds counts as free. `start_ms` alone when that is free.
    """
    latest_ms = max(start_ms, earliest_ms) + FURTHEST_MS
    before: tuple[int, ...] = ()
    free_ms = earliest_ms
    for begin_ms, end_ms in [
        *((slot[0], slot[1]) for slot in taken(connection, screen_ids, earliest_ms, latest_ms, but=but)),
        (latest_ms, latest_ms),
    ]:
        last_ms = begin_ms - length_ms
        if free_ms <= last_ms:
            if free_ms <= start_ms <= last_ms:
                return (start_ms,)
            if free_ms > start_ms:
                return (*before, free_ms)
            before = (last_ms,)
        free_ms = max(free_ms, end_ms)
    return before
