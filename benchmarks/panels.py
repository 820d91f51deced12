"""What each kind of panel costs: `python -m benchmarks.panels`. CPU of the player, without a screen.

The same film of 1920 x 1080 at 30 pictures a second, with sound, for each: user and system time a second of film.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.clips import clip
from benchmarks.watching import cpu_s
from content.clock import monotonic_ns, now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import cues, player

FPS = 30
SECONDS_OF_FILM = 60
SETTLING_MS = 2_000
PANELS = {
    "ordinary": "",
    "turned by 90": "rotation = 90\n",
    "turned by 180": "rotation = 180\n",
    "one of 2 x 2, frames of 20 mm": (
        "[wall]\nrows = 2\ncolumns = 2\nrow = 2\ncolumn = 1\npanel_mm = [1209, 680]\ngap_mm = [20, 20]\n"
    ),
    "facade of 28 x 14": "[facade]\nsize = [28, 14]\n",
}


def main() -> None:
    """Prints the median of each kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clips", type=Path, help="a folder in which the clip stays for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = clip((asked.clips or folder) / f"{FPS}-{SECONDS_OF_FILM}-0.mp4", FPS, SECONDS_OF_FILM, 0)
        costs: dict[str, list[float]] = {kind: [] for kind in PANELS}
        for _ in range(asked.rounds):
            for kind, text in PANELS.items():
                costs[kind].append(_cost(folder, film, text, asked.seconds))
        for kind, each in costs.items():
            sys.stdout.write(f"{kind}: {statistics.median(each):.3f} ({min(each):.3f} to {max(each):.3f})\n")
        sys.stdout.write(f"load {os.getloadavg()[0]:.1f}\n")


def _cost(folder: Path, film: Path, text: str, seconds: int) -> float:
    panel = folder / "panel.toml"
    panel.write_text(text)
    common = {"MALLOC_ARENA_MAX": "2", "PYTHONWARNINGS": "default"}
    looks = ("--headless", "1920x1080", "--panel", str(panel))
    with player(folder, *looks, environment=common) as stand, stand.agent() as agent:
        start_ms = now_ms()
        end_ms = start_ms + SECONDS_OF_FILM * 1_000
        agent.say(cues(Cue(start_ms, end_ms, "programme", "video", "a", path=str(film), fps_num=FPS, has_sound=True)))
        agent.wait_until(start_ms + SETTLING_MS)
        before_s, began_ns = cpu_s(stand.process.pid), monotonic_ns()
        agent.wait_until(start_ms + SETTLING_MS + seconds * 1_000)
        return (cpu_s(stand.process.pid) - before_s) / ((monotonic_ns() - began_ns) / 1e9)


if __name__ == "__main__":
    main()
