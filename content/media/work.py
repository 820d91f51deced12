"""One upload on its way through the steps: what is asked, and what is known so far. Only in the confined child."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from content.media.black_bars import BarsWatcher
from content.media.check import Witness
from content.media.comparison import Comparison
from content.media.document import DocumentPlan
from content.media.facts import MediaFacts
from content.media.film_facts import FilmPlan
from content.media.film_render import Rendered
from content.media.findings.likeness import Likeness, LikenessWatcher
from content.media.flash.screening import Screening
from content.media.identify import Found
from content.media.job import Job, MadeCaptions, Progress, Saying
from content.media.mends import Mends
from content.media.previews import Sizes
from content.media.reasons import Reason
from content.media.sound import Level
from content.media.still import StillPlan

if TYPE_CHECKING:
    from content.media.findings.looks import LooksWatcher
    from content.media.flash.film_screening import FlashWatcher

_T = TypeVar("_T")


@dataclass(slots=True)
class Work:
    """One upload on its way: what is asked, and what is known so far."""

    job: Job
    say: Callable[[Saying], None]
    reasons: list[Reason] = field(default_factory=list)
    found: Found | None = None
    facts: MediaFacts | None = None
    plan: FilmPlan | StillPlan | DocumentPlan | None = None
    mends: Mends = ()
    comparison: Comparison | None = None
    level: Level | None = None
    rendered: Rendered | None = None
    witness: Witness = field(default_factory=Witness)
    bars: BarsWatcher = field(default_factory=BarsWatcher)
    flashes: "FlashWatcher | None" = None
    looks: "LooksWatcher | None" = None
    alike: LikenessWatcher | None = None
    likeness: Likeness = ()
    screening: Screening | None = None
    inspected: tuple[Reason, ...] = ()
    """The reasons there were before anything was rendered."""
    sizes: Sizes = ()
    strip_ms: tuple[int, ...] = (0,)
    captions: tuple[MadeCaptions, ...] = ()
    step: str = ""
    _told: tuple[str, int] = ("", -1)

    def progress(self, percent: int) -> None:
        """Tells how far the step is, once for each percent."""
        if (self.step, percent) != self._told:
            self._told = (self.step, percent)
            self.say(Progress(self.step, percent))


def known(value: _T | None) -> _T:
    """What an earlier step has found. Raises LookupError if the steps are in the wrong order."""
    if value is None:
        raise LookupError("a step ran before the one it needs")
    return value
