"""Films that flash in a known way, as files."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from tests.content.media.flash.screens import Picture

SIZE = (320, 180)


def make_flashing(
    path: Path,
    hz: float,
    *,
    colour: tuple[int, int, int] = (255, 255, 255),
    seconds: int = 2,
    size: tuple[int, int] = SIZE,
) -> Path:
    """A film whose whole picture is black and `colour` in turn, `hz` times a second, from its second second on."""
    ground = np.zeros((size[1], size[0], 3), np.uint8)
    light = np.zeros_like(ground)
    light[:] = colour
    numbers = [int(max(0, number - 30) * hz * 2 // 30) % 2 for number in range(30 * (seconds + 1))]
    return write(path, [light if number else ground for number in numbers])


def write(
    path: Path, pictures: list[Picture], *, pixel_shape: Fraction = Fraction(1), times: tuple[int, ...] = ()
) -> Path:
    """Writes the pictures, thirty a second or at these times in milliseconds."""
    base = Fraction(1, 1_000 if times else 30)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=30, options={"crf": "18", "preset": "superfast"})
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = base
        video.codec_context.sample_aspect_ratio = pixel_shape
        for number, picture in enumerate(pictures):
            frame = VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = times[number] if times else number, base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path
