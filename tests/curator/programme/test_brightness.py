"""How bright a site may be, told to its screens: by day and in a daypart of its own, across the clocks' changes."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from curator.programme.brightness import brightness
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.holding import spans
from curator.programme.rules import SiteConditions
from tests.curator.programme.facts_of import ZONES, facts

FROM_MS = 1_792_000_000_000
TO_MS = FROM_MS + 10 * 86_400_000


@given(
    st.sampled_from(ZONES), st.integers(0, 1439), st.integers(1, 1440), st.integers(1, 100), st.integers(1, 100),
    st.integers(FROM_MS, TO_MS - 1),
)  # fmt: skip
def test_at_every_instant_the_screen_is_as_bright_as_was_agreed(
    zone: str, begins: int, ends: int, by_day: int, by_night: int, at_ms: int
) -> None:
    night = Daypart("night", "Night", (Hours(EVERY_DAY, begins, ends),))
    site = SiteConditions(brightness_percent=by_day, brightness_at_night_percent=by_night, night="night")
    given_facts = replace(facts(zone=zone), site=site, dayparts={"night": night})
    rows = brightness(given_facts, FROM_MS, TO_MS)
    is_night = any(start <= at_ms < end for start, end in spans(night, zone, FROM_MS, TO_MS))
    told = next((percent for start, percent in reversed(rows) if start <= at_ms), 100)
    assert told == (by_night if is_night else by_day)
    assert all(one[0] < other[0] and one[1] != other[1] for one, other in itertools.pairwise(rows))


def test_a_site_without_an_agreement_is_not_spoken_of() -> None:
    assert brightness(facts(), FROM_MS, TO_MS) == ()
