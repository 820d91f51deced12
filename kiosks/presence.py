"""The code on a screen: who has it stood there lately. It changes, and the one before holds a little longer.

Codes are drawn by chance and live in memory only: nothing about a screen or a time can be read from one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

ALPHABET = "BCDFGHJKMNPQRTVWXY3479"
"""No vowels (no words), and nothing that looks like something else on a screen across the street."""
LENGTH = 4
WINDOW_MS = 90_000
"""How long a code is on the screen."""
REMEMBERED_MS = 30 * 60_000
"""How long somebody with an old code is told that it is an old one."""
MOST_DRAWS = 100

Choose = Callable[[str], str]
"""One character of a text, by chance."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a screen, on it from `from_ms` until `until_ms`; good for one window more."""

    text: str
    screen: str
    from_ms: int
    until_ms: int

    def is_good(self, now_ms: int) -> bool:
        """Whether who brings it now may join."""
        return self.from_ms <= now_ms < self.until_ms + WINDOW_MS


@dataclass(frozen=True, slots=True)
class Found:
    """What a code that somebody brought is: good for `screen`, an old one of it, or of none."""

    kind: Literal["good", "old", "unknown"]
    screen: str = ""


class Codes:
    """The codes of every screen of this service."""

    def __init__(self, choose: Choose) -> None:
        """`choose` draws; no screen has a code yet."""
        self._choose = choose
        self._current: dict[str, Code] = {}
        self._known: dict[str, Code] = {}

    def of(self, screen: str, now_ms: int) -> Code:
        """The code that stands on a screen now; a new one when the last is over."""
        code = self._current.get(screen)
        if code is None or not code.from_ms <= now_ms < code.until_ms:
            self._forget(now_ms)
            code = Code(self._draw(), screen, now_ms, now_ms + WINDOW_MS)
            self._current[screen] = self._known[code.text] = code
        return code

    def look(self, said: str, now_ms: int) -> Found:
        """What a code is that somebody typed or scanned."""
        code = self._known.get(tidy(said))
        if code is None or now_ms >= code.until_ms + REMEMBERED_MS:
            return Found("unknown")
        return Found("good" if code.is_good(now_ms) else "old", code.screen)

    def _draw(self) -> str:
        for _ in range(MOST_DRAWS):
            text = "".join(self._choose(ALPHABET) for _ in range(LENGTH))
            if text not in self._known:
                return text
        raise RuntimeError("no code is left: too many screens for this alphabet")

    def _forget(self, now_ms: int) -> None:
        self._known = {
            text: code for text, code in self._known.items() if now_ms < code.until_ms + REMEMBERED_MS
        }  # fmt: skip


def tidy(said: str) -> str:
    """A code as people type it, in its one spelling; "" for what cannot be one."""
    text = "".join(said.upper().split()).replace("-", "")
    return text if len(text) == LENGTH and set(text) <= set(ALPHABET) else ""
