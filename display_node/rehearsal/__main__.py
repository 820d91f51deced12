"""The child process of a rehearsal: the setting and then orders come in as lines, states with pictures go out.

Behind the setting comes the file of the picture behind the words, as many bytes as it says.

It opens no window, no network and no file but fonts; it ends with its parent, with its time, or when nobody looks.
"""

import json
import os
import select
import struct
import sys
from typing import BinaryIO

from content.canonical import Json
from content.clock import monotonic_ns
from content.reading import BadDocument, Reader
from display_node.rehearsal.pace import Pace
from kiosks.activities.statement import read_statement
from kiosks.rehearsals import (
    LARGEST_BACKDROP_BYTES,
    LARGEST_ORDER_BYTES,
    LARGEST_SETTING_BYTES,
    LIFETIME_S,
    Seen,
    read_order,
)

CHUNK_BYTES = 1 << 16
MOST_PASSED_MS = 250
"""A machine that is busy makes the rehearsal slower; it does not jump."""


def main() -> int:
    """Until nobody asks any more; the exit status."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    # What libraries say aloud goes where errors go, and never between two pictures.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lines = Lines()
    setting = lines.next_line(LARGEST_SETTING_BYTES)
    if setting is None:
        return 0
    from display_node.rehearsal.rehearsing import Rehearsal
    from display_node.words import speak

    fields = Reader.of_bytes(setting, limit_bytes=LARGEST_SETTING_BYTES).fields(
        "statement", "language", "picture_bytes"
    )
    language = fields["language"].text(least=1, most=35)
    speak(language)
    picture = lines.next_bytes(fields["picture_bytes"].integer(least=0, most=LARGEST_BACKDROP_BYTES))
    rehearsal = Rehearsal(read_statement(fields["statement"]), language, picture)
    ends_ns = monotonic_ns() + LIFETIME_S * 1_000_000_000
    pace, shown, then_ns = Pace(), b"", monotonic_ns()
    while monotonic_ns() < ends_ns and not lines.is_over:
        for line in lines.come(pace.wait_s(monotonic_ns())):
            try:
                order = read_order(line)
            except BadDocument:
                continue
            if isinstance(order, Seen):
                pace.seen()
            rehearsal.take(order)
        now_ns = monotonic_ns()
        passed_ms = (now_ns - then_ns) // 1_000_000
        then_ns += passed_ms * 1_000_000
        rehearsal.advance(min(MOST_PASSED_MS, passed_ms))
        if pace.is_due(now_ns):
            pace.drawn(now_ns)
            picture, state = rehearsal.picture(), rehearsal.state()
            mark = picture + json.dumps(state).encode()
            if mark != shown:
                say(out, state, picture)
                pace.sent()
                shown = mark
    return 0


def say(out: BinaryIO, state: dict[str, Json], picture: bytes) -> None:
    """Two lengths, the state and the picture."""
    words = json.dumps(state).encode()
    out.write(struct.pack("!II", len(words), len(picture)) + words + picture)
    out.flush()


class Lines:
    """What comes in, line by line."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self._rest = b""
        self.is_over = False

    def come(self, wait_s: float) -> list[bytes]:
        """The lines that came within `wait_s`; a line that is too long ends it all."""
        if not self.is_over and select.select([0], [], [], wait_s)[0]:
            came = os.read(0, CHUNK_BYTES)
            self.is_over = not came
            self._rest += came
        *lines, self._rest = self._rest.split(b"\n")
        self.is_over = self.is_over or len(self._rest) > LARGEST_ORDER_BYTES
        return lines

    def next_line(self, most_bytes: int) -> bytes | None:
        """The first line, waiting for it; None when there is none."""
        while b"\n" not in self._rest and len(self._rest) <= most_bytes:
            came = os.read(0, CHUNK_BYTES)
            if not came:
                return None
            self._rest += came
        line, _newline, self._rest = self._rest.partition(b"\n")
        return line

    def next_bytes(self, size_bytes: int) -> bytes:
        """So many bytes, waiting for them; fewer when there are no more."""
        while len(self._rest) < size_bytes:
            came = os.read(0, CHUNK_BYTES)
            if not came:
                break
            self._rest += came
        found, self._rest = self._rest[:size_bytes], self._rest[size_bytes:]
        return found


if __name__ == "__main__":
    sys.exit(main())
