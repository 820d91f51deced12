"""Which cue is on, and when each of its pictures is due."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from display_node.messages import Cue, Cues
from display_node.player.timeline import (
    MOST_CUES,
    Timeline,
    due_ns,
    frame_at,
    media_key,
    media_ms,
    same_showing,
)

MS = 1_000_000


def cue(start_ms: int, end_ms: int, item: str = "i", **more: object) -> Cue:
    return replace(Cue(start_ms, end_ms, "programme", "video", item, path=f"/{item}", fps_num=30), **more)  # type: ignore[arg-type]


def test_a_cue_is_on_from_its_start_until_just_before_its_end() -> None:
    timeline = Timeline().changed(Cues(0, (cue(100, 200, "a"), cue(200, 300, "b"))))
    on = [timeline.at(instant) for instant in (99, 100, 199, 200, 299, 300)]
    assert [found.item if found else None for found in on] == [None, "a", "a", "b", "b", None]


def test_new_cues_replace_those_from_their_instant_on_and_no_others() -> None:
    timeline = Timeline().changed(Cues(0, (cue(100, 200, "a"), cue(200, 300, "b"), cue(300, 400, "c"))))
    edited = timeline.changed(Cues(250, (cue(300, 350, "d"),)))
    assert [(found.item, found.start_ms, found.end_ms) for found in edited.cues] == [
        ("a", 100, 200), ("b", 200, 300), ("d", 300, 350),
    ]  # fmt: skip


def test_a_cue_that_would_run_into_a_new_one_is_cut_there() -> None:
    timeline = Timeline().changed(Cues(0, (cue(100, 900, "long"),))).changed(Cues(500, (cue(500, 600, "new"),)))
    assert timeline.cues[0].end_ms == 500
    assert timeline.at(500) == cue(500, 600, "new")


def test_saying_the_same_cues_again_changes_nothing() -> None:
    said = Cues(0, (cue(100, 200, "a"), cue(200, 300, "b")))
    timeline = Timeline().changed(said)
    assert timeline.changed(said) == timeline
    assert timeline.changed(Cues(150, said.cues)) == timeline


def test_an_empty_or_backward_cue_is_never_on() -> None:
    timeline = Timeline().changed(Cues(0, (cue(100, 100), cue(300, 200))))
    assert timeline.cues == ()


def test_the_timeline_keeps_only_so_many_cues() -> None:
    timeline = Timeline()
    for start in range(0, MOST_CUES * 2, 32):
        timeline = timeline.changed(Cues(start, tuple(cue(s, s + 1) for s in range(start, start + 32))))
    assert len(timeline.cues) == MOST_CUES


def test_what_comes_soon_is_the_cue_that_is_on_and_the_nearest_few() -> None:
    timeline = Timeline().changed(Cues(0, tuple(cue(s, s + 100, str(s)) for s in range(0, 2000, 100))))
    assert [found.item for found in timeline.soon(150, 6000, 3)] == ["100", "200", "300", "400"]
    assert [found.item for found in timeline.soon(150, 120, 3)] == ["100", "200"]


def test_past_cues_are_forgotten() -> None:
    timeline = Timeline().changed(Cues(0, (cue(100, 200), cue(200, 300))))
    assert [found.start_ms for found in timeline.without_past(200).cues] == [200]
    assert timeline.without_past(199) is timeline


def test_a_frame_is_the_floor_of_media_time_times_rate() -> None:
    item = cue(1_000, 5_000)
    assert [frame_at(item, (1_000 + ms) * MS) for ms in (-50, 0, 33, 34, 999, 1_000)] == [0, 0, 0, 1, 29, 30]


def test_a_cue_can_begin_in_the_middle_of_its_media() -> None:
    item = cue(1_000, 5_000, offset_ms=2_000)
    assert frame_at(item, 1_000 * MS) == 60
    assert media_ms(item, 1_500 * MS) == 2_500
    assert media_key(item) == media_key(cue(-1_000, 1_000))


@given(
    st.sampled_from([(30, 1), (25, 1), (60, 1), (30_000, 1_001), (24_000, 1_001)]),
    st.integers(0, 10_000_000),
    st.integers(0, 3_600_000),
    st.integers(0, 500_000),
)
def test_a_frame_is_due_at_the_first_instant_that_gives_it(
    rate: tuple[int, int], start_ms: int, offset_ms: int, frame: int
) -> None:
    item = cue(start_ms + offset_ms, start_ms + offset_ms + 1, offset_ms=offset_ms, fps_num=rate[0], fps_den=rate[1])
    due = due_ns(item, frame)
    assert frame_at(item, due) == frame
    assert frame == 0 or frame_at(item, due - 1) == frame - 1


def test_a_showing_stays_the_same_when_only_its_end_moves() -> None:
    assert same_showing(cue(0, 100), cue(0, 50))
    assert not same_showing(cue(0, 100, "a"), cue(0, 100, "b"))
    assert not same_showing(cue(0, 100), None)
    assert same_showing(None, None)
