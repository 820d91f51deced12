"""Rules, dayparts and what was agreed for a site in plain sentences, in the reader's language."""

from collections.abc import Mapping
from typing import assert_never

import babel.dates

from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.rules import (
    ApartRule,
    ElectionRule,
    PaceRule,
    QuietRule,
    RatingRule,
    Rule,
    SiteConditions,
    TagRule,
    When,
)
from curator.sites import Manner
from curator.words import LANGUAGE, N_, _, ngettext

HOUR_MS = 3_600_000

KINDS = {
    "rating": N_("Rating"),
    "quiet": N_("Quiet hours"),
    "tags": N_("Tags"),
    "pace": N_("Not too often"),
    "apart": N_("Kept apart"),
    "election": N_("Election period"),
}
"""What each kind of rule is called."""


def rule_sentence(rule: Rule, where: str, dayparts: Mapping[str, Daypart]) -> str:
    """What a rule says: when, what, where. `where` is a name such as “the library” or `everywhere()`."""
    return _("%(when)s %(what)s %(where)s.", when=when_words(rule.when, dayparts), what=_what(rule), where=where)


def everywhere() -> str:
    """The widest place of all."""
    return _("on all screens")


def when_words(when: When, dayparts: Mapping[str, Daypart]) -> str:
    """When a rule holds, as the beginning of a sentence."""
    part = dayparts.get(when.daypart or "")
    hours = (
        _("At all times") if part is None else _("In “%(name)s” (%(hours)s)", name=part.name, hours=daypart_words(part))
    )
    if when.from_day and when.until_day:
        return _("%(hours)s, from %(from_day)s until before %(until_day)s,", hours=hours, from_day=when.from_day,
                 until_day=when.until_day)  # fmt: skip
    if when.from_day:
        return _("%(hours)s, from %(from_day)s on,", hours=hours, from_day=when.from_day)
    if when.until_day:
        return _("%(hours)s, until before %(until_day)s,", hours=hours, until_day=when.until_day)
    return hours


def daypart_words(part: Daypart) -> str:
    """The hours of a daypart: “Monday to Friday 07:00 to 09:00; …”."""
    return "; ".join(hours_words(hours) for hours in part.hours)


def hours_words(hours: Hours) -> str:
    """One range of a daypart: the days and the times."""
    ends_next_day = hours.until_minute <= hours.from_minute
    values = {"days": days_words(hours.weekdays), "begins": clock(hours.from_minute), "ends": clock(hours.until_minute)}
    if ends_next_day:
        return _("%(days)s %(begins)s to %(ends)s of the next day", **values)
    return _("%(days)s %(begins)s to %(ends)s", **values)


def days_words(weekdays: frozenset[int]) -> str:
    """Days of the week as people say them."""
    if weekdays == EVERY_DAY:
        return _("every day")
    names = babel.dates.get_day_names("wide", locale=LANGUAGE.get())
    days = sorted(weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return _("%(first)s to %(last)s", first=names[days[0]], last=names[days[-1]])
    return ", ".join(names[day] for day in days)


def clock(minute: int) -> str:
    """A minute of the day as on a clock; the end of the day is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def site_sentences(site: SiteConditions, dayparts: Mapping[str, Daypart]) -> list[str]:
    """What was agreed for a place, a sentence each; empty when nothing was."""
    told = []
    if site.static_only:
        told.append(_("No moving pictures."))
    if site.least_dwell_ms:
        told.append(_("Nothing is shown for less than %(time)s.", time=_span(site.least_dwell_ms)))
    if site.curfew is not None:
        told.append(_("The screens are dark in “%(name)s”.", name=_name(site.curfew, dayparts)))
    if site.brightness_percent < 100:
        told.append(_("Brightness at most %(percent)s %%.", percent=site.brightness_percent))
    if site.night is not None:
        name, percent = _name(site.night, dayparts), site.brightness_at_night_percent
        told.append(_("In “%(name)s” brightness at most %(percent)s %%.", name=name, percent=percent))
    return told


def manner_sentences(manner: Manner) -> list[str]:
    """How things are shown at a place, a sentence each; empty where it is as usual."""
    told = []
    if manner.is_calm:
        told.append(_("Calm: nothing moves that need not."))
    if manner.hides_credits:
        told.append(_("Items are shown without title and makers."))
    if manner.fit == "cover":
        told.append(_("Pictures of another shape fill the screen; what reaches beyond it is cut off."))
    if manner.fit == "letterbox":
        told.append(_("Pictures of another shape are shown whole, on black."))
    return told


def _what(rule: Rule) -> str:
    match rule:
        case RatingRule():
            return _("nothing is shown that is rated above %(age)s", age=rule.most)
        case QuietRule():
            return _("the picture is dark") if rule.mode == "dark" else _("everything is shown without sound")
        case TagRule():
            return _tags(rule)
        case PaceRule():
            return _pace(rule)
        case ApartRule():
            return _("items tagged %(tag)s do not follow one another when it can be helped", tag=rule.tag)
        case ElectionRule():
            return _election(rule)
        case _ as never:
            assert_never(never)


def _tags(rule: TagRule) -> str:
    only, never = _listed(rule.only), _listed(rule.never)
    if only and never:
        return _("only items tagged %(only)s are shown, and none tagged %(never)s", only=only, never=never)
    if only:
        return _("only items tagged %(only)s are shown", only=only)
    return _("no item tagged %(never)s is shown", never=never)


def _pace(rule: PaceRule) -> str:
    which = _("an item tagged %(tag)s", tag=rule.tag) if rule.tag else _("an item")
    if HOUR_MS % rule.gap_ms == 0:
        return ngettext(
            "%(which)s begins at most once an hour", "%(which)s begins at most %(num)s times an hour",
            HOUR_MS // rule.gap_ms, which=which,
        )  # fmt: skip
    return _("%(which)s begins again after %(time)s at the earliest", which=which, time=_span(rule.gap_ms))


def _election(rule: ElectionRule) -> str:
    frozen = _("items tagged %(tags)s rest", tags=_listed(rule.frozen))
    equal = _("the groups that show the tag %(tag)s have equal time", tag=rule.equal)
    if rule.frozen and rule.equal:
        return _("%(one)s and %(other)s", one=frozen, other=equal)
    return frozen if rule.frozen else equal


def _listed(tags: frozenset[str]) -> str:
    return ", ".join(f"“{tag}”" for tag in sorted(tags))


def _span(duration_ms: int) -> str:
    if duration_ms % 60_000 == 0:
        return ngettext("one minute", "%(num)s minutes", duration_ms // 60_000)
    return ngettext("one second", "%(num)s seconds", -(-duration_ms // 1000))


def _name(daypart_id: str, dayparts: Mapping[str, Daypart]) -> str:
    part = dayparts.get(daypart_id)
    return part.name if part else daypart_id
