"""Coordinates as people paste them from maps, and how far apart places are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.coordinates import apart_m, coordinates_of, degrees, read_coordinates

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
HOME = (53.480760, -2.242630)


@pytest.mark.parametrize(
    "words",
    [
        "53.48076,-2.24263", "53.48076, -2.24263", " 53.48076 -2.24263 ", "53,48076; -2,24263", "53.48076°, -2.24263°",
        "geo:53.48076,-2.24263", "53,48076, -2,24263",
    ],
)  # fmt: skip
def test_what_maps_give_is_read(words: str) -> None:
    assert read_coordinates(words) == "53.480760,-2.242630"


@pytest.mark.parametrize(
    "words",
    [
        "53.48", "north", "53.48, -2.24, 7", "91, 0", "0, 181", "nan, 0", "inf 0", "1e1, 2", "٥٣, ٢", "5" * 70,
        "53.48076-2.24263",
    ],
)  # fmt: skip
def test_anything_else_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="latitude"):
        read_coordinates(words)


def test_nothing_is_no_place() -> None:
    assert read_coordinates("  ") == ""
    assert degrees("") is None


@given(LATITUDES, LONGITUDES)
def test_what_is_stored_is_read_again_as_it_is_to_eleven_centimetres(lat: float, long: float) -> None:
    stored = coordinates_of(lat, long)
    assert read_coordinates(stored) == stored
    found = degrees(stored)
    assert found is not None
    assert math.isclose(found[0], lat, abs_tol=1e-6)
    assert math.isclose(found[1], long, abs_tol=1e-6)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(
    lat: float, long: float, other_lat: float, other_long: float
) -> None:
    one, other = (lat, long), (other_lat, other_long)
    assert math.isclose(apart_m(one, other), apart_m(other, one), abs_tol=1e-3)
    assert 0 <= apart_m(one, other) <= 20_016_000
    assert apart_m(one, one) == 0


def test_a_thousandth_of_a_degree_north_is_111_metres_and_less_to_the_east() -> None:
    assert round(apart_m(HOME, (HOME[0] + 0.001, HOME[1]))) == 111
    assert round(apart_m(HOME, (HOME[0], HOME[1] + 0.001))) == 66
