"""Whatever the times of its pictures, a house film is steady and lasts a whole number of milliseconds."""

from hypothesis import given
from hypothesis import strategies as st

from content.media.cadence import Cadence
from content.media.house_size import fit, house_size
from content.media.limits import HOUSE, Profile

RATES = st.sampled_from([Profile(fps=25), Profile(fps=30), Profile(fps=60)])


@given(RATES, st.lists(st.integers(1, 2_000_000), min_size=1, max_size=60), st.integers(0, 2_000_000))
def test_every_film_lasts_whole_milliseconds_and_hardly_longer_than_its_source(
    profile: Profile, gaps_us: list[int], last_us: int
) -> None:
    cadence = Cadence(profile.fps, profile.frames_step)
    at_us, shown = 0, 0
    for gap_us in gaps_us:
        at_us += gap_us
        shown += cadence.until(at_us)
        assert abs(cadence.frames * 1_000_000 - at_us * profile.fps) <= 500_000
    shown += cadence.ending(at_us + last_us)
    assert shown == cadence.frames
    assert cadence.frames * 1_000 % profile.fps == 0
    over_us = cadence.frames * 1_000_000 - (at_us + last_us) * profile.fps
    assert -500_000 <= over_us <= profile.frames_step * 1_000_000 + 500_000


@given(st.integers(1, 8_192), st.integers(1, 8_192))
def test_a_picture_keeps_its_shape_and_fits(width: int, height: int) -> None:
    house = house_size(width, height, HOUSE)
    long, short = max(house), min(house)
    assert long <= 1_920
    assert short <= 1_080
    assert (house[0] >= house[1]) or width <= height + 1
    assert house[0] % 2 == house[1] % 2 == 0
    inner = fit(width, height, *((1_920, 1_080) if width >= height else (1_080, 1_920)))
    assert abs(house[0] - inner[0]) <= 1
    assert abs(house[1] - inner[1]) <= 1
    assert inner[0] <= width
    assert inner[1] <= height
