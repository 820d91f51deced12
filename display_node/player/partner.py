"""Whom the show listens and reports to."""

from typing import Protocol

from display_node.messages import ToAgent, ToPlayer


class Partner(Protocol):
    """Whom the show listens and reports to. None of this may wait, but `close`."""

    def hear(self) -> list[ToPlayer]:
        """What was said since last asked, in order."""
        ...

    def say(self, message: ToAgent) -> None:
        """Takes a report."""
        ...

    def close(self, within_s: float) -> None:
        """The show is over."""
        ...
