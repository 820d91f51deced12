"""The sound as the frame loop knows it, and one that is only read once the picture is on: NumPy takes a while."""

import threading
from collections.abc import Callable
from typing import Protocol

from display_node.messages import Cue


class Voice(Protocol):
    """Sounds the cues it was given: see `sound.py`. Nothing here waits, but `close`."""

    loudness: float
    is_muted: bool

    @property
    def has_device(self) -> bool:
        """Whether anything can be heard."""
        ...

    @property
    def behind_ns(self) -> int:
        """How far the sound is behind the clock."""
        ...

    def start(self) -> None:
        """Looks for a device, now and whenever there is none; once is enough."""
        ...

    def prepare(self, cues: tuple[Cue, ...], now_ns: int) -> None:
        """Gets ready the sound of `cues`, and lets everything else go."""
        ...

    def close(self, within_s: float) -> None:
        """Falls silent and gives the device back."""
        ...


class LateVoice:
    """A voice whose `start` makes the real one, in a thread. What was asked for before that is done then."""

    def __init__(self, make: Callable[[], Voice]) -> None:
        """Silent, and nothing is made yet."""
        self._make = make
        self._real: Voice | None = None
        self._loudness, self._is_muted = 1.0, False
        self._thread: threading.Thread | None = None

    @property
    def loudness(self) -> float:
        """How loud, 0 to 1."""
        return self._loudness

    @loudness.setter
    def loudness(self, share: float) -> None:
        self._loudness = share
        self._adjust()

    @property
    def is_muted(self) -> bool:
        """Whether nothing is to be heard, however loud."""
        return self._is_muted

    @is_muted.setter
    def is_muted(self, wanted: bool) -> None:
        self._is_muted = wanted
        self._adjust()

    @property
    def has_device(self) -> bool:
        """Whether anything can be heard."""
        return self._real is not None and self._real.has_device

    @property
    def behind_ns(self) -> int:
        """How far the sound is behind the clock."""
        return 0 if self._real is None else self._real.behind_ns

    def start(self) -> None:
        """Begins to make the real one."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._begin, name="voice", daemon=True)
            self._thread.start()

    def prepare(self, cues: tuple[Cue, ...], now_ns: int) -> None:
        """Passed on as soon as there is somebody: the show says it again several times a second."""
        if self._real is not None:
            self._real.prepare(cues, now_ns)

    def close(self, within_s: float) -> None:
        """Closes the real one, if there is one."""
        if self._thread is not None:
            self._thread.join(within_s)
        if self._real is not None:
            self._real.close(within_s)

    def _begin(self) -> None:
        real = self._make()
        real.start()
        self._real = real
        self._adjust()

    def _adjust(self) -> None:
        if self._real is not None:
            self._real.loudness, self._real.is_muted = self._loudness, self._is_muted
