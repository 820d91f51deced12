"""Pictures composed beside the frame loop, each in a thread of its own that ends with it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Composing(Generic[Made]):
    """What `make` gives, once it has: `made` is None until then, and for ever when it failed."""

    def __init__(self, name: str, make: Callable[[], Made]) -> None:
        """Starts at once. `make` touches nothing that another thread changes."""
        self._make = make
        self.made: Made | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the thread still lives."""
        return self._thread.is_alive()

    def _run(self) -> None:
        self.made = self._make()
