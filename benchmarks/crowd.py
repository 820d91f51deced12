"""The game of a crowd on a large screen: what a picture costs, and whether sixty a second come on time.

    .venv/bin/python -m benchmarks.crowd [--size 1920x1080] [--visitors 300] [--seconds 20]

First the scene alone on one core, state after state of a game with so many who all lean. Then a real player that is
told thirty states a second, in a window on an X server: how late its pictures were, from its own log, and what it
used. Needs Xvfb.
"""

import argparse
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pygame

from benchmarks.stage import OURS, server, start_player
from benchmarks.watching import cpu_s
from content.clock import monotonic_ns, now_ms
from display_node.messages import Cue
from display_node.player.scenes.activity import FRAME_NS
from display_node.player.scenes.crowd import CrowdScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow, SessionOn
from kiosks.activities.activity import STEP_MS, Passed
from kiosks.activities.crowd import LOBBY_MS, Crowd, begin
from kiosks.messages import Tap
from tests.display_node.player.stand import Agent, cues

SEED = 7
FRAMES_A_STATE = 2
LONG_MS = 600_000


def games(visitors: int) -> Iterator[Crowd]:
    """A game, step by step, in which everybody leans, most of them together, and turns now and then."""
    chance = random.Random(SEED)
    game = begin(SEED)
    for number in itertools.count():
        way = 100 if number // 60 % 2 else -100
        for visitor in range(number % 3, visitors, 3):
            game = game.apply(Tap(visitor, number, "steer", way if chance.random() < 0.9 else -way))
        game = game.apply(Passed(LOBBY_MS + number * STEP_MS, visitors))
        yield game


def told(game: Crowd, number: int) -> SessionNow:
    """What the player hears of it."""
    return SessionNow("s1", number, game.phase, max(0, game.until_ms - game.at_ms), game.here, game.figures)


def drawn(size: tuple[int, int], visitors: int, seconds: int) -> list[float]:
    """Milliseconds of this core for each picture, presenting included."""
    pygame.display.init()
    surface = pygame.display.set_mode(size)
    scene = CrowdScene(SEED, size, Typesetter())
    took = []
    for number, game in zip(range(seconds * 30), games(visitors), strict=False):
        for frame in range(FRAMES_A_STATE):
            at_ns = (number * FRAMES_A_STATE + frame) * FRAME_NS
            began_ns = time.thread_time_ns()
            if not frame:
                scene.receive(told(game, number), at_ns)
            scene.draw(surface, at_ns, at_ns)
            pygame.display.flip()
            took.append((time.thread_time_ns() - began_ns) / 1e6)
    pygame.display.quit()
    return took


def played(
    folder: Path, environment: dict[str, str], size: tuple[int, int], seconds: int, kind: str,
    states: Iterator[SessionNow],
) -> None:  # fmt: skip
    """Prints how a real player keeps time that is told these, one every step."""
    run = folder / "run"
    run.mkdir()
    frames = run / "frames.jsonl"
    process = start_player(run, environment, size, ("-m", "display_node.player", "--frames", str(frames)))
    try:
        with Agent(run / "p.sock") as agent:
            start = now_ms()
            agent.say(cues(Cue(start, start + LONG_MS, "filler", "card")))
            agent.say(SessionOn("s1", "a1", kind, "", SEED, start, start + LONG_MS, 1))
            before, began_ns = 0.0, monotonic_ns()
            for number, state in zip(range((seconds + 3) * 30), states, strict=False):
                agent.say(state)
                agent.wait_until(start + number * STEP_MS)
                if number == 90:
                    before, began_ns = cpu_s(process.pid), monotonic_ns()
            share = (cpu_s(process.pid) - before) / (monotonic_ns() - began_ns) * 1e9
    finally:
        process.terminate()
        process.wait()
    rows = [json.loads(line) for line in frames.read_text().splitlines() if line.endswith("}")]
    shown = [row for row in rows if row["layer"] == "session" and row["wall_ms"] > start + 3_000]
    gaps = [(other["mono_ns"] - one["mono_ns"]) / 1e6 for one, other in itertools.pairwise(shown)]
    say("from one picture to the next", gaps)
    say("late", [row["late_ms"] for row in shown])
    print(f"the player used {share:.0%} of a core")


def say(name: str, took: list[float]) -> None:
    """Prints a row."""
    took = sorted(took)
    print(
        f"{name}: {statistics.median(took):.1f} ms median, {took[len(took) * 99 // 100]:.1f} 99 of 100,"
        f" {took[-1]:.1f} at most, of {len(took)} pictures; load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--size", default="1920x1080")
    words.add_argument("--visitors", type=int, default=300)
    words.add_argument("--seconds", type=int, default=20)
    asked = words.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    with tempfile.TemporaryDirectory() as name, server(Path(name), size=(width, height)) as (_, environment):
        os.environ.update(OURS | {"DISPLAY": environment["DISPLAY"], "SDL_FRAMEBUFFER_ACCELERATION": "0"})
        say("a picture", drawn((width, height), asked.visitors, asked.seconds))
        sys.stdout.flush()
        states = (told(game, number) for number, game in enumerate(games(asked.visitors)))
        played(Path(name), environment, (width, height), asked.seconds, "crowd", states)


if __name__ == "__main__":
    main()
