"""Calendars of screens and groups: which bookings they list, and what an imported file would do to a draft.

A public calendar lists what is settled and may be known: confirmed bookings of approved items that are not under an
embargo. The full one is for programmers and comes back unchanged.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa

from curator import bookings, drafts, groups, library, screens
from curator.drafts import ChangeRefused, Draft
from curator.ids import new_id
from curator.library import Item
from curator.programme.booking import Booking
from curator.programme.calendar_files import Listed, called
from curator.programme.calendar_import import Known, Place, Row
from curator.programme.calendar_reading import BadCalendar
from curator.programme.changes import BookingCancelled, BookingPut, Change
from curator.screens import Screen
from curator.store import Connection, taken_back
from curator.tables import bookings as booking_rows
from curator.tables import items as item_rows
from curator.words import N_

MOST_LISTED = 1_000
"""How many bookings a calendar lists: those that end last are left out first."""
KEPT_MS = 31 * 86_400_000
"""How long a calendar still lists what is over."""
EVER_MS = 3 * 366 * 86_400_000
"""How far back an imported event finds its booking."""
MOST_NAMED = 3
"""How many items a public calendar names in a line."""


def public_of_screen(connection: Connection, screen: Screen, now_ms: int) -> list[Listed]:
    """What a screen's public calendar lists."""
    found = bookings.uncancelled(connection, after_ms=now_ms - KEPT_MS)
    return _public(connection, [one for one in found if screen.id in one.screens], now_ms, {screen.id: screen})


def public_of_group(connection: Connection, group: groups.Group, now_ms: int) -> list[Listed]:
    """What a group's public calendar lists: the bookings in which one of its items plays, on whichever screen."""
    found = bookings.uncancelled(connection, after_ms=now_ms - KEPT_MS)
    mine = {item.id for item in _items(connection, found) if item.group_id == group.id}
    standing = {screen.id: screen for screen in screens.every(connection)}
    return _public(connection, [one for one in found if mine.intersection(one.items)], now_ms, standing)


def full_of_screen(connection: Connection, screen: Screen, now_ms: int) -> list[Listed]:
    """Every booking on a screen, for a programmer."""
    found = bookings.uncancelled(connection, after_ms=now_ms - KEPT_MS)
    mine = _first([one for one in found if screen.id in one.screens])
    known = {item.id: item for item in _items(connection, mine)}
    titles = {item.id: item.title for item in known.values()}
    slugs = {one.id: one.slug for one in screens.every(connection)}
    changed = _changed(connection, mine)
    return [
        Listed(
            one, called(one, titles), _groups(one, known), tuple(slugs[it] for it in one.screens if it in slugs),
            screen.place, changed[one.id],
        )
        for one in mine
    ]  # fmt: skip


def known_to(connection: Connection, screen: Screen, account_id: str, uids: Collection[str], now_ms: int) -> Known:
    """What a file imported for a screen is held against: the bookings of its UIDs as somebody's draft leaves them."""
    by_uid = {one.uid: one for one in bookings.uncancelled(connection, after_ms=now_ms - EVER_MS) if one.uid in uids}
    query = sa.select(booking_rows.c.uid).where(booking_rows.c.cancelled_ms.is_not(None))
    gone = {uid for uid in connection.execute(query).scalars() if uid in uids}
    draft = drafts.of(connection, account_id)
    for change in draft.changes if draft else ():
        if isinstance(change, BookingPut) and change.booking.uid in uids:
            by_uid[change.booking.uid] = change.booking
        elif isinstance(change, BookingCancelled):
            cancelled = {uid for uid, one in by_uid.items() if one.id == change.booking_id}
            gone |= cancelled
            by_uid = {uid: one for uid, one in by_uid.items() if uid not in cancelled}
    items = {item.id: item.title for item in approved_items(connection)}
    places = tuple(_place(one) for one in screens.every(connection))
    titles = {item.id: item.title for item in _items(connection, by_uid.values())}
    return Known(_place(screen), places, items, titles, by_uid, frozenset(gone) - frozenset(by_uid))


def approved_items(connection: Connection) -> list[Item]:
    """What an imported event may name: the items that may be booked."""
    found = library.playable_items(connection)
    return [item for item in found if _is_approved(item)]


