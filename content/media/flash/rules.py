"""The numbers of the photosensitivity rules, and our geometry. Nothing here is tuned to a file.

Light is counted in integers: WHITE is the whole of it, linear, so 10 % of white is 5,000.
"""

from dataclasses import dataclass
from typing import Literal, get_args

COLUMNS, ROWS = 480, 270
"""The screen, 16:9, in cells; a cell is 4 x 4 pixels of 1920 x 1080: finer than the tenth of a degree WCAG looks at."""

WHITE = 50_000
STEP = 4_997
"""A change of 10 % of white is a transition. Less what the tables of three colours may round away."""
DARK = 40_000
"""…when the darker of the two is below 80 % of white."""
BRIGHT_RATIO = 9, 8
"""Above that, Trace24 counts from a Michelson contrast of 1/17 on, which is 9 to 8."""
SUDDEN_US = 66_000
"""A change that takes longer is no flash for the sudden rules (Trace24)."""
TOGETHER_US = 20_000
"""Changes of the same direction at most this far apart are one, where area is concerned."""

SECOND_US = 1_000_000
MOST_TRANSITIONS = 6
"""Three flashes: a transition up and one down each."""
LONG_TRANSITIONS = 4
LONG_OF_US = 5_000_000
LONG_US = 4_000_000
"""Two or three flashes a second for four seconds of five are for a person to judge."""

RED_SHARE = 4
"""Saturated red: at least this many times as much red light as green and blue together (80 % of all)."""
RED_LEAST_LIGHT = 1_000
"""Below 2 % of white in the three together a cell is black."""
RED_DISTANCE = 0.2
"""Of the two colours in CIE 1976 u'v'."""

SEAM_US = 1_200_000
"""What is looked at on either side when a film is followed by itself."""

PATTERN_PAIRS = 5
"""More pairs of light and dark stripes than this are a pattern…"""
PATTERN_STEP = 5_000
"""…that differ by a tenth of white…"""
PATTERN_STRONG = WHITE // 2
"""(by half of white: strongly)…"""
PATTERN_LIGHTEST = 12_500
"""…the light ones at a quarter of white or more…"""
PATTERN_PERCENT = 25
"""…over this part of the screen…"""
PATTERN_US = 500_000
"""…for this long."""

_QUARTER = 0.25
_ROUNDED_AWAY = 0.997
"""Of an area, by cells that it only partly covers."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where the flashing has to cover a quarter: any window of so many cells. As large as the screen: the screen."""

    columns: int
    rows: int
    least: int
    """Cells that are a quarter of it."""


def field(width: float, height: float, *, lost: float = 0) -> Field:
    """The window of `width` x `height` pixels of a 1920 x 1080 screen; `lost`: rows and columns a quarter may lose."""
    columns, rows = width * COLUMNS / 1_920, height * ROWS / 1_080
    quarter = columns * rows * _QUARTER * _ROUNDED_AWAY - lost * (columns + rows) / 2
    return Field(-int(-columns // 1), -int(-rows // 1), int(quarter))


SCREEN = field(1_920, 1_080)
TRACE24 = field(416, 416)
WCAG = field(341, 256, lost=1)
"""What flashes faintly is not seen in cells it covers in part: a quarter of a window, half as wide and half as high,
that lies across the cells loses about one column and one row. In the smallest window that matters.
"""

Rule = Literal[
    "itu_general",
    "itu_red",
    "wcag_general",
    "wcag_red",
    "trace24_general",
    "trace24_red",
    "gradual",
    "long",
    "long_red",
    "loop",
    "loop_red",
    "pattern",
    "pattern_strong",
]
"""What an interval breaks."""
RULES: tuple[Rule, ...] = get_args(Rule)
