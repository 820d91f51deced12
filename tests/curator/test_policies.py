"""Dayparts, rules, sites, screen groups, weights and wishes: stored, refused with words, and gathered as facts."""

from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from curator import air_time, dayparts, promises, rules, screen_groups, screens, showing, sites
from curator.dayparts import BadDaypart
from curator.naming import BadName
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.facts import ProgrammeFacts, Weights
from curator.programme.inputs import Inputs, fingerprint, gather
from curator.programme.library_facts import gather as gather_library
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
from curator.programme.streams import facts_key
from curator.scopes import BadScope
from curator.screens import Screen
from curator.showing import BadShowing, Showing
from curator.sites import BadSite
from curator.store import Connection
from curator.tables import screens as screens_table
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things

EVENING = Daypart("", "Late evening", (Hours(EVERY_DAY, 1260, 300),))
RULES: list[Rule] = [
    RatingRule("", "Watershed", When(), 12),
    QuietRule("", "Night", When(None, "2026-11-01", "2027-01-01"), "muted"),
    TagRule("", "Tags", When(), frozenset({"a"}), frozenset({"b", "c"})),
    PaceRule("", "Pace", When(), 1_200_000, "sponsor"),
    ApartRule("", "Rivals", When(), "sponsor"),
    ElectionRule("", "Election", When(), frozenset({"party"}), "candidate"),
]


def placed(town: Town, screen: Screen, **values: object) -> Screen:
    def change(connection: Connection) -> Screen:
        connection.execute(sa.update(screens_table).where(screens_table.c.id == screen.id).values(**values))
        found = screens.get(connection, screen.id)
        assert found is not None
        return found

    return things.run(town, change)


def inputs_of(town: Town, screen: Screen) -> Inputs:
    def look(connection: Connection) -> Inputs:
        library = gather_library(connection, town.service.key.public)
        return gather(connection, library, screen, town.clock(), town.clock() + 9 * 24 * AN_HOUR_MS)

    return things.run(town, look)


def facts_of(town: Town, screen: Screen) -> ProgrammeFacts:
    return inputs_of(town, screen).facts


def test_how_a_site_wants_things_shown_reaches_its_screens_and_changes_no_plan(town: Town) -> None:
    def site(name: str, conditions: SiteConditions, manner: sites.Manner) -> Screen:
        made = things.run(town, lambda c: sites.put(c, "", name, conditions, manner, now_ms=1, by=None))
        return placed(town, things.screen(town, name), site_id=made.id)

    plain = site("Hall", SiteConditions(), sites.USUAL)
    calm = site("Clinic", SiteConditions(), sites.Manner(is_calm=True, hides_credits=True, fit="letterbox"))
    standing = site("Road", SiteConditions(static_only=True), sites.USUAL)
    told = [inputs_of(town, screen).screen_facts() for screen in (plain, calm, standing)]
    assert [(one.is_calm, one.hides_credits) for one in told] == [(False, False), (True, True), (True, False)]
    assert [one.fit for one in told] == [None, "letterbox", None]
    assert facts_key(facts_of(town, plain)) == facts_key(facts_of(town, calm))
    key = town.service.key.public
    prints = [fingerprint(inputs_of(town, screen), key, 1) for screen in (plain, calm)]
    assert {name for name in prints[0] if prints[0][name] != prints[1][name]} == {"screen"}


def test_rules_of_every_kind_come_back_as_they_were_stored_until_they_are_ended(town: Town) -> None:
    made = [things.run(town, partial(rules.put, rule=rule, scope="everywhere", now_ms=1, by=None)) for rule in RULES]
    stored = things.run(town, rules.every)
    assert sorted((one.rule for one in stored), key=lambda rule: rule.id) == sorted(made, key=lambda rule: rule.id)
    assert [replace(rule, id="") for rule in made] == RULES
    for rule in made:
        things.run(town, partial(rules.remove, rule_id=rule.id, now_ms=2, by=None))
    assert things.run(town, rules.every) == []


@pytest.mark.parametrize("scope", ["screen:nowhere", "site:nowhere", "town", ""])
def test_a_rule_for_a_place_that_is_not_there_is_refused(town: Town, scope: str) -> None:
    with pytest.raises(BadScope):
        things.run(town, lambda c: rules.put(c, RULES[0], scope, now_ms=1, by=None))


@pytest.mark.parametrize("user", ["rule", "weight", "promise", "site"])
def test_a_daypart_in_use_is_not_removed_and_says_by_what(town: Town, user: str) -> None:
    screen = things.screen(town)
    part = things.run(town, lambda c: dayparts.put(c, EVENING, now_ms=1, by=None))
    scope, group_id = f"screen:{screen.id}", town.group.id

    def use(connection: Connection) -> None:
        if user == "rule":
            rules.put(connection, RatingRule("", "Watershed", When(part.id), 12), scope, now_ms=1, by=None)
        elif user == "weight":
            air_time.put(connection, scope, group_id, part.id, 2, now_ms=1, by=None)
        elif user == "promise":
            promises.put(connection, scope, group_id, part.id, 60_000, now_ms=1, by=None)
        else:
            sites.put(connection, "", "Town hall", SiteConditions(curfew=part.id), now_ms=1, by=None)

    things.run(town, use)
    name = {"rule": "Watershed", "site": "Town hall"}.get(user, town.group.name)
    with pytest.raises(BadDaypart, match=name):
        things.run(town, lambda c: dayparts.remove(c, part.id, now_ms=2, by=None))
    assert things.run(town, dayparts.every) == [part]


