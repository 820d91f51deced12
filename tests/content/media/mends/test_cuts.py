"""A cut takes the same out of picture and sound, to the sample, and without a click."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from content.media.cuts import cuts_of
from content.media.facts import Rendition
from content.media.limits import HOUSE
from content.media.mended_sound import mended_sound
from content.media.mends import Cut
from content.media.preparation import prepare
from content.media.sound import RATE, Samples, open_sound
from tests.content.media.rooms import codes_of, pictures_in, rendition_of
from tests.media.generate import make_animation, number_in, numbered

_RATES: tuple[Literal[25, 30, 60], ...] = (25, 30, 60)
cuts = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 5_000)).map(lambda one: Cut(one[0], one[0] + one[1])), max_size=5
)


@given(cuts, st.sampled_from(_RATES), st.integers(0, 400), st.integers(1, 200))
def test_what_is_kept_is_everything_but_what_was_cut(
    asked: list[Cut], fps: Literal[25, 30, 60], first: int, times: int
) -> None:
    found = cuts_of(tuple(asked), replace(HOUSE, fps=fps))
    kept = [frame for at, number in found.kept(first, times) for frame in range(at, at + number)]
    gone = {frame for start, end in found.spans for frame in range(start, end)}
    assert kept == [frame for frame in range(first, first + times) if frame not in gone]
    for cut in asked:
        assert all(frame in gone for frame in range(-(-cut.start_ms * fps // 1_000), cut.end_ms * fps // 1_000))


@given(cuts, st.sampled_from(_RATES), st.integers(0, 30_000))
def test_times_go_there_and_back(asked: list[Cut], fps: Literal[25, 30, 60], at_ms: int) -> None:
    found = cuts_of(tuple(asked), replace(HOUSE, fps=fps))
    assert found.mended_ms(found.original_ms(at_ms)) == at_ms
    assert all(edge * 1_000 % fps == 0 and edge * RATE % fps == 0 for span in found.spans for edge in span)


def test_sound_is_cut_to_the_sample_and_does_not_click() -> None:
    wave = np.random.default_rng(3).uniform(0.4, 0.5, (2, 3 * RATE)).astype(np.float32)
    cut = _in_one(mended_sound(_blocks(wave, 1_117), (Cut(1_010, 1_490),), HOUSE))
    at = RATE
    left = np.concatenate([wave[:, :at], wave[:, at + RATE // 2 :]], axis=1)
    assert cut.shape == left.shape
    differs = np.flatnonzero((cut != left).any(axis=0))
    assert at - 240 <= differs.min() < differs.max() < at + 240, "only ten milliseconds around the seam"
    assert np.abs(cut[:, at - 1 : at + 1]).max() < 0.005, "silent where it was cut"


def test_picture_and_sound_stay_together_to_the_millisecond(tmp_path: Path) -> None:
    source = _speaking_film(tmp_path / "a.mp4")
    whole, cut = _prepared(source, tmp_path / "whole"), _prepared(source, tmp_path / "cut", Cut(730, 1_540))
    assert (whole.duration_ms, cut.duration_ms) == (4_000, 3_100)
    numbers = [number_in(picture) for picture in pictures_in(cut.path)]
    assert numbers == [*range(21), *range(48, 120)]
    # 27 pictures are gone, which are 900 ms; the sound that was at 2 s must be at 1.1 s, to the sample.
    assert _lag(_sound(whole)[2 * RATE : 3 * RATE], _sound(cut), expected=RATE * 11 // 10) == 0


@pytest.mark.parametrize(
    ("cut", "numbers"), [(Cut(0, 1_000), range(30, 120)), (Cut(2_500, 99_000), range(75)), (Cut(0, 3_900), None)]
)
def test_the_beginning_and_the_end_can_be_cut_but_not_everything(
    cut: Cut, numbers: range | None, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    prepared = prepare(_speaking_film(tmp_path / "a.mp4"), out, mends=(cut,))
    if numbers is None:
        assert codes_of(prepared) == ["too_short"]
        assert list(out.iterdir()) == []
    else:
        assert [number_in(picture) for picture in pictures_in(rendition_of(prepared).path)] == list(numbers)
        assert rendition_of(prepared).has_sound


def test_an_animation_can_be_cut(tmp_path: Path) -> None:
    source = make_animation(tmp_path / "a.gif", [1_000, 1_000, 1_000])
    made = _prepared(source, tmp_path / "made", Cut(1_000, 2_000), still_ms=3_000)
    assert made.duration_ms == 2_000
    pictures = pictures_in(made.path)
    assert (number_in(pictures[0]), number_in(pictures[-1])) == (0, 2)


def _prepared(source: Path, out: Path, *mends: Cut, still_ms: int = 10_000) -> Rendition:
    out.mkdir()
    return rendition_of(prepare(source, out, mends=mends, still_ms=still_ms))


def _speaking_film(path: Path) -> Path:
    """Four seconds, every picture with its number, and noise that is nowhere like itself elsewhere."""
    noise = np.random.default_rng(11).normal(0, 0.1, 4 * RATE)
    smooth = np.convolve(noise, np.ones(12) / 4, "same").astype(np.float32)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=30, options={"crf": "16"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        audio.codec_context.bit_rate = 192_000
        for number in range(120):
            frame = VideoFrame.from_ndarray(numbered(number, (320, 180)), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(video.encode(frame))
            block = np.tile(smooth[number * 1_600 : (number + 1) * 1_600], (2, 1))
            sound = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
            sound.sample_rate, sound.pts, sound.time_base = RATE, number * 1_600, Fraction(1, RATE)
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def _sound(made: Rendition) -> Samples:
    with open_sound(made.path, "mov", start_us=0) as blocks:
        return np.asarray(np.concatenate(list(blocks), axis=1)[0], np.float32)


def _lag(part: Samples, whole: Samples, *, expected: int) -> int:
    """By how many samples `part` lies elsewhere in `whole` than expected."""
    around = range(-480, 481)
    alike = [float(np.dot(part, whole[expected + lag : expected + lag + part.size])) for lag in around]
    return around[int(np.argmax(alike))]


def _blocks(wave: Samples, size: int) -> Iterator[Samples]:
    yield from (wave[:, start : start + size] for start in range(0, wave.shape[1], size))


def _in_one(blocks: Iterator[Samples]) -> Samples:
    return np.concatenate(list(blocks), axis=1)
