"""Decodes one video in its own thread, ahead of the clock.

A file that hangs or breaks stops this thread, never the picture.
"""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import thread_time_ns
from typing import Literal

import av
from av.video.frame import VideoFrame

from content.clock import monotonic_ns
from display_node.messages import Cue
from display_node.player.brisk import BRISK
from display_node.player.hardware import HARDWARE, SOFTWARE, Hardware, HardwareFailed, Route
from display_node.player.timeline import DEFAULT_FPS, NS_PER_MS, frame_at
from display_node.words import _

MOST_AHEAD_FRAMES = 8
"""Decoded and waiting, for one video: about 25 MB at 1920x1080."""

MEASURED_FRAMES = 30
"""A second, or half of one: a key frame and what follows it."""

BURST_FRAMES = 4
"""Decoded in one go, once there is room for them: the processor's caches are warm, and threads wake each other less."""

MOST_PIXELS = 4096 * 2304
"""Of one picture. What claims more would take gigabytes for the few frames that wait."""

FORMATS = "mov,mp4,matroska,webm,avi,mpegts"
OPEN_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
"""A file can never make FFmpeg open another one, or the network."""

UNDECODED = {"skip_frame": "all"}
"""FFmpeg decodes the beginning to learn what a file is. What the house's own files hold stands in their headers; that
takes a sixth of the time."""

BEHIND_BEFORE_JUMP_S = 3

HANGING_NS = 1_500 * NS_PER_MS
"""Hardware that gives no answer for so long is left alone."""

JOIN_LEAD_NS = 80 * NS_PER_MS
"""About what opening and seeking takes: a decoder that joins aims this far ahead, and soon is in time again."""

