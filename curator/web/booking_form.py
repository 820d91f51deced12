"""A booking as somebody writes it in a form, and back: plain choices for how it recurs, an RRULE for the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from curator.library import Item
from curator.programme.booking import MOST_ITEMS, MOST_SCREENS, STATES, Booking, State
from curator.programme.hours import instant_of
from curator.programme.recurrence import BadRecurrence, tidied
from curator.programme.recurrence_rule import WEEKDAYS, read_rule
from curator.screens import Screen
from curator.web.forms import BadForm, Form
from curator.words import N_

REPEATS = ("once", "daily", "weekly", "monthly", "other")
_FREQUENCIES = {"daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in, as they wrote it: it stands in the form again when the booking is refused.

    `booking` is the id of the one that is changed, "" for a new one; `weekdays` are such as MO.
    """

    booking: str = ""
    title: str = ""
    items: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()
    day: str = ""
    time: str = ""
    length: str = ""
    state: str = "confirmed"
    repeat: str = "once"
    weekdays: tuple[str, ...] = ()
    until: str = ""
    rule: str = ""
    plays: str = "each"
    is_premiere: bool = False


def read_asked(form: Form, screen_id: str = "") -> Asked:
    """The form's fields; `screen_id` is meant when no screen is ticked. Raises BadForm."""
    screens = tuple(one for one in form.texts("screens", most=MOST_SCREENS) if one)
    return Asked(
        booking=form.text("booking", most=32),
        title=form.text("title", most=200),
        items=tuple(one for one in form.texts("item", most=MOST_ITEMS) if one),
        screens=screens or ((screen_id,) if screen_id else ()),
        day=form.text("day", most=10),
        time=form.text("time", most=12),
        length=form.text("length", most=12),
        state=form.text("state", most=16) or "confirmed",
        repeat=form.text("repeat", most=16) or "once",
        weekdays=tuple(day for day in WEEKDAYS if day in form.texts("weekday", most=7)),
        until=form.text("until", most=10),
        rule=form.text("rule", most=500),
        plays="series" if form.text("plays", most=8) == "series" else "each",
        is_premiere=form.flag("premiere"),
    )


def asked_of(booking: Booking) -> Asked:
    """A booking as it stands in the form."""
    repeat, weekdays, until = _plainly(booking)
    return Asked(
        booking=booking.id,
        title=booking.title,
        items=booking.items,
        screens=booking.screens,
        day=booking.starts.date().isoformat(),
        time=booking.starts.time().isoformat(timespec="milliseconds" if booking.starts.microsecond else "seconds"),
        length=_length_words(booking.length_ms),
        state=booking.state,
        repeat=repeat,
        weekdays=weekdays,
        until=until,
        rule=booking.rule,
        plays=booking.plays,
        is_premiere=booking.is_premiere,
    )


def booking_of(asked: Asked, known: Mapping[str, Item], screens: Iterable[Screen], old: Booking | None) -> Booking:
    """The booking somebody wrote. `known` are approved items; `old` is the one that is changed, None for a new one.

    Raises BadForm; BadRecurrence; NoSuchTime for a single one at a time that clocks jump over.
    """
    chosen = [screen for screen in screens if screen.id in asked.screens]
    if not chosen:
        raise BadForm(N_("Choose a screen."))
    if not asked.items:
        raise BadForm(N_("Choose an item."))
    starts = _starts(asked)
    rule = _rule(asked, starts)
    zone = old.zone if old else chosen[0].zone
    if not rule:
        instant_of(zone, starts.date(), starts.time())
    made = Booking(
        id=old.id if old else "",
        uid=old.uid if old else "",
        title=asked.title,
        items=asked.items,
        screens=tuple(screen.id for screen in chosen),
        state=_state(asked.state),
        zone=zone,
        starts=starts,
        length_ms=length_ms(asked.length) or _own_length(asked, known),
        rule=rule,
        plays="series" if asked.plays == "series" else "each",
        is_premiere=asked.is_premiere,
        sequence=old.sequence if old else 0,
    )
    return _with_exceptions(made, old) if old else made


