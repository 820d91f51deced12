"""When the next picture of a rehearsal is due: so many a second at most, and none while the last are not seen. Pure."""

from dataclasses import dataclass

from kiosks.rehearsals import PICTURES_A_SECOND

EVERY_NS = 1_000_000_000 // PICTURES_A_SECOND
MOST_UNSEEN = 2
"""Pictures on their way to a browser that has not said that the one before arrived."""


@dataclass(slots=True)
class Pace:
    """The pace of one rehearsal. Instants are monotonic."""

    unseen: int = 0
    _next_ns: int = 0

    def is_due(self, now_ns: int) -> bool:
        """Whether the next picture is to be drawn."""
        return self.unseen < MOST_UNSEEN and now_ns >= self._next_ns

    def wait_s(self, now_ns: int) -> float:
        """How long there is nothing to do, unless somebody asks for something."""
        return max(0, self._next_ns - now_ns) / 1e9 if self.unseen < MOST_UNSEEN else EVERY_NS / 1e9

    def drawn(self, now_ns: int) -> None:
        """One was drawn, whether it was another than the last or not."""
        self._next_ns = now_ns + EVERY_NS

    def sent(self) -> None:
        """It was another, and is on its way."""
        self.unseen += 1

    def seen(self) -> None:
        """One arrived."""
        self.unseen = max(0, self.unseen - 1)
