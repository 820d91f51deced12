"""Everything a player consists of, made in the order in which the first picture needs it."""

import argparse
import os
import signal

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from content.clock import now_ns
from display_node.config import BadSetting
from display_node.panel import PLAIN, read_panel
from display_node.player.beginning import Begun
from display_node.player.direct import DirectPainter
from display_node.player.frames_log import FramesLog
from display_node.player.link import Link
from display_node.player.show import Show
from display_node.player.stage import Mode, Stage
from display_node.player.text import Typesetter
from display_node.player.voice import LateVoice, Voice
from display_node.player.waiting import Alarm
from display_node.player.wings import Wings
from display_node.pulse import Pulse


def opened_show(asked: argparse.Namespace, link: Link, alarm: Alarm, film: Begun | None) -> Show:
    """The show that `asked` describes, which stops on SIGTERM and SIGINT; raises OSError and BadSetting."""
    mode, size = _stage_asked(asked)
    if mode == "headless":
        os.environ["SDL_AUDIODRIVER"] = "dummy"
    panel = read_panel(asked.panel) if asked.panel else PLAIN
    typesetter = Typesetter()
    try:
        stage = Stage(mode, size, panel, has_keys=mode != "fullscreen")
    except pygame.error as error:
        raise BadSetting(str(error)) from error
    show = Show(
        stage, typesetter, Wings(DirectPainter(), typesetter, panel.fit, film), LateVoice(_voice), now_ns, alarm,
        link=link, frames_log=FramesLog(asked.frames) if asked.frames else None, language=asked.language,
        pulse=Pulse(os.environ).beat,
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: show.stop())
    return show


def _voice() -> Voice:
    # It brings NumPy along, which takes longer to read than a film to join.
    from display_node.player.sound import Sound

    return Sound(now_ns)


def _stage_asked(asked: argparse.Namespace) -> tuple[Mode, tuple[int, int]]:
    if asked.fullscreen:
        return "fullscreen", (0, 0)
    if asked.headless:
        return "headless", asked.headless
    return "windowed", asked.windowed or (1280, 720)
