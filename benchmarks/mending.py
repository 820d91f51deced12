"""What mending adds to preparing a film: three seconds of a 1920 x 1080 film flash and are dimmed or cut.

CPU seconds (user and system) of the confined child, never wall time.
"""

import argparse
import resource
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from benchmarks.children import all_counted
from content.media.mend_words import mend_line
from content.media.mends import Cut, Dim, Mends
from content.media.preparation import prepare

FPS = 30
FLASHES_FROM_S, FLASHES_TO_S = 4, 7


def make_clip(path: Path, seconds: int) -> None:
    """Writes a film of coloured blocks that move, dark and light in turn five times a second for three seconds."""
    chance = np.random.default_rng(1)
    blocks = np.kron(chance.integers(40, 200, (34, 60, 3)), np.ones((32, 32, 1))).astype(np.uint8)[:1_080]
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "20", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = 1_920, 1_080, "yuv420p"
        for number in range(seconds * FPS):
            picture = np.ascontiguousarray(np.roll(blocks, number * 4, axis=1))
            if FLASHES_FROM_S * FPS <= number < FLASHES_TO_S * FPS and number // 3 % 2:
                picture //= 8
            frame = VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))


def cpu_s(source: Path, mends: Mends) -> str:
    """The CPU seconds that preparing with these mends takes, and what came of it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out, all_counted():
        prepared = prepare(source, Path(out), mends=mends)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{spent:6.2f} s  {prepared.verdict}  {'; '.join(map(mend_line, prepared.mends))}"


def main() -> None:
    """Prints one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    part = FLASHES_FROM_S * 1_000, FLASHES_TO_S * 1_000
    ways: tuple[tuple[str, Mends], ...] = (
        ("as it is", ()), ("dimmed, strength known", (Dim(*part, strength=2),)),
        ("dimmed, strength found out", (Dim(*part),)), ("cut", (Cut(*part),)),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "film.mp4"
        make_clip(source, seconds)
        for name, mends in ways:
            print(f"{name:28} {cpu_s(source, mends)}")


if __name__ == "__main__":
    main()
