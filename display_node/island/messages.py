"""All that the agent and the island's process say to each other: JSON, one message a line. Pure."""

import json
from dataclasses import dataclass

from content.canonical import Json
from content.reading import BadDocument, Reader
from kiosks.activities.statement import Asked, Kind, read_asked
from kiosks.messages import (
    MOST_OPTIONS,
    MOST_SEQ,
    FromScreen,
    Taps,
    read_for_screen,
    read_from_screen,
)
from kiosks.presence import LENGTH, tidy
from kiosks.visits import ANIMALS, COLOURS

LONGEST_LINE_BYTES = 64 << 10
MOST_VOTES = 100
"""Votes in one message."""
MOST_OFFERS = 40
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Came:
    """A visitor has a place on the island: with a number, a name and a pass."""

    number: int
    colour: str
    animal: str
    token: str

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {
            "type": "came", "number": self.number, "colour": self.colour, "animal": self.animal, "token": self.token,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Left:
    """Their place is free again."""

    number: int

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "left", "number": self.number}


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants this activity on the screen."""

    activity: str

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "wish", "activity": self.activity}


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote, under an id by which it is answered."""

    id: int
    number: int
    seq: int
    activity: str
    option: int


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes to be kept."""

    rows: tuple[Cast, ...]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        rows: list[Json] = [[one.id, one.number, one.seq, one.activity, one.option] for one in self.rows]
        return {"type": "votes", "rows": rows}


@dataclass(frozen=True, slots=True)
class Code:
    """The code that lets people in now, "" for none: where they open the page the agent knows by itself."""

    text: str

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "code", "text": self.text}


ToAgent = Came | Left | Wish | Votes | Taps | Code


@dataclass(frozen=True, slots=True)
class Offer:
    """An activity as a phone's page shows it. `is_open`: it can be done while the service is away."""

    id: str
    kind: Kind
    asked: Asked | None
    counts: tuple[int, ...]
    is_open: bool

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {
            "id": self.id, "kind": self.kind, "asked": None if self.asked is None else self.asked.as_json(),
            "counts": list(self.counts), "is_open": self.is_open,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How the screen stands: its name and language, what is offered, and whether the service is away."""

    screen_name: str
    language: str
    is_alone: bool
    offers: tuple[Offer, ...]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {
            "type": "standing", "screen_name": self.screen_name, "language": self.language, "is_alone": self.is_alone,
            "offers": [offer.as_json() for offer in self.offers],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of votes: by id, and "" for those that are on the disk."""

    rows: tuple[tuple[int, str], ...]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "kept", "rows": [[number, outcome] for number, outcome in self.rows]}


@dataclass(frozen=True, slots=True)
class Refused:
    """A wish is not granted now."""

    activity: str
    why: str

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"type": "refused", "activity": self.activity, "why": self.why}


ToIsland = Standing | Kept | Refused | FromScreen


def encode(message: ToAgent | ToIsland) -> bytes:
    """One line."""
    return json.dumps(message.as_json(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_for_agent(line: bytes) -> ToAgent:
    """What the island's process said; raises BadDocument."""
    reader = Reader.of_bytes(line, limit_bytes=LONGEST_LINE_BYTES)
    fields = reader.fields("type", others=True)
    match fields["type"].text(most=20):
        case "came":
            fields = reader.fields("type", "number", "colour", "animal", "token")
            return Came(
                fields["number"].integer(least=0, most=MOST_SEQ),
                fields["colour"].one_of(*COLOURS),
                fields["animal"].one_of(*ANIMALS),
                fields["token"].text(least=1, most=LONGEST_TOKEN),
            )
        case "left":
            return Left(reader.fields("type", "number")["number"].integer(least=0, most=MOST_SEQ))
        case "wish":
            return Wish(reader.fields("type", "activity")["activity"].identifier())
        case "votes":
            places = reader.fields("type", "rows")["rows"].items(most=MOST_VOTES)
            return Votes(tuple(_cast(place) for place in places))
        case "code":
            text = reader.fields("type", "text")["text"]
            code = text.text(most=LENGTH)
            if code != tidy(code):
                text.refuse("a code has the letters and the length of codes")
            return Code(code)
        case _:
            said = read_for_screen(reader)
            if isinstance(said, Taps):
                return said
            raise BadDocument("$.type", "this is not said to the agent")


def read_for_island(line: bytes) -> ToIsland:
    """What the agent said; raises BadDocument."""
    reader = Reader.of_bytes(line, limit_bytes=1 << 20)
    match reader.fields("type", others=True)["type"].text(most=20):
        case "standing":
            fields = reader.fields("type", "screen_name", "language", "is_alone", "offers")
            return Standing(
                fields["screen_name"].text(most=200),
                fields["language"].text(most=35),
                fields["is_alone"].flag(),
                tuple(_offer(place) for place in fields["offers"].items(most=MOST_OFFERS)),
            )
        case "kept":
            rows = [place.items(most=2) for place in reader.fields("type", "rows")["rows"].items(most=MOST_VOTES)]
            return Kept(tuple((row[0].integer(least=0), row[1].text(most=20)) for row in rows))
        case "refused":
            fields = reader.fields("type", "activity", "why")
            return Refused(fields["activity"].identifier(), fields["why"].text(most=20))
        case _:
            news = read_from_screen(reader)
            if news is None:
                raise BadDocument("$.type", "this is not said to the island")
            return news


def _cast(reader: Reader) -> Cast:
    row = reader.items(most=5)
    if len(row) != 5:
        reader.refuse("a vote has an id, a number, a place in the order, an activity and an option")
    return Cast(
        row[0].integer(least=0, most=MOST_SEQ),
        row[1].integer(least=0, most=MOST_SEQ),
        row[2].integer(least=0, most=MOST_SEQ),
        row[3].identifier(),
        row[4].integer(least=0, most=MOST_OPTIONS - 1),
    )


def _offer(reader: Reader) -> Offer:
    fields = reader.fields("id", "kind", "asked", "counts", "is_open")
    kind: Kind = fields["kind"].text(most=20)  # type: ignore[assignment]  # the agent has read it as one
    asked = None if fields["asked"].value is None else read_asked(kind, fields["asked"])
    counts = tuple(one.integer(least=0) for one in fields["counts"].items(most=MOST_OPTIONS))
    return Offer(fields["id"].identifier(), kind, asked, counts, fields["is_open"].flag())
