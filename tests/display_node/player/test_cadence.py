"""On a panel that refreshes 50 or 60 times a second every frame has its turns, evenly, whatever the film's rate."""

from collections import Counter
from fractions import Fraction
from itertools import groupby, pairwise

import pytest

from display_node.messages import Cue
from display_node.player.timeline import due_ns, frame_at

NS = 1_000_000_000
MINUTE_S = 60


def film(rate: Fraction) -> Cue:
    start_ms = 1_700_000_000_123
    end_ms = start_ms + MINUTE_S * 1_000
    return Cue(start_ms, end_ms, "programme", "video", "a", fps_num=rate.numerator, fps_den=rate.denominator)


def turns_of(rate: Fraction, hertz: Fraction, phase_ns: int) -> list[tuple[int, int]]:
    """Each frame shown in a minute with the number of refreshes it stayed, when each refresh takes the newest due."""
    cue = film(rate)
    zero_ns = cue.start_ms * 1_000_000 + phase_ns
    refreshes = range(int(MINUTE_S * hertz) - 1)
    shown = [frame_at(cue, zero_ns + int(number * NS / hertz)) for number in refreshes]
    return [(frame, len(list(stays))) for frame, stays in groupby(shown)]


@pytest.mark.parametrize("phase_ns", [1_000_003, 7_654_321])
@pytest.mark.parametrize(
    ("rate", "hertz", "stays"),
    [
        (Fraction(25), Fraction(50), {2}),
        (Fraction(50), Fraction(50), {1}),
        (Fraction(30), Fraction(60), {2}),
        (Fraction(60), Fraction(60), {1}),
        (Fraction(25), Fraction(60), {2, 3}),
        (Fraction(50), Fraction(60), {1, 2}),
        (Fraction(30_000, 1_001), Fraction(60), {2, 3}),
        (Fraction(30_000, 1_001), Fraction(60_000, 1_001), {2}),
        (Fraction(30), Fraction(50), {1, 2}),
        (Fraction(30_000, 1_001), Fraction(50), {1, 2}),
    ],
)
def test_no_frame_is_left_out_and_none_stays_a_refresh_too_long(
    rate: Fraction, hertz: Fraction, stays: set[int], phase_ns: int
) -> None:
    turns = turns_of(rate, hertz, phase_ns)
    frames = [frame for frame, _ in turns]
    assert frames == list(range(frames[0], frames[-1] + 1))
    inner = Counter(count for _, count in turns[1:-1])
    assert set(inner) == stays


def test_a_film_faster_than_the_panel_leaves_out_every_sixth_and_no_two_in_a_row() -> None:
    frames = [frame for frame, _ in turns_of(Fraction(60), Fraction(50), 1_000_000)]
    steps = Counter(after - before for before, after in pairwise(frames))
    assert set(steps) == {1, 2}
    assert abs(steps[2] / len(frames) - 1 / 5) < 0.01


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1_001), Fraction(30), Fraction(50), Fraction(60)])
def test_due_instants_never_drift_from_the_rate(rate: Fraction) -> None:
    cue = film(rate)
    day = int(24 * 3_600 * rate)
    assert abs(due_ns(cue, day) - due_ns(cue, 0) - day / rate * NS) <= 1
