"""The frame loop's way to hands at the screen itself. A screen without touch and pads pays nothing for it.

What was pressed is told to the agent, which decides; `touch.py` has what is drawn and who pressed what.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import pygame

from content.clock import monotonic_ns
from display_node.messages import Fault, ToAgent
from display_node.player.session import SessionLayer
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.turns import Turn
from display_node.touch_messages import ForHands, Reach
from display_node.words import _

if TYPE_CHECKING:
    from display_node.player.touch import Touch

ATTENTIVE_NS = 12_000_000
"""So often hands are looked for while there is touch or a pad."""
TOLD_EVERY_NS = 60_000_000_000
"""A defect that comes again is told no more often."""
LONGEST_DEFECT = 200
Given = TypeVar("Given")


class Hands:
    """Nothing, until the agent says that this screen has touch or pads."""

    def __init__(self, typesetter: Typesetter, session: SessionLayer, say: Callable[[ToAgent], None]) -> None:
        """`say` takes what is told to the agent."""
        self._typesetter, self._session, self._say = typesetter, session, say
        self._touch: Touch | None = None
        self._told_ns = -TOLD_EVERY_NS
        session.room_of = self.room_of

    def hear(self, message: ForHands, now_ns: int) -> None:
        """What the agent says about hands."""
        if self._touch is None:
            if not isinstance(message, Reach) or not (message.has_touch or message.has_pads):
                return
            # Read here: most screens have neither, and a screen that starts again has no time for it.
            from display_node.player.touch import Touch

            self._touch = Touch(self._typesetter, self._session, self._say)
        self._guarded(lambda touch: touch.hear(message, now_ns), None)

    @property
    def has_pads(self) -> bool:
        """Whether keys are there for everybody: arcade encoders are keyboards."""
        return self._touch is not None and self._touch.has_pads

    @property
    def attentive_ns(self) -> int | None:
        """The longest time without looking for hands; None where there are none to look for."""
        return ATTENTIVE_NS if self._touch is not None and self._touch.is_on else None

    def take(self, events: Iterable[pygame.Event], stage: Stage, layer: str, now_ns: int) -> bool:
        """What hands did since last asked, while a picture of `layer` was on; whether the picture changes for it."""
        return self._guarded(lambda touch: touch.take(events, stage, layer, now_ns), otherwise=False)

    def room_of(self, size: tuple[int, int]) -> tuple[int, int]:
        """How much of a picture of `size` is left to the activity that is on."""
        return self._guarded(lambda touch: touch.room_of(size), size)

    def part(self, surface: pygame.Surface, turn: Turn) -> pygame.Surface:
        """What of `surface` the scene that is on is drawn on."""
        if turn.layer != "session":
            return surface
        return self._guarded(lambda touch: touch.part(surface, self._session.size), surface)

    def lay(self, surface: pygame.Surface, layer: str) -> None:
        """Lays over `surface`, a picture of `layer`, what can be pressed."""
        self._guarded(lambda touch: touch.lay(surface, layer), None)

    def _guarded(self, do: Callable[["Touch"], Given], otherwise: Given) -> Given:
        """What `do` gives. Whatever a stranger's finger brings about in there, the picture goes on without it."""
        if self._touch is None:
            return otherwise
        try:
            return do(self._touch)
        except Exception as error:  # noqa: BLE001 - a defect in here must not reach the frame loop
            self._touch.forget()
            now_ns = monotonic_ns()
            if now_ns - self._told_ns >= TOLD_EVERY_NS:
                self._told_ns = now_ns
                sentence = _("What can be pressed was closed because of a defect: {error}")
                self._say(Fault("", sentence.format(error=repr(error)[:LONGEST_DEFECT])))
            return otherwise
