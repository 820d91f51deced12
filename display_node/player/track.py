"""The sound of one file, decoded in its own thread a few seconds ahead, to be read by position."""

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from display_node.player.decoder import opened

RATE_HZ = 48_000
RING_SAMPLES = 4 * RATE_HZ
_BEHIND_SAMPLES = RATE_HZ // 4
_POLL_S = 0.25
FULL_SCALE = 32_767

Samples = NDArray[np.int16]


class Track:
    """Stereo samples of a file from `first_sample` (48 kHz) on. What is not decoded, or not there, is silence."""

    def __init__(self, path: Path, first_sample: int) -> None:
        """Starts to decode at once."""
        self._path = path
        self._first = max(0, first_sample)
        self._ring: Samples = np.zeros((RING_SAMPLES, 2), np.int16)
        self._written = self._first
        self._base = self._first
        self._cursor = self._first
        self._closed = threading.Event()
        self.has_failed = False
        self._thread = threading.Thread(target=self._run, name="track", daemon=True)
        self._thread.start()

    @property
    def written(self) -> int:
        """The position up to which it is decoded."""
        return self._written

    def read(self, start: int, count: int) -> Samples:
        """`count` samples from position `start`; never waits."""
        self._cursor = max(self._cursor, start)
        out: Samples = np.zeros((count, 2), np.int16)
        begin, end = max(start, self._base, self._written - RING_SAMPLES), min(start + count, self._written)
        if begin < end:
            for place, piece in _pieces(begin, end):
                out[begin - start : begin - start + len(piece)] = self._ring[place]
                begin += len(piece)
        return out

    def close(self) -> None:
        """Lets the thread end."""
        self._closed.set()

    def _run(self) -> None:
        try:
            self._decode()
        except (av.error.FFmpegError, OSError, ValueError, EOFError, MemoryError):
            # The picture of the same file reports what is wrong with it; without sound it plays on silent.
            self.has_failed = True

    def _decode(self) -> None:
        with opened(self._path) as container:
            if not container.streams.audio:
                return
            stream = container.streams.audio[0]
            base = stream.time_base or Fraction(1, RATE_HZ)
            if self._first:
                container.seek(int(Fraction(self._first, RATE_HZ) / base), stream=stream)
            as_samples = _Converter()
            position: int | None = None
            for frame in container.decode(stream):
                if position is None:
                    position = round((frame.pts or 0) * (frame.time_base or base) * RATE_HZ)
                for samples in as_samples(frame):
                    if not self._write(position, samples):
                        return
                    position += len(samples)

    def _write(self, position: int, samples: Samples) -> bool:
        """Appends what lies at or after `first_sample`, as soon as there is room; False when closed."""
        skip = self._first - position
        if skip > 0:
            position, samples = position + skip, samples[skip:]
        while self._written + len(samples) > self._cursor + RING_SAMPLES - _BEHIND_SAMPLES:
            if self._closed.wait(_POLL_S):
                return False
        if len(samples):
            done = 0
            for place, piece in _pieces(self._written, self._written + len(samples)):
                self._ring[place] = samples[done : done + len(piece)]
                done += len(piece)
            self._written += len(samples)
        return not self._closed.is_set()


class _Converter:
    """Frames of any kind as stereo samples. What the house's own files hold takes a short way, a tenth of the work."""

    def __init__(self) -> None:
        self._resampler: av.AudioResampler | None = None

    def __call__(self, frame: av.AudioFrame) -> Iterator[Samples]:
        is_plain = (frame.format.name, frame.sample_rate, frame.layout.name) == ("fltp", RATE_HZ, "stereo")
        if is_plain and self._resampler is None:
            loud = frame.to_ndarray().T * np.float32(FULL_SCALE)
            samples: Samples = np.clip(loud, -FULL_SCALE, FULL_SCALE).astype(np.int16)
            yield samples
            return
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE_HZ)
        for piece in self._resampler.resample(frame):
            yield piece.to_ndarray().astype(np.int16, copy=False).reshape(-1, 2)


def _pieces(begin: int, end: int) -> Iterator[tuple[slice, range]]:
    """The places in the ring of the positions from `begin` until `end`, in at most a few pieces."""
    while begin < end:
        first = begin % RING_SAMPLES
        last = min(RING_SAMPLES, first + end - begin)
        yield slice(first, last), range(first, last)
        begin += last - first
