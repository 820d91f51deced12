"""All that phones, service and screens say to each other about taking part. Whatever comes from outside is read here.

Sizes are limited. Members and kinds that a later version added are let pass; what is known must be well formed.
"""

import json
from dataclasses import dataclass
from typing import Literal, get_args

from content.canonical import Json
from content.reading import Reader
from kiosks.said import (
    ACT,
    BACK,
    FULL,
    LARGEST_PHONE_BYTES,
    LONGEST_ANSWER,
    MOST_BUTTONS,
    MOST_OPTIONS,
    MOST_SEQ,
    START,
    Begin,
    Here,
    Press,
    Report,
    Said,
    Steer,
    Unknown,
    Vote,
    Write,
    member,
    read_phone,
    read_words,
)
from kiosks.visits import ANIMALS, COLOURS

__all__ = [
    "ACT",
    "BACK",
    "FULL",
    "LARGEST_PHONE_BYTES",
    "LONGEST_ANSWER",
    "MOST_BUTTONS",
    "MOST_OPTIONS",
    "MOST_SEQ",
    "START",
    "Begin",
    "Here",
    "Press",
    "Report",
    "Said",
    "Steer",
    "Unknown",
    "Vote",
    "Write",
    "read_phone",
    "read_words",
]

VERSION = 1
LARGEST_SCREEN_BYTES = 32 << 10
LONGEST_SHOWN = 300
"""Characters of signed words that a screen shows: an answer, or a row about a report."""
MOST_SHOWN = 12
"""Answers at a screen at once: the newest."""
BEATS, CELLS = 8, 40
"""Of the round that the bells play: beats, and places for a note in all."""
MOST_BASE = 40
"""Numbers told of what was before a session."""
MOST_ROWS = 256
"""Taps in one bundle."""
MOST_STATE_BYTES = 4 << 10
LONGEST_SESSION_MS = 15 * 60_000

State = Literal["on", "over", "refused"]
Why = Literal["", "protected", "hour", "above", "dark", "away", "unknown", "busy", "done"]


# --- what goes to the screen -----------------------------------------------------------------------------------------

TapKind = Literal["vote", "steer", "press"]
Tapped = Vote | Steer | Press
"""What goes on to the screen."""


@dataclass(frozen=True, slots=True)
class Tap:
    """The newest of one kind that one visitor said. `y` is a second value: steering has two."""

    visitor: int
    seq: int
    kind: TapKind
    value: int
    y: int = 0

    @staticmethod
    def of(visitor: int, said: Tapped) -> "Tap":
        """As it goes to the screen."""
        match said:
            case Vote():
                return Tap(visitor, said.seq, "vote", said.option)
            case Press():
                return Tap(visitor, said.seq, "press", said.button)
            case Steer():
                return Tap(visitor, said.seq, "steer", said.x, said.y)

    def as_row(self) -> list[Json]:
        """As it travels: the second value only where there is one."""
        row: list[Json] = [self.visitor, self.seq, self.kind, self.value]
        return [*row, self.y] if self.y else row


@dataclass(frozen=True, slots=True)
class Name:
    """What a visitor is called, on the phone as on the screen: one of COLOURS and one of ANIMALS."""

    visitor: int
    colour: str
    animal: str


