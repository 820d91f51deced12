"""Hands on the screen as SDL tells of them: fingers, and one pointer that counts as a finger. Reads, decides nothing.

A finger belongs to where it came down until it is lifted. More fingers than people have are rain, and are not heard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pygame

MOST_FINGERS = 10
"""At a time; further ones are not heard until one of these is lifted."""
MOST_DOWN_A_SECOND = 30
"""More touches than hands make: rain, or a sleeve."""
MOST_A_FRAME = 64
"""Touches and lifts heard between two pictures; further ones fall away."""
POINTER = "pointer"
FINGER_EVENTS = (pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP)
POINTER_EVENTS = (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP)
SECOND_NS = 1_000_000_000

Finger = tuple[int, int] | str
"""Which touch device, and which finger there; or POINTER."""
Share = tuple[float, float]
"""Where in the window, from 0 to 1 across and down."""


@dataclass(frozen=True, slots=True)
class Move:
    """A finger came down, moved, or was lifted, there."""

    finger: Finger
    what: Literal["down", "moved", "up"]
    at: Share


class Fingers:
    """Which fingers are on the screen."""

    def __init__(self) -> None:
        """None."""
        self._down: set[Finger] = set()
        self._since_ns = self._count = 0

    def read(self, events: Iterable[pygame.Event], window: tuple[int, int], now_ns: int) -> list[Move]:
        """What hands did, the newest place of each finger that only moved; what is too much is left out."""
        moves: list[Move] = []
        moved: dict[Finger, Move] = {}
        for event in events:
            move = _move_of(event, window)
            if move is None or len(moves) >= MOST_A_FRAME:
                continue
            if move.what == "moved":
                if move.finger in self._down:
                    moved[move.finger] = move
            elif self._is_heard(move, now_ns):
                moved.pop(move.finger, None)
                moves.append(move)
        return [*moves, *moved.values()]

    def forget(self) -> list[Move]:
        """Lifts every finger: what comes next of them is not heard."""
        lifted = [Move(finger, "up", (-1.0, -1.0)) for finger in self._down]
        self._down.clear()
        return lifted

    def _is_heard(self, move: Move, now_ns: int) -> bool:
        if move.what == "up":
            if move.finger not in self._down:
                return False
            self._down.discard(move.finger)
            return True
        if not 0 <= now_ns - self._since_ns < SECOND_NS:
            self._since_ns, self._count = now_ns, 0
        self._count += 1
        if self._count > MOST_DOWN_A_SECOND or move.finger in self._down or len(self._down) >= MOST_FINGERS:
            return False
        self._down.add(move.finger)
        return True


def _move_of(event: pygame.Event, window: tuple[int, int]) -> Move | None:
    if event.type in FINGER_EVENTS:
        what: Literal["down", "moved", "up"] = "moved"
        if event.type != pygame.FINGERMOTION:
            what = "down" if event.type == pygame.FINGERDOWN else "up"
        return Move((event.touch_id, event.finger_id), what, (event.x, event.y))
    # SDL tells of every finger as of a mouse too.
    if event.type not in POINTER_EVENTS or event.touch:
        return None
    at = (event.pos[0] / max(1, window[0]), event.pos[1] / max(1, window[1]))
    if event.type == pygame.MOUSEMOTION:
        return Move(POINTER, "moved", at)
    if event.button != pygame.BUTTON_LEFT:
        return None
    return Move(POINTER, "down" if event.type == pygame.MOUSEBUTTONDOWN else "up", at)
