"""The words of a stranger's caption as they may stand on a screen: cleaned, composed, with whole-line styles only.

What goes: control characters, marks that turn text around (overrides; embeddings and isolates that do not pair up),
characters without a look, more than four marks on a letter, all markup but bold, italic and underline.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from content.captions import CaptionLine

MOST_MARKS = 4
"""Combining marks on one letter: Vietnamese needs two, pointed Hebrew three."""

Style = Literal["b", "i", "u"]

_JOINERS = "\u200c\u200d"
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_OVERRIDES = "\u202d\u202e"
_OPENS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_CLOSES = frozenset(_OPENS.values())
_ZERO_SPACE = "\u200b"
_WRITTEN_WITHOUT_SPACES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
"""Thai and Lao, Myanmar, Khmer: a space without width says where a line may break."""
_KEPT_WITHOUT_LOOK = frozenset(_JOINERS + _DIRECTION_MARKS + _ZERO_SPACE) | _OPENS.keys() | _CLOSES
_WITHOUT_LOOK = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_GONE = frozenset({"Cc", "Cs", "Co", "Cf"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text, and whether something that hides or turns text had to go."""

    text: str
    was_suspicious: bool


def cleaned(words: str) -> Cleaned:
    """One line of text as it may stand on a screen; cleaning it again changes nothing."""
    spaced = "".join(" " if char.isspace() else char for char in words)
    kept = "".join(char for char in spaced if char in _KEPT_WITHOUT_LOOK or not _is_gone(char))
    text = _sparse(_paired(kept))
    text = unicodedata.normalize("NFC", _few_marks(unicodedata.normalize("NFC", text)))
    return Cleaned(_trimmed(text), any(_is_hostile(char) for char in set(words)) and text.strip() != words.strip())


def _is_gone(char: str) -> bool:
    return unicodedata.category(char) in _GONE or _WITHOUT_LOOK.match(char) is not None


def _is_hostile(char: str) -> bool:
    """Whether a character hides or turns text; a soft hyphen or a byte order mark is only untidy."""
    return char not in "\n\r\t\u00ad\ufeff" and not char.isspace() and (_is_gone(char) or char in _OPENS)


def _paired(text: str) -> str:
    """Without embeddings and isolates that do not pair up in this line: they would turn what follows."""
    awaited: list[str] = []
    for char in text:
        if char in _OPENS:
            awaited.append(_OPENS[char])
        elif char in _CLOSES and (not awaited or awaited.pop() != char):
            return _without_pairs(text)
    return _without_pairs(text) if awaited else text


def _without_pairs(text: str) -> str:
    return "".join(char for char in text if char not in _OPENS and char not in _CLOSES)


def _sparse(text: str) -> str:
    """Single spaces; a joiner, direction mark or zero space only where it can do something, and one at a time."""
    words = " ".join(text.split())
    kept: list[str] = []
    for place, char in enumerate(words):
        before, after = kept[-1] if kept else " ", words[place + 1 : place + 2] or " "
        if char in _JOINERS and (not _joins(before) or not _joins(after)):
            continue
        if char in _DIRECTION_MARKS and before == char:
            continue
        if char == _ZERO_SPACE and not (_is_without_spaces(before) and _is_without_spaces(after)):
            continue
        kept.append(char)
    return "".join(kept)


def _joins(char: str) -> bool:
    return char != " " and char not in _KEPT_WITHOUT_LOOK


def _is_without_spaces(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _WRITTEN_WITHOUT_SPACES)


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = MOST_MARKS  # a line does not begin with a mark that has no letter
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _trimmed(text: str) -> str:
    """Without what cannot be seen at both ends; "" when nothing can be seen at all."""
    if all(char == " " or char in _KEPT_WITHOUT_LOOK for char in text):
        return ""
    return text.strip(" ")


# --- markup ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turned:
    """A style is on or off from here."""

    style: Style
    on: bool


class Break:
    """The line ends here."""


Token = str | Turned | Break

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|<(?:\d+:)?\d\d:\d\d\.\d\d\d>|</[^<>]*>")
_BLOCK = re.compile(r"\{[^{}]*\}")
_SWITCH = re.compile(r"\\([biu])(\d{1,3})(?![a-z0-9])")
_DRAWING = re.compile(r"\\p(\d+)")
_STYLES: dict[str, Style] = {"b": "b", "i": "i", "u": "u", "strong": "b", "em": "i"}


def html_tokens(lines: Iterable[str]) -> Iterator[Token]:
    """The words of lines with marks in angle brackets (SRT, WebVTT); every other mark is dropped."""
    for line in lines:
        at = 0
        line = _BLOCK.sub(lambda block: "" if block[0].startswith("{\\") else block[0], line)
        for match in _TAG.finditer(line):
            yield line[at : match.start()]
            at = match.end()
            style = _STYLES.get((match[2] or "").lower())
            if style is not None:
                yield Turned(style, match[1] == "")
        yield line[at:]
        yield Break()


def ass_tokens(text: str) -> Iterator[Token]:
    """The words of an event of ASS or SSA, with override blocks and its own breaks; drawings are dropped."""
    at, draws = 0, False
    for match in [*_BLOCK.finditer(text), None]:
        words = text[at : match.start() if match else len(text)]
        if not draws:
            yield from _ass_lines(words)
        if match is not None:
            at = match.end()
            for switch in _SWITCH.finditer(match[0]):
                yield Turned(_STYLES[switch[1]], switch[2] != "0")
            for drawing in _DRAWING.finditer(match[0]):
                draws = drawing[1] != "0"


def _ass_lines(words: str) -> Iterator[Token]:
    first, *rest = re.split(r"\\[Nn]|\n", words.replace("\\h", " "))
    yield first
    for line in rest:
        yield Break()
        yield line


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one caption, and whether something hostile had to go."""

    lines: tuple[CaptionLine, ...]
    was_suspicious: bool


def lines_of(tokens: Iterable[Token], on: frozenset[Style] = frozenset()) -> Lines:
    """The lines that can be seen. `on` is what is on from the start; a line has a style if all of it has."""
    styles = set(on)
    found: list[CaptionLine] = []
    suspicious = False
    words, common = "", set[Style](("b", "i", "u"))
    for token in [*tokens, Break()]:
        if isinstance(token, str):
            words += token
            common &= styles if token.strip() else common
        elif isinstance(token, Turned):
            (styles.add if token.on else styles.discard)(token.style)
        else:
            line = cleaned(words)
            suspicious = suspicious or line.was_suspicious
            if line.text:
                found.append(CaptionLine(line.text, "b" in common, "i" in common, "u" in common))
            words, common = "", {"b", "i", "u"}
    return Lines(tuple(found), suspicious)
