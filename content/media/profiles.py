"""What house media can be made for: named profiles. `house` is what a town uses that chooses nothing.

Upright screens need no profile of their own: `house` keeps an upright picture upright, at most 1080 x 1920.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from content.media.limits import HOUSE, Profile

FACADE = "facade"
FACADE_FORM = "facade:WIDTHxHEIGHT"
FACADE_LEAST, FACADE_MOST = 16, 1_920
"""Pixels of a side of a facade."""
_FACADE = re.compile(r"facade:(\d{1,5})x(\d{1,5})")

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "house": HOUSE,
        "house-25": Profile(fps=25),
        "house-60": Profile(fps=60),
        "lite": Profile(long_side=1280, short_side=720, maxrate_kbps=4_000, bufsize_kbps=8_000),
    }
)
"""Those with a name of their own; facades have one for each size."""
MEANT_FOR: Mapping[str, str] = MappingProxyType(
    {
        "house": "screens of 1920 x 1080, lying or upright",
        "house-25": "the same, where most films have 25 or 50 pictures a second",
        "house-60": "the same, for smooth sport and games, on nodes that decode 60 pictures a second",
        "lite": "weak nodes, which cannot play 1920 x 1080 steadily",
        FACADE_FORM: "a facade of so many lamps, such as facade:224x96",
    }
)
"""For each name, and for the form of a facade's: for whom it is."""


class UnknownProfile(ValueError):
    """A name that no profile has; the words say which there are."""


def profile_named(name: str) -> Profile:
    """The profile that is called so. Raises UnknownProfile."""
    if name in PROFILES:
        return PROFILES[name]
    size = _FACADE.fullmatch(name)
    if size is None:
        raise UnknownProfile(f"there is no profile “{name[:40]}”; there are {', '.join(PROFILES)} and {FACADE_FORM}")
    width, height = int(size[1]), int(size[2])
    if not all(FACADE_LEAST <= side <= FACADE_MOST for side in (width, height)):
        raise UnknownProfile(f"a facade has {FACADE_LEAST} to {FACADE_MOST} pixels a side, not {width} x {height}")
    return facade(width, height)


def known_profile(name: str) -> str:
    """The same name, if a profile is called so. Raises UnknownProfile."""
    profile_named(name)
    return name


def facade(width: int, height: int) -> Profile:
    """For a screen of just so many pixels, an odd one left out: few, so each is the mean of what it stands for."""
    long, short = max(width, height), min(width, height)
    return Profile(
        long_side=long - long % 2, short_side=short - short % 2, shape="wide" if width >= height else "tall",
        averaged=True, crf=14, preset="medium", jpeg_quality=95,
    )  # fmt: skip
