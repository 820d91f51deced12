"""The one reading of the clock. Everybody else takes the instant as an argument."""

import time
from collections.abc import Callable

Now = Callable[[], int]
"""A clock one can pass in: returns UTC milliseconds."""


def now_ms() -> int:
    """The wall clock, in UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000  # noqa: TID251 - this is the one place


def now_ns() -> int:
    """The wall clock, in UTC nanoseconds since 1970: for pacing frames."""
    return time.time_ns()  # noqa: TID251 - this is the one place


def monotonic_ns() -> int:
    """Nanoseconds that never step: for durations."""
    return time.monotonic_ns()
