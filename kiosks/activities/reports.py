"""What became of reports at a place: how many came, and one after the other what the council says of them. Pure.

The screen is told only rows that somebody of the council has signed, for this screen: number, status, category, and
words a moderator has allowed. Never the words of who reported.
"""

import json
from dataclasses import dataclass, replace
from typing import Literal, get_args

from content.canonical import Json
from content.reading import Reader
from kiosks.activities.activity import Event, Passed, Shown
from kiosks.activities.answers import Answer, Answers
from kiosks.activities.parts import InParts
from kiosks.activities.wall import Prompt

LOBBY_MS = 4_000
PLAY_MS = 60_000
RESULT_MS = 6_000
TURN_MS = 7_500
"""A report is large for so long: time to read what the council says twice."""
UNKNOWN = (-1, -1, -1)
LONGEST_CATEGORY = 40
LONGEST_SAID = 160

Status = Literal["looked_at", "planned", "done", "not_done"]
STATUSES: dict[str, Status] = {name: name for name in get_args(Status)}


@dataclass(frozen=True, slots=True)
class Told:
    """One report as a screen tells it: its number, what became of it, what it is about, what the council says."""

    number: int
    status: Status
    category: str
    said: str


def row_of(told: Told) -> str:
    """The words that are signed."""
    return json.dumps([told.number, told.status, told.category, told.said], ensure_ascii=False)


def read_row(words: str) -> Told:
    """What was signed; raises BadDocument."""
    reader = Reader.of_bytes(words.encode(), limit_bytes=4_000)
    row = reader.items(most=4)
    if len(row) != 4:
        reader.refuse("a row has a number, a status, a category and words")
    return Told(
        row[0].integer(least=0), STATUSES[row[1].one_of(*STATUSES)], row[2].text(least=1, most=LONGEST_CATEGORY),
        row[3].text(most=LONGEST_SAID),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reports(InParts):
    """One session. `counts`: how many were reported here, are open, are done, UNKNOWN where nobody told."""

    prompt: Prompt
    counts: tuple[int, int, int] = UNKNOWN
    rows: tuple[Answer, ...] = ()
    edition: int = 0
    here: int = 0
    at_ms: int = 0

    @property
    def parts_ms(self) -> tuple[int, int, int]:
        """Lobby, play and result."""
        return LOBBY_MS, PLAY_MS, RESULT_MS

    @property
    def place(self) -> int:
        """The newest first, then the others, by the time alone; -1 for none."""
        since_ms = self.at_ms - LOBBY_MS
        return since_ms // TURN_MS % len(self.rows) if self.rows and self.phase == "play" else -1

    @property
    def figures(self) -> tuple[int, ...]:
        """The set of rows, which is large, how many there are, since when it is, and the counts."""
        return self.edition, self.place, len(self.rows), max(0, self.at_ms - LOBBY_MS) % TURN_MS, *self.counts

    @property
    def shown(self) -> Shown:
        """The rows, as they were signed."""
        return Shown(self.edition, self.rows)

    def apply(self, event: Event) -> "Reports":
        """After time passed or rows were told; what makes no sense changes nothing."""
        match event:
            case Passed(at_ms, here):
                return replace(self, at_ms=max(self.at_ms, at_ms), here=here)
            case Answers(rows) if rows != self.rows:
                return replace(self, rows=rows, edition=self.edition + 1)
        return self

    def snapshot(self) -> dict[str, Json]:
        """Phase, time left, how many are here, and how many were reported."""
        return {
            "phase": self.phase, "left_ms": max(0, self.until_ms - self.at_ms), "here": self.here,
            "reports": self.counts[0],
        }  # fmt: skip


def begin(prompt: Prompt, base: tuple[int, ...]) -> Reports:
    """A session; `base` are the counts, and the rows are told next."""
    return Reports(prompt, (base[0], base[1], base[2]) if len(base) == 3 else UNKNOWN)
