"""How pages say what an activity looks like and when it is offered."""

import babel.dates

from curator.web.pages import locale
from curator.words import N_, _
from kiosks.activities.hours import DAY_MINUTES, EVERY_DAY, Hours

THEME_NAMES = {
    "paper": N_("Paper"), "river": N_("River"), "garden": N_("Garden"), "festival": N_("Festival"),
    "night": N_("Night"), "plain": N_("Black on white"),
}  # fmt: skip


def weekday_names() -> list[str]:
    """Monday to Sunday, short, in the reader's language."""
    names = babel.dates.get_day_names("abbreviated", locale=locale())
    return [names[day] for day in EVERY_DAY]


def hours_words(hours: Hours) -> str:
    """On which days and from when to when."""
    names = weekday_names()
    days = _("every day") if hours.days == EVERY_DAY else ", ".join(names[day] for day in hours.days)
    if (hours.from_minute, hours.until_minute) == (0, DAY_MINUTES):
        return days
    return f"{days}, {_clock(hours.from_minute)}–{_clock(hours.until_minute)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
