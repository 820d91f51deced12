"""What every activity can do. Pure: chance is a seed, time comes as an event, equal events give equal states."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from content.canonical import Json
from kiosks.activities.answers import Answer, Answers
from kiosks.messages import Name, Pattern, Tap

Phase = Literal["lobby", "play", "result", "over"]
PHASES: tuple[Phase, ...] = ("lobby", "play", "result", "over")
STEP_MS = 33
"""An activity is told the time in steps of this, so that a replay sees the same steps."""


@dataclass(frozen=True, slots=True)
class Passed:
    """So much of the session's time has passed in all, and so many visitors are here."""

    at_ms: int
    here: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Words of strangers as the scene has them, in this order; a higher `edition` replaces a lower."""

    edition: int
    answers: tuple[Answer, ...]


Event = Tap | Name | Passed | Answers | Pattern


class Activity(Protocol):
    """A session's state. Values never change: each event gives the next state."""

    @property
    def phase(self) -> Phase:
        """Where the session is: people gather, do it, see what came of it, or it is over."""
        ...

    @property
    def until_ms(self) -> int:
        """When the phase ends, in ms since the session began."""
        ...

    @property
    def length_ms(self) -> int:
        """How long a whole session takes."""
        ...

    @property
    def figures(self) -> tuple[int, ...]:
        """The whole numbers that its scene draws."""
        ...

    @property
    def is_moving(self) -> bool:
        """Whether its scene is told every step; else only what people do, and now and then the time."""
        ...

    @property
    def shown(self) -> Shown | None:
        """Words of strangers that its scene draws; None where it never has any."""
        ...

    def apply(self, event: Event) -> Self:
        """The state after `event`."""
        ...

    def take(self, events: Iterable[Event]) -> Self:
        """The state after all of these: what a crowd said at once."""
        ...

    def snapshot(self) -> dict[str, Json]:
        """What a phone and a scene draw: a few members, whole numbers and words."""
        ...


def replayed(activity: Activity, events: Iterable[Event]) -> Activity:
    """The state after all of them, one after another."""
    for event in events:
        activity = activity.apply(event)
    return activity
