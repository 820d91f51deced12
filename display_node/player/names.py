"""What those are called who play at the screen itself, and in which colour they are drawn."""

from display_node.player.text import Colour
from display_node.touch_messages import Seat
from display_node.words import language
from kiosks.phone.visitor_words import ANIMALS, COLOURS
from kiosks.phone.words import told

PAINTS: dict[str, Colour] = {
    "coral": (0xE4, 0x57, 0x2E), "amber": (0xF2, 0xB6, 0x32), "lime": (0xA6, 0xD3, 0x89), "green": (0x5E, 0x9B, 0x3F),
    "teal": (0x2F, 0xA3, 0x9B), "sky": (0x8F, 0xC3, 0xF2), "blue": (0x4A, 0x8F, 0xD0), "violet": (0x9C, 0x80, 0xDC),
    "plum": (0xB0, 0x5F, 0x9B), "rose": (0xE7, 0x9A, 0xB0), "sand": (0xD9, 0xC4, 0x9A), "silver": (0xC9, 0xCE, 0xD8),
}  # fmt: skip
"""Lighter than on phones where that is needed to be seen on dark ground."""
NOBODY: Colour = (0xB3, 0xBA, 0xC9)


def name_of(seat: Seat) -> str:
    """Such as "Teal heron", as on phones."""
    colour, animal = COLOURS.get(seat.colour), ANIMALS.get(seat.animal)
    if colour is None or animal is None:
        return ""
    speaks = language()
    return told("%(colour)s %(animal)s", speaks) % {"colour": told(colour, speaks), "animal": told(animal, speaks)}


def colour_of(seat: Seat | None) -> Colour:
    """How whoever sits there is drawn."""
    return NOBODY if seat is None else PAINTS.get(seat.colour, NOBODY)
