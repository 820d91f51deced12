"""Faults that programmes of this kind have had: each stays caught."""

import itertools
from copy import deepcopy

from tests.content.programme.plans import HOUR, Json, hours, item, programme, rotation, town, whole


def air_time_ms(plan: Json) -> dict[str, int]:
    total: dict[str, int] = {}
    for start, end, _, _, group, _ in whole(programme(plan)):
        if group is not None:
            total[group] = total.get(group, 0) + end - start
    return total


def test_a_group_with_65_percent_is_not_starved_by_never_two_in_a_row() -> None:
    groups: Json = {"heavy": {"weight": 65, "items": [item("short", 10_000, 1)]}}
    groups |= {f"g{number}": {"weight": 5, "items": [item(f"long{number}", 60_000, 1)]} for number in range(7)}
    on_ms = air_time_ms(hours(24, groups))
    assert abs(on_ms["heavy"] - 24 * HOUR * 95 * 65 // 10_000) < 60_000
    rows = [row for row in whole(programme(hours(24, groups))) if row[2] == "item"]
    assert any(before[4] == after[4] == "heavy" for before, after in itertools.pairwise(rows))


def test_groups_that_can_take_turns_do_not_follow_themselves() -> None:
    groups = town(4, 10, shortest_ms=15_000, longest_ms=30_000)
    rows = [row for row in whole(programme(hours(24, groups))) if row[2] == "item"]
    twice = sum(before[4] == after[4] for before, after in itertools.pairwise(rows))
    assert twice / len(rows) < 0.02


def test_uploading_forty_more_items_buys_no_time() -> None:
    groups = town(6, 12)
    flooded = deepcopy(groups)
    flooded["g02"]["items"] += [item(f"more{number}", 20_000, 100 + number) for number in range(40)]
    before, after = air_time_ms(hours(48, groups)), air_time_ms(hours(48, flooded))
    for group in groups:
        assert abs(after[group] - before[group]) < 3 * 60_000


def test_splitting_an_item_buys_no_time() -> None:
    groups = town(6, 12)
    groups["g02"]["items"] = [item("one", 60_000, 1)]
    split = deepcopy(groups)
    split["g02"]["items"] = [item(f"part{number}", 6_000, number) for number in range(10)]
    before, after = air_time_ms(hours(48, groups)), air_time_ms(hours(48, split))
    for group in groups:
        assert abs(after[group] - before[group]) < 3 * 60_000


def test_a_group_that_comes_or_goes_does_not_change_the_chance_of_the_others() -> None:
    """Salts and phases hang on ids: with indexes, a newcomer first in the list would change everybody's."""
    groups = {name: {"weight": 1, "items": [item(f"{name}1", 10_000, 1)]} for name in "bcd"}
    new = {"a": {"weight": 0, "items": [item("a1", 10_000, 1)]}, **groups}
    assert whole(programme(hours(6, new))) == whole(programme(hours(6, groups)))


def test_an_item_longer_than_the_segment_does_not_starve_its_group() -> None:
    groups: Json = {
        "films": {"weight": 1, "items": [item("film", 2 * HOUR, 1), item("trailer", 30_000, 2)]},
        "others": {"weight": 1, "items": [item("card", 20_000, 1)]},
    }
    rows = whole(programme(hours(24, groups)))
    assert {row[3] for row in rows if row[4] == "films"} == {"trailer"}
    on_ms = air_time_ms(hours(24, groups))
    assert abs(on_ms["films"] - on_ms["others"]) < 60_000


def test_a_group_whose_only_item_is_longer_than_the_segment_leaves_its_time_to_the_others() -> None:
    groups: Json = {
        "films": {"weight": 9, "items": [item("film", 2 * HOUR, 1)]},
        "others": {"weight": 1, "items": [item("card", 20_000, 1)]},
    }
    on_ms = air_time_ms(hours(24, groups))
    assert on_ms.keys() == {"others"}
    assert abs(on_ms["others"] - 24 * HOUR * 95 // 100) < 60_000
    engine = programme(hours(24, groups))
    assert engine.carry_at(24 * HOUR)["films"].balance_ms == 0


def test_a_long_item_is_played_in_the_one_segment_that_has_room_for_it() -> None:
    groups: Json = {"g": {"weight": 1, "items": [item("film", 40 * 60_000, 1), item("card", 20_000, 2)]}}
    plan = hours(1, groups)
    plan["segments"] = [
        rotation(quarter * HOUR // 4, (quarter + 1) * HOUR // 4, groups) for quarter in range(8)
    ] + [rotation(2 * HOUR, 4 * HOUR, groups)]  # fmt: skip
    films = [row for row in whole(programme(plan)) if row[3] == "film"]
    assert films
    assert all(row[0] >= 2 * HOUR for row in films)


def test_a_segment_of_one_millisecond_is_harmless() -> None:
    groups = town(8, 5)
    plan = hours(1, groups)
    plan["segments"] += [rotation(HOUR + extra, HOUR + extra + 1, groups) for extra in range(1_000)]
    plan["segments"].append(rotation(HOUR + 1_000, 2 * HOUR, groups))
    engine = programme(plan)
    assert engine.at(HOUR + 500).event.kind == "filler"
    assert engine.at(2 * HOUR - 600_000).event.kind == "item"


def test_a_gap_longer_than_the_segment_still_lets_the_item_come_round() -> None:
    groups: Json = {
        "g": {"weight": 1, "items": [item("rare", 30_000, 1, gap_ms=3 * HOUR)]},
        "h": {"weight": 1, "items": [item("often", 20_000, 1)]},
    }
    starts = [row[0] for row in whole(programme(hours(48, groups))) if row[3] == "rare"]
    waits = [later - sooner for sooner, later in itertools.pairwise(starts)]
    assert min(waits) >= 3 * HOUR
    assert max(waits) < 5 * HOUR


def test_a_gap_counts_from_a_start_at_which_the_item_had_none() -> None:
    free: Json = {"g": {"weight": 1, "items": [item("i", 10_000, 1)]}}
    gapped: Json = {"g": {"weight": 1, "items": [item("i", 10_000, 1, gap_ms=600_000)]}}
    plan = hours(1, free)
    plan["segments"].append(rotation(HOUR, 2 * HOUR, gapped))
    starts = [row[0] for row in whole(programme(plan)) if row[3] == "i"]
    before, after = [at for at in starts if at < HOUR], [at for at in starts if at >= HOUR]
    assert after[0] == before[-1] + 600_000


def test_a_gap_counts_from_the_true_start_of_an_item_that_a_booking_continues() -> None:
    continued = {"offset_ms": 0, "duration_ms": 10_000, "item": "i", "group": "g", "media_offset_ms": 20_000}
    plan = {
        "engine": "L1",
        "groups": [{"id": "g", "carry": {"balance_ms": 100_000}}],
        "segments": [
            {"start_ms": HOUR, "end_ms": HOUR + 10_000, "kind": "fixed", "items": [continued]},
            rotation(HOUR + 10_000, 2 * HOUR, {"g": {"weight": 1, "items": [item("i", 30_000, 1, gap_ms=60_000)]}}),
        ],
    }
    played = [row[0] for row in whole(programme(plan)) if row[3] == "i"]
    assert played[:2] == [HOUR, HOUR + 40_000]
