"""Captions: what is said in a film, when, in which language, and the one WebVTT text in which they travel.

The same captions always give the same bytes, and only those bytes are read back: what a person approved is what is
drawn. Files of strangers are read elsewhere (`content.media.caption_files`); they end here as values.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

MEDIA_TYPE = "text/vtt"
MOST_BYTES = 512 << 10
MOST_CUES = 2_000
MOST_LINES_A_CUE = 3
MOST_LINES_AT_ONCE = 3
"""Of all cues together that are on at one instant."""
MOST_CHARACTERS_A_LINE = 120
MOST_MS = 86_400_000
UNKNOWN = "und"
"""The language of captions that do not say (ISO 639-2)."""

Align = Literal["start", "center", "end", "left", "right"]
ALIGNS: tuple[Align, ...] = ("start", "center", "end", "left", "right")

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?", re.IGNORECASE)
_TIMING = re.compile(
    r"(\d\d):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d\d):([0-5]\d):([0-5]\d)\.(\d{3})"
    r"(?: line:(\d{1,3})%)?(?: position:(\d{1,3})%)?(?: align:([a-z]+))?"
)
_HEAD = re.compile(r"WEBVTT\nLanguage: ([A-Za-z0-9-]{2,12})\n")
_STYLED = re.compile(r"(<b>)?(<i>)?(<u>)?([^<>]*)(</u>)?(</i>)?(</b>)?")


class BadCaptions(ValueError):
    """Captions that are not as ours are; the sentence says where and what."""


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """One line. A style is that of the whole line: a mark on a part of one is not kept."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


@dataclass(frozen=True, slots=True)
class CaptionCue:
    """What stands there from `start_ms` until `end_ms` of the film (half-open).

    `line_percent` is how far down the picture its box begins (None: at the foot), `position_percent` where it is
    anchored across (None: as `align` has it). "start" and "end" follow the direction in which the words are read.
    """

    start_ms: int
    end_ms: int
    lines: tuple[CaptionLine, ...]
    line_percent: int | None = None
    position_percent: int | None = None
    align: Align = "center"

    @property
    def is_right_to_left(self) -> bool:
        """Whether its words are read from the right: as the first letter that has a direction says."""
        return is_right_to_left(" ".join(line.text for line in self.lines))


@dataclass(frozen=True)
class Captions:
    """All captions of a film in one language (BCP 47, as `language_tag` writes it), by rising start.

    Raises BadCaptions when one of the limits above does not hold.
    """

    language: str
    cues: tuple[CaptionCue, ...]

    def __post_init__(self) -> None:
        """Holds every limit, so that nobody behind this door checks again."""
        if language_tag(self.language) != self.language:
            raise BadCaptions(f"the language '{self.language}' is not written as ours are")
        if not 1 <= len(self.cues) <= MOST_CUES:
            raise BadCaptions(f"{len(self.cues)} captions; 1 to {MOST_CUES} are taken")
        for cue in self.cues:
            _refuse_cue(cue)
        if any(one.start_ms > other.start_ms for one, other in zip(self.cues, self.cues[1:], strict=False)):
            raise BadCaptions("the captions are not in the order of their starts")
        crowded_ms = first_crowded_ms(self.cues)
        if crowded_ms is not None:
            raise BadCaptions(f"more than {MOST_LINES_AT_ONCE} lines at once at {crowded_ms} ms")

    @cached_property
    def stretches(self) -> tuple[tuple[int, tuple[CaptionCue, ...]], ...]:
        """From which instant (ms) which cues are on, by rising instant; before the first nothing is."""
        return _stretches(self.cues)

    def at(self, media_ms: int) -> tuple[CaptionCue, ...]:
        """The cues that are on at `media_ms` of the film."""
        place = bisect_right(self.stretches, media_ms, key=lambda stretch: stretch[0])
        return self.stretches[place - 1][1] if place else ()

    def following(self, media_ms: int) -> tuple[CaptionCue, ...]:
        """The cues of the next stretch after `media_ms` in which any are on."""
        place = bisect_right(self.stretches, media_ms, key=lambda stretch: stretch[0])
        return next((cues for _, cues in self.stretches[place : place + 2] if cues), ())


def language_tag(words: str) -> str:
    """A language as BCP 47 writes it: `vi`, `zh-Hant`, `pt-BR`. Raises BadCaptions for anything longer or stranger."""
    match = _LANGUAGE.fullmatch(words.strip().replace("_", "-"))
    if match is None or not words.isascii():
        raise BadCaptions(f"'{words[:40]}' is not a language tag such as vi, en or pt-BR")
    language, script, region = match.groups()
    return "-".join([language.lower(), *([script.title()] if script else []), *([region.upper()] if region else [])])


def is_right_to_left(words: str) -> bool:
    """Whether `words` are read from the right: as their first letter that has a direction says."""
    return next((way != "L" for char in words if (way := unicodedata.bidirectional(char)) in {"L", "R", "AL"}), False)


def first_crowded_ms(cues: tuple[CaptionCue, ...]) -> int | None:
    """The first instant at which too many lines stand at once; None when there is none."""
    for from_ms, shown in _stretches(cues):
        if sum(len(cue.lines) for cue in shown) > MOST_LINES_AT_ONCE:
            return from_ms
    return None


