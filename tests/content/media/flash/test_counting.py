"""The counting itself, for one cell: compared with the rules written out plainly, over any series of light."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from content.media.flash.changes import Change, Gradual, Sudden
from content.media.flash.findings import Findings, Found, Hit
from content.media.flash.rules import DARK, SECOND_US, STEP, SUDDEN_US, Field
from content.media.flash.tally import Tally

ONE = (1, 1)
Series = list[tuple[int, int]]
"""Time in microseconds and light, of each picture."""
Turned = list[tuple[int, str]]

gaps = st.sampled_from([4_166, 8_333, 16_667, 20_000, 33_333, 40_000, 66_667, 100_000, 150_000, 400_000])
lights = st.one_of(st.sampled_from([0, 10_000, 14_996, 14_997, 39_999, 40_000, 45_000, 50_000]), st.integers(0, 50_000))
steps = st.lists(st.tuples(gaps, lights), min_size=2, max_size=60)


def series_of(pairs: list[tuple[int, int]]) -> Series:
    at_us, series = 0, []
    for gap, light in pairs:
        series.append((at_us, light))
        at_us += gap
    return series


def turned(at_us: int, change: Change | None) -> Turned:
    if change is None:
        return []
    return [(at_us, name) for name, mask in (("up", change.up), ("down", change.down)) if mask.any()]


def sudden(series: Series) -> Turned:
    """What the code says."""
    seen, found = Sudden(ONE), []
    for at_us, light in series:
        changes = seen.at(at_us, np.full(ONE, light, np.uint16))
        found += turned(at_us, None if changes is None else changes[0])
    return found


def gradual(series: Series) -> Turned:
    """What the code says."""
    seen, found = Gradual(ONE), []
    for at_us, light in series:
        found += turned(at_us, seen.at(np.full(ONE, light, np.uint16)))
    return found


def sudden_plainly(series: Series) -> Turned:
    """What the rule says."""
    found: Turned = []
    last = ""
    for place, (at_us, light) in enumerate(series[1:], start=1):
        before = [was for n, (then, was) in enumerate(series[:place]) if at_us - then <= SUDDEN_US or n == place - 1]
        ups = light - min(before) >= STEP and min(before) < DARK and last != "up"
        downs = max(before) - light >= STEP and light < DARK and last != "down"
        assert not (ups and downs)
        if ups or downs:
            last = "up" if ups else "down"
            found.append((at_us, last))
    return found


@given(steps)
def test_sudden_changes_are_those_of_the_rule(pairs: list[tuple[int, int]]) -> None:
    series = series_of(pairs)
    assert sudden(series) == sudden_plainly(series)


@given(steps)
def test_changes_go_up_and_down_in_turn(pairs: list[tuple[int, int]]) -> None:
    for found in (sudden(series_of(pairs)), gradual(series_of(pairs))):
        assert all(before != after for (_, before), (_, after) in pairwise(found))


@given(steps)
def test_between_turning_points_how_long_it_takes_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    names = [name for _, name in gradual(series_of(pairs))]
    assert names == [name for _, name in gradual(series_of([(1_000_000, light) for _, light in pairs]))]


@given(steps, st.integers(0, 10**9))
def test_when_the_film_begins_does_not_matter(pairs: list[tuple[int, int]], later_us: int) -> None:
    series = series_of(pairs)
    moved = [(at_us + later_us, light) for at_us, light in series]
    assert [(at_us - later_us, name) for at_us, name in sudden(moved)] == sudden(series)


@given(st.lists(gaps, min_size=1, max_size=80))
def test_more_than_six_in_any_second_hit_and_nothing_else_does(between: list[int]) -> None:
    tally, at_us, times, on, off = (
        Tally(ONE, Field(1, 1, 1)),
        0,
        [],
        np.full(ONE, 255, np.uint8),
        np.zeros(ONE, np.uint8),
    )
    for number, gap in enumerate(between):
        at_us += gap
        times.append(at_us)
        hit = tally.at(at_us, Change(on, off) if number % 2 else Change(off, on))
        within = [then for then in times if at_us - then < SECOND_US]
        assert (hit is not None) == (len(within) > 6)
        if hit is not None:
            assert hit == Hit(within[0], at_us, min(len(within), 60))


def test_hits_that_touch_are_one_and_there_are_never_too_many() -> None:
    findings = Findings()
    for second in range(1_000):
        findings.add("itu_general", Hit(second * 2_000_000, second * 2_000_000 + 900_000, 7 + second % 3))
    findings.add("itu_red", Hit(5, 10, 9))
    findings.add("itu_red", Hit(11, 20, 8))
    assert len(findings.found) <= 201
    assert findings.found[-1] == Found("itu_red", 5, 20, 9)
    assert max(found.end_us for found in findings.found) == 999 * 2_000_000 + 900_000
