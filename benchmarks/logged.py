"""The start, joining, seams, memory and three players together, by the player's own frames log: no display is needed.

    .venv/bin/python -m benchmarks.logged [--rounds 7] [--seconds 20] [--items 200]

Each figure is from instants at which presenting had returned (`mono_ns`) under SDL's dummy driver. What a display shows
is measured by `benchmarks.joining` and `benchmarks.together`, which need Xvfb.
"""

import argparse
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from content.clock import monotonic_ns, now_ms
from display_node.messages import Cue
from tests.display_node.player.stand import Agent, Row, Stand, card_cue, cues, make_clip, player, video_cue

SIZE = (1920, 1080)
LOOKS = ("--headless", f"{SIZE[0]}x{SIZE[1]}")
QUIET = {"PYTHONWARNINGS": "default", "MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}
FPS = 30
FILM_S = 40
PART_S = 3
PLAYERS = 3
APART_S = 1.3
LONG_MS = 3_600_000
MOMENT_MS = 500
AT_ONCE = 10
PATIENCE_S = 15.0


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--items", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = make_clip(folder / "film.mp4", FILM_S, size=SIZE, tone_hz=440)
        parts = [make_clip(folder / f"{n}.mp4", PART_S, size=SIZE, tint=90 * n, tone_hz=330) for n in range(2)]
        _say("process start to the first picture of the film", [_start(film, folder) for _ in range(asked.rounds)])
        with player(folder, *LOOKS, environment=QUIET) as stand, stand.agent() as agent:
            _say("joining a film in its middle", [_join(stand, agent, film) for _ in range(3 * asked.rounds)])
            _say_seams(stand, agent, parts, 3 * asked.rounds)
            _say_memory(stand, agent, parts, asked.items)
        _say_together(folder, film, asked.seconds)


def _start(film: Path, folder: Path) -> float:
    (folder / "frames.jsonl").unlink(missing_ok=True)
    cue = _cue(film, now_ms() - random.randrange(2_000, 15_000))
    began_ns = monotonic_ns()
    with player(folder, *LOOKS, environment=QUIET) as stand, Agent(stand.socket_path) as agent:
        agent.say(cues(cue))
        return _first(stand, agent, "a", began_ns)


def _join(stand: Stand, agent: Agent, film: Path) -> float:
    agent.say(cues(card_cue(now_ms(), now_ms() + LONG_MS)))
    agent.wait_until(now_ms() + 1_200)
    cue = _cue(film, now_ms() - random.randrange(1_000, 25_000), f"join {monotonic_ns()}")
    began_ns = monotonic_ns()
    agent.say(cues(cue))
    return _first(stand, agent, cue.item, began_ns)


def _say_seams(stand: Stand, agent: Agent, parts: list[Path], many: int) -> None:
    start_ms, length_ms = now_ms() + 2_000, PART_S * 1_000
    starts = [start_ms + number * length_ms for number in range(many + 1)]
    rising = [video_cue(parts[n % 2], at_ms, at_ms + length_ms, f"seam {n}") for n, at_ms in enumerate(starts)]
    agent.say(cues(*rising, card_cue(rising[-1].end_ms, rising[-1].end_ms + LONG_MS)))
    agent.wait_until(rising[-1].end_ms)
    rows = [row for row in stand.rows() if start_ms <= row.wall_ms < rising[-1].end_ms]
    pairs = list(itertools.pairwise(rows))
    longer = [_apart(one, other) - 1_000 / FPS for one, other in pairs if one.item != other.item]
    _say("a seam longer than a frame by", longer)
    missing = len(rising) * PART_S * FPS - len({(row.item, row.media_ms) for row in rows})
    between = {row.layer for row in rows} - {"programme"}
    sys.stdout.write(f"frames dropped: {missing} of {len(rising) * PART_S * FPS}; other pictures between: {between}\n")


def _say_memory(stand: Stand, agent: Agent, parts: list[Path], many: int) -> None:
    """Resident memory while item after item is opened, shown for a moment and let go."""
    start_ms, used = now_ms() + 1_000, []
    for first in range(0, many, AT_ONCE):
        at = [start_ms + number * MOMENT_MS for number in range(first, first + AT_ONCE + 1)]
        spans = enumerate(itertools.pairwise(at))
        some = [video_cue(parts[n % 2], one, other, f"m{first + n}") for n, (one, other) in spans]
        agent.say(replace(cues(*some), replace_from_ms=at[0]))
        agent.wait_until(at[-3])
        resident = int(Path(f"/proc/{stand.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        used.append(resident / (1 << 20))
    quarter = used[len(used) // 4]
    sys.stdout.write(f"memory after a quarter of {many} items: {quarter:.1f} MiB, at the end {used[-1]:.1f} MiB\n")


def _say_together(folder: Path, film: Path, seconds: int) -> None:
    with ExitStack() as stack:
        stands = []
        cue = _cue(film, now_ms())
        for number in range(PLAYERS):
            home = folder / str(number)
            home.mkdir()
            stand = stack.enter_context(player(home, *LOOKS, environment=QUIET))
            stack.enter_context(Agent(stand.socket_path)).say(cues(cue))
            stands.append(stand)
            time.sleep(APART_S)
        time.sleep(2)
        from_ns = monotonic_ns()
        time.sleep(seconds)
        shown = [
            {row.media_ms: row for row in stand.rows() if row.mono_ns > from_ns and row.item == "a"} for stand in stands
        ]
    late = [row.late_ms for rows in shown for row in rows.values()]
    common = set.intersection(*(set(rows) for rows in shown))
    spread = [max(rows[at].mono_ns for rows in shown) - min(rows[at].mono_ns for rows in shown) for at in common]
    _say(f"{PLAYERS} players, {len(late)} pictures: late", late)
    _say("between them", [apart / 1e6 for apart in spread])


def _cue(film: Path, start_ms: int, item: str = "a") -> Cue:
    return video_cue(film, start_ms, start_ms + FILM_S * 1_000, item)


def _first(stand: Stand, agent: Agent, item: str, began_ns: int) -> float:
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        agent.wait_until(now_ms() + 30)
        found = [row for row in stand.rows() if row.item == item] if stand.frames_path.exists() else []
        if found:
            return (found[0].mono_ns - began_ns) / 1e6
    raise SystemExit(f"no picture within {PATIENCE_S} s")


def _apart(one: Row, other: Row) -> float:
    return (other.mono_ns - one.mono_ns) / 1e6


def _say(what: str, figures: list[float]) -> None:
    rising = sorted(figures)
    middle, most = statistics.median(rising), rising[-1]
    nearly = rising[min(len(rising) - 1, len(rising) * 99 // 100)]
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"{what}: {middle:.1f} ms (median), {nearly:.1f} (99 of 100), {most:.1f} (most)"
        f" of {len(rising)}; load {load:.1f}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
