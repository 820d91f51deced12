"""Everything the agent and the player say to each other: small JSON objects, one a line, over a local socket.

The player listens on `run/player.sock` in the screen's folder; the newest agent to connect is the one it hears. Lines
stay small because the player parses them between frames.
"""

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from content.reading import BadDocument, Reader

LONGEST_LINE_BYTES = 64 << 10
MOST_CUES_A_MESSAGE = 32
MOST_MEMBERS = 40
MOST_WORDS = 5
"""A heading and four lines."""
LONGEST_WORDS = 120
"""Characters of each."""

Layer = Literal["programme", "filler", "dark", "alert", "takeover", "session", "choice"]
CueKind = Literal["video", "still", "card", "dark", "words"]
Outcome = Literal["complete", "partial", "missed", "substituted"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What is on from `start_ms` until `end_ms` (UTC ms, half-open). Cues follow one another without a gap.

    `path` is a verified file in the cache ("" for a card or dark); `offset_ms` is the media position at `start_ms`, so
    a cue can begin in the middle of an item. `words` are a heading and its lines, for a cue of that kind. `captions` is
    a verified file of captions to draw over a video ("" for none), and `captions_sha256` names its bytes.
    """

    start_ms: int
    end_ms: int
    layer: Layer
    kind: CueKind
    item: str = ""
    sha256: str = ""
    path: str = ""
    offset_ms: int = 0
    duration_ms: int = 0
    width: int = 0
    height: int = 0
    fps_num: int = 0
    fps_den: int = 1
    has_sound: bool = False
    title: str = ""
    credits: str = ""
    group_name: str = ""
    manifest_version: int = 0
    words: tuple[str, ...] = ()
    captions: str = ""
    captions_sha256: str = ""


# --- agent to player -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cues:
    """Forget every cue that starts at or after `replace_from_ms`, then add these."""

    replace_from_ms: int
    cues: tuple[Cue, ...]
    type: Literal["cues"] = "cues"


@dataclass(frozen=True, slots=True)
class Standby:
    """What to draw while there are no cues: a heading, plain lines, and a code and address to pair with (or "")."""

    heading: str
    lines: tuple[str, ...] = ()
    code: str = ""
    url: str = ""
    language: str = "en"
    screen_name: str = ""
    type: Literal["standby"] = "standby"


@dataclass(frozen=True, slots=True)
class Volume:
    """How loud, 0 to 100 per cent."""

    percent: int
    type: Literal["volume"] = "volume"


@dataclass(frozen=True, slots=True)
class Brightness:
    """How bright the picture is, 1 to 100 per cent."""

    percent: int
    type: Literal["brightness"] = "brightness"


@dataclass(frozen=True, slots=True)
class Panic:
    """Black and silent at once (`on`), or back to the programme."""

    on: bool
    type: Literal["panic"] = "panic"


@dataclass(frozen=True, slots=True)
class TakePictures:
    """Write what is on the screen as a JPEG to `path`, whole, every `every_ms` for `for_ms`."""

    path: str
    every_ms: int
    for_ms: int
    type: Literal["take_pictures"] = "take_pictures"


@dataclass(frozen=True, slots=True)
class Stop:
    """Leave the stage."""

    type: Literal["stop"] = "stop"


# --- player to agent -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """What was really shown for one cue: a row of the as-run log before it has a number."""

    planned_start_ms: int
    start_ms: int
    duration_ms: int
    layer: str
    item: str
    sha256: str
    outcome: Outcome
    cause: str
    manifest_version: int
    type: Literal["played"] = "played"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Once a second, and only while frames are really presented. Counters run from the player's start."""

    wall_ms: int
    layer: str
    item: str
    kind: str
    frames_shown: int
    frames_late: int
    frames_dropped: int
    cues_left: int
    player_id: int = 0
    """The process: another one has begun to count anew."""
    type: Literal["heartbeat"] = "heartbeat"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that went wrong with a file, in one sentence; the screen shows the fallback meanwhile."""

    sha256: str
    sentence: str
    type: Literal["fault"] = "fault"


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """A picture asked for lies whole at `path`."""

    path: str
    wall_ms: int
    type: Literal["picture_taken"] = "picture_taken"


ToPlayer = Cues | Standby | Volume | Brightness | Panic | TakePictures | Stop
ToAgent = Played | Heartbeat | Fault | PictureTaken


def encode(message: ToPlayer | ToAgent) -> bytes:
    """The message as one line."""
    return json.dumps(asdict(message), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode_for_player(line: bytes) -> ToPlayer:
    """What the agent said; raises BadDocument."""
    fields = _fields(line)
    match fields["type"].text(most=20):
        case "cues":
            rows = fields["cues"].items(most=MOST_CUES_A_MESSAGE)
            return Cues(fields["replace_from_ms"].integer(), tuple(_cue(row) for row in rows))
        case "standby":
            lines = tuple(row.text(most=300) for row in fields["lines"].items(most=8))
            return Standby(
                fields["heading"].text(most=200),
                lines,
                fields["code"].text(most=20),
                fields["url"].text(most=500),
                fields["language"].text(most=35),
                fields["screen_name"].text(most=200),
            )
        case "volume":
            return Volume(fields["percent"].integer(least=0, most=100))
        case "brightness":
            return Brightness(fields["percent"].integer(least=1, most=100))
        case "panic":
            return Panic(fields["on"].flag())
        case "take_pictures":
            return TakePictures(
                fields["path"].text(most=4096),
                fields["every_ms"].integer(least=100, most=60_000),
                fields["for_ms"].integer(least=0, most=600_000),
            )
        case "stop":
            return Stop()
        case other:
            raise BadDocument("$.type", f"the player does not know '{other}'")


def decode_for_agent(line: bytes) -> ToAgent:
    """What the player said; raises BadDocument."""
    fields = _fields(line)
    match fields["type"].text(most=20):
        case "played":
            return Played(
                planned_start_ms=fields["planned_start_ms"].integer(),
                start_ms=fields["start_ms"].integer(),
                duration_ms=fields["duration_ms"].integer(least=0),
                layer=fields["layer"].text(most=20),
                item=fields["item"].text(most=100),
                sha256=fields["sha256"].text(most=64),
                outcome=_outcome(fields["outcome"]),
                cause=fields["cause"].text(most=40),
                manifest_version=fields["manifest_version"].integer(least=0),
            )
        case "heartbeat":
            return Heartbeat(
                wall_ms=fields["wall_ms"].integer(),
                layer=fields["layer"].text(most=20),
                item=fields["item"].text(most=100),
                kind=fields["kind"].text(most=20),
                frames_shown=fields["frames_shown"].integer(least=0),
                frames_late=fields["frames_late"].integer(least=0),
                frames_dropped=fields["frames_dropped"].integer(least=0),
                cues_left=fields["cues_left"].integer(least=0),
                player_id=fields["player_id"].integer(least=0),
            )
        case "fault":
            return Fault(fields["sha256"].text(most=64), fields["sentence"].text(most=500))
        case "picture_taken":
            return PictureTaken(fields["path"].text(most=4096), fields["wall_ms"].integer())
        case other:
            raise BadDocument("$.type", f"the agent does not know '{other}'")


class _Members(dict[str, Reader]):
    """The members of one object; a missing one is a BadDocument that names it."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.members(most=MOST_MEMBERS))
        self.path = reader.path

    def __missing__(self, name: str) -> Reader:
        raise BadDocument(self.path, f"'{name}' is missing")


def _fields(line: bytes) -> dict[str, Reader]:
    return _Members(Reader.of_bytes(line, limit_bytes=LONGEST_LINE_BYTES))


def _outcome(reader: Reader) -> Outcome:
    word = reader.one_of("complete", "partial", "missed", "substituted")
    outcomes: dict[str, Outcome] = {
        "complete": "complete", "partial": "partial", "missed": "missed", "substituted": "substituted",
    }  # fmt: skip
    return outcomes[word]


_LAYERS: dict[str, Layer] = {name: name for name in get_args(Layer)}
_KINDS: dict[str, CueKind] = {name: name for name in get_args(CueKind)}


def _cue(reader: Reader) -> Cue:
    fields = _Members(reader)
    return Cue(
        start_ms=fields["start_ms"].integer(),
        end_ms=fields["end_ms"].integer(),
        layer=_LAYERS[fields["layer"].one_of(*_LAYERS)],
        kind=_KINDS[fields["kind"].one_of(*_KINDS)],
        item=fields["item"].text(most=100),
        sha256=fields["sha256"].text(most=64),
        path=fields["path"].text(most=4096),
        offset_ms=fields["offset_ms"].integer(least=0),
        duration_ms=fields["duration_ms"].integer(least=0),
        width=fields["width"].integer(least=0),
        height=fields["height"].integer(least=0),
        fps_num=fields["fps_num"].integer(least=0),
        fps_den=fields["fps_den"].integer(least=1),
        has_sound=fields["has_sound"].flag(),
        title=fields["title"].text(most=200),
        credits=fields["credits"].text(most=500),
        group_name=fields["group_name"].text(most=200),
        manifest_version=fields["manifest_version"].integer(least=0),
        words=tuple(row.text(most=LONGEST_WORDS) for row in fields["words"].items(most=MOST_WORDS)),
        captions=fields["captions"].text(most=4096),
        captions_sha256=fields["captions_sha256"].text(most=64),
    )
