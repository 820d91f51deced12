"""From pictures at any times to a steady rate. Pure arithmetic in integers: says how often each picture is shown."""

_US = 1_000_000


class Cadence:
    """Counts the frames of a film of `fps` pictures a second whose length is a multiple of `step` frames.

    A picture counts from the frame nearest to its time. Of two pictures at one frame the later is shown.
    """

    def __init__(self, fps: int, step: int) -> None:
        """`step` is 1 or 3: see Profile.frames_step."""
        self._fps = fps
        self._step = step
        self.frames = 0

    def until(self, at_us: int) -> int:
        """How often the picture before is shown, now that the next one is due at `at_us`."""
        times = max(0, self._nearest(at_us) - self.frames)
        self.frames += times
        return times

    def ending(self, end_us: int) -> int:
        """How often the last picture is shown: to the end, and on to a length of whole milliseconds."""
        least = max(self._nearest(end_us), self.frames + 1)
        total = -(-least // self._step) * self._step
        times = total - self.frames
        self.frames = total
        return times

    def _nearest(self, at_us: int) -> int:
        return (at_us * self._fps + _US // 2) // _US
