"""What a programmer can change, as values that can be stored in a draft, applied, and told in words.

`scope` is `screen:ID` or `screen_group:ID` (rules also `site:ID` and `everywhere`); a daypart "" stands for all others.
"""

from dataclasses import dataclass
from typing import assert_never

from content.canonical import Json
from content.reading import Reader
from curator.programme.booking import LONGEST_MS, Booking, read_booking

HEAVIEST = 100
LONGEST_SCOPE = 64


@dataclass(frozen=True, slots=True)
class BookingPut:
    """A booking, new or in a new shape: one occurrence moved is the whole booking with one more override."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class BookingCancelled:
    """A booking is no more, with all its occurrences. One occurrence cancelled is a BookingPut with an exdate."""

    booking_id: str


@dataclass(frozen=True, slots=True)
class WeightPut:
    """A group's weight, 0 to 100; None takes the group's own weight off that scope and daypart."""

    scope: str
    group_id: str
    daypart_id: str
    weight: int | None


@dataclass(frozen=True, slots=True)
class PromisePut:
    """A promised longest wait for a group; `every_ms` None ends it."""

    scope: str
    group_id: str
    daypart_id: str
    every_ms: int | None


Change = BookingPut | BookingCancelled | WeightPut | PromisePut


def change_json(change: Change) -> dict[str, Json]:
    """The object `read_change` reads."""
    match change:
        case BookingPut(booking):
            return {"change": "booking", "booking": booking.as_json()}
        case BookingCancelled(booking_id):
            return {"change": "cancel", "booking": booking_id}
        case WeightPut(scope, group_id, daypart_id, weight):
            return {"change": "weight", "scope": scope, "group": group_id, "daypart": daypart_id, "weight": weight}
        case PromisePut(scope, group_id, daypart_id, every_ms):
            return {"change": "promise", "scope": scope, "group": group_id, "daypart": daypart_id, "every_ms": every_ms}
        case _ as never:
            assert_never(never)


def read_change(reader: Reader) -> Change:
    """The change at this place of a document. Raises BadDocument with the path."""
    kind = reader.fields("change", others=True)["change"].one_of("booking", "cancel", "weight", "promise")
    if kind == "booking":
        return BookingPut(read_booking(reader.fields("change", "booking")["booking"]))
    if kind == "cancel":
        return BookingCancelled(reader.fields("change", "booking")["booking"].identifier())
    value = "weight" if kind == "weight" else "every_ms"
    fields = reader.fields("change", "scope", "group", "daypart", value)
    scope, group_id = fields["scope"].text(most=LONGEST_SCOPE), fields["group"].identifier()
    daypart_id = fields["daypart"].text(most=32)
    is_none = fields[value].value is None
    if kind == "weight":
        weight = None if is_none else fields[value].integer(least=0, most=HEAVIEST)
        return WeightPut(scope, group_id, daypart_id, weight)
    every_ms = None if is_none else fields[value].integer(least=1_000, most=LONGEST_MS)
    return PromisePut(scope, group_id, daypart_id, every_ms)
