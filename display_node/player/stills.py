"""Loads a still picture in its own thread."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from content.screen_facts import Fit
from display_node.player.decoder import Failure
from display_node.words import _

if TYPE_CHECKING:
    from display_node.player.still_picture import Composed


class StillLoader:
    """The picture in `path` composed for a surface of `size`, when its thread has finished."""

    def __init__(self, path: Path, size: tuple[int, int], fit: Fit = "contain", closer: float = 0.0) -> None:
        """Starts at once. `closer` is how much larger it is wanted besides; 0 not at all."""
        self._fit: Fit = fit
        self._path = path
        self._size = size
        self._closer = closer
        self.composed: Composed | None = None
        self.failure: Failure | None = None
        self._thread = threading.Thread(target=self._run, name="still", daemon=True)
        self._thread.start()

    @property
    def picture(self) -> pygame.Surface | None:
        """The picture."""
        return self.composed.surface if self.composed else None

    @property
    def is_running(self) -> bool:
        """Whether the thread still lives."""
        return self._thread.is_alive()

    def _run(self) -> None:
        # Pillow is read by the first still, in its thread: a film on a screen that starts does not wait for it.
        from display_node.player.still_picture import UNDECODABLE, composed

        try:
            self.composed = composed(self._path, self._size, self._fit, self._closer)
        except FileNotFoundError:
            self.failure = Failure("file", _("The file is not in the cache any more."))
        except UNDECODABLE as error:
            self.failure = Failure("file", _("The picture cannot be decoded: {error}").format(error=error)[:400])
