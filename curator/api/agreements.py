"""Changing dayparts, sites and rules: what was agreed about hours, places and what may be shown there."""

from datetime import date
from typing import Annotated, Literal, TypeVar, assert_never

from pydantic import Field

from curator import dayparts, rules, screen_groups, sites
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.places import (
    DaypartAnswer,
    RuleAnswer,
    ScreenGroupAnswer,
    SiteAnswer,
    daypart_told,
    rule_told,
    site_told,
)
from curator.api.reading import Given, Id, Line, bad_fields
from curator.authorisation import Action
from curator.problem import Fault
from curator.programme.changes import LONGEST_SCOPE
from curator.programme.dayparts import MINUTES_A_DAY, Daypart, Hours
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
from curator.rules import Held
from curator.screen_groups import ScreenGroup
from curator.sites import Site
from curator.words import N_, _

LONGEST_NAME = 120
LONGEST_TAG = 40
MOST_TAGS = 40
MOST_RANGES = 20
OLDEST = 21
LONGEST_DWELL_MS = 600_000
LONGEST_GAP_MS = 7 * 86_400_000
PROGRAMME = "programme:"
T = TypeVar("T")

Name = Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
Tag = Annotated[Line, Field(min_length=1, max_length=LONGEST_TAG)]
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Such as 2026-12-24; empty: open.")]
Scope = Annotated[
    Line,
    Field(
        min_length=1, max_length=LONGEST_SCOPE, description="`screen:ID`, `screen_group:ID`, `site:ID` or `everywhere`"
    ),
]  # fmt: skip


class HoursGiven(Given):
    """A range of local time on some days of the week; one that ends before it begins ends on the next day."""

    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1, max_length=7)
    from_minute: int = Field(ge=0, lt=MINUTES_A_DAY)
    until_minute: int = Field(ge=1, le=MINUTES_A_DAY)


class DaypartGiven(Given):
    """A named time range."""

    name: Name
    hours: list[HoursGiven] = Field(min_length=1, max_length=MOST_RANGES)


class SiteGiven(Given):
    """A place with what was agreed for it; what is not named is not agreed."""

    name: Name
    least_dwell_ms: int = Field(default=0, ge=0, le=LONGEST_DWELL_MS)
    static_only: bool = False
    curfew: Id | None = Field(default=None, description="The daypart in which its screens are dark.")
    brightness_percent: int = Field(default=100, ge=1, le=100)
    brightness_at_night_percent: int = Field(default=100, ge=1, le=100)
    night: Id | None = None


class RuleGiven(Given):
    """A rule. What it is about depends on its kind: `most` of a RatingRule, `mode` of a QuietRule, `only` and `never`
    of a TagRule, `gap_ms` and `tag` of a PaceRule, `tag` of an ApartRule, `frozen` and `equal` of an ElectionRule.
    """

    kind: Literal["RatingRule", "QuietRule", "TagRule", "PaceRule", "ApartRule", "ElectionRule"]
    name: Name
    scope: Scope
    daypart: Id | None = None
    from_day: Day = ""
    until_day: Day = Field(default="", description="The first day after it.")
    most: Annotated[int, Field(ge=0, le=OLDEST)] | None = None
    mode: Literal["dark", "muted"] | None = None
    only: Tags = Field(default=[])
    never: Tags = Field(default=[])
    gap_ms: Annotated[int, Field(ge=1, le=LONGEST_GAP_MS)] | None = None
    tag: Annotated[Line, Field(max_length=LONGEST_TAG)] = ""
    frozen: Tags = Field(default=[])
    equal: Annotated[Line, Field(max_length=LONGEST_TAG)] = ""


# --- dayparts ---------------------------------------------------------------------------------------------------------


def _daypart(call: Call) -> Daypart:
    found = next((one for one in dayparts.every(call.connection) if one.id == call.named["daypart"]), None)
    if found is None:
        raise not_found()
    return found


def _told_daypart(_call: Call, daypart: Daypart) -> DaypartAnswer:
    return daypart_told(daypart)


@endpoint("GET", "/api/dayparts/{daypart}", N_("A part of the day"), asks=Action.SEE_PROGRAMME, about=_daypart,
          has_mark=True)  # fmt: skip
def daypart(_call: Call, daypart: Daypart) -> DaypartAnswer:
    """One daypart."""
    return daypart_told(daypart)


