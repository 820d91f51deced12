"""Turns a piece into a film file: pictures and sound, as a phone might have made it."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from commonscreen.demo.drawing.canvas import HEIGHT, WIDTH, Picture
from commonscreen.demo.drawing.sounds import RATE, Sound

FPS = 30
Piece = Callable[[float], Picture]
"""From seconds since the film began to the picture at that moment."""


def write_film(path: Path, piece: Piece, seconds: float, sound: Sound | None) -> None:
    """Writes an MP4 (H.264, and AAC where there is sound) of `seconds` length to `path`."""
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "20"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="stereo") if sound is not None else None
        for index in range(round(seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(piece(index / FPS), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            planes = np.ascontiguousarray(np.clip(sound, -1, 1).T)
            for start in range(0, planes.shape[1], 1024):
                block = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(planes[:, start : start + 1024]), format="fltp", layout="stereo"
                )
                block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
                container.mux(audio.encode(block))
            container.mux(audio.encode(None))
