"""A seam that takes a moment: the last picture of what was on goes away over what comes, from that one's first instant.

The item that comes plays from its start, each frame at its own instant; the one that went had shown its last. So
nothing is lost or repeated, screens stay together, and one decoder is enough. What the computer is too slow for is
given up in the middle, which is a cut, and told.
"""

import math

import pygame

from content.transition import KINDS, Transition
from display_node.messages import Cue
from display_node.words import _

_NS_PER_MS = 1_000_000
STEP_NS = 33_333_333
"""Over a picture that stands still, thirty steps a second."""
LATE_NS = 20 * _NS_PER_MS
MOST_LATE = 3
"""Pictures of one transition that may come so late before it is given up."""
MOST_GIVEN_UP = 3
"""After so many in a row, seams are cuts until the player starts again."""


class Transitions:
    """The transition that is on, if any. Only the frame loop uses it."""

    def __init__(self) -> None:
        """None is on."""
        self._last: pygame.Surface | None = None
        self._kept = pygame.Surface((1, 1))
        self._transition = Transition()
        self._cue: Cue | None = None
        self._late = 0
        self._given_up = 0
        self.is_calm = False
        """Nothing slides: what would move fades instead."""

    def begin(self, surface: pygame.Surface, cue: Cue | None, due_ns: int) -> None:
        """A seam: `cue`'s first picture, due at `due_ns`, is about to be painted over what `surface` still shows.

        Harmless when said again for the same cue.
        """
        if self._last is not None and cue == self._cue:
            return
        self._last, self._late = None, 0
        if cue is None or cue.transition == "cut" or self._given_up >= MOST_GIVEN_UP:
            return
        kind = "crossfade" if self.is_calm else KINDS[cue.transition]
        self._cue, self._transition = cue, Transition(kind, cue.transition_ms)
        if 0 <= due_ns - cue.start_ms * _NS_PER_MS < cue.transition_ms * _NS_PER_MS:
            if self._kept.get_size() != surface.get_size():
                self._kept = surface.copy()
            self._kept.set_alpha(None)
            self._kept.blit(surface, (0, 0))
            self._last = self._kept

    def change_after(self, instant_ns: int) -> int | None:
        """When the next picture of it is wanted; None when none is on."""
        if self._last is None or self._cue is None:
            return None
        end_ns = (self._cue.start_ms + self._transition.ms) * _NS_PER_MS
        return min(instant_ns - instant_ns % STEP_NS + STEP_NS, end_ns) if instant_ns < end_ns else None

    def lay(self, surface: pygame.Surface, instant_ns: int) -> None:
        """Lays what is left of the last picture over that of `instant_ns`."""
        if self._last is None or self._cue is None:
            return
        done = (instant_ns - self._cue.start_ms * _NS_PER_MS) / (self._transition.ms * _NS_PER_MS)
        if not 0 <= done < 1 or self._last.get_size() != surface.get_size():
            self._given_up = 0
            self._last = None
            return
        width, height = surface.get_size()
        eased = 0.5 - 0.5 * math.cos(math.pi * done)
        match self._transition.kind:
            case "crossfade":
                self._last.set_alpha(round(255 * (1 - done)))
                surface.blit(self._last, (0, 0))
            # A panel of a wall has painted its own part only: what would slide in from its neighbour is not there.
            case "slide" if surface.get_clip() == surface.get_rect():
                surface.blit(self._last, (-round(width * eased), 0))
            case _:
                edge = round(width * eased)
                surface.blit(self._last, (edge, 0), (edge, 0, width - edge, height))

    def presented(self, late_ns: int) -> Cue | None:
        """Hears how late a picture came; gives the cue whose transition is given up for that, if it is."""
        if self._last is None or late_ns < LATE_NS:
            return None
        self._late += 1
        if self._late < MOST_LATE:
            return None
        self._last = None
        self._given_up += 1
        return self._cue


def cut_short(cue: Cue) -> str:
    """What to report when the transition to a cue was given up."""
    sentence = _("This computer was too slow for the transition to “{title}”; it became a cut.")
    return sentence.format(title=cue.title)[:400]
