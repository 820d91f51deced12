"""The parts of a session that follow each other by the time alone: people gather, do it, see what came of it."""

from abc import abstractmethod

from kiosks.activities.activity import PHASES, Phase
from kiosks.activities.plain import Plain


class InParts(Plain):
    """An activity of a lobby, a play and a result, each of a fixed length; `at_ms` have passed of it."""

    __slots__ = ()
    at_ms: int

    @property
    @abstractmethod
    def parts_ms(self) -> tuple[int, int, int]:
        """How long each of the three takes."""

    @property
    def _ends_ms(self) -> tuple[int, int, int]:
        lobby_ms, play_ms, result_ms = self.parts_ms
        return lobby_ms, lobby_ms + play_ms, lobby_ms + play_ms + result_ms

    @property
    def phase(self) -> Phase:
        """By the time alone."""
        return PHASES[sum(end_ms <= self.at_ms for end_ms in self._ends_ms)]

    @property
    def until_ms(self) -> int:
        """When the phase ends."""
        return next((end_ms for end_ms in self._ends_ms if self.at_ms < end_ms), self.length_ms)

    @property
    def length_ms(self) -> int:
        """A whole session."""
        return self._ends_ms[-1]
