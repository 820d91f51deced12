"""Two engines, one specification: they must agree event for event."""

from random import Random

from hypothesis import HealthCheck, given, settings

from tests.content.programme.oracle import Oracle
from tests.content.programme.plans import Json, hours, plans, programme, tight, town, whole

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(plans())
def test_both_engines_show_the_same_and_hand_on_the_same_accounts(plan: Json) -> None:
    engine, oracle = programme(plan), Oracle(plan)
    assert whole(engine) == oracle.rows
    for segment, accounts in zip(engine.plan.segments, oracle.after_segment, strict=True):
        found = {
            group: (carry.balance_ms, carry.last_order, dict(carry.last_starts_ms))
            for group, carry in engine.carry_at(segment.end_ms).items()
        }
        assert found == accounts


def test_both_engines_show_the_same_in_a_town_for_a_day() -> None:
    house = [{"item": "how-to", "duration_ms": 8_000}, {"item": "crest", "duration_ms": 6_000}]
    groups = town(7, 12)
    groups["g03"]["items"][0]["gap_ms"] = 600_000
    groups["g05"]["items"] = [{**groups["g05"]["items"][0], "gap_ms": 900_000}]
    plan = hours(24, groups, house=house)
    assert whole(programme(plan)) == Oracle(plan).rows


def test_both_engines_show_the_same_where_everything_coincides() -> None:
    for seed in range(1_500):
        plan = tight(Random(seed))  # noqa: S311 - a test's dice
        assert whole(programme(plan)) == Oracle(plan).rows, seed
