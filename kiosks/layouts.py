"""What stands on a visitor's phone for each activity: one kind of control, as data and never as markup.

The phone's page draws it, for a screen reader and one button as for a thumb; no activity brings markup of its own.
"""

from dataclasses import dataclass
from typing import Literal

from kiosks.activities.bells import MOST_OF_ONE, PITCHES
from kiosks.activities.statement import Kind
from kiosks.messages import BEATS, LONGEST_ANSWER, MOST_OPTIONS, Press, Steer, Tapped, Vote

Control = Literal["choices", "lean", "pad", "words", "places", "ask", "report"]
TAPS: dict[Control, tuple[type[Tapped], ...]] = {"choices": (Vote,), "lean": (Steer,), "pad": (Steer, Press)}
"""What of a control goes on to the screen at once, from a phone as from a touch screen or a gamepad."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A control: options to choose from, leaning, steering with buttons, words, places, asking for what comes next, or
    something to tell the council.

    `most` is how many options, characters or places one visitor has; `begins` whether a button begins it on the screen;
    `is_named` whether the screen shows what each visitor is called; `wants_service` whether it cannot be done while the
    service is away: a person reads there, or it keeps what is set.
    """

    control: Control
    most: int = 1
    rows: int = 1
    columns: int = 1
    begins: bool = True
    is_named: bool = False
    wants_service: bool = False


LAYOUTS: dict[Kind, Layout] = {
    "poll": Layout("choices", most=MOST_OPTIONS, begins=False),
    "crowd": Layout("lean"),
    "kites": Layout("pad", is_named=True),
    "wall": Layout("words", most=LONGEST_ANSWER, wants_service=True),
    "bells": Layout("places", most=MOST_OF_ONE, rows=PITCHES, columns=BEATS, wants_service=True),
    "next": Layout("ask", wants_service=True),
    "report": Layout("report", wants_service=True),
}


def is_heard(kind: Kind, said: Tapped) -> bool:
    """Whether an activity of this kind has a control that says such a thing."""
    return isinstance(said, TAPS.get(LAYOUTS[kind].control, ()))
