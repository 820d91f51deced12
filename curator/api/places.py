"""Where screens belong, when it is which part of the day, and taking a screen's node or the screen itself away."""

from typing import Annotated

from pydantic import Field

from curator import dayparts, nodes, rules, screen_groups, screens, sites
from curator.api.endpoint import Call, endpoint
from curator.api.reading import Given, Id, Line, Nothing, Told
from curator.api.screens import the_screen
from curator.authorisation import Action, require
from curator.programme.dayparts import Daypart
from curator.rules import Held
from curator.screens import Arrangement, Screen
from curator.sites import Site
from curator.words import N_

WEEKDAYS = "Days of the week, 0 for Monday."


class HoursAnswer(Told):
    """A range of local time on some days of the week."""

    weekdays: list[int] = Field(description=WEEKDAYS)
    from_minute: int
    until_minute: int


class DaypartAnswer(Told):
    """A named time range, in each screen's own zone."""

    id: str
    name: str
    hours: list[HoursAnswer]


class Dayparts(Told):
    """Every daypart, in order."""

    dayparts: list[DaypartAnswer]


class SiteAnswer(Told):
    """A place with what was agreed for it."""

    id: str
    slug: str
    name: str
    least_dwell_ms: int = Field(description="Nothing is shown for less; 0: nothing was agreed.")
    static_only: bool
    curfew: str | None = Field(description="The daypart in which its screens are dark.")
    brightness_percent: int
    brightness_at_night_percent: int
    night: str | None


class Sites(Told):
    """Every site, by name."""

    sites: list[SiteAnswer]


class ScreenGroupAnswer(Told):
    """Screens that are programmed together."""

    id: str
    slug: str
    name: str


class ScreenGroups(Told):
    """Every screen group, by name."""

    screen_groups: list[ScreenGroupAnswer]


class RuleAnswer(Told):
    """A rule of the programme: what kind it is, where and when it holds."""

    id: str
    kind: str
    name: str
    scope: str
    daypart: str | None
    from_day: str | None
    until_day: str | None
    most: int | None = Field(description="RatingRule: the oldest people it may be for.")
    mode: str | None = Field(description="QuietRule: dark or muted.")
    only: list[str]
    never: list[str]
    gap_ms: int | None
    tag: str
    frozen: list[str]
    equal: str


class Rules(Told):
    """Every rule."""

    rules: list[RuleAnswer]


class PlaceAnswer(Told):
    """Where a screen belongs."""

    site: str | None
    screen_group: str | None
    tags: list[str]
    freeze_minutes: int | None = Field(description="How long its programme is promised; null: as the service says.")


class PlaceGiven(Given):
    """Where a screen belongs: ids of a site and a screen group, tags, and how long its programme is promised."""

    site: Id | None
    screen_group: Id | None
    tags: list[Annotated[Line, Field(min_length=1, max_length=screens.LONGEST_TAG)]] = Field(
        max_length=screens.MOST_TAGS
    )
    freeze_minutes: Annotated[int, Field(ge=0, le=screens.MOST_FREEZE_MINUTES)] | None


def daypart_told(one: Daypart) -> DaypartAnswer:
    """A daypart as it is told."""
    hours = [
        HoursAnswer(weekdays=sorted(part.weekdays), from_minute=part.from_minute, until_minute=part.until_minute)
        for part in one.hours
    ]
    return DaypartAnswer(id=one.id, name=one.name, hours=hours)


def site_told(one: Site) -> SiteAnswer:
    """A site as it is told."""
    terms = one.conditions
    return SiteAnswer(
        id=one.id, slug=one.slug, name=one.name, least_dwell_ms=terms.least_dwell_ms, static_only=terms.static_only,
        curfew=terms.curfew, brightness_percent=terms.brightness_percent,
        brightness_at_night_percent=terms.brightness_at_night_percent, night=terms.night,
    )  # fmt: skip


