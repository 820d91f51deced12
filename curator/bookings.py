"""Bookings: items at certain times on certain screens, once or again and again, exact to the millisecond.

What has been, or begins before screens can hear of a change, is never changed by an edit.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from content.canonical import Json
from curator import audit, library, screens
from curator.booking_checks import (
    BookingRefused,
    past,
    refuse_instants,
    refuse_items,
    refuse_screens,
    refuse_too_many,
    tidy,
)
from curator.ids import new_id
from curator.programme import recurrence
from curator.programme.booking import LONGEST_MS, Booking, Override, iso
from curator.programme.hours import ms_of, wall
from curator.programme.recurrence import BadRecurrence, Occurrence
from curator.slot_checks import refuse_shut_out
from curator.slots import FURTHEST_MS, Slot, between, every_between, nearest_free, slots_where
from curator.store import Connection
from curator.tables import booking_items, booking_screens, booking_slots, bookings
from curator.words import N_

__all__ = [
    "FURTHEST_MS", "LONGEST_MS", "BadRecurrence", "BookingRefused", "Slot", "Stored", "begun", "between", "book",
    "cancel", "every_between", "get", "nearest_free", "put", "stored", "uncancelled",
]  # fmt: skip

MOST_TOLD = 20
"""How many screens, items or slots an audit row names."""
_ID = re.compile(r"[a-z0-9]{1,32}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A booking as it is kept, cancelled or not."""

    booking: Booking
    created_by: str | None
    created_ms: int
    changed_ms: int
    cancelled_ms: int | None


def put(connection: Connection, booking: Booking, *, now_ms: int, lead_ms: int, by: str | None) -> Booking:
    """Makes a booking (`id` "" or not known yet) or gives one a new shape; gives it as it is stored, slots and all.

    Raises BookingRefused, or BadRecurrence, and changes nothing then. What begins before `now_ms + lead_ms` stays.
    """
    booking = tidy(booking)
    was = stored(connection, booking.id) if booking.id else None
    if was is not None and was.booking == replace(booking, uid=was.booking.uid, sequence=was.booking.sequence):
        return was.booking
    booking = _named(booking, was)
    refuse_screens(connection, booking, known=was.booking.screens if was else ())
    refuse_items(connection, booking, known=was.booking.items if was else ())
    recurrence.check(booking)
    kept = begun(connection, booking, now_ms + lead_ms)
    coming = _coming(connection, booking, kept, now_ms, lead_ms)
    refuse_too_many(booking, kept, coming)
    refuse_instants(connection, booking, coming, now_ms, lead_ms)
    refuse_shut_out(connection, booking, was.booking if was else None, coming, now_ms + lead_ms)
    _store(connection, booking, is_new=was is None, now_ms=now_ms, by=by)
    store_slots(connection, booking, kept, coming)
    audit.record(
        connection, now_ms, by, "booking.change" if was else "booking.make", f"booking:{booking.id}",
        screens=list(booking.screens[:MOST_TOLD]), items=list(booking.items[:MOST_TOLD]), state=booking.state,
        starts=iso(booking.starts), zone=booking.zone, length_ms=booking.length_ms, rule=booking.rule,
    )  # fmt: skip
    return booking


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
) -> Slot:
    """Books an item once on one screen, for `length_ms` (None: its own length). Raises BookingRefused as `put` does."""
    screen, item = screens.get(connection, screen_id), library.item(connection, item_id)
    version = item.approved if item else None
    if version is None or version.state != "approved":
        raise BookingRefused(N_("This item is not approved, so it cannot be booked."))
    zone = screen.zone if screen else "UTC"
    local = wall(zone, start_ms)
    if ms_of(local.replace(fold=0)) != start_ms:  # the second of two equal local times
        zone, local = "UTC", wall("UTC", start_ms)
    made = put(
        connection,
        Booking(
            id="", uid="", title="", items=(item_id,), screens=(screen_id,), state="confirmed", zone=zone,
            starts=local.replace(tzinfo=None), length_ms=version.duration_ms if length_ms is None else length_ms,
        ),
        now_ms=now_ms, lead_ms=lead_ms, by=by,
    )  # fmt: skip
    return slots_where(connection, bookings.c.id == made.id)[0]


