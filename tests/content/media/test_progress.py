"""One number for how far a preparation is: it knows every step, and never goes back."""

from itertools import pairwise

from content.media.job import STEP_NAMES
from content.media.progress import SHARES, percent_of_all
from content.media.steps import STEPS


def test_every_step_has_its_share_and_they_follow_one_another_from_nothing_to_all() -> None:
    assert list(SHARES) == list(STEP_NAMES)
    assert {step.name for step in STEPS} == set(STEP_NAMES)
    shares = list(SHARES.values())
    assert (shares[0][0], shares[-1][1]) == (0, 100)
    assert all(before[1] == after[0] for before, after in pairwise(shares))
    assert all(begin < end for begin, end in shares)


def test_the_number_only_rises() -> None:
    told = [percent_of_all(step, percent) for step in STEP_NAMES for percent in range(101)]
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 100)
