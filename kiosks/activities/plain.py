"""What most activities answer alike: their scene draws no stranger's words, and moves only when people do."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Self

from kiosks.activities.activity import Event, Shown


class Plain(ABC):
    """An activity that says only what is its own."""

    __slots__ = ()

    @property
    def is_moving(self) -> bool:
        """Its scene is told when people do something, and now and then the time."""
        return False

    @property
    def shown(self) -> Shown | None:
        """No words of strangers."""
        return None

    @abstractmethod
    def apply(self, event: Event) -> Self:
        """The state after `event`."""

    def take(self, events: Iterable[Event]) -> Self:
        """The state after all of these, one after another."""
        state = self
        for event in events:
            state = state.apply(event)
        return state
