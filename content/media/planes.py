"""The samples of a house picture's planes, to be read and to be written."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

Samples = NDArray[np.uint8]


def samples(plane: VideoPlane) -> Samples:
    """Its rows and columns; the plane's own memory."""
    rows: Samples = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def write_samples(plane: VideoPlane, rows: Samples) -> None:
    """Makes these the plane's rows and columns."""
    padded = np.zeros((plane.buffer_size // plane.line_size, plane.line_size), np.uint8)
    padded[: plane.height, : plane.width] = rows
    plane.update(padded.tobytes())


def like(frame: VideoFrame, width: int, height: int) -> VideoFrame:
    """An empty house picture of this size, of the same colours."""
    empty = VideoFrame(width, height, "yuv420p")
    empty.colorspace, empty.color_range = frame.colorspace, frame.color_range
    return empty
