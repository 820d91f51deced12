"""The signed statement that brings an activity to a screen: which words, where, when, who made and who allowed it.

A screen runs nothing else: an activity without the signature of a key it trusts is not started.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from content.approval import EVERYWHERE
from content.canonical import Json, canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import ACTIVITY, BadSignature, PublicKey, SigningKey
from kiosks.activities import bells, crowd, kites, poll, reports, wall
from kiosks.activities.activity import Activity
from kiosks.activities.hours import Hours, read_hours
from kiosks.activities.poll import Question
from kiosks.activities.wall import Prompt
from kiosks.themes import PAPER, THEMES

FORMAT = "commonscreen-activity/1"
FORMAT_OF_MORE = "commonscreen-activity/2"
"""With colours, hours or a second language: a screen that knows only the first format refuses it whole."""
FORMAT_OF_PICTURES = "commonscreen-activity/3"
"""With a picture behind the words; all else as in the second."""
MOST_SCREENS = 2_000
LARGEST_STATEMENT_BYTES = 24 << 10

Kind = Literal["poll", "crowd", "bells", "kites", "wall", "next", "report"]
GAMES: tuple[Kind, ...] = ("crowd", "bells", "kites")
PICTURED: tuple[Kind, ...] = ("poll", "wall", "next")
"""The kinds that can have a picture behind their words."""
Asked = Question | Prompt
"""What an activity asks in words; a game asks nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is allowed: an activity with its words, on these screens (or EVERYWHERE), between two instants (UTC ms)."""

    activity: str
    kind: Kind
    question: Asked | None
    screens: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int
    author: str
    approver: str
    decided_ms: int
    theme: str = PAPER
    hours: Hours | None = None
    backdrop: str = ""
    """The SHA-256 of the picture behind the words; "" for none. It is shown only with an approval of its own."""

    def __post_init__(self) -> None:
        """Raises ValueError for colours that are not known here, and a picture where no words stand."""
        if self.theme not in THEMES:
            raise ValueError(f"there is no theme '{self.theme}' here")
        if self.backdrop and self.kind not in PICTURED:
            raise ValueError(f"an activity of the kind '{self.kind}' has its own picture")

    @property
    def format(self) -> str:
        """The oldest format that can say it, so that as many screens as possible know it."""
        if self.backdrop:
            return FORMAT_OF_PICTURES
        has_more = self.theme != PAPER or self.hours is not None or getattr(self.question, "also", None) is not None
        return FORMAT_OF_MORE if has_more else FORMAT

    @property
    def runs(self) -> bool:
        """Whether it is something a screen can run: what plays next is asked as a poll, made when its turn comes."""
        return self.kind != "next"

    @property
    def options(self) -> tuple[str, ...]:
        """What is voted on; nothing where nobody votes."""
        return self.question.options if isinstance(self.question, Question) else ()

    def allows(self, screen: str, instant_ms: int) -> bool:
        """Whether `screen` may run it at `instant_ms`."""
        is_time = self.not_before_ms <= instant_ms < self.not_after_ms
        is_time = is_time and (self.hours is None or self.hours.hold_at(instant_ms))
        return is_time and (EVERYWHERE in self.screens or screen in self.screens)

    def as_json(self) -> dict[str, Json]:
        """The JSON object that is signed."""
        more: dict[str, Json] = {}
        if self.format != FORMAT:
            more = {"theme": self.theme, "hours": None if self.hours is None else self.hours.as_json()}
        if self.backdrop:
            more["backdrop"] = self.backdrop
        return {
            "format": self.format, "activity": self.activity, "kind": self.kind,
            "question": None if self.question is None else self.question.as_json(), "screens": list(self.screens),
            "not_before_ms": self.not_before_ms, "not_after_ms": self.not_after_ms, "author": self.author,
            "approver": self.approver, "decided_ms": self.decided_ms, **more,
        }  # fmt: skip

    def begin(self, seed: int, base: tuple[int, ...]) -> Activity:
        """A session of it."""
        match self.question:
            case Question() as question:
                return poll.begin(question, base)
            case Prompt() as prompt if self.kind == "report":
                return reports.begin(prompt, base)
            case Prompt() as prompt:
                return wall.begin(prompt, seed)
            case None if self.kind == "bells":
                return bells.begin(base[0] if base else 0)
            case None if self.kind == "kites":
                return kites.begin(seed, base)
            case None:
                return crowd.begin(seed)


@dataclass(frozen=True, slots=True)
class SignedActivity:
    """A statement with the signature under it."""

    statement: Statement
    key_id: str
    signature: str

    def as_json(self) -> dict[str, Json]:
        """The form in which it travels and is kept."""
        return {"statement": self.statement.as_json(), "key_id": self.key_id, "signature": self.signature}

    def verify(self, keys: dict[str, PublicKey]) -> None:
        """Returns if one of `keys` (by key id) signed it; raises BadSignature otherwise."""
        key = keys.get(self.key_id)
        if key is None:
            raise BadSignature(f"the activity {self.statement.activity} is not signed by a trusted key")
        key.verify(ACTIVITY, canonical_bytes(self.statement.as_json()), self.signature)


def sign_activity(statement: Statement, key: SigningKey) -> SignedActivity:
    """The statement, signed with `key`."""
    return SignedActivity(statement, key.public.key_id, key.sign(ACTIVITY, canonical_bytes(statement.as_json())))


def read_activity(reader: Reader) -> SignedActivity:
    """A signed activity; raises BadDocument. The signature is not checked here."""
    outer = reader.fields("statement", "key_id", "signature")
    statement = read_statement(outer["statement"])
    return SignedActivity(statement, outer["key_id"].identifier(), outer["signature"].text(most=200))


def read_statement(reader: Reader) -> Statement:
    """A statement without a signature: to be tried, and for no screen. Raises BadDocument."""
    inner = reader.fields(
        "format", "activity", "kind", "question", "screens", "not_before_ms", "not_after_ms", "author", "approver",
        "decided_ms", optional=("theme", "hours", "backdrop"),
    )  # fmt: skip
    told = inner["format"].one_of(FORMAT, FORMAT_OF_MORE, FORMAT_OF_PICTURES)
    if (told == FORMAT_OF_PICTURES) != ("backdrop" in inner):
        reader.refuse("the third format, and no other, has a picture")
    try:
        return _statement(inner)
    except BadDocument:
        raise
    except ValueError as error:
        raise BadDocument(reader.path, str(error)) from error


def _statement(inner: dict[str, Reader]) -> Statement:
    kinds: dict[str, Kind] = {name: name for name in get_args(Kind)}
    kind = kinds[inner["kind"].one_of(*kinds)]
    hours = inner.get("hours")
    return Statement(
        inner["activity"].identifier(),
        kind,
        read_asked(kind, inner["question"]),
        tuple(place.identifier() for place in inner["screens"].items(most=MOST_SCREENS)),
        inner["not_before_ms"].integer(least=0),
        inner["not_after_ms"].integer(least=0),
        inner["author"].identifier(),
        inner["approver"].identifier(),
        inner["decided_ms"].integer(least=0),
        inner["theme"].one_of(*THEMES) if "theme" in inner else PAPER,
        None if hours is None or hours.value is None else read_hours(hours),
        inner["backdrop"].sha256() if "backdrop" in inner else "",
    )


def read_asked(kind: Kind, reader: Reader) -> Asked | None:
    """What an activity of this kind asks; raises BadDocument or ValueError."""
    if kind in GAMES:
        if reader.value is not None:
            reader.refuse("a game asks nothing")
        return None
    return poll.read_question(reader) if kind == "poll" else wall.read_prompt(reader)
