"""Bookings and drafts: what is to play when, published at once or gathered and published together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from content.reading import SAFE_INTEGER, Reader
from curator import bookings, drafts, revisions
from curator.api.endpoint import Call, conflict, endpoint, not_found
from curator.api.reading import Given, Id, Instant, Line, Nothing, Told, bad_fields
from curator.authorisation import Action
from curator.bookings import Stored
from curator.drafts import ChangeRefused, Draft, Overtaken, Published
from curator.problem import Fault
from curator.programme import changes
from curator.programme.booking import (
    LONGEST_MS,
    LONGEST_RULE,
    LONGEST_TITLE,
    MOST_DATES,
    MOST_ITEMS,
    MOST_SCREENS,
    Booking,
    Override,
    iso,
)  # fmt: skip
from curator.programme.changes import BookingCancelled, BookingPut, Change, change_json
from curator.revisions import MOST_CHANGES
from curator.words import N_, _

Local = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?$", examples=["2026-11-24T18:00:00"],
        description="A local time of the booking's zone.",
    ),
]  # fmt: skip
Length = Annotated[int, Field(ge=1, le=LONGEST_MS)]


class OtherTime(Given):
    """One occurrence unlike the others."""

    recurrence: Local
    starts: Local
    length_ms: Length


class BookingGiven(Given):
    """Items at certain times on certain screens, once or (`rule`, as RFC 5545 has it) again and again."""

    title: Annotated[Line, Field(max_length=LONGEST_TITLE)] = ""
    items: list[Id] = Field(min_length=1, max_length=MOST_ITEMS)
    screens: list[Id] = Field(min_length=1, max_length=MOST_SCREENS, description="Ids of screens.")
    state: Literal["provisional", "confirmed", "protected"] = "confirmed"
    zone: Annotated[Line, Field(max_length=64, examples=["Europe/London"])]
    starts: Local
    length_ms: Length
    rule: Annotated[str, Field(max_length=LONGEST_RULE, pattern="^[A-Z0-9=;,:+-]*$", examples=["FREQ=WEEKLY"])] = ""
    rdates: list[Local] = Field(default=[], max_length=MOST_DATES)
    exdates: list[Local] = Field(default=[], max_length=MOST_DATES)
    overrides: list[OtherTime] = Field(default=[], max_length=MOST_DATES)
    plays: Literal["each", "series"] = "each"
    is_premiere: bool = False


class BookingAnswer(Told):
    """A booking as it is stored."""

    id: str
    title: str
    items: list[str]
    screens: list[str]
    state: Literal["provisional", "confirmed", "protected"]
    zone: str
    starts: str
    length_ms: int
    rule: str
    rdates: list[str]
    exdates: list[str]
    overrides: list[OtherTime]
    plays: Literal["each", "series"]
    is_premiere: bool
    sequence: int
    created_ms: Instant
    changed_ms: Instant
    cancelled_ms: Instant | None


class PutBooking(Given):
    """A booking, new (`id` empty) or in a new shape."""

    change: Literal["booking"]
    id: Annotated[str, Field(pattern="^[a-z0-9]{0,32}$")] = ""
    booking: BookingGiven


class CancelBooking(Given):
    """A booking is no more."""

    change: Literal["cancel"]
    booking: Id


class PutWeight(Given):
    """A group's weight on a scope; null takes it off."""

    change: Literal["weight"]
    scope: Annotated[Line, Field(max_length=changes.LONGEST_SCOPE, examples=["screen:4kqz7m2abcdefghj"])]
    group: Id
    daypart: Annotated[str, Field(pattern="^[a-z0-9]{0,32}$")] = ""
    weight: Annotated[int, Field(ge=0, le=changes.HEAVIEST)] | None


class PutPromise(Given):
    """A promised longest wait for a group; null ends it."""

    change: Literal["promise"]
    scope: Annotated[Line, Field(max_length=changes.LONGEST_SCOPE)]
    group: Id
    daypart: Annotated[str, Field(pattern="^[a-z0-9]{0,32}$")] = ""
    every_ms: Annotated[int, Field(ge=1000, le=LONGEST_MS)] | None


ChangeGiven = Annotated[PutBooking | CancelBooking | PutWeight | PutPromise, Field(discriminator="change")]


class Dropped(Given):
    """Which change: its place among `changes`, the first is 0."""

    position: int = Field(ge=0, le=MOST_CHANGES)


class ChangesGiven(Given):
    """Changes to add to the draft, all or none."""

    changes: list[ChangeGiven] = Field(min_length=1, max_length=MOST_CHANGES)


class Publishing(Given):
    """Publish what was seen: `revision` is the newest the publisher has looked at."""

    revision: int = Field(ge=0, le=SAFE_INTEGER)
    at_once: bool = Field(default=False, description="Also within the time that is already promised.")