Cause = Literal["file", "decoder"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a video cannot be shown (any further): the cause for the record, and a sentence."""

    cause: Cause
    sentence: str


class VideoDecoder:
    """Gives the frames of a file by number, from `first_frame` on, if they are asked for in rising order."""

    def __init__(self, path: Path, first_frame: int, rate: Fraction, hardware: Hardware = HARDWARE) -> None:
        """Starts at once. `rate` is in frames per second."""
        self._path = path
        self._hardware = hardware
        self._route: Route | None = None
        self._asked_ns = 0
        self._rate = rate
        self._second_frames = max(1, round(rate))
        self._ahead: deque[tuple[int, VideoFrame]] = deque()
        self._has_room = threading.Event()
        self._last: tuple[int, VideoFrame] | None = None
        self._is_closed = False
        self._has_ended = False
        self.failure: Failure | None = None
        self.first_frame = first_frame
        self.decoded_by = ""
        """What gave the newest frame: `software`, or a route's name."""
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
        if len(self._ahead) <= MOST_AHEAD_FRAMES - BURST_FRAMES and not self._has_room.is_set():
            self._has_room.set()
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
        is_far_after = (
            self.is_ready and not self._has_ended and number > newest + BEHIND_BEFORE_JUMP_S * self._second_frames
        )
        return number < oldest - self._second_frames or bool(is_far_after)

    def is_hanging(self) -> bool:
        """Whether hardware has given no answer for too long; it is not trusted then, and a new decoder is needed."""
        asked_ns, route = self._asked_ns, self._route
        if not asked_ns or route is None or monotonic_ns() - asked_ns < HANGING_NS:
            return False
        self._hardware.failed(route, _("it does not answer"))
        self._route = None
        return True

    def close(self) -> None:
        """Lets the thread end; does not wait for it."""
        self._is_closed = True
        self._has_room.set()

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
        first: int | None = self.first_frame
        if self._hardware.is_there:
            first = self._decode_in_hardware(self.first_frame)
        while first is not None:
            first = self._decode_from(first)
        if not self.is_ready and self.failure is None:
            self.failure = Failure("file", _("The file holds no picture."))

    def _decode_in_hardware(self, first: int) -> int | None:
        """Decodes from `first` on as far as hardware does; gives the frame with which software goes on, if any."""
        with opened(self._path) as container:
            codec = container.streams.video[0].codec_context.name if container.streams.video else ""
        route = self._hardware.route_for(codec)
        proof = None
        if route is not None and not self._hardware.has_proved(route):
            # By software, before anything is held against the hardware: it may be the file.
            proof = self._key_frame(first)
        if route is None:
            return first
        self._route, wanted = route, first
        try:
            with route.opened(self._path, OPEN_OPTIONS | UNDECODED) as container:
                stream = container.streams.video[0]
                _refuse_huge(stream.width, stream.height)
                if first:
                    container.seek(_pts(stream, first, self._rate), stream=stream)
                frames = self._checked(route, route.frames(container, stream), stream, proof)
                while (found := self._answer(frames)) is not None:
                    if self._is_closed:
                        return None
                    if found[0] >= wanted:
                        wanted = found[0] + 1
                        self._offer(*found, route.name)
        except (av.error.FFmpegError, HardwareFailed, OSError, ValueError, RuntimeError, MemoryError) as error:
            if self._route is not None:
                self._hardware.failed(route, str(error))
            return None if self._is_closed else wanted
        # Asked for a frame after the end: software gives what stands for it.
        return wanted if wanted == first else None

    def _key_frame(self, first: int) -> tuple[int, VideoFrame] | None:
        """The key frame at or before `first`, by software."""
        with opened(self._path) as container:
            stream = container.streams.video[0]
            _refuse_huge(stream.width, stream.height)
            if first:
                container.seek(_pts(stream, first, self._rate), stream=stream)
            return next(((self._number(stream, frame), frame) for frame in container.decode(stream)), None)

    def _answer(self, frames: Iterator[tuple[int, VideoFrame]]) -> tuple[int, VideoFrame] | None:
        self._asked_ns = monotonic_ns()
        try:
            return next(frames, None)
        finally:
            self._asked_ns = 0

    def _checked(
        self,
        route: Route,
        frames: Iterator[VideoFrame],
        stream: av.video.stream.VideoStream,
        proof: tuple[int, VideoFrame] | None,
    ) -> Iterator[tuple[int, VideoFrame]]:
        """The frames with their numbers; raises HardwareFailed at the first that is not what it should be."""
        before: int | None = None
        for frame in frames:
            number = self._number(stream, frame)
            if frame.pts is None or frame.is_corrupt or (frame.width, frame.height) != (stream.width, stream.height):
                raise HardwareFailed(_("a picture is damaged"))
            if before is not None and number != before + 1:
                raise HardwareFailed(_("a picture lacks"))
            if before is None and proof is not None:
                if number != proof[0]:
                    raise HardwareFailed(_("a picture lacks"))
                self._hardware.prove(route, frame, proof[1])
            before = number
            yield number, frame
        if before is None or before + 1 < stream.frames:
            raise HardwareFailed(_("pictures lack at the end"))

    def _number(self, stream: av.video.stream.VideoStream, frame: VideoFrame) -> int:
        zero, base = stream.start_time or 0, stream.time_base or Fraction(1, 1000)
        return round(((frame.pts or 0) - zero) * base * self._rate)

    def _decode_from(self, first: int) -> int | None:
        """Decodes from frame `first` on; gives the frame to begin again from with more threads, if that is needed."""
        with opened(self._path) as container:
            if not container.streams.video:
                self.failure = Failure("file", _("The file holds no video."))
                return None
            stream = container.streams.video[0]
            pixels = stream.width * stream.height
            _refuse_huge(stream.width, stream.height)
            # Who joins in the middle wants the pictures since the last key frame soon, whatever that costs.
            is_alone = first == 0 and BRISK.is_one_enough(pixels, self._rate)
            stream.thread_type = "AUTO"
            if is_alone:
                stream.codec_context.thread_count = 1
            if first:
                container.seek(_pts(stream, first, self._rate), stream=stream)
            # The first pictures find all memory cold, and say nothing about those to come.
            began_ns = 0
            for count, (number, frame) in enumerate(self._numbered(container, stream, first)):
                if self._is_closed:
                    return None
                self._offer(number, frame)
                if is_alone and count % MEASURED_FRAMES == MEASURED_FRAMES - 1:
                    if began_ns:
                        BRISK.learn(pixels, MEASURED_FRAMES, thread_time_ns() - began_ns)
                    if not BRISK.is_one_enough(pixels, self._rate):
                        return number + 1
                    began_ns = thread_time_ns()
        return None

    def _numbered(
        self, container: av.container.InputContainer, stream: av.video.stream.VideoStream, first: int
    ) -> Iterator[tuple[int, VideoFrame]]:
        newest: tuple[int, VideoFrame] | None = None
        for frame in container.decode(stream):
            _refuse_huge(frame.width, frame.height)
            number = self._number(stream, frame)
            newest = (number, frame)
            if number >= first:
                yield newest
                newest = None
            elif self._is_closed:
                return
        if newest is not None:
            # Asked for a frame after the end: the last one stands for it.
            yield newest

    def _offer(self, number: int, frame: VideoFrame, decoded_by: str = SOFTWARE) -> None:
        self.decoded_by = decoded_by
        self._ahead.append((number, frame))
        if len(self._ahead) < MOST_AHEAD_FRAMES:
            return
        self._has_room.clear()
        # Looked at again after clearing: the frame loop may have made room, or closed, just before.
        if len(self._ahead) > MOST_AHEAD_FRAMES - BURST_FRAMES and not self._is_closed:
            self._has_room.wait()


def film_decoder(cue: Cue, now_ns: int) -> VideoDecoder:
    """Starts to decode from the frame that will be due at `now_ns`, or the cue's first."""
    start_ns = cue.start_ms * NS_PER_MS
    first = frame_at(cue, start_ns if now_ns <= start_ns else now_ns + JOIN_LEAD_NS)
    rate = Fraction(cue.fps_num, cue.fps_den) if cue.fps_num else Fraction(DEFAULT_FPS)
    return VideoDecoder(Path(cue.path), first, rate)


def opened(path: Path) -> av.container.InputContainer:
    """The file, with what is known of its streams; the caller closes it. Raises what PyAV does."""
    container = av.open(str(path), options=OPEN_OPTIONS | UNDECODED)
    if all(stream.width and stream.height for stream in container.streams.video):
        return container
    container.close()
    return av.open(str(path), options=dict(OPEN_OPTIONS))


def _refuse_huge(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        too_many = _("{width} x {height} pixels are more than a screen decodes")
        raise ValueError(too_many.format(width=width, height=height))


def _pts(stream: av.video.stream.VideoStream, frame: int, rate: Fraction) -> int:
    base = stream.time_base or Fraction(1, 1000)
    # Half a frame early, so that rounding never lands behind a key frame that is exactly at the wanted instant.
    return (stream.start_time or 0) + int((frame + Fraction(1, 2)) / rate / base)
