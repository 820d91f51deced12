"""A whole player as a process: the right picture at the right instant, and true rows, whatever is thrown at it."""

import itertools
import os
import signal
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from content.clock import now_ms
from display_node.messages import (
    Brightness,
    Cue,
    Cues,
    Fault,
    Heartbeat,
    Panic,
    PictureTaken,
    Standby,
    Stop,
    TakePictures,
    Volume,
)
from display_node.player.asrun import TOLERANCE_MS
from tests.display_node.player.stand import (
    FPS,
    Row,
    Stand,
    card_cue,
    cues,
    heartbeat_of,
    make_clip,
    make_still,
    number_in,
    played_of,
    player,
    still_cue,
    tint_in,
    video_cue,
)

FRAME_MS = 1000 / FPS
LATE_MS = 60
"""What a busy shared machine may add to nine frames of ten; on a quiet one it is under a millisecond."""
LATEST_MS = 400
"""What it may add to any."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    make_clip(folder / "a.mp4", 5, tint=20, tone_hz=440)
    make_clip(folder / "b.mp4", 3, tint=230, first_number=1000)
    make_still(folder / "s.jpg", number=77, tint=120)
    (folder / "broken.mp4").write_bytes((folder / "a.mp4").read_bytes()[:3_000])
    return folder


def of(rows: list[Row], item: str) -> list[Row]:
    return [row for row in rows if row.item == item]


def test_each_item_is_shown_from_its_instant_frame_by_frame_without_a_gap(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 2_500
        first = replace(video_cue(clips / "a.mp4", start, start + 2_000, "a"), has_sound=True)
        second = video_cue(clips / "b.mp4", start + 2_000, start + 3_000, "b")
        third = still_cue(clips / "s.jpg", start + 3_000, start + 4_000, "s")
        agent.say(cues(first, second, third, card_cue(start + 4_000, start + 4_500)))
        agent.wait_until(start + 1_000)
        middle, middle_ms = agent.picture(tmp_path / "middle.jpg")
        agent.wait_until(start + 2_400)
        after, after_ms = agent.picture(tmp_path / "after.jpg")
        agent.wait_until(start + 3_300)
        still, _ = agent.picture(tmp_path / "still.jpg")
        played = played_of(agent, 4)
        assert not agent.of(Fault)
        rows = stand.rows()

    assert abs(number_in(middle) - (middle_ms - start) / FRAME_MS) < 2
    assert abs(number_in(after) - 1000 - (after_ms - start - 2_000) / FRAME_MS) < 2
    assert tint_in(after) > 200
    assert number_in(still) == 77

    assert [row.item for row in played] == ["a", "b", "s", ""]
    assert [row.outcome for row in played] == ["complete"] * 4
    assert all(0 <= row.start_ms - row.planned_start_ms <= TOLERANCE_MS for row in played)
    assert [row.manifest_version for row in played] == [7, 7, 7, 0]
    assert all(
        abs(row.duration_ms - planned) <= TOLERANCE_MS
        for row, planned in zip(played, (2_000, 1_000, 1_000, 500), strict=True)
    )

    shown_a, shown_b = of(rows, "a"), of(rows, "b")
    due = [start + row.media_ms for row in shown_a] + [start + 2_000 + row.media_ms for row in shown_b]
    # Media time is rounded down to a whole ms, and so is the wall clock's.
    late = sorted(row.wall_ms - at for row, at in zip(shown_a + shown_b, due, strict=True))
    assert late[0] >= -2
    assert late[len(late) * 9 // 10] <= LATE_MS
    assert late[-1] <= LATEST_MS
    frames = [round(row.media_ms / FRAME_MS) for row in shown_a]
    assert frames == sorted(set(frames))
    assert frames[0] <= 2
    assert len(frames) >= 45
    assert round(shown_b[0].media_ms / FRAME_MS) <= 2
    assert rows[rows.index(shown_a[-1]) + 1].item == "b"
    assert shown_b[0].mono_ns - shown_a[-1].mono_ns < (FRAME_MS + LATEST_MS) * 1e6


def test_a_player_that_starts_late_joins_at_the_frame_that_is_due(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        heartbeat_of(agent)
        start = now_ms() - 1_700
        agent.say(cues(video_cue(clips / "a.mp4", start, start + 3_700, "a"), card_cue(start + 3_700, start + 9_000)))
        agent.wait_until(start + 2_900)
        picture, taken_ms = agent.picture(tmp_path / "p.jpg")
        (row,) = played_of(agent, 1)
    assert abs(number_in(picture) - (taken_ms - start) / FRAME_MS) < 2
    assert (row.outcome, row.cause) == ("partial", "start")
    assert 1_700 <= row.start_ms - start < 2_700
    assert abs(row.duration_ms - (start + 3_700 - row.start_ms)) <= LATEST_MS


def test_a_missing_or_broken_file_gives_the_card_at_once_one_fault_and_a_true_row(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_800
        gone = replace(video_cue(tmp_path / "gone.mp4", start, start + 700, "gone"), sha256="1" * 64)
        broken = replace(video_cue(clips / "broken.mp4", start + 700, start + 1_400, "broken"), sha256="2" * 64)
        no_still = replace(still_cue(clips / "a.mp4", start + 1_400, start + 2_100, "odd"), sha256="3" * 64)
        agent.say(cues(gone, broken, no_still, video_cue(clips / "b.mp4", start + 2_100, start + 2_800, "b")))
        played = played_of(agent, 4)
        rows = stand.rows()
        faults = agent.of(Fault)
    assert [(row.item, row.outcome, row.cause) for row in played] == [
        ("gone", "substituted", "file"),
        ("broken", "substituted", "file"),
        ("odd", "substituted", "file"),
        ("b", "complete", ""),
    ]
    assert sorted(fault.sha256[0] for fault in faults) == ["1", "2", "3"]
    assert all(len(fault.sentence) > 20 for fault in faults)
    between = [row for row in rows if start <= row.wall_ms < start + 2_000]
    assert between
    assert {row.layer for row in between} == {"filler"}


def test_a_decoder_that_hangs_does_not_stop_the_picture(clips: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hangs.mp4")
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_800
        agent.say(
            cues(
                video_cue(clips / "b.mp4", start, start + 600, "b"),
                video_cue(tmp_path / "hangs.mp4", start + 600, start + 2_200, "hangs"),
                video_cue(clips / "a.mp4", start + 2_200, start + 2_800, "a"),
            )
        )
        played = played_of(agent, 3)
        rows = stand.rows()
    assert [(row.item, row.outcome, row.cause) for row in played] == [
        ("b", "complete", ""), ("hangs", "substituted", "decoder"), ("a", "complete", ""),
    ]  # fmt: skip
    card = next(row for row in rows if row.wall_ms > start + 600 and row.layer == "filler")
    assert card.wall_ms - (start + 600) < 5_000
    assert of(rows, "a")[0].late_ms < LATEST_MS


def test_a_photo_of_24_megapixels_comes_on_at_its_seam_and_the_film_before_it_never_stands(
    clips: Path, tmp_path: Path
) -> None:
    Image.effect_noise((6_000, 4_000), 90).convert("RGB").save(tmp_path / "large.jpg", quality=80)
    with player(tmp_path) as stand, stand.agent() as agent:
        heartbeat_of(agent)
        start = now_ms() + 1_500
        film = video_cue(clips / "a.mp4", start, start + 4_000, "a")
        large = still_cue(tmp_path / "large.jpg", start + 4_000, start + 5_200, "large")
        agent.say(cues(film, large, card_cue(start + 5_200, start + 5_400)))
        played = played_of(agent, 3)
        assert not agent.of(Fault)
        rows = [row for row in stand.rows() if start <= row.wall_ms < start + 5_000]
    assert [(row.item, row.outcome) for row in played] == [("a", "complete"), ("large", "complete"), ("", "complete")]
    assert {row.item for row in rows} <= {"a", "large"}
    moving = of(rows, "a")
    assert max((after.mono_ns - row.mono_ns) / 1e6 for row, after in itertools.pairwise(moving)) < LATEST_MS


def test_panic_is_black_at_once_and_the_programme_runs_on_underneath(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_800
        agent.say(cues(video_cue(clips / "a.mp4", start, start + 3_000, "a")))
        agent.wait_until(start + 600)
        asked_ms = now_ms()
        agent.say(Panic(True))
        black, _ = agent.picture(tmp_path / "black.jpg")
        agent.wait_until(start + 1_500)
        agent.say(Panic(False))
        agent.wait_until(start + 2_000)
        back, back_ms = agent.picture(tmp_path / "back.jpg")
        (row,) = played_of(agent, 1)
        rows = stand.rows()
    assert black.convert("L").getextrema() == (0, 0)
    dark = [shown for shown in rows if shown.layer == "dark"]
    assert 0 <= dark[0].wall_ms - asked_ms <= FRAME_MS + LATEST_MS
    assert not [shown for shown in of(rows, "a") if dark[0].wall_ms < shown.wall_ms <= dark[-1].wall_ms]
    assert abs(number_in(back) - (back_ms - start) / FRAME_MS) < 2
    assert (row.outcome, row.cause) == ("partial", "panic")
    assert 1_700 < row.duration_ms < 2_400


def test_standby_shows_the_code_and_an_address_that_phones_can_read(tmp_path: Path) -> None:
    with player(tmp_path, "--headless", "960x540") as stand, stand.agent() as agent:
        heartbeat_of(agent)
        slate, _ = agent.picture(tmp_path / "slate.jpg")
        url = "https://screens.example/pair?code=BCDF-GHJK"
        agent.say(Standby("Ghép nối màn hình này", ("Mở địa chỉ này.",), "BCDF-GHJK", url, "vi", "Thư viện"))
        picture, _ = agent.picture(tmp_path / "standby.jpg")
        assert heartbeat_of(agent).layer == "standby"
    assert np.abs(np.asarray(slate, np.int16) - np.asarray(picture, np.int16)).max() > 100
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.asarray(picture.convert("L")))
    assert text == url


def test_when_the_agent_dies_the_show_goes_on_and_rows_wait_for_the_next(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand:
        with stand.agent() as first:
            start = now_ms() + 1_800
            first.say(
                cues(
                    video_cue(clips / "a.mp4", start, start + 500, "a"),
                    video_cue(clips / "b.mp4", start + 500, start + 1_000, "b"),
                )
            )
            first.say_bytes(b"\xff\x00 nonsense\n{}\n")
            first.wait(lambda: len(first.of(Fault)) == 2, "two complaints")
        with stand.agent() as second:
            second.wait_until(start + 100)
        # Nobody listens while both items end.
        while now_ms() < start + 1_300:
            assert stand.process.poll() is None
        with stand.agent() as third:
            played = played_of(third, 2)
            assert heartbeat_of(third).layer == "filler"
    assert [(row.item, row.outcome) for row in played] == [("a", "complete"), ("b", "complete")]


def test_without_a_sound_device_the_show_goes_on_silent(clips: Path, tmp_path: Path) -> None:
    no_device = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "there-is-no-such-driver"}
    with player(tmp_path, "--windowed", "320x180", environment=no_device) as stand, stand.agent() as agent:
        start = now_ms() + 1_500
        agent.say(Volume(50), cues(replace(video_cue(clips / "a.mp4", start, start + 500, "a"), has_sound=True)))
        (row,) = played_of(agent, 1)
        asked_ms = now_ms()
        agent.say(Stop())
        assert stand.process.wait(5) == 0
        assert now_ms() - asked_ms < 1_500
    assert row.outcome == "complete"


def test_the_picture_is_as_bright_as_it_was_told_and_stays_so(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_500
        agent.say(cues(still_cue(clips / "s.jpg", start, start + 9_000, "s")))
        agent.wait_until(start + 700)
        full, _ = agent.picture(tmp_path / "full.jpg")
        agent.say(Brightness(40))
        agent.wait_until(start + 3_500)
        first, _ = agent.picture(tmp_path / "first.jpg")
        agent.wait_until(start + 6_000)
        second, _ = agent.picture(tmp_path / "second.jpg")
    level = float(np.asarray(full, float).mean())
    for dimmed in (first, second):
        assert abs(float(np.asarray(dimmed, float).mean()) - 0.4 * level) < 0.03 * 255


def test_an_edit_cuts_what_is_on_and_is_recorded(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_500
        agent.say(cues(video_cue(clips / "a.mp4", start, start + 4_000, "a")))
        agent.wait_until(start + 500)
        edit = now_ms() + 400
        agent.say(Cues(edit, (still_cue(clips / "s.jpg", edit, edit + 600, "s"),)))
        played = played_of(agent, 2)
        rows = stand.rows()
    assert [(row.item, row.outcome, row.cause) for row in played] == [("a", "partial", "edit"), ("s", "complete", "")]
    assert abs(of(rows, "s")[0].wall_ms - edit) < LATEST_MS


def test_pictures_are_taken_as_often_and_as_long_as_asked(tmp_path: Path) -> None:
    with player(tmp_path, "--headless", "1920x1080") as stand, stand.agent() as agent:
        heartbeat_of(agent)
        agent.say(TakePictures(str(tmp_path / "p.jpg"), 200, 15_000))
        agent.wait(lambda: len(agent.of(PictureTaken)) >= 5, "five pictures")
        taken_ms = [taken.wall_ms for taken in agent.of(PictureTaken)]
        assert taken_ms[-1] - taken_ms[0] >= (len(taken_ms) - 2) * 200
        agent.say(TakePictures(str(tmp_path / "nowhere" / "p.jpg"), 200, 0))
        agent.wait(lambda: bool(agent.of(Fault)), "the complaint")
        picture, _ = agent.picture(tmp_path / "last.jpg")
    assert picture.size == (960, 540)
    assert not list(tmp_path.glob(".new-*"))


@pytest.mark.parametrize("how", ["stop", "sigterm"])
def test_it_ends_cleanly_within_a_second(clips: Path, tmp_path: Path, how: str) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_500
        agent.say(cues(replace(video_cue(clips / "a.mp4", start, start + 60_000, "a"), has_sound=True)))
        agent.wait(lambda: any(beat.item == "a" for beat in agent.of(Heartbeat)), "the item")
        asked_ms = now_ms()
        if how == "stop":
            agent.say(Stop())
        else:
            stand.process.send_signal(signal.SIGTERM)
        (row,) = played_of(agent, 1)
        assert stand.process.wait(5) == 0
        assert now_ms() - asked_ms < 1_500
    assert (row.outcome, row.cause) == ("partial", "power")
    assert not stand.socket_path.exists()


def test_a_still_picture_costs_little_and_still_proves_that_it_is_shown(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path, "--headless", "1920x1080") as stand, stand.agent() as agent:
        start = now_ms()
        agent.say(cues(replace(still_cue(clips / "s.jpg", start, start + 60_000), title="")))
        agent.wait(lambda: any(beat.kind == "still" for beat in agent.of(Heartbeat)), "the still")
        before_s, from_ms, beats = _cpu_s(stand), now_ms(), len(agent.of(Heartbeat))
        agent.wait(lambda: len(agent.of(Heartbeat)) >= beats + 3, "three heartbeats")
        share = (_cpu_s(stand) - before_s) / ((now_ms() - from_ms) / 1000)
        shown = agent.of(Heartbeat)[-1].frames_shown - agent.of(Heartbeat)[-3].frames_shown
    print(f"a still picture takes {share:.1%} of a core")
    assert shown <= 3


def _cpu_s(stand: Stand) -> float:
    fields = Path(f"/proc/{stand.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("size", ["28x14", "108x192"])
def test_the_smallest_and_narrowest_stages_work(clips: Path, tmp_path: Path, size: str) -> None:
    with player(tmp_path, "--headless", size) as stand, stand.agent() as agent:
        agent.say(Standby("Pair", ("line",), "BCDF-GHJK", "https://screens.example/pair", "en", "Library"))
        heartbeat_of(agent)
        start = now_ms() + 700
        agent.say(
            cues(
                video_cue(clips / "b.mp4", start, start + 500, "b"),
                still_cue(clips / "s.jpg", start + 500, start + 1_000, "s"),
                card_cue(start + 1_000, start + 1_500),
            )
        )
        assert [row.outcome for row in played_of(agent, 3)] == ["complete"] * 3


def test_words_over_the_programme_are_large_light_on_dark_and_recorded_as_an_alert(clips: Path, tmp_path: Path) -> None:
    with player(tmp_path) as stand, stand.agent() as agent:
        start = now_ms() + 1_500
        words = ("Bão số 3: ở trong nhà", "Đóng cửa sổ.", "Nghe đài địa phương.", "Gọi 112 khi cần.", "x" * 120)
        alert = Cue(start, start + 2_000, "alert", "words", words=words)
        agent.say(cues(alert, card_cue(start + 2_000, start + 2_500)))
        agent.wait_until(start + 700)
        picture, _ = agent.picture(tmp_path / "alert.jpg")
        (row, *_others) = played_of(agent, 2)

    light = np.asarray(picture.convert("L"))
    band, ground = light[1, 10], light[picture.height // 5, 3]
    assert band > 150
    assert ground < 60
    written = (light > 120).mean()
    assert 0.05 < written < 0.5
    assert (row.layer, row.outcome, row.item) == ("alert", "complete", "")
