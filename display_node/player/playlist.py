"""Plays files one after another, without an agent or a curator: to look at what a screen would show."""

import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, UnidentifiedImageError

from content.clock import now_ns
from display_node.messages import Cue, Cues, Played, ToAgent, ToPlayer
from display_node.panel import PLAIN, Panel
from display_node.player.decoder import OPEN_OPTIONS
from display_node.player.direct import DirectPainter
from display_node.player.show import Show
from display_node.player.sound import Sound
from display_node.player.stage import Mode, Stage
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from display_node.player.waiting import Alarm
from display_node.player.wings import Wings
from display_node.words import _

LEAD_MS = 1_500
STILL_MS = 8_000
MOST_FILES = 1_000
HIGHEST_FPS = 240
PICTURES = ("JPEG", "PNG", "WEBP", "GIF")


class NotPlayable(Exception):
    """A file that is neither a video nor a picture; the sentence names it."""


def cues_of(paths: Sequence[Path], start_ms: int, tell: Callable[[str], None] = lambda _: None) -> tuple[Cue, ...]:
    """One cue for each file from `start_ms` (UTC ms) on, a still for STILL_MS; of a folder all that can be played.

    `tell` hears what was left out of a folder. Raises NotPlayable or OSError.
    """
    files = [(path, False) for path in paths if not path.is_dir()]
    if len(files) < len(paths):
        files = [found for path in paths for found in _files_of(path)]
    if len(files) > MOST_FILES:
        raise NotPlayable(_("{n} files; at most {most} are played in one go").format(n=len(files), most=MOST_FILES))
    cues: list[Cue] = []
    for path, may_be_left_out in files:
        try:
            cue = _cue_of(path.resolve(), start_ms)
        except (NotPlayable, OSError) as error:
            if not may_be_left_out:
                raise
            tell(str(error))
        else:
            cues.append(cue)
            start_ms = cue.end_ms
    if not cues:
        raise NotPlayable(_("There is nothing here that can be played."))
    return tuple(cues)


def _files_of(path: Path) -> list[tuple[Path, bool]]:
    """The files of a folder by name, which may hold anything; a file as it is."""
    if not path.is_dir():
        return [(path, False)]
    return [(inner, True) for inner in sorted(path.iterdir()) if inner.is_file() and not inner.name.startswith(".")]


class Prompter:
    """Stands in for the agent: says nothing, and tells whoever started this which files could not be shown."""

    def __init__(self) -> None:
        """All is well so far."""
        self.unshown: list[str] = []

    def hear(self) -> list[ToPlayer]:
        """Nothing."""
        return []

    def say(self, message: ToAgent) -> None:
        """Keeps the names of the files in whose place the card was shown."""
        if isinstance(message, Played) and message.outcome != "complete" and message.cause in ("file", "decoder"):
            self.unshown.append(message.item)

    def close(self, within_s: float) -> None:
        """Tells."""
        for name in self.unshown:
            _tell(_("{file} is damaged and was not, or not wholly, shown.").format(file=name))


def play_files(
    paths: Sequence[Path], *, mode: Mode = "windowed", size: tuple[int, int] = (1280, 720), panel: Panel = PLAIN
) -> int:
    """Plays files, and those of folders, in order and ends; gives the exit status, 1 when one could not be shown.

    Raises NotPlayable, OSError, BadSetting or pygame.error.
    """
    cues = cues_of(paths, now_ns() // NS_PER_MS + LEAD_MS, _tell)
    alarm, stage, typesetter, sound = Alarm(now_ns), Stage(mode, size, panel), Typesetter(), Sound(now_ns)
    prompter = Prompter()
    show = Show(stage, typesetter, Wings(DirectPainter(), typesetter, panel.fit), sound, now_ns, alarm, link=prompter)
    show.tell(Cues(0, cues))
    return show.run(until_ms=cues[-1].end_ms) or int(bool(prompter.unshown))


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _cue_of(path: Path, start_ms: int) -> Cue:
    try:
        with Image.open(path, formats=PICTURES) as image:
            size = image.size
    except UnidentifiedImageError:
        return _video_cue_of(path, start_ms)
    return Cue(
        start_ms,
        start_ms + STILL_MS,
        "programme",
        "still",
        path.name,
        "",
        str(path),
        0,
        STILL_MS,
        *size,
        title=path.stem,
    )


def _video_cue_of(path: Path, start_ms: int) -> Cue:
    try:
        with av.open(str(path), options=dict(OPEN_OPTIONS)) as container:
            if not container.streams.video or not container.duration:
                raise NotPlayable(_("{path}: there is no video in this file").format(path=path))
            video, duration_ms = container.streams.video[0], container.duration // 1_000
            rate = (video.average_rate or Fraction(30)).limit_denominator(1_001)
            has_sound, size = bool(container.streams.audio), (video.width, video.height)
    except av.error.FFmpegError as error:
        neither = _("{path}: this is neither a video nor a picture that we can play ({reason})")
        raise NotPlayable(neither.format(path=path, reason=error.strerror)) from error
    rate = max(Fraction(1), min(rate, Fraction(HIGHEST_FPS)))
    return Cue(
        start_ms, start_ms + duration_ms, "programme", "video", path.name, "", str(path), 0, duration_ms, *size,
        rate.numerator, rate.denominator, has_sound, path.stem,
    )  # fmt: skip
