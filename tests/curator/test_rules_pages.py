"""Dayparts, rules, sites and screen groups on the web: made by programmers, read by everybody, told in plain words."""

from dataclasses import replace

import pytest

from curator import dayparts, rules, screen_groups, sites
from curator.programme.dayparts import EVERY_DAY, Hours
from curator.programme.rules import PaceRule, RatingRule, Rule
from tests.curator.conftest import Town
from tests.curator.programme import things

Fields = dict[str, str | list[str]]

DAYTIME: Fields = {
    "id": "", "name": "Daytime", "days-0": list("0123456"), "from-0": "06:00", "until-0": "21:00",
}  # fmt: skip
RATING: Fields = {"kind": "rating", "scope": "everywhere", "daypart": "", "most": "12", "name": ""}


async def posted(town: Town, address: str, form: Fields, who: str = "programmer") -> tuple[int, str]:
    answer = await town.client(who).post(address, data=form)
    return answer.status, await answer.text()


def stored(town: Town) -> list[Rule]:
    return [one.rule for one in things.run(town, rules.every)]


async def test_a_daypart_is_made_told_changed_and_removed(town: Town) -> None:
    status, page = await posted(town, "/programme/dayparts", DAYTIME)
    assert status == 200
    assert "every day 06:00 to 21:00" in page
    assert "Last changed by Programmer" in page
    (made,) = things.run(town, dayparts.every)
    assert made.hours == (Hours(EVERY_DAY, 360, 1260),)
    _status, page = await posted(town, "/programme/dayparts", {**DAYTIME, "id": made.id, "until-0": "20:00"})
    assert "every day 06:00 to 20:00" in page
    await posted(town, f"/programme/dayparts/{made.id}/remove", {})
    assert things.run(town, dayparts.every) == []


async def test_a_night_ends_on_the_next_day_and_midnight_is_the_end_of_the_day(town: Town) -> None:
    night: Fields = {"id": "", "name": "Night", "days-0": ["4"], "from-0": "22:00", "until-0": "06:00"}
    evening: Fields = {"days-1": ["5"], "from-1": "20:00", "until-1": "00:00"}
    _status, page = await posted(town, "/programme/dayparts", {**night, **evening})
    assert "Friday 22:00 to 06:00 of the next day; Saturday 20:00 to 24:00" in page


@pytest.mark.parametrize(
    "change", [{"days-0": []}, {"from-0": "late"}, {"until-0": ""}, {"days-0": ["9"]}, {"name": ""}]
)
async def test_a_daypart_without_hours_or_name_is_refused(town: Town, change: Fields) -> None:
    status, _page = await posted(town, "/programme/dayparts", {**DAYTIME, **change})
    assert status == 422
    assert things.run(town, dayparts.every) == []


async def test_a_rule_is_made_told_in_a_sentence_and_ended(town: Town) -> None:
    await posted(town, "/programme/dayparts", DAYTIME)
    (part,) = things.run(town, dayparts.every)
    status, page = await posted(town, "/programme/rules", {**RATING, "daypart": part.id})
    assert status == 200
    assert "(every day 06:00 to 21:00) nothing is shown that is rated above 12 on all screens." in page
    (rule,) = stored(town)
    assert isinstance(rule, RatingRule)
    assert (rule.most, rule.when.daypart) == (12, part.id)
    await posted(town, f"/programme/rules/{rule.id}/end", {})
    assert stored(town) == []


async def test_a_daypart_of_a_rule_cannot_be_removed(town: Town) -> None:
    await posted(town, "/programme/dayparts", DAYTIME)
    (part,) = things.run(town, dayparts.every)
    await posted(town, "/programme/rules", {**RATING, "daypart": part.id})
    status, _page = await posted(town, f"/programme/dayparts/{part.id}/remove", {})
    assert status == 422
    assert things.run(town, dayparts.every) == [part]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "quiet", "mode": "muted"}, "everything is shown without sound on “Library window”."),
        ({"kind": "tags", "only": "Kids, art", "never": ""}, "only items tagged “art”, “kids” are shown"),
        ({"kind": "pace", "pace": "plays", "plays": "3"}, "an item begins at most 3 times an hour"),
        ({"kind": "pace", "pace": "gap", "minutes": "45", "tag": "bank"}, "begins again after 45 minutes"),
        ({"kind": "apart", "tag": "bank"}, "items tagged bank do not follow one another"),
        (
            {"kind": "election", "frozen": "mayor", "from_day": "2027-03-01", "until_day": "2027-03-15"},
            "from 2027-03-01 until before 2027-03-15, items tagged “mayor” rest",
        ),
    ],
)
async def test_every_kind_of_rule_can_be_made(town: Town, form: Fields, words: str) -> None:
    screen = things.screen(town)
    status, page = await posted(town, "/programme/rules", {"scope": f"screen:{screen.id}", **form})
    assert status == 200
    assert words in page


