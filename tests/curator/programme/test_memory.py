"""What accounts remember from plan to plan: what can still matter, and nothing else for ever."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.engine import Programme
from content.programme.plan import Carry, Plan
from curator.programme.compiler import compile_plan
from curator.programme.compiler.memory import remembered
from curator.programme.facts import ProgrammeFacts
from curator.programme.hours import HOUR_MS
from curator.programme.rules import PaceRule, When
from tests.curator.programme.facts_of import A_DAY_MS, drawn_facts, facts, item, moment

START_MS = 1_793_000_123_456
GAPS = st.sampled_from([0, 60_000, 20 * 60_000, 5 * HOUR_MS, 3 * A_DAY_MS])


@st.composite
def starts(draw: st.DrawFn, plan: Plan, town: ProgrammeFacts) -> Plan:
    """The plan with any last starts, of items that there are and of such as are gone."""
    groups = {}
    for group, carry in plan.groups.items():
        known = [one.id for one in town.items.values() if one.group == group] + [
            f"gone {number}" for number in range(3)
        ]
        ages = st.integers(0, 4 * A_DAY_MS) | st.just(A_DAY_MS)
        ago = draw(st.dictionaries(st.sampled_from(known), ages))
        groups[group] = replace(
            carry, last_starts_ms={one: plan.segments[0].start_ms - age for one, age in ago.items()}
        )
    return replace(plan, groups=groups)


@settings(max_examples=40, deadline=None)
@given(drawn_facts(START_MS, A_DAY_MS // 2), st.data())
def test_what_is_forgotten_changes_nothing_that_is_shown(given_facts: ProgrammeFacts, data: st.DataObject) -> None:
    items = {name: replace(one, gap_ms=data.draw(GAPS)) for name, one in given_facts.items.items()}
    rules = tuple(PaceRule("r", "Pace", When(), gap_ms) for gap_ms in [data.draw(GAPS)] if gap_ms)
    town = replace(given_facts, items=items, rules=rules)
    plan = data.draw(starts(compile_plan(town, replace(moment(START_MS), length_ms=A_DAY_MS // 2)).plan, town))
    kept = remembered(town, plan.groups, plan.segments)
    for group, carry in kept.items():
        assert carry.last_starts_ms.items() <= plan.groups[group].last_starts_ms.items()
        assert carry.last_starts_ms.keys() <= items.keys()
    span = Programme(plan).span
    assert list(Programme(replace(plan, groups=kept)).each_event(*span)) == list(Programme(plan).each_event(*span))


def test_a_start_is_remembered_for_a_day_or_for_its_gap() -> None:
    town = facts(item("short"), replace(item("long"), gap_ms=2 * A_DAY_MS), item("paced", order=30))
    town = replace(town, rules=(PaceRule("r", "Pace", When(), 3 * HOUR_MS),))
    plan = compile_plan(town, moment(START_MS)).plan
    first_ms = plan.segments[0].start_ms

    def left(age_ms: int) -> set[str]:
        carry = Carry(last_starts_ms=dict.fromkeys(["short", "long", "paced", "gone"], first_ms - age_ms))
        return set(remembered(town, {"g1": carry}, plan.segments)["g1"].last_starts_ms)

    assert left(HOUR_MS) == {"short", "long", "paced"}
    assert left(A_DAY_MS - 1) == {"short", "long", "paced"}
    assert left(A_DAY_MS) == {"long"}
    assert left(2 * A_DAY_MS) == set()


def test_accounts_do_not_grow_with_every_item_a_group_ever_had() -> None:
    old: Programme | None = None
    for day in range(12):
        shown = [replace(item(f"day {day} {number}", order=number), gap_ms=HOUR_MS) for number in range(3)]
        compiled = compile_plan(facts(*shown), moment(START_MS + day * A_DAY_MS), old)
        assert len(compiled.plan.groups["g1"].last_starts_ms) <= 2 * len(shown)
        old = Programme(compiled.plan)
    assert old is not None
    assert old.carry_at(START_MS + 12 * A_DAY_MS)["g1"].last_starts_ms


def test_promised_segments_keep_the_gaps_that_they_were_laid_out_with() -> None:
    rare = replace(item("rare"), gap_ms=2 * A_DAY_MS)
    old = Programme(compile_plan(facts(rare, item("often", "g2")), moment(START_MS)).plan)
    now_ms = START_MS + 30 * HOUR_MS
    compiled = compile_plan(
        facts(item("rare"), item("often", "g2")), replace(moment(now_ms), freeze_ms=HOUR_MS), old
    )  # fmt: skip
    assert compiled.plan.groups["g1"].last_starts_ms
    new = Programme(compiled.plan)
    promised = (compiled.effective_ms, compiled.change_ms)
    assert new.events(*promised) == old.events(*promised)
