"""A row for every presented frame, written by a thread of its own: evidence for tests and measurements."""

import json
import os
import queue
import threading
from dataclasses import astuple, dataclass, fields
from pathlib import Path

MOST_WAITING = 20_000


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One presented frame: when (monotonic ns and UTC ms), what, how far into its media, and how late (ms).

    For a session `media_ms` is the number of the state that was drawn.
    """

    mono_ns: int
    wall_ms: int
    layer: str
    item: str
    media_ms: int
    late_ms: float


_NAMES = tuple(field.name for field in fields(FrameRow))


class FramesLog:
    """Appends rows to a file as JSON lines. Rows that a slow disk leaves no room for are lost and counted."""

    def __init__(self, path: Path) -> None:
        """Goes on at the end of the file, since a player that is started again tells the same story; raises OSError."""
        self._stream = path.open("a", encoding="utf-8")
        if not _ends_whole(path):
            self._stream.write("\n")
        self._waiting: queue.Queue[FrameRow | None] = queue.Queue(MOST_WAITING)
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="frames-log", daemon=True)
        self._thread.start()

    def add(self, row: FrameRow) -> None:
        """Never waits."""
        try:
            self._waiting.put_nowait(row)
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Writes what is waiting, for at most a second."""
        self._waiting.put(None, timeout=1)
        self._thread.join(1)

    def _run(self) -> None:
        with self._stream:
            while (row := self._waiting.get()) is not None:
                self._stream.write(json.dumps(dict(zip(_NAMES, astuple(row), strict=True))) + "\n")
                if self._waiting.empty():
                    self._stream.flush()


def _ends_whole(path: Path) -> bool:
    """False when a player that was killed left half a row, which must not spoil the first of the next."""
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