@dataclass(frozen=True, slots=True)
class Invite:
    """What the corner of the programme says: a QR code's payload, an address and a code; none when they are empty.

    It is said again and again; a screen that has not heard it for a while takes it away.
    """

    payload: str
    address: str
    code: str

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "invite", "payload": self.payload, "address": self.address, "code": self.code}


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody wants a signed activity on the screen. `base` is what was before: votes, notes, or who waited."""

    session: str
    activity: dict[str, Json]
    seed: int
    base: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {
            "type": "start", "session": self.session, "activity": self.activity, "seed": self.seed,
            "base": list(self.base),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taps:
    """What visitors said since the last bundle, and how many are `here`.

    `at_ms` is when the service heard the oldest of the rows (its UTC ms), 0 when that is not known. `names` are those
    of visitors of whom the screen hears for the first time in this session.
    """

    session: str
    here: int
    rows: tuple[Tap, ...]
    at_ms: int = 0
    names: tuple[Name, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        rows: list[Json] = [tap.as_row() for tap in self.rows]
        said: dict[str, Json] = {
            "type": "taps", "session": self.session, "here": self.here, "rows": rows, "at_ms": self.at_ms,
        }  # fmt: skip
        if self.names:
            said["names"] = [[name.visitor, name.colour, name.animal] for name in self.names]
        return said


@dataclass(frozen=True, slots=True)
class Finish:
    """Nobody is there any more, or somebody ended it."""

    session: str

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "finish", "session": self.session}


@dataclass(frozen=True, slots=True)
class Show:
    """What strangers wrote and a person has read, signed, the newest first; it replaces what was told before."""

    session: str
    rows: tuple[dict[str, Json], ...]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "show", "session": self.session, "rows": list(self.rows)}


@dataclass(frozen=True, slots=True)
class Pattern:
    """The notes that strangers set on the bells: all of them, the newest last; it replaces what was told before."""

    session: str
    notes: tuple[int, ...]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "pattern", "session": self.session, "notes": list(self.notes)}


ToScreen = Invite | Start | Taps | Show | Pattern | Finish


def read_for_screen(reader: Reader) -> ToScreen | None:
    """What the service said about taking part; None for what is about something else. Raises BadDocument."""
    fields = reader.fields("type", others=True)
    match fields["type"].text(most=50):
        case "taps":
            return Taps(
                member(fields, "session").identifier(),
                member(fields, "here").integer(least=0, most=100_000),
                tuple(_tap(row) for row in member(fields, "rows").items(most=MOST_ROWS)),
                fields["at_ms"].integer(least=0) if "at_ms" in fields else 0,
                tuple(map(_name, fields["names"].items(most=MOST_ROWS))) if "names" in fields else (),
            )
        case "invite":
            return Invite(
                member(fields, "payload").text(most=300),
                member(fields, "address").text(most=100),
                member(fields, "code").text(most=8),
            )
        case "start":
            activity = member(fields, "activity")
            activity.members(most=20)
            return Start(
                member(fields, "session").identifier(),
                _as_json(activity.value),
                member(fields, "seed").integer(least=0, most=MOST_SEQ),
                tuple(one.integer(least=0) for one in member(fields, "base").items(most=MOST_BASE)),
            )
        case "show":
            rows = member(fields, "rows").items(most=MOST_SHOWN)
            for row in rows:
                row.members(most=20)
            return Show(member(fields, "session").identifier(), tuple(_as_json(row.value) for row in rows))
        case "pattern":
            notes = member(fields, "notes").items(most=CELLS)
            return Pattern(
                member(fields, "session").identifier(),
                tuple(note.integer(least=0, most=CELLS - 1) for note in notes),
            )
        case "finish":
            return Finish(member(fields, "session").identifier())
        case _:
            return None


# --- what the screen says --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """How a session stands: on until `until_ms`, over, or refused (until `from_ms`, when that is known)."""

    session: str
    state: State
    why: Why
    from_ms: int
    until_ms: int
    activity: str = ""
    """Which one is on: a session may have been begun by visitors at the screen itself."""

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {
            "type": "session", "session": self.session, "state": self.state, "why": self.why,
            "from_ms": self.from_ms, "until_ms": self.until_ms, "activity": self.activity,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The activity as it is at the screen: small, for phones."""

    session: str
    state: dict[str, Json]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "snapshot", "session": self.session, "state": self.state}


FromScreen = Session | Snapshot


def read_from_screen(reader: Reader) -> FromScreen | None:
    """What a node said about taking part; None for what is about something else. Raises BadDocument."""
    fields = reader.fields("type", others=True)
    match fields["type"].text(most=50):
        case "session":
            return Session(
                member(fields, "session").identifier(),
                _STATES[member(fields, "state").one_of(*_STATES)],
                _WHYS[member(fields, "why").one_of(*_WHYS)],
                member(fields, "from_ms").integer(least=0),
                member(fields, "until_ms").integer(least=0),
                fields["activity"].text(most=100) if "activity" in fields else "",
            )
        case "snapshot":
            state = member(fields, "state")
            state.members(most=40)
            if len(json.dumps(state.value)) > MOST_STATE_BYTES:
                state.refuse(f"a snapshot has at most {MOST_STATE_BYTES} bytes")
            return Snapshot(member(fields, "session").identifier(), _as_json(state.value))
        case _:
            return None


_STATES: dict[str, State] = {name: name for name in get_args(State)}
_WHYS: dict[str, Why] = {name: name for name in get_args(Why)}
_KINDS: dict[str, TapKind] = {name: name for name in get_args(TapKind)}


def _tap(reader: Reader) -> Tap:
    match reader.value:
        # Thousands come a second; whatever is not as it should be is read with care, and told where.
        case [int(visitor), int(seq), "vote" | "steer" | "press" as kind, int(value), *more] if (
            type(visitor) is type(seq) is type(value) is int
            and 0 <= visitor <= MOST_SEQ
            and 0 <= seq <= MOST_SEQ
            and -FULL <= value <= FULL
            and not more
        ):
            return Tap(visitor, seq, kind, value)
    row = reader.items(most=8)
    if len(row) < 4:
        reader.refuse("a tap has a visitor, a number, a kind and a value")
    return Tap(
        row[0].integer(least=0, most=MOST_SEQ),
        row[1].integer(least=0, most=MOST_SEQ),
        _KINDS[row[2].one_of(*_KINDS)],
        row[3].integer(least=-FULL, most=FULL),
        row[4].integer(least=-FULL, most=FULL) if len(row) > 4 else 0,
    )


def _name(reader: Reader) -> Name:
    row = reader.items(most=8)
    if len(row) < 3:
        reader.refuse("a name has a visitor, a colour and an animal")
    return Name(row[0].integer(least=0, most=MOST_SEQ), row[1].one_of(*COLOURS), row[2].one_of(*ANIMALS))


def _as_json(value: object) -> dict[str, Json]:
    """A value that came out of a JSON reader as an object."""
    assert isinstance(value, dict)  # noqa: S101 - `members` has just looked
    return value