def tried(
    connection: Connection, account_id: str, rows: Sequence[Row], *, now_ms: int, lead_ms: int
) -> list[Row]:  # fmt: skip
    """The rows; those whose change cannot be made on top of somebody's draft are refused. Changes nothing.

    Raises BadCalendar when the draft itself can no longer be made.
    """
    draft = drafts.of(connection, account_id)
    refused: dict[int, ChangeRefused] = {}
    with taken_back(connection):
        _lay_draft(connection, draft, account_id, now_ms, lead_ms)
        for row in _in_order(rows):
            try:
                with connection.begin_nested():
                    drafts.apply(connection, _changes([row]), now_ms=now_ms, lead_ms=lead_ms, by=account_id)
            except ChangeRefused as why:
                refused[row.line] = why
    return [
        replace(row, kind="refused", change=None, why=refused[row.line]) if row.line in refused else row
        for row in rows
    ]  # fmt: skip


def put_into_draft(
    connection: Connection, account_id: str, rows: Sequence[Row], *, now_ms: int, lead_ms: int
) -> Draft:  # fmt: skip
    """Adds all the rows' changes to somebody's draft, or none: raises ChangeRefused, DraftFull."""
    return drafts.add(connection, account_id, _changes(_in_order(rows)), now_ms=now_ms, lead_ms=lead_ms)


def _lay_draft(connection: Connection, draft: Draft | None, account_id: str, now_ms: int, lead_ms: int) -> None:
    try:
        drafts.apply(connection, draft.changes if draft else (), now_ms=now_ms, lead_ms=lead_ms, by=account_id)
    except ChangeRefused as why:
        raise BadCalendar(
            N_("A change in your draft can no longer be made. Open your draft and mend it, then import this file.")
        ) from why


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """The rows that change something; what is cancelled makes room first."""
    return sorted((row for row in rows if row.change is not None), key=lambda row: (row.kind != "cancelled", row.line))


def _changes(rows: Sequence[Row]) -> list[Change]:
    """Their changes. A new booking gets an id, so that several of them are told apart."""
    return [
        BookingPut(replace(row.change.booking, id=row.change.booking.id or new_id()))
        if isinstance(row.change, BookingPut)
        else row.change
        for row in rows
        if row.change is not None
    ]


def _public(
    connection: Connection, found: list[Booking], now_ms: int, standing: dict[str, Screen]
) -> list[Listed]:  # fmt: skip
    settled = [one for one in found if one.state != "provisional" and set(one.screens) & set(standing)]
    known = {item.id: item for item in _items(connection, settled) if _is_approved(item)}
    hidden = _under_embargo(connection, known, now_ms)
    open_ones = _first([one for one in settled if set(one.items) <= set(known) - hidden])
    changed = _changed(connection, open_ones)
    listed = []
    for one in open_ones:
        on = [standing[it] for it in one.screens if it in standing]
        # A booking's own title may be a note among programmers: passers-by read what they will see.
        titles = list(dict.fromkeys(known[it].title for it in one.items))
        summary = " · ".join(titles[:MOST_NAMED]) + (" …" if len(titles) > MOST_NAMED else "")
        place = "; ".join(dict.fromkeys(screen.name for screen in on))
        listed.append(
            Listed(one, summary, _groups(one, known), tuple(screen.slug for screen in on), place, changed[one.id])
        )
    return listed


def _under_embargo(connection: Connection, items: Collection[str], now_ms: int) -> set[str]:
    early = sa.select(item_rows.c.id).where(item_rows.c.not_before_ms > now_ms)
    return {item_id for item_id in connection.execute(early).scalars() if item_id in items}


def _first(found: list[Booking]) -> list[Booking]:
    return sorted(found, key=lambda one: (one.starts, one.id))[:MOST_LISTED]


def _items(connection: Connection, found: Collection[Booking]) -> list[Item]:
    wanted = sorted({item_id for one in found for item_id in one.items})
    return library.items_where(connection, item_rows.c.id.in_(wanted), most=len(wanted) + 1)


def _is_approved(item: Item) -> bool:
    return item.approved is not None and item.approved.state == "approved"


def _groups(booking: Booking, known: dict[str, Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(known[item_id].group_name for item_id in booking.items if item_id in known))


def _changed(connection: Connection, found: Sequence[Booking]) -> dict[str, int]:
    """When each booking was changed last, UTC ms by id."""
    rows = sa.select(booking_rows.c.id, booking_rows.c.changed_ms)
    wanted = [one.id for one in found]
    return {row.id: row.changed_ms for row in connection.execute(rows.where(booking_rows.c.id.in_(wanted)))}


def _place(screen: Screen) -> Place:
    return Place(screen.id, screen.slug, screen.name, screen.zone)