def test_a_daypart_nobody_uses_is_removed_and_its_name_is_free(town: Town) -> None:
    for _ in range(2):
        part = things.run(town, lambda c: dayparts.put(c, EVENING, now_ms=1, by=None))
        with pytest.raises(BadName):
            things.run(town, lambda c: dayparts.put(c, EVENING, now_ms=1, by=None))
        things.run(town, partial(dayparts.remove, daypart_id=part.id, now_ms=2, by=None))
        assert things.run(town, dayparts.every) == []


def test_a_site_with_a_screen_is_not_removed(town: Town) -> None:
    site = things.run(town, lambda c: sites.put(c, "", "Town hall", SiteConditions(5_000), now_ms=1, by=None))
    screen = placed(town, things.screen(town), site_id=site.id)
    with pytest.raises(BadSite, match=screen.name):
        things.run(town, lambda c: sites.remove(c, site.id, now_ms=2, by=None))
    placed(town, screen, site_id=None)
    things.run(town, lambda c: sites.remove(c, site.id, now_ms=2, by=None))
    assert things.run(town, sites.every) == []


def test_the_most_specific_weight_counts(town: Town) -> None:
    group = things.run(town, lambda c: screen_groups.put(c, "", "Windows", now_ms=1, by=None))
    screen = placed(town, things.screen(town), screen_group_id=group.id)
    part = things.run(town, lambda c: dayparts.put(c, EVENING, now_ms=1, by=None))
    one, other = town.group.id, town.other_group.id

    def give(connection: Connection) -> None:
        for scope, group_id, daypart_id, weight in (
            (f"screen_group:{group.id}", one, "", 1), (f"screen_group:{group.id}", other, part.id, 2),
            (f"screen:{screen.id}", one, "", 3),
        ):  # fmt: skip
            air_time.put(connection, scope, group_id, daypart_id, weight, now_ms=1, by=None)

    things.run(town, give)
    assert facts_of(town, screen).weights == Weights({one: 3}, ((part.id, {one: 3, other: 2}),))


def test_everything_decided_for_a_screen_is_in_its_facts_and_equal_facts_have_one_key(town: Town) -> None:
    part = things.run(town, lambda c: dayparts.put(c, EVENING, now_ms=1, by=None))
    agreed = SiteConditions(5_000, True, part.id, 80, 20, None)
    site = things.run(town, lambda c: sites.put(c, "", "Town hall", agreed, now_ms=1, by=None))
    here = placed(town, things.screen(town, "Here"), site_id=site.id, tags='["quiet"]')
    there = placed(town, things.screen(town, "There"), site_id=site.id, tags='["quiet"]')
    elsewhere = things.screen(town, "Elsewhere")
    rule = things.run(town, lambda c: rules.put(c, RULES[0], f"site:{site.id}", now_ms=1, by=None))
    item_id = things.approved_item(town, "Talk")
    until_ms = town.clock() + AN_HOUR_MS
    wish = Showing(12, ("a",), ("tag:quiet",), None, until_ms, 60_000, "start")
    things.run(town, lambda c: showing.put(c, item_id, wish, now_ms=1, by=None))
    facts = facts_of(town, here)
    assert facts.rules == (rule,)
    assert facts.site == agreed
    assert facts.dayparts == {part.id: part}
    item = facts.items[item_id]
    assert (item.rating, item.tags, item.gap_ms, item.joins) == (12, frozenset({"a"}), 60_000, "start")
    assert item.until_ms == until_ms
    assert facts_of(town, elsewhere).items == {}
    assert facts_key(facts) == facts_key(facts_of(town, there))
    assert facts_key(facts) != facts_key(facts_of(town, elsewhere))


@pytest.mark.parametrize(
    "wrong",
    [
        Showing(rating=22), Showing(tags=("",)), Showing(targets=("moon:1",)), Showing(gap_ms=-1),
        Showing(not_before_ms=2, not_after_ms=2),
    ],
    ids=["rating", "tag", "target", "gap", "times"],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_refused(town: Town, wrong: Showing) -> None:
    item_id = things.approved_item(town, "Talk")
    with pytest.raises(BadShowing):
        things.run(town, lambda c: showing.put(c, item_id, wrong, now_ms=1, by=None))
    assert things.run(town, lambda c: showing.of(c, item_id)) == Showing()


def test_a_screen_is_put_at_its_site_and_what_is_not_there_is_refused(town: Town) -> None:
    site = things.run(town, lambda c: sites.put(c, "", "Town hall", SiteConditions(), now_ms=1, by=None))
    screen = things.screen(town)
    where, by = screens.Arrangement(site.id, None, (" Window ", "window"), 0), town.accounts["technician"]
    things.run(town, lambda c: screens.arrange(c, screen.id, where, now_ms=1, by=by))
    found = things.run(town, lambda c: screens.get(c, screen.id))
    assert found is not None
    assert (found.site_id, found.tags, found.freeze_minutes) == (site.id, ("window",), 0)
    for wrong in (replace(where, site_id="x"), replace(where, freeze_minutes=-1), replace(where, tags=("x" * 41,))):
        with pytest.raises(screens.BadScreen):
            things.run(town, partial(screens.arrange, screen_id=screen.id, where=wrong, now_ms=1, by=by))
