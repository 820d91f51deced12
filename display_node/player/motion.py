"""A photograph that is slowly moved over: closer to one place in it, or back from there to all of it.

Which part is seen is a pure function of the file, its length and the instant, so that every screen shows the same. Each
picture is scaled from a larger one to a fraction of a pixel, in a thread of its own, a little ahead of its time.
"""

import math
import threading
from collections import deque
from time import thread_time_ns
from typing import TYPE_CHECKING

import pygame

if TYPE_CHECKING:
    from PIL import Image

CLOSER_A_SECOND = 0.010
"""So much larger it becomes each second: a corner moves by 10 pixels a second at 1920x1080."""
LEAST_CLOSER, MOST_CLOSER = 1.03, 1.12
STEP_MS = 40
"""25 pictures a second."""
MOST_AHEAD = 3
MOST_PIXELS = 2_400_000
"""Of what moves: 1920x1200. What is larger, such as a wall, stands still on every panel."""
MOST_COST_NS = 32_000_000
"""A computer that takes longer for one picture shows every second one only, and one that takes twice as long none."""
FOCI = ((0.5, 0.5), (0.3, 0.4), (0.7, 0.4), (0.4, 0.6), (0.6, 0.6))

Box = tuple[float, float, float, float]


class Motion:
    """Which part of a picture is seen when."""

    def __init__(self, sha256: str, duration_ms: int) -> None:
        """For the file with this hash, shown for so long."""
        seed = int(sha256[:8] or "0", 16)
        self._is_inward = seed % 2 == 0
        self._focus = FOCI[seed // 2 % len(FOCI)]
        self._duration_ms = max(1, duration_ms)
        self.closer = min(MOST_CLOSER, max(LEAST_CLOSER, 1 + CLOSER_A_SECOND * duration_ms / 1_000))

    @property
    def steps(self) -> int:
        """How many pictures there are; after the last it stands still."""
        return self._duration_ms // STEP_MS + 1

    def box(self, step: int, size: tuple[int, int]) -> Box:
        """What of a picture of `size` is seen in a step: left, top, right, bottom."""
        share = min(1.0, step * STEP_MS / self._duration_ms)
        eased = 0.5 - 0.5 * math.cos(math.pi * share)
        scale = self.closer ** (eased if self._is_inward else 1 - eased)
        width, height = size[0] / scale, size[1] / scale
        left, top = (size[0] - width) * self._focus[0], (size[1] - height) * self._focus[1]
        return left, top, min(size[0], left + width), min(size[1], top + height)


class Mover:
    """The pictures of a motion, made ahead by a thread. `source` has its channels in the order of the screen's."""

    def __init__(self, source: "Image.Image", size: tuple[int, int], motion: Motion, first: int) -> None:
        """Starts with step `first`, for pictures of `size`."""
        self._source, self._size, self._motion = source, size, motion
        self._made: deque[tuple[int, pygame.Surface]] = deque()
        self._last: tuple[int, pygame.Surface] | None = None
        self._next = first
        self._stride = 1
        self._has_room = threading.Event()
        self._is_closed = False
        self.is_too_slow = False
        self._thread = threading.Thread(target=self._run, name="motion", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the thread still lives."""
        return self._thread.is_alive()

    @property
    def is_ready(self) -> bool:
        """Whether there is something to show."""
        return self._last is not None or bool(self._made) or self.is_too_slow

    def picture(self, step: int) -> tuple[int, pygame.Surface] | None:
        """The newest that is made and not ahead of `step`, and which one that is. Ask with rising steps."""
        while self._made and (self._made[0][0] <= step or self._last is None):
            self._last = self._made.popleft()
        self._next = max(self._next, step)
        self._has_room.set()
        return self._last

    def is_best(self, step: int) -> bool:
        """Whether nothing newer will come for `step`."""
        return self._last is not None and (self._last[0] + self._stride > step or self._last[0] >= self._end)

    @property
    def _end(self) -> int:
        return self._motion.steps - 1

    def close(self) -> None:
        """Lets the thread go."""
        self._is_closed = True
        self._has_room.set()

    def _run(self) -> None:
        made = -1
        while made < self._end and not self._is_closed:
            if len(self._made) >= MOST_AHEAD:
                self._has_room.wait()
                self._has_room.clear()
                continue
            step = min(self._end, max(made + self._stride, self._next - self._next % self._stride))
            began_ns = thread_time_ns()
            self._made.append((step, self._scaled(step)))
            made = step
            self._judge(thread_time_ns() - began_ns)
            if self.is_too_slow:
                return

    def _judge(self, cost_ns: int) -> None:
        if cost_ns > 2 * MOST_COST_NS:
            self.is_too_slow = True
        elif cost_ns > MOST_COST_NS:
            self._stride = 2

    def _scaled(self, step: int) -> pygame.Surface:
        from PIL import Image

        box = self._motion.box(step, self._source.size)
        picture = self._source.resize(self._size, Image.Resampling.BILINEAR, box=box)
        surface = pygame.image.frombuffer(picture.tobytes(), picture.size, "BGRA")
        surface.set_alpha(None)
        return surface
