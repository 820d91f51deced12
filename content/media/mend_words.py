"""Mends as one line of words each, for the command line and the record: `dim 0:41-0:44`, `volume 6`.

    dim FROM-TO [STRENGTH]   cut FROM-TO   quieten FROM-TO DECIBELS   volume DECIBELS   crop LEFT TOP WIDTH HEIGHT
    surround blur|COLOUR

Times are `minutes:seconds` or seconds, with up to three decimals; a crop is in percent of the picture, a
colour is written #203040.
"""

import re
from collections.abc import Sequence

from content.media.mends import (
    Crop,
    Cut,
    Dim,
    Mend,
    Mends,
    Quieten,
    Surround,
    Volume,
    mend_record,
    parse_mend,
    parse_mends,
)
from content.reading import Reader

_SPAN = re.compile(r"([\d:.]{1,12})-([\d:.]{1,12})")
_TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,5})(?:\.(\d{1,3}))?")
_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?")
FORMS = (
    "dim FROM-TO [STRENGTH]",
    "cut FROM-TO",
    "quieten FROM-TO DECIBELS",
    "volume DECIBELS",
    "crop LEFT TOP WIDTH HEIGHT",
    "surround blur|COLOUR",
)
_FORMS = {form.split()[0]: form for form in FORMS}
_CROP = ("left_bp", "top_bp", "width_bp", "height_bp")


def read_mends(lines: Sequence[str]) -> Mends:
    """The mends that the lines say. Raises BadDocument, which names the line and what is wrong with it."""
    mends = [read_mend(line) for line in lines]
    return parse_mends(Reader([mend_record(mend) for mend in mends], "the mends"))


def read_mend(line: str) -> Mend:
    """The mend that a line says. Raises BadDocument."""
    reader = Reader(line, f"“{line[:80]}”")
    kind, *words = line.split() or [""]
    if kind not in _FORMS:
        reader.refuse(f"a mend is one of: {'; '.join(FORMS)}")
    return parse_mend(Reader({"kind": kind, **_values(reader, kind, words)}, reader.path))


def mend_line(mend: Mend) -> str:
    """The line that `read_mend` reads as this mend."""
    match mend:
        case Dim(start_ms, end_ms, strength):
            return f"dim {span_words(start_ms, end_ms)}" + (f" {strength}" if strength else "")
        case Cut(start_ms, end_ms):
            return f"cut {span_words(start_ms, end_ms)}"
        case Quieten(start_ms, end_ms, by_db):
            return f"quieten {span_words(start_ms, end_ms)} {by_db}"
        case Volume(by_db):
            return f"volume {by_db}"
        case Crop(left, top, width, height):
            return "crop " + " ".join(_percent(part) for part in (left, top, width, height))
        case Surround(ground):
            return f"surround {ground}"


def span_words(start_ms: int, end_ms: int) -> str:
    """A part of a film: `0:41-0:44.5`."""
    return f"{time_words(start_ms)}-{time_words(end_ms)}"


def time_words(at_ms: int) -> str:
    """A place in a film: `0:41`, `1:02.25`."""
    seconds, milliseconds = divmod(at_ms, 1_000)
    return f"{seconds // 60}:{seconds % 60:02}" + (f".{milliseconds:03}".rstrip("0") if milliseconds else "")


def read_time(words: str) -> int | None:
    """Milliseconds of a place such as `0:41.5` or `41.5`; None if it is none."""
    found = _TIME.fullmatch(words)
    if found is None:
        return None
    minutes, seconds, fraction = found.groups()
    return (int(minutes or 0) * 60 + int(seconds)) * 1_000 + int((fraction or "").ljust(3, "0"))


def _values(reader: Reader, kind: str, words: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    if kind == "volume":
        rest = words
    elif kind == "crop":
        values |= {name: _of_percent(reader, word) for name, word in zip(_CROP, words, strict=False)}
        rest = words[4:]
    elif kind == "surround":
        values, rest = {"ground": "".join(words[:1])}, words[1:]
    else:
        values |= _span(reader, words[0] if words else "")
        rest = words[1:]
    last = {"dim": "strength", "quieten": "by_db", "volume": "by_db"}.get(kind)
    if last and len(rest) == 1 and rest[0].isdecimal() and len(rest[0]) <= 4:
        values[last], rest = int(rest[0]), []
    elif kind == "dim":
        values["strength"] = 0
    is_short = (kind == "crop" and len(values) != len(_CROP)) or (last is not None and last not in values)
    if rest or is_short:
        reader.refuse(f"this is written: {_FORMS[kind]}")
    return values


def _span(reader: Reader, words: str) -> dict[str, int]:
    found = _SPAN.fullmatch(words)
    start_ms, end_ms = (read_time(found[1]), read_time(found[2])) if found else (None, None)
    if start_ms is None or end_ms is None:
        reader.refuse("from when to when is written 0:41-0:44, in minutes and seconds")
    return {"start_ms": start_ms, "end_ms": end_ms}


def _of_percent(reader: Reader, word: str) -> int:
    found = _PERCENT.fullmatch(word)
    if found is None:
        reader.refuse(f"“{word[:20]}” is no percentage such as 12.5")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _percent(part_bp: int) -> str:
    return f"{part_bp // 100}.{part_bp % 100:02}".rstrip("0").rstrip(".")
