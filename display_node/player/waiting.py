"""Waiting for an instant: asleep until shortly before, then watching the clock; a message ends it early."""

import threading
import time
from collections.abc import Callable

SPIN_NS = 600_000
LONGEST_NS = 250_000_000
"""The window system and the signals are heard at least four times a second."""


class Alarm:
    """Wakes the frame loop. Any thread may `ring`; only the frame loop waits."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """`now_ns` reads the wall clock in UTC ns."""
        self._now_ns = now_ns
        self._rung = threading.Event()

    def ring(self) -> None:
        """Ends the wait that is going on, or the next one."""
        self._rung.set()

    def wait_until(self, instant_ns: int) -> bool:
        """Whether the instant has come; False when rung before it, after LONGEST_NS, or when the clock steps."""
        left_ns = instant_ns - self._now_ns()
        sleep_ns = min(left_ns - SPIN_NS, LONGEST_NS)
        if sleep_ns > 0 and self._rung.wait(sleep_ns / 1e9):
            self._rung.clear()
            return False
        if left_ns > LONGEST_NS + SPIN_NS:
            return False
        while (left_ns := instant_ns - self._now_ns()) > 0:
            if left_ns > 2 * SPIN_NS:
                return False  # the clock was set back meanwhile
            time.sleep(0)
        return True
