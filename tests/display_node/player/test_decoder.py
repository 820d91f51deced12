"""Frames by number, from any frame on, from good files and bad."""

import os
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from display_node.player.decoder import MOST_AHEAD_FRAMES, VideoDecoder
from tests.display_node.player.stand import make_clip, make_still, number_in

RATE = Fraction(30)


def until(fact: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def number_of(decoder: VideoDecoder, wanted: int) -> int:
    until(lambda: decoder.newest(wanted) is not None and decoder.is_best(wanted))
    found = decoder.newest(wanted)
    assert found is not None
    return number_in(Image.fromarray(np.asarray(found[1].to_ndarray(format="rgb24"))))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "four.mp4", 4)


def test_every_frame_comes_in_order(clip: Path) -> None:
    decoder = VideoDecoder(clip, 0, RATE)
    assert [number_of(decoder, wanted) for wanted in range(120)] == list(range(120))
    decoder.close()


@pytest.mark.parametrize("first", [1, 29, 30, 31, 59, 90, 119])
def test_a_join_in_the_middle_begins_at_exactly_that_frame(clip: Path, first: int) -> None:
    decoder = VideoDecoder(clip, first, RATE)
    assert number_of(decoder, first) == first
    decoder.close()


def test_after_the_last_frame_the_last_is_held(clip: Path) -> None:
    decoder = VideoDecoder(clip, 110, RATE)
    assert number_of(decoder, 119) == 119
    assert number_of(decoder, 500) == 119
    assert not decoder.is_off(500)
    decoder.close()


def test_a_join_after_the_end_gives_the_last_frame(clip: Path) -> None:
    decoder = VideoDecoder(clip, 400, RATE)
    assert number_of(decoder, 400) == 119
    decoder.close()


def test_it_decodes_only_a_few_frames_ahead(clip: Path) -> None:
    decoder = VideoDecoder(clip, 0, RATE)
    until(lambda: len(decoder._ahead) == MOST_AHEAD_FRAMES)
    time.sleep(0.1)
    assert len(decoder._ahead) == MOST_AHEAD_FRAMES
    decoder.close()
    until(lambda: not decoder.is_running)


def test_a_leap_of_the_clock_asks_for_a_new_decoder_and_a_skip_does_not(clip: Path) -> None:
    decoder = VideoDecoder(clip, 60, RATE)
    number_of(decoder, 62)
    assert [decoder.is_off(number) for number in (20, 40, 62, 64, 100, 400)] == [True, False, False, False, False, True]
    decoder.close()


def test_a_missing_file_fails_for_the_file(tmp_path: Path) -> None:
    decoder = VideoDecoder(tmp_path / "gone.mp4", 0, RATE)
    until(lambda: decoder.failure is not None)
    assert decoder.failure is not None
    assert decoder.failure.cause == "file"
    assert "not in the cache" in decoder.failure.sentence


@pytest.mark.parametrize("body", [b"", b"no video at all" * 50, b"#EXTM3U\nhttp://127.0.0.1:9/x.ts\n"])
def test_a_file_that_is_no_video_fails_for_the_file(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(body)
    decoder = VideoDecoder(path, 0, RATE)
    until(lambda: decoder.failure is not None)
    assert decoder.failure is not None
    assert decoder.failure.cause == "file"


def test_a_picture_is_not_taken_for_a_video(tmp_path: Path) -> None:
    decoder = VideoDecoder(make_still(tmp_path / "p.mp4"), 0, RATE)
    until(lambda: decoder.failure is not None)
    assert not decoder.is_ready


def test_a_truncated_file_fails_or_ends_early_but_never_hangs(clip: Path, tmp_path: Path) -> None:
    body = clip.read_bytes()
    path = tmp_path / "half.mp4"
    path.write_bytes(body[: len(body) // 2])
    decoder = VideoDecoder(path, 0, RATE)
    until(lambda: decoder.failure is not None)


def test_a_film_of_absurd_size_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "huge.mp4"), "w", format="mp4") as container:
        video = container.add_stream("mpeg4", rate=30)
        video.width, video.height, video.pix_fmt = 8_000, 1_200, "yuv420p"
        frame = av.VideoFrame(8_000, 1_200, "yuv420p")
        frame.pts, frame.time_base = 0, 1 / RATE
        container.mux(video.encode(frame))
        container.mux(video.encode(None))
    decoder = VideoDecoder(tmp_path / "huge.mp4", 0, RATE)
    until(lambda: decoder.failure is not None)
    assert decoder.failure is not None
    assert "8000 x 1200" in decoder.failure.sentence
    assert not decoder.is_ready


def test_a_decoder_that_hangs_can_be_left(tmp_path: Path) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    decoder = VideoDecoder(path, 0, RATE)
    decoder.close()
    assert decoder.newest(0) is None
    assert decoder.failure is None
    assert decoder.is_running
    # Somebody opens the other end and hangs up: now it can finish.
    path.open("wb").close()
    until(lambda: not decoder.is_running)
