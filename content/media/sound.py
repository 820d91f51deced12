"""The sound of a film as one unbroken line of 48 kHz stereo samples that starts with its first picture.

Measured once (EBU R128), then given out again at house loudness. Only ever runs in the confined child.
"""

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.error import FFmpegError
from av.filter import Graph
from numpy.typing import NDArray

from content.media.film import main_sound, open_film, time_us
from content.media.limits import Profile

RATE = 48_000
SILENT_CLUFS = -6_900
ROOM_NOISE_CLUFS = -4_500
"""Quieter than this is the noise of a room: it is not raised."""
_GAP_SAMPLES = RATE // 20
_MOST_ERRORS = 1_000
_BLOCK = RATE // 10
_MOST_CORRECTIONS = 2
_CLOSE_CDB = 20
_LIMITER_MARGIN_CDB = 105
"""The limiter works on samples; between them a peak can be about 1 dB higher."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Loudness:
    """Measured over the whole: hundredths of LUFS, highest true peak in hundredths of dBTP, samples heard."""

    clufs: int
    peak_cdb: int
    samples: int


@dataclass(frozen=True, slots=True)
class Level:
    """What is done to the sound: the gain in hundredths of dB, and whether a limiter is needed to hold the peaks."""

    gain_cdb: int
    limited: bool


def level_for(loudness: Loudness, profile: Profile) -> Level:
    """The static gain that brings the sound to house loudness, no more than the profile allows."""
    if loudness.clufs < ROOM_NOISE_CLUFS:
        return Level(0, limited=loudness.peak_cdb > profile.true_peak_cdb)
    gain = min(profile.loudness_clufs - loudness.clufs, profile.gain_most_cdb)
    return Level(gain, limited=loudness.peak_cdb + gain > profile.true_peak_cdb)


def settled_level(
    loudness: Loudness, heard_again: Callable[[], Iterator[Samples]], profile: Profile, *, most_samples: int
) -> Level:
    """As `level_for`, with more gain where the limiter takes loudness away: a loud bang counts less once held down.

    `heard_again` gives the sound from its start; it is asked only where there is a limiter, and at most twice.
    """
    level = level_for(loudness, profile)
    rounds = _MOST_CORRECTIONS if level.limited and loudness.clufs >= ROOM_NOISE_CLUFS else 0
    for _ in range(rounds):
        made = measure(levelled(heard_again(), level, profile), most_samples=most_samples)
        gain = min(level.gain_cdb + profile.loudness_clufs - made.clufs, profile.gain_most_cdb)
        if abs(gain - level.gain_cdb) <= _CLOSE_CDB:
            break
        level = Level(gain, limited=True)
    return level


@contextlib.contextmanager
def open_sound(source: Path, reader: str, *, start_us: int) -> Iterator[Iterator[Samples]]:
    """The sound of a film from `start_us` of its own time on, in blocks of shape (2, n); nothing if it has none."""
    with open_film(source, reader) as container:
        stream = main_sound(container)
        yield iter(()) if stream is None else _unbroken(container, stream, start_us)


def measure(blocks: Iterator[Samples], *, most_samples: int) -> Loudness:
    """The loudness of the sound, by ITU-R BS.1770 as EBU R128 asks."""
    graph = _graph(("ebur128", "metadata=1:peak=true"))
    integrated, peak, heard = -70.0, -99.0, 0
    for block in _whole_blocks(blocks, most_samples):
        graph.push(_frame(block, heard))
        heard += block.shape[1]
        for frame in _ready(graph):
            integrated = _number(frame.metadata.get("lavfi.r128.I"), integrated)
            for channel in ("0", "1"):
                peak = max(peak, _decibels(frame.metadata.get(f"lavfi.r128.true_peaks_ch{channel}")))
    return Loudness(round(integrated * 100), round(peak * 100), heard)


def levelled(blocks: Iterator[Samples], level: Level, profile: Profile) -> Iterator[Samples]:
    """The same sound with `level` applied; the limiter, where needed, keeps time."""
    gain = np.float32(10 ** (level.gain_cdb / 2_000))
    if not level.limited:
        for block in blocks:
            yield block * gain
        return
    ceiling = 10 ** ((profile.true_peak_cdb - _LIMITER_MARGIN_CDB) / 2_000)
    graph = _graph(("alimiter", f"limit={ceiling:.4f}:attack=5:release=50:level=disabled:latency=1"))
    pushed = 0
    for block in blocks:
        graph.push(_frame(block * gain, pushed))
        pushed += block.shape[1]
        for frame in _ready(graph):
            yield _samples(frame)
    graph.push(None)
    for frame in _ready(graph):
        yield _samples(frame)


class Tape:
    """Gives any number of samples at a time; silence after the end."""

    def __init__(self, blocks: Iterator[Samples]) -> None:
        """`blocks` are read as they are needed."""
        self._blocks = blocks
        self._held: Samples = np.zeros((2, 0), np.float32)

    def take(self, samples: int) -> Samples:
        """The next `samples` samples, shape (2, samples)."""
        parts = [self._held]
        have = self._held.shape[1]
        while have < samples:
            block = next(self._blocks, None)
            if block is None:
                parts.append(np.zeros((2, samples - have), np.float32))
                break
            parts.append(block)
            have += block.shape[1]
        whole = np.concatenate(parts, axis=1)
        self._held = whole[:, samples:]
        return whole[:, :samples]


def _unbroken(container: InputContainer, stream: AudioStream, start_us: int) -> Iterator[Samples]:
    """Decodes in order; fills holes with silence and drops what comes before the picture or twice."""
    given = 0
    for frame in _decoded(container, stream):
        samples = _samples(frame)
        at_us = time_us(frame.pts, frame.time_base)
        due = given if at_us is None else (at_us - start_us) * RATE // 1_000_000
        hole = due - given
        if hole > _GAP_SAMPLES or (given == 0 and hole > 0):
            yield from _silence(hole)
            given += hole
        elif hole < -_GAP_SAMPLES or (given == 0 and hole < 0):
            samples = samples[:, min(-hole, samples.shape[1]) :]
        if samples.shape[1]:
            given += samples.shape[1]
            yield samples


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    errors = 0
    resampler = AudioResampler("fltp", "stereo", RATE)
    packets = container.demux(stream)
    while errors <= _MOST_ERRORS:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError, OSError):
            break
        try:
            frames = packet.decode()
        except MemoryError:
            raise
        except (FFmpegError, ValueError):
            errors += 1
            continue
        for frame in frames:
            try:
                yield from resampler.resample(frame)
            except MemoryError:
                raise
            except (FFmpegError, ValueError):
                # The track changes its form on the way: start again with the new one.
                errors += 1
                resampler = AudioResampler("fltp", "stereo", RATE)
                yield from resampler.resample(frame)
    with contextlib.suppress(FFmpegError, ValueError):
        yield from resampler.resample(None)


def _silence(samples: int) -> Iterator[Samples]:
    while samples > 0:
        part = min(samples, RATE)
        yield np.zeros((2, part), np.float32)
        samples -= part


def _whole_blocks(blocks: Iterator[Samples], most_samples: int) -> Iterator[Samples]:
    """Blocks of a tenth of a second, at most `most_samples` in all; the rest of the last one is silence."""
    held: list[Samples] = []
    have = total = 0
    for block in blocks:
        held.append(block)
        have += block.shape[1]
        while have >= _BLOCK:
            whole = np.concatenate(held, axis=1)
            yield whole[:, :_BLOCK]
            held, have = [whole[:, _BLOCK:]], have - _BLOCK
            total += _BLOCK
        if total >= most_samples:
            return
    if have:
        yield np.concatenate(held, axis=1)


def _graph(middle: tuple[str, str]) -> Graph:
    graph = Graph()
    last = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    for name, arguments in (middle, ("aformat", "sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo")):
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    last.link_to(graph.add("abuffersink"))
    graph.configure()
    return graph


def _frame(block: Samples, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(block, np.float32), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    frame.pts = at
    frame.time_base = Fraction(1, RATE)
    return frame


def _samples(frame: AudioFrame) -> Samples:
    return np.asarray(frame.to_ndarray(), np.float32).reshape(2, -1)


def _ready(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (NotYet, NoMore):
            return
        if isinstance(frame, AudioFrame):
            yield frame


def _number(text: str | None, otherwise: float) -> float:
    try:
        value = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise


def _decibels(text: str | None) -> float:
    linear = _number(text, 0.0)
    return 20 * math.log10(linear) if linear > 0 else -99.0
