"""Files played one after another without anybody else."""

from pathlib import Path

import pytest

from content.clock import now_ms
from display_node.player.playlist import LEAD_MS, STILL_MS, NotPlayable, cues_of, play_files
from tests.display_node.player.stand import SIZE, make_clip, make_still


def test_each_file_follows_the_one_before_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    video, still = make_clip(tmp_path / "swifts.mp4", 2, fps=25, tone_hz=440), make_still(tmp_path / "mill.jpg")
    first, second, third = cues_of([video, still, video], 1_000)
    assert (first.kind, first.start_ms, first.fps_num, first.fps_den, first.has_sound) == ("video", 1_000, 25, 1, True)
    assert 2_000 <= first.duration_ms < 2_100
    assert (second.kind, second.start_ms, second.duration_ms) == ("still", first.end_ms, STILL_MS)
    assert (third.start_ms, third.title) == (second.end_ms, "swifts")


def test_what_is_neither_video_nor_picture_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy bread")
    with pytest.raises(NotPlayable, match=r"notes\.txt"):
        cues_of([tmp_path / "notes.txt"], 0)
    with pytest.raises(FileNotFoundError):
        cues_of([tmp_path / "gone.mp4"], 0)


def test_playing_ends_after_the_last_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    began = now_ms()
    assert play_files([make_clip(tmp_path / "a.mp4", 0.5, tone_hz=440)], mode="headless", size=SIZE) == 0
    assert now_ms() - began >= LEAD_MS + 500


def test_a_file_that_turns_out_to_be_broken_is_named_and_the_answer_is_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr("display_node.player.playlist.STILL_MS", 800)
    whole = make_still(tmp_path / "mill.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    assert play_files([tmp_path / "half.jpg"], mode="headless", size=SIZE) == 1
    assert capsys.readouterr().err.startswith("half.jpg is damaged")


def test_of_a_folder_all_that_can_be_played_is_and_the_rest_is_named(tmp_path: Path) -> None:
    make_clip(tmp_path / "b.mp4", 1)
    make_still(tmp_path / "a.jpg")
    (tmp_path / "notes.txt").write_text("not a film")
    (tmp_path / ".hidden.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    (tmp_path / "inner").mkdir()
    left_out: list[str] = []
    cues = cues_of([tmp_path], 0, left_out.append)
    assert [cue.item for cue in cues] == ["a.jpg", "b.mp4"]
    assert len(left_out) == 1
    assert "notes.txt" in left_out[0]


def test_a_folder_without_anything_to_play_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotPlayable):
        cues_of([tmp_path], 0)