def cancel(connection: Connection, booking_id: str, *, now_ms: int, by: str | None) -> Booking | None:
    """Cancels a booking with all its occurrences, and gives it; None when there is none. Harmless when done twice."""
    found = stored(connection, booking_id)
    if found is None:
        return None
    if found.cancelled_ms is None:
        connection.execute(bookings.update().where(bookings.c.id == booking_id).values(cancelled_ms=now_ms))
        booking = found.booking
        audit.record(
            connection, now_ms, by, "booking.cancel", f"booking:{booking_id}",
            screens=list(booking.screens[:MOST_TOLD]), items=list(booking.items[:MOST_TOLD]),
            starts=iso(booking.starts), zone=booking.zone,
        )  # fmt: skip
    return found.booking


def get(connection: Connection, booking_id: str) -> Booking | None:
    """One booking; None when there is none or it is cancelled."""
    found = stored(connection, booking_id)
    return found.booking if found is not None and found.cancelled_ms is None else None


def stored(connection: Connection, booking_id: str) -> Stored | None:
    """One booking, cancelled or not, or None."""
    return next(iter(_every(connection, bookings.c.id == booking_id)), None)


def uncancelled(connection: Connection, *, after_ms: int) -> list[Booking]:
    """The bookings with an occurrence that ends after `after_ms`, by id."""
    coming = sa.select(booking_slots.c.booking_id).where(booking_slots.c.end_ms > after_ms)
    found = _every(connection, bookings.c.cancelled_ms.is_(None), bookings.c.id.in_(coming))
    return [one.booking for one in found]


def begun(connection: Connection, booking: Booking, earliest_ms: int) -> list[Slot]:
    """The slots of a booking that an edit leaves alone: begun before `earliest_ms`, not taken out while they run."""
    mine = slots_where(connection, bookings.c.id == booking.id, booking_slots.c.start_ms < earliest_ms)
    taken_out = {iso(one) for one in booking.exdates}
    return [slot for slot in mine if slot.end_ms <= earliest_ms or slot.recurrence not in taken_out]


def store_slots(connection: Connection, booking: Booking, kept: Sequence[Slot], coming: Sequence[Occurrence]) -> None:
    """Stores anew which slots a booking has: the ones `kept`, and the coming ones on each of its screens."""
    connection.execute(booking_slots.delete().where(booking_slots.c.booking_id == booking.id))
    rows: list[dict[str, object]] = [
        {
            "booking_id": booking.id, "screen_id": slot.screen_id, "recurrence": slot.recurrence,
            "position": slot.number, "start_ms": slot.start_ms, "end_ms": slot.end_ms,
        }
        for slot in kept
    ]  # fmt: skip
    rows += [
        {
            "booking_id": booking.id, "screen_id": screen_id, "recurrence": iso(one.recurrence),
            "position": one.position, "start_ms": one.start_ms, "end_ms": one.end_ms,
        }
        for one in coming
        for screen_id in booking.screens
    ]  # fmt: skip
    if rows:
        connection.execute(booking_slots.insert(), rows)


def _named(booking: Booking, was: Stored | None) -> Booking:
    if was is not None and was.cancelled_ms is not None:
        raise BookingRefused(N_("This booking was cancelled. Make a new one."))
    if was is not None:
        return replace(booking, uid=was.booking.uid, sequence=max(was.booking.sequence + 1, booking.sequence))
    if booking.id and not _ID.fullmatch(booking.id):
        raise BookingRefused(N_("There is no booking “%(id)s”."), id=booking.id)
    booking_id = booking.id or new_id()
    return replace(booking, id=booking_id, uid=booking.uid or f"{booking_id}@commonscreen")