@endpoint("POST", "/api/dayparts", N_("Add a part of the day"), asks=Action.PROGRAMME, status=201, has_mark=True)
def add_daypart(call: Call, body: DaypartGiven) -> DaypartAnswer:
    """After those there are."""
    last = max((one.position for one in dayparts.every(call.connection)), default=0)
    return _put_daypart(call, body, "", last + 10)


@endpoint("PUT", "/api/dayparts/{daypart}", N_("Change a part of the day"), asks=Action.PROGRAMME, about=_daypart,
          guard=_told_daypart)  # fmt: skip
def change_daypart(call: Call, daypart: Daypart, body: DaypartGiven) -> DaypartAnswer:
    """Its name and hours, in the same place."""
    return _put_daypart(call, body, daypart.id, daypart.position)


@endpoint("DELETE", "/api/dayparts/{daypart}", N_("Take a part of the day away that nothing speaks of"),
          asks=Action.PROGRAMME, about=_daypart, guard=_told_daypart)  # fmt: skip
def remove_daypart(call: Call, daypart: Daypart) -> None:
    """Refused while a weight, a promise, a rule or a site speaks of it."""
    dayparts.remove(call.connection, daypart.id, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)


def _put_daypart(call: Call, body: DaypartGiven, daypart_id: str, position: int) -> DaypartAnswer:
    hours = tuple(Hours(frozenset(one.weekdays), one.from_minute, one.until_minute) for one in body.hours)
    wanted = Daypart(daypart_id, body.name, hours, position)
    made = dayparts.put(call.connection, wanted, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)
    return daypart_told(made)


# --- sites ------------------------------------------------------------------------------------------------------------


def _site(call: Call) -> Site:
    found = sites.get(call.connection, call.named["site"])
    if found is None:
        raise not_found()
    return found


def _told_site(_call: Call, site: Site) -> SiteAnswer:
    return site_told(site)


@endpoint("GET", "/api/sites/{site}", N_("A site"), asks=Action.SEE_PROGRAMME, about=_site, has_mark=True)
def site(_call: Call, site: Site) -> SiteAnswer:
    """One site with what was agreed for it."""
    return site_told(site)


@endpoint("POST", "/api/sites", N_("Add a site"), asks=Action.MANAGE_SCREENS, status=201, has_mark=True)
def add_site(call: Call, body: SiteGiven) -> SiteAnswer:
    """A new place."""
    return _put_site(call, body, "")


@endpoint("PUT", "/api/sites/{site}", N_("Change a site and what was agreed for it"), asks=Action.MANAGE_SCREENS,
          about=_site, guard=_told_site)  # fmt: skip
def change_site(call: Call, site: Site, body: SiteGiven) -> SiteAnswer:
    """All of it anew."""
    return _put_site(call, body, site.id)


@endpoint("DELETE", "/api/sites/{site}", N_("Take a site away at which no screen is"), asks=Action.MANAGE_SCREENS,
          about=_site, guard=_told_site)  # fmt: skip
def remove_site(call: Call, site: Site) -> None:
    """Refused while a screen is there or a rule holds there."""
    sites.remove(call.connection, site.id, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)


def _put_site(call: Call, body: SiteGiven, site_id: str) -> SiteAnswer:
    conditions = SiteConditions(**body.model_dump(exclude={"name"}))
    made = sites.put(call.connection, site_id, body.name, conditions, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)
    return site_told(made)


# --- rules ------------------------------------------------------------------------------------------------------------


def _rule(call: Call) -> Held:
    found = next((one for one in rules.every(call.connection) if one.rule.id == call.named["rule"]), None)
    if found is None:
        raise not_found()
    return found


def _told_rule(_call: Call, held: Held) -> RuleAnswer:
    return rule_told(held)


@endpoint("GET", "/api/rules/{rule}", N_("A rule of the programme"), asks=Action.SEE_PROGRAMME, about=_rule,
          has_mark=True)  # fmt: skip
def rule(_call: Call, held: Held) -> RuleAnswer:
    """Where and when it holds."""
    return rule_told(held)


@endpoint("POST", "/api/rules", N_("Make a rule of the programme"), asks=Action.PROGRAMME, status=201, has_mark=True)
def add_rule(call: Call, body: RuleGiven) -> RuleAnswer:
    """It holds from the next manifest on."""
    return _put_rule(call, body, "")


