"""How long to wait before trying again: full jitter, so that a thousand screens do not come back in the same second."""

import asyncio
import random
import sys
from dataclasses import dataclass, field
from types import TracebackType

from display_node.config import LONGEST_BACKOFF_S, POLL_JITTER


async def pause(seconds: float) -> None:
    """Waits, unless this task has been told to end.

    A task group (Python 3.11) that ends with an error of its own swallows a cancellation that comes at the same moment;
    whoever goes on after such a group waits here, and so hears of it.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    await asyncio.sleep(seconds)


class Group(asyncio.TaskGroup):
    """A task group whose failure does not look, afterwards, as if this task had been told to end.

    Up to Python 3.12 a group that fails while it is waited for cancels its own task and does not take that back.
    """

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for all; raises what they raised."""
        task = asyncio.current_task()
        is_known = getattr(self, "_parent_cancel_requested", False)
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            has_cancelled = getattr(self, "_parent_cancel_requested", False) and not is_known
            if has_cancelled and task is not None and sys.version_info < (3, 13):
                task.uncancel()


@dataclass(slots=True)
class Backoff:
    """Seconds to wait after each failure in a row: anything from 0 to a bound that doubles up to `longest_s`."""

    seed: str
    first_s: float = 1.0
    longest_s: float = LONGEST_BACKOFF_S
    _failures: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Chance comes from the screen's own seed."""
        self._random = random.Random(self.seed)  # noqa: S311 - spreads load, hides nothing

    def after_failure_s(self) -> float:
        """Seconds to wait now, after one more failure."""
        bound = min(self.longest_s, self.first_s * 2 ** min(self._failures, 30))
        self._failures += 1
        return self._random.uniform(min(0.1, bound / 2), bound)

    def succeeded(self) -> None:
        """Starts again from the shortest wait."""
        self._failures = 0

    def about(self, seconds: float) -> float:
        """The ordinary time between two polls, give or take a fifth."""
        return self._random.uniform(1 - POLL_JITTER, 1 + POLL_JITTER) * seconds
