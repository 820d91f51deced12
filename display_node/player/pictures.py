"""Pictures of what the screen really shows, for those who look after it; encoded and written off the frame loop."""

import io
import threading
from collections.abc import Callable
from pathlib import Path

import pygame

from content.files import write_whole
from display_node.messages import Fault, PictureTaken, TakePictures, ToAgent
from display_node.words import _

LONGEST_SIDE_PX = 960
JPEG_QUALITY = 80
_NS_PER_MS = 1_000_000
BUSY_NS = 50 * _NS_PER_MS


class Pictures:
    """Takes the pictures that were asked for, one at a time: the next waits until the last is written."""

    def __init__(self, say: Callable[[ToAgent], None]) -> None:
        """`say` is called from another thread with PictureTaken or a Fault."""
        self._say = say
        self._asked: TakePictures | None = None
        self._due_ns = 0
        self._until_ns = 0
        self._writer: threading.Thread | None = None

    def ask(self, asked: TakePictures, now_ns: int) -> None:
        """Follows `asked` from now on instead of what was asked before."""
        self._asked = asked
        self._due_ns = now_ns
        self._until_ns = now_ns + asked.for_ms * _NS_PER_MS

    def due_ns(self) -> int | None:
        """When the next picture is wanted."""
        return self._due_ns if self._asked else None

    def presented(self, copied: Callable[[], pygame.Surface], now_ns: int) -> None:
        """Takes a picture, if one is due: `copied` gives what has just been presented."""
        if self._asked is None or now_ns < self._due_ns:
            return
        if self._writer is not None and self._writer.is_alive():
            self._due_ns = now_ns + BUSY_NS
            return
        path = self._asked.path
        self._due_ns += self._asked.every_ms * _NS_PER_MS
        if self._due_ns <= now_ns:
            self._due_ns = now_ns + self._asked.every_ms * _NS_PER_MS
        if self._due_ns > self._until_ns:
            self._asked = None
        work = (copied(), Path(path), now_ns // _NS_PER_MS)
        self._writer = threading.Thread(target=self._write, args=work, name="pictures", daemon=True)
        self._writer.start()

    def _write(self, copy: pygame.Surface, path: Path, wall_ms: int) -> None:
        try:
            write_whole(path, as_jpeg(copy))
        except OSError as error:
            self._say(Fault("", _("A picture of the screen could not be written: {error}").format(error=error)[:400]))
        else:
            self._say(PictureTaken(str(path), wall_ms))


def as_jpeg(surface: pygame.Surface) -> bytes:
    """`surface` as a JPEG, its long side at most LONGEST_SIDE_PX."""
    from PIL import Image

    image = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    image.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.BOX, reducing_gap=None)
    body = io.BytesIO()
    image.save(body, "JPEG", quality=JPEG_QUALITY)
    return body.getvalue()
