"""A program that listens for webhooks: a real HTTP server in a thread of its own, on the loopback."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """One call as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """What the call tells."""
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """As the Standard Webhooks specification has it checked."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Listener:
    """Where it listens, what it heard, and with what it answers: statuses in turn, the last one for ever."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    statuses: list[int] = field(default_factory=lambda: [204])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def next_status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener while the block lasts."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(listener.next_status())
            self.send_header("Location", f"{listener.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
