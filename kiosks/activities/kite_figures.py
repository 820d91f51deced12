"""The numbers of the kites as their scene reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

HEAD, PER_KITE, PER_LIGHT, PER_NAME = 13, 7, 3, 2
MOST_SOON = 3


@dataclass(frozen=True, slots=True)
class KiteSeen:
    """A kite: whose, what they are called (places in COLOURS and ANIMALS), where, and its lights."""

    visitor: int
    colour: int
    animal: int
    x: int
    y: int
    tail: int
    home: int


@dataclass(frozen=True, slots=True)
class LightSeen:
    """A light: which, and where."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class SkySeen:
    """All that the scene draws. `star` is its place and for how many ms it has been held; `soon` who comes next."""

    at_ms: int
    round: int
    lit: int
    needed: int
    wind: tuple[int, int]
    warmth: int
    waiting: int
    star: tuple[int, int, int] | None
    kites: tuple[KiteSeen, ...]
    lights: tuple[LightSeen, ...]
    soon: tuple[tuple[int, int], ...]


def seen(figures: Sequence[int]) -> SkySeen | None:
    """The sky of these figures; None where they are none."""
    if len(figures) < HEAD:
        return None
    kites, lights = figures[11], figures[12]
    lights_from = HEAD + kites * PER_KITE
    soon_from = lights_from + lights * PER_LIGHT
    if kites < 0 or lights < 0 or len(figures) < soon_from:
        return None
    rows = [figures[at : at + PER_KITE] for at in range(HEAD, lights_from, PER_KITE)]
    return SkySeen(
        at_ms=figures[0],
        round=figures[1],
        lit=figures[2],
        needed=figures[3],
        wind=(figures[4], figures[5]),
        warmth=figures[6],
        waiting=figures[7],
        star=None if figures[10] < 0 else (figures[8], figures[9], figures[10]),
        kites=tuple(KiteSeen(*row) for row in rows),
        lights=tuple(LightSeen(*figures[at : at + PER_LIGHT]) for at in range(lights_from, soon_from, PER_LIGHT)),
        soon=tuple((figures[at], figures[at + 1]) for at in range(soon_from, len(figures) - 1, PER_NAME)),
    )
