"""Dayparts: named ranges of local time, such as the school run or late evening. Values only."""

from dataclasses import dataclass

MINUTES_A_DAY = 1440
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Hours:
    """From `from_minute` of a local day (0 to 1439) until `until_minute` (1 to 1440, or less to end on the next day).

    `weekdays` are those on which it begins, Monday being 0.
    """

    weekdays: frozenset[int]
    from_minute: int
    until_minute: int


@dataclass(frozen=True, slots=True)
class Daypart:
    """A named time range. Which of two dayparts comes first where both hold is the order of `position`."""

    id: str
    name: str
    hours: tuple[Hours, ...]
    position: int = 0
