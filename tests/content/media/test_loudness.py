"""Loudness is measured as EBU Tech 3341 asks of a meter, and what is levelled comes out at house loudness."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from content.media.limits import HOUSE
from content.media.sound import RATE, Level, Loudness, Samples, levelled, measure, open_sound, settled_level

REAL_SOUND = Path(__file__).resolve().parents[4] / "shared" / "media" / "audio"
ALL = 10**9


def tones(*parts: tuple[float, float]) -> Iterator[Samples]:
    """A stereo sine of 1,000 Hz: parts of (dBFS, seconds), in blocks of a second."""
    begun = 0
    for level_db, seconds in parts:
        for left in range(round(seconds * 10), 0, -10):
            times = (begun + np.arange(RATE // 10 * min(10, left))) / RATE
            begun += times.size
            wave = (10 ** (level_db / 20) * np.sin(2 * np.pi * 1_000 * times)).astype(np.float32)
            yield np.stack([wave, wave])


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        (((-23, 20),), -23.0),
        (((-33, 20),), -33.0),
        (((-36, 10), (-23, 60), (-36, 10)), -23.0),
        (((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), -23.0),
        (((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
    ],
    ids=["case 1", "case 2", "case 3", "case 4", "case 5"],
)
def test_the_meter_agrees_with_the_minimum_requirements(parts: tuple[tuple[float, float], ...], lufs: float) -> None:
    assert abs(measure(tones(*parts), most_samples=ALL).clufs - lufs * 100) <= 10


def levelled_twice(*parts: tuple[float, float]) -> tuple[Level, Loudness]:
    """The level these tones get, and how loud they are then."""
    loudness = measure(tones(*parts), most_samples=ALL)
    level = settled_level(loudness, lambda: tones(*parts), HOUSE, most_samples=ALL)
    return level, measure(levelled(tones(*parts), level, HOUSE), most_samples=ALL)


@pytest.mark.parametrize("level_db", [-34, -30, -23, -12, -1])
def test_what_is_levelled_comes_out_at_house_loudness(level_db: float) -> None:
    _, made = levelled_twice((level_db, 10))
    assert abs(made.clufs - HOUSE.loudness_clufs) <= 50
    assert made.peak_cdb <= HOUSE.true_peak_cdb


def test_quiet_speech_with_a_loud_bang_comes_out_at_house_loudness_with_its_peak_held() -> None:
    level, made = levelled_twice((-32, 20), (-2, 0.1), (-32, 20))
    assert level.limited
    assert abs(made.clufs - HOUSE.loudness_clufs) <= 50
    assert made.peak_cdb <= HOUSE.true_peak_cdb


@pytest.mark.skipif(not REAL_SOUND.is_dir(), reason="the collection of real files is not beside this checkout")
def test_the_absolute_gate_of_the_conformance_material_is_kept() -> None:
    with open_sound(REAL_SOUND / "1770-2_Comp_AbsGateTest.wav", "wav", start_us=0) as blocks:
        assert abs(measure(blocks, most_samples=ALL).clufs + 6_950) <= 10


def test_the_noise_of_a_room_is_not_raised_but_its_peaks_are_held() -> None:
    nobody_asks: Iterator[Samples] = iter(())
    loudness = Loudness(clufs=-5_000, peak_cdb=-50, samples=RATE)
    assert settled_level(loudness, lambda: nobody_asks, HOUSE, most_samples=ALL) == Level(0, limited=True)
