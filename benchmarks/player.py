"""What the player costs and how well it keeps time: `python -m benchmarks.player [--seconds N]`. Xvfb for a window.

Prints CPU seconds per second (user and system, the whole player process), lateness and seams from the frames log.
"""

import argparse
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from content.clock import now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import Agent, Stand, card_cue, cues, make_still, player, still_cue

SIZE = (1920, 1080)
DISPLAY = ":97"
LEAD_MS = 4_000


@dataclass(frozen=True)
class Result:
    """One scene, measured."""

    scene: str
    cpu_per_s: float
    frames: int
    late_ms_p50: float
    late_ms_p99: float
    late_ms_worst: float
    dropped: int
    widest_gap_ms: float


def main() -> None:
    """Measures each scene and prints a line for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = [_noisy(folder / f"{fps}-{part}.mp4", fps, seconds) for fps in (30, 60) for part in (0, 1)]
        still = make_still(folder / "s.jpg", (6000, 4000))
        for looks, environment in _stages():
            with environment as more:
                for fps, pair in ((30, clips[:2]), (60, clips[2:])):
                    print(json.dumps(_video(folder, looks, more, fps, pair, seconds).__dict__))
                print(json.dumps(_calm(folder, looks, more, "still", still, seconds).__dict__))
                print(json.dumps(_calm(folder, looks, more, "card", None, seconds).__dict__))


def _noisy(path: Path, fps: int, seconds: int) -> Path:
    """A clip with plenty to decode: a test picture with noise, about 8 Mbit/s, and a tone."""
    source = f"testsrc2=size={SIZE[0]}x{SIZE[1]}:rate={fps},noise=alls=6:allf=t"
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=440:r=48000",
            "-t", str(seconds), "-c:v", "libx264", "-preset", "veryfast", "-b:v", "8M", "-pix_fmt", "yuv420p",
            "-g", str(fps), "-colorspace", "bt709", "-c:a", "aac", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def _stages() -> Iterator[tuple[tuple[str, ...], "_Environment"]]:
    size = f"{SIZE[0]}x{SIZE[1]}"
    yield ("--headless", size), _Environment()
    if shutil.which("Xvfb"):
        yield ("--windowed", size), _Environment(DISPLAY)


class _Environment:
    """The environment of a stage, perhaps with an X server of its own."""

    def __init__(self, display: str = "") -> None:
        self._display = display
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> dict[str, str]:
        common = {"MALLOC_ARENA_MAX": "2", "SDL_AUDIODRIVER": "dummy", "PYTHONWARNINGS": "default"}
        if not self._display:
            return common
        self._server = subprocess.Popen(
            ["Xvfb", self._display, "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"]
        )
        while not Path(f"/tmp/.X11-unix/X{self._display[1:]}").exists():  # noqa: S108
            time.sleep(0.05)
        return {**common, "DISPLAY": self._display, "SDL_VIDEODRIVER": "x11"}

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait()


@contextmanager
def _running(folder: Path, looks: tuple[str, ...], environment: dict[str, str]) -> Iterator[tuple[Stand, Agent]]:
    with player(folder, *looks, environment=environment) as stand, stand.agent() as agent:
        yield stand, agent


def _video(
    folder: Path, looks: tuple[str, ...], environment: dict[str, str], fps: int, pair: list[Path], seconds: int
) -> Result:
    with _running(folder, looks, environment) as (stand, agent):
        start, length = now_ms() + LEAD_MS, seconds * 1000
        first = Cue(
            start,
            start + length,
            "programme",
            "video",
            "a",
            path=str(pair[0]),
            fps_num=fps,
            title="A",
            group_name="B",
            has_sound=True,
        )
        second = replace(first, start_ms=start + length, end_ms=start + 2 * length, item="b", path=str(pair[1]))
        agent.say(cues(first, second, card_cue(start + 2 * length, start + 2 * length + 60_000)))
        return _measured(stand, agent, f"video {fps} fps, {looks[0][2:]}", start + 500, start + 2 * length - 300)


def _calm(
    folder: Path, looks: tuple[str, ...], environment: dict[str, str], scene: str, still: Path | None, seconds: int
) -> Result:
    with _running(folder, looks, environment) as (stand, agent):
        start = now_ms() + LEAD_MS
        end = start + 5_000 + seconds * 1000
        agent.say(cues(still_cue(still, start, end) if still else card_cue(start, end)))
        return _measured(stand, agent, f"{scene}, {looks[0][2:]}", start + 5_000, end - 100)


def _measured(stand: Stand, agent: Agent, scene: str, from_ms: int, until_ms: int) -> Result:
    agent.wait_until(from_ms)
    before_s, began = _cpu_s(stand), time.monotonic()
    agent.wait_until(until_ms)
    share = (_cpu_s(stand) - before_s) / (time.monotonic() - began)
    rows = [row for row in stand.rows() if from_ms <= row.wall_ms <= until_ms]
    late = sorted(row.late_ms for row in rows)
    gaps = [(after.mono_ns - row.mono_ns) / 1e6 for row, after in itertools.pairwise(rows)]
    dropped = [message.frames_dropped for message in agent.heard if message.type == "heartbeat"]
    return Result(
        scene, round(share, 3), len(rows), round(late[len(late) // 2], 3), round(late[len(late) * 99 // 100], 3),
        round(late[-1], 3), dropped[-1], round(max(gaps), 2),
    )  # fmt: skip


def _cpu_s(stand: Stand) -> float:
    fields = Path(f"/proc/{stand.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
