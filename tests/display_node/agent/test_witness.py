"""A player that dies without a word: what its heartbeats said counts."""

from dataclasses import replace

from display_node.agent.witness import Witness
from display_node.messages import Cue, Heartbeat, Played

CUE = Cue(10_000, 20_000, "programme", "video", "i1", "a" * 64, "/f", manifest_version=7)
NEXT = replace(CUE, start_ms=20_000, end_ms=30_000, item="i2")


def beat(wall_ms: int, player_id: int, item: str = "i1") -> Heartbeat:
    return Heartbeat(wall_ms, "programme", item, "video", 30, 0, 0, 3, player_id)


def test_what_a_dead_player_showed_is_on_record_from_its_first_beat_to_its_last() -> None:
    witness = Witness()
    assert [witness.heard(beat(10_200 + second * 1_000, 1), CUE) for second in range(5)] == [None] * 5
    row = witness.heard(beat(16_000, 2, ""), None)
    assert row == Played(10_000, 10_200, 4_000, "programme", "i1", "a" * 64, "partial", "power", 7)
    assert witness.heard(beat(17_000, 2), CUE) is None


def test_what_the_player_said_itself_is_not_said_again() -> None:
    witness = Witness()
    witness.heard(beat(10_200, 1), CUE)
    witness.told(Played(10_000, 10_000, 10_000, "programme", "i1", "a" * 64, "complete", "", 7))
    assert witness.heard(beat(20_500, 2), NEXT) is None


def test_a_player_that_goes_on_to_the_next_cue_needs_no_witness() -> None:
    witness = Witness()
    witness.heard(beat(10_200, 1), CUE)
    assert witness.heard(beat(20_500, 1), NEXT) is None


def test_a_player_that_comes_back_in_the_same_cue_and_dies_again_gives_two_stretches() -> None:
    witness = Witness()
    witness.heard(beat(10_200, 1), CUE)
    witness.heard(beat(12_200, 1), CUE)
    first = witness.heard(beat(14_000, 2), CUE)
    witness.heard(beat(15_000, 2), CUE)
    second = witness.heard(beat(17_000, 3), CUE)
    assert first is not None
    assert second is not None
    assert [(row.start_ms, row.duration_ms) for row in (first, second)] == [(10_200, 2_000), (14_000, 1_000)]
