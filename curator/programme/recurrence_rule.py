"""An RRULE's value, read into its parts. Knows the part of RFC 5545 we keep to, and names what lies outside of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NoReturn

from curator.words import N_, Told

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
FREQUENCIES: tuple[Frequency, ...] = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

MOST_OCCURRENCES = 2_000
MOST_INTERVAL = 1_000
FIRST_YEAR, LAST_YEAR = 1970, 9990
MOST_IN_LIST = 366

_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,4}", re.ASCII)
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)
_ORDINALS = {"MONTHLY": 5, "YEARLY": 53}
_KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"}


class BadRecurrence(Told):
    """A recurrence that cannot be worked out, or goes past our limits; told with what to change."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A read RRULE. Days are (weekday from Monday = 0, ordinal or 0); exactly one of `count` and `until` is given.

    `until` is local without an offset, or UTC when `until_is_utc`; it is inclusive.
    """

    frequency: Frequency
    interval: int
    days: tuple[tuple[int, int], ...]
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    positions: tuple[int, ...]
    count: int | None
    until: datetime | None
    until_is_utc: bool
    week_start: int


def read_rule(value: str) -> Rule:
    """The parts of an RRULE's value, such as `FREQ=WEEKLY;BYDAY=TU;COUNT=14`. Raises BadRecurrence."""
    parts = _parts(value)
    frequency = _frequency(parts)
    _refuse_what_we_lack(parts)
    until, is_utc = _until(parts["UNTIL"]) if "UNTIL" in parts else (None, False)
    rule = Rule(
        frequency=frequency,
        interval=_number(parts, "INTERVAL", 1, MOST_INTERVAL) if "INTERVAL" in parts else 1,
        days=_days(parts, frequency),
        month_days=_numbers(parts, "BYMONTHDAY", 31),
        months=_numbers(parts, "BYMONTH", 12, only_positive=True),
        positions=_numbers(parts, "BYSETPOS", 366),
        count=_number(parts, "COUNT", 1, MOST_OCCURRENCES) if "COUNT" in parts else None,
        until=until,
        until_is_utc=is_utc,
        week_start=_week_start(parts),
    )
    _refuse_together(rule)
    return rule


def _parts(value: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for words in value.upper().split(";"):
        name, equals, said = words.partition("=")
        if not (equals and name and said):
            raise BadRecurrence(
                N_("“%(words)s” is no part of a recurrence. Write parts such as FREQ=WEEKLY;BYDAY=TU;COUNT=14."),
                words=words[:40],
            )
        if name in parts:
            raise BadRecurrence(N_("%(part)s stands twice in the recurrence. Keep one of the two."), part=name[:40])
        parts[name] = said
    return parts


def _frequency(parts: dict[str, str]) -> Frequency:
    said = parts.get("FREQ", "")
    for frequency in FREQUENCIES:
        if said == frequency:
            return frequency
    if said in {"HOURLY", "MINUTELY", "SECONDLY"}:
        raise BadRecurrence(
            N_("FREQ=%(said)s is too often: a booking recurs daily at most. Make one booking for each time of day."),
            said=said,
        )
    raise BadRecurrence(N_("The recurrence needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."))


def _refuse_what_we_lack(parts: dict[str, str]) -> None:
    for name in parts:
        if name not in _KNOWN:
            raise BadRecurrence(
                N_(
                    "%(part)s is a part of recurrences that we cannot follow. Use BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS."
                ),
                part=name[:40],
            )


def _refuse_together(rule: Rule) -> None:
    if rule.count is None and rule.until is None:
        raise BadRecurrence(
            N_("This recurrence never ends. Say how many times (COUNT=14) or until when (UNTIL=20270303T180000).")
        )
    if rule.count is not None and rule.until is not None:
        raise BadRecurrence(N_("COUNT and UNTIL stand together. Keep the one that is meant."))
    if rule.frequency == "WEEKLY" and rule.month_days:
        raise BadRecurrence(N_("BYMONTHDAY means nothing in a weekly recurrence. Use FREQ=MONTHLY, or leave it out."))
    if rule.positions and not (rule.days or rule.month_days or rule.months):
        raise BadRecurrence(N_("BYSETPOS chooses among days: say which with BYDAY, BYMONTHDAY or BYMONTH."))


def _days(parts: dict[str, str], frequency: Frequency) -> tuple[tuple[int, int], ...]:
    days = []
    for words in _listed(parts, "BYDAY"):
        found = _DAY.fullmatch(words)
        if found is None:
            _refuse("BYDAY", words)
        ordinal = int(found[1] or 0)
        if found[1] and not 1 <= abs(ordinal) <= _ORDINALS.get(frequency, 0):
            raise BadRecurrence(
                N_("BYDAY=%(words)s: which one of a month's or year's days makes no sense with FREQ=%(frequency)s."),
                words=words,
                frequency=frequency,
            )
        days.append((WEEKDAYS.index(found[2]), ordinal))
    return tuple(dict.fromkeys(days))


def _numbers(parts: dict[str, str], name: str, most: int, *, only_positive: bool = False) -> tuple[int, ...]:
    numbers = []
    for words in _listed(parts, name):
        number = int(words) if _NUMBER.fullmatch(words) else 0
        if not 1 <= abs(number) <= most or (only_positive and number < 0):
            _refuse(name, words)
        numbers.append(number)
    return tuple(dict.fromkeys(numbers))


def _listed(parts: dict[str, str], name: str) -> list[str]:
    if name not in parts:
        return []
    listed = parts[name].split(",")
    if len(listed) > MOST_IN_LIST:
        raise BadRecurrence(N_("%(part)s lists more than %(most)s."), part=name, most=MOST_IN_LIST)
    return listed


def _number(parts: dict[str, str], name: str, least: int, most: int) -> int:
    words = parts[name]
    number = int(words) if _NUMBER.fullmatch(words) else -1
    if not least <= number <= most:
        raise BadRecurrence(
            N_("%(part)s=%(words)s: a whole number from %(least)s to %(most)s is needed."),
            part=name, words=words[:40], least=least, most=most,
        )  # fmt: skip
    return number


def _week_start(parts: dict[str, str]) -> int:
    said = parts.get("WKST", "MO")
    if said not in WEEKDAYS:
        _refuse("WKST", said)
    return WEEKDAYS.index(said)


def _until(words: str) -> tuple[datetime, bool]:
    """A day alone lasts until it is over."""
    if not _UNTIL.fullmatch(words):
        _refuse("UNTIL", words)
    day_alone = len(words) == 8
    try:
        until = datetime.fromisoformat(words[:8] + ("T235959" if day_alone else words[8:15]))
    except ValueError:
        _refuse("UNTIL", words)
    if not FIRST_YEAR <= until.year <= LAST_YEAR:
        _refuse("UNTIL", words)
    return (until.replace(microsecond=999_000) if day_alone else until), words.endswith("Z")


def _refuse(name: str, words: str) -> NoReturn:
    raise BadRecurrence(N_("%(part)s=%(words)s cannot be read."), part=name, words=words[:40])
