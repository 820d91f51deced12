"""The votes of visitors at the screen itself: each is on the disk before anybody is told so, and kept until it is told.

Notes on the bells are kept in the same way, in a box of their own: the choice is then all that somebody set.

No identity: what stands for a voter is a hash of chance (`kiosks/voters.py`), and a vote is dated to five minutes.
Methods that touch the disk say so; call them in a thread. The others answer from memory.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from display_node.agent.put_aside import opened

MOST_VOTES_WAITING = 20_000
"""Votes that the curator does not hold yet."""
MOST_TOLD_AT_HAND = 5_000
"""Of votes that it holds, the newest are in memory too."""
MOST_TOLD_KEPT = 100_000
"""Votes that it holds stay on the disk so that a change of mind is the same vote here; the oldest are forgotten first,
and counted twice here until the curator has them again, which knows its voters."""
BUCKET_MS = 5 * 60_000
"""A vote is dated no more exactly than this."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
  activity TEXT NOT NULL, voter TEXT NOT NULL, choice INTEGER NOT NULL, told INTEGER, at_ms INTEGER NOT NULL,
  PRIMARY KEY (activity, voter)) WITHOUT ROWID;
"""
_COLUMNS = "activity, voter, choice, at_ms, told"
_Key = tuple[str, str]


class BoxFull(Exception):
    """So many votes wait that no more can be kept; this one was not."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The choice of one voter on one activity; `told` is the choice that the curator holds, None for none."""

    activity: str
    voter: str
    choice: int
    at_ms: int
    told: int | None = None

    @property
    def is_told(self) -> bool:
        """Whether the curator holds it as it is."""
        return self.told == self.choice

    @property
    def key(self) -> _Key:
        """Whose vote on what it is."""
        return self.activity, self.voter


