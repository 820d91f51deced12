"""What is in the sky of the kites, and how it moves: whole numbers only, a step at a time. Pure."""

import random
from dataclasses import dataclass, replace

from kiosks.messages import FULL

SIDE = 10_000
"""The sky is a square of so much, from 0 at the left and at the top."""
LEFT, RIGHT, TOP, FOOT = 300, SIDE - 300, 500, 9_300
"""Where kites can be."""
HOME = 8_500
"""From here down a kite is at home over the town."""
SPEED = 82
"""How far a kite flies in a step when it is steered fully."""
DIAGONAL = 71
"""Of 100: who steers both ways at once flies no faster."""
EASING = 5
"""A kite takes a fifth of a change of course in each step, so that nothing hangs on some hundredths of a second."""
REACH, WIDE_REACH = 720, 980
"""How near a light must be; a kite that flies by itself, and is only turned, reaches further."""
LIGHT_LEFT, LIGHT_RIGHT, LIGHT_TOP, LIGHT_FOOT = 600, SIDE - 600, 700, 7_000
WIND = 26
"""How far the wind takes a light in a step when it blows fully."""
COURSES = (
    (0, -FULL), (FULL, -FULL), (FULL, 0), (FULL, FULL), (0, FULL), (-FULL, FULL), (-FULL, 0), (-FULL, -FULL),
)  # fmt: skip
"""The eight ways a button turns through, clockwise from straight up."""


@dataclass(frozen=True, slots=True)
class Kite:
    """A visitor's kite: where, how fast, the course it is to take, lights on its tail, and those it brought home."""

    x: int
    y: int
    fast_x: int = 0
    fast_y: int = 0
    course: tuple[int, int] = (0, 0)
    flies_itself: bool = False
    """It was turned with a button: it keeps its course, and turns back at the rim."""
    tail: int = 0
    home: int = 0

    def steered(self, x: int, y: int) -> "Kite":
        """On this course for as long as it is steered so."""
        return replace(self, course=(x, y), flies_itself=False)

    def turned(self) -> "Kite":
        """An eighth further clockwise, flying by itself; one that hangs still flies off."""
        return replace(self, course=COURSES[(_nearest(self.course) + 1) % len(COURSES)], flies_itself=True)

    def flown(self) -> "Kite":
        """A step later."""
        course_x, course_y = self.course
        if self.flies_itself:
            course_x = _back(course_x, self.x, LEFT, RIGHT)
            course_y = _back(course_y, self.y, TOP, FOOT)
        share = SPEED * (DIAGONAL if course_x and course_y else FULL)
        fast_x = eased(self.fast_x, _part(course_x * share))
        fast_y = eased(self.fast_y, _part(course_y * share))
        x, y = min(RIGHT, max(LEFT, self.x + fast_x)), min(FOOT, max(TOP, self.y + fast_y))
        return replace(self, x=x, y=y, fast_x=fast_x, fast_y=fast_y, course=(course_x, course_y))

    def reaches(self, x: int, y: int, reach: int = 0) -> bool:
        """Whether a place is near enough."""
        reach = reach or (WIDE_REACH if self.flies_itself else REACH)
        return (self.x - x) ** 2 + (self.y - y) ** 2 <= reach**2


@dataclass(frozen=True, slots=True)
class Light:
    """A light in the sky: which, where, how it drifts, and until when it is there (ms of the session)."""

    number: int
    x: int
    y: int
    drift_x: int
    drift_y: int
    until_ms: int

    def drifted(self, wind: tuple[int, int]) -> "Light":
        """A step later; it turns back at the rim of where lights are."""
        x = self.x + self.drift_x + _part(wind[0] * WIND * FULL)
        y = self.y + self.drift_y + _part(wind[1] * WIND * FULL)
        drift_x = _back(self.drift_x, x, LIGHT_LEFT, LIGHT_RIGHT)
        drift_y = _back(self.drift_y, y, LIGHT_TOP, LIGHT_FOOT)
        x, y = min(LIGHT_RIGHT, max(LIGHT_LEFT, x)), min(LIGHT_FOOT, max(LIGHT_TOP, y))
        return replace(self, x=x, y=y, drift_x=drift_x, drift_y=drift_y)


def light(seed: int, number: int, until_ms: int) -> Light:
    """The light with this number of a game: where it comes up is a matter of the seed."""
    chance = random.Random(f"{seed} {number}")  # noqa: S311 - a game's own chance hides nothing
    x, y = chance.randint(LIGHT_LEFT, LIGHT_RIGHT), chance.randint(LIGHT_TOP, LIGHT_FOOT)
    return Light(number, x, y, chance.choice((-12, -7, 7, 12)), chance.choice((-6, 6)), until_ms)


def first_kite(number: int) -> Kite:
    """Where the kite of the visitor who came as the so-many-th begins."""
    return Kite(1_500 + number * 2_600 % 7_000, 7_300)


def _nearest(course: tuple[int, int]) -> int:
    """Which of COURSES is most alike."""
    x, y = course
    return max(range(len(COURSES)), key=lambda index: _alike(COURSES[index], x, y))


def _alike(course: tuple[int, int], x: int, y: int) -> int:
    share = DIAGONAL if course[0] and course[1] else FULL
    return (course[0] * x + course[1] * y) * share


def eased(now: int, wanted: int, parts: int = EASING) -> int:
    """A part of the way nearer to what is wanted, the same both ways, and there in the end."""
    missing = wanted - now
    step = max(1, abs(missing) // parts) if missing else 0
    return now + (step if missing > 0 else -step)


def _back(way: int, at: int, least: int, most: int) -> int:
    """Away from a rim that is reached."""
    if at <= least:
        return abs(way)
    return -abs(way) if at >= most else way


def _part(value: int) -> int:
    """Of FULL times FULL, the same both ways."""
    whole = abs(value) // FULL**2
    return whole if value > 0 else -whole
