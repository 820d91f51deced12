"""Which words say nearly the same: by the pairs of letters they share. Plain arithmetic, no model."""

from collections import Counter
from collections.abc import Iterable

from kiosks.words import normal

NEARLY = 80
"""Of 100: from here on two answers say nearly the same."""
MOST_COMPARED = 400


def likeness(one: str, other: str) -> int:
    """How alike two texts are, 0 to 100: twice the shared pairs of letters over all of them (Dice)."""
    return _shared(_pairs(one), _pairs(other))


def nearest(words: str, others: Iterable[tuple[str, str]]) -> str:
    """The key of the first of `others` (key, words) that says nearly the same as `words`; "" when none does."""
    mine = _pairs(words)
    for place, (key, theirs) in enumerate(others):
        if place >= MOST_COMPARED:
            break
        if _shared(mine, _pairs(theirs)) >= NEARLY:
            return key
    return ""


def _pairs(words: str) -> "Counter[str]":
    plain = " " + " ".join("".join(char if char.isalnum() else " " for char in normal.folded(words)).split()) + " "
    return Counter(plain[place : place + 2] for place in range(len(plain) - 1))


def _shared(mine: "Counter[str]", theirs: "Counter[str]") -> int:
    whole = mine.total() + theirs.total()
    return 200 * (mine & theirs).total() // whole if whole else 0
