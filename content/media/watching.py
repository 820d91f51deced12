"""Looking at a film's pictures on their way into the encoder: decoded once, whoever looks and for whatever.

A watcher sees every house frame exactly as the encoder gets it. What it needs of a picture is made when it is first
asked for and shared with the others. Only for the confined child.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from content.media.house_size import fit

if TYPE_CHECKING:
    from content.media.flash.cells import Cells

COLOUR_SIDE = 960
LUMA_SIDE = 480
GLANCE_SIDE = 240
Pixels = NDArray[np.uint8]


class Picture:
    """One house picture and when it is shown. Its arrays are shared: nobody writes into them."""

    def __init__(self, frame: VideoFrame, first: int, times: int, fps: int) -> None:
        """`frame` is shown as house frame `first` and the `times` - 1 after it."""
        self.frame = frame
        self.first = first
        self.times = times
        self.fps = fps

    @property
    def at_us(self) -> int:
        """When it appears, from the film's beginning on."""
        return self.first * 1_000_000 // self.fps

    @property
    def instants_us(self) -> tuple[int, ...]:
        """The beginning of each house frame it stands for."""
        return tuple((self.first + n) * 1_000_000 // self.fps for n in range(self.times))

    @cached_property
    def glance(self) -> Pixels:
        """Its luma in one of every so many rows and columns, at most GLANCE_SIDE: what is seen at a glance."""
        plane = self.frame.planes[0]
        step = max(1, -(-max(plane.width, plane.height) // GLANCE_SIDE))
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return rows[: plane.height : step, : plane.width : step].copy()

    @cached_property
    def luma(self) -> Pixels:
        """Its luma (rows, columns; limited range), the long side at most LUMA_SIDE: 480 x 270 of 1920 x 1080."""
        # OpenCV takes much room; most refusals come without it.
        from content.media.flash.cells import luma_of_house

        return luma_of_house(self.frame, fit(self.frame.width, self.frame.height, LUMA_SIDE, LUMA_SIDE))

    @cached_property
    def bgr(self) -> Pixels:
        """The picture alone in sRGB codes, as OpenCV has them (rows, columns, 3), the long side at most COLOUR_SIDE."""
        import cv2

        from content.media.flash.cells import colours_of_house

        size = fit(self.frame.width, self.frame.height, COLOUR_SIDE, COLOUR_SIDE)
        red, green, blue = colours_of_house(self.frame, size)
        return np.asarray(cv2.merge([blue, green, red]), np.uint8)

    @cached_property
    def cells(self) -> "Cells":
        """The 16:9 screen with this picture on it."""
        from content.media.flash.cells import cells_of_house

        return cells_of_house(self.frame)


class Watcher(Protocol):
    """Looks at a film's pictures while it is being written, in rising time."""

    def see(self, picture: Picture) -> None:
        """The next picture. A film may be refused here, by raising Refused."""

    def end(self, at_us: int) -> None:
        """The film is whole; its last picture is gone at `at_us`. Not called for a film that was refused."""


Watchers = tuple[Watcher, ...]
