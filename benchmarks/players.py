"""Our player beside mpv and VLC: the same clips, the same X server, the same minutes. Needs Xvfb, mpv, vlc, ffmpeg.

    .venv/bin/python -m benchmarks.players [--seconds 20] [--rounds 3] [--fps 30 60] [--only ours mpv vlc]

What was shown is read from the X server's own memory (Xvfb -fbdir), not from any player's word: each frame carries its
number in black and white blocks. CPU is user and system time of every process of a player, for each second of video,
from two seconds after its first frame until shortly before its last. All decode sound and hand it to a silent device.
"""

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.watching import Sight, blocks_filter, cpu_s, watched
from content.clock import now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import Agent, card_cue, cues

SIZE = (1920, 1080)
DISPLAY = ":96"
NOBODY = 65_534
LEAD_MS = 3_000
PEERS = {
    "mpv": [
        "mpv", "--no-config", "--vo=x11", "--ao=null", "--hwdec=no", "--really-quiet", "--no-osc", "--no-border",
        "--osd-level=0", "--no-input-default-bindings", "--geometry=1920x1080+0+0", "--gapless-audio=weak",
        "--prefetch-playlist=yes",
    ],
    "vlc": [
        "vlc", "-I", "dummy", "--vout=xcb_x11", "--aout=adummy", "--no-video-title-show", "--no-osd",
        "--no-metadata-network-access", "--avcodec-hw=none", "--play-and-exit", "--quiet",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One player, two clips one after the other."""

    player: str
    fps: int
    cpu_per_s: float
    server_cpu_per_s: float
    shown: int
    dropped: int
    late: int
    interval_error_ms_p99: float
    seam_ms: float
    black_ms: float


def main() -> None:
    """Runs everybody in turn, prints a line each, and then the medians with our share of each peer's CPU."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20, help="length of each of the two clips")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fps", type=int, nargs="+", default=[30, 60])
    parser.add_argument("--only", nargs="+", default=["ours", *PEERS], choices=["ours", *PEERS])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for fps in asked.fps:
            pair = [_clip(folder / f"{fps}-{tag}.mp4", fps, asked.seconds, tag) for tag in (0, 1)]
            rows = [
                _run(who, folder, pair, fps, asked.seconds)
                for _ in range(asked.rounds)
                for who in asked.only
                if who == "ours" or shutil.which(who)
            ]
            _compare(rows)


def _clip(path: Path, fps: int, seconds: int, tag: int) -> Path:
    """About 8 Mbit/s of noisy test picture with its number in it, and a tone."""
    noisy = f"testsrc2=size={SIZE[0]}x{SIZE[1]}:rate={fps},noise=alls=6:allf=t,{blocks_filter(tag)}"
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", noisy, "-f", "lavfi", "-i", "sine=440:r=48000",
            "-t", str(seconds), "-c:v", "libx264", "-preset", "veryfast", "-b:v", "8M", "-pix_fmt", "yuv420p",
            "-g", str(fps), "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-c:a", "aac", "-ac", "2", "-movflags", "+faststart", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def _run(who: str, folder: Path, pair: list[Path], fps: int, seconds: int) -> Result:
    with _server(folder) as (server, environment), watched(folder / "Xvfb_screen0") as sight:
        is_ours = who == "ours"
        with _ours(folder, pair, fps, seconds, environment) if is_ours else _peer(who, pair, environment) as pid:
            sight.wait_for(0, 0, within_s=20)
            time.sleep(2)
            before, server_before, began = cpu_s(pid), cpu_s(server), time.monotonic()
            sight.wait_for(1, fps * (seconds - 1), within_s=2 * seconds + 20)
            took_s = time.monotonic() - began
            cost = (cpu_s(pid) - before) / took_s
            server_cost = (cpu_s(server) - server_before) / took_s
        result = _judged(who, fps, seconds, cost, server_cost, sight)
        print(json.dumps(asdict(result)), flush=True)
        return result


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    process = subprocess.Popen(
        ["Xvfb", DISPLAY, "-ac", "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp", "-fbdir", str(folder)],
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 10
        while not Path(f"/tmp/.X11-unix/X{DISPLAY[1:]}").exists():  # noqa: S108
            assert time.monotonic() < until, "Xvfb does not start"
            time.sleep(0.05)
        yield process.pid, {**os.environ, "DISPLAY": DISPLAY, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _peer(who: str, pair: list[Path], environment: dict[str, str]) -> Iterator[int]:
    # VLC refuses to run as root; both run as nobody where this is root.
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(
        [*PEERS[who], *map(str, pair)], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_nobody,
    )  # type: ignore[call-overload] # fmt: skip
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _ours(folder: Path, pair: list[Path], fps: int, seconds: int, environment: dict[str, str]) -> Iterator[int]:
    more = {
        "DISPLAY": DISPLAY, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy", "SDL_VIDEO_WINDOW_POS": "0,0",
        "MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "PYTHONWARNINGS": "default",
    }  # fmt: skip
    run = folder / "ours"
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    looks = ("--windowed", f"{SIZE[0]}x{SIZE[1]}")
    command = [sys.executable, "-m", "display_node.player", "--socket", str(run / "p.sock"), *looks]
    process = subprocess.Popen(command, env={**environment, **more}, start_new_session=True)
    try:
        agent = Agent(run / "p.sock")
        start, length = now_ms() + LEAD_MS, seconds * 1000
        first = Cue(
            start, start + length, "programme", "video", "a", path=str(pair[0]), fps_num=fps, title="A film",
            group_name="A group", has_sound=True,
        )  # fmt: skip
        second = replace(first, start_ms=start + length, end_ms=start + 2 * length, item="b", path=str(pair[1]))
        agent.say(cues(first, second, card_cue(start + 2 * length, start + 2 * length + 60_000)))
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _judged(who: str, fps: int, seconds: int, cost: float, server_cost: float, sight: Sight) -> Result:
    # The first second is the player's own beginning, with its window: nobody is judged by that.
    seen = [row for row in sight.numbers() if row[1] or row[2] >= fps]
    period_ms = 1000 / fps
    clips = [[row for row in seen if row[1] == tag] for tag in (0, 1)]
    dropped = late = 0
    errors: list[float] = []
    for rows in clips:
        numbers = [number for _, _, number in rows]
        dropped += (numbers[-1] - numbers[0] + 1) - len(set(numbers))
        offsets = [instant_ns / 1e6 - number * period_ms for instant_ns, _, number in rows]
        usual = statistics.median(offsets)
        late += sum(offset - usual > period_ms / 2 for offset in offsets)
        errors += [
            abs((after[0] - row[0]) / 1e6 - (after[2] - row[2]) * period_ms) for row, after in itertools.pairwise(rows)
        ]
    errors.sort()
    last, first = clips[0][-1], clips[1][0]
    # What is lost at the seam shows as a longer wait: the time between the two, less what their numbers account for.
    missing = (fps * seconds - 1 - last[2]) + first[2]
    return Result(
        who, fps, round(cost, 3), round(server_cost, 3), len(seen), dropped + missing, late,
        round(errors[len(errors) * 99 // 100], 2), round((first[0] - last[0]) / 1e6 - period_ms, 1),
        round(sight.black_ns(last[0], first[0]) / 1e6, 1),
    )  # fmt: skip


def _compare(rows: list[Result]) -> None:
    costs: dict[str, float] = {}
    for who in dict.fromkeys(row.player for row in rows):
        costs[who] = statistics.median(row.cpu_per_s for row in rows if row.player == who)
    for who, cost in costs.items():
        share = f", ours is {costs['ours'] / cost:.2f} of it" if "ours" in costs and who != "ours" else ""
        sys.stdout.write(f"{rows[0].fps} frames a second, {who}: {cost:.3f} CPU seconds a second{share}\n")


if __name__ == "__main__":
    main()
