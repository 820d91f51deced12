"""A poll: one question, two to five options, everyone's newest choice counts once. Pure."""

from dataclasses import dataclass, field, replace
from types import MappingProxyType

from content.canonical import Json
from content.reading import Reader
from kiosks.activities.activity import Event, Passed
from kiosks.activities.parts import InParts
from kiosks.activities.wording import LONGEST_OPTION, LONGEST_QUESTION, Wording, read_wording, said_in
from kiosks.messages import MOST_OPTIONS, Tap

LONGEST_REPLY = 240
"""What the asker says to the result of the poll before."""
LEAST_OPTIONS = 2
LOBBY_MS = 6_000
"""The poll before, and what came of it, stand so long; without one the lobby is `SHORT_LOBBY_MS`."""
SHORT_LOBBY_MS = 1_500
PLAY_MS = 60_000
RESULT_MS = 10_000

_NOBODY: MappingProxyType[int, tuple[int, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Before:
    """The asker's poll before this one: its result, and what the asker said to it."""

    question: str
    options: tuple[str, ...]
    counts: tuple[int, ...]
    reply: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, in which language, and `also` in a second one."""

    question: str
    options: tuple[str, ...]
    asker: str
    language: str
    before: Before | None = None
    also: Wording | None = None

    def __post_init__(self) -> None:
        """Holds every question to the limits of this module; raises ValueError."""
        if not LEAST_OPTIONS <= len(self.options) <= MOST_OPTIONS:
            raise ValueError(f"a poll has {LEAST_OPTIONS} to {MOST_OPTIONS} options")
        first = self.first
        if self.also is not None:
            self.also.must_stand_beside(first)

    @property
    def first(self) -> Wording:
        """The words in the first language."""
        return Wording(self.language, self.question, self.options)

    def said(self, language: str) -> Wording:
        """The words for a reader of `language`."""
        return said_in(language, self.first, self.also)

    def as_json(self) -> dict[str, Json]:
        """As it is signed and sent."""
        before = self.before
        also: dict[str, Json] = {} if self.also is None else {"also": self.also.as_json()}
        return {
            "question": self.question, "options": list(self.options), "asker": self.asker, "language": self.language,
            "before": None if before is None else {
                "question": before.question, "options": list(before.options), "counts": list(before.counts),
                "reply": before.reply,
            },
            **also,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Poll(InParts):
    """One session of a poll. `base` are the votes counted before it; `votes` each visitor's option, and its number."""

    question: Question
    base: tuple[int, ...]
    votes: MappingProxyType[int, tuple[int, int]] = field(default_factory=lambda: _NOBODY)
    here: int = 0
    at_ms: int = 0

    @property
    def parts_ms(self) -> tuple[int, int, int]:
        """Lobby, play and result."""
        return self._lobby_ms, PLAY_MS, RESULT_MS

    @property
    def counts(self) -> tuple[int, ...]:
        """Votes for each option."""
        counts = list(self.base)
        for option, _ in self.votes.values():
            counts[option] += 1
        return tuple(counts)

    @property
    def figures(self) -> tuple[int, ...]:
        """The counts."""
        return self.counts

    def apply(self, event: Event) -> "Poll":
        """The poll after a vote or a step of time; what makes no sense changes nothing."""
        match event:
            case Passed(at_ms, here):
                return replace(self, at_ms=max(self.at_ms, at_ms), here=here)
            case Tap(visitor, seq, "vote", option) if 0 <= option < len(self.question.options):
                if self.phase in ("lobby", "play") and self.votes.get(visitor, (0, -1))[1] < seq:
                    return replace(self, votes=MappingProxyType({**self.votes, visitor: (option, seq)}))
        return self

    def snapshot(self) -> dict[str, Json]:
        """Phase, time left, counts, and how many are here."""
        return {
            "phase": self.phase, "left_ms": max(0, self.until_ms - self.at_ms), "counts": list(self.counts),
            "here": self.here,
        }  # fmt: skip

    @property
    def _lobby_ms(self) -> int:
        return SHORT_LOBBY_MS if self.question.before is None else LOBBY_MS


def begin(question: Question, base: tuple[int, ...] = ()) -> Poll:
    """A session of this poll; `base` as counted before, or nothing."""
    fits = len(base) == len(question.options)
    return Poll(question, base if fits else (0,) * len(question.options))


def read_question(reader: Reader) -> Question:
    """A question out of a signed activity; raises BadDocument or ValueError."""
    fields = reader.fields("question", "options", "asker", "language", "before", others=True)
    return Question(
        fields["question"].text(most=LONGEST_QUESTION),
        tuple(place.text(most=LONGEST_OPTION) for place in fields["options"].items(most=MOST_OPTIONS)),
        fields["asker"].text(most=200),
        fields["language"].text(least=1, most=35),
        None if fields["before"].value is None else _read_before(fields["before"]),
        read_wording(fields["also"]) if "also" in fields else None,
    )


def _read_before(reader: Reader) -> Before:
    fields = reader.fields("question", "options", "counts", "reply", others=True)
    return Before(
        fields["question"].text(most=LONGEST_QUESTION),
        tuple(place.text(most=LONGEST_OPTION) for place in fields["options"].items(most=MOST_OPTIONS)),
        tuple(place.integer(least=0) for place in fields["counts"].items(most=MOST_OPTIONS)),
        fields["reply"].text(most=LONGEST_REPLY),
    )
