"""Decodes one video in its own thread, ahead of the clock.

A file that hangs or breaks stops this thread, never the picture.
"""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.video.frame import VideoFrame

from display_node.words import _

MOST_AHEAD_FRAMES = 8
"""Decoded and waiting, for one video: about 25 MB at 1920x1080."""

FORMATS = "mov,mp4,matroska,webm,avi,mpegts"
OPEN_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
"""A file can never make FFmpeg open another one, or the network."""

BEHIND_BEFORE_JUMP_S = 3

Cause = Literal["file", "decoder"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a video cannot be shown (any further): the cause for the record, and a sentence."""

    cause: Cause
    sentence: str


class VideoDecoder:
    """Gives the frames of a file by number, from `first_frame` on, if they are asked for in rising order."""

    def __init__(self, path: Path, first_frame: int, rate: Fraction) -> None:
        """Starts at once. `rate` is in frames per second."""
        self._path = path
        self._rate = rate
        self._ahead: deque[tuple[int, VideoFrame]] = deque()
        self._room = threading.Semaphore(MOST_AHEAD_FRAMES)
        self._last: tuple[int, VideoFrame] | None = None
        self._is_closed = False
        self._has_ended = False
        self.failure: Failure | None = None
        self.first_frame = first_frame
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """Whether the first picture is there."""
        return bool(self._ahead) or self._last is not None

    @property
    def is_running(self) -> bool:
        """Whether the thread still lives; after `close` it should not for long."""
        return self._thread.is_alive()

    def newest(self, number: int) -> tuple[int, VideoFrame] | None:
        """The newest decoded frame up to `number`, with its number; earlier ones are forgotten."""
        while self._ahead and self._ahead[0][0] <= number:
            self._last = self._ahead.popleft()
            self._room.release()
        return self._last

    def is_best(self, number: int) -> bool:
        """Whether what `newest` gives for `number` is final: that frame itself, or the last before a gap or the end."""
        if self._last is None:
            return False
        return self._last[0] >= number or bool(self._ahead) or self._has_ended

    def is_off(self, number: int) -> bool:
        """Whether `number` lies a second before what is left, or so far after it that a new decoder is sooner there."""
        oldest = self._last[0] if self._last else self.first_frame
        newest = self._ahead[-1][0] if self._ahead else oldest
        is_far_after = self.is_ready and not self._has_ended and number > newest + BEHIND_BEFORE_JUMP_S * self._rate
        return number < oldest - self._rate or bool(is_far_after)

    def close(self) -> None:
        """Lets the thread end; does not wait for it."""
        self._is_closed = True
        self._room.release()

    def _run(self) -> None:
        try:
            self._decode()
        except FileNotFoundError:
            self.failure = Failure("file", _("The file is not in the cache any more."))
        except (av.error.FFmpegError, OSError, ValueError, EOFError, MemoryError) as error:
            cause: Cause = "decoder" if self.is_ready else "file"
            self.failure = Failure(cause, _("The file cannot be decoded: {error}").format(error=error)[:400])
        finally:
            self._has_ended = True
            if self._is_closed:
                self._ahead.clear()

    def _decode(self) -> None:
        with av.open(str(self._path), options=dict(OPEN_OPTIONS)) as container:
            if not container.streams.video:
                self.failure = Failure("file", _("The file holds no video."))
                return
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            if self.first_frame:
                container.seek(_pts(stream, self.first_frame, self._rate), stream=stream)
            for number, frame in self._numbered(container, stream):
                if self._is_closed:
                    return
                self._offer(number, frame)
        if not self.is_ready and self.failure is None:
            self.failure = Failure("file", _("The file holds no picture."))

    def _numbered(
        self, container: av.container.InputContainer, stream: av.video.stream.VideoStream
    ) -> Iterator[tuple[int, VideoFrame]]:
        zero, base = stream.start_time or 0, stream.time_base or Fraction(1, 1000)
        newest: tuple[int, VideoFrame] | None = None
        for frame in container.decode(stream):
            number = round(((frame.pts or 0) - zero) * base * self._rate)
            newest = (number, frame)
            if number >= self.first_frame:
                yield newest
                newest = None
            elif self._is_closed:
                return
        if newest is not None:
            # Asked for a frame after the end: the last one stands for it.
            yield newest

    def _offer(self, number: int, frame: VideoFrame) -> None:
        self._room.acquire()
        self._ahead.append((number, frame))


def _pts(stream: av.video.stream.VideoStream, frame: int, rate: Fraction) -> int:
    base = stream.time_base or Fraction(1, 1000)
    # Half a frame early, so that rounding never lands behind a key frame that is exactly at the wanted instant.
    return (stream.start_time or 0) + int((frame + Fraction(1, 2)) / rate / base)
