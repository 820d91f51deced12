"""Rules: what may be shown when, and how. Policies as data; the compiler obeys them. Values only.

Every rule holds in a daypart (None: always) and from one local day until before another ("": open).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class When:
    """When a rule holds: `daypart` is an id, the days are local ISO dates, `until_day` the first one after."""

    daypart: str | None = None
    from_day: str = ""
    until_day: str = ""


@dataclass(frozen=True, slots=True)
class RatingRule:
    """Nothing for people older than `most` years: the watershed."""

    id: str
    name: str
    when: When
    most: int


@dataclass(frozen=True, slots=True)
class QuietRule:
    """The screen is dark, or shows its programme muted."""

    id: str
    name: str
    when: When
    mode: Literal["dark", "muted"]


@dataclass(frozen=True, slots=True)
class TagRule:
    """Only items with one of the tags `only` (empty: any), and none with one of `never`."""

    id: str
    name: str
    when: When
    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PaceRule:
    """An item (with the tag `tag`; "" every one) begins again at the earliest `gap_ms` after it began.

    "At most n plays an hour" is a gap of an hour divided by n.
    """

    id: str
    name: str
    when: When
    gap_ms: int
    tag: str = ""


@dataclass(frozen=True, slots=True)
class ApartRule:
    """Two items with the tag do not follow one another when it can be helped (rivals, one sponsor)."""

    id: str
    name: str
    when: When
    tag: str


@dataclass(frozen=True, slots=True)
class ElectionRule:
    """An election period: items with a tag of `frozen` rest; groups that show the tag `equal` share equally.

    Those groups' weights are made the same, and what they have together stays what it was.
    """

    id: str
    name: str
    when: When
    frozen: frozenset[str] = frozenset()
    equal: str = ""


Rule = RatingRule | QuietRule | TagRule | PaceRule | ApartRule | ElectionRule


@dataclass(frozen=True, slots=True)
class SiteConditions:
    """What was agreed for a place. 0 and None: nothing was. `curfew` is a daypart's id in which the screen is dark.

    `least_dwell_ms`: nothing is shown for less; `static_only`: no moving pictures; `brightness_percent` 1 to 100.
    """

    least_dwell_ms: int = 0
    static_only: bool = False
    curfew: str | None = None
    brightness_percent: int = 100
    brightness_at_night_percent: int = 100
    night: str | None = None


NO_CONDITIONS = SiteConditions()
