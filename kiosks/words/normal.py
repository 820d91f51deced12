"""Words in one spelling: `tidy` is what people read, `folded` what is looked up in lists. Vietnamese tones stay.

The confusable letters are a short table of our own. Unicode's table for identifiers (UTS #39), which libraries ship,
takes “đ” apart and makes “rn” of “m”: it would blame ordinary Vietnamese.
"""

import re
import unicodedata

MOST_MARKS = 3
"""Marks that one letter may carry. Vietnamese needs two, Hebrew three; what carries more climbs into the next line."""
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
JOINERS = "\u200c\u200d"
"""Some scripts need them, and emoji; they are kept where something that can be seen stands on both sides."""

LOOKALIKES = str.maketrans(
    # Cyrillic and Greek letters that look like Latin ones, and a few Latin letters that pass for others.
    "авекмнорстухѕіјԁһԛԝѵьӏ" "αβεηικνορτυχϲ" "ıɑɡɩʟɴʀꞵ",
    "abekmhopctyxsijdhqwvbl" "abenikvoptuxc" "iagilnrb",
)  # fmt: skip
"""From what is written to what it looks like."""
FIGURES = str.maketrans("013457@$!|", "oieastasil")
"""Figures and signs that stand for letters inside words."""

_APART = re.compile(r"\b(\w)(?:[\s.\-_*·]+(\w)\b){2,}")
_LOOSE = re.compile(rf"(?<!\S)[{JOINERS}]+|[{JOINERS}]+(?!\S)")
_WORD = re.compile(r"[\w@$][\w@$!|]*\w")
_STRETCHED = re.compile(r"(.)\1{2,}")


def tidy(words: str) -> str:
    """`words` on one line, in NFC, with nothing that cannot be seen and no towers of marks."""
    decomposed = unicodedata.normalize("NFD", words)
    kept: list[str] = []
    marks = 0
    for place, char in enumerate(decomposed):
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            if marks <= MOST_MARKS and kept:
                kept.append(char)
            continue
        marks = 0
        if category in UNSEEN and not _joins(decomposed, place):
            kept.append(" " if char.isspace() else "")
        else:
            kept.append(char)
    return " ".join(_LOOSE.sub("", unicodedata.normalize("NFC", "".join(kept))).split())


def folded(words: str) -> str:
    """`words` as lists have them: small, Latin where they only look otherwise, tones kept, nothing stretched."""
    plain = unicodedata.normalize("NFKC", tidy(words)).casefold()
    plain = unicodedata.normalize("NFC", plain.translate(LOOKALIKES))
    plain = _WORD.sub(lambda found: _lettered(found[0]), plain)
    return _STRETCHED.sub(r"\1", plain)


def joined(words: str) -> str:
    """`folded` words with letters that stand apart (“f u c k”, “f.u.c.k”) put together."""
    return _APART.sub(lambda found: re.sub(r"[\W_]+", "", found[0]), folded(words))


def untoned(words: str) -> str:
    """`folded` words without any marks, “đ” as “d”."""
    bare = unicodedata.normalize("NFD", folded(words).replace("đ", "d"))
    return "".join(char for char in bare if not unicodedata.combining(char))


def is_mixed(words: str) -> bool:
    """Whether one word has letters of two alphabets that look alike."""
    return any(len({_alphabet(char) for char in word} - {""}) > 1 for word in re.findall(r"\w+", tidy(words)))


def _joins(text: str, place: int) -> bool:
    if text[place] not in JOINERS or not 0 < place < len(text) - 1:
        return False
    return all(unicodedata.category(text[beside])[0] in "LMS" for beside in (place - 1, place + 1))


def _lettered(word: str) -> str:
    """A word with figures for letters spelled out; a number, a price or a year stays what it is."""
    letters = sum(char.isalpha() for char in word)
    return word.translate(FIGURES) if letters * 2 >= len(word) and letters > 1 else word


def _alphabet(char: str) -> str:
    name = unicodedata.name(char, "")
    return next((found for found in ("LATIN", "CYRILLIC", "GREEK") if name.startswith(found)), "")
