"""What every scene can do. A scene is a pure picture of an instant: drawing it twice gives the same."""

from typing import Protocol, runtime_checkable

import pygame

NS_PER_MS = 1_000_000
BEAT_NS = 1_000 * NS_PER_MS
"""A still picture is presented again this often, so that the heartbeat proves that the screen works."""


class Scene(Protocol):
    """Something to look at, with the instants at which it changes."""

    def change_before(self, instant_ns: int) -> int:
        """The latest instant, at or before `instant_ns`, from which the picture is as it is at `instant_ns`."""
        ...

    def change_after(self, instant_ns: int) -> int:
        """The next instant after `instant_ns` at which the picture changes, or is to be presented again."""
        ...

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """Draws the picture of `instant_ns` over the whole surface; False, drawing nothing, when it is not ready."""
        ...


@runtime_checkable
class Yielding(Protocol):
    """A scene whose words make room for what stands in front of the programme."""

    keep_off: tuple[pygame.Rect, ...]
    """Where words would lie under that, the most important first."""


def step_before(instant_ns: int, step_ns: int) -> int:
    """The latest multiple of `step_ns` up to `instant_ns`."""
    return instant_ns - instant_ns % step_ns
