"""Makes the small media files the tests need, each with a truth known beforehand: counters, colours, tones."""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

RATE = 48_000
BITS = 8
"""A frame's number is written across the top in this many dark (0) or light (1) fields."""
_DARK, _LIGHT = 117, 139
"""They change with every picture, so they differ by less than what counts as flashing."""
Pixels = NDArray[np.uint8]


def numbered(number: int, size: tuple[int, int], colour: tuple[int, int, int] = (60, 90, 140)) -> Pixels:
    """A picture whose number can be read back by `number_in`, whatever was done to its size or colours."""
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = colour
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        picture[: height // 3, left:right] = _LIGHT if number >> bit & 1 else _DARK
    return picture


def number_in(picture: Pixels) -> int:
    """The number `numbered` wrote."""
    height, width = picture.shape[:2]
    number = 0
    for bit in range(BITS):
        middle = (2 * bit + 1) * width // (2 * BITS)
        field = picture[height // 8 : height // 4, max(0, middle - 3) : middle + 3]
        number |= int(field.mean() > 128) << bit
    return number


@dataclass(frozen=True, slots=True)
class Film:
    """A film to make. `times` are the frames' times in ms where they are not steady; `tone_db` is a 1 kHz sine."""

    size: tuple[int, int] = (320, 180)
    fps: int = 30
    frames: int = 60
    codec: str = "libx264"
    pixels: str = "yuv420p"
    form: str = "mp4"
    tone_db: float | None = None
    tone_from_ms: int = 0
    channels: str = "stereo"
    times: tuple[int, ...] = ()
    pixel_shape: Fraction = Fraction(1)
    tags: tuple[tuple[str, str], ...] = ()


def make_film(path: Path, film: Film) -> Path:
    """Writes the film and returns its path."""
    with av.open(str(path), "w", format=film.form) as container:
        container.metadata.update(dict(film.tags))
        video = cast("VideoStream", container.add_stream(film.codec, rate=film.fps))
        video.width, video.height = film.size
        video.pix_fmt = film.pixels
        base = Fraction(1, 1_000 if film.times else film.fps)
        video.codec_context.time_base = base
        video.codec_context.sample_aspect_ratio = film.pixel_shape
        audio = None
        if film.tone_db is not None:
            codec = "aac" if film.form != "webm" else "libopus"
            audio = cast("AudioStream", container.add_stream(codec, rate=RATE, layout=film.channels))
        for number in range(len(film.times) or film.frames):
            frame = VideoFrame.from_ndarray(numbered(number, film.size), format="rgb24")
            frame.pts = film.times[number] if film.times else number
            frame.time_base = base
            container.mux(video.encode(frame))
        if audio is not None:
            for sound in _tone(film):
                container.mux(audio.encode(sound))
            container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path


def _tone(film: Film) -> Iterable[AudioFrame]:
    total = film.frames * RATE // film.fps
    channels = 2 if film.channels == "stereo" else 1
    loud = 10 ** ((film.tone_db or 0.0) / 20)
    for start in range(0, total, RATE // 10):
        at = np.arange(start, min(total, start + RATE // 10))
        wave = loud * np.sin(2 * np.pi * 1_000 * at / RATE) * (at >= film.tone_from_ms * RATE // 1_000)
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(np.tile(wave.astype(np.float32), (channels, 1))), format="fltp", layout=film.channels
        )
        frame.sample_rate = RATE
        frame.pts = start
        frame.time_base = Fraction(1, RATE)
        yield frame


def make_hdr_film(path: Path, code_percent: int, transfer: int) -> Path:
    """A second of even grey in 10 bits, BT.2020, at this part of the signal; `transfer` 16 is PQ, 18 HLG."""
    with av.open(str(path), "w", format="matroska") as container:
        options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1"}
        video = container.add_stream("libx265", rate=30, options=options)
        video.width, video.height = 320, 180
        video.pix_fmt = "yuv420p10le"
        context = video.codec_context
        context.color_primaries = context.colorspace = 9
        context.color_trc = transfer
        context.color_range = 1
        frame = VideoFrame(320, 180, "yuv420p10le")
        for plane, value in zip(frame.planes, (64 + 876 * code_percent // 100, 512, 512), strict=True):
            plane.update(np.full((plane.height, plane.line_size // 2), value, np.uint16).tobytes())
        for number in range(30):
            frame.pts = number
            frame.time_base = Fraction(1, 30)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


def make_sound_only(path: Path) -> Path:
    """An MP4 with one second of tone and no picture."""
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        for sound in _tone(Film(frames=30, tone_db=-20)):
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path


def turn_by_matrix(path: Path, clockwise: int) -> Path:
    """Writes a rotation into the display matrix of an MP4's first track, as phones do."""
    one, minus = 0x00010000, -0x00010000
    a, b, c, d = {90: (0, one, minus, 0), 180: (minus, 0, 0, minus), 270: (0, minus, one, 0)}[clockwise]
    body = bytearray(path.read_bytes())
    at = body.index(b"tkhd") + 44
    body[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(body)
    return path


CORNERS = ((200, 30, 30), (30, 170, 30), (30, 30, 200), (200, 200, 40))
"""Top left, top right, bottom left, bottom right."""


def corners(size: tuple[int, int]) -> Image.Image:
    """A picture of four colours, so that one sees how it was turned."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    halves = ((slice(0, height // 2), slice(height // 2, height)), (slice(0, width // 2), slice(width // 2, width)))
    for place, colour in enumerate(CORNERS):
        picture[halves[0][place // 2], halves[1][place % 2]] = colour
    return Image.fromarray(picture, "RGB")


_UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def make_turned_jpeg(path: Path, orientation: int, size: tuple[int, int] = (1_280, 720)) -> Path:
    """A JPEG stored as a camera held in that EXIF `orientation` stores it; upright it is `corners(size)`."""
    undo = _UNDO[orientation]
    upright = corners(size)
    exif = Image.Exif()
    exif[0x0112] = orientation
    (upright if undo is None else upright.transpose(undo)).save(path, "JPEG", quality=92, exif=exif)
    return path


SECRET = "Vesna Testova, Hidden Lane 7"
"""Private words that must not survive into anything we make."""


def make_private_jpeg(path: Path) -> Path:
    """A photograph with a GPS position, a maker, a comment and XMP."""
    exif = Image.Exif()
    exif[0x010F] = SECRET
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    noise = np.random.default_rng(7).integers(0, 255, (720, 1_280, 3), np.uint8)
    Image.fromarray(noise, "RGB").save(path, "JPEG", exif=exif, xmp=xmp, comment=SECRET.encode())
    return path


def make_animation(path: Path, delays_ms: list[int], *, form: str = "GIF", size: tuple[int, int] = (160, 120)) -> Path:
    """An animation whose picture n carries the number n and is shown for `delays_ms[n]`."""
    pictures = [Image.fromarray(numbered(number, size), "RGB") for number in range(len(delays_ms))]
    pictures[0].save(
        path, form, save_all=True, append_images=pictures[1:], duration=delays_ms, loop=0, lossless=form == "WEBP"
    )
    return path


def png_claiming(path: Path, width: int, height: int) -> Path:
    """A few bytes of PNG that claim a picture of `width` x `height`."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\x00")))
    return path


def make_white_png(path: Path, side: int) -> Path:
    """A true one-bit PNG of `side` x `side`: few bytes, many pixels."""
    Image.new("1", (side, side), 1).save(path, "PNG")
    return path


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
