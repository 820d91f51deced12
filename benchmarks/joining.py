"""How soon our player shows the right frame: from its process's start, and on joining a film anywhere. Needs Xvfb.

    .venv/bin/python -m benchmarks.joining [--rounds 7] [--clips FOLDER]

What was shown is read from the X server's memory. "Right" is the frame that is due at that instant, or the one before.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.clips import clip
from benchmarks.stage import our_player, server
from benchmarks.watching import Sight, watched
from content.clock import monotonic_ns, now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import Agent, card_cue, cues

FPS = 30
SECONDS = 60
LONG_MS = 3_600_000
PATIENCE_S = 15.0


def main() -> None:
    """Measures both and prints medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--clips", type=Path, help="a folder in which the clip stays for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = clip((asked.clips or folder) / f"{FPS}-{SECONDS}-0.mp4", FPS, SECONDS, 0)
        with server(folder) as (_, environment), watched(folder / "Xvfb_screen0") as sight:
            starts = [_started(film, folder, environment, sight) for _ in range(asked.rounds)]
            _say("process start to first right frame", starts)
            _say("joining a film in the middle", _joined(film, folder, environment, sight, 3 * asked.rounds))


def _started(film: Path, folder: Path, environment: dict[str, str], sight: Sight) -> float:
    cue = _cue(film, now_ms() - random.randrange(5_000, 20_000))
    began_ns = monotonic_ns()
    with our_player(folder / "ours", environment), Agent(folder / "ours" / "p.sock") as agent:
        agent.say(cues(cue))
        return _until_right(sight, cue, began_ns)


def _joined(film: Path, folder: Path, environment: dict[str, str], sight: Sight, times: int) -> list[float]:
    took = []
    with our_player(folder / "ours", environment), Agent(folder / "ours" / "p.sock") as agent:
        for _ in range(times):
            agent.say(cues(card_cue(now_ms(), now_ms() + LONG_MS)))
            agent.wait_until(now_ms() + 1_500)
            cue = _cue(film, now_ms() - random.randrange(1_000, 50_000))
            began_ns = monotonic_ns()
            agent.say(cues(cue))
            took.append(_until_right(sight, cue, began_ns))
    return took


def _cue(film: Path, start_ms: int) -> Cue:
    end_ms = start_ms + SECONDS * 1_000
    return Cue(start_ms, end_ms, "programme", "video", "a", path=str(film), fps_num=FPS, has_sound=True)


def _until_right(sight: Sight, cue: Cue, began_ns: int) -> float:
    """Milliseconds from `began_ns` until the right frame was on the screen."""
    wall_ns = now_ms() * 1_000_000 - monotonic_ns()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for at_ns, _, number in sight.numbers():
            due = (at_ns + wall_ns - cue.start_ms * 1_000_000) * FPS / 1e9
            if at_ns > began_ns and -2 < number - due <= 0.1:
                return (at_ns - began_ns) / 1e6
        time.sleep(0.02)
    raise AssertionError("the right frame never came")


def _say(what: str, took: list[float]) -> None:
    took.sort()
    sys.stdout.write(
        f"{what}: {statistics.median(took):.0f} ms (median of {len(took)}), at most {took[-1]:.0f},"
        f" load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