@pytest.mark.parametrize(
    "form",
    [
        {**RATING, "most": "high"},
        {**RATING, "most": "99"},
        {**RATING, "scope": "screen:nowhere"},
        {**RATING, "daypart": "gone"},
        {**RATING, "from_day": "2027-03-15", "until_day": "2027-03-01"},
        {**RATING, "from_day": "tomorrow"},
        {**RATING, "kind": "wish"},
        {"kind": "tags", "scope": "everywhere", "only": " , "},
        {"kind": "apart", "scope": "everywhere", "tag": "one, two"},
        {"kind": "apart", "scope": "everywhere", "tag": "x" * 41},
        {"kind": "election", "scope": "everywhere", "frozen": "mayor"},
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(town: Town, form: Fields) -> None:
    status, _page = await posted(town, "/programme/rules", form)
    assert status == 422
    assert stored(town) == []


async def test_at_most_seven_an_hour_is_never_eight(town: Town) -> None:
    await posted(town, "/programme/rules", {"kind": "pace", "scope": "everywhere", "pace": "plays", "plays": "7"})
    (rule,) = stored(town)
    assert isinstance(rule, PaceRule)
    assert rule.gap_ms * 7 >= 3_600_000


async def test_what_was_agreed_for_a_site_is_kept_and_told(town: Town) -> None:
    form: Fields = {
        "id": "", "name": "Market square", "dwell": "10", "static_only": "1", "curfew": "", "brightness": "80",
        "brightness_at_night": "100", "night": "",
    }  # fmt: skip
    _status, page = await posted(town, "/programme/sites", form, "technician")
    assert "Nothing is shown for less than 10 seconds." in page
    assert "No moving pictures." in page
    (site,) = things.run(town, sites.every)
    assert (site.conditions.least_dwell_ms, site.conditions.static_only) == (10_000, True)
    assert site.manner == sites.USUAL
    calm: Fields = {**form, "id": site.id, "calm": "1", "hides_credits": "1", "fit": "cover"}
    _status, page = await posted(town, "/programme/sites", calm, "technician")
    assert "Calm: nothing moves that need not." in page
    assert things.run(town, sites.every)[0] == replace(site, manner=sites.Manner(True, True, "cover"))
    status, _page = await posted(town, "/programme/sites", {**form, "curfew": "gone"})
    assert status == 422


async def test_a_screen_group_gets_a_name_and_another(town: Town) -> None:
    await posted(town, "/programme/screen-groups", {"id": "", "name": "Libraries"})
    (group,) = things.run(town, screen_groups.every)
    _status, page = await posted(town, "/programme/screen-groups", {"id": group.id, "name": "All libraries"})
    assert "All libraries" in page
    assert len(things.run(town, screen_groups.every)) == 1


@pytest.mark.parametrize("address", ["/programme/dayparts", "/programme/rules", "/programme/screen-groups"])
@pytest.mark.parametrize("who", ["moderator", "technician", "editor", "contributor", "outsider", None])
async def test_everybody_may_read_the_policies_and_only_programmers_change_them(
    town: Town, address: str, who: str | None
) -> None:
    client = town.client(who)
    assert (await client.get(address, allow_redirects=False)).status == (200 if who else 303)
    answer = await client.post(address, data={**DAYTIME, **RATING, "name": "X"}, allow_redirects=False)
    assert answer.status == 403 if who else answer.headers["Location"].startswith("/sign-in")
    assert things.run(town, dayparts.every) == []
    assert stored(town) == []


async def test_words_of_strangers_are_not_markup(town: Town) -> None:
    await posted(town, "/programme/screen-groups", {"id": "", "name": "<b>Loud</b>"})
    await posted(town, "/programme/rules", {"kind": "apart", "scope": "everywhere", "tag": "<i>x</i>"})
    for address in ("/programme/screen-groups", "/programme/rules"):
        page = await (await town.client("editor").get(address)).text()
        assert "<b>Loud" not in page
        assert "<i>x" not in page
