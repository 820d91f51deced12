"""One thread decodes a film where that is enough, and it is measured, not guessed."""

from fractions import Fraction
from pathlib import Path

import pytest

from display_node.player import decoder as decoders
from display_node.player.brisk import Brisk
from display_node.player.decoder import MEASURED_FRAMES
from tests.display_node.player.stand import make_clip
from tests.display_node.player.test_decoder import number_of

FULL_HD = 1920 * 1080
RATE = Fraction(30)


def test_a_machine_of_which_nothing_is_known_tries_one_thread() -> None:
    assert Brisk().is_one_enough(FULL_HD, RATE)


def test_a_slow_machine_gets_several_threads_for_large_and_for_fast_films_only() -> None:
    brisk = Brisk()
    brisk.learn(FULL_HD, 30, 30 * 20_000_000)
    assert not brisk.is_one_enough(FULL_HD, RATE)
    assert brisk.is_one_enough(FULL_HD // 4, RATE)
    assert not brisk.is_one_enough(FULL_HD // 4, 4 * RATE)


def test_one_costly_film_is_forgotten_after_several_cheap_ones() -> None:
    brisk = Brisk()
    brisk.learn(FULL_HD, 30, 30 * 20_000_000)
    for _ in range(20):
        brisk.learn(FULL_HD, 30, 30 * 2_000_000)
    assert brisk.is_one_enough(FULL_HD, RATE)


class Overwhelmed(Brisk):
    """Finds, each time it has measured, that one thread is not enough."""

    def learn(self, pixels: int, frames: int, cpu_ns: int) -> None:
        """Notes a cost nobody could pay."""
        super().learn(pixels, frames, frames * 10**12)


def test_a_film_that_turns_out_too_much_for_one_thread_goes_on_with_more_without_losing_a_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brisk = Overwhelmed()
    monkeypatch.setattr(decoders, "BRISK", brisk)
    decoder = decoders.VideoDecoder(make_clip(tmp_path / "a.mp4", 4), 0, RATE)
    assert [number_of(decoder, wanted) for wanted in range(120)] == list(range(120))
    assert not brisk.is_one_enough(320 * 180, RATE)
    assert MEASURED_FRAMES < 120
    decoder.close()
