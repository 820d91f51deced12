"""The lists of words: data files beside this module, each entry with its class, how it is looked for, and a reason."""

import re
import tomllib
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

from kiosks.words import normal

FOLDER = Path(__file__).parent / "lists"
LANGUAGES = ("en", "vi")
MOST_ENTRIES = 1_000


class Weight(IntEnum):
    """How bad an entry is: a moderator is told of all; only the worst are refused at once."""

    TOLD = 1
    STRONG = 2
    WORST = 3


WEIGHTS = {"told": Weight.TOLD, "strong": Weight.STRONG, "worst": Weight.WORST}
LOOKS = ("toned", "untoned", "within")
"""Whole words with their tones; whole words in a text without any tones; anywhere, also inside a word."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list. `looks` is one of LOOKS."""

    words: str
    weight: Weight
    kind: str
    reason: str
    looks: str


@cache
def entries(language: str) -> tuple[Entry, ...]:
    """The list of a language; raises ValueError or KeyError for a list that is not well formed."""
    rows = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["entry"]
    if len(rows) > MOST_ENTRIES:
        raise ValueError(f"a list has at most {MOST_ENTRIES} entries")
    return tuple(_entry(words, row) for row in rows for words in row["words"])


def found_in(words: str) -> tuple[Entry, ...]:
    """The entries of all lists that stand in `words`, the worst first."""
    shapes = {"toned": normal.joined(words), "within": normal.joined(words)}
    bare = normal.untoned(words)
    # A text with tones says what it means: what it would be without them is nobody's word.
    shapes["untoned"] = bare if bare == normal.folded(words) else ""
    found = {
        entry
        for looks, shape in shapes.items()
        if shape
        for entry, pattern in _patterns()[looks]
        if pattern.search(shape)
    }
    return tuple(sorted(found, key=lambda entry: (-entry.weight, entry.words)))


@cache
def _patterns() -> dict[str, tuple[tuple[Entry, "re.Pattern[str]"], ...]]:
    every = [entry for language in LANGUAGES for entry in entries(language)]
    return {looks: tuple((entry, _pattern(entry)) for entry in every if entry.looks == looks) for looks in LOOKS}


def _pattern(entry: Entry) -> "re.Pattern[str]":
    # Each letter may be doubled: folding leaves two of what was stretched to two.
    words = r"[\W_]+".join("".join(f"{re.escape(char)}{{1,2}}" for char in word) for word in entry.words.split())
    return re.compile(words if entry.looks == "within" else rf"(?<!\w){words}(?!\w)")


def _entry(words: str, row: dict[str, str]) -> Entry:
    looks = row.get("looks", "toned")
    if looks not in LOOKS or not row["reason"].strip():
        raise ValueError(f"'{words}' needs a reason, and a known way to be looked for")
    shape = normal.untoned(words) if looks == "untoned" else normal.folded(words)
    return Entry(shape, WEIGHTS[row["class"]], row["kind"], row["reason"], looks)
