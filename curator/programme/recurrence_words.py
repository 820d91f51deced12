"""A recurrence in the reader's words. Says what is; never decides anything."""

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_time, get_day_names, get_month_names
from babel.lists import format_list

from curator.programme.booking import Booking
from curator.programme.recurrence_rule import Rule
from curator.words import LANGUAGE, _, ngettext


def in_words(booking: Booking, rule: Rule | None, count: int, last: datetime) -> str:
    """The recurrence of a booking with `count` occurrences, whose last local start is `last`."""
    at = format_time(booking.starts.time(), "HH:mm:ss" if booking.starts.second else "HH:mm", locale=_locale())
    if rule is None:
        words = _("%(day)s at %(time)s", day=_day(booking.starts), time=at)
    else:
        words = _("%(days)s at %(time)s", days=_days(booking.starts, rule), time=at)
    if count > 1:
        times = ngettext("%(num)s time", "%(num)s times", count)
        words = _("%(words)s, %(times)s until %(day)s", words=words, times=times, day=_day(last))
    for told in _exceptions(booking):
        words = _("%(words)s; %(exception)s", words=words, exception=told)
    return words


def _exceptions(booking: Booking) -> list[str]:
    told = []
    if booking.exdates:
        told.append(ngettext("%(num)s taken out", "%(num)s taken out", len(booking.exdates)))
    if booking.overrides:
        told.append(ngettext("%(num)s changed", "%(num)s changed", len(booking.overrides)))
    if booking.rdates:
        told.append(ngettext("%(num)s added", "%(num)s added", len(booking.rdates)))
    return told


def _days(starts: datetime, rule: Rule) -> str:
    words = _every(starts, rule)
    if rule.months:
        names = get_month_names("wide", locale=_locale())
        words = _("%(words)s in %(months)s", words=words, months=_listed([names[month] for month in rule.months]))
    if rule.positions:
        which = _listed([_which(position) for position in rule.positions])
        words = _("%(words)s (of these only the %(which)s)", words=words, which=which)
    return words


def _every(starts: datetime, rule: Rule) -> str:
    number = rule.interval
    if rule.frequency == "WEEKLY":
        days = _listed([_weekday(day) for day, _ordinal in rule.days or ((starts.weekday(), 0),)])
        if number == 1:
            return _("every %(days)s", days=days)
        return ngettext("every week on %(days)s", "every %(num)s weeks on %(days)s", number, days=days)
    on = _listed([_nth(day, ordinal) for day, ordinal in rule.days])
    dates = _listed([_date_of_month(day) for day in rule.month_days])
    if not on and not dates and rule.frequency != "DAILY":
        dates = _date_of_month(starts.day)
        if rule.frequency == "YEARLY" and not rule.months:
            dates = format_date(starts.date(), "d MMMM", locale=_locale())
    words = _period(rule)
    for chosen in (dates, on):
        if chosen:
            words = _("%(words)s on %(days)s", words=words, days=chosen)
    return words


def _period(rule: Rule) -> str:
    if rule.frequency == "DAILY":
        return ngettext("every day", "every %(num)s days", rule.interval)
    if rule.frequency == "MONTHLY":
        return ngettext("every month", "every %(num)s months", rule.interval)
    return ngettext("every year", "every %(num)s years", rule.interval)


def _date_of_month(day: int) -> str:
    if day == -1:
        return _("the last day")
    if day < 0:
        return _("day %(num)s before the end", num=-day - 1)
    return _("day %(num)s", num=day)


def _nth(day: int, ordinal: int) -> str:
    if not ordinal:
        return _weekday(day)
    return _("the %(which)s %(day)s", which=_which(ordinal), day=_weekday(day))


def _which(position: int) -> str:
    """Which one of several, from the front or from the back."""
    if position == -1:
        return _("last")
    named = {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), 5: _("fifth")}
    if position < 0:
        return _("%(which)s from the end", which=named.get(-position, _("number %(num)s", num=-position)))
    return named.get(position, _("number %(num)s", num=position))


def _weekday(day: int) -> str:
    # Babel's names are counted from Monday too.
    return str(get_day_names("wide", locale=_locale())[day])


def _day(at: date) -> str:
    return format_date(at, "long", locale=_locale())


def _listed(words: list[str]) -> str:
    return str(format_list(words, locale=_locale())) if words else ""


def _locale() -> Locale:
    """How the reader writes dates: as the pages do."""
    return Locale.parse({"en": "en_GB"}.get(LANGUAGE.get(), LANGUAGE.get()))
