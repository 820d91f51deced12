"""Words a stranger wrote into a file, made harmless enough to stand in a sentence of ours."""

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def plain(words: str, most: int) -> str:
    """The words on one line, without signs that cannot be seen or turn text around, cut to `most` characters."""
    spaced = " ".join(words.split())
    seen = "".join(char for char in spaced if unicodedata.category(char) not in _UNSEEN)
    return seen if len(seen) <= most else seen[: most - 1] + "…"
