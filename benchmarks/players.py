"""Our player beside mpv and VLC: the same clips, the same X server, the same minutes. Needs Xvfb, and mpv and vlc.

    .venv/bin/python -m benchmarks.players [--seconds 20] [--rounds 3] [--fps 30 60] [--only ours mpv vlc] [--busy]

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
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.clips import clip
from benchmarks.stage import our_player, server
from benchmarks.watching import NeverSeen, Sight, cpu_s, watched
from content.clock import now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import Agent, card_cue, cues

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
    load: float


def main() -> None:
    """Runs everybody in turn, prints a line each, and then the medians with our share of each peer's CPU."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20, help="length of each of the two clips")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fps", type=int, nargs="+", default=[30, 60])
    parser.add_argument("--only", nargs="+", default=["ours", *PEERS], choices=["ours", *PEERS])
    parser.add_argument("--busy", action="store_true", help="another process keeps one core busy all the time")
    parser.add_argument("--clips", type=Path, help="a folder in which the clips stay for the next time")
    asked = parser.parse_args()
    who = [name for name in asked.only if _is_there(name)]
    with tempfile.TemporaryDirectory() as name, _busy() if asked.busy else nullcontext():
        folder = Path(name)
        folder.chmod(0o755)
        kept = asked.clips or folder
        for fps in asked.fps:
            pair = [clip(kept / f"{fps}-{asked.seconds}-{tag}.mp4", fps, asked.seconds, tag) for tag in (0, 1)]
            rows = [_tried(each, folder, pair, fps, asked.seconds) for _ in range(asked.rounds) for each in who]
            _compare([row for row in rows if row is not None])


def _is_there(who: str) -> bool:
    if who == "ours":
        return True
    if shutil.which(who) is None:
        sys.stdout.write(f"{who} is not installed here: NOT compared with it\n")
        return False
    said = subprocess.run(
        [who, "--version"], capture_output=True, text=True, check=False, **_as_nobody()
    ).stdout  # type: ignore[call-overload] # fmt: skip
    sys.stdout.write(f"{said.splitlines()[0] if said else who}\n")
    return True


def _as_nobody() -> dict[str, object]:
    """VLC refuses to run as root; all peers run as nobody where this is root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def _busy() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _tried(who: str, folder: Path, pair: list[Path], fps: int, seconds: int) -> Result | None:
    """None for a peer that shows nothing, as when Debian's package of its X11 output is missing."""
    try:
        return _run(who, folder, pair, fps, seconds)
    except NeverSeen as error:
        if who == "ours":
            raise
        sys.stdout.write(f"{who} did not show what it should ({error}): NOT compared with it\n")
        return None


def _run(who: str, folder: Path, pair: list[Path], fps: int, seconds: int) -> Result:
    with server(folder) as (x_server, environment), watched(folder / "Xvfb_screen0") as sight:
        is_ours = who == "ours"
        with _ours(folder, pair, fps, seconds, environment) if is_ours else _peer(who, pair, environment) as pid:
            sight.wait_for(0, 0, within_s=20)
            time.sleep(2)
            before, server_before, began = cpu_s(pid), cpu_s(x_server), time.monotonic()
            sight.wait_for(1, fps * (seconds - 1), within_s=2 * seconds + 20)
            took_s = time.monotonic() - began
            cost = (cpu_s(pid) - before) / took_s
            server_cost = (cpu_s(x_server) - server_before) / took_s
        result = _judged(who, fps, seconds, cost, server_cost, sight)
        print(json.dumps(asdict(result)), flush=True)
        return result


@contextmanager
def _peer(who: str, pair: list[Path], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(
        [*PEERS[who], *map(str, pair)], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_as_nobody(),
    )  # type: ignore[call-overload] # fmt: skip
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _ours(folder: Path, pair: list[Path], fps: int, seconds: int, environment: dict[str, str]) -> Iterator[int]:
    run = folder / "ours"
    with our_player(run, environment) as process:
        agent = Agent(run / "p.sock")
        start, length = now_ms() + LEAD_MS, seconds * 1000
        first = Cue(
            start, start + length, "programme", "video", "a", path=str(pair[0]), fps_num=fps, title="A film",
            group_name="A group", has_sound=True,
        )  # fmt: skip
        second = replace(first, start_ms=start + length, end_ms=start + 2 * length, item="b", path=str(pair[1]))
        agent.say(cues(first, second, card_cue(start + 2 * length, start + 2 * length + 60_000)))
        yield process.pid


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
        round(sight.black_ns(last[0], first[0]) / 1e6, 1), round(os.getloadavg()[0], 1),
    )  # fmt: skip


def _compare(rows: list[Result]) -> None:
    """Medians; the share is the median over rounds, since those who share a machine change from minute to minute."""
    by_player: dict[str, list[Result]] = {}
    for row in rows:
        by_player.setdefault(row.player, []).append(row)
    for who, theirs in by_player.items():
        cost = statistics.median(row.cpu_per_s for row in theirs)
        line = f"{rows[0].fps} frames a second, {who}: {cost:.3f} CPU seconds a second"
        if who != "ours" and "ours" in by_player:
            shares = [mine.cpu_per_s / row.cpu_per_s for mine, row in zip(by_player["ours"], theirs, strict=False)]
            line += f", ours is {statistics.median(shares):.2f} of it"
        lost, late = sum(row.dropped for row in theirs), sum(row.late for row in theirs)
        error = statistics.median(row.interval_error_ms_p99 for row in theirs)
        seams = [row.seam_ms for row in theirs]
        sys.stdout.write(f"{line}; {lost} lost, {late} late, interval off by {error} ms (99 of 100), seams {seams}\n")


if __name__ == "__main__":
    main()
