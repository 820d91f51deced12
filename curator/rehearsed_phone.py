"""How a rehearsal stands for the phone beside it: read from what the child process says. Pure."""

from dataclasses import dataclass

from content.canonical import Json
from content.reading import BadDocument, Reader
from kiosks.activities.answers import Answer
from kiosks.activities.poll import Question
from kiosks.activities.statement import Kind
from kiosks.activities.wall import Prompt
from kiosks.messages import CELLS, LONGEST_SHOWN, MOST_OPTIONS, MOST_SHOWN

LARGEST_BYTES = 16 << 10
MOST_EDITIONS = 2**53


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands at one moment, as whoever tries it sees it on their phone."""

    part: str
    """"attract" while the activity is not on the screen."""
    snapshot: dict[str, Json]
    edition: int
    vote: int | None
    own_notes: frozenset[int]
    notes: frozenset[int]
    own_answers: tuple[Answer, ...]
    answers: tuple[Answer, ...]
    """Those of the simulated visitors."""

    @property
    def is_on(self) -> bool:
        """Whether the activity is on the simulated screen."""
        return self.part != "attract"


@dataclass(frozen=True, slots=True)
class Offer:
    """An activity, as the page on a phone has it."""

    id: str
    kind: Kind
    question: Question | None
    prompt: Prompt | None


@dataclass(frozen=True, slots=True)
class Own:
    """An answer of whoever tries it. No moderator stands between it and the simulated screen."""

    id: str
    words: str
    state: str = "shown"
    place: int = 0
    reason: str = "other"


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as one visitor sees it."""

    activity: Offer
    counts: tuple[int, ...] = ()
    choice: int | None = None
    answers: tuple[Answer, ...] = ()
    mine: tuple[Own, ...] = ()
    mine_set: frozenset[int] = frozenset()
    all_set: frozenset[int] = frozenset()
    turn: str = ""
    closed: str = ""


def read_standing(body: bytes) -> Standing:
    """Raises BadDocument for what is not said so."""
    fields = Reader.of_bytes(body, limit_bytes=LARGEST_BYTES).fields("part", "snapshot", "phone", others=True)
    snapshot = fields["snapshot"]
    snapshot.members(most=40)
    phone = fields["phone"].fields("edition", "vote", "own_notes", "notes", "answers")
    vote = phone["vote"].integer(least=-1, most=MOST_OPTIONS - 1)
    rows = [_answer(row) for row in phone["answers"].items(most=MOST_SHOWN)]
    return Standing(
        fields["part"].text(least=1, most=20), _object(snapshot.value),
        phone["edition"].integer(least=0, most=MOST_EDITIONS), None if vote < 0 else vote,
        _cells(phone["own_notes"]), _cells(phone["notes"]),
        tuple(answer for answer, is_own in rows if is_own), tuple(answer for answer, is_own in rows if not is_own),
    )  # fmt: skip


def _cells(reader: Reader) -> frozenset[int]:
    return frozenset(one.integer(least=0, most=CELLS - 1) for one in reader.items(most=CELLS))


def _answer(reader: Reader) -> tuple[Answer, bool]:
    row = reader.items(most=3)
    if len(row) != 3:
        raise BadDocument(reader.path, "an answer has an id, words, and whether it is one's own")
    return Answer(row[0].identifier(), row[1].text(least=1, most=LONGEST_SHOWN)), row[2].flag()


def _object(value: object) -> dict[str, Json]:
    assert isinstance(value, dict)  # noqa: S101 - `members` has just looked
    return value
