"""Opens a film with the one reader its bytes call for, and gives its pictures in time. Only for the confined child."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from content.media.reasons import Refused

US = 1_000_000
_UNREADABLE = (FFmpegError, ValueError, OSError)
_MOST_SQUEEZE = 8


@dataclass(frozen=True, slots=True)
class Shot:
    """One decoded picture: when it is shown, from the film's first picture on, and for how long (0: unknown)."""

    frame: VideoFrame
    at_us: int
    lasts_us: int


@contextlib.contextmanager
def open_film(source: Path, reader: str) -> Iterator[InputContainer]:
    """The film, opened by `reader` alone and from files alone. Raises Refused if it cannot be opened."""
    options = {"protocol_whitelist": "file", "format_whitelist": reader}
    try:
        container = av.open(str(source), "r", format=reader, options=options, metadata_errors="ignore")
    except MemoryError:
        raise
    except _UNREADABLE as error:
        raise Refused("unreadable") from error
    with container:
        yield container


def main_picture(container: InputContainer) -> VideoStream:
    """The video stream people mean: the default one, never cover art. Raises Refused if there is none."""
    streams = [
        stream
        for stream in container.streams.video
        if has_codec(stream) and not stream.disposition & Disposition.attached_pic
    ]
    if not streams:
        raise Refused("no_picture" if len(container.streams) else "unreadable")
    return next((stream for stream in streams if stream.disposition & Disposition.default), streams[0])


def main_sound(container: InputContainer) -> AudioStream | None:
    """The default sound track, else the first; None if there is none we can read."""
    streams = [stream for stream in container.streams.audio if has_codec(stream)]
    first = streams[0] if streams else None
    return next((stream for stream in streams if stream.disposition & Disposition.default), first)


def has_codec(stream: Stream) -> bool:
    """Whether FFmpeg knows the codec of `stream`; PyAV's types promise more than it keeps."""
    return getattr(stream, "codec_context", None) is not None


class Projector:
    """Decodes a film's pictures in order. `damaged` counts what was not readable; `end_us` is the last one's end."""

    def __init__(self, container: InputContainer, stream: VideoStream, *, threads: int, most_errors: int) -> None:
        """`threads` for the decoder; after `most_errors` damaged packets the rest is not tried."""
        self._container = container
        self._stream = stream
        self._most_errors = most_errors
        self.damaged = 0
        self.end_us = 0
        self.first_pts_us: int | None = None
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads

    def shots(self) -> Iterator[Shot]:
        """Every picture that can be decoded, from 0 on in rising time."""
        nominal_us = nominal_length_us(self._stream)
        last_us = -1
        for frame in self._frames():
            pts_us = time_us(frame.pts, frame.time_base)
            if self.first_pts_us is None:
                self.first_pts_us = pts_us or 0
            at_us = last_us + (nominal_us or 1) if pts_us is None else pts_us - self.first_pts_us
            at_us = max(at_us, last_us + 1)
            lasts_us = time_us(frame.duration, frame.time_base) or nominal_us
            if not lasts_us and last_us >= 0:
                lasts_us = at_us - last_us
            self.end_us = at_us + lasts_us
            last_us = at_us
            yield Shot(frame, at_us, lasts_us)

    def _frames(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while self.damaged <= self._most_errors:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except MemoryError:
                raise
            except _UNREADABLE:
                # The file ends here as far as we can read it; the comparison with its stated length judges that.
                self.damaged += 1
                return
            try:
                yield from packet.decode()
            except MemoryError:
                raise
            except (FFmpegError, ValueError):
                self.damaged += 1


def time_us(ticks: int | None, base: Fraction | None) -> int | None:
    """Microseconds of `ticks` of `base` seconds; None if either is unknown."""
    if ticks is None or base is None or base.denominator == 0:
        return None
    return ticks * base.numerator * US // base.denominator


def nominal_length_us(stream: VideoStream) -> int:
    """How long a picture usually lasts; 0 if the file does not say."""
    rate = stream.average_rate or stream.guessed_rate
    return int(US / rate) if rate and 0 < rate <= 1_000 else 0


def stated_length_us(container: InputContainer, stream: VideoStream) -> int:
    """How long the file says its picture lasts; 0 if it does not say."""
    own = time_us(stream.duration, stream.time_base)
    return own if own and own > 0 else max(0, container.duration or 0)


def pixel_shape(stream: VideoStream) -> Fraction:
    """Width of a pixel over its height; 1 where the file says nothing sensible."""
    shape = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    if not shape or not Fraction(1, _MOST_SQUEEZE) <= shape <= _MOST_SQUEEZE:
        return Fraction(1)
    return Fraction(shape)


def clockwise(frame: VideoFrame) -> int:
    """Degrees to turn the picture clockwise so that it stands upright; nonsense in the file is taken as 0."""
    turn = -frame.rotation
    return turn % 360 if turn % 90 == 0 and abs(turn) <= 360 else 0
