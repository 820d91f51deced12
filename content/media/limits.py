"""Every number preparation holds an upload to, and the shape of what it makes. The defaults are the house's."""

from dataclasses import asdict, dataclass, fields
from typing import Literal

from content.reading import Reader

MIB = 1 << 20
Shape = Literal["either", "wide", "tall"]
SHAPES: tuple[Shape, ...] = ("either", "wide", "tall")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an upload may be and what preparing it may cost. Bytes, milliseconds, pixels; see docs/preparation.md."""

    video_bytes: int = 2_000 * 1_000_000
    image_bytes: int = 100 * 1_000_000
    video_least_ms: int = 1_000
    video_most_ms: int = 600_000
    video_side: int = 8_192
    video_pixels: int = 40_000_000
    image_pixels: int = 100_000_000
    image_side: int = 32_768
    fps_most: int = 240
    animation_frames: int = 3_000
    animation_ms: int = 300_000
    animation_pixels: int = 2_000_000_000
    """All frames of an animation together."""
    document_pages: int = 20
    captions_bytes: int = 2 * 1_000_000
    video_streams: int = 4
    sound_streams: int = 8
    caption_streams: int = 8
    all_streams: int = 32
    video_least_side: int = 96
    image_least_side: int = 100
    decode_errors: int = 1_000
    """Damaged packets after which the rest is not tried."""
    probe_cpu_s: int = 20
    probe_wall_ms: int = 60_000
    wall_per_media: int = 20
    """A preparation may take this many times the media's length…"""
    wall_base_ms: int = 60_000
    """…and this much on top."""
    cpu_s: int = 14_400
    memory_bytes: int = 3_000 * MIB
    probe_memory_bytes: int = 1_500 * MIB
    output_bytes: int = 1_000 * MIB
    """Of each file made."""
    folder_bytes: int = 1_200 * MIB
    """Of all files in the child's folder."""
    files: int = 64
    descriptors: int = 64
    processes: int = 64
    """Threads count as processes."""
    threads: int = 2
    """Threads of each decoder and encoder. Another number gives other bytes."""


_LEVELS = (
    ("3.1", 3_600, 108_000, 17_500),
    ("4.1", 8_192, 245_760, 62_500),
    ("4.2", 8_704, 522_240, 62_500),
    ("5.1", 36_864, 983_040, 300_000),
    ("5.2", 36_864, 2_073_600, 300_000),
)
"""H.264 levels: squares of 16 x 16 pixels in a picture and in a second, kbit/s in High (H.264, table A-1)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The house format to render to. Rates are 25, 30 or 60 pictures a second; `background` is what shows through."""

    fps: Literal[25, 30, 60] = 30
    long_side: int = 1920
    short_side: int = 1080
    crf: int = 21
    preset: str = "veryfast"
    maxrate_kbps: int = 8_000
    bufsize_kbps: int = 16_000
    sound_kbps: int = 160
    loudness_clufs: int = -2_300
    gain_most_cdb: int = 1_200
    true_peak_cdb: int = -100
    jpeg_quality: int = 88
    background: tuple[int, int, int] = (0, 0, 0)
    shape: Shape = "either"
    """How the screens stand: either way, so that upright pictures are made for upright ones, or only as said."""
    averaged: bool = False
    """Each pixel is the mean of what it stands for: for screens with few of them, where a sharper filter rings."""

    @property
    def frames_step(self) -> int:
        """Videos have a multiple of this many frames, so that they last a whole number of milliseconds."""
        return 1 if 1_000 % self.fps == 0 else 3

    @property
    def level(self) -> str:
        """The lowest H.264 level, from 3.1 on, that takes the largest pictures of this profile at its rate."""
        squares = -(-self.long_side // 16) * -(-self.short_side // 16)
        asked = squares, squares * self.fps, self.maxrate_kbps
        fitting = (level for level, *most in _LEVELS if all(map(int.__le__, asked, most)))
        return next(fitting, _LEVELS[-1][0])


DEFAULTS = Limits()
HOUSE = Profile()


def limits_record(limits: Limits) -> dict[str, object]:
    """`limits` as members of a JSON object."""
    return asdict(limits)


def parse_limits(reader: Reader) -> Limits:
    """The limits in a JSON object that `limits_record` wrote. Raises BadDocument."""
    given = reader.fields(*(field.name for field in fields(Limits)))
    return Limits(**{name: value.integer(least=0) for name, value in given.items()})


def profile_record(profile: Profile) -> dict[str, object]:
    """`profile` as members of a JSON object."""
    return asdict(profile)


def parse_profile(reader: Reader) -> Profile:
    """The profile in a JSON object that `profile_record` wrote. Raises BadDocument."""
    given = reader.fields(*(field.name for field in fields(Profile)))
    fps = given["fps"].integer()
    if fps not in {25, 30, 60}:
        given["fps"].refuse("25, 30 or 60 pictures a second are made")
    red, green, blue = (part.integer(least=0, most=255) for part in given["background"].items(most=3))
    return Profile(
        fps=25 if fps == 25 else 30 if fps == 30 else 60,
        long_side=given["long_side"].integer(least=16, most=8_192),
        short_side=given["short_side"].integer(least=16, most=8_192),
        crf=given["crf"].integer(least=0, most=51),
        preset=given["preset"].one_of("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"),
        maxrate_kbps=given["maxrate_kbps"].integer(least=100, most=100_000),
        bufsize_kbps=given["bufsize_kbps"].integer(least=100, most=200_000),
        sound_kbps=given["sound_kbps"].integer(least=32, most=512),
        loudness_clufs=given["loudness_clufs"].integer(least=-7_000, most=0),
        gain_most_cdb=given["gain_most_cdb"].integer(least=0, most=6_000),
        true_peak_cdb=given["true_peak_cdb"].integer(least=-6_000, most=0),
        jpeg_quality=given["jpeg_quality"].integer(least=1, most=100),
        background=(red, green, blue),
        shape=next(shape for shape in SHAPES if shape == given["shape"].one_of(*SHAPES)),
        averaged=given["averaged"].flag(),
    )
