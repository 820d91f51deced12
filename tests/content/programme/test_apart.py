"""Items with the same tag do not follow each other where deadlines allow another in between."""

import itertools
from random import Random

from content.programme.plan import read_plan
from content.reading import Reader
from tests.content.programme.plans import Json, hours, item, programme, town, whole
from tests.content.programme.test_bounds import worst


def tagged(groups: Json, tags: dict[str, str]) -> Json:
    """The groups with a tag on every item of some of them."""
    return {
        group: {**own, "items": [{**one, "apart": tags.get(group, "")} for one in own["items"]]}
        for group, own in groups.items()
    }


def followings(groups: Json, tags: dict[str, str]) -> int:
    """How often an item follows one of another group with its tag, within a day."""
    events = programme(hours(24, groups)).events(0, 24 * 3_600_000)
    shown = [(tags.get(event.group or "", ""), event.group) for event in events]
    return sum(before[0] == after[0] != "" and before[1] != after[1] for before, after in itertools.pairwise(shown))


def test_rivals_rarely_follow_each_other() -> None:
    groups = town(4, 10, shortest_ms=15_000, longest_ms=30_000)
    tags = {"g01": "rival", "g02": "rival", "g03": "rival"}
    without, with_tags = followings(groups, tags), followings(tagged(groups, tags), tags)
    assert without > 100
    assert with_tags * 2 < without


def test_rivals_alone_still_get_their_time() -> None:
    groups: Json = {name: {"weight": 1, "items": [item(name, 20_000, 1)]} for name in "abc"}
    plain = whole(programme(hours(24, groups)))
    assert whole(programme(hours(24, tagged(groups, dict.fromkeys("abc", "rival"))))) == plain


def test_tags_that_nobody_shares_change_nothing() -> None:
    groups = town(4, 10)
    tags = {group: f"tag {group}" for group in groups}
    assert whole(programme(hours(24, tagged(groups, tags)))) == whole(programme(hours(24, groups)))


def test_the_promises_hold_with_tags() -> None:
    dice = Random(5)  # noqa: S311 - a test's dice
    for seed in range(6):
        groups = town(seed, 14)
        tags = {group: dice.choice(["", "x", "y"]) for group in groups}
        ahead, behind = worst(hours(48, tagged(groups, tags)))
        assert ahead <= 1
        assert behind <= 1


def test_a_tag_is_written_only_where_there_is_one() -> None:
    groups = tagged({"a": {"weight": 1, "items": [item("i", 9_000, 1)]}}, {"a": "x"})
    plan = read_plan(Reader(hours(1, groups)))
    assert read_plan(Reader(plan.as_json())) == plan
    assert "'apart'" not in str(read_plan(Reader(hours(1, tagged(groups, {})))).spelt_out())
    assert "'apart': 'x'" in str(plan.spelt_out())
