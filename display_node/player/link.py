"""The local socket to the agent: a thread that reads and writes lines so that the frame loop never waits for it.

The newest agent to connect is the one that is heard. What was shown is kept while nobody listens.
"""

import contextlib
import os
import selectors
import socket
import stat
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from content.reading import BadDocument
from display_node.config import LONGEST_SOCKET_PATH_BYTES
from display_node.messages import (
    LONGEST_LINE_BYTES,
    Fault,
    Played,
    ToAgent,
    ToPlayer,
    decode_for_player,
    encode,
)
from display_node.words import _

MOST_KEPT = 1_000
MOST_UNREAD = 500
_READ_BYTES = 64 << 10


class SocketInTheWay(Exception):
    """The player's socket cannot be opened; the sentence says why."""


class Link:
    """Hears one agent at a time. `on_news` is called from the link's thread when there is something to `hear`."""

    def __init__(self, path: Path, on_news: Callable[[], None]) -> None:
        """Listens at `path` at once (readable by this user only); raises SocketInTheWay."""
        self._path = path
        self._on_news = on_news
        self._listener = _listen(path)
        self._inode = path.stat().st_ino
        self._heard: deque[ToPlayer] = deque()
        self._outbox: deque[ToAgent] = deque()
        self._line = b""
        self._agent: socket.socket | None = None
        self._unread = bytearray()
        self._nudge_in, self._nudge_out = socket.socketpair()
        self._nudge_in.setblocking(False)
        self._nudge_out.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._nudge_in, selectors.EVENT_READ)
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self._thread.start()

    def hear(self) -> list[ToPlayer]:
        """What the agent has said since last asked, in order."""
        heard = []
        while self._heard:
            heard.append(self._heard.popleft())
        return heard

    def waiting(self) -> list[ToPlayer]:
        """What the next `hear` will give, as far as it has come."""
        return list(self._heard)

    def say(self, message: ToAgent) -> None:
        """Sends `message`. Rows and faults wait for an agent, the oldest giving way; the rest is for now or never."""
        if isinstance(message, Played | Fault) or (self._agent is not None and len(self._outbox) < MOST_KEPT):
            self._outbox.append(message)
            self._nudge()

    def close(self, within_s: float) -> None:
        """Sends what is left, for at most `within_s`, and takes the socket away; closing again does nothing."""
        if self._is_closing:
            return
        self._is_closing = True
        self._nudge()
        self._thread.join(within_s)
        self._listener.close()
        self._take_away()
        if not self._thread.is_alive():
            self._part()
            self._selector.close()
            self._nudge_in.close()
            self._nudge_out.close()

    def _take_away(self) -> None:
        # The player after this one may have its socket there already: without it the agent could not find that player.
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _nudge(self) -> None:
        try:
            self._nudge_out.send(b".")
        except OSError:
            return  # full of nudges, so the thread will wake; or closed, and there is nobody to wake

    def _run(self) -> None:
        while not (self._is_closing and (self._agent is None or not self._outbox)):
            for key, _events in self._selector.select(timeout=1.0):
                if key.fileobj is self._listener:
                    self._welcome()
                elif key.fileobj is self._nudge_in:
                    self._nudge_in.recv(4096)
                elif key.fileobj is self._agent:
                    self._read()
            self._write()

    def _welcome(self) -> None:
        agent = self._listener.accept()[0]
        agent.setblocking(False)
        self._part()
        self._agent = agent
        self._selector.register(agent, selectors.EVENT_READ)

    def _part(self) -> None:
        if self._agent is not None:
            self._selector.unregister(self._agent)
            self._agent.close()
        self._agent = None
        self._unread.clear()
        self._line = b""

    def _read(self) -> None:
        if self._agent is None or len(self._heard) > MOST_UNREAD:
            self._part()
            return
        try:
            body = self._agent.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            body = b""
        if not body:
            self._part()
            return
        self._unread += body
        self._take_lines()

    def _take_lines(self) -> None:
        *lines, rest = bytes(self._unread).split(b"\n")
        self._unread = bytearray(rest)
        for line in lines:
            self._take(line)
        if len(self._unread) > LONGEST_LINE_BYTES:
            self.say(Fault("", _("The agent sent a line that is too long; the connection was closed.")))
            self._part()

    def _take(self, line: bytes) -> None:
        try:
            self._heard.append(decode_for_player(line))
        except BadDocument as error:
            self.say(
                Fault(
                    "", _("The agent said something the player does not understand: {error}").format(error=error)[:480]
                )
            )
        else:
            self._on_news()

    def _write(self) -> None:
        while self._agent is not None and self._outbox:
            if not self._line:
                self._line = encode(self._outbox[0])
            if not self._send_some(self._agent):
                return
        while len(self._outbox) > MOST_KEPT:
            self._outbox.popleft()

    def _send_some(self, agent: socket.socket) -> bool:
        """Whether the socket took something, and may take more. A message leaves the outbox when it has left whole."""
        try:
            sent = agent.send(self._line)
        except BlockingIOError:
            self._selector.modify(agent, selectors.EVENT_READ | selectors.EVENT_WRITE)
            return False
        except OSError:
            self._part()
            return False
        self._line = self._line[sent:]
        if not self._line:
            self._outbox.popleft()
            self._selector.modify(agent, selectors.EVENT_READ)
        return True


def _listen(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH_BYTES:
        too_long = _("{path}: the path of a socket has at most {most} bytes; choose a shorter folder.")
        raise SocketInTheWay(too_long.format(path=path, most=LONGEST_SOCKET_PATH_BYTES))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()
        listener.bind(str(path))
        path.chmod(0o600)
    except OSError as error:
        listener.close()
        refused = _("{path}: the player cannot listen there ({reason}).")
        raise SocketInTheWay(refused.format(path=path, reason=error.strerror)) from error
    listener.listen(4)
    return listener