class BallotBox:
    """One open file of votes. In memory: those that wait, the newest of the others, and totals. Threads take turns."""

    def __init__(
        self,
        path: Path,
        *,
        most: int = MOST_VOTES_WAITING,
        most_told: int = MOST_TOLD_KEPT,
        at_hand: int = MOST_TOLD_AT_HAND,
    ) -> None:
        """Opens or makes the file. Raises sqlite3.Error when it cannot be used. Touches the disk."""
        self._most, self._most_told, self._most_at_hand = most, most_told, at_hand
        self._turn = threading.RLock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)
        self._load()

    def _load(self) -> None:
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM votes WHERE told IS NOT choice ORDER BY at_ms"  # noqa: S608 - names of ours
        )
        self._waiting = {one.key: one for one in (Ballot(*row) for row in rows)}
        self._changes: dict[str, tuple[tuple[int, int], ...]] = {}
        for one in self._waiting.values():
            self._shift(one, 1)
        self._load_told()

    def _load_told(self) -> None:
        newest = self._database.execute(
            f"SELECT {_COLUMNS} FROM votes WHERE told IS choice ORDER BY at_ms DESC LIMIT ?",  # noqa: S608 - the same
            (self._most_at_hand,),
        ).fetchall()
        self._at_hand = {one.key: one for one in (Ballot(*row) for row in reversed(newest))}
        told = self._database.execute("SELECT activity, count(*) FROM votes WHERE told IS choice GROUP BY activity")
        self._told: Counter[str] = Counter(dict(told.fetchall()))

    def put(self, ballots: Sequence[Ballot]) -> None:
        """Keeps votes durably; a later one of the same voter replaces the earlier. Touches the disk.

        Raises BoxFull, and sqlite3.Error; then none of them is kept.
        """
        with self._turn:
            now: dict[_Key, Ballot] = {}
            for one in ballots:
                known = now.get(one.key) or self._found(one.key)
                at_ms = one.at_ms - one.at_ms % BUCKET_MS
                now[one.key] = replace(one, at_ms=at_ms, told=None if known is None else known.told)
            fresh = {key for key, one in now.items() if not one.is_told} - self._waiting.keys()
            if fresh and len(self._waiting) + len(fresh) > self._most:
                raise BoxFull
            self._keep(list(now.values()))

    def of(self, activity: str, voter: str) -> Ballot | None:
        """What this voter chose, as far as that is at hand."""
        key = activity, voter
        return self._waiting.get(key) or self._at_hand.get(key)

    def changes(self, activity: str) -> tuple[tuple[int, int], ...]:
        """What the votes that wait change in the curator's counts: options, and how many more or fewer each has."""
        return self._changes.get(activity, ())

    def waiting(self, most: int) -> list[Ballot]:
        """Votes that the curator does not hold yet, at most `most`, those first that wait longest."""
        return list(islice(self._waiting.values(), most))

    def told(self, ballots: Sequence[Ballot]) -> None:
        """The curator holds these choices, or does not want them. Touches the disk."""
        with self._turn:
            known = [(one, self._found(one.key)) for one in ballots]
            self._keep([replace(kept, told=one.choice) for one, kept in known if kept is not None])
            if self._told.total() > self._most_told:
                self._forget_oldest()

    def forget_all_but(self, activities: Collection[str]) -> None:
        """Forgets what the curator holds of activities that are over. Touches the disk."""
        with self._turn:
            for activity in [one for one in self._told if one not in activities]:
                self._database.execute("DELETE FROM votes WHERE activity = ? AND told IS choice", (activity,))
                del self._told[activity]
                self._at_hand = {key: one for key, one in self._at_hand.items() if one.activity != activity}

    def begin_anew(self) -> None:
        """Forgets every vote: this is another screen now. Touches the disk."""
        with self._turn:
            self._database.execute("DELETE FROM votes")
            self._load()

    def close(self) -> None:
        """Closes the file."""
        with self._turn:
            self._database.close()

    def _found(self, key: _Key) -> Ballot | None:
        """A vote, wherever it is kept."""
        found = self.of(*key)
        if found is None and self._told[key[0]]:
            row = self._database.execute(
                f"SELECT {_COLUMNS} FROM votes WHERE activity = ? AND voter = ?",  # noqa: S608 - names of ours
                key,
            ).fetchone()
            found = None if row is None else Ballot(*row)
        return found

    def _keep(self, ballots: list[Ballot]) -> None:
        """Writes votes, one of a voter, and then has them in memory."""
        before = [self._found(one.key) for one in ballots]
        rows = [(one.activity, one.voter, one.choice, one.told, one.at_ms) for one in ballots]
        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?)", rows)
        for old, one in zip(before, ballots, strict=True):
            if old is not None:
                self._shift(old, -1)
                self._told[one.activity] -= old.is_told
            self._shift(one, 1)
            self._told[one.activity] += one.is_told
            holds, lacks = (self._at_hand, self._waiting) if one.is_told else (self._waiting, self._at_hand)
            holds[one.key] = one
            lacks.pop(one.key, None)
        for key in list(islice(self._at_hand, max(0, len(self._at_hand) - self._most_at_hand))):
            del self._at_hand[key]

    def _shift(self, ballot: Ballot, by: int) -> None:
        """Counts a vote that waits as a change of the curator's counts, or no longer."""
        if ballot.is_told:
            return
        counts = Counter(dict(self._changes.get(ballot.activity, ())))
        counts[ballot.choice] += by
        if ballot.told is not None:
            counts[ballot.told] -= by
        # The event loop reads while a thread writes: what it reads is whole.
        self._changes[ballot.activity] = tuple((option, count) for option, count in counts.items() if count)

    def _forget_oldest(self) -> None:
        """Forgets a tenth of what the curator holds."""
        with self._database:
            self._database.execute("BEGIN")
            self._database.execute(
                "DELETE FROM votes WHERE (activity, voter) IN "
                "(SELECT activity, voter FROM votes WHERE told IS choice ORDER BY at_ms LIMIT ?)",
                (max(1, self._told.total() - self._most_told * 9 // 10),),
            )
        self._load_told()


def open_box(path: Path, *, most: int = MOST_VOTES_WAITING) -> tuple[BallotBox, bool]:
    """The box in `path`, and whether a damaged one had to be put beside it first. Raises sqlite3.Error, OSError."""
    return opened(path, lambda found: BallotBox(found, most=most))
