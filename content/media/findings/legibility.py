"""Can what is written in a picture be read from where people stand, in the time it is shown? An estimate.

The smallest letters people read have an x-height of about a two-hundredth of the distance. A screen of 55 inches is
0.685 m high (1.21 m upright, and 0.685 m wide).
"""

from dataclasses import dataclass

from content.media.findings.clock import clock
from content.media.findings.lettering import Lettering
from content.media.reading_time import reading_ms
from content.media.reasons import Reason

LEAST_HEIGHT = 20.0
"""In pixels of 1080: to be read from 2.5 m."""
_METRES_A_PIXEL = 0.685 / 1_080 * 200
LEAST_CHARACTERS = 24
"""Less than that is a name or a title, or no text at all."""
_ENOUGH = 3, 4
"""So much of the time it takes is enough: nobody reads every word, and it is an estimate."""


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to read in one picture of a film, and from when until when it stands."""

    lettering: Lettering
    start_us: int
    end_us: int


def still_ms(seen: Lettering, usual_ms: int) -> int:
    """How long a still stands: `usual_ms`, or longer where there is more to read."""
    wordy = seen.characters >= LEAST_CHARACTERS
    return max(usual_ms, reading_ms(seen.characters)) if wordy else usual_ms


def still_reasons(seen: Lettering) -> list[Reason]:
    """A word about letters too small in a still."""
    return [Reason("small_text", {"metres": _metres(seen)})] if _is_small(seen) else []


def film_reasons(pages: list[Page]) -> list[Reason]:
    """A word about letters too small and about too little time to read, each at the worst place."""
    reasons = []
    small = [page for page in pages if _is_small(page.lettering)]
    if small:
        worst = max(small, key=lambda page: page.lettering.smaller_than(LEAST_HEIGHT))
        values: dict[str, str | int] = {"metres": _metres(worst.lettering), "at": clock(worst.start_us)}
        reasons.append(Reason("small_text_at", values, worst.start_us // 1_000))
    hurried = [page for page in pages if _is_hurried(page)]
    if hurried:
        worst = max(hurried, key=lambda page: reading_ms(page.lettering.characters) - _shown_ms(page))
        values = {
            "at": clock(worst.start_us), "characters": worst.lettering.characters,
            "seconds": -(-_shown_ms(worst) // 1_000), "needed": -(-reading_ms(worst.lettering.characters) // 1_000),
        }  # fmt: skip
        reasons.append(Reason("little_time", values, worst.start_us // 1_000))
    return reasons


def _is_small(seen: Lettering) -> bool:
    small = seen.smaller_than(LEAST_HEIGHT)
    return small >= LEAST_CHARACTERS and 2 * small >= seen.characters


def _is_hurried(page: Page) -> bool:
    characters = page.lettering.characters
    return characters >= LEAST_CHARACTERS and _shown_ms(page) * _ENOUGH[1] < reading_ms(characters) * _ENOUGH[0]


def _shown_ms(page: Page) -> int:
    return (page.end_us - page.start_us) // 1_000


def _metres(seen: Lettering) -> int:
    return max(1, round(seen.usual_height * _METRES_A_PIXEL))
