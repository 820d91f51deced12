"""A captions file of a stranger becomes canonical captions, or one clear refusal. Only for the confined child.

SRT and WebVTT are read here, since a mistake is named by its line and WebVTT's places are kept; ASS and SSA by pysubs2.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pysubs2

from content.captions import (
    MOST_CHARACTERS_A_LINE,
    MOST_CUES,
    MOST_LINES_A_CUE,
    MOST_LINES_AT_ONCE,
    MOST_MS,
    CaptionCue,
    CaptionLine,
    Captions,
    clock,
    first_crowded_ms,
    language_tag,
)
from content.media.caption_blocks import Read, place_by_keypad, read_srt, read_vtt
from content.media.caption_encoding import decoded
from content.media.caption_text import Style, ass_tokens, lines_of
from content.media.reasons import Reason, Refused
from content.screen_letters import CJK_PACKAGE, undrawn

Form = Literal["SRT", "WebVTT", "ASS"]

MENDED_OVERLAP_MS = 500
"""A caption that stays this much into the next is ended there: files are often sloppy by that."""
LEAST_LEFT_MS = 200
CUT_UNTOLD_MS = 1_000
"""What ends this much after the film is cut without a word."""
MOST_JOINED = 12
"""Lines of one caption that are joined to three."""
MOST_READ = 20_000
"""Captions with and without words that are looked at."""
_ASS = re.compile(r"\s*(\[Script Info\]|\[V4\+? Styles\]|\[Events\])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CaptionsFound:
    """What a captions file holds, and what its uploader should know. `form` is a Form, or the name of a codec."""

    form: str
    captions: Captions
    warnings: tuple[Reason, ...]


def read_caption_file(source: Path, language: str, *, film_ms: int, most_bytes: int) -> CaptionsFound:
    """The captions of the file for a film of `film_ms` (0: not known yet). Raises Refused."""
    size_bytes = source.stat().st_size
    if size_bytes > most_bytes:
        raise Refused("captions_too_large", size_kb=-(-size_bytes // 1000), most_kb=most_bytes // 1000)
    if size_bytes == 0:
        raise Refused("empty")
    text, told = decoded(source.read_bytes(), language)
    form = form_of(text)
    cues, warnings = settled(_read(form, text), film_ms=film_ms)
    return CaptionsFound(form, Captions(language_tag(language), cues), (*told, *warnings))


def form_of(text: str) -> Form:
    """Which kind of captions a text is, by what stands in it. Raises Refused for none."""
    if text.startswith("WEBVTT"):
        return "WebVTT"
    if _ASS.match(text):
        return "ASS"
    if "-->" in text:
        return "SRT"
    raise Refused("captions_unreadable")


def _read(form: Form, text: str) -> Iterator[Read]:
    return {"SRT": read_srt, "WebVTT": read_vtt, "ASS": _read_ass}[form](text)


def _read_ass(text: str) -> Iterator[Read]:
    try:
        script = pysubs2.SSAFile.from_string(text)
    except (pysubs2.Pysubs2Error, ValueError, KeyError, IndexError) as error:
        raise Refused("captions_unreadable") from error
    for event in script:
        if not event.is_comment:
            style = script.styles.get(event.style) or pysubs2.SSAStyle()
            yield read_event(event.start, event.end, event.text, style)


def read_event(start_ms: int, end_ms: int, text: str, style: pysubs2.SSAStyle) -> Read:
    """One event of ASS: the nine places and whole-line styles are kept, everything else is dropped."""
    said = re.search(r"\\an([1-9])(?!\d)", text)
    switches: tuple[tuple[Style, bool], ...] = (("b", style.bold), ("i", style.italic), ("u", style.underline))
    on = frozenset(name for name, is_on in switches if is_on)
    place = place_by_keypad(int(said[1]) if said else int(style.alignment))
    return Read(start_ms, end_ms, lines_of(ass_tokens(text), on), place)


def settled(found: Iterable[Read], *, film_ms: int) -> tuple[tuple[CaptionCue, ...], tuple[Reason, ...]]:
    """The captions in order, within the limits and the film, and warnings. Raises Refused."""
    kept: list[CaptionCue] = []
    useless: list[Read] = []
    cleaned = 0
    for number, one in enumerate(found):
        if number >= MOST_READ or len(kept) > MOST_CUES:
            raise Refused("captions_too_many", most=MOST_CUES)
        if not one.lines.lines or one.end_ms <= one.start_ms or one.end_ms <= 0:
            useless.append(one)
            continue
        cleaned += one.lines.was_suspicious
        kept.append(_cue(one))
    if not kept:
        raise Refused("captions_empty")
    if len(kept) > MOST_CUES:
        raise Refused("captions_too_many", most=MOST_CUES)
    cues = _mended(sorted(kept, key=lambda cue: cue.start_ms))
    cues, cut = _within(cues, film_ms)
    crowded_ms = first_crowded_ms(cues)
    if crowded_ms is not None:
        raise Refused("captions_crowded", crowded_ms, at=clock(crowded_ms), most=MOST_LINES_AT_ONCE)
    return cues, (*_warnings(useless, cleaned, cut), *_undrawn(cues))


def _cue(one: Read) -> CaptionCue:
    lines, start_ms = _joined(one.lines.lines), max(0, one.start_ms)
    if one.end_ms > MOST_MS:
        raise Refused("captions_beyond_end", MOST_MS, at=clock(one.end_ms), length=clock(MOST_MS))
    if len(lines) > MOST_LINES_A_CUE:
        raise Refused("captions_many_lines", start_ms, at=clock(start_ms), count=len(lines), most=MOST_LINES_A_CUE)
    longest = max(len(line.text) for line in lines)
    if longest > MOST_CHARACTERS_A_LINE:
        raise Refused(
            "captions_long_line", start_ms, at=clock(start_ms), count=longest, most=MOST_CHARACTERS_A_LINE
        )  # fmt: skip
    place = one.place
    return CaptionCue(start_ms, one.end_ms, lines, place.line_percent, place.position_percent, place.align)


def _joined(lines: tuple[CaptionLine, ...]) -> tuple[CaptionLine, ...]:
    """At most three lines: of more, the shortest neighbours become one, as long as that is short enough."""
    rows = list(lines[:MOST_JOINED])
    while len(rows) > MOST_LINES_A_CUE:
        lengths = [len(one.text) + len(other.text) + 1 for one, other in pairwise(rows)]
        at = lengths.index(min(lengths))
        if lengths[at] > MOST_CHARACTERS_A_LINE:
            break
        one, other = rows[at], rows[at + 1]
        rows[at : at + 2] = [
            CaptionLine(
                f"{one.text} {other.text}", one.bold and other.bold, one.italic and other.italic,
                one.underline and other.underline,
            )
        ]  # fmt: skip
    return (*rows, *lines[MOST_JOINED:])


def _mended(cues: list[CaptionCue]) -> tuple[CaptionCue, ...]:
    """Each caption ended where the next one of the same place begins, if it only just stays into it."""
    mended: list[CaptionCue] = []
    following: dict[int | None, int] = {}
    for cue in reversed(cues):
        next_ms = following.get(cue.line_percent, cue.end_ms)
        is_sloppy = next_ms < cue.end_ms <= next_ms + MENDED_OVERLAP_MS and next_ms - cue.start_ms >= LEAST_LEFT_MS
        mended.append(replace(cue, end_ms=next_ms) if is_sloppy else cue)
        following[cue.line_percent] = cue.start_ms
    return tuple(reversed(mended))


def _within(cues: tuple[CaptionCue, ...], film_ms: int) -> tuple[tuple[CaptionCue, ...], int]:
    """What lies in the film, and how many end so much later that it is told. Raises Refused for one that begins later.

    A film of 0 ms is one whose length is not known.
    """
    if not film_ms:
        return cues, 0
    beyond = next((cue for cue in cues if cue.start_ms >= film_ms), None)
    if beyond is not None:
        raise Refused("captions_beyond_end", film_ms, at=clock(beyond.start_ms), length=clock(film_ms))
    cut = sum(cue.end_ms > film_ms + CUT_UNTOLD_MS for cue in cues)
    return tuple(replace(cue, end_ms=min(cue.end_ms, film_ms)) for cue in cues), cut


def _warnings(useless: list[Read], cleaned: int, cut: int) -> Iterator[Reason]:
    if useless:
        yield Reason("captions_left_out", {"count": len(useless), "at": clock(max(0, useless[0].start_ms))})
    if cleaned:
        yield Reason("captions_cleaned", {"count": cleaned})
    if cut:
        yield Reason("captions_cut", {"count": cut})


def _undrawn(cues: tuple[CaptionCue, ...]) -> Iterator[Reason]:
    lacking = undrawn("".join(line.text for cue in cues for line in cue.lines))
    if lacking.cjk:
        yield Reason("captions_letters_package", {"letters": " ".join(lacking.cjk), "package": CJK_PACKAGE})
    if lacking.unknown:
        yield Reason("captions_letters", {"letters": " ".join(lacking.unknown)})
