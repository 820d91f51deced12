"""An Open311 GeoReport v2 endpoint of somebody else, a process of its own: gives tokens first, then names; XML alone.

    python -m tests.fakes.open311 PORT_FILE

Written from the specification and with nothing of ours. It keeps what it was sent in memory and tells it at
`/sent.json`; `/close/NAME` closes a request with notes; `/mood/STATUS` has it answer handing in with that status.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

SENT: list[dict[str, str]] = []
CLOSED: dict[str, str] = {}
MOOD = [200]
ASKED: list[str] = []
KEY = "a key of the town"


class Endpoint(BaseHTTPRequestHandler):
    """Answers one request."""

    def do_POST(self) -> None:
        """Takes a request in."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        if MOOD[0] != 200:
            return self._say(MOOD[0], "<errors><error><code>0</code><description>no</description></error></errors>")
        if given.get("api_key") != KEY or given.get("jurisdiction_id") != "town.example":
            return self._say(403, "<errors><error><code>403</code><description>key</description></error></errors>")
        SENT.append(given)
        return self._say(201, _requests(f"<request><token>t{len(SENT)}</token></request>"))

    def do_GET(self) -> None:
        """Tells."""
        where = urlsplit(self.path)
        name = unquote(where.path.rpartition("/")[2])
        if where.path == "/sent.json":
            return self._say(200, json.dumps({"sent": SENT, "asked": ASKED}))
        if where.path.startswith("/mood/"):
            MOOD[0] = int(name)
            return self._say(200, "")
        if where.path.startswith("/close/"):
            CLOSED[name] = "Mended on Monday & tested"
            return self._say(200, "")
        if where.path.startswith("/v2/tokens/"):
            number = name.removeprefix("t").removesuffix(".xml")
            row = f"<request><service_request_id>SR {number}</service_request_id><token>t{number}</token></request>"
            return self._say(200, _requests(row))
        if where.path == "/v2/requests.xml":
            names = parse_qs(where.query)["service_request_id"][0]
            ASKED.append(names)
            return self._say(200, _requests("".join(_row(one) for one in names.split(","))))
        return self._say(404, "<errors/>")

    def log_message(self, *_words: object) -> None:
        """Says nothing."""

    def _say(self, status: int, body: str) -> None:
        told = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)


def _requests(rows: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><service_requests>{rows}</service_requests>'


def _row(name: str) -> str:
    status = "closed" if name in CLOSED else "open"
    notes = escape(CLOSED.get(name, ""))
    return (
        f"<request><service_request_id>{escape(name)}</service_request_id><status>{status}</status>"
        f"<status_notes>{notes}</status_notes></request>"
    )


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    place = Path(sys.argv[1])
    place.with_suffix(".new").write_text(str(server.server_port))
    place.with_suffix(".new").rename(place)
    server.serve_forever()
