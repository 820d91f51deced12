"""Keeps booked local times true when the rules of time zones change: works out the coming slots again."""

import logging
from collections.abc import Callable

import sqlalchemy as sa

from curator import audit, bookings
from curator.programme import recurrence
from curator.programme.booking import Booking, iso
from curator.programme.hours import tzdata_version
from curator.slots import slots_where
from curator.store import Connection
from curator.tables import booking_slots, facts
from curator.tables import bookings as bookings_table

_FACT = "tzdata"
_LOG = logging.getLogger(__name__)


def follow(connection: Connection, *, now_ms: int, version: Callable[[], str] = tzdata_version) -> list[str]:
    """Works out every coming slot again if the zones' rules are another edition; gives the ids of moved bookings.

    What has begun stays. A booking whose local times cannot be worked out any more is left as it was, with a log line.
    """
    edition = version()
    before = connection.execute(sa.select(facts.c.value).where(facts.c.name == _FACT)).scalar()
    if before == edition:
        return []
    connection.execute(facts.delete().where(facts.c.name == _FACT))
    connection.execute(facts.insert().values(name=_FACT, value=edition))
    moved = [one.id for one in bookings.uncancelled(connection, after_ms=now_ms) if _moved(connection, one, now_ms)]
    if moved:
        _LOG.warning("time zones' rules are now %s (were %s): bookings moved: %s", edition, before, ", ".join(moved))
    for booking_id in moved:
        audit.record(
            connection, now_ms, None, "booking.moved", f"booking:{booking_id}", tzdata=edition, before=before or ""
        )
    return moved


def _moved(connection: Connection, booking: Booking, now_ms: int) -> bool:
    """Stores the booking's slots anew when they are other ones now, and says whether they were."""
    kept = bookings.begun(connection, booking, now_ms)
    coming = slots_where(connection, bookings_table.c.id == booking.id, booking_slots.c.start_ms >= now_ms)
    try:
        found = recurrence.occurrences(booking)
    except recurrence.BadRecurrence as bad:
        _LOG.warning("the booking %s stays as it was under older time zones' rules: %s", booking.id, bad.sentence)
        return False
    been = {slot.recurrence for slot in kept}
    wanted = [one for one in found if one.start_ms >= now_ms and iso(one.recurrence) not in been]
    then = {(slot.screen_id, slot.recurrence, slot.start_ms, slot.end_ms) for slot in coming}
    now = {
        (screen_id, iso(one.recurrence), one.start_ms, one.end_ms) for one in wanted for screen_id in booking.screens
    }
    if then == now:
        return False
    bookings.store_slots(connection, booking, kept, wanted)
    return True
