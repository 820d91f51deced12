"""What agent and player say about hands at the screen itself: touch, gamepads, arcade buttons. Part of `messages`.

The player says what was pressed and decides nothing; the agent says what there is, and who has which station.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from content.measures import HEIGHTS_MM, LOWER_EDGES_MM
from content.reading import BadDocument, Reader
from kiosks.activities.bells import MOST_OF_ONE
from kiosks.messages import CELLS, FULL, MOST_BUTTONS, MOST_OPTIONS

MOST_SETS = 6
"""Sets of controls on one screen."""
MOST_PADS = 8
"""Gamepads at one screen."""
STATIONS = MOST_SETS + MOST_PADS
"""Places at which somebody may play: first the sets of controls, from the left, then the pads as they came."""
MOST_OFFERED = 4
"""Activities in an offer."""
LONGEST_TITLE = 120

Deed = Literal["choose", "steer", "press", "note"]
Later = Literal["", "protected", "soon", "nothing", "choice", "service"]
"""Why not now; of `choice`: nothing can be chosen just now, of `service`: there is no connection to it."""
Lacks = Literal["", "phone", "service"]
"""What it takes that is not here: one does it with a phone, or the service is away."""


# --- agent to player -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """What is at this screen, and how it hangs: 0 is unknown. Without touch and pads nothing ever opens."""

    has_touch: bool = False
    has_pads: bool = False
    picture_height_mm: int = 0
    lower_edge_mm: int = 0
    type: Literal["reach"] = "reach"


@dataclass(frozen=True, slots=True)
class Offered:
    """Something to begin, or, where it `lacks` something, to be told of. `title` is what it asks, "" for a game."""

    activity: str
    kind: str
    title: str = ""
    lacks: Lacks = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """The answer to a touch on the programme: what there is; or why not now, and from which local time on it may be.

    With neither rows nor a reason it closes the offer that stands.
    """

    rows: tuple[Offered, ...] = ()
    later: Later = ""
    from_time: str = ""
    type: Literal["offer"] = "offer"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody plays at this station, under the name of a colour and an animal."""

    station: int
    colour: str
    animal: str


@dataclass(frozen=True, slots=True)
class Seats:
    """Everybody who plays at the screen itself, from now on."""

    rows: tuple[Seat, ...] = ()
    type: Literal["seats"] = "seats"


@dataclass(frozen=True, slots=True)
class Kept:
    """The vote of this station is on the disk; or, not `is_kept`, it is not, and what was kept before still counts.

    `is_late`: it came when that was over.
    """

    station: int
    activity: str
    option: int
    is_kept: bool = True
    is_late: bool = False
    type: Literal["kept"] = "kept"


@dataclass(frozen=True, slots=True)
class Rung:
    """The notes of this station that are on the disk; not `is_kept`, what it set last is not among them."""

    station: int
    activity: str
    notes: tuple[int, ...]
    is_kept: bool = True
    type: Literal["rung"] = "rung"


ForHands = Reach | Offer | Seats | Kept | Rung


def read_for_hands(fields: dict[str, Reader]) -> ForHands:
    """One of these five, by its `type`; raises BadDocument."""
    match fields["type"].one_of("reach", "offer", "seats", "kept", "rung"):
        case "reach":
            return Reach(
                fields["has_touch"].flag(),
                fields["has_pads"].flag(),
                _length(fields["picture_height_mm"], HEIGHTS_MM),
                _length(fields["lower_edge_mm"], LOWER_EDGES_MM),
            )
        case "offer":
            rows = [row.fields("activity", "kind", "title", "lacks") for row in fields["rows"].items(most=MOST_OFFERED)]
            return Offer(
                tuple(
                    Offered(
                        row["activity"].identifier(),
                        row["kind"].text(most=20),
                        row["title"].text(most=LONGEST_TITLE),
                        _LACKS[row["lacks"].one_of(*_LACKS)],
                    )
                    for row in rows
                ),
                _LATERS[fields["later"].one_of(*_LATERS)],
                fields["from_time"].text(most=5),
            )
        case "kept":
            option = fields["option"].integer(least=0, most=MOST_OPTIONS - 1)
            return Kept(
                _station(fields["station"]), fields["activity"].identifier(), option, fields["is_kept"].flag(),
                fields["is_late"].flag(),
            )  # fmt: skip
        case "rung":
            notes = tuple(note.integer(least=0, most=CELLS - 1) for note in fields["notes"].items(most=MOST_OF_ONE))
            return Rung(_station(fields["station"]), fields["activity"].identifier(), notes, fields["is_kept"].flag())
        case _:
            seats = [row.fields("station", "colour", "animal") for row in fields["rows"].items(most=STATIONS)]
            return Seats(
                tuple(
                    Seat(_station(row["station"]), row["colour"].text(most=20), row["animal"].text(most=20))
                    for row in seats
                )
            )


# --- player to agent -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody touched the programme, or pressed a button: what is there to do?"""

    station: int
    type: Literal["touched"] = "touched"


@dataclass(frozen=True, slots=True)
class Wished:
    """Somebody chose this activity from the offer."""

    station: int
    activity: str
    type: Literal["wished"] = "wished"


@dataclass(frozen=True, slots=True)
class Did:
    """Somebody did this in the activity that is on.

    `value` is an option (from 0), how far they steer across (-FULL to FULL, and down `y`), a button of a pad, or the
    place of a note that they set or took away.
    """

    station: int
    deed: Deed
    value: int
    y: int = 0
    type: Literal["did"] = "did"


@dataclass(frozen=True, slots=True)
class Left:
    """Nobody plays at this station any more: its pad is gone, or the next person comes."""

    station: int
    type: Literal["left"] = "left"


FromHands = Touched | Wished | Did | Left


def read_from_hands(fields: dict[str, Reader]) -> FromHands:
    """One of these four, by its `type`; raises BadDocument."""
    match fields["type"].one_of("touched", "wished", "did", "left"):
        case "touched":
            return Touched(_station(fields["station"]))
        case "wished":
            return Wished(_station(fields["station"]), fields["activity"].identifier())
        case "did":
            deed = _DEEDS[fields["deed"].one_of(*_DEEDS)]
            least, most = _VALUES[deed]
            value, y = fields["value"].integer(least=least, most=most), fields["y"].integer(least=-FULL, most=FULL)
            return Did(_station(fields["station"]), deed, value, y)
        case _:
            return Left(_station(fields["station"]))


_VALUES: dict[Deed, tuple[int, int]] = {
    "choose": (0, MOST_OPTIONS - 1), "steer": (-FULL, FULL), "press": (0, MOST_BUTTONS - 1), "note": (0, CELLS - 1),
}  # fmt: skip
_DEEDS: dict[str, Deed] = {name: name for name in get_args(Deed)}
_LACKS: dict[str, Lacks] = {name: name for name in get_args(Lacks)}
_LATERS: dict[str, Later] = {name: name for name in get_args(Later)}


def _station(reader: Reader) -> int:
    return reader.integer(least=0, most=STATIONS - 1)


def _length(reader: Reader, limits: tuple[int, int]) -> int:
    found = reader.integer(least=0, most=limits[1])
    if found and found < limits[0]:
        raise BadDocument(reader.path, f"0, or from {limits[0]} to {limits[1]}, is wanted")
    return found
