"""A still picture from the cache, with its maker's name over it for the first seconds; a photograph may move slowly."""

from pathlib import Path

import pygame

from content.screen_facts import Fit
from display_node.manner_messages import USUAL, Manner
from display_node.messages import Cue
from display_node.player.decoder import Failure
from display_node.player.motion import STEP_MS, Motion, Mover
from display_node.player.scenes.credits import FADE_STEP_MS, Credits
from display_node.player.scenes.scene import BEAT_NS, NS_PER_MS, step_before
from display_node.player.stills import StillLoader
from display_node.player.text import Typesetter
from display_node.words import _

STEP_NS = STEP_MS * NS_PER_MS


class StillScene:
    """One still picture. It is drawn when it comes, while its credits fade, once a second, and as often as it moves."""

    def __init__(
        self,
        cue: Cue,
        size: tuple[int, int],
        typesetter: Typesetter,
        now_ns: int = 0,
        fit: Fit = "contain",
        manner: Manner = USUAL,
    ) -> None:
        """Starts to load it for a surface of `size`."""
        self.cue = cue
        self._zero_ns = (cue.start_ms - cue.offset_ms) * NS_PER_MS
        self._credits = Credits(cue, size, typesetter, is_hidden=manner.hides_credits)
        self._motion = Motion(cue.sha256, cue.duration_ms) if cue.moves and not manner.is_calm else None
        self._mover: Mover | None = None
        self.keep_off: tuple[pygame.Rect, ...] = ()
        """See `Yielding`."""
        self._first = max(0, (max(now_ns, cue.start_ms * NS_PER_MS) - self._zero_ns) // STEP_NS)
        self._loader = StillLoader(Path(cue.path), size, fit, self._motion.closer if self._motion else 0.0)

    @property
    def failure(self) -> Failure | None:
        """Why it cannot be shown."""
        return self._loader.failure

    @property
    def trouble(self) -> str:
        """Why it stands still though it should move; "" when all is well."""
        if self._mover is None or not self._mover.is_too_slow:
            return ""
        sentence = _("This computer is too slow to move over “{title}”; it stands still.")
        return sentence.format(title=self.cue.title)[:400]

    def caption(self, cue: Cue) -> None:
        """Nothing: a still has no captions."""

    @property
    def is_ready(self) -> bool:
        """Whether the picture is there, with the first of those that move."""
        composed = self._loader.composed
        if composed is None:
            return False
        if composed.moving is None or self._motion is None:
            return True
        if self._mover is None:
            self._mover = Mover(composed.moving, composed.place.size, self._motion, self._first)
        return self._mover.is_ready

    def attend(self, now_ns: int) -> None:
        """Nothing: what loads a still does not hang."""

    @property
    def running(self) -> int:
        """How many threads of it still live."""
        return self._loader.is_running + (self._mover is not None and self._mover.is_running)

    def change_before(self, instant_ns: int) -> int:
        """The last step of the motion or of the fade, or the last beat."""
        if self._is_moving(instant_ns):
            return instant_ns - (instant_ns - self._zero_ns) % STEP_NS
        return step_before(instant_ns, FADE_STEP_MS * NS_PER_MS if self._credits.is_moving(instant_ns) else BEAT_NS)

    def change_after(self, instant_ns: int) -> int:
        """The next step of the motion or of the fade, or the next beat."""
        if self._is_moving(instant_ns):
            return self.change_before(instant_ns) + STEP_NS
        beat_ns = step_before(instant_ns, BEAT_NS) + BEAT_NS
        fade_ns = step_before(instant_ns, FADE_STEP_MS * NS_PER_MS) + FADE_STEP_MS * NS_PER_MS
        while fade_ns < beat_ns and not self._credits.is_moving(fade_ns):
            fade_ns += FADE_STEP_MS * NS_PER_MS
        return min(beat_ns, fade_ns)

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The picture, when it is loaded; one that moves may be of a moment before when what is due is overdue."""
        composed = self._loader.composed
        if composed is None or not self.is_ready:
            return False
        moved = self._moved(instant_ns, now_ns)
        if moved is None and self._mover is not None and not self._mover.is_too_slow:
            return False
        if moved is None or composed.place.size != surface.get_size():
            surface.blit(composed.surface, (0, 0))
        if moved is not None:
            surface.blit(moved, composed.place)
        self._credits.draw(surface, instant_ns, self.keep_off)
        return True

    def close(self) -> None:
        """Lets the thread go that moves it."""
        if self._mover is not None:
            self._mover.close()

    def _is_moving(self, instant_ns: int) -> bool:
        return (
            self._motion is not None
            and self._mover is not None
            and not self._mover.is_too_slow
            and self._step(instant_ns) < self._motion.steps
        )

    def _step(self, instant_ns: int) -> int:
        return max(0, instant_ns - self._zero_ns) // STEP_NS

    def _moved(self, instant_ns: int, now_ns: int) -> pygame.Surface | None:
        if self._mover is None or self._mover.is_too_slow:
            return None
        step = self._step(instant_ns)
        newest = self._mover.picture(step)
        is_overdue = now_ns > self._zero_ns + (step + 1) * STEP_NS
        return newest[1] if newest is not None and (is_overdue or self._mover.is_best(step)) else None
