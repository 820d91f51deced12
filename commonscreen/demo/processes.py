"""The demo's two processes: the service and one screen, started, watched and ended."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

READY_S = 120.0
END_S = 8.0


class NotStarted(RuntimeError):
    """A process that ended or kept silent before it was ready; the sentence names its log."""


class Running:
    """One process, its output going to a log file. Everything it starts ends with it."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, *, say: bool = False) -> None:
        """Starts `commonscreen` with these arguments. With `say`, its standard output is kept to be read by `line`."""
        self.name = name
        self.log = log
        self._lines: queue.Queue[str] = queue.Queue(1000)
        with log.open("ab") as stream:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "commonscreen", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if say else stream,
                stderr=stream,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        if say:
            self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        for line in self.process.stdout:
            if not self._lines.full():
                self._lines.put(line.decode(errors="replace").rstrip())

    def line(self, wait_s: float = READY_S) -> str:
        """The next line it prints. Raises NotStarted when it ends or says nothing for `wait_s` seconds."""
        for _ in range(round(wait_s * 10)):
            try:
                return self._lines.get(timeout=0.1)
            except queue.Empty:
                if self.process.poll() is not None:
                    break
        raise NotStarted(f"{self.name} did not start: {self.last_words()} ({self.log})")

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def end(self) -> None:
        """Asks it to end, and makes it, with whatever it started, if it does not within a few seconds."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(END_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        if self.process.stdout is not None:
            self._reader.join(END_S)
            self.process.stdout.close()
