"""Waiting for an instant: asleep until it comes, to a tenth of a millisecond; a message ends the wait early."""

import threading
import time
from collections.abc import Callable

LAST_NS = 1_500_000
"""So shortly before the instant no message ends the wait any more: the picture is painted and goes out on time."""

LONGEST_NS = 250_000_000
"""The window system and the signals are heard at least four times a second."""


class Alarm:
    """Wakes the frame loop. Any thread may `ring`; only the frame loop waits."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """`now_ns` reads the wall clock in UTC ns."""
        self._now_ns = now_ns
        self.longest_ns = LONGEST_NS
        """It wakes at least so often."""
        self._rung = threading.Event()

    def ring(self) -> None:
        """Ends the wait that is going on, or the next one."""
        self._rung.set()

    def wait_until(self, instant_ns: int) -> bool:
        """Whether the instant has come; False when rung before it, after `longest_ns`, or when the clock steps."""
        left_ns = instant_ns - self._now_ns()
        sleep_ns = min(left_ns - LAST_NS, self.longest_ns)
        if sleep_ns > 0 and self._rung.wait(sleep_ns / 1e9):
            self._rung.clear()
            return False
        if left_ns > self.longest_ns + LAST_NS:
            return False
        while (left_ns := instant_ns - self._now_ns()) > 0:
            if left_ns > 2 * LAST_NS:
                return False  # the clock was set back meanwhile
            time.sleep(left_ns / 1e9)
        return True
