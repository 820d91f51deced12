"""A programmer's changes in words, in the reader's language, with everything called by its name. Reads only."""

from collections.abc import Iterable, Sequence
from typing import assert_never

import babel.dates
import sqlalchemy as sa

from curator.programme.booking import Booking
from curator.programme.changes import BookingCancelled, BookingPut, Change, PromisePut, WeightPut
from curator.store import Connection
from curator.tables import booking_items, bookings, dayparts, groups, items, screen_groups, screens, sites
from curator.web.pages import length, locale
from curator.words import _, ngettext

MOST_NAMED = 3


class Names:
    """What things are called, looked up as they are asked for."""

    def __init__(self, connection: Connection) -> None:
        """Reads through `connection` as long as that is open."""
        self._connection = connection

    def of(self, table: sa.Table, column: str, one_id: str) -> str:
        """The name of one thing; its id when there is no such thing."""
        query = sa.select(table.c[column]).where(table.c.id == one_id)
        return self._connection.execute(query).scalar() or one_id

    def some(self, table: sa.Table, column: str, ids: Sequence[str]) -> str:
        """The names of the first few, and how many more there are."""
        told = ", ".join(self.of(table, column, one) for one in ids[:MOST_NAMED])
        more = len(ids) - MOST_NAMED
        if more <= 0:
            return told
        return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=told)

    def scope(self, scope: str) -> str:
        """What a scope is called."""
        kind, _mark, scope_id = scope.partition(":")
        table = {"screen": screens, "screen_group": screen_groups, "site": sites}.get(kind)
        return _("everywhere") if table is None else self.of(table, "name", scope_id)

    def stored_booking(self, booking_id: str) -> str:
        """What a booking of the store is called: by its title, else by its first item."""
        title = self.of(bookings, "title", booking_id)
        query = sa.select(items.c.title).join(booking_items, booking_items.c.item_id == items.c.id)
        first = query.where(booking_items.c.booking_id == booking_id).order_by(booking_items.c.position).limit(1)
        return title if title != booking_id else self._connection.execute(first).scalar() or _("a booking")


def tell(connection: Connection, changes: Iterable[Change], before: Iterable[Change] = ()) -> list[str]:
    """A sentence for each change. `before` are those a draft made earlier, whose bookings nobody else knows."""
    names = Names(connection)
    drafted = {one.booking.id: one.booking for one in before if isinstance(one, BookingPut)}
    told = []
    for change in changes:
        told.append(_told(names, change, drafted))
        if isinstance(change, BookingPut):
            drafted[change.booking.id] = change.booking
    return told


def _told(names: Names, change: Change, drafted: dict[str, Booking]) -> str:
    match change:
        case BookingPut(booking):
            return _booked(names, booking, is_new=booking.id not in drafted and not _is_stored(names, booking))
        case BookingCancelled(booking_id):
            known = drafted.get(booking_id)
            title = _title(names, known) if known else names.stored_booking(booking_id)
            return _("Cancel the booking of “%(title)s”.", title=title)
        case WeightPut(weight=None):
            return _(
                "Air time: “%(group)s” has no weight of its own on %(place)s%(daypart)s.", **_shared(names, change)
            )
        case WeightPut(weight=weight):
            return _(
                "Air time: “%(group)s” has the weight %(weight)s on %(place)s%(daypart)s.",
                weight=weight, **_shared(names, change),
            )  # fmt: skip
        case PromisePut(every_ms=int(every_ms)):
            return _(
                "“%(group)s” is on at least every %(time)s on %(place)s%(daypart)s.",
                time=length(every_ms), **_shared(names, change),
            )  # fmt: skip
        case PromisePut():
            return _("“%(group)s” is promised no longest wait on %(place)s%(daypart)s.", **_shared(names, change))
        case _ as never:
            assert_never(never)


def _booked(names: Names, booking: Booking, *, is_new: bool) -> str:
    values: dict[str, object] = {
        "title": _title(names, booking),
        "time": babel.dates.format_datetime(booking.starts, "EEE d MMM y, HH:mm:ss", locale=locale()),
        "length": length(booking.length_ms),
        "screens": names.some(screens, "name", booking.screens),
    }
    if booking.rule or booking.rdates:
        if is_new:
            return _("Book “%(title)s” again and again from %(time)s, %(length)s long, on %(screens)s.", **values)
        return _(
            "Change the recurring booking of “%(title)s”: from %(time)s, %(length)s long, on %(screens)s.", **values
        )
    if is_new:
        return _("Book “%(title)s” for %(time)s, %(length)s long, on %(screens)s.", **values)
    return _("Change the booking of “%(title)s” to %(time)s, %(length)s long, on %(screens)s.", **values)


def _is_stored(names: Names, booking: Booking) -> bool:
    return bool(booking.id) and names.of(bookings, "zone", booking.id) != booking.id


def _title(names: Names, booking: Booking) -> str:
    return booking.title or (names.of(items, "title", booking.items[0]) if booking.items else _("a booking"))


def _shared(names: Names, change: WeightPut | PromisePut) -> dict[str, object]:
    daypart = names.of(dayparts, "name", change.daypart_id) if change.daypart_id else ""
    return {
        "group": names.of(groups, "name", change.group_id),
        "place": names.scope(change.scope),
        "daypart": _(" in “%(daypart)s”", daypart=daypart) if daypart else "",
    }
