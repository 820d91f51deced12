"""What is to be known about a stranger's words: told to the moderator, and in the worst case a reason to refuse."""

import re
from dataclasses import dataclass

from kiosks.words import normal
from kiosks.words.known import Weight, found_in

KINDS = (
    "hatred", "violence", "need", "swearing", "sex", "selling", "link", "phone", "handle", "alphabets", "shouting",
    "empty",
)  # fmt: skip
"""Every kind of finding there is."""
SHOUTED_LETTERS = 12
LEAST_FIGURES = 8
MOST_FIGURES = 15

_LINK = re.compile(
    r"https?://\S+|www\.\S+"
    r"|\b[\w-]+\.(?:com|net|org|vn|info|io|me|link|app|shop|xyz|top|ly|gg|tv|uk|eu|us|de|fr)\b(?:/\S*)?"
    r"|\b[\w-]+\s?(?:\.|\(dot\)|\[dot\]|\bdot\b|\bchấm\b)\s?(?:com|net|org|vn)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+\s?\.\s?\w+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w{2,}|\b(?:fb|insta|ig|zalo|tiktok|snap|telegram)\s*[:=]\s*\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\(?\d(?:[\s().\-–]{0,2}\d){7,}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know. `words` is the entry or the part it is about."""

    kind: str
    weight: Weight
    words: str


def look(words: str) -> tuple[Finding, ...]:
    """All there is to know about `words`, the worst first; each kind once, with the worst of it."""
    plain = normal.tidy(words)
    found = [Finding(entry.kind, entry.weight, entry.words) for entry in found_in(plain)]
    for kind, pattern in (("link", _LINK), ("link", _MAIL), ("handle", _HANDLE)):
        part = pattern.search(plain)
        if part:
            found.append(Finding(kind, Weight.STRONG, part[0][:60]))
    number = next((part[0] for part in _NUMBER.finditer(plain) if _is_phone(part[0])), "")
    if number:
        found.append(Finding("phone", Weight.STRONG, number[:60]))
    if normal.is_mixed(words):
        found.append(Finding("alphabets", Weight.TOLD, ""))
    letters = [char for char in plain if char.isalpha()]
    if len(letters) >= SHOUTED_LETTERS and all(not char.islower() for char in letters) and plain.lower() != plain:
        found.append(Finding("shouting", Weight.TOLD, ""))
    if not any(char.isalnum() for char in plain):
        found.append(Finding("empty", Weight.TOLD, ""))
    worst: dict[str, Finding] = {}
    for one in sorted(found, key=lambda one: -one.weight):
        worst.setdefault(one.kind, one)
    return tuple(worst.values())


def is_refused(findings: tuple[Finding, ...]) -> bool:
    """Whether these words are turned away at once, before a person sees them."""
    return any(finding.weight is Weight.WORST for finding in findings)


def _is_phone(part: str) -> bool:
    """A long number: a year, a date, or a price in dong has fewer figures, or ends in zeros."""
    figures = "".join(char for char in part if char.isdigit())
    return LEAST_FIGURES <= len(figures) <= MOST_FIGURES and not figures.endswith("000") and not _is_date(part)


def _is_date(part: str) -> bool:
    return re.fullmatch(r"\d{1,4}[\s.\-–]\d{1,2}[\s.\-–]\d{1,4}", part.strip()) is not None
