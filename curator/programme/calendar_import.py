"""What a calendar file would change: each event beside the bookings there are. Pure; the caller stores nothing of it
unless every event is taken.

UID says which booking an event is; SEQUENCE, whether the file is older than what is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from curator.programme import recurrence
from curator.programme.booking import Booking, Override, State, iso
from curator.programme.calendar_files import called, same
from curator.programme.calendar_reading import BadCalendar, BadEvent, CalendarEvent, Moment, Unread
from curator.programme.changes import BookingCancelled, BookingPut, Change
from curator.programme.hours import ms_of, wall
from curator.words import N_, Told

MOST_OCCURRENCES = 20_000
"""Of all events of a file together."""
MOST_CHANGED = 6_000
"""Of those that are new or changed: each is tried out beside what is booked, while others wait."""

Kind = Literal["new", "changed", "cancelled", "same", "choose", "refused"]


@dataclass(frozen=True, slots=True)
class Place:
    """A screen a file may name: by its slug, or by its name."""

    id: str
    slug: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Known:
    """What there is. `here` is the screen of an event that names none; `items` are approved ones' titles by id.

    `titles` are those of all booked items; `bookings` are by UID, as the draft leaves them; `cancelled` are UIDs.
    """

    here: Place
    screens: tuple[Place, ...]
    items: Mapping[str, str]
    titles: Mapping[str, str]
    bookings: Mapping[str, Booking]
    cancelled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one event. `change` is None when nothing is to be done, or when it is refused (`why`).

    `choose`: no approved item, or several, are called `title`: somebody has to say which. `left_out` are times taken
    out or moved in the file for which there is no occurrence.
    """

    line: int
    uid: str
    title: str
    kind: Kind
    change: Change | None = None
    booking: Booking | None = None
    why: Told | None = None
    left_out: tuple[datetime, ...] = ()
    choices: tuple[str, ...] = ()


def compare(events: Sequence[CalendarEvent | Unread], known: Known, chosen: Mapping[str, str]) -> list[Row]:
    """A row for each booking of the file and each event refused, in the file's order.

    `chosen` are items' ids by the title they are called in the file. Raises BadCalendar when it holds too much.
    """
    rows = [Row(one.line, one.uid, one.summary, "refused", why=one.why) for one in events if isinstance(one, Unread)]
    bad = {one.uid for one in events if isinstance(one, Unread)}
    by_uid: dict[str, list[CalendarEvent]] = {}
    for one in events:
        if isinstance(one, CalendarEvent) and one.uid not in bad:
            by_uid.setdefault(one.uid, []).append(one)
    left, left_changed = MOST_OCCURRENCES, MOST_CHANGED
    for same_uid in by_uid.values():
        try:
            row = _row(same_uid, known, chosen)
            count = len(recurrence.occurrences(row.booking)) if row.booking else 0
            left, left_changed = left - count, left_changed - (count if row.change else 0)
        except Told as why:
            row = Row(same_uid[0].line, same_uid[0].uid, same_uid[0].summary, "refused", why=why)
        if min(left, left_changed) < 0:
            raise BadCalendar(
                N_("The events of this file come to more than %(most)s occurrences. Import them in parts."),
                most=MOST_OCCURRENCES if left < 0 else MOST_CHANGED,
            )
        rows.append(row)
    return sorted(rows, key=lambda row: row.line)


def _row(events: list[CalendarEvent], known: Known, chosen: Mapping[str, str]) -> Row:
    """The row of one booking: its event, and those of its changed occurrences."""
    masters = [one for one in events if one.recurrence is None]
    if len(masters) > 1:
        raise BadEvent(
            N_("Two events have the same UID (lines %(one)s and %(other)s). Give one of them another."),
            one=masters[0].line, other=masters[1].line,
        )  # fmt: skip
    if not masters:
        raise BadEvent(
            N_("This is one occurrence (RECURRENCE-ID) of an event that is not in the file. Export the whole series.")
        )
    master, old = masters[0], known.bookings.get(masters[0].uid)
    row = Row(master.line, master.uid, master.summary or (called(old, known.titles) if old else ""), "same")
    if master.status == "CANCELLED":
        return replace(row, kind="cancelled", change=BookingCancelled(old.id)) if old else row
    if old is None and master.uid in known.cancelled:
        raise BadEvent(N_("This booking was cancelled here. To book it again, give the event another UID."))
    items = _items(master, old, known, chosen)
    if items is None:
        options = tuple(item_id for item_id, title in known.items.items() if _plain(title) == _plain(master.summary))
        return replace(row, kind="choose", choices=options)
    changed = [one for one in events if one.recurrence is not None]
    booking, left_out = recurrence.tidied(_booking(master, changed, items, old, known))
    recurrence.check(booking)
    row = replace(row, booking=booking, left_out=left_out)
    if old is None:
        return replace(row, kind="new", change=BookingPut(booking))
    if same(booking, old):
        return row
    newest = max(one.sequence for one in events)
    if newest < old.sequence:
        raise BadEvent(
            N_(
                "The booking was changed here after this file was made (SEQUENCE %(stored)s here, %(given)s in the "
                "file). Export it anew and make your change there."
            ),
            stored=old.sequence, given=newest,
        )  # fmt: skip
    return replace(row, kind="changed", change=BookingPut(replace(booking, sequence=max(newest, old.sequence))))