def _coming(
    connection: Connection, booking: Booking, kept: Sequence[Slot], now_ms: int, lead_ms: int
) -> list[Occurrence]:
    """The occurrences still to begin. Raises BookingRefused when there are none, or one that has begun would change."""
    found = recurrence.occurrences(booking)
    was = {slot.recurrence: slot for slot in kept}
    is_once = len(found) == 1
    moved = {one.recurrence for one in booking.overrides}
    coming = []
    for one in found:
        slot = was.get(iso(one.recurrence))
        if slot is None and one.start_ms >= now_ms + lead_ms:
            coming.append(one)
        is_other = slot is not None and (slot.start_ms, slot.end_ms) != (one.start_ms, one.end_ms)
        if is_other and (is_once or one.recurrence in moved):
            raise BookingRefused(N_("What has begun stays as it was. Cancel it, or make another booking."))
    if not coming and not any(slot.end_ms > now_ms for slot in kept):
        if is_once:
            raise past(connection, booking, found[0], now_ms, lead_ms)
        raise BookingRefused(N_("No occurrence is left: all of them are past, or too soon."))
    if is_once and kept and coming:
        raise BookingRefused(N_("What has begun stays as it was. Cancel it, or make another booking."))
    return coming


def _store(connection: Connection, booking: Booking, *, is_new: bool, now_ms: int, by: str | None) -> None:
    values: dict[str, object] = {
        "uid": booking.uid, "title": booking.title, "state": booking.state, "zone": booking.zone,
        "starts": iso(booking.starts), "length_ms": booking.length_ms, "rule": booking.rule,
        "rdates": _dates(booking.rdates), "exdates": _dates(booking.exdates),
        "overrides": json.dumps([one.as_json() for one in booking.overrides]), "plays": booking.plays,
        "is_premiere": booking.is_premiere, "sequence": booking.sequence, "changed_ms": now_ms,
    }  # fmt: skip
    if is_new:
        connection.execute(bookings.insert().values(id=booking.id, created_by=by, created_ms=now_ms, **values))
    else:
        connection.execute(bookings.update().where(bookings.c.id == booking.id).values(**values))
        for table in (booking_screens, booking_items):
            connection.execute(table.delete().where(table.c.booking_id == booking.id))
    connection.execute(
        booking_screens.insert(), [{"booking_id": booking.id, "screen_id": one} for one in booking.screens]
    )
    connection.execute(
        booking_items.insert(),
        [{"booking_id": booking.id, "position": place, "item_id": one} for place, one in enumerate(booking.items)],
    )


def _dates(dates: Sequence[datetime]) -> str:
    rows: list[Json] = [iso(one) for one in dates]
    return json.dumps(rows)


def _every(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[Stored]:
    rows = connection.execute(sa.select(bookings).where(*conditions).order_by(bookings.c.id)).mappings().all()
    ids = [row["id"] for row in rows]
    on = _grouped(connection, sa.select(booking_screens).order_by(booking_screens.c.screen_id), booking_screens, ids)
    play = _grouped(connection, sa.select(booking_items).order_by(booking_items.c.position), booking_items, ids)
    return [_stored(row, on, play) for row in rows]


def _grouped(
    connection: Connection, query: sa.Select[tuple[object, ...]], table: sa.Table, ids: list[str]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    column = "screen_id" if table is booking_screens else "item_id"
    for row in connection.execute(query.where(table.c.booking_id.in_(ids))).mappings():
        found[row["booking_id"]] = (*found.get(row["booking_id"], ()), row[column])
    return found


def _stored(row: sa.RowMapping, on: Mapping[str, tuple[str, ...]], play: Mapping[str, tuple[str, ...]]) -> Stored:
    overrides = [
        Override(datetime.fromisoformat(at), datetime.fromisoformat(starts), length_ms)
        for at, starts, length_ms in json.loads(row["overrides"])
    ]
    booking = Booking(
        id=row["id"], uid=row["uid"], title=row["title"], items=play.get(row["id"], ()),
        screens=on.get(row["id"], ()), state=row["state"], zone=row["zone"],
        starts=datetime.fromisoformat(row["starts"]), length_ms=row["length_ms"], rule=row["rule"],
        rdates=tuple(datetime.fromisoformat(at) for at in json.loads(row["rdates"])),
        exdates=tuple(datetime.fromisoformat(at) for at in json.loads(row["exdates"])), overrides=tuple(overrides),
        plays=row["plays"], is_premiere=row["is_premiere"], sequence=row["sequence"],
    )  # fmt: skip
    return Stored(booking, row["created_by"], row["created_ms"], row["changed_ms"], row["cancelled_ms"])
