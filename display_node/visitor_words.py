"""What visitors are called on the screen, as on their phones, and in which colours they are drawn."""

from display_node.words import language
from kiosks.phone import visitor_words
from kiosks.phone.words import told
from kiosks.visits import ANIMALS, COLOURS

Colour = tuple[int, int, int]
PAINT: dict[str, Colour] = {
    "coral": (0xE4, 0x57, 0x2E), "amber": (0xF2, 0xB6, 0x32), "lime": (0xA6, 0xD3, 0x89), "green": (0x3E, 0x6B, 0x1F),
    "teal": (0x17, 0x72, 0x6D), "sky": (0x8F, 0xC3, 0xF2), "blue": (0x1D, 0x5B, 0x93), "violet": (0x7A, 0x5C, 0xC0),
    "plum": (0x6B, 0x2D, 0x5C), "rose": (0xE7, 0x9A, 0xB0), "sand": (0xD9, 0xC4, 0x9A), "silver": (0xC9, 0xCE, 0xD8),
}  # fmt: skip
"""As the page on the phone has them."""


def paint(colour: int) -> Colour:
    """The colour at a place of COLOURS."""
    return PAINT[COLOURS[colour % len(COLOURS)]]


def animal_word(animal: int) -> str:
    """What the animal at a place of ANIMALS is called."""
    return told(visitor_words.ANIMALS[ANIMALS[animal % len(ANIMALS)]], language())


def full_name(colour: int, animal: int) -> str:
    """As it stands on the phone: "Teal heron"."""
    word = told(visitor_words.COLOURS[COLOURS[colour % len(COLOURS)]], language())
    return told("%(colour)s %(animal)s", language()) % {"colour": word, "animal": animal_word(animal)}
