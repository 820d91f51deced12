"""Who and what is in the demo town. Everything here is invented, and plainly so."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commonscreen.demo.drawing import pieces, posters
from commonscreen.demo.drawing.canvas import Picture
from commonscreen.demo.drawing.film import Piece, write_film
from commonscreen.demo.drawing.sounds import DORIAN, PENTATONIC, tune
from curator.authorisation import Role

ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """A group of the town and its weight on the square."""

    slug: str
    name: str
    about: str
    weight: int
    is_house: bool = False


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as. `group` is a slug for the roles held in one."""

    key: str
    name: str
    role: Role
    group: str | None = None

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@demo.example"


@dataclass(frozen=True, slots=True)
class DemoItem:
    """Something a group made: `draw` writes the file. `captions` is an English SRT file, "" for none."""

    group: str
    title: str
    file_name: str
    alt_text: str
    draw: Callable[[Path], None]
    captions: str = ""


@dataclass(frozen=True, slots=True)
class DemoScreen:
    """A display in the town."""

    slug: str
    name: str
    place: str
    width: int
    height: int


GROUPS = (
    DemoGroup("the-house", "The house", "What this screen is and how to take part.", 0, is_house=True),
    DemoGroup("boatyard-youth-club", "Boatyard youth club", "Films, boats and noise, Tuesdays and Fridays.", 3),
    DemoGroup("lantern-festival", "Lantern festival", "One night in autumn, and everything before it.", 2),
    DemoGroup("allotment-society", "Allotment society", "Forty plots behind the station.", 2),
    DemoGroup("rain-band", "Rain band", "Plays outdoors whatever the weather.", 1),
    DemoGroup("friends-of-the-library", "Friends of the library", "Reading in eight languages.", 2),
)

PEOPLE = (
    DemoPerson("admin", "Administrator", Role.ADMINISTRATOR),
    DemoPerson("programmer", "Programmer", Role.PROGRAMMER),
    DemoPerson("moderator", "Moderator", Role.MODERATOR),
    DemoPerson("technician", "Technician", Role.TECHNICIAN),
    DemoPerson("house", "House editor", Role.EDITOR, "the-house"),
    DemoPerson("youth", "Youth worker", Role.EDITOR, "boatyard-youth-club"),
    DemoPerson("young", "Young film maker", Role.CONTRIBUTOR, "boatyard-youth-club"),
    DemoPerson("festival", "Festival editor", Role.EDITOR, "lantern-festival"),
    DemoPerson("allotment", "Allotment editor", Role.EDITOR, "allotment-society"),
    DemoPerson("band", "Band editor", Role.EDITOR, "rain-band"),
    DemoPerson("library", "Library editor", Role.EDITOR, "friends-of-the-library"),
)

SCREENS = (
    DemoScreen("market-square", "Market Square", "Above the old fire station", 1920, 1080),
    DemoScreen("library-window", "Library window", "Facing the bus stop", 1920, 1080),
)


def _film(
    piece: Piece, seconds: float, base_hz: float, scale: tuple[int, ...], every_s: float
) -> Callable[[Path], None]:
    def draw(path: Path) -> None:
        write_film(
            path, piece, seconds, tune(seconds, base_hz=base_hz, scale=scale, every_s=every_s, seed=len(piece.__name__))
        )

    return draw


def _poster(picture: Callable[[], Picture]) -> Callable[[Path], None]:
    return lambda path: posters.write_poster(path, picture())


# In the order in which they are drawn: what is quick comes first, so that the screen has something soon.
ITEMS = (
    DemoItem(
        "the-house", "How to take part", "how-to-take-part.png", "Your film could be here. Ask any group.",
        _poster(posters.how_to_take_part),
    ),
    DemoItem(
        "friends-of-the-library", "Repair morning", "repair-morning.png", "A dark cog on yellow: Saturdays at ten.",
        _poster(posters.repair_morning),
    ),
    DemoItem(
        "boatyard-youth-club", "Paper boats", "paper-boats.mp4", "Folded boats on layered water before a low sun.",
        _film(pieces.paper_boats, 12.0, 261.6, PENTATONIC, 0.55),
    ),
    DemoItem(
        "lantern-festival", "Lanterns over the roofs", "lanterns.mp4", "Paper lanterns rise over dark roofs.",
        _film(pieces.lanterns, 14.0, 220.0, DORIAN, 0.8),
    ),
    DemoItem(
        "allotment-society", "What grew this week", "garden.mp4", "Stems rise in a bed and flowers open.",
        _film(pieces.garden, 9.0, 293.7, PENTATONIC, 0.45),
    ),
    DemoItem(
        "boatyard-youth-club", "Swim the river together", "river-swim.png", "A swimmer with a red cap between waves.",
        _poster(posters.river_swim),
    ),
    DemoItem(
        "rain-band", "Brass and rain", "brass-and-rain.mp4", "Rings spread where drops fall, one for each note.",
        _film(pieces.brass_and_rain, 11.5, 196.0, DORIAN, pieces.RAIN_NOTES_S),
        "1\n00:00:01,000 --> 00:00:04,500\n(Rain begins. A trombone answers.)\n\n"
        "2\n00:00:05,500 --> 00:00:10,500\nWe play whatever the weather.\n<i>Mostly it is this.</i>\n",
    ),
    DemoItem(
        "friends-of-the-library", "Letters come home", "letters-home.mp4", "The word for reading in eight languages.",
        _film(pieces.letters_home, 10.0, 329.6, PENTATONIC, 0.6),
    ),
    DemoItem(
        "allotment-society", "Open kitchen", "open-kitchen.png", "Four plates on a table: Thursdays, six o'clock.",
        _poster(posters.open_kitchen),
    ),
    DemoItem(
        "boatyard-youth-club", "The quilt", "quilt.mp4", "A quilt whose patches turn in a slow wave.",
        _film(pieces.quilt, 8.0, 246.9, PENTATONIC, 0.4),
    ),
    DemoItem(
        "the-house", "This screen is yours", "this-is-yours.mp4", "Circles drift. Make something.",
        _film(pieces.this_is_yours, 5.0, 174.6, DORIAN, 0.9),
    ),
)  # fmt: skip

WAITING = DemoItem(
    "boatyard-youth-club", "Quilt, second try", "quilt-again.mp4", "A quilt whose patches turn, slower.",
    _film(pieces.quilt, 6.0, 220.0, PENTATONIC, 0.5),
)  # fmt: skip
"""Left in the moderation queue, so that there is something to decide."""
