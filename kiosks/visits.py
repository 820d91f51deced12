"""One visitor's pass: a colour, an animal, and a token that the phone shows. It says nothing about who holds it.

Nothing is stored, and no cookie is needed: the token stands in the page's own address. A phone that was away for less
than `SEAT_KEPT_MS` has its place back. The pass itself dies after `PASS_KEPT_MS` in which nobody pressed anything,
connected or not, and after `LONGEST_VISIT_MS` in any case: then it takes a code from the screen again.
After a restart of the service passes are let in again by what stands on them (`kiosks/passes.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

SEAT_KEPT_MS = 15_000
PASS_KEPT_MS = 15 * 60_000
LONGEST_VISIT_MS = 60 * 60_000
MOST_PASSES = 1_000
"""At one screen; beyond it those that are away give way, the longest silent first, and nobody who is here."""

MOST_PICKS = 20
"""For a name that nobody here has."""

COLOURS = (
    "coral", "amber", "lime", "green", "teal", "sky", "blue", "violet", "plum", "rose", "sand", "silver",
)  # fmt: skip
ANIMALS = (
    "badger", "bat", "bear", "crane", "deer", "dolphin", "fox", "frog", "goose", "hare", "hedgehog", "heron",
    "horse", "kingfisher", "lark", "lynx", "mole", "moth", "otter", "owl", "robin", "seal", "swan", "turtle",
)  # fmt: skip

Pick = Callable[[Sequence[str]], str]
"""One of several, by chance."""
Write = Callable[[int, str, str, int], str]
"""A token for a number, a colour and an animal, given at an instant (UTC ms)."""
NUMBERS = 2**30
"""Below this are the numbers of visitors through the service; those at a screen itself have others."""


def number_on_own_network(number: int) -> int:
    """What the screen calls a visitor to whom its own network gave this number: nobody else is called so there."""
    return NUMBERS + NUMBERS // 2 + number % (NUMBERS // 2)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor's pass. `number` is what the screen knows; `left_ms` is when the phone went, None while it is here."""

    token: str
    number: int
    colour: str
    animal: str
    joined_ms: int
    seen_ms: int
    left_ms: int | None = None
    is_again: bool = False
    """Whether the pass was given before the service was started."""

    def is_alive(self, now_ms: int) -> bool:
        """Whether the pass is still good."""
        return now_ms - self.seen_ms < PASS_KEPT_MS and now_ms - self.joined_ms < LONGEST_VISIT_MS

    def is_seated(self, now_ms: int) -> bool:
        """Whether the visitor's place is still theirs."""
        return self.is_alive(now_ms) and (self.left_ms is None or now_ms - self.left_ms < SEAT_KEPT_MS)


class Visits:
    """The passes of one screen."""

    def __init__(self, pick: Pick, write: Write) -> None:
        """`pick` is chance, and so is a part of what `write` writes."""
        self._pick, self._write = pick, write
        self._by_token: dict[str, Visit] = {}
        self._next = 0

    def __len__(self) -> int:
        """How many passes there are."""
        return len(self._by_token)

    def open(self, now_ms: int) -> Visit:
        """A new pass, for a phone that is not here until `came`."""
        self.sweep(now_ms)
        colour, animal = self._name()
        # Numbers of before a restart do not come again.
        number = self._next or now_ms // 1_000 % NUMBERS
        self._next = number + 1
        token = self._write(number, colour, animal, now_ms)
        return self._add(Visit(token, number, colour, animal, now_ms, now_ms, now_ms))

    def let_in_again(
        self, token: str, number: int, colour: str, animal: str, given_ms: int, now_ms: int
    ) -> Visit | None:  # fmt: skip
        """Somebody whose pass was given before the service was started; None while there are too many passes."""
        self.sweep(now_ms)
        if len(self._by_token) >= MOST_PASSES:
            return None
        return self._add(Visit(token, number, colour, animal, given_ms, now_ms, now_ms, is_again=True))

    def again(self, now_ms: int) -> list[Visit]:
        """Whoever was let in again and is not gone."""
        return [visit for visit in self._by_token.values() if visit.is_again and visit.is_alive(now_ms)]

    def _add(self, visit: Visit) -> Visit:
        self._by_token[visit.token] = visit
        while len(self._by_token) > MOST_PASSES:
            away = (other for other in self._by_token.values() if other.left_ms is not None)
            del self._by_token[min(away, key=lambda other: other.seen_ms).token]
        return visit

    def of(self, token: str, now_ms: int) -> Visit | None:
        """The living pass with this token; None when it is over or never was."""
        visit = self._by_token.get(token)
        return visit if visit is not None and visit.is_alive(now_ms) else None

    def came(self, token: str, now_ms: int) -> Visit | None:
        """The phone with this pass is here."""
        return self._noted(token, now_ms, left_ms=None)

    def seen(self, token: str, now_ms: int) -> Visit | None:
        """Somebody pressed something on the phone with this pass; None when it was over."""
        visit = self.of(token, now_ms)
        return None if visit is None else self._noted(token, now_ms, left_ms=visit.left_ms)

    def left(self, token: str, now_ms: int) -> None:
        """The phone with this pass is away; it may come again. That is no sign of life."""
        visit = self.of(token, now_ms)
        if visit is not None and visit.left_ms is None:
            self._by_token[token] = replace(visit, left_ms=now_ms)

    def seated(self, now_ms: int) -> list[Visit]:
        """Whoever has a place."""
        return [visit for visit in self._by_token.values() if visit.is_seated(now_ms)]

    def sweep(self, now_ms: int) -> None:
        """Forgets the passes that are over."""
        for token in [token for token, visit in self._by_token.items() if not visit.is_alive(now_ms)]:
            del self._by_token[token]

    def _noted(self, token: str, now_ms: int, *, left_ms: int | None) -> Visit | None:
        visit = self.of(token, now_ms)
        if visit is None:
            return None
        self._by_token[token] = visit = replace(visit, seen_ms=max(now_ms, visit.seen_ms), left_ms=left_ms)
        return visit

    def _name(self) -> tuple[str, str]:
        """A name that nobody here has, where one is left."""
        taken = {(visit.colour, visit.animal) for visit in self._by_token.values()}
        name = self._pick(COLOURS), self._pick(ANIMALS)
        for _ in range(MOST_PICKS):
            if name not in taken:
                break
            name = self._pick(COLOURS), self._pick(ANIMALS)
        return name
