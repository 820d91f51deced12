"""The player as a process of its own: its arguments, its exit status, and what it reads first. See docs/player.md."""

import argparse
import re
import sys
from pathlib import Path

from content.clock import now_ns
from content.language import best_language
from display_node.config import DECODERS, BadSetting
from display_node.player.link import Link, SocketInTheWay
from display_node.player.waiting import Alarm
from display_node.words import _, speak

SMALLEST_SIDE_PX = 8
LARGEST_SIDE_PX = 8_192
UNUSABLE = 2


def main(arguments: list[str] | None = None) -> int:
    """Runs the player until it is told to stop; gives the exit status (2: cannot start, with one line why)."""
    asked = _parser().parse_args(arguments)
    speak(best_language([asked.language]))
    try:
        alarm = Alarm(now_ns)
        link = Link(asked.socket, alarm.ring)
        try:
            # The agent finds the socket and says what is on while FFmpeg is read; the film that is on is decoded while
            # SDL is read and the window opens.
            from display_node.player.beginning import begun

            film = begun(link, asked.decoder)
            from display_node.player.opening import opened_show

            return opened_show(asked, link, alarm, film).run()
        finally:
            link.close(0)
    except (OSError, SocketInTheWay, BadSetting) as error:
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
    parser.add_argument("--panel", type=Path, metavar="FILE.toml", help="what kind of panel this is")
    parser.add_argument("--decoder", choices=DECODERS, default=DECODERS[0], help="whether hardware may decode films")
    parser.add_argument("--language", default="en", help="until the agent names the screen's (default en)")
    return parser


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None or not all(SMALLEST_SIDE_PX <= int(side) <= LARGEST_SIDE_PX for side in match.groups()):
        raise argparse.ArgumentTypeError(f"a size such as 1280x720 is wanted, not '{text}'")
    return int(match[1]), int(match[2])
