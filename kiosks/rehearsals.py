"""What is said about trying an activity on a simulated screen: the service and its child process read it here."""

import json
from dataclasses import dataclass
from typing import Literal, get_args

from content.canonical import Json
from content.reading import Reader
from kiosks.messages import CELLS, FULL, MOST_BUTTONS, MOST_OPTIONS, read_words
from kiosks.said import member

LARGEST_ORDER_BYTES = 1 << 10
LARGEST_SETTING_BYTES = 64 << 10
LARGEST_BACKDROP_BYTES = 32 << 20
MOST_VISITORS = 300
MOST_SEED = 2**31 - 1
PICTURES_A_SECOND = 12
LIFETIME_S = 600
"""Then a rehearsal ends by itself."""
AUTHOR = 1
"""Whoever tries it is a visitor too, with this number; the simulated ones come after."""
NEXT_MS = 2_000
"""What "next step" goes on by."""

Behaviour = Literal["together", "split", "wander", "alone", "silent"]
"""All do the same; half against half; everybody by themselves, changing their mind; one of them only; nobody."""
Shape = Literal["wide", "upright", "small"]
Part = Literal["attract", "lobby", "play", "result"]
"""The programme with the invitation, and the parts of a session."""
SIZES: dict[Shape, tuple[int, int]] = {"wide": (960, 540), "upright": (540, 960), "small": (256, 144)}
"""In pixels: as on most screens, on one that stands upright, and on a wall of few lamps."""


@dataclass(frozen=True, slots=True)
class Begin:
    """From the start, with this chance, on a screen of this shape."""

    seed: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many are there, and so they behave."""

    count: int
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Jump:
    """To the beginning of a part."""

    part: Part


@dataclass(frozen=True, slots=True)
class Run:
    """Time goes on, or stands still."""

    is_running: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Time goes on by NEXT_MS and stands still."""


@dataclass(frozen=True, slots=True)
class Own:
    """Whoever tries it does this as one of the visitors."""

    kind: Literal["vote", "steer", "note", "press"]
    value: int
    y: int = 0
    """A second value: steering has two."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """Whoever tries it writes this, and it is shown as if a moderator had approved it."""

    words: str


@dataclass(frozen=True, slots=True)
class TookBack:
    """Whoever tries it takes an answer back that they wrote."""

    answer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whoever tries it wants the activity on the screen; while it is on, this changes nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last picture arrived: the next may come."""


Order = Begin | Crowd | Jump | Run | Step | Own | Wrote | TookBack | Asked | Seen

_SHAPES: dict[str, Shape] = {name: name for name in get_args(Shape)}
_PARTS: dict[str, Part] = {name: name for name in get_args(Part)}
_BEHAVIOURS: dict[str, Behaviour] = {name: name for name in get_args(Behaviour)}


def read_order(body: bytes) -> Order:
    """One order; raises BadDocument."""
    fields = Reader.of_bytes(body, limit_bytes=LARGEST_ORDER_BYTES).fields("do", others=True)

    def field(name: str) -> Reader:
        return fields[name] if name in fields else Reader(None, name)

    do = fields["do"].one_of(
        "begin", "visitors", "jump", "run", "pause", "step", "vote", "steer", "note", "press", "write", "take_back",
        "ask", "seen",
    )  # fmt: skip
    match do:
        case "begin":
            shape = _SHAPES[field("shape").one_of(*_SHAPES)]
            return Begin(field("seed").integer(least=0, most=MOST_SEED), shape)
        case "visitors":
            behaviour = _BEHAVIOURS[field("behaviour").one_of(*_BEHAVIOURS)]
            return Crowd(field("count").integer(least=0, most=MOST_VISITORS), behaviour)
        case "jump":
            return Jump(_PARTS[field("part").one_of(*_PARTS)])
        case "run" | "pause":
            return Run(do == "run")
        case "step":
            return Step()
        case "seen":
            return Seen()
        case _:
            return _by_phone(do, fields)


def _by_phone(do: str, fields: dict[str, Reader]) -> Order:
    """What whoever tries it does on their phone."""
    match do:
        case "vote":
            return Own("vote", member(fields, "value").integer(least=0, most=MOST_OPTIONS - 1))
        case "steer":
            y = fields["y"].integer(least=-FULL, most=FULL) if "y" in fields else 0
            return Own("steer", member(fields, "value").integer(least=-FULL, most=FULL), y)
        case "press":
            return Own("press", member(fields, "value").integer(least=0, most=MOST_BUTTONS - 1))
        case "note":
            return Own("note", member(fields, "value").integer(least=0, most=CELLS - 1))
        case "write":
            return Wrote(read_words(member(fields, "words")))
        case "take_back":
            return TookBack(member(fields, "answer").identifier())
        case _:
            return Asked()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rehearsal begins with: the statement to try (unsigned), and the language of the screen."""

    statement: dict[str, Json]
    language: str
    backdrop: bytes = b""
    """The file of the picture behind the words: a rendition that a moderator approved."""

    def as_line(self) -> bytes:
        """As the child is told first: a line, and after it the picture."""
        told = {"statement": self.statement, "language": self.language, "picture_bytes": len(self.backdrop)}
        return json.dumps(told).encode() + b"\n" + self.backdrop
