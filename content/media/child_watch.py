"""Watches one child: reads what it says as hostile input, stops it when it takes too long or says too much."""

import contextlib
import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from content.clock import monotonic_ns
from content.media.child_room import Room
from content.media.confinement import Start
from content.media.job import LINE_BYTES, MOST_LINES, Saying, parse_saying
from content.reading import BadDocument

_log = logging.getLogger(__name__)
_LOOK_S = 0.1
_DYING_LOOK_S = 0.005
_READ_BYTES = 16_384
_COMPLAINTS_BYTES = 4_096
_BURIAL_S = 10


class ChildStopped(Exception):
    """We stopped the child; `code` is the reason's code."""

    def __init__(self, code: str) -> None:
        """`code` is one of content.media.reasons.TABLE."""
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Child:
    """A running child and what is left to read from it. A context manager: at the end of it the child is dead."""

    start: Start
    folder: Path
    room: Room
    deadline_ns: int
    cancelled: Callable[[], bool]
    hear: Callable[[Saying], None]
    _process: subprocess.Popen[bytes] = field(init=False)
    _rest: bytes = b""
    _lines: int = 0
    _complaints: bytes = b""
    _looked_ns: int = 0

    def __enter__(self) -> Self:
        """Starts the child, in a session of its own."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            self.start.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.start.environment,
            cwd=self.folder,
            start_new_session=True,
            close_fds=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kills what is left of the child and takes its pipes down."""
        self._kill_all()
        self._process.wait(timeout=_BURIAL_S)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def attend(self) -> int:
        """Hears the child out and returns its exit status (negative: the signal that ended it). Raises ChildStopped."""
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout is not None and stderr is not None  # noqa: S101, PT018 - asked for above
        with selectors.DefaultSelector() as selector:
            selector.register(stdout.fileno(), selectors.EVENT_READ, self._hear_bytes)
            selector.register(stderr.fileno(), selectors.EVENT_READ, self._note_complaint)
            while selector.get_map():
                self._stop_if_due()
                for key, _ in selector.select(_LOOK_S):
                    body = os.read(key.fd, _READ_BYTES)
                    key.data(body)
                    if not body:
                        selector.unregister(key.fd)
        return self._end()

    def _end(self) -> int:
        while not self._has_ended():
            time.sleep(_DYING_LOOK_S)  # it has closed its ends of both pipes and is about to end
            self._stop_if_due()
        self._look_into_the_room()
        self._kill_all()
        status = self._process.wait(timeout=_BURIAL_S)
        if status != 0:
            _log.info("the preparing child ended with %d: %s", status, self._complaints.decode(errors="replace"))
        # bubblewrap tells a signal as 128 + its number.
        return 128 - status if 128 < status < 192 else status

    def _has_ended(self) -> bool:
        """Whether the child is dead. It is not buried: until then nobody else gets its number."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _kill_all(self) -> None:
        """The child and whatever it started, unless the child has been buried."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # nothing of the group is left to be killed
                os.killpg(self._process.pid, signal.SIGKILL)

    def _stop_if_due(self) -> None:
        if self.cancelled():
            raise ChildStopped("cancelled")
        now_ns = monotonic_ns()
        if now_ns > self.deadline_ns:
            raise ChildStopped("timeout")
        if now_ns - self._looked_ns > _LOOK_S * 1_000_000_000:
            self._looked_ns = now_ns
            self._look_into_the_room()

    def _look_into_the_room(self) -> None:
        if code := self.room.excess(self.folder, self._process.pid):
            raise ChildStopped(code)

    def _hear_bytes(self, body: bytes) -> None:
        *lines, self._rest = (self._rest + body).split(b"\n")
        self._lines += len(lines)
        if self._lines > MOST_LINES or len(self._rest) > LINE_BYTES:
            raise ChildStopped("worker_misbehaved")
        for line in lines:
            try:
                self.hear(parse_saying(line))
            except BadDocument as error:
                _log.warning("the preparing child said what it must not: %s", error)
                raise ChildStopped("worker_misbehaved") from error

    def _note_complaint(self, body: bytes) -> None:
        self._complaints = (self._complaints + body)[-_COMPLAINTS_BYTES:]
