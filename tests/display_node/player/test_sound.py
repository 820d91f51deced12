"""Sound on the picture's clock: the right sample at the right instant, no clicks, and calm without a device."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from content.clock import now_ns
from display_node.player.device import Device
from display_node.player.sound import AHEAD_SAMPLES, CHUNK_SAMPLES, FADE_NS, Part, Slave, Sound, mixed
from display_node.player.track import RATE_HZ, Samples, Track
from tests.display_node.player.stand import make_clip, video_cue

S = 1_000_000_000
LOUD = 3_000


def until(fact: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "tone.mp4", 4, tone_hz=440)


def ready(path: Path, first: int, count: int) -> Track:
    track = Track(path, first)
    until(lambda: track.written >= first + count)
    return track


def phase_of(samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]], start: int) -> float:
    """The phase of the 440 Hz tone at position 0, as seen from `samples` that begin at `start`."""
    at = (np.arange(len(samples)) + start) / RATE_HZ
    return float(np.angle(np.sum(samples[:, 0] * np.exp(-2j * np.pi * 440 * at))))


def test_a_track_gives_the_tone_from_the_beginning(tone: Path) -> None:
    track = ready(tone, 0, RATE_HZ)
    samples = track.read(4_800, 9_600)
    assert np.abs(samples).max() > LOUD
    assert (samples[:, 0] == samples[:, 1]).mean() > 0.5
    track.close()


@pytest.mark.parametrize("first", [12_345, RATE_HZ, 2 * RATE_HZ + 7])
def test_a_track_joined_in_the_middle_sounds_exactly_as_if_from_the_beginning(tone: Path, first: int) -> None:
    whole, joined = ready(tone, 0, 3 * RATE_HZ), ready(tone, first, RATE_HZ)
    start = first + 9_600
    one, other = whole.read(start, 9_600), joined.read(start, 9_600)
    difference = abs(phase_of(one, start) - phase_of(other, start)) % (2 * np.pi)
    # A tenth of a millisecond is 0.28 of phase at 440 Hz.
    assert min(difference, 2 * np.pi - difference) < 0.28
    whole.close()
    joined.close()


def test_before_and_after_the_file_is_silence(tone: Path) -> None:
    track = ready(tone, 0, 3 * RATE_HZ)
    assert not track.read(-500, 500).any()
    assert not track.read(20 * RATE_HZ, 500).any()
    track.close()


def test_a_long_track_waits_for_its_reader(tone: Path, tmp_path: Path) -> None:
    track = Track(make_clip(tmp_path / "long.mp4", 8, fps=5, tone_hz=300), 0)
    until(lambda: track.written > 3 * RATE_HZ)
    time.sleep(0.15)
    before = track.written
    assert before < 4 * RATE_HZ
    track.read(3 * RATE_HZ, 512)
    until(lambda: track.written > 6 * RATE_HZ)
    assert track.read(5 * RATE_HZ, 512).any()
    track.close()


def test_a_file_without_sound_or_without_sense_is_silent(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"nothing")
    bad, mute = Track(tmp_path / "bad.mp4", 0), Track(make_clip(tmp_path / "mute.mp4", 1), 0)
    until(lambda: bad.has_failed)
    assert not bad.read(0, 100).any()
    assert not mute.read(0, 100).any()
    mute.close()


class Steady(Track):
    """A track that sounds the same for ever: every sample is LOUD."""

    def __init__(self) -> None:
        """Needs no file."""

    def read(self, start: int, count: int) -> Samples:
        return np.full((count, 2), LOUD, np.int16)

    def close(self) -> None:
        """Nothing to close."""


def test_a_part_fades_in_and_out_so_that_no_seam_clicks() -> None:
    part = Part(Steady(), 0, S, 0)
    samples = mixed((part,), -S // 100, RATE_HZ * 102 // 100)[:, 0]
    assert np.abs(np.diff(samples)).max() <= LOUD / (FADE_NS * RATE_HZ / S) * np.pi / 2 * 1.1
    assert samples.max() == pytest.approx(LOUD)
    assert not samples[: RATE_HZ // 100].any()


def test_at_a_seam_one_part_follows_the_other_without_overlap() -> None:
    first, second = Part(Steady(), 0, S, 0), Part(Steady(), S, 2 * S, S)
    samples = mixed((first, second), S - S // 10, RATE_HZ // 5)[:, 0]
    assert samples.max() <= LOUD
    assert samples[RATE_HZ // 10] < LOUD / 20


@pytest.mark.parametrize("drift", [-0.004, 0.0, 0.004])
def test_a_device_that_runs_slow_or_fast_is_followed_within_a_few_milliseconds(drift: float) -> None:
    slave, heard_ns, worst = Slave(), 0, 0
    for chunk in range(2_000):
        slave.fill((), heard_ns, CHUNK_SAMPLES)
        heard_ns += int(CHUNK_SAMPLES * S / RATE_HZ * (1 + drift))
        if chunk > 500:
            worst = max(worst, abs(heard_ns - (slave._cursor_ns or 0)))
    assert worst < 12_000_000


def test_a_leap_of_the_clock_is_a_jump_without_a_click() -> None:
    part = Part(Steady(), 0, 100 * S, 0)
    slave = Slave()
    blocks = [slave.fill((part,), S + chunk * 512 * S // RATE_HZ, 512) for chunk in range(4)]
    blocks += [slave.fill((part,), 50 * S + chunk * 512 * S // RATE_HZ, 512) for chunk in range(4)]
    samples = np.concatenate(blocks)[:, 0]
    assert np.abs(np.diff(samples)).max() < LOUD / 50
    assert samples.min() > LOUD * 0.9


def test_loudness_and_muting_are_ramps(tone: Path) -> None:
    sound = Sound(lambda: 0)
    sound._parts = (Part(Steady(), 0, 100 * S, 0),)
    levels = []
    for chunk, (loudness, is_muted) in enumerate(
        [(1.0, False), (1.0, False), (0.25, False), (0.25, False), (0.25, True), (0.25, True)]
    ):
        sound.loudness, sound.is_muted = loudness, is_muted
        samples = sound.fill(512, S + chunk * 512 * S // RATE_HZ)[:, 0].astype(np.int32)
        assert np.abs(np.diff(samples)).max() < LOUD / 100
        levels.append(int(samples[-1]))
    assert levels == [LOUD, LOUD, LOUD // 4, LOUD // 4, 0, 0]


def test_it_sounds_what_is_on_from_the_right_instant(tone: Path) -> None:
    sound = Sound(lambda: 0)
    cue = replace(video_cue(tone, 10_000, 13_000), has_sound=True)
    sound.prepare((cue,), 9_000 * 1_000_000)
    (part,) = sound._parts
    until(lambda: part.track.written > RATE_HZ)
    sound.fill(512, 9 * S)
    assert not sound.fill(512, 9 * S + S // 50).any()
    assert (
        max(int(np.abs(sound.fill(512, 10 * S + S // 2 + chunk * 512 * S // RATE_HZ)).max()) for chunk in range(4))
        > LOUD
    )
    sound.prepare((), 14_000 * 1_000_000)
    assert not sound.fill(512, 10 * S + S // 2).any()
    sound.close(1)


def test_a_running_device_is_kept_fed_and_paused_and_closed_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    device = Device(RATE_HZ, 512)
    for _ in range(20):
        assert device.queue(bytes(4 * 1024))
        device.pause(False)
        until(lambda: device.queued_samples < 1024)
        device.pause(True)
        assert device.queued_samples == 0
    device.close()


def test_the_device_hears_what_the_picture_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    asked: list[int] = []
    sound = Sound(now_ns)
    sound._parts = (Part(Heard(asked), 0, 2**62, now_ns() - S),)
    sound.start()
    until(lambda: len(asked) > 30)
    # One second in; each chunk goes on where the last one ended, within the stretch that is allowed.
    assert RATE_HZ <= asked[0] < 3 * RATE_HZ
    steps = np.diff(asked)
    assert CHUNK_SAMPLES * 0.94 <= np.median(steps) <= CHUNK_SAMPLES * 1.06
    sound.close(2)
    assert sound._thread is not None
    assert not sound._thread.is_alive()


class Heard(Steady):
    """Notes the positions at which it is read."""

    def __init__(self, asked: list[int]) -> None:
        self._asked = asked

    def read(self, start: int, count: int) -> Samples:
        self._asked.append(start)
        return super().read(start, count)


class Unplugged:
    """A device that takes `chunks` and then nothing any more, as one that was pulled out."""

    def __init__(self, chunks: int) -> None:
        self.chunks, self.is_closed = chunks, False
        self._queued = 0

    @property
    def queued_samples(self) -> int:
        queued, self._queued = self._queued, 0
        return queued

    def pause(self, is_paused: bool) -> None:
        pass

    def forget(self) -> None:
        pass

    def queue(self, samples: bytes) -> bool:
        self.chunks, self._queued = self.chunks - 1, AHEAD_SAMPLES
        return self.chunks >= 0

    def close(self) -> None:
        self.is_closed = True


def test_a_device_that_was_pulled_out_is_left_and_the_next_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("display_node.player.sound.SILENT_BEFORE_REOPEN_NS", 50_000_000)
    monkeypatch.setattr("display_node.player.sound.RETRY_S", (0.02,))
    pulled, plugged = Unplugged(3), Unplugged(10**9)
    answers: list[Unplugged | None] = [pulled, None, None, plugged]
    sound = Sound(now_ns)
    monkeypatch.setattr(sound, "_open", lambda: answers.pop(0) if len(answers) > 1 else answers[0])
    sound._parts = (Part(Steady(), 0, 2**62, now_ns() - S),)
    sound.start()
    until(lambda: pulled.is_closed)
    until(lambda: plugged.chunks < 10**9)
    assert sound.has_device
    sound.close(2)
    assert plugged.is_closed
