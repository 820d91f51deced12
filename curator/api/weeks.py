"""Kept weeks: what was booked on a screen in one, to be laid on another week and other screens."""

from datetime import date
from typing import Annotated

from pydantic import Field

from curator import drafts, screens, week_templates
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.reading import Given, Id, Instant, Line, Told, bad_fields
from curator.authorisation import Action
from curator.drafts import ChangeRefused
from curator.problem import Fault
from curator.programme.booking import iso
from curator.programme.changes import BookingPut
from curator.week_templates import WeekTemplate
from curator.words import N_, _

MOST_SCREENS = 200

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-12-24"])]


class KeptBooking(Told):
    """Something booked in the week: `starts` is local, in a week that begins on Monday, 2001-01-01."""

    starts: str
    length_ms: int
    items: list[str]
    state: str
    title: str


class WeekAnswer(Told):
    """A kept week."""

    id: str
    name: str
    bookings: list[KeptBooking]
    created_ms: Instant


class Weeks(Told):
    """Every kept week, by name."""

    weeks: list[WeekAnswer]


class WeekGiven(Given):
    """Which week of which screen is kept: `day` is any day of it."""

    name: Annotated[Line, Field(min_length=1, max_length=week_templates.LONGEST_NAME)]
    screen: Id
    day: Day


class Laying(Given):
    """Where a kept week is laid: `day` is any day of the week."""

    screens: list[Id] = Field(min_length=1, max_length=MOST_SCREENS)
    day: Day


class NotLaid(Told):
    """A booking of a kept week that does not go, and why."""

    starts: str
    title: str
    why: str
    free_ms: list[Instant] = Field(description="The nearest free times.")


class LaidAnswer(Told):
    """How many bookings went into your draft, and those that did not go."""

    laid: int
    refused: list[NotLaid]


def _week(call: Call) -> WeekTemplate:
    found = week_templates.get(call.connection, call.named["week"])
    if found is None:
        raise not_found()
    return found


def _told(week: WeekTemplate) -> WeekAnswer:
    return WeekAnswer(
        id=week.id, name=week.name, created_ms=week.created_ms,
        bookings=[
            KeptBooking(
                starts=iso(one.starts), length_ms=one.length_ms, items=list(one.items), state=one.state,
                title=one.title,
            )
            for one in week.places
        ],
    )  # fmt: skip


@endpoint("GET", "/api/weeks", N_("The kept weeks"), asks=Action.PROGRAMME)
def every(call: Call) -> Weeks:
    """By name."""
    return Weeks(weeks=[_told(one) for one in week_templates.every(call.connection)])


@endpoint("POST", "/api/weeks", N_("Keep a week of a screen"), asks=Action.PROGRAMME, status=201, refuses=(404,))
def keep(call: Call, body: WeekGiven) -> WeekAnswer:
    """What begins in it, each once."""
    screen = screens.get(call.connection, body.screen)
    if screen is None or screen.retired_ms is not None:
        raise not_found()
    day = _day(body.day)
    made = week_templates.keep(
        call.connection, screen, day, body.name, now_ms=call.now_ms, by=call.actor.account_id
    )  # fmt: skip
    return _told(made)


@endpoint("GET", "/api/weeks/{week}", N_("A kept week"), asks=Action.PROGRAMME, about=_week)
def get(_call: Call, week: WeekTemplate) -> WeekAnswer:
    """One kept week."""
    return _told(week)


@endpoint("POST", "/api/weeks/{week}/lay", N_("Put a kept week's bookings into your draft"), asks=Action.PROGRAMME,
          about=_week)  # fmt: skip
def lay(call: Call, week: WeekTemplate, body: Laying) -> LaidAnswer:
    """Those that do not go are told, and left out."""
    on = [screen for screen in screens.every(call.connection) if screen.id in set(body.screens)]
    if not on:
        raise bad_fields([Fault("screens", _("Choose a screen."))])
    laid, refused = 0, []
    for booking in week_templates.laid(week, on, _day(body.day)):
        try:
            drafts.add(
                call.connection, call.actor.account_id, [BookingPut(booking)], now_ms=call.now_ms,
                lead_ms=call.lead_ms,
            )  # fmt: skip
            laid += 1
        except ChangeRefused as why:
            refused.append(
                NotLaid(starts=iso(booking.starts), title=booking.title, why=why.told(), free_ms=list(why.free_ms))
            )
    return LaidAnswer(laid=laid, refused=refused)


@endpoint("DELETE", "/api/weeks/{week}", N_("Take a kept week away"), asks=Action.PROGRAMME, about=_week)
def remove(call: Call, week: WeekTemplate) -> None:
    """What was laid from it stays."""
    week_templates.remove(call.connection, week.id, now_ms=call.now_ms, by=call.actor.account_id)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise bad_fields([Fault("day", _("“%(words)s” is not a day such as 2026-11-23.", words=words))]) from None
