"""SRT and WebVTT: the same blocks of times and lines, read line by line so that a mistake can be named by its line."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from content.captions import ALIGNS, Align
from content.media.caption_text import Lines, html_tokens, lines_of
from content.media.reasons import Refused

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s+(.*))?\s*")
_NOT_CAPTIONS = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")
_SRT_PLACE = re.compile(r"\{\\an([1-9])\}")
_FOOT_PERCENT = 100
_LINE_PERCENT = 6
"""How high a line of WebVTT is, about, where a place is given in lines."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caption stands: as in `content.captions.CaptionCue`."""

    line_percent: int | None = None
    position_percent: int | None = None
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Read:
    """One caption as a file has it. `line_number` is where its times stand; 0 where a file has none."""

    start_ms: int
    end_ms: int
    lines: Lines
    place: Place
    line_number: int = 0


def read_srt(text: str) -> Iterator[Read]:
    """The captions of an SRT file. Raises Refused for a line with times that cannot be read."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if "-->" in line]
    for start, following in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        body = lines[start + 1 : following]
        if following <= len(lines) and body and body[-1].strip().isdigit():
            body = body[:-1]  # the number of the next caption
        said = next((match[1] for line in body if (match := _SRT_PLACE.search(line))), "2")
        yield _read(lines[start], start + 1, body, place_by_keypad(int(said)))


def read_vtt(text: str) -> Iterator[Read]:
    """The captions of a WebVTT file. Raises Refused as `read_srt`; notes, styles and regions are passed over."""
    lines = [*text.splitlines(), ""]
    at = 0
    while at < len(lines):
        end = next(number for number in range(at, len(lines)) if not lines[number].strip())
        block = lines[at:end]
        timing = next((number for number, line in enumerate(block[:2]) if "-->" in line), None)
        if timing is not None and not _NOT_CAPTIONS.match(block[0]):
            yield _read(block[timing], at + timing + 1, block[timing + 1 :], None)
        at = end + 1


def place_by_keypad(key: int) -> Place:
    """The nine places of ASS, which lie as the keys of a numeric keypad: 2 is the middle of the foot."""
    line_percent = {0: None, 1: 45, 2: 0}[(key - 1) // 3]
    align: Align = ("left", "center", "right")[(key - 1) % 3]
    return Place(line_percent, None, align)


def _read(timing: str, line_number: int, body: list[str], place: Place | None) -> Read:
    match = _TIMES.fullmatch(timing)
    if match is None:
        raise Refused("captions_bad_times", line=line_number)
    start_ms, end_ms = _ms(match.groups()[:4]), _ms(match.groups()[4:8])
    if place is None:
        return Read(start_ms, end_ms, _vtt_lines(body), _vtt_place(match[9] or ""), line_number)
    return Read(start_ms, end_ms, lines_of(html_tokens(body)), place, line_number)


def _vtt_lines(body: list[str]) -> Lines:
    """WebVTT writes &lt; for what looks like a mark and is none."""
    tokens = (html.unescape(token) if isinstance(token, str) else token for token in html_tokens(body))
    return lines_of(tokens)


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _vtt_place(settings: str) -> Place:
    said = dict(pair.split(":", 1) for pair in settings.split() if ":" in pair)
    align = {"middle": "center"}.get(said.get("align", ""), said.get("align", "center"))
    return Place(
        line_percent=_line_percent(said.get("line", "").split(",")[0]),
        position_percent=_percent(said.get("position", "").split(",")[0]),
        align=next((known for known in ALIGNS if known == align), "center"),
    )


def _percent(words: str) -> int | None:
    match = re.fullmatch(r"(\d{1,3})(?:\.\d+)?%", words)
    return min(100, int(match[1])) if match else None


def _line_percent(words: str) -> int | None:
    """A percentage, or a number of lines: from the top, or (below 0) from the foot."""
    match = re.fullmatch(r"-?\d{1,3}", words)
    if match is None:
        return _percent(words)
    number = int(words)
    if number == -1:
        return None
    return max(0, min(100, number * _LINE_PERCENT if number >= 0 else _FOOT_PERCENT + number * _LINE_PERCENT))