class DraftAnswer(Told):
    """Changes not published yet. `changes` is empty where there is no draft."""

    changes: list[dict[str, object]]
    can_redo: bool
    base_revision: int
    revision: int = Field(description="The newest published one.")
    is_overtaken: bool = Field(description="Whether somebody else published since the draft's base.")


class PublishedAnswer(Told):
    """What holds now."""

    revision: int
    bookings: list[str] = Field(description="Ids of the bookings made or changed.")
    screens: list[str] = Field(description="Ids of the screens concerned.")


_JSON: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])


def the_booking(call: Call) -> Stored:
    """The booking of the address."""
    found = bookings.stored(call.connection, call.named["booking"])
    if found is None:
        raise not_found()
    return found


def _told(_call: Call, stored: Stored) -> BookingAnswer:
    one = stored.booking
    return BookingAnswer(
        id=one.id, title=one.title, items=list(one.items), screens=list(one.screens), state=one.state, zone=one.zone,
        starts=iso(one.starts), length_ms=one.length_ms, rule=one.rule, rdates=[iso(at) for at in one.rdates],
        exdates=[iso(at) for at in one.exdates],
        overrides=[
            OtherTime(recurrence=iso(other.recurrence), starts=iso(other.starts), length_ms=other.length_ms)
            for other in one.overrides
        ],
        plays=one.plays, is_premiere=one.is_premiere, sequence=one.sequence, created_ms=stored.created_ms,
        changed_ms=stored.changed_ms, cancelled_ms=stored.cancelled_ms,
    )  # fmt: skip


@endpoint(
    "POST", "/api/bookings", N_("Book items, published at once"), asks=Action.PROGRAMME, status=201, has_mark=True
)
def book(call: Call, body: BookingGiven) -> BookingAnswer:
    """Or refused, with why."""
    published = _publish(call, [BookingPut(_booking(body, "", "body"))])
    return _told(call, _stored(call, _ids(published)[0]))


@endpoint("GET", "/api/bookings/{booking}", N_("A booking"), asks=Action.PROGRAMME, about=the_booking, has_mark=True)
def get(call: Call, stored: Stored) -> BookingAnswer:
    """Cancelled ones too."""
    return _told(call, stored)


@endpoint(
    "PUT", "/api/bookings/{booking}", N_("Give a booking a new shape, published at once"), asks=Action.PROGRAMME,
    about=the_booking, guard=_told,
)  # fmt: skip
def rebook(call: Call, stored: Stored, body: BookingGiven) -> BookingAnswer:
    """What has begun stays as it was."""
    _publish(call, [BookingPut(_booking(body, stored.booking.id, "body"))])
    return _told(call, _stored(call, stored.booking.id))


@endpoint(
    "DELETE", "/api/bookings/{booking}", N_("Cancel a booking with all its occurrences"), asks=Action.PROGRAMME,
    about=the_booking, guard=_told,
)  # fmt: skip
def cancel(call: Call, stored: Stored) -> None:
    """Harmless when it is cancelled."""
    if stored.cancelled_ms is None:
        _publish(call, [BookingCancelled(stored.booking.id)])


@endpoint("GET", "/api/draft", N_("Your draft of the programme"), asks=Action.PROGRAMME, has_mark=True)
def draft(call: Call) -> DraftAnswer:
    """Changes not published."""
    return _draft(call)


@endpoint("POST", "/api/draft/changes", N_("Add changes to your draft"), asks=Action.PROGRAMME)
def add(call: Call, body: ChangesGiven) -> DraftAnswer:
    """All of them, or none with why."""
    wanted = [_change(one, f"changes.{at}") for at, one in enumerate(body.changes)]
    try:
        drafts.add(call.connection, call.actor.account_id, wanted, now_ms=call.now_ms, lead_ms=call.lead_ms)
    except ChangeRefused as refused:
        raise bad_fields([_why(refused, len(_changes(call)))]) from refused
    return _draft(call)


@endpoint("POST", "/api/draft/undo", N_("Take the last change of your draft back"), asks=Action.PROGRAMME)
def undo(call: Call, body: Nothing) -> DraftAnswer:  # noqa: ARG001
    """Harmless when there is none."""
    drafts.undo(call.connection, call.actor.account_id, now_ms=call.now_ms)
    return _draft(call)


@endpoint("POST", "/api/draft/redo", N_("Make the change again that was taken back last"), asks=Action.PROGRAMME)
def redo(call: Call, body: Nothing) -> DraftAnswer:  # noqa: ARG001
    """Harmless when there is none."""
    drafts.redo(call.connection, call.actor.account_id, now_ms=call.now_ms)
    return _draft(call)


@endpoint("POST", "/api/draft/drop", N_("Take one change out of your draft"), asks=Action.PROGRAMME)
def drop(call: Call, body: Dropped) -> DraftAnswer:
    """Harmless when there is none at that place."""
    drafts.drop(call.connection, call.actor.account_id, body.position, now_ms=call.now_ms)
    return _draft(call)


