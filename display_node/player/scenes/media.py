"""Videos from the cache, each with its captions, and its maker's name over it for the first seconds."""

from typing import Protocol

import pygame
from av.video.frame import VideoFrame

from content.screen_facts import Fit
from display_node.manner_messages import USUAL, Manner
from display_node.messages import Cue
from display_node.player.decoder import Failure, VideoDecoder, film_decoder
from display_node.player.painting import placed
from display_node.player.scenes.captions import CaptionsOverlay
from display_node.player.scenes.credits import Credits
from display_node.player.scenes.still import StillScene
from display_node.player.text import INK, Typesetter
from display_node.player.timeline import due_ns, frame_at, media_ms

BLACK = (0, 0, 0)
SURROUND = tuple(channel // 3 for channel in INK)


class Painter(Protocol):
    """Draws decoded frames: see `painting.py`."""

    def paint(self, frame: VideoFrame, surface: pygame.Surface, place: pygame.Rect) -> None:
        """Draws `frame` over `place`."""
        ...


class VideoScene:
    """One video with its captions, each frame at its own instant. After the last frame it holds that."""

    def __init__(
        self,
        cue: Cue,
        size: tuple[int, int],
        painter: Painter,
        typesetter: Typesetter,
        decoder: VideoDecoder,
        fit: Fit = "contain",
        manner: Manner = USUAL,
    ) -> None:
        """`decoder` is that of `film_decoder` for this very film."""
        self.cue = cue
        self._fit: Fit = fit
        self._painter = painter
        self._typesetter = typesetter
        self._credits = Credits(cue, size, typesetter, is_hidden=manner.hides_credits)
        self._captions = CaptionsOverlay(cue.captions, cue.captions_sha256, typesetter)
        self.keep_off: tuple[pygame.Rect, ...] = ()
        """See `Yielding`."""
        self._decoder = decoder
        self._left: list[VideoDecoder] = []

    @property
    def failure(self) -> Failure | None:
        """Why it cannot be shown (any further)."""
        return self._decoder.failure

    @property
    def trouble(self) -> str:
        """Why it is shown without its captions; "" when all is well."""
        return self._captions.failure

    def caption(self, cue: Cue) -> None:
        """Goes on with the captions of `cue`, a later word about the same showing."""
        if cue.captions_sha256 != self._captions.sha256:
            self._captions = CaptionsOverlay(cue.captions, cue.captions_sha256, self._typesetter)

    @property
    def is_ready(self) -> bool:
        """Whether its first picture is there."""
        return self._decoder.is_ready

    def attend(self, now_ns: int) -> None:
        """Goes on with software where hardware has stopped to answer."""
        if self._decoder.is_hanging():
            self._reopen(now_ns)

    @property
    def decoded_by(self) -> str:
        """What decodes it: `software`, or the name of the hardware's way; "" before the first picture."""
        return self._decoder.decoded_by

    @property
    def running(self) -> int:
        """How many threads of it still live."""
        return sum(decoder.is_running for decoder in (self._decoder, *self._left)) + self._captions.is_running

    def change_before(self, instant_ns: int) -> int:
        """When the frame of that instant was due."""
        return due_ns(self.cue, frame_at(self.cue, instant_ns))

    def change_after(self, instant_ns: int) -> int:
        """When the frame after that instant's is due."""
        return due_ns(self.cue, frame_at(self.cue, instant_ns) + 1)

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The frame that is due at `instant_ns`; an older one only when it is overdue and nothing newer has come."""
        number = frame_at(self.cue, instant_ns)
        if self._decoder.is_off(number):
            self._reopen(now_ns)
        newest = self._decoder.newest(number)
        if newest is None or not (self._decoder.is_best(number) or now_ns > due_ns(self.cue, number + 1)):
            return False
        picture = self._paint(newest[1], surface)
        self._credits.draw(surface, instant_ns, self.keep_off)
        line = self._credits.place_at(instant_ns, self.keep_off)
        self._captions.draw(
            surface, media_ms(self.cue, instant_ns), picture, self.keep_off if line is None else (*self.keep_off, line)
        )
        return True

    def close(self) -> None:
        """Lets the decoder go."""
        self._decoder.close()

    def _reopen(self, now_ns: int) -> None:
        self._decoder.close()
        self._left = [decoder for decoder in (*self._left, self._decoder) if decoder.is_running]
        self._decoder = film_decoder(self.cue, now_ns)

    def _paint(self, frame: VideoFrame, surface: pygame.Surface) -> pygame.Rect:
        place = placed((frame.width, frame.height), surface.get_size(), self._fit)
        if not place.contains(surface.get_rect()):
            surface.fill(SURROUND if self._fit == "contain" else BLACK)
        self._painter.paint(frame, surface, place)
        return place.clip(surface.get_rect())


MediaScene = VideoScene | StillScene
