"""What stands in the way of a booking. Each refusal names the rule and what is in the way; stores nothing."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from curator import library, screens
from curator.programme.booking import LONGEST_MS, LONGEST_TITLE, MOST_ITEMS, MOST_SCREENS, Booking, iso
from curator.programme.hours import wall
from curator.programme.recurrence import Occurrence
from curator.slots import FURTHEST_MS, MOST_LISTED, Slot, items_of, nearest_free, taken
from curator.store import Connection
from curator.tables import bookings, items
from curator.words import N_, Told

MOST_SLOTS = MOST_LISTED
"""Occurrences times screens of one booking, with what has been: they can always be read at once."""


class BookingRefused(Told):
    """A booking that cannot be made. `free_ms` are the nearest instants at which as long a slot would be free."""

    def __init__(self, sentence: str, free_ms: tuple[int, ...] = (), **values: object) -> None:
        """`sentence` and `values` as for any Told error."""
        super().__init__(sentence, **values)
        self.free_ms = free_ms


def tidy(booking: Booking) -> Booking:
    """The booking without stray spaces, and each screen once. Raises BookingRefused when a part is missing or long."""
    booking = replace(booking, title=booking.title.strip(), screens=tuple(sorted(set(booking.screens))))
    if not 1 <= len(booking.items) <= MOST_ITEMS:
        raise BookingRefused(N_("A booking has 1 to %(most)s items."), most=MOST_ITEMS)
    if not 1 <= len(booking.screens) <= MOST_SCREENS:
        raise BookingRefused(N_("A booking is on 1 to %(most)s screens."), most=MOST_SCREENS)
    if len(booking.title) > LONGEST_TITLE:
        raise BookingRefused(N_("The title of a booking has at most %(most)s characters."), most=LONGEST_TITLE)
    longest = max(booking.length_ms, *(one.length_ms for one in booking.overrides), 0)
    if longest > LONGEST_MS:
        raise BookingRefused(N_("A booking is at most %(hours)s hours long."), hours=LONGEST_MS // 3_600_000)
    return booking


def refuse_screens(connection: Connection, booking: Booking, *, known: Iterable[str]) -> None:
    """Raises BookingRefused for a screen that is not there; one it was on (`known`) may have been taken down."""
    standing = {screen.id for screen in screens.every(connection)} | set(known)
    for screen_id in booking.screens:
        if screen_id not in standing:
            raise BookingRefused(N_("There is no screen “%(screen)s”, or it was taken down."), screen=screen_id)


def refuse_items(connection: Connection, booking: Booking, *, known: Iterable[str]) -> None:
    """Raises BookingRefused for items that are not approved (save those it had, `known`), or too long for its slots."""
    wanted = set(booking.items)
    found = {item.id: item for item in library.items_where(connection, items.c.id.in_(sorted(wanted)), most=MOST_ITEMS)}
    lengths: dict[str, int] = {}
    for item_id in wanted:
        item = found.get(item_id)
        version = item.approved if item else None
        if version is not None and version.state == "approved":
            lengths[item_id] = version.duration_ms
        elif item_id not in set(known):
            raise BookingRefused(
                N_("“%(title)s” is not approved, so it cannot be booked."), title=item.title if item else item_id
            )
    _refuse_long(booking, lengths, {item.id: item.title for item in found.values()})


def _refuse_long(booking: Booking, lengths: Mapping[str, int], titles: Mapping[str, str]) -> None:
    slot_ms = min(booking.length_ms, *(one.length_ms for one in booking.overrides), LONGEST_MS)
    for item_id in booking.items:
        if lengths.get(item_id, 0) > slot_ms:
            raise BookingRefused(
                N_("“%(title)s” takes %(seconds)s seconds; the slot is shorter. Book at least that."),
                title=titles[item_id], seconds=-(-lengths[item_id] // 1000),
            )  # fmt: skip
    whole_ms = sum(lengths.get(item_id, 0) for item_id in booking.items)
    if booking.plays == "each" and whole_ms > slot_ms:
        raise BookingRefused(
            N_("The items take %(seconds)s seconds together; the slot is shorter. Book at least that."),
            seconds=-(-whole_ms // 1000),
        )


def refuse_too_many(booking: Booking, kept: Sequence[Slot], coming: Sequence[Occurrence]) -> None:
    """Raises BookingRefused when what it keeps and what is to come are too many slots."""
    count = len(kept) + len(coming) * len(booking.screens)
    if count > MOST_SLOTS:
        raise BookingRefused(
            N_("This booking has %(count)s slots on all its screens; at most %(most)s are kept. End it sooner."),
            count=count, most=MOST_SLOTS,
        )  # fmt: skip


def refuse_instants(
    connection: Connection, booking: Booking, coming: Sequence[Occurrence], now_ms: int, lead_ms: int
) -> None:
    """Raises BookingRefused when the first of the coming occurrences is too far ahead, or one is taken."""
    if coming and coming[0].start_ms > now_ms + FURTHEST_MS:
        raise BookingRefused(N_("That is more than a year ahead."))
    if booking.state != "provisional":
        _refuse_taken(connection, booking, coming, now_ms + lead_ms)


def past(connection: Connection, booking: Booking, at: Occurrence, now_ms: int, lead_ms: int) -> BookingRefused:
    """The refusal for a time that is past, or sooner than screens hear of it."""
    # A slot offered has to be free still when somebody has read about it and pressed the button.
    soon_ms = -(-(now_ms + lead_ms + 60_000) // 60_000) * 60_000
    free = nearest_free(
        connection, booking.screens, at.start_ms, at.end_ms - at.start_ms, soon_ms, but=booking.id
    )  # fmt: skip
    return BookingRefused(
        N_("That is past, or too soon: screens need %(seconds)s seconds to hear of a change."),
        free, seconds=lead_ms // 1000,
    )  # fmt: skip


def _refuse_taken(connection: Connection, booking: Booking, coming: Sequence[Occurrence], earliest_ms: int) -> None:
    """Provisional bookings may overlap others; what is firm may not."""
    if not coming:
        return
    begins, last_ms = [one.start_ms for one in coming], max(one.end_ms for one in coming)
    for start_ms, end_ms, other_id, screen_id in taken(connection, booking.screens, begins[0], last_ms, but=booking.id):
        # Occurrences of one booking do not overlap: only the last that begins before `end_ms` can be in the way.
        place = bisect_left(begins, end_ms) - 1
        if place < 0 or coming[place].end_ms <= start_ms:
            continue
        one = coming[place]
        raise BookingRefused(
            N_("That time is taken: “%(screen)s” has the booking of “%(title)s” at %(at)s."),
            nearest_free(
                connection, booking.screens, one.start_ms, one.end_ms - one.start_ms, earliest_ms, but=booking.id
            ),
            title=title_of(connection, other_id),
            screen=_screen_name(connection, screen_id),
            at=iso(wall(booking.zone, start_ms).replace(tzinfo=None)).replace("T", " "),
        )


def title_of(connection: Connection, booking_id: str) -> str:
    """What a booking is called: its title, or its first item's, or its id."""
    title = connection.execute(sa.select(bookings.c.title).where(bookings.c.id == booking_id)).scalar()
    if title:
        return str(title)
    first = items_of(connection, [booking_id]).get(booking_id, ("",))[0]
    item = connection.execute(sa.select(items.c.title).where(items.c.id == first)).scalar()
    return str(item or booking_id)


def _screen_name(connection: Connection, screen_id: str) -> str:
    screen = screens.get(connection, screen_id)
    return screen.name if screen else screen_id