@endpoint("POST", "/api/draft/rebase", N_("Lay your draft on top of what others published"), asks=Action.PROGRAMME)
def rebase(call: Call, body: Nothing) -> DraftAnswer:  # noqa: ARG001
    """They have been seen."""
    drafts.rebase(call.connection, call.actor.account_id, now_ms=call.now_ms)
    return _draft(call)


@endpoint("DELETE", "/api/draft", N_("Throw your draft away"), asks=Action.PROGRAMME)
def discard(call: Call) -> None:
    """Harmless when there is none."""
    drafts.discard(call.connection, call.actor.account_id, now_ms=call.now_ms)


@endpoint("POST", "/api/draft/publish", N_("Publish your draft"), asks=Action.PROGRAMME, refuses=(409,))
def publish(call: Call, body: Publishing) -> PublishedAnswer:
    """All of it in one revision, unless others published since it was seen."""
    try:
        outcome = drafts.publish(
            call.connection, call.actor.account_id, now_ms=call.now_ms, lead_ms=call.lead_ms,
            on_revision=body.revision, at_once=body.at_once,
        )  # fmt: skip
    except ChangeRefused as refused:
        raise bad_fields([_why(refused, 0)]) from refused
    if isinstance(outcome, Overtaken):
        raise conflict(_("Somebody else published meanwhile. Look at it, then “rebase” and publish again."))
    return _holds(call, outcome)


def _publish(call: Call, wanted: Sequence[Change]) -> Published:
    try:
        published = drafts.publish_at_once(
            call.connection, wanted, now_ms=call.now_ms, lead_ms=call.lead_ms, by=call.actor.account_id
        )
    except ChangeRefused as refused:
        raise bad_fields([Fault("body", refused.told() + _free(refused))]) from refused
    _holds(call, published)
    return published


def _holds(call: Call, published: Published) -> PublishedAnswer:
    call.hint("programme:", *(f"programme:{screen_id}" for screen_id in published.screens))
    return PublishedAnswer(revision=published.revision, bookings=_ids(published), screens=list(published.screens))


def _ids(published: Published) -> list[str]:
    return [one.booking.id for one in published.changes if isinstance(one, BookingPut)]


def _stored(call: Call, booking_id: str) -> Stored:
    found = bookings.stored(call.connection, booking_id)
    if found is None:
        raise not_found()
    return found


def _changes(call: Call) -> tuple[Change, ...]:
    found = drafts.of(call.connection, call.actor.account_id)
    return found.changes if found else ()


def _draft(call: Call) -> DraftAnswer:
    found: Draft | None = drafts.of(call.connection, call.actor.account_id)
    newest = revisions.newest(call.connection)
    return DraftAnswer(
        changes=[_JSON.validate_python(change_json(one)) for one in found.changes] if found else [],
        can_redo=bool(found and found.undone), base_revision=found.base_revision if found else newest,
        revision=newest, is_overtaken=found is not None and drafts.overtaken(call.connection, found) is not None,
    )  # fmt: skip


def _why(refused: ChangeRefused, before: int) -> Fault:
    return Fault(f"changes.{max(0, refused.position - before)}", refused.told() + _free(refused))


def _free(refused: ChangeRefused) -> str:
    """The free times nearby, as instants a program can read."""
    return " " + _("Free: %(times)s.", times=", ".join(map(str, refused.free_ms))) if refused.free_ms else ""


def _change(given: PutBooking | CancelBooking | PutWeight | PutPromise, place: str) -> Change:
    match given:
        case PutBooking():
            return BookingPut(_booking(given.booking, given.id, f"{place}.booking"))
        case CancelBooking():
            return BookingCancelled(given.booking)
        case _:
            return changes.read_change(Reader(given.model_dump()))


def _booking(given: BookingGiven, booking_id: str, place: str) -> Booking:
    def at(words: str, field: str) -> datetime:
        try:
            return datetime.fromisoformat(words)
        except ValueError:
            detail = _("“%(words)s” is not a local time such as 2026-11-24T18:00:00.", words=words)
            raise bad_fields([Fault(f"{place}.{field}", detail)]) from None

    return Booking(
        id=booking_id, uid="", title=given.title, items=tuple(given.items), screens=tuple(given.screens),
        state=given.state, zone=given.zone, starts=at(given.starts, "starts"), length_ms=given.length_ms,
        rule=given.rule, rdates=tuple(at(one, "rdates") for one in given.rdates),
        exdates=tuple(at(one, "exdates") for one in given.exdates),
        overrides=tuple(
            Override(at(one.recurrence, "overrides"), at(one.starts, "overrides"), one.length_ms)
            for one in given.overrides
        ),
        plays=given.plays, is_premiere=given.is_premiere,
    )  # fmt: skip
