"""What preparing a film costs beside FFmpeg's bare transcode with the same settings, and what flash screening adds.

A phone-like clip is made first: camera movement, hand shake and sensor noise, 1920 x 1080 at 30 pictures a second,
H.264 with sound.
CPU seconds (user and system, children included), never wall time. Each line runs in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from benchmarks.children import all_counted

SIZE = (1_920, 1_080)
FPS = 30


def make_clip(path: Path, seconds: int) -> None:
    """Writes the phone-like clip."""
    chance = np.random.default_rng(1)
    ground = _ground(chance)
    noise = [chance.normal(0, 4, (SIZE[1], SIZE[0], 1)).astype(np.int8) for _ in range(8)]
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "b": "17M"})
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        context = video.codec_context
        context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
        sound = container.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(seconds * FPS):
            left, top = int(2.5 * number) % 900 + int(chance.integers(0, 3)), 60 + int(chance.integers(0, 3))
            view = ground[top : top + SIZE[1], left : left + SIZE[0]]
            picture = np.clip(view + noise[number % len(noise)], 0, 255).astype(np.uint8)
            frame = VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
            samples = chance.normal(0, 0.05, (2, 1_600)).astype(np.float32)
            heard = AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
            heard.sample_rate, heard.pts, heard.time_base = 48_000, number * 1_600, Fraction(1, 48_000)
            container.mux(sound.encode(heard))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))


def _ground(chance: np.random.Generator) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    """Something to look at, larger than the picture: shapes over soft light, with texture."""
    rows, columns = SIZE[1] + 120, SIZE[0] + 920
    ground = np.empty((rows, columns, 3), np.int16)
    ground[:] = (np.linspace(60, 180, columns)[None, :, None] + np.linspace(-30, 30, rows)[:, None, None]).astype(int)
    for _ in range(150):
        top, left = int(chance.integers(0, rows - 40)), int(chance.integers(0, columns - 40))
        high, wide = (int(side) for side in chance.integers(30, 300, 2))
        ground[top : top + high, left : left + wide] = chance.integers(20, 235, 3)
    return ground + chance.normal(0, 6, ground.shape).astype(np.int16)


def decode(clip: Path) -> None:
    """Decodes the pictures with one thread, and nothing else."""
    with av.open(str(clip)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for _ in container.decode(video=0):
            pass


def bare(clip: Path, out: Path) -> None:
    """FFmpeg's transcode with the house's settings, through PyAV: no steadying, no loudness, no checks, no previews."""
    from content.media.film import main_picture, main_sound, open_film
    from content.media.house_film import HouseFilm
    from content.media.limits import HOUSE
    from content.media.sound import Tape, open_sound

    with (
        open_film(clip, "mov") as container,
        open_sound(clip, "mov", start_us=0) as blocks,
        HouseFilm(out / "bare.mp4", SIZE, HOUSE, Tape(blocks), threads=2) as film,
    ):
        assert main_sound(container) is not None
        for frame in container.decode(main_picture(container)):
            film.show(frame, 1)


def analyser(clip: Path) -> None:
    """The screening of the upload alone, decode included."""
    from content.media.film_facts import inspect_film
    from content.media.flash.film_screening import screen_upload
    from content.media.identify import identify
    from content.media.limits import Limits

    limits = Limits(threads=1)
    found = identify(clip)
    facts, plan, _ = inspect_film(clip, found, limits)
    screen_upload(clip, found.reader, facts, plan, limits, _quiet)


def render(clip: Path, out: Path, *, watched: bool) -> None:
    """The house film without sound; `watched`: with flash screening on the encoder's own decode."""
    from content.media.film_facts import inspect_film
    from content.media.film_render import FilmRendering
    from content.media.flash.film_screening import FlashWatcher
    from content.media.identify import identify
    from content.media.limits import DEFAULTS, HOUSE

    found = identify(clip)
    facts, plan, _ = inspect_film(clip, found, DEFAULTS)
    watchers = (FlashWatcher(),) if watched else ()
    FilmRendering(clip, found.reader, facts, plan, DEFAULTS, HOUSE, None, watchers).render(out, _quiet)


def _quiet(_percent: int) -> None:
    """Nobody waits for it."""


def prepare_whole(clip: Path, out: Path) -> None:
    """The whole preparation, in its confined child."""
    from content.media.preparation import prepare

    with all_counted():
        prepared = prepare(clip, out)
    assert prepared.rendition is not None, prepared.reasons


def work(name: str, clip: Path, seconds: int) -> None:
    """Does one work and prints what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        {
            "clip": lambda: make_clip(clip, seconds),
            "decode": lambda: decode(clip),
            "bare": lambda: bare(clip, out),
            "analyser": lambda: analyser(clip),
            "render": lambda: render(clip, out, watched=False),
            "watched": lambda: render(clip, out, watched=True),
            "prepare": lambda: prepare_whole(clip, out),
        }[name]()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps({"cpu_s": round(cpu_s, 2), "peak_mb": max(one.ru_maxrss for one in used) // 1_000}))


def main() -> None:
    """Makes the clip (or takes one) and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--clip", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.work, asked.clip, asked.seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        # In a process of its own too: a child's peak of memory starts with its parent's.
        _measured("clip", clip, asked.seconds)
        cost = {
            name: _measured(name, clip, asked.seconds)
            for name in ("decode", "bare", "analyser", "render", "watched", "prepare")
        }
    for name, figures in cost.items():
        speed = asked.seconds / figures["cpu_s"]
        print(
            f"{name:9} {figures['cpu_s']:7.2f} s of CPU  {speed:5.2f} x real time  {figures['peak_mb']:5.0f} MB at most"
        )
    print(f"whole preparation / bare transcode: {cost['prepare']['cpu_s'] / cost['bare']['cpu_s']:.2f}")
    print(f"screening adds to a render: {cost['watched']['cpu_s'] / cost['render']['cpu_s'] - 1:.0%}")


def _measured(name: str, clip: Path, seconds: int) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.preparation",
        "--work",
        name,
        "--clip",
        str(clip),
        "--seconds",
        str(seconds),
    ]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


if __name__ == "__main__":
    main()