def _booking(
    master: CalendarEvent, changed: list[CalendarEvent], items: tuple[str, ...], old: Booking | None, known: Known
) -> Booking:
    starts, zone = _starts(master, old, known)
    is_ours = bool(master.items)
    bare = Booking(
        id=old.id if old else "",
        uid=master.uid,
        title=_title(master, items, old, known),
        items=items,
        screens=_screens(master, old, known),
        state=_state(master, old, is_ours=is_ours),
        zone=zone,
        starts=starts,
        length_ms=master.length_ms,
        rule=_rule(master, old),
        rdates=tuple(_local(at, zone) for at in master.rdates),
        plays=("series" if master.is_series else "each") if is_ours or not old else old.plays,
        is_premiere=master.is_premiere if is_ours or not old else old.is_premiere,
        sequence=master.sequence,
    )
    return _with_exceptions(bare, master, changed, zone)


def _with_exceptions(
    bare: Booking, master: CalendarEvent, changed: list[CalendarEvent], zone: str
) -> Booking:  # fmt: skip
    """What is taken out, and the changed occurrences. One that is cancelled is taken out."""
    named = [*master.exdates, *(one.recurrence for one in changed if one.recurrence is not None)]
    starts: dict[int, datetime] = {}
    if any(at.zone not in {"", zone} for at in named):
        # Other programs write these in UTC: only the instant tells which occurrence is meant.
        starts = {one.start_ms: one.recurrence for one in recurrence.occurrences(bare)}
    exdates = [_recurrence(at, zone, starts) for at in master.exdates]
    overrides = []
    for one in changed:
        if one.recurrence is None:
            continue
        at = _recurrence(one.recurrence, zone, starts)
        if one.status == "CANCELLED":
            exdates.append(at)
            continue
        if (one.items and one.items != master.items) or one.summary not in {"", master.summary}:
            raise BadEvent(
                N_("The occurrence of %(at)s has another title or other items. Make it an event with its own UID."),
                at=iso(at),
            )
        override = Override(at, _local(one.starts, zone), one.length_ms)
        if (override.starts, override.length_ms) != (at, bare.length_ms):
            overrides.append(override)
    return replace(bare, exdates=tuple(dict.fromkeys(exdates)), overrides=tuple(overrides))


def _starts(master: CalendarEvent, old: Booking | None, known: Known) -> tuple[datetime, str]:
    """The local start and its zone. One event in UTC is put into the zone of its screen; a series stays in UTC."""
    at = master.starts
    usual = old.zone if old else known.here.zone
    if not at.zone:
        return at.local, usual
    if at.zone != "UTC" or master.rule or master.rdates:
        return at.local, at.zone
    local = _local(at, usual)
    is_first = ms_of(local.replace(tzinfo=ZoneInfo(usual))) == _instant(at)
    return (local, usual) if is_first else (at.local, "UTC")  # the second of two equal local times


def _items(
    master: CalendarEvent, old: Booking | None, known: Known, chosen: Mapping[str, str]
) -> tuple[str, ...] | None:
    """What plays; None when somebody has to choose."""
    for item_id in master.items:
        if item_id not in known.items and not (old and item_id in old.items):
            raise BadEvent(
                N_("There is no approved item “%(item)s”. Take X-COMMONSCREEN-ITEM out, and name it by its title."),
                item=item_id[:40],
            )
    if master.items:
        return master.items
    if old and master.summary in {"", called(old, known.titles)}:
        return old.items
    if chosen.get(master.summary) in known.items:
        return (chosen[master.summary],)
    found = [item_id for item_id, title in known.items.items() if _plain(title) == _plain(master.summary)]
    return (found[0],) if len(found) == 1 else None


def _title(master: CalendarEvent, items: tuple[str, ...], old: Booking | None, known: Known) -> str:
    """A booking's own title; "" when it is called after its first item."""
    if old and old.items == items and master.summary in {"", called(old, known.titles)}:
        return old.title
    return "" if _plain(master.summary) == _plain(known.items.get(items[0], "")) else master.summary


def _screens(master: CalendarEvent, old: Booking | None, known: Known) -> tuple[str, ...]:
    if not master.screens:
        return old.screens if old else (known.here.id,)
    found = []
    for words in master.screens:
        place = next((one for one in known.screens if words.casefold() in {one.slug, one.name.casefold()}), None)
        if place is None:
            raise BadEvent(
                N_("There is no screen “%(screen)s”. Name screens in RESOURCES as they stand in their addresses."),
                screen=words[:80],
            )
        found.append(place.id)
    return tuple(dict.fromkeys(found))


def _state(master: CalendarEvent, old: Booking | None, *, is_ours: bool) -> State:
    if master.status == "TENTATIVE":
        return "provisional"
    if master.is_protected or (old and old.state == "protected" and not is_ours):
        return "protected"
    return "confirmed" if master.status or old is None else old.state


def _rule(master: CalendarEvent, old: Booking | None) -> str:
    """The file's rule; as it is stored where both mean the same."""
    if old and master.rule and same(replace(old, rule=master.rule), old):
        return old.rule
    return master.rule


def _recurrence(at: Moment, zone: str, starts: Mapping[int, datetime]) -> datetime:
    if at.zone in {"", zone}:
        return at.local
    return starts.get(_instant(at), _local(at, zone))


def _local(at: Moment, zone: str) -> datetime:
    return at.local if at.zone in {"", zone} else wall(zone, _instant(at)).replace(tzinfo=None, fold=0)


def _instant(at: Moment) -> int:
    return ms_of(at.local.replace(tzinfo=ZoneInfo(at.zone) if at.zone else UTC))


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()
