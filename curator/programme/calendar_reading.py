"""What an iCalendar file says, event by event, as values. The file may be anybody's: nothing in it is believed here.

Every event is read or refused by itself, with its line, so that one look shows all that is wrong. Other components
(to-dos, alarms, time zones) are passed over: a zone is known by its name, never by what a file says of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

from icalendar import Component, Event, vDDDLists, vDDDTypes

from curator.programme.booking import LONGEST_RULE, LONGEST_TITLE, MOST_DATES, MOST_ITEMS, MOST_SCREENS
from curator.programme.hours import ms_of
from curator.programme.recurrence_rule import FIRST_YEAR, LAST_YEAR
from curator.words import N_, Told

LARGEST_BYTES = 2 << 20
MOST_COMPONENTS = 2_000
MOST_LINES = 50_000
DEEPEST = 4
LONGEST_LINE = 100_000
"""Of a line put together again from its folds, in characters."""
LONGEST_UID = 255
ITEM, PLAYS, STATE, PREMIERE = (f"X-COMMONSCREEN-{name}" for name in ("ITEM", "PLAYS", "STATE", "PREMIERE"))
MS = "X-MS"
"""The parameter that carries milliseconds: iCalendar knows whole seconds only."""

Status = Literal["", "TENTATIVE", "CONFIRMED", "CANCELLED"]
_STATUSES: tuple[Status, ...] = ("", "TENTATIVE", "CONFIRMED", "CANCELLED")
_ONCE = ("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "SEQUENCE", "STATUS", "SUMMARY")


class BadCalendar(Told):
    """A file that is no calendar, or goes past our limits; nothing in it was read."""


class BadEvent(Told):
    """An event that cannot be a booking, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a file gives it. `zone` is a time zone's name, "UTC", or "" for the clock of whoever reads it."""

    local: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event as its file gives it, its form checked. "" and () where it says nothing.

    `recurrence` makes it one changed occurrence of the event with the same `uid`. `line` counts from 1.
    """

    line: int
    uid: str
    sequence: int
    status: Status
    summary: str
    starts: Moment
    length_ms: int
    rule: str
    rdates: tuple[Moment, ...]
    exdates: tuple[Moment, ...]
    recurrence: Moment | None
    items: tuple[str, ...]
    screens: tuple[str, ...]
    is_series: bool
    is_protected: bool
    is_premiere: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """An event that was refused: where it stands, what it calls itself, and why."""

    line: int
    uid: str
    summary: str
    why: Told


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one event, from BEGIN to END."""

    line: int
    lines: tuple[_Line, ...]

    def values(self, name: str) -> list[tuple[int, str]]:
        """Line numbers and raw values of the event's own properties of this name, not of what is inside it."""
        found = []
        depth = 0
        for line in self.lines:
            said, colon, value = line.words.partition(":")
            key = said.partition(";")[0].upper()
            depth += (key == "BEGIN") - (key == "END")
            if colon and key == name and depth == 1:
                found.append((line.number, value))
        return found


def read_calendar(data: bytes) -> list[CalendarEvent | Unread]:
    """Every event of an iCalendar file in its order, read or refused. Raises BadCalendar when it is no such file."""
    return [_read(block) for block in _blocks(_lines(data))]