def rule_told(held: Held) -> RuleAnswer:
    """A rule as it is told: what is not of its kind is null or empty."""
    rule = held.rule
    return RuleAnswer(
        id=rule.id, kind=type(rule).__name__, name=rule.name, scope=held.scope, daypart=rule.when.daypart,
        from_day=rule.when.from_day, until_day=rule.when.until_day, most=getattr(rule, "most", None),
        mode=getattr(rule, "mode", None), only=sorted(getattr(rule, "only", ())),
        never=sorted(getattr(rule, "never", ())), gap_ms=getattr(rule, "gap_ms", None), tag=getattr(rule, "tag", ""),
        frozen=sorted(getattr(rule, "frozen", ())), equal=getattr(rule, "equal", ""),
    )  # fmt: skip


@endpoint("GET", "/api/dayparts", N_("The parts of the day"), asks=Action.SEE_PROGRAMME)
def every_daypart(call: Call) -> Dayparts:
    """In order."""
    return Dayparts(dayparts=[daypart_told(one) for one in dayparts.every(call.connection)])


@endpoint("GET", "/api/sites", N_("The sites, with what was agreed for each"), asks=Action.SEE_PROGRAMME)
def every_site(call: Call) -> Sites:
    """By name."""
    return Sites(sites=[site_told(one) for one in sites.every(call.connection)])


@endpoint("GET", "/api/screen-groups", N_("The screen groups"), asks=Action.SEE_PROGRAMME)
def every_screen_group(call: Call) -> ScreenGroups:
    """By name."""
    found = screen_groups.every(call.connection)
    return ScreenGroups(
        screen_groups=[ScreenGroupAnswer(id=one.id, slug=one.slug, name=one.name) for one in found]
    )  # fmt: skip


@endpoint("GET", "/api/rules", N_("The rules of the programme"), asks=Action.SEE_PROGRAMME)
def every_rule(call: Call) -> Rules:
    """Where and when each holds."""
    return Rules(rules=[rule_told(one) for one in rules.every(call.connection)])


def _place(_call: Call, screen: Screen) -> PlaceAnswer:
    return PlaceAnswer(
        site=screen.site_id, screen_group=screen.screen_group_id, tags=list(screen.tags),
        freeze_minutes=screen.freeze_minutes,
    )  # fmt: skip


@endpoint(
    "GET", "/api/screens/{screen}/place", N_("Where a screen belongs"), asks=Action.MANAGE_SCREENS, about=the_screen,
    has_mark=True,
)  # fmt: skip
def place(call: Call, screen: Screen) -> PlaceAnswer:
    """Its site, screen group and tags."""
    return _place(call, screen)


@endpoint(
    "PUT", "/api/screens/{screen}/place", N_("Say where a screen belongs"), asks=Action.MANAGE_SCREENS,
    about=the_screen, guard=_place,
)  # fmt: skip
def put_place(call: Call, screen: Screen, body: PlaceGiven) -> PlaceAnswer:
    """All of it anew."""
    where = Arrangement(body.site, body.screen_group, tuple(sorted(set(body.tags))), body.freeze_minutes)
    screens.arrange(call.connection, screen.id, where, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(f"screen:{screen.id}")
    return _place(call, the_screen(call))


@endpoint("POST", "/api/screens/{screen}/unpair", N_("End the pairing of a screen's node"), asks=Action.PAIR,
          about=the_screen)  # fmt: skip
def unpair(call: Call, screen: Screen, body: Nothing) -> None:  # noqa: ARG001
    """For good; harmless when there is none."""
    _shut_out(call, screen)


@endpoint("POST", "/api/screens/{screen}/retire", N_("Take a screen down for good"), asks=Action.PAIR,
          about=the_screen)  # fmt: skip
def retire(call: Call, screen: Screen, body: Nothing) -> None:  # noqa: ARG001
    """Its node is shut out, its records stay."""
    require(call.actor, Action.MANAGE_SCREENS)
    screens.retire(call.connection, screen.id, now_ms=call.now_ms, by=call.actor.account_id)
    _shut_out(call, screen)


def _shut_out(call: Call, screen: Screen) -> None:
    gone = nodes.revoke(call.connection, screen.id, now_ms=call.now_ms, by=call.actor.account_id)
    call.afterwards.append(lambda hands: hands.shut_out(screen.id, gone))
    call.hint(f"screen:{screen.id}")
