"""The kites on a large screen: what a picture costs, and whether sixty a second come on time.

    .venv/bin/python -m benchmarks.kites [--size 1920x1080] [--visitors 300] [--seconds 20]

As `benchmarks.crowd`: first the scene alone on one core, with eight kites and so many others who make the wind; then a
real player that is told thirty states a second, in a window on an X server. Needs Xvfb.
"""

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pygame

from benchmarks.crowd import FRAMES_A_STATE, SEED, played, say
from benchmarks.stage import OURS, server
from display_node.player.scenes.activity import FRAME_NS
from display_node.player.scenes.kites import KitesScene
from display_node.player.text import Typesetter
from display_node.session_messages import SessionNow
from kiosks.activities.activity import STEP_MS, Passed
from kiosks.activities.kites import LOBBY_MS, SEATS, Kites, begin
from kiosks.messages import ACT, START, Tap


def games(visitors: int) -> Iterator[Kites]:
    """A session, step by step: eight kites that turn every second, and everybody else steers the wind and cheers."""
    game = begin(SEED).take([Tap(visitor, 1, "press", START) for visitor in range(SEATS)])
    for number in itertools.count(2):
        taps = [Tap(visitor, number, "press", ACT) for visitor in range(visitors) if (visitor + number) % 30 == 0]
        winds = [
            Tap(visitor, number, "steer", 100 if number // 90 % 2 else -100, 20)
            for visitor in range(SEATS, visitors)
            if (visitor + number) % 30 == 1
        ]
        game = game.take((*taps, *winds)).apply(Passed(LOBBY_MS + number * STEP_MS, visitors))
        yield game


def told(game: Kites, number: int) -> SessionNow:
    """What the player hears of it."""
    return SessionNow("s1", number, game.phase, max(0, game.until_ms - game.at_ms), game.here, game.figures)


def drawn(size: tuple[int, int], visitors: int, seconds: int) -> list[float]:
    """Milliseconds of this core for each picture, presenting included."""
    pygame.display.init()
    surface = pygame.display.set_mode(size)
    scene = KitesScene(size, Typesetter())
    took = []
    for number, game in zip(range(seconds * 30), games(visitors), strict=False):
        news = told(game, number)
        for frame in range(FRAMES_A_STATE):
            at_ns = (number * FRAMES_A_STATE + frame) * FRAME_NS
            began_ns = time.thread_time_ns()
            if not frame:
                scene.receive(news, at_ns)
            scene.draw(surface, at_ns, at_ns)
            pygame.display.flip()
            took.append((time.thread_time_ns() - began_ns) / 1e6)
    pygame.display.quit()
    return took


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--size", default="1920x1080")
    words.add_argument("--visitors", type=int, default=300)
    words.add_argument("--seconds", type=int, default=20)
    asked = words.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    states = (told(game, number) for number, game in enumerate(games(asked.visitors)))
    with tempfile.TemporaryDirectory() as name, server(Path(name), size=(width, height)) as (_, environment):
        os.environ.update(OURS | {"DISPLAY": environment["DISPLAY"], "SDL_FRAMEBUFFER_ACCELERATION": "0"})
        say("a picture", drawn((width, height), asked.visitors, asked.seconds))
        sys.stdout.flush()
        played(Path(name), environment, (width, height), asked.seconds, "kites", states)


if __name__ == "__main__":
    main()
