"""Still posters, as a group would make them for its noticeboard."""

from pathlib import Path

import numpy as np
from PIL import Image

from commonscreen.demo.drawing.canvas import (
    CORAL,
    HEIGHT,
    INK,
    PAPER,
    PLUM,
    SKY,
    SUN,
    TEAL,
    WIDTH,
    Picture,
    disc,
    letters,
    mix,
    plain,
    ring,
    shape,
    write,
)


def repair_morning() -> Picture:
    """Bring it broken, take it home whole."""
    picture = plain(SUN)
    for index in range(12):
        angle = index * np.pi / 6
        tooth = np.array([(-34, -250), (34, -250), (26, -150), (-26, -150)])
        rotate = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        shape(picture, tooth @ rotate.T, INK, at=(960, 360))
    disc(picture, 960, 360, 205, INK)
    disc(picture, 960, 360, 92, SUN)
    _lines(picture, ("Repair", "morning"), 104, INK, 90, 150)
    _lines(picture, ("Every Saturday at ten,", "in the old fire station"), 36, INK, 94, 430, bold=False)
    return picture


def river_swim() -> Picture:
    """An evening at the river."""
    picture = plain(SKY)
    across = np.linspace(-10, WIDTH + 10, 60)
    for index in range(5):
        wave = 400 + index * 70 + 22 * np.sin(across / 90 + index * 1.4)
        edge = np.vstack([np.stack([across, wave], axis=1), [[WIDTH + 10, HEIGHT + 10], [-10, HEIGHT + 10]]])
        shape(picture, edge, mix((64, 142, 190), (14, 52, 98), index / 4))
    disc(picture, 905, 402, 46, (244, 203, 172))
    shape(picture, np.array([(858, 398), (866, 356), (905, 344), (946, 358), (952, 398)]), CORAL)
    _lines(picture, ("Swim the river", "together"), 92, INK, 90, 90)
    _lines(picture, ("First Sunday of the month, from the weir",), 36, INK, 94, 318, bold=False)
    return picture


def open_kitchen() -> Picture:
    """A table for everyone."""
    picture = plain((250, 232, 214))
    for index, colour in enumerate((CORAL, TEAL, SUN, PLUM)):
        x, y = 800 + index % 2 * 260, 230 + index // 2 * 260
        disc(picture, x, y, 118, PAPER)
        ring(picture, x, y, 112, mix(colour, PAPER, 0.3), 6)
        disc(picture, x, y, 74, colour)
        disc(picture, x - 20, y - 18, 22, mix(colour, PAPER, 0.45))
        disc(picture, x + 26, y + 20, 16, mix(colour, PAPER, 0.6))
    _lines(picture, ("Open", "kitchen"), 118, PLUM, 90, 130)
    _lines(picture, ("Come hungry, leave a recipe.", "Thursdays, six o'clock"), 36, INK, 94, 440, bold=False)
    return picture


def how_to_take_part() -> Picture:
    """The house's own: how to get something onto this screen."""
    picture = plain(TEAL)
    for index, radius in enumerate((300, 230, 160, 90)):
        disc(picture, 985, 360, radius, mix(TEAL, PAPER, 0.14 * (index + 1)))
    shape(picture, np.array([(950, 290), (950, 430), (1065, 360)]), CORAL)
    _lines(picture, ("Your film", "could be here"), 76, PAPER, 90, 170)
    _lines(picture, ("Ask any group on this screen,", "or at the library desk"), 36, PAPER, 94, 420, bold=False)
    return picture


def write_poster(path: Path, picture: Picture) -> None:
    """Writes a poster as a PNG file."""
    Image.fromarray(picture).save(path, "PNG")


def _lines(
    picture: Picture, words: tuple[str, ...], size: int, colour: tuple[int, int, int], x: int, y: int, bold: bool = True
) -> None:
    for index, text in enumerate(words):
        write(picture, letters(text, size, bold=bold), x, y + index * round(size * 1.28), colour)
