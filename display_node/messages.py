"""Everything the agent and the player say to each other: small JSON objects, one a line, over a local socket.

The player listens on `run/player.sock` in the screen's folder; the newest agent to connect is the one it hears. Lines
stay small because the player parses them between frames.
"""

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from content.measures import DISTANCES_MM, HEIGHTS_MM, USUAL_DISTANCE_MM, USUAL_HEIGHT_MM
from content.reading import BadDocument, Reader
from content.transition import KINDS, LONGEST_MS, Transition, TransitionKind
from display_node.manner_messages import Manner, Ticker, read_about_manner
from display_node.session_messages import AboutSession, read_about_session
from display_node.touch_messages import ForHands, FromHands, read_for_hands, read_from_hands

LONGEST_LINE_BYTES = 64 << 10
MOST_CUES_A_MESSAGE = 32
MOST_MEMBERS = 40
MOST_WORDS = 5
"""A heading and four lines."""
LONGEST_WORDS = 120
"""Characters of each."""
LONGEST_QR_PAYLOAD = 300
MOST_LANGUAGES = 3

Layer = Literal["programme", "filler", "dark", "alert", "takeover", "session", "choice"]
CueKind = Literal["video", "still", "card", "dark", "words", "session"]
Corner = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
Outcome = Literal["complete", "partial", "missed", "substituted"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What is on from `start_ms` until `end_ms` (UTC ms, half-open). Cues follow one another without a gap.

    `path` is a verified file in the cache ("" for a card or dark); `offset_ms` is the media position at `start_ms`, so
    a cue can begin in the middle of an item. `words` are a heading and its lines, for a cue of that kind. `captions` is
    a verified file of captions to draw over a video ("" for none), and `captions_sha256` names its bytes. `transition`
    is how it comes on, over the last picture of what was before it, from `start_ms` on for `transition_ms`. A still
    that `moves` is slowly moved over.
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
    transition: TransitionKind = "cut"
    transition_ms: int = 0
    moves: bool = False


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
class Invitation:
    """Stands in a corner of the programme from now on: what the QR code says, and an address and a code to type.

    An empty `payload` takes it away. `screen_height_mm` is the height of the picture itself and `distance_mm` how far
    away people stand: the sizes follow from them. A payload in capitals gives a coarser code, read from further.
    """

    payload: str
    address: str = ""
    code: str = ""
    corner: Corner = "top_right"
    languages: tuple[str, ...] = ("en",)
    screen_height_mm: int = USUAL_HEIGHT_MM
    distance_mm: int = USUAL_DISTANCE_MM
    wifi: str = ""
    """The Wi-Fi that a phone has to be in first; "" for any network."""
    type: Literal["invitation"] = "invitation"


@dataclass(frozen=True, slots=True)
class Overlay:
    """Show how well the player keeps time, over everything (`on`), or no longer."""

    on: bool
    type: Literal["overlay"] = "overlay"


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
    sync_us: int = 0
    """How far the films' pictures of the last seconds were behind the clock: the median, in millionths of a second."""
    sync_worst_us: int = 0
    """The same, 99 of 100."""
    sound_us: int = 0
    """How far the sound is behind the clock; 0 without a device."""
    has_sound_device: bool = False
    decoder: str = ""
    """What decodes the film that is on: `software`, or the hardware's way by its name."""
    taps: int = 0
    """Of people taking part, the newest: so many are remembered."""
    tap_ms: int = 0
    tap_worst_ms: int = 0
    """From the service's hearing of a tap until it was on the screen: the median, and 95 of 100."""
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


ToPlayer = (
    Cues | Standby | Volume | Brightness | Panic | TakePictures | Invitation | Manner | Ticker | Overlay | Stop
    | AboutSession | ForHands
)  # fmt: skip
ToAgent = Played | Heartbeat | Fault | PictureTaken | FromHands


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
                fields["heading"].text(most=200), lines, fields["code"].text(most=20), fields["url"].text(most=500),
                fields["language"].text(most=35), fields["screen_name"].text(most=200),
            )  # fmt: skip
        case "volume":
            return Volume(fields["percent"].integer(least=0, most=100))
        case "brightness":
            return Brightness(fields["percent"].integer(least=1, most=100))
        case "panic":
            return Panic(fields["on"].flag())
        case "take_pictures":
            every_ms, for_ms = fields["every_ms"], fields["for_ms"].integer(least=0, most=600_000)
            return TakePictures(fields["path"].text(most=4096), every_ms.integer(least=100, most=60_000), for_ms)
        case "invitation":
            return Invitation(
                fields["payload"].text(most=LONGEST_QR_PAYLOAD),
                fields["address"].text(most=100),
                fields["code"].text(most=8),
                _CORNERS[fields["corner"].one_of(*_CORNERS)],
                tuple(row.text(most=35) for row in fields["languages"].items(most=MOST_LANGUAGES)),
                fields["screen_height_mm"].integer(least=HEIGHTS_MM[0], most=HEIGHTS_MM[1]),
                fields["distance_mm"].integer(least=DISTANCES_MM[0], most=DISTANCES_MM[1]),
                fields["wifi"].text(most=32),
            )
        case "overlay":
            return Overlay(fields["on"].flag())
        case "stop":
            return Stop()
        case other:
            return _read_others(fields, other)


def _read_others(fields: dict[str, Reader], kind: str) -> ToPlayer:
    match kind:
        case "manner" | "ticker":
            return read_about_manner(fields)
        case "reach" | "offer" | "seats" | "kept" | "rung":
            return read_for_hands(fields)
        case "session_on" | "session_now" | "session_words" | "session_off":
            return read_about_session(fields)
    raise BadDocument("$.type", f"the player does not know '{kind}'")


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
                outcome=_OUTCOMES[fields["outcome"].one_of(*_OUTCOMES)],
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
                sync_us=fields["sync_us"].integer(),
                sync_worst_us=fields["sync_worst_us"].integer(),
                sound_us=fields["sound_us"].integer(),
                has_sound_device=fields["has_sound_device"].flag(),
                decoder=fields["decoder"].text(most=40),
                taps=fields["taps"].integer(least=0),
                tap_ms=fields["tap_ms"].integer(least=0),
                tap_worst_ms=fields["tap_worst_ms"].integer(least=0),
            )
        case "fault":
            return Fault(fields["sha256"].text(most=64), fields["sentence"].text(most=500))
        case "picture_taken":
            return PictureTaken(fields["path"].text(most=4096), fields["wall_ms"].integer())
        case "touched" | "wished" | "did" | "left":
            return read_from_hands(fields)
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


_CORNERS: dict[str, Corner] = {name: name for name in get_args(Corner)}
_OUTCOMES: dict[str, Outcome] = {name: name for name in get_args(Outcome)}
_LAYERS: dict[str, Layer] = {name: name for name in get_args(Layer)}
_KINDS: dict[str, CueKind] = {name: name for name in get_args(CueKind)}


def _transition(fields: dict[str, Reader]) -> Transition:
    kind = KINDS[fields["transition"].one_of(*KINDS)]
    try:
        return Transition(kind, fields["transition_ms"].integer(least=0, most=LONGEST_MS))
    except ValueError as error:
        raise BadDocument(fields["transition"].path, str(error)) from error


def _cue(reader: Reader) -> Cue:
    fields = _Members(reader)
    transition = _transition(fields)
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
        transition=transition.kind,
        transition_ms=transition.ms,
        moves=fields["moves"].flag(),
    )
