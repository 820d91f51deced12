"""Video and still pictures from the cache, each with its maker's name over it for the first seconds."""

from fractions import Fraction
from pathlib import Path
from typing import Protocol

import pygame
from av.video.frame import VideoFrame

from display_node.messages import Cue
from display_node.player.decoder import Failure, VideoDecoder
from display_node.player.painting import contained
from display_node.player.scenes.captions import CaptionsOverlay
from display_node.player.scenes.credits import FADE_STEP_MS, Credits
from display_node.player.scenes.scene import BEAT_NS, NS_PER_MS, step_before
from display_node.player.stills import StillLoader
from display_node.player.text import INK, Typesetter
from display_node.player.timeline import DEFAULT_FPS, due_ns, frame_at, media_ms

JOIN_LEAD_NS = 150 * NS_PER_MS
"""What opening and seeking usually takes: a decoder that joins aims this far ahead."""

SURROUND = tuple(channel // 3 for channel in INK)


class Painter(Protocol):
    """Draws decoded frames: see `painting.py`."""

    def paint(self, frame: VideoFrame, surface: pygame.Surface, place: pygame.Rect) -> None:
        """Draws `frame` over `place`."""
        ...


class VideoScene:
    """One video with its captions, each frame at its own instant. After the last frame it holds that."""

    def __init__(self, cue: Cue, size: tuple[int, int], painter: Painter, typesetter: Typesetter, now_ns: int) -> None:
        """Starts to decode from the frame that will be due at `now_ns`, or the cue's first."""
        self.cue = cue
        self._painter = painter
        self._typesetter = typesetter
        self._credits = Credits(cue, size, typesetter)
        self._captions = CaptionsOverlay(cue.captions, cue.captions_sha256, typesetter)
        self._decoder = self._open(now_ns)
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
        self._credits.draw(surface, instant_ns)
        self._captions.draw(surface, media_ms(self.cue, instant_ns), picture, self._credits.place_at(instant_ns))
        return True

    def close(self) -> None:
        """Lets the decoder go."""
        self._decoder.close()

    def _open(self, now_ns: int) -> VideoDecoder:
        start_ns = self.cue.start_ms * NS_PER_MS
        first = frame_at(self.cue, start_ns if now_ns <= start_ns else now_ns + JOIN_LEAD_NS)
        rate = Fraction(self.cue.fps_num, self.cue.fps_den) if self.cue.fps_num else Fraction(DEFAULT_FPS)
        return VideoDecoder(Path(self.cue.path), first, rate)

    def _reopen(self, now_ns: int) -> None:
        self._decoder.close()
        self._left = [decoder for decoder in (*self._left, self._decoder) if decoder.is_running]
        self._decoder = self._open(now_ns)

    def _paint(self, frame: VideoFrame, surface: pygame.Surface) -> pygame.Rect:
        place = contained((frame.width, frame.height), surface.get_size())
        if place.size != surface.get_size():
            surface.fill(SURROUND)
        self._painter.paint(frame, surface, place)
        return place


class StillScene:
    """One still picture. It is drawn when it comes, while its credits fade, and once a second."""

    def __init__(self, cue: Cue, size: tuple[int, int], typesetter: Typesetter) -> None:
        """Starts to load it for a surface of `size`."""
        self.cue = cue
        self._credits = Credits(cue, size, typesetter)
        self._loader = StillLoader(Path(cue.path), size)

    @property
    def failure(self) -> Failure | None:
        """Why it cannot be shown."""
        return self._loader.failure

    @property
    def trouble(self) -> str:
        """Nothing: a still has no captions."""
        return ""

    def caption(self, cue: Cue) -> None:
        """Nothing: a still has no captions."""

    @property
    def is_ready(self) -> bool:
        """Whether the picture is there."""
        return self._loader.picture is not None

    @property
    def running(self) -> int:
        """How many threads of it still live."""
        return int(self._loader.is_running)

    def change_before(self, instant_ns: int) -> int:
        """The last step of the fade, or the last beat."""
        return step_before(instant_ns, self._step_ns(instant_ns))

    def change_after(self, instant_ns: int) -> int:
        """The next step of the fade, or the next beat."""
        beat_ns = step_before(instant_ns, BEAT_NS) + BEAT_NS
        fade_ns = step_before(instant_ns, FADE_STEP_MS * NS_PER_MS) + FADE_STEP_MS * NS_PER_MS
        while fade_ns < beat_ns and not self._credits.is_moving(fade_ns):
            fade_ns += FADE_STEP_MS * NS_PER_MS
        return min(beat_ns, fade_ns)

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The picture, when it is loaded."""
        if self._loader.picture is None:
            return False
        surface.blit(self._loader.picture, (0, 0))
        self._credits.draw(surface, instant_ns)
        return True

    def close(self) -> None:
        """Nothing to let go: the loader ends by itself."""

    def _step_ns(self, instant_ns: int) -> int:
        return FADE_STEP_MS * NS_PER_MS if self._credits.is_moving(instant_ns) else BEAT_NS


MediaScene = VideoScene | StillScene
