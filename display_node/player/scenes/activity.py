"""What every activity's scene can do: hear how the activity stands, and draw it sixty times a second."""

from typing import Protocol

import pygame

from display_node.player.scenes.scene import NS_PER_MS, step_before
from display_node.session_messages import SessionNow

FRAME_NS = 1_000 * NS_PER_MS // 60
EASE_NS = 180 * NS_PER_MS
"""How long a figure takes from what it was to what it is; it moves at once."""


class ActivityScene(Protocol):
    """A scene that is told news."""

    number: int
    """Of the newest state heard: the frames log writes it beside each frame."""
    is_calm: bool
    """Nothing moves but what people do."""

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Draws this from the next frame on."""
        ...

    def change_before(self, instant_ns: int) -> int:
        """The frame that is on at an instant."""
        ...

    def change_after(self, instant_ns: int) -> int:
        """The next frame."""
        ...

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The whole picture, always ready."""
        ...


def frame_before(instant_ns: int) -> int:
    """The latest sixtieth of a second up to `instant_ns`."""
    return step_before(instant_ns, FRAME_NS)


SHARE_WIDE, SHARE_TALL = 0.62, 0.56
"""Of the picture: beside, or below, the invitation."""


def beside_invitation(size: tuple[int, int], hills_top: int, margin: int) -> pygame.Rect:
    """Where an activity may write: the corner of the invitation stays free, and the hills at the foot."""
    width, height = size
    if width >= height:
        return pygame.Rect(margin, margin, int(width * SHARE_WIDE) - margin, hills_top - margin)
    top = int(height * (1 - SHARE_TALL)) - margin
    return pygame.Rect(margin, top, width - 2 * margin, hills_top - top)


class Eased:
    """A figure that glides to its newest value: it has moved in the first frame, and is there after EASE_NS."""

    def __init__(self, value: float) -> None:
        """Stands still."""
        self._from = self._to = value
        self._since_ns = 0

    def to(self, value: float, now_ns: int, *, glides: bool = True) -> None:
        """Glides to `value` from where it is, or is there at once."""
        if value != self._to:
            self._from = self.at(now_ns) if glides else value
            self._to, self._since_ns = value, now_ns - FRAME_NS

    def at(self, instant_ns: int) -> float:
        """Where it is."""
        share = min(1.0, max(0.0, (instant_ns - self._since_ns) / EASE_NS))
        return self._to + (self._from - self._to) * (1 - share) ** 3