@endpoint("PUT", "/api/rules/{rule}", N_("Change a rule of the programme"), asks=Action.PROGRAMME, about=_rule,
          guard=_told_rule)  # fmt: skip
def change_rule(call: Call, held: Held, body: RuleGiven) -> RuleAnswer:
    """All of it anew."""
    return _put_rule(call, body, held.rule.id)


@endpoint("DELETE", "/api/rules/{rule}", N_("End a rule of the programme"), asks=Action.PROGRAMME, about=_rule,
          guard=_told_rule)  # fmt: skip
def end_rule(call: Call, held: Held) -> None:
    """For good."""
    rules.remove(call.connection, held.rule.id, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)


def _put_rule(call: Call, body: RuleGiven, rule_id: str) -> RuleAnswer:
    made = rules.put(call.connection, _read(body, rule_id), body.scope, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)
    return next(rule_told(one) for one in rules.every(call.connection) if one.rule.id == made.id)


def _read(body: RuleGiven, rule_id: str) -> Rule:
    """The rule that was sent. Raises Problem where it lacks what its kind is about."""
    when = When(body.daypart, _day("from_day", body.from_day), _day("until_day", body.until_day))
    if when.from_day and when.until_day and when.until_day <= when.from_day:
        raise bad_fields([Fault("until_day", _("The rule would end before it begins. Give a later last day."))])
    head, one_tag = (rule_id, body.name, when), _("Name at least one tag.")
    match body.kind:
        case "RatingRule":
            return RatingRule(*head, _needed("most", body.most))
        case "QuietRule":
            return QuietRule(*head, _needed("mode", body.mode))
        case "TagRule":
            if not body.only and not body.never:
                raise bad_fields([Fault("only", one_tag)])
            return TagRule(*head, _tags(body.only), _tags(body.never))
        case "PaceRule":
            return PaceRule(*head, _needed("gap_ms", body.gap_ms), body.tag.strip().casefold())
        case "ApartRule":
            if not body.tag.strip():
                raise bad_fields([Fault("tag", one_tag)])
            return ApartRule(*head, body.tag.strip().casefold())
        case "ElectionRule":
            if not body.frozen and not body.equal:
                raise bad_fields([Fault("frozen", one_tag)])
            if not when.from_day or not when.until_day:
                raise bad_fields([Fault("from_day", _("An election period has a first day and an end."))])
            return ElectionRule(*head, _tags(body.frozen), body.equal.strip().casefold())
        case _ as never:
            assert_never(never)


def _needed(name: str, value: T | None) -> T:
    if value is None:
        raise bad_fields([Fault(name, _("A rule of this kind needs it."))])
    return value


def _tags(given: list[str]) -> frozenset[str]:
    return frozenset(tag.strip().casefold() for tag in given if tag.strip())


def _day(name: str, words: str) -> str:
    try:
        return date.fromisoformat(words).isoformat() if words else ""
    except ValueError:
        raise bad_fields([Fault(name, _("“%(words)s” is not a day such as 2026-11-23.", words=words))]) from None


class ScreenGroupGiven(Given):
    """What screens that are programmed together are called."""

    name: Name


def _screen_group(call: Call) -> ScreenGroup:
    found = next((one for one in screen_groups.every(call.connection) if one.slug == call.named["screens"]), None)
    if found is None:
        raise not_found()
    return found


def _put_screen_group(call: Call, group_id: str, name: str) -> ScreenGroupAnswer:
    made = screen_groups.put(call.connection, group_id, name, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(PROGRAMME)
    return ScreenGroupAnswer(id=made.id, slug=made.slug, name=made.name)


@endpoint("POST", "/api/screen-groups", N_("Add a screen group"), asks=Action.PROGRAMME, status=201)
def make_screen_group(call: Call, body: ScreenGroupGiven) -> ScreenGroupAnswer:
    """Which screens are in it is said of each screen's place."""
    return _put_screen_group(call, "", body.name)


@endpoint("PUT", "/api/screen-groups/{screens}", N_("Give a screen group another name"), asks=Action.PROGRAMME,
          about=_screen_group)  # fmt: skip
def rename_screen_group(call: Call, found: ScreenGroup, body: ScreenGroupGiven) -> ScreenGroupAnswer:
    """Its address stays."""
    return _put_screen_group(call, found.id, body.name)
