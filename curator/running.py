"""A session as its screen last told it."""

from dataclasses import dataclass

from content.canonical import Json
from curator.activities import Kept
from kiosks.messages import MOST_BASE, Session


@dataclass(slots=True)
class Running:
    """Which session is asked for or on, and how it stands."""

    id: str
    activity: Kept
    seed: int
    began_ms: int
    state: Session | None = None
    snapshot: dict[str, Json] | None = None

    def waiting(self) -> tuple[int, ...]:
        """The visitors who wait to play, in their order; nobody where there is no line."""
        line = (self.snapshot or {}).get("queue")
        numbers = [number for number in line if isinstance(number, int)] if isinstance(line, list) else []
        return tuple(numbers[:MOST_BASE])
