"""WebSocket frames by hand (RFC 6455 §5.2), for ends that shall cost a measurement next to nothing.

Only what this takes: whole frames, masked with zeros on the way out, never on the way in.
"""

import base64
import secrets
import struct
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
SHORT, MEDIUM, LONG = 125, 126, 127


def hello(path: str, host: str, *headers: str) -> bytes:
    """The request that opens a WebSocket."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def masked(body: bytes, kind: int = TEXT) -> bytes:
    """One frame as a client sends it."""
    if len(body) <= SHORT:
        head = struct.pack("!BB", 0x80 | kind, 0x80 | len(body))
    else:
        head = struct.pack("!BBH", 0x80 | kind, 0x80 | MEDIUM, len(body))
    return head + b"\0\0\0\0" + body


class Frames:
    """What a server sends, frame by frame."""

    def __init__(self) -> None:
        """Nothing came."""
        self._waiting = b""

    def read(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The kind and the body of each frame that is whole now."""
        self._waiting += data
        while len(self._waiting) >= 2:
            start, size = 2, self._waiting[1]
            if size == MEDIUM:
                start, size = 4, int.from_bytes(self._waiting[2:4], "big")
            elif size == LONG:
                start, size = 10, int.from_bytes(self._waiting[2:10], "big")
            if len(self._waiting) < start + size:
                return
            frame, self._waiting = self._waiting[: start + size], self._waiting[start + size :]
            yield frame[0] & 0x0F, frame[start:]
