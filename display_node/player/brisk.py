"""Whether one thread is enough to decode a film: known from what films have cost here, never guessed from the machine.

Several threads decode sooner, but each wakes the others and finds its caches cold: about an eighth more work in all.
"""

from fractions import Fraction

BUSY_SHARE = 0.45
"""Of a frame's time: beyond this, one thread is too near its limit, and several share the work."""

FORGETTING = 0.3


class Brisk:
    """What decoding has cost on this machine, in ns of one thread for each pixel. Shared by all decoders."""

    def __init__(self) -> None:
        """Nothing is known: one thread will be tried."""
        self._ns_a_pixel = 0.0

    def learn(self, pixels: int, frames: int, cpu_ns: int) -> None:
        """Notes that one thread took `cpu_ns` for `frames` of `pixels` each."""
        cost = cpu_ns / max(1, pixels * frames)
        self._ns_a_pixel = cost if not self._ns_a_pixel else self._ns_a_pixel + FORGETTING * (cost - self._ns_a_pixel)

    def is_one_enough(self, pixels: int, rate: Fraction) -> bool:
        """Whether one thread keeps up with `rate` frames a second of `pixels` each, with room to spare."""
        return self._ns_a_pixel * pixels * float(rate) < BUSY_SHARE * 1e9


BRISK = Brisk()
"""Of this process."""