def length_ms(words: str) -> int | None:
    """How long, from minutes and seconds such as `2:30`; None for the item's own length. Raises BadForm."""
    if not words:
        return None
    numbers = words.split(":")
    wrong = BadForm(N_("Write how long as minutes and seconds such as 2:30, or leave it empty."))
    if len(numbers) > 3 or not all(number.isascii() and number.isdecimal() for number in numbers):
        raise wrong
    seconds = 0
    for number in numbers if len(numbers) > 1 else [*numbers, "0"]:
        seconds = seconds * 60 + int(number)
    if not seconds:
        raise wrong
    return seconds * 1000


def _starts(asked: Asked) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(asked.day), time.fromisoformat(asked.time).replace(tzinfo=None))
    except ValueError:
        raise BadForm(N_("Write the day such as 2026-11-23 and the time such as 14:30 or 14:30:15.")) from None


def _state(words: str) -> State:
    found = next((state for state in STATES if state == words), None)
    if found is None:
        raise BadForm(N_("“%(field)s” is not one of the choices."), field="state")
    return found


def _rule(asked: Asked, starts: datetime) -> str:
    if asked.repeat == "once":
        return ""
    if asked.repeat == "other":
        read_rule(asked.rule)
        return asked.rule
    if asked.repeat not in _FREQUENCIES:
        raise BadForm(N_("“%(field)s” is not one of the choices."), field="repeat")
    try:
        last = date.fromisoformat(asked.until)
    except ValueError:
        raise BadForm(N_("Say until which day it recurs, such as 2026-12-24.")) from None
    parts = [f"FREQ={_FREQUENCIES[asked.repeat]}"]
    if asked.repeat == "weekly" and asked.weekdays:
        if WEEKDAYS[starts.weekday()] not in asked.weekdays:
            raise BadForm(
                N_("The first day is none of the weekdays you chose. Choose its weekday too, or another day.")
            )
        parts.append(f"BYDAY={','.join(asked.weekdays)}")
    return ";".join([*parts, f"UNTIL={last.strftime('%Y%m%d')}T235959"])


def _plainly(booking: Booking) -> tuple[str, tuple[str, ...], str]:
    """How it recurs in the form's choices: which one, weekdays, until which day."""
    if not booking.rule:
        return "once", (), ""
    try:
        rule = read_rule(booking.rule)
    except BadRecurrence:
        return "other", (), ""
    name = next((name for name, frequency in _FREQUENCIES.items() if frequency == rule.frequency), "other")
    is_plain = (
        rule.interval == 1 and rule.until is not None and rule.until.time() == time(23, 59, 59)
        and not (rule.months or rule.month_days or rule.positions) and (name == "weekly" or not rule.days)
    )  # fmt: skip
    if not is_plain or rule.until is None:
        return "other", (), ""
    return name, tuple(WEEKDAYS[day] for day, _ordinal in rule.days), rule.until.date().isoformat()


def _own_length(asked: Asked, known: Mapping[str, Item]) -> int:
    """As long as the items take: one after another, or the longest of a series."""
    lengths = [
        item.approved.duration_ms for name in asked.items if (item := known.get(name)) is not None and item.approved
    ]
    if len(lengths) < len(asked.items):
        raise BadForm(N_("This item is not approved, so it cannot be booked."))
    return max(lengths) if asked.plays == "series" else sum(lengths)


def _with_exceptions(made: Booking, old: Booking) -> Booking:
    """What was taken out, moved or added stays as far as there still are such occurrences."""
    if made.starts != old.starts:
        return made
    whole = replace(made, exdates=old.exdates, overrides=old.overrides, rdates=old.rdates)
    return tidied(whole)[0]


def _length_words(length: int) -> str:
    minutes, seconds = divmod(-(-length // 1000), 60)
    return f"{minutes}:{seconds:02}"