def _lines(data: bytes) -> Iterator[_Line]:
    """The content lines, their folds undone."""
    if len(data) > LARGEST_BYTES:
        raise BadCalendar(
            N_("This file is larger than %(most)s MB. Export a shorter stretch of time."), most=LARGEST_BYTES >> 20
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadCalendar(N_("This file is not text in UTF-8. Export it as iCalendar (.ics).")) from None
    begun, parts, length = 0, list[str](), 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if any(ord(char) < 32 and char != "\t" for char in line):
            _refuse_line(number, N_("Line %(line)s holds characters that no text has. Export the file anew."))
        if line[:1] in {" ", "\t"} and parts:
            parts.append(line[1:])
        else:
            if parts:
                yield _Line(begun, "".join(parts))
            begun, parts, length = number, [line] if line.strip() else [], 0
        length += len(line)
        if length > LONGEST_LINE:
            _refuse_line(number, N_("Line %(line)s is too long. Export the file anew."))
    if parts:
        yield _Line(begun, "".join(parts))


def _blocks(lines: Iterator[_Line]) -> list[_Block]:
    """The events. What begins has to end, and the whole is one calendar."""
    blocks: list[_Block] = []
    open_names: list[str] = []
    mine: list[_Line] = []
    components = 0
    for count, line in enumerate(lines, 1):
        if count > MOST_LINES:
            raise BadCalendar(
                N_("This file holds more than %(most)s entries. Export a shorter stretch of time."), most=MOST_LINES
            )
        key, _colon, value = (part.strip().upper() for part in line.words.partition(":"))
        if not open_names and (key, value) != ("BEGIN", "VCALENDAR"):
            _refuse_line(line.number, N_("Line %(line)s is outside of a calendar: expected BEGIN:VCALENDAR."))
        if key == "BEGIN":
            open_names.append(value)
            components += len(open_names) == 2
            if components > MOST_COMPONENTS or len(open_names) > DEEPEST:
                raise BadCalendar(
                    N_("This file holds more than %(most)s entries. Export a shorter stretch of time."),
                    most=MOST_COMPONENTS,
                )
            if open_names[1:] == ["VEVENT"]:
                mine = []
        mine.append(line)
        if key == "END":
            if not open_names or open_names[-1] != value:
                _refuse_line(line.number, N_("Line %(line)s ends something that had not begun. Export the file anew."))
            if open_names[1:] == ["VEVENT"]:
                blocks.append(_Block(mine[0].number, tuple(mine)))
            open_names.pop()
    if open_names or not mine:
        raise BadCalendar(N_("This file is no whole calendar: its end is missing. Export it anew."))
    return blocks


def _read(block: _Block) -> CalendarEvent | Unread:
    uid = _plain(next((value for _number, value in block.values("UID")), ""))
    try:
        event = _event(block)
        return _checked(block, event)
    except Told as why:
        return Unread(block.line, uid, _plain(next((words for _number, words in block.values("SUMMARY")), "")), why)


def _event(block: _Block) -> Component:
    for name in _ONCE:
        if len(block.values(name)) > 1:
            raise BadEvent(
                N_("%(part)s stands twice in this event (line %(line)s). Keep one of the two."),
                part=name,
                line=block.values(name)[1][0],
            )
    try:
        return Event.from_ical("\r\n".join(line.words for line in block.lines) + "\r\n")
    # The library raises many things at words that are no calendar; each is the event's own fault.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, LookupError):
        raise BadEvent(N_("This event cannot be read. Export it anew, or make the booking by hand.")) from None


def _checked(block: _Block, event: Component) -> CalendarEvent:
    for name, _why in event.errors:
        _refuse_value(block, str(name))
    uid = _text(event, "UID", LONGEST_UID)
    if not uid:
        raise BadEvent(N_("This event has no UID. Give it one, so that it is known again."))
    starts = _moment(block, event, "DTSTART")
    if starts is None:
        raise BadEvent(N_("This event has no start (DTSTART). Give it one, with a time of day."))
    recurrence = _moment(block, event, "RECURRENCE-ID")
    if recurrence is not None and "RANGE" in event["RECURRENCE-ID"].params:
        raise BadEvent(
            N_(
                "This event changes all occurrences from one on (RANGE). "
                "End the first event there, and make another one for what follows."
            )
        )
    sequence = event.get("SEQUENCE", 0)
    status = _text(event, "STATUS", 20).upper()
    known = next((one for one in _STATUSES if one == status), None)
    if known is None or not 0 <= sequence <= 10**9:
        _refuse_value(block, "STATUS" if known is None else "SEQUENCE")
    return CalendarEvent(
        line=block.line,
        uid=uid,
        sequence=int(sequence),
        status=known,
        summary=_text(event, "SUMMARY", LONGEST_TITLE),
        starts=starts,
        length_ms=0 if known == "CANCELLED" else _length_ms(block, event, starts),
        rule=_rule(block),
        rdates=_moments(block, event, "RDATE"),
        exdates=_moments(block, event, "EXDATE"),
        recurrence=recurrence,
        items=_texts(event, ITEM, MOST_ITEMS),
        screens=_texts(event, "RESOURCES", MOST_SCREENS),
        is_series=_text(event, PLAYS, 20).upper() == "SERIES",
        is_protected=_text(event, STATE, 20).upper() == "PROTECTED",
        is_premiere=_text(event, PREMIERE, 20).upper() == "TRUE",
    )


def _rule(block: _Block) -> str:
    value = next((value for _number, value in block.values("RRULE")), "").strip()
    if len(value) > LONGEST_RULE:
        _refuse_value(block, "RRULE")
    return value


def _length_ms(block: _Block, event: Component, starts: Moment) -> int:
    """How long, in exact time: what DTEND says is counted from instant to instant."""
    end, lasts = _moment(block, event, "DTEND"), event.get("DURATION")
    if end is not None:
        length_ms = _instant(end) - _instant(starts)
    elif isinstance(lasts, vDDDTypes) and isinstance(lasts.dt, timedelta):
        length_ms = lasts.dt // timedelta(milliseconds=1) + _ms(block, lasts, "DURATION")
    else:
        raise BadEvent(N_("This event says neither when it ends (DTEND) nor how long it takes (DURATION)."))
    if length_ms <= 0:
        raise BadEvent(N_("This event ends before it begins, or takes no time. Make it as long as it is to be shown."))
    return length_ms


def _instant(moment: Moment) -> int:
    """UTC ms; a time without a zone counts as UTC, good for the distance between two such."""
    return ms_of(moment.local.replace(tzinfo=ZoneInfo(moment.zone) if moment.zone else UTC))


def _moment(block: _Block, event: Component, name: str) -> Moment | None:
    if name not in event:
        return None
    found = event[name]
    if not isinstance(found, vDDDTypes):
        _refuse_value(block, name)
    return _as_moment(block, name, found)


def _moments(block: _Block, event: Component, name: str) -> tuple[Moment, ...]:
    if name not in event:
        return ()
    said: object = event[name]
    lists: list[object] = said if isinstance(said, list) else [said]
    found: list[Moment] = []
    for listed in lists:
        if not isinstance(listed, vDDDLists):
            _refuse_value(block, name)
        milliseconds = _ms(block, listed, name)
        found += [_as_moment(block, name, one, milliseconds) for one in listed.dts]
        if len(found) > MOST_DATES:
            raise BadEvent(N_("%(part)s lists more than %(most)s times."), part=name, most=MOST_DATES)
    return tuple(found)


def _as_moment(block: _Block, name: str, value: vDDDTypes, milliseconds: int | None = None) -> Moment:
    at = value.dt
    if isinstance(at, date) and not isinstance(at, datetime):
        raise BadEvent(N_("%(part)s is a day without a time. A booking begins at a certain time: write it."), part=name)
    if not isinstance(at, datetime):
        raise BadEvent(N_("%(part)s is no single time. Write a time such as 20261124T180000."), part=name)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        _refuse_value(block, name)
    local = at.replace(tzinfo=None, fold=0) + timedelta(
        milliseconds=_ms(block, value, name) if milliseconds is None else milliseconds
    )
    if isinstance(at.tzinfo, ZoneInfo):
        return Moment(local, at.tzinfo.key)
    if at.tzinfo is not None:
        return Moment(at.astimezone(UTC).replace(tzinfo=None) + (local - at.replace(tzinfo=None)), "UTC")
    named = str(value.params.get("TZID", ""))
    if named:
        raise BadEvent(N_("“%(zone)s” is no time zone we know. Use a name such as Europe/Berlin."), zone=named[:64])
    return Moment(local, "")


def _ms(block: _Block, value: vDDDTypes | vDDDLists, name: str) -> int:
    words = str(value.params.get(MS, "0"))
    if not (words.isascii() and words.isdecimal() and len(words) <= 3):
        _refuse_value(block, name)
    return int(words)


def _text(event: Component, name: str, most: int) -> str:
    value = event.get(name, "")
    words = str(value[0] if isinstance(value, list) else value).strip()
    if len(words) > most:
        raise BadEvent(N_("%(part)s has more than %(most)s characters. Shorten it."), part=name, most=most)
    return " ".join(words.split())


def _texts(event: Component, name: str, most: int) -> tuple[str, ...]:
    """Every value of a property that may stand several times, each with commas between several."""
    value = event.get(name, [])
    found: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        found += [words.strip() for words in str(one).split(",") if words.strip()]
    if len(found) > most:
        raise BadEvent(N_("%(part)s lists more than %(most)s."), part=name, most=most)
    return tuple(found)


def _plain(words: str) -> str:
    return " ".join(words.split())[:LONGEST_TITLE]


def _refuse_value(block: _Block, name: str) -> NoReturn:
    number, value = next(iter(block.values(name.upper())), (block.line, ""))
    raise BadEvent(
        N_("%(part)s:%(words)s (line %(line)s) cannot be read."), part=name.upper(), words=value[:60], line=number
    )


def _refuse_line(number: int, sentence: str) -> NoReturn:
    raise BadCalendar(sentence, line=number)
