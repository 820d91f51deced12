"""Three of our players on one machine, each by the clock alone: how late, how far apart, after a step, after a kill.

    .venv/bin/python -m benchmarks.together [--seconds 30] [--clips FOLDER]

They begin at different times, each in an X server of its own (Xvfb); what they show is read from the servers' memory.
"""

import argparse
import bisect
import os
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.clips import clip
from benchmarks.stage import our_player, server, start_player
from benchmarks.watching import Row, Sight, watched
from content.clock import monotonic_ns, now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import Agent, cues

FPS = 30
SIZE = (1280, 720)
PLAYERS = 3
APART_S = 1.3
SETTLING_S = 3.0
STEP_S = 2
RESTART_S = 0.2
"""What the supervisor waits before it starts a player again."""
LINE_MS = 10.0
PERIOD_MS = 1000 / FPS

STEPPING = f"""
import signal, sys, content.clock as clock
real, offset = clock.now_ns, [0]
clock.now_ns = lambda: real() + offset[0]
signal.signal(signal.SIGUSR1, lambda *_: offset.__setitem__(0, offset[0] - {STEP_S} * 10**9))
from display_node.player.process import main
sys.exit(main(sys.argv[1:]))
"""
"""A player whose clock goes back when it is told to."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--clips", type=Path, help="a folder in which the clip stays for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        length_s = asked.seconds + 60
        film = clip((asked.clips or folder) / f"wall-{length_s}.mp4", FPS, length_s, 0, SIZE)
        cue = _cue(film, length_s)
        sights, pid, environment = [], 0, dict[str, str]()
        for number in range(PLAYERS):
            home = folder / str(number)
            home.mkdir()
            _, environment = stack.enter_context(server(home, f":{91 + number}", SIZE))
            sights.append(stack.enter_context(watched(home / "Xvfb_screen0")))
            pid = stack.enter_context(our_player(home / "run", environment, SIZE, ("-c", STEPPING))).pid
            stack.enter_context(Agent(home / "run" / "p.sock")).say(cues(cue))
            time.sleep(APART_S)
        time.sleep(SETTLING_S)
        from_ns = monotonic_ns()
        time.sleep(asked.seconds)
        _say_line(cue, sights, from_ns, monotonic_ns())
        _say_step(cue, sights[-1], pid)
        os.kill(pid, signal.SIGKILL)
        _say_kill(cue, sights[-1], folder / str(PLAYERS - 1) / "run", environment)


def _cue(film: Path, length_s: int) -> Cue:
    start_ms = now_ms()
    return Cue(start_ms, start_ms + length_s * 1_000, "programme", "video", "a", path=str(film), fps_num=FPS)


def _late_ms(cue: Cue, row: Row, behind_s: float = 0.0) -> float:
    """How long after its instant a frame appeared, by a clock that is `behind_s` behind."""
    wall_ns = now_ms() * 1_000_000 - monotonic_ns()
    return (row[0] + wall_ns) / 1e6 - behind_s * 1000 - cue.start_ms - row[2] * PERIOD_MS


def _say_line(cue: Cue, sights: list[Sight], from_ns: int, until_ns: int) -> None:
    shown = [{row[2]: row for row in sight.numbers() if from_ns < row[0] < until_ns} for sight in sights]
    late = sorted(_late_ms(cue, row) for rows in shown for row in rows.values())
    common = set.intersection(*(set(rows) for rows in shown))
    spread = sorted(
        (max(rows[number][0] for rows in shown) - min(rows[number][0] for rows in shown)) / 1e6 for number in common
    )
    sys.stdout.write(
        f"{len(late)} frames of {PLAYERS} players: late {statistics.median(late):.1f} ms (median),"
        f" {_part(late, 0.99):.1f} (99 of 100); between screens {statistics.median(spread):.1f} ms (median),"
        f" {_part(spread, 0.95):.1f} (95 of 100), load {os.getloadavg()[0]:.1f}\n"
    )


def _say_step(cue: Cue, sight: Sight, pid: int) -> None:
    stepped_ns = monotonic_ns()
    os.kill(pid, signal.SIGUSR1)
    time.sleep(5 + SETTLING_S)
    rows = [row for row in sight.numbers() if row[0] > stepped_ns]
    is_on_line = [abs(_late_ms(cue, row, STEP_S)) <= LINE_MS for row in rows]
    back = next((row for row, is_right in zip(rows, is_on_line, strict=True) if is_right), None)
    sys.stdout.write(
        "after the clock went back by 2 s it never came back to its line\n" if back is None else
        f"after the clock went back by {STEP_S} s: on its line again after {(back[0] - stepped_ns) / 1e6:.0f} ms,"
        f" and off it in {sum(not right for right in is_on_line[rows.index(back):])} of {len(rows)} frames then\n"
    )  # fmt: skip


def _say_kill(cue: Cue, sight: Sight, run: Path, environment: dict[str, str]) -> None:
    killed_ns = monotonic_ns()
    time.sleep(RESTART_S)
    process = start_player(run, environment, SIZE, ("-m", "display_node.player"))
    try:
        with Agent(run / "p.sock") as agent:
            agent.say(cues(cue))
            agent.wait_until(now_ms() + 4_000)
        rows = [row for row in sight.numbers() if row[0] > killed_ns and abs(_late_ms(cue, row)) <= PERIOD_MS]
        at = bisect.bisect(rows, (killed_ns + 1, 0, 0))
        took = f"{(rows[at][0] - killed_ns) / 1e6:.0f} ms" if at < len(rows) else "never"
        sys.stdout.write(f"killed, started again after {RESTART_S} s: the right frame is back after {took}\n")
    finally:
        process.terminate()
        process.wait()


def _part(rising: list[float], share: float) -> float:
    return rising[min(len(rising) - 1, int(len(rising) * share))]


if __name__ == "__main__":
    main()
