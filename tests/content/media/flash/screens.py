"""Screens that flash in a known way, put before the screener without a codec in between."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from content.media.flash.cells import Cells, cells_of_rgb
from content.media.flash.film_screening import Screener
from content.media.flash.screening import Screening

ROWS, COLUMNS = 540, 960
Picture = NDArray[np.uint8]
RED, BLACK, WHITE = (255, 0, 0), (0, 0, 0), (255, 255, 255)
Colour = tuple[int, int, int]


def plain(colour: Colour) -> Picture:
    """A screen of one colour."""
    picture = np.empty((ROWS, COLUMNS, 3), np.uint8)
    picture[:] = colour
    return picture


def with_box(share: float, colour: Colour, ground: Colour = BLACK) -> Picture:
    """A screen with a box of the same shape in its middle that covers `share` of it."""
    picture = plain(ground)
    rows, columns = round(ROWS * share**0.5), round(COLUMNS * share**0.5)
    top, left = (ROWS - rows) // 2, (COLUMNS - columns) // 2
    picture[top : top + rows, left : left + columns] = colour
    return picture


def grey(light: float) -> Colour:
    """The grey with this part of white's light, as near as a code comes."""
    code = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return (round(code * 255),) * 3


def stripes(pairs: float, colours: tuple[Colour, Colour] = (BLACK, WHITE), *, shift: int = 0) -> Picture:
    """Upright stripes, so many pairs across the screen."""
    picture = plain(colours[0])
    at = np.arange(COLUMNS) + shift
    picture[:, (at * 2 * pairs / COLUMNS).astype(int) % 2 == 1] = colours[1]
    return picture


def even_times(fps: int, seconds: float) -> list[int]:
    """The times of the pictures, in microseconds."""
    return [number * 1_000_000 // fps for number in range(round(fps * seconds))]


def alternating(
    hz: float, off: Picture, on: Picture, *, fps: int = 30, seconds: float = 2.0, until_s: float = 1e9
) -> Screening:
    """The verdict on `on` flashing over `off`, `hz` times a second, from the beginning until `until_s`."""
    dark, light = cells_of_rgb(off), cells_of_rgb(on)

    def at(at_us: int) -> Cells:
        seconds = (at_us + 1) / 1_000_000
        return light if seconds < until_s and int(seconds * hz * 2) % 2 else dark

    return shown(at, even_times(fps, seconds))


def shown(at: Callable[[int], Cells], times: Iterable[int]) -> Screening:
    """The verdict on the screens at these times, each shown until the next; the last for a thirtieth."""
    screener = Screener()
    last = 0
    for last in times:
        screener.see(last, at(last))
    return screener.end(last + 33_333)


def rules_of(screening: Screening) -> set[str]:
    """The rules that were broken."""
    return {found.rule for found in screening.found}
