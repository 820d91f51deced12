"""The sign of life that each half of a screen gives its supervisor: a byte through a pipe, which nobody ever waits for.

A process can be there and do nothing: stopped, or waiting for a display that hangs. Only work done counts as life.
"""

import contextlib
import os
from collections.abc import MutableMapping

VARIABLE = "COMMONSCREEN_PULSE"
"""Names the pipe's descriptor to the process that is to give the signs."""

BEAT_S = 1.0
"""How often a sign is due."""


class Pulse:
    """The giving end. Without a supervisor it does nothing."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Takes the descriptor out of `environment`, so that it is not given on."""
        self._descriptor = int(environment.pop(VARIABLE, "-1"))

    def beat(self) -> None:
        """Gives a sign. Never waits; when the supervisor has stopped listening, nothing happens."""
        if self._descriptor >= 0:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._descriptor, b".")

    async def keep_beating(self) -> None:
        """Gives a sign each BEAT_S for ever: the event loop turns."""
        # Only who has an event loop pays for it: the player, which has none, is on the screen sooner.
        import asyncio

        while True:
            self.beat()
            await asyncio.sleep(BEAT_S)


class Wrist:
    """The feeling end. Silence is counted in looks, so that a computer that stood still accuses nobody."""

    def __init__(self) -> None:
        """Opens the pipe; `giving` is the descriptor for the other process, to be closed here once it has it."""
        self._descriptor, self.giving = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._looked_ns = 0
        self.is_alive = False
        self.silent_looks = 0

    def look(self, now_ns: int) -> None:
        """Feels for a sign; looks sooner than BEAT_S after the last one are not counted."""
        try:
            heard = bool(os.read(self._descriptor, 4096))
        except BlockingIOError:
            heard = False
        if heard:
            self.is_alive, self.silent_looks, self._looked_ns = True, 0, now_ns
        elif now_ns - self._looked_ns >= BEAT_S * 1e9:
            self.silent_looks, self._looked_ns = self.silent_looks + 1, now_ns

    def forget(self) -> None:
        """Begins to count the silence anew."""
        self.silent_looks = 0

    def close(self) -> None:
        """Lets go."""
        os.close(self._descriptor)
