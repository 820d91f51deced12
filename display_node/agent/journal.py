"""The as-run rows that the curator has not acknowledged yet, in SQLite: a row told is kept, also through a power cut.

The journal has a random epoch, made with the file, and numbers that only rise; the curator knows a row by both. Every
method blocks: call them in a thread.
"""

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from content.signing import random_token
from display_node.agent.put_aside import opened
from display_node.config import MOST_ROWS_KEPT
from display_node.messages import Played

CAUSES = frozenset({"", "file", "decoder", "clock", "power", "panic", "edit", "start"})

_SCHEMA = """
CREATE TABLE IF NOT EXISTS epoch (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS played (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, planned_start_ms INTEGER NOT NULL, start_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL, layer TEXT NOT NULL, item TEXT, sha256 TEXT, outcome TEXT NOT NULL,
  cause TEXT NOT NULL, manifest_version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS set_aside (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL);
"""

Row = tuple[int, int, int, int, str, str | None, str | None, str, str, int]
"""A row as it travels: see docs/node-protocol.md."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to send, in rising order."""

    epoch: str
    rows: tuple[Row, ...]


class Journal:
    """One open journal. Threads take turns: a call that was given up may still run when the journal is closed."""

    def __init__(self, path: Path, *, most_rows: int = MOST_ROWS_KEPT) -> None:
        """Opens or makes the file. Raises sqlite3.Error when it cannot be used."""
        self._most_rows = most_rows
        self._turn = threading.RLock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)
        self._database.execute("INSERT OR IGNORE INTO epoch VALUES (1, ?)", (random_token(16),))
        self.epoch: str = self._database.execute("SELECT id FROM epoch").fetchone()[0]

    def append(self, played: Played) -> int:
        """Keeps one row durably; returns its number. Raises sqlite3.Error when it could not."""
        with self._turn:
            is_substituted = played.layer == "programme" and played.item != "" and played.sha256 == ""
            # The agent cues a card under the item's name, without a hash, when the file or its approval is not there.
            outcome, cause = ("substituted", "file") if is_substituted else (played.outcome, played.cause)
            row = (
                played.planned_start_ms,
                played.start_ms,
                played.duration_ms,
                played.layer,
                played.item or None,
                played.sha256 or None,
                outcome,
                cause if cause in CAUSES else "",
                played.manifest_version,
            )
            cursor = self._database.execute("INSERT INTO played VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            number = cursor.lastrowid
            if number is None:
                raise sqlite3.OperationalError("the new row has no number")
            return number

    def prune(self) -> int:
        """Drops the oldest rows beyond the limit; returns how many the curator will never see."""
        with self._turn:
            cursor = self._database.execute(
                "DELETE FROM played WHERE seq <= (SELECT max(seq) FROM played) - ?", (self._most_rows,)
            )
            return cursor.rowcount

    def oldest(self, most: int) -> Batch:
        """The oldest rows that wait, at most `most`."""
        with self._turn:
            rows = self._database.execute("SELECT * FROM played ORDER BY seq LIMIT ?", (most,)).fetchall()
            return Batch(self.epoch, tuple(rows))

    def acknowledged(self, seq: int) -> None:
        """The curator holds every row up to `seq`."""
        with self._turn:
            self._database.execute("DELETE FROM played WHERE seq <= ?", (seq,))

    def set_aside(self, seq: int, reason: str) -> None:
        """Stops offering a row that the curator refuses; its number and the reason stay on record."""
        with self._turn, self._database:
            self._database.execute("BEGIN")
            self._database.execute("INSERT OR REPLACE INTO set_aside VALUES (?, ?)", (seq, reason[:200]))
            self._database.execute("DELETE FROM played WHERE seq = ?", (seq,))

    def begin_anew(self) -> None:
        """Forgets every row and takes a new epoch: this is another screen now, and the old rows are not its own."""
        with self._turn:
            with self._database:
                self._database.execute("BEGIN")
                self._database.execute("DELETE FROM played")
                self._database.execute("UPDATE epoch SET id = ?", (random_token(16),))
            self.epoch = self._database.execute("SELECT id FROM epoch").fetchone()[0]

    def waiting(self) -> int:
        """How many rows the curator has not acknowledged."""
        with self._turn:
            return int(self._database.execute("SELECT count(*) FROM played").fetchone()[0])

    def close(self) -> None:
        """Closes the file."""
        with self._turn:
            self._database.close()


def open_journal(path: Path) -> tuple[Journal, bool]:
    """The journal in `path`, and whether a damaged one had to be put beside it first. Raises sqlite3.Error, OSError."""
    return opened(path, Journal)
