"""The wall: one question to everybody, and what strangers answered, one answer after the other. Pure.

The screen is told only answers that a person has read; which of them is large is a matter of the seed and the time.
"""

import random
from dataclasses import dataclass, replace

from content.canonical import Json
from content.reading import Reader
from kiosks.activities.activity import Event, Passed, Shown
from kiosks.activities.answers import Answer, Answers
from kiosks.activities.parts import InParts
from kiosks.activities.wording import LONGEST_QUESTION, Wording, read_wording, said_in

LOBBY_MS = 4_000
PLAY_MS = 72_000
RESULT_MS = 8_000
TURN_MS = 6_000
"""An answer is large for so long: time to read 120 characters twice."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked, by whom, in which language, and `also` in a second one."""

    question: str
    asker: str
    language: str
    also: Wording | None = None

    def __post_init__(self) -> None:
        """Holds every question to the limits of words; raises ValueError."""
        first = self.first
        if self.also is not None:
            self.also.must_stand_beside(first)

    @property
    def first(self) -> Wording:
        """The words in the first language."""
        return Wording(self.language, self.question)

    def said(self, language: str) -> Wording:
        """The words for a reader of `language`."""
        return said_in(language, self.first, self.also)

    def as_json(self) -> dict[str, Json]:
        """As it is signed and sent."""
        also: dict[str, Json] = {} if self.also is None else {"also": self.also.as_json()}
        return {"question": self.question, "asker": self.asker, "language": self.language, **also}


@dataclass(frozen=True, slots=True)
class Wall(InParts):
    """One session of a wall. `edition` counts the sets of answers that were told; `seen` are those that were large."""

    prompt: Prompt
    seed: int
    answers: tuple[Answer, ...] = ()
    edition: int = 0
    current: str = ""
    turn_ms: int = 0
    """When the answer that is large now became so."""
    seen: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    """Answers that came while the session was on: they are large before the others."""
    here: int = 0
    at_ms: int = 0

    @property
    def parts_ms(self) -> tuple[int, int, int]:
        """Lobby, play and result."""
        return LOBBY_MS, PLAY_MS, RESULT_MS

    @property
    def place(self) -> int:
        """Where in `answers` the large one is; -1 when none is large."""
        return next((place for place, one in enumerate(self.answers) if one.id == self.current), -1)

    @property
    def figures(self) -> tuple[int, ...]:
        """The set of answers, which is large, how many there are, and since when it is."""
        return self.edition, self.place, len(self.answers), max(0, self.at_ms - self.turn_ms)

    @property
    def shown(self) -> Shown:
        """The answers."""
        return Shown(self.edition, self.answers)

    def apply(self, event: Event) -> "Wall":
        """The wall after time passed or answers were told; what makes no sense changes nothing."""
        match event:
            case Passed(at_ms, here):
                return _passed(replace(self, here=here), max(self.at_ms, at_ms))
            case Answers(rows) if rows != self.answers:
                return _told(self, rows)
        return self

    def snapshot(self) -> dict[str, Json]:
        """Phase, time left, how many are here, how many answers there are, and which is large."""
        return {
            "phase": self.phase, "left_ms": max(0, self.until_ms - self.at_ms), "here": self.here,
            "answers": len(self.answers), "answer": self.current,
        }  # fmt: skip


def begin(prompt: Prompt, seed: int) -> Wall:
    """A session of this wall, which is told its answers next."""
    return Wall(prompt, seed)


def read_prompt(reader: Reader) -> Prompt:
    """A prompt out of a signed activity; raises BadDocument or ValueError."""
    fields = reader.fields("question", "asker", "language", others=True)
    return Prompt(
        fields["question"].text(most=LONGEST_QUESTION),
        fields["asker"].text(most=200),
        fields["language"].text(least=1, most=35),
        read_wording(fields["also"]) if "also" in fields else None,
    )


def _told(wall: Wall, rows: tuple[Answer, ...]) -> Wall:
    """With this set. An answer that is gone is not large any more, from this moment on."""
    known, ids = {one.id for one in wall.answers}, {one.id for one in rows}
    fresh = (wall.fresh | (ids - known if wall.edition else set())) & ids
    told = replace(wall, answers=rows, edition=wall.edition + 1, fresh=fresh, seen=wall.seen & ids)
    if told.current in ids or told.phase != "play":
        return told if told.current in ids else replace(told, current="")
    return _turned(told, told.at_ms)


def _passed(wall: Wall, at_ms: int) -> Wall:
    play_from_ms, play_until_ms = LOBBY_MS, LOBBY_MS + PLAY_MS
    if wall.at_ms < play_from_ms <= at_ms:
        wall = _turned(wall, play_from_ms)
    while wall.current and wall.turn_ms + TURN_MS <= min(at_ms, play_until_ms - 1):
        wall = _turned(wall, wall.turn_ms + TURN_MS)
    if at_ms >= play_until_ms:
        wall = replace(wall, current="")
    return replace(wall, at_ms=at_ms)


def _turned(wall: Wall, now_ms: int) -> Wall:
    """With the next answer large: what is new first, then by chance of the seed, all once before any comes again."""
    ids = [one.id for one in wall.answers]
    if not ids:
        return replace(wall, current="", turn_ms=now_ms)
    seen = wall.seen
    left = [one for one in ids if one not in seen]
    if not left:
        seen = frozenset()
        left = [one for one in ids if one != wall.current] or ids
    chosen = min(left, key=lambda one: (one not in wall.fresh, _chance(wall.seed, one)))
    return replace(wall, current=chosen, turn_ms=now_ms, seen=seen | {chosen}, fresh=wall.fresh - {chosen})


def _chance(seed: int, answer: str) -> float:
    return random.Random(f"{seed} {answer}").random()  # noqa: S311 - an order, not a secret
