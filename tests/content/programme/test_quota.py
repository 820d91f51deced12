"""How a segment's time is divided."""

from hypothesis import given, settings

from content.programme.plan import Params, Rotation, read_plan
from content.programme.quota import apportion, hash64, playable, quotas
from content.reading import Reader
from tests.content.programme.oracle import Oracle
from tests.content.programme.plans import HOUR, Json, hours, item, plans


def shares(groups: Json, params: Params | None = None) -> dict[str, int]:
    segment = read_plan(Reader(hours(1, groups))).segments[0]
    assert isinstance(segment, Rotation)
    return quotas(segment, playable(segment), params or Params())


def card(weight: int, gap_ms: int = 0, name: str = "card") -> Json:
    return {"weight": weight, "items": [item(name, 30_000, 1, gap_ms)]}


def test_the_hash_is_blake2b_of_eight_bytes_big_endian() -> None:
    # The same as: printf 'phase\ng1' | b2sum -l 64
    assert hash64("phase\ng1") == 0xA954EA94BD864935


def test_an_hour_is_divided_by_weight_after_the_house() -> None:
    assert shares({"a": card(5), "b": card(3), "c": card(2)}) == {"a": 1_710_000, "b": 1_026_000, "c": 684_000}


def test_a_single_card_with_a_gap_takes_what_it_can_use_and_the_others_share_the_rest() -> None:
    found = shares({"a": card(5), "b": card(3), "c": card(2, gap_ms=600_000)})
    assert found == {"a": 2_035_228, "b": 1_221_136, "c": 163_636}


def test_the_largest_remainders_get_the_odd_milliseconds_and_ids_break_ties() -> None:
    assert apportion(100, {"c": 1, "b": 1, "a": 1}) == {"a": 34, "b": 33, "c": 33}
    assert apportion(10, {"a": 1, "b": 5, "c": 5}) == {"a": 1, "b": 5, "c": 4}
    assert apportion(7, {}) == {}


def test_nobody_without_weight_or_without_a_fitting_item_has_a_share() -> None:
    long = {"weight": 9, "items": [item("film", HOUR + 1, 1)]}
    assert shares({"a": card(1), "b": card(0), "c": {"weight": 4, "items": []}, "d": long}) == {"a": 3_420_000}


def test_a_house_that_keeps_everything_leaves_nothing() -> None:
    assert shares({"a": card(1)}, Params(house_bp=10_000)) == {"a": 0}


@settings(max_examples=200, deadline=None)
@given(plans())
def test_shares_never_exceed_what_the_house_leaves_and_agree_with_the_second_engine(plan: Json) -> None:
    read = read_plan(Reader(plan))
    for segment, expected in zip(read.segments, Oracle(plan).quotas, strict=True):
        if isinstance(segment, Rotation):
            length_ms = segment.end_ms - segment.start_ms
            found = quotas(segment, playable(segment), read.params)
            assert {group: share for group, share in found.items() if share} == expected
            assert sum(found.values()) <= length_ms - length_ms * read.params.house_bp // 10_000
            assert all(share >= 0 for share in found.values())
