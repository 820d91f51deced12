"""Applies one change of a programmer's to what is stored, through the functions that refuse what cannot be."""

from typing import assert_never

from curator import air_time, bookings, promises
from curator.programme.changes import BookingCancelled, BookingPut, Change, PromisePut, WeightPut
from curator.store import Connection
from curator.words import N_, Told


class NotThere(Told):
    """A change of something that is no longer there."""


def apply_change(connection: Connection, change: Change, *, now_ms: int, lead_ms: int, by: str | None) -> None:
    """Stores what `change` says, with its audit row. Raises a Told error, and has then changed nothing."""
    match change:
        case BookingPut(booking):
            bookings.put(connection, booking, now_ms=now_ms, lead_ms=lead_ms, by=by)
        case BookingCancelled(booking_id):
            if bookings.cancel(connection, booking_id, now_ms=now_ms, by=by) is None:
                raise NotThere(N_("There is no booking “%(id)s”."), id=booking_id)
        case WeightPut(scope, group_id, daypart_id, weight):
            air_time.put(connection, scope, group_id, daypart_id, weight, now_ms=now_ms, by=by)
        case PromisePut(scope, group_id, daypart_id, every_ms):
            promises.put(connection, scope, group_id, daypart_id, every_ms, now_ms=now_ms, by=by)
        case _ as never:
            assert_never(never)
