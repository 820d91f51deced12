"""Clips with plenty to decode, made by the libraries that are there anyway: no ffmpeg command is needed."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph

from benchmarks.watching import blocks_filter

SIZE = (1920, 1080)
TONE_HZ = 440
SOUND_HZ = 48_000
BITS_A_SECOND = 8_000_000


def clip(path: Path, fps: int | Fraction, seconds: int, tag: int, size: tuple[int, int] = SIZE) -> Path:
    """About 8 Mbit/s of noisy H.264 with the number of each frame in blocks, and AAC; kept when it is there already."""
    if path.exists():
        return path
    beside = path.with_suffix(".part")
    with av.open(str(beside), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.bit_rate, video.codec_context.gop_size = BITS_A_SECOND, round(fps)
        video.options = {"preset": "veryfast", "x264-params": "scenecut=0:open-gop=0"}
        context = video.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1, 1
        audio = container.add_stream("aac", rate=SOUND_HZ, layout="stereo")
        pictures = _pictures(fps, tag, size)
        sounded = 0
        for number in range(round(seconds * fps)):
            frame = pictures.vpull()
            frame.pts, frame.time_base = number, 1 / Fraction(fps)
            frame.pict_type = 0
            container.mux(video.encode(frame))
            # Sound beside its picture, as in any film, so that nobody has to read the file twice.
            while sounded < (number + 1) / fps * SOUND_HZ:
                container.mux(audio.encode(_tone(sounded)))
                sounded += 1024
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return beside.rename(path)


def _pictures(fps: int | Fraction, tag: int, size: tuple[int, int]) -> Graph:
    words = f"testsrc2=size={size[0]}x{size[1]}:rate={fps},noise=alls=6:allf=t,format=yuv420p,{blocks_filter(tag)}"
    graph = Graph()
    last = None
    for part in _split(words):
        name, _, options = part.partition("=")
        node = graph.add(name, options)
        if last is not None:
            last.link_to(node)
        last = node
    assert last is not None
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _split(words: str) -> list[str]:
    """The filters of a chain: a comma within quotes belongs to an expression."""
    parts, is_quoted = [""], False
    for sign in words:
        is_quoted ^= sign == "'"
        if sign == "," and not is_quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _tone(start: int) -> av.AudioFrame:
    wave = np.sin((start + np.arange(1024)) * 2 * np.pi * TONE_HZ / SOUND_HZ).astype(np.float32) * 0.3
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, start, Fraction(1, SOUND_HZ)
    return frame
