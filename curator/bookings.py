"""Bookings: an item at a certain time on a certain screen, exact to the millisecond. Refusals say what would go."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit, library
from curator.ids import new_id
from curator.store import Connection
from curator.tables import bookings
from curator.words import N_, Told

LONGEST_MS = 24 * 3_600_000
FURTHEST_MS = 370 * 86_400_000
"""How far ahead one may book."""
MOST_LISTED = 2_000


class BookingRefused(Told):
    """A booking that cannot be made. `free_ms` are the nearest instants at which as long a slot would be free."""

    def __init__(self, sentence: str, free_ms: tuple[int, ...] = (), **values: object) -> None:
        """`sentence` and `values` as for any Told error."""
        super().__init__(sentence, **values)
        self.free_ms = free_ms


@dataclass(frozen=True, slots=True)
class Booking:
    """A booked slot [start_ms, end_ms) on a screen; `cancelled_ms` when it no longer counts."""

    id: str
    screen_id: str
    item_id: str
    start_ms: int
    end_ms: int
    created_by: str | None
    created_ms: int
    cancelled_ms: int | None


def book(
    connection: Connection,
    *,
    screen_id: str,
    item_id: str,
    start_ms: int,
    length_ms: int | None,
    now_ms: int,
    lead_ms: int,
    by: str,
) -> Booking:
    """Books an item for `length_ms` (None: once, its own length). It repeats whole while it fits; the rest is filler.

    Raises BookingRefused when the item is not approved, the slot is shorter than the item, too long, too soon, too far
    ahead or not free.
    """
    item = library.item(connection, item_id)
    version = item.approved if item else None
    if item is None or version is None or version.state != "approved":
        raise BookingRefused(N_("This item is not approved, so it cannot be booked."))
    slot_ms = version.duration_ms if length_ms is None else length_ms
    if slot_ms < version.duration_ms:
        raise BookingRefused(
            N_("“%(title)s” takes %(seconds)s seconds; the slot is shorter. Book at least that."),
            title=item.title, seconds=-(-version.duration_ms // 1000),
        )  # fmt: skip
    if slot_ms > LONGEST_MS:
        raise BookingRefused(N_("A booking is at most %(hours)s hours long."), hours=LONGEST_MS // 3_600_000)
    _refuse_instant(connection, screen_id, start_ms, slot_ms, now_ms, lead_ms)
    made = Booking(new_id(), screen_id, item_id, start_ms, start_ms + slot_ms, by, now_ms, None)
    connection.execute(
        bookings.insert().values(
            id=made.id, screen_id=screen_id, item_id=item_id, start_ms=made.start_ms, end_ms=made.end_ms,
            created_by=by, created_ms=now_ms, cancelled_ms=None,
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, by, "booking.make", f"booking:{made.id}",
        screen=screen_id, item=item_id, start_ms=made.start_ms, end_ms=made.end_ms,
    )  # fmt: skip
    return made


def cancel(connection: Connection, booking_id: str, *, now_ms: int, by: str) -> Booking | None:
    """Cancels a booking and gives it as it was; None when there is none. Harmless when done twice."""
    found = get(connection, booking_id)
    if found is not None and found.cancelled_ms is None:
        connection.execute(bookings.update().where(bookings.c.id == booking_id).values(cancelled_ms=now_ms))
        audit.record(
            connection, now_ms, by, "booking.cancel", f"booking:{booking_id}",
            screen=found.screen_id, item=found.item_id, start_ms=found.start_ms,
        )  # fmt: skip
    return found


def get(connection: Connection, booking_id: str) -> Booking | None:
    """One booking, or None."""
    row = connection.execute(sa.select(bookings).where(bookings.c.id == booking_id)).mappings().first()
    return Booking(**row) if row else None


def between(connection: Connection, screen_id: str, from_ms: int, to_ms: int) -> list[Booking]:
    """The bookings on a screen that touch [from_ms, to_ms) and are not cancelled, in order."""
    query = (
        sa.select(bookings)
        .where(
            bookings.c.screen_id == screen_id,
            bookings.c.cancelled_ms.is_(None),
            bookings.c.start_ms < to_ms,
            bookings.c.end_ms > from_ms,
        )
        .order_by(bookings.c.start_ms, bookings.c.id)
        .limit(MOST_LISTED)
    )
    return [Booking(**row) for row in connection.execute(query).mappings()]


def nearest_free(
    connection: Connection, screen_id: str, start_ms: int, length_ms: int, earliest_ms: int
) -> tuple[int, ...]:
    """The starts nearest to `start_ms` of free slots of that length: one before, one after, if there are any."""
    taken = between(connection, screen_id, earliest_ms, max(start_ms, earliest_ms) + FURTHEST_MS)
    starts = sorted({earliest_ms, *(slot.end_ms for slot in taken), *(slot.start_ms - length_ms for slot in taken)})
    free = [
        at_ms
        for at_ms in starts
        if at_ms >= earliest_ms and not any(slot.start_ms < at_ms + length_ms and at_ms < slot.end_ms for slot in taken)
    ]
    before = [at_ms for at_ms in free if at_ms < start_ms][-1:]
    return (*before, *[at_ms for at_ms in free if at_ms > start_ms][:1])


def _refuse_instant(
    connection: Connection, screen_id: str, start_ms: int, length_ms: int, now_ms: int, lead_ms: int
) -> None:
    earliest_ms = now_ms + lead_ms
    if start_ms < earliest_ms:
        # A slot offered has to be free still when somebody has read about it and pressed the button.
        soon_ms = -(-(earliest_ms + 60_000) // 60_000) * 60_000
        raise BookingRefused(
            N_("That is past, or too soon: screens need %(seconds)s seconds to hear of a change."),
            nearest_free(connection, screen_id, start_ms, length_ms, soon_ms), seconds=lead_ms // 1000,
        )  # fmt: skip
    if start_ms > now_ms + FURTHEST_MS:
        raise BookingRefused(N_("That is more than a year ahead."))
    clash = between(connection, screen_id, start_ms, start_ms + length_ms)
    if clash:
        other = library.item(connection, clash[0].item_id)
        raise BookingRefused(
            N_("That time is taken by the booking of “%(title)s”."),
            nearest_free(connection, screen_id, start_ms, length_ms, earliest_ms),
            title=other.title if other else clash[0].item_id,
        )