def webvtt(captions: Captions) -> bytes:
    """The captions as WebVTT in UTF-8: the same captions, the same bytes."""
    blocks = [f"WEBVTT\nLanguage: {captions.language}\n", *(_block(cue) for cue in captions.cues)]
    return "\n".join(blocks).encode()


def read_webvtt(body: bytes) -> Captions:
    """The captions whose `webvtt` these bytes are. Raises BadCaptions for any other bytes."""
    if len(body) > MOST_BYTES:
        raise BadCaptions(f"{len(body)} bytes; at most {MOST_BYTES} are read")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadCaptions(f"not UTF-8 text (byte {error.start})") from error
    head, *blocks = text.split("\n\n")
    match = _HEAD.fullmatch(head + "\n")
    if match is None:
        raise BadCaptions("the head is not that of our captions")
    captions = Captions(match[1], tuple(_read_block(number, block) for number, block in enumerate(blocks, 1)))
    if webvtt(captions) != body:
        raise BadCaptions("not written as our captions are")
    return captions


def clock(at_ms: int) -> str:
    """An instant of a film for people: `0:42`, `1:02:03`."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _refuse_cue(cue: CaptionCue) -> None:
    if not 0 <= cue.start_ms < cue.end_ms <= MOST_MS:
        raise BadCaptions(f"a caption from {cue.start_ms} to {cue.end_ms} ms")
    if not 1 <= len(cue.lines) <= MOST_LINES_A_CUE:
        raise BadCaptions(f"{len(cue.lines)} lines at {cue.start_ms} ms; 1 to {MOST_LINES_A_CUE} are taken")
    for percent in (cue.line_percent, cue.position_percent):
        if percent is not None and not 0 <= percent <= 100:
            raise BadCaptions(f"a place of {percent} % at {cue.start_ms} ms")
    if cue.align not in ALIGNS:
        raise BadCaptions(f"the alignment '{cue.align}' at {cue.start_ms} ms")
    for line in cue.lines:
        if not 1 <= len(line.text) <= MOST_CHARACTERS_A_LINE or line.text != line.text.strip():
            raise BadCaptions(f"a line of {len(line.text)} characters at {cue.start_ms} ms")
        if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in line.text):
            raise BadCaptions(f"a character that is not allowed at {cue.start_ms} ms")


def _stretches(cues: tuple[CaptionCue, ...]) -> tuple[tuple[int, tuple[CaptionCue, ...]], ...]:
    found: list[tuple[int, tuple[CaptionCue, ...]]] = []
    instants = sorted({cue.start_ms for cue in cues} | {cue.end_ms for cue in cues})
    coming, shown = iter(cues), list[CaptionCue]()
    following = next(coming, None)
    for instant_ms in instants:
        shown = [cue for cue in shown if cue.end_ms > instant_ms]
        while following is not None and following.start_ms <= instant_ms:
            shown.append(following)
            following = next(coming, None)
        found.append((instant_ms, tuple(shown)))
        if len(shown) > MOST_LINES_AT_ONCE:  # too many already: not worked out for thousands at once
            break
    return tuple(found)


def _block(cue: CaptionCue) -> str:
    places = [f"{_stamp(cue.start_ms)} --> {_stamp(cue.end_ms)}"]
    places += [f"line:{cue.line_percent}%"] if cue.line_percent is not None else []
    places += [f"position:{cue.position_percent}%"] if cue.position_percent is not None else []
    places += [f"align:{cue.align}"] if cue.align != "center" else []
    return "\n".join([" ".join(places), *(_marked(line) for line in cue.lines)]) + "\n"


def _marked(line: CaptionLine) -> str:
    text = html.escape(line.text, quote=False)
    for is_so, mark in ((line.underline, "u"), (line.italic, "i"), (line.bold, "b")):
        text = f"<{mark}>{text}</{mark}>" if is_so else text
    return text


def _read_block(number: int, block: str) -> CaptionCue:
    timing, *lines = block.removesuffix("\n").split("\n")
    match = _TIMING.fullmatch(timing)
    if match is None:
        raise BadCaptions(f"caption {number} has no times as ours have")
    align = next((known for known in ALIGNS if known == match[11]), None) if match[11] else "center"
    if align is None:
        raise BadCaptions(f"caption {number} is aligned '{match[11]}'")
    return CaptionCue(
        start_ms=_ms(*match.groups()[:4]),
        end_ms=_ms(*match.groups()[4:8]),
        lines=tuple(_read_line(number, line) for line in lines),
        line_percent=None if match[9] is None else int(match[9]),
        position_percent=None if match[10] is None else int(match[10]),
        align=align,
    )


def _read_line(number: int, line: str) -> CaptionLine:
    match = _STYLED.fullmatch(line)
    if match is None:
        raise BadCaptions(f"caption {number} has marks that ours have not")
    bold, italic, underline, text = match.groups()[:4]
    return CaptionLine(html.unescape(text), bool(bold), bool(italic), bool(underline))


def _stamp(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def _ms(hours: str, minutes: str, seconds: str, ms: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(ms)
