"""Somebody who takes part in a game that shows names, as the game knows them. Pure."""

from dataclasses import dataclass

from kiosks.messages import MOST_BUTTONS, Name
from kiosks.visits import ANIMALS, COLOURS


@dataclass(frozen=True, slots=True)
class Guest:
    """What they are called (places in COLOURS and ANIMALS), where they steer, and when something was heard of them."""

    colour: int = 0
    animal: int = 0
    steer: tuple[int, int] = (0, 0)
    seqs: tuple[int, ...] = (-1,) * (1 + MOST_BUTTONS)
    """The newest number of what they said: of steering, and of each button."""
    heard_ms: int = 0
    hand_ms: int = 0
    """When their hand did something last: a page says by itself that it is there, and steers as before."""
    cheered_ms: int = -1_000_000

    @staticmethod
    def of(visitor: int) -> "Guest":
        """Somebody whose name was not told has one all the same."""
        return Guest(visitor % len(COLOURS), visitor % len(ANIMALS))


def called(name: Name) -> tuple[int, int]:
    """The places of a name's colour and animal."""
    return COLOURS.index(name.colour), ANIMALS.index(name.animal)
