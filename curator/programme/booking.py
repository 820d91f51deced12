"""A booking as a value: what somebody wants on which screens, from when, how long, and how it recurs (RFC 5545).

Local times are those of the booking's zone, without an offset; a recurrence is worked out in `recurrence`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from content.canonical import Json
from content.reading import Reader

State = Literal["provisional", "confirmed", "protected"]
STATES: tuple[State, ...] = ("provisional", "confirmed", "protected")
Plays = Literal["each", "series"]

LONGEST_MS = 24 * 3_600_000
MOST_ITEMS = 200
MOST_SCREENS = 500
MOST_DATES = 1_000
LONGEST_TITLE = 200
LONGEST_RULE = 500


@dataclass(frozen=True, slots=True)
class Override:
    """One occurrence unlike the others; `recurrence` is the local start its recurrence gave it (RECURRENCE-ID)."""

    recurrence: datetime
    starts: datetime
    length_ms: int

    def as_json(self) -> Json:
        """A row: recurrence, start, length."""
        return [iso(self.recurrence), iso(self.starts), self.length_ms]


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking. `screens` and `items` are ids; `plays` says whether all items play in every occurrence ("each") or the
    next one in each ("series"). A provisional one holds a time and is not shown; a protected one is never interrupted.

    `rule` is an RRULE's value ("" once); `rdates`, `exdates` and overrides are local. `title` may be "": then it is
    called after its first item. A premiere keeps its items out of the rotation of its screens until it has been.
    """

    id: str
    uid: str
    title: str
    items: tuple[str, ...]
    screens: tuple[str, ...]
    state: State
    zone: str
    starts: datetime
    length_ms: int
    rule: str = ""
    rdates: tuple[datetime, ...] = ()
    exdates: tuple[datetime, ...] = ()
    overrides: tuple[Override, ...] = ()
    plays: Plays = "each"
    is_premiere: bool = False
    sequence: int = 0

    def as_json(self) -> dict[str, Json]:
        """The object `read_booking` reads."""
        return {
            "id": self.id, "uid": self.uid, "title": self.title, "items": list(self.items),
            "screens": list(self.screens), "state": self.state, "zone": self.zone, "starts": iso(self.starts),
            "length_ms": self.length_ms, "rule": self.rule, "rdates": [iso(one) for one in self.rdates],
            "exdates": [iso(one) for one in self.exdates], "overrides": [one.as_json() for one in self.overrides],
            "plays": self.plays, "is_premiere": self.is_premiere, "sequence": self.sequence,
        }  # fmt: skip


def read_booking(reader: Reader) -> Booking:
    """The booking at this place of a document; `id` and `uid` may be "" for one to be made. Raises BadDocument.

    Only its form is checked: `curator.bookings` asks whether there are such items, screens and times.
    """
    fields = reader.fields(
        "items", "screens", "state", "zone", "starts", "length_ms",
        optional=(
            "id", "uid", "title", "rule", "rdates", "exdates", "overrides", "plays", "is_premiere", "sequence",
        ),
    )  # fmt: skip
    plays: Plays = "series" if "plays" in fields and fields["plays"].one_of("each", "series") == "series" else "each"
    state = fields["state"].one_of(*STATES)
    return Booking(
        id=_text(fields, "id", 32),
        uid=_text(fields, "uid", 255),
        title=_text(fields, "title", LONGEST_TITLE),
        items=tuple(place.identifier() for place in fields["items"].items(most=MOST_ITEMS)),
        screens=tuple(place.identifier() for place in fields["screens"].items(most=MOST_SCREENS)),
        state=next(one for one in STATES if one == state),
        zone=fields["zone"].text(most=64),
        starts=read_local(fields["starts"]),
        length_ms=fields["length_ms"].integer(least=1, most=10 * LONGEST_MS),
        rule=_text(fields, "rule", LONGEST_RULE),
        rdates=_dates(fields, "rdates"),
        exdates=_dates(fields, "exdates"),
        overrides=_overrides(fields["overrides"]) if "overrides" in fields else (),
        plays=plays,
        is_premiere=fields["is_premiere"].flag() if "is_premiere" in fields else False,
        sequence=fields["sequence"].integer(least=0, most=10**9) if "sequence" in fields else 0,
    )


def iso(local: datetime) -> str:
    """A local time such as `2026-11-24T18:00:00`, with milliseconds where there are any."""
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


def read_local(reader: Reader) -> datetime:
    """A local time without an offset, whole milliseconds. Raises BadDocument."""
    words = reader.text(most=23)
    try:
        local = datetime.fromisoformat(words)
    except ValueError:
        reader.refuse(f"'{words}' is not a local time such as 2026-11-24T18:00:00")
    if local.tzinfo is not None or local.microsecond % 1000:
        reader.refuse(f"'{words}' is not a local time: write it without an offset, to the millisecond at most")
    return local


def _overrides(reader: Reader) -> tuple[Override, ...]:
    made = []
    for place in reader.items(most=MOST_DATES):
        row = place.items(most=3)
        if len(row) != 3:
            place.refuse("a row has three entries: recurrence, start, length_ms")
        made.append(Override(read_local(row[0]), read_local(row[1]), row[2].integer(least=1, most=10 * LONGEST_MS)))
    return tuple(made)


def _text(fields: dict[str, Reader], name: str, most: int) -> str:
    return fields[name].text(most=most) if name in fields else ""


def _dates(fields: dict[str, Reader], name: str) -> tuple[datetime, ...]:
    return tuple(read_local(place) for place in fields[name].items(most=MOST_DATES)) if name in fields else ()
