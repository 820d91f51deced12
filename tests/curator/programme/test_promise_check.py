"""How often a group plays, held against what it was promised."""

from content.programme.engine import Programme
from curator.programme.compiler import compile_plan
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.facts import ProgrammeFacts
from curator.programme.promise_check import Wanted, least_weight, longest_wait
from tests.curator.programme import facts_of

NOW_MS = 1_792_303_200_000
MINUTE_MS = 60_000
MOMENT = facts_of.moment(NOW_MS, days=1)


def facts(small: int, large: int) -> ProgrammeFacts:
    items = [facts_of.item("is", "small", 20_000), facts_of.item("il", "large", 15_000)]
    return facts_of.facts(*items, weights={"small": small, "large": large})


def wait(small: int, large: int, daypart: Daypart | None = None) -> int:
    laid = Programme(compile_plan(facts(small, large), MOMENT, None).plan)
    return longest_wait(laid, Wanted("small", daypart, 1), "Europe/London", *laid.span).length_ms


def test_a_heavier_group_waits_less() -> None:
    assert wait(1, 1) < wait(1, 10) < wait(1, 60)


def test_a_group_without_a_play_waits_all_the_time() -> None:
    laid = Programme(compile_plan(facts(0, 1), MOMENT, None).plan)
    found = longest_wait(laid, Wanted("small", None, 1), "Europe/London", *laid.span)
    assert found.length_ms == laid.span[1] - laid.span[0]


def test_only_the_hours_of_the_daypart_count() -> None:
    noon = Daypart("noon", "Noon", (Hours(EVERY_DAY, 720, 725),))
    assert wait(0, 1, noon) == 5 * MINUTE_MS


def test_the_least_weight_keeps_the_promise_and_one_less_does_not() -> None:
    wanted = Wanted("small", None, 4 * MINUTE_MS)
    least = least_weight(facts(1, 50), wanted, MOMENT)
    assert least is not None
    assert 1 < least < 50
    assert wait(least, 50) <= wanted.every_ms < wait(least - 1, 50)


def test_what_no_weight_can_keep_is_said_so() -> None:
    assert least_weight(facts(1, 1), Wanted("small", None, 5_000), MOMENT) is None
