"""Writes a film in house format: steady H.264 with a key frame on every second, AAC beside it, nothing else."""

import platform
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from content.media.limits import Profile
from content.media.sound import RATE, Samples, Tape
from content.media.watching import Picture, Watchers

_BT709 = 1
_LIMITED = 1
_X86 = {"x86_64", "AMD64"}
_STEADY = ":asm=MMX2,SSE2Fast,SSSE3,SSE4.2"
"""With AVX-512 x264 reads what nobody wrote at some widths (mbtree), and the bytes vary. It is as quick without.

NumPy asks for a processor with all of these too (x86-64-v2).
"""


class HouseFilm:
    """A film being written. A context manager; the file is whole after it ended without an error."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        profile: Profile,
        sound: Tape | None,
        *,
        threads: int,
        watchers: Watchers = (),
    ) -> None:
        """`sound` is taken along picture by picture; without it there is no sound track.

        `watchers` see every picture before the encoder does.
        """
        self._watchers = watchers
        self._profile = profile
        self._tape = sound
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart", "fflags": "bitexact"})
        self._video = self._add_video(size, threads)
        self._audio = None if sound is None else self._add_audio()
        self._samples = 0
        self.frames = 0

    def __enter__(self) -> Self:
        """Ready to write."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Writes what the encoders still hold, unless something failed; closes the file."""
        try:
            if kind is None:
                self._container.mux(self._video.encode(None))
                if self._audio is not None:
                    self._container.mux(self._audio.encode(None))
                for watcher in self._watchers:
                    watcher.end(self.frames * 1_000_000 // self._profile.fps)
        finally:
            self._container.close()

    def show(self, frame: VideoFrame, times: int) -> None:
        """Writes a house frame `times` times, and the sound that goes with it."""
        picture = Picture(frame, self.frames, times, self._profile.fps)
        for watcher in self._watchers:
            watcher.see(picture)
        for _ in range(times):
            frame.pts = self.frames
            frame.time_base = Fraction(1, self._profile.fps)
            frame.pict_type = 0
            self._container.mux(self._video.encode(frame))
            self.frames += 1
            self._play()

    def _play(self) -> None:
        if self._tape is None or self._audio is None:
            return
        due = self.frames * RATE // self._profile.fps
        self._container.mux(self._audio.encode(_frame(self._tape.take(due - self._samples), self._samples)))
        self._samples = due

    def _add_video(self, size: tuple[int, int], threads: int) -> VideoStream:
        fps = self._profile.fps
        params = f"keyint={fps}:min-keyint={fps}:scenecut=0:open-gop=0:bframes=2:ref=3:threads=1:lookahead-threads=1"
        params += _STEADY if platform.machine() in _X86 else ""
        stream = self._container.add_stream(
            "libx264",
            rate=fps,
            options={
                "preset": self._profile.preset,
                "profile": "high",
                "level": self._profile.level,
                "crf": str(self._profile.crf),
                "maxrate": f"{self._profile.maxrate_kbps}k",
                "bufsize": f"{self._profile.bufsize_kbps}k",
                "x264-params": params,
            },
        )
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, fps)
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        return stream

    def _add_audio(self) -> AudioStream:
        stream = self._container.add_stream("aac", rate=RATE, layout="stereo")
        stream.codec_context.bit_rate = self._profile.sound_kbps * 1_000
        return stream


def _frame(samples: Samples, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    frame.pts = at
    frame.time_base = Fraction(1, RATE)
    return frame
