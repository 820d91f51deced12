"""One true row for each cue, whatever happened to it."""

import pytest

from display_node.messages import Cue, Played
from display_node.player.asrun import AsRun, Showing

A = Cue(1_000, 11_000, "programme", "video", "a", "a" * 64, "/a", manifest_version=3)
B = Cue(11_000, 21_000, "programme", "video", "b", "b" * 64, "/b", manifest_version=3)


def row_of(*seen: tuple[Showing, int], until_ms: int = 11_000, following: Cue | None = B) -> Played:
    as_run = AsRun()
    for showing, instant_ms in seen:
        assert as_run.observe(A, showing, instant_ms) == ()
    (row,) = as_run.observe(following, "waiting", until_ms)
    return row


def test_a_cue_shown_from_start_to_end_is_complete() -> None:
    row = row_of(("shown", 1_002))
    assert row == Played(1_000, 1_002, 9_998, "programme", "a", "a" * 64, "complete", "", 3)


def test_a_cue_joined_late_is_partial_because_of_the_start() -> None:
    row = row_of(("waiting", 4_000), ("shown", 4_120))
    assert (row.start_ms, row.duration_ms, row.outcome, row.cause) == (4_120, 6_880, "partial", "start")


def test_a_cue_whose_file_is_broken_is_substituted() -> None:
    row = row_of(("waiting", 1_000), ("file", 1_001))
    assert (row.start_ms, row.duration_ms, row.outcome, row.cause) == (1_000, 0, "substituted", "file")


def test_a_decoder_that_never_delivers_substitutes() -> None:
    assert (row_of(("waiting", 1_000), ("decoder", 1_600)).outcome) == "substituted"


def test_a_decoder_that_comes_late_or_breaks_off_makes_it_partial() -> None:
    late = row_of(("waiting", 1_000), ("decoder", 1_600), ("shown", 3_000))
    broken = row_of(("shown", 1_000), ("decoder", 5_000))
    assert (late.outcome, late.cause, late.duration_ms) == ("partial", "decoder", 8_000)
    assert (broken.outcome, broken.cause, broken.duration_ms) == ("partial", "decoder", 4_000)


def test_panic_in_the_middle_is_partial_and_its_time_is_not_counted() -> None:
    row = row_of(("shown", 1_000), ("panic", 3_000), ("shown", 6_000))
    assert (row.outcome, row.cause, row.duration_ms) == ("partial", "panic", 7_000)


def test_panic_all_through_is_missed() -> None:
    row = row_of(("panic", 1_000))
    assert (row.outcome, row.cause, row.duration_ms) == ("missed", "panic", 0)


def test_a_cue_that_is_replaced_while_on_is_cut_by_the_edit() -> None:
    row = row_of(("shown", 1_000), until_ms=5_000, following=Cue(5_000, 9_000, "programme", "still", "c"))
    assert (row.outcome, row.cause, row.duration_ms) == ("partial", "edit", 4_000)


def test_a_cue_with_another_end_is_still_the_same_showing() -> None:
    as_run = AsRun()
    as_run.observe(A, "shown", 1_000)
    longer = Cue(1_000, 31_000, "programme", "video", "a", "a" * 64, "/a", manifest_version=4)
    assert as_run.observe(longer, "shown", 1_010) == ()


def test_stopping_the_player_ends_the_row() -> None:
    as_run = AsRun()
    as_run.observe(A, "shown", 1_000)
    (row,) = as_run.finish(3_000)
    assert (row.outcome, row.cause, row.duration_ms) == ("partial", "power", 2_000)
    assert as_run.finish(3_000) == ()


def test_nothing_on_makes_no_row() -> None:
    as_run = AsRun()
    assert as_run.observe(None, "waiting", 0) == ()
    assert as_run.observe(A, "waiting", 1_000) == ()
    assert len(as_run.observe(None, "waiting", 11_000)) == 1


@pytest.mark.parametrize("late_ms", [0, 40, 199])
def test_a_start_within_the_tolerance_is_complete(late_ms: int) -> None:
    assert row_of(("waiting", 1_000), ("shown", 1_000 + late_ms)).outcome == "complete"


def test_the_screen_knows_which_cues_it_has_turned_to() -> None:
    as_run = AsRun()
    assert not as_run.has_seen(A)
    as_run.observe(B, "shown", 11_000)
    assert as_run.has_seen(A)
    assert as_run.has_seen(B)
    assert AsRun.missed(A).outcome == "missed"
