"""The player as a process of its own: its arguments, its parts, its exit status. See docs/player.md."""

import argparse
import contextlib
import os
import re
import signal
import sys
from pathlib import Path

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from content.clock import now_ns
from content.language import best_language
from display_node.player.direct import DirectPainter
from display_node.player.frames_log import FramesLog
from display_node.player.link import Link, SocketInTheWay
from display_node.player.show import Show
from display_node.player.sound import Sound
from display_node.player.stage import Mode, Stage
from display_node.player.text import Typesetter
from display_node.player.waiting import Alarm
from display_node.player.wings import Wings
from display_node.pulse import Pulse
from display_node.words import _, speak

SMALLEST_SIDE_PX = 8
LARGEST_SIDE_PX = 8_192
UNUSABLE = 2


def main(arguments: list[str] | None = None) -> int:
    """Runs the player until it is told to stop; gives the exit status (2: cannot start, with one line why)."""
    asked = _parser().parse_args(arguments)
    speak(best_language([asked.language]))
    mode, size = _stage_asked(asked)
    if mode == "headless":
        os.environ["SDL_AUDIODRIVER"] = "dummy"
    try:
        stage = Stage(mode, size)
        typesetter = Typesetter()
        frames_log = FramesLog(asked.frames) if asked.frames else None
        alarm = Alarm(now_ns)
        sound = Sound(now_ns)
        with contextlib.ExitStack() as stack:
            link = Link(asked.socket, alarm.ring)
            stack.callback(link.close, 0)
            show = Show(
                stage, typesetter, Wings(DirectPainter(), typesetter), sound, now_ns, alarm,
                link=link, frames_log=frames_log, language=asked.language,
                pulse=Pulse(os.environ).beat,
            )  # fmt: skip
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: show.stop())
            sound.start()
            return show.run()
    except (OSError, pygame.error, SocketInTheWay) as error:
        sys.stderr.write(_("The player cannot start: {error}").format(error=error) + "\n")
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="display_node.player", description="Shows what its agent's cues say.")
    parser.add_argument("--socket", type=Path, required=True, help="where to listen for the agent")
    looks = parser.add_mutually_exclusive_group()
    looks.add_argument("--windowed", type=_size, metavar="WxH", help="in a window of this size (default 1280x720)")
    looks.add_argument("--fullscreen", action="store_true", help="on the whole screen")
    looks.add_argument("--headless", type=_size, metavar="WxH", help="without a screen, for tests")
    parser.add_argument("--frames", type=Path, metavar="FILE.jsonl", help="write a row for every presented frame")
    parser.add_argument("--language", default="en", help="until the agent names the screen's (default en)")
    return parser


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None or not all(SMALLEST_SIDE_PX <= int(side) <= LARGEST_SIDE_PX for side in match.groups()):
        raise argparse.ArgumentTypeError(f"a size such as 1280x720 is wanted, not '{text}'")
    return int(match[1]), int(match[2])


def _stage_asked(asked: argparse.Namespace) -> tuple[Mode, tuple[int, int]]:
    if asked.fullscreen:
        return "fullscreen", (0, 0)
    if asked.headless:
        return "headless", asked.headless
    return "windowed", asked.windowed or (1280, 720)
