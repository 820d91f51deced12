"""Votes: stored durably before anybody is told so, each pass counted once for its newest choice. No identity."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from curator.store import Connection, Store
from curator.tables_taking_part import votes
from kiosks.voters import voter_of

__all__ = ["voter_of"]

BUCKET_MS = 5 * 60_000
"""A vote is dated no more exactly than this."""
MOST_WAITING = 5_000
"""Votes that wait for the disk."""
MOST_IN_A_ROW = 500
"""Votes in one transaction."""


class TooManyVotes(Exception):
    """The disk does not keep up; the vote was not stored, and may be cast again."""


@dataclass(frozen=True, slots=True)
class Vote:
    """The choice of one pass."""

    activity: str
    voter: str
    choice: int
    screen: str
    at_ms: int


def store_all(connection: Connection, cast: Iterable[Vote]) -> None:
    """Stores votes; a later one of the same pass replaces the earlier."""
    rows = [
        {
            "activity_id": vote.activity, "voter": vote.voter, "choice": vote.choice, "screen_id": vote.screen,
            "at_ms": vote.at_ms - vote.at_ms % BUCKET_MS,
        }
        for vote in cast
    ]  # fmt: skip
    insert = sqlite.insert(votes)
    newest = {"choice": insert.excluded.choice, "screen_id": insert.excluded.screen_id, "at_ms": insert.excluded.at_ms}
    connection.execute(insert.on_conflict_do_update(index_elements=["activity_id", "voter"], set_=newest), rows)


def counts(connection: Connection, activity: str, options: int, *, without: Iterable[str] = ()) -> tuple[int, ...]:
    """Votes for each option, but those of the voters in `without`."""
    query = sa.select(votes.c.choice, sa.func.count()).where(votes.c.activity_id == activity)
    left_out = list(without)
    if left_out:
        query = query.where(votes.c.voter.not_in(left_out))
    found = {int(row[0]): int(row[1]) for row in connection.execute(query.group_by(votes.c.choice))}
    return tuple(found.get(option, 0) for option in range(options))


def choice_of(connection: Connection, activity: str, voter: str) -> int | None:
    """What this pass chose; None when it has not voted."""
    query = sa.select(votes.c.choice).where(votes.c.activity_id == activity, votes.c.voter == voter)
    return connection.execute(query).scalar()


class Ballots:
    """Takes votes from the event loop and stores many in one transaction, so that a crowd costs few writes."""

    def __init__(self, store: Store) -> None:
        """Nothing waits."""
        self._store = store
        self._waiting: dict[tuple[str, str], tuple[Vote, list[asyncio.Future[None]]]] = {}
        self._something = asyncio.Event()

    async def cast(self, vote: Vote) -> None:
        """Returns when the vote is stored. Raises TooManyVotes, and whatever the store raises."""
        key = (vote.activity, vote.voter)
        if key not in self._waiting and len(self._waiting) >= MOST_WAITING:
            raise TooManyVotes
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        _older, futures = self._waiting.get(key, (vote, []))
        self._waiting[key] = (vote, [*futures, done])
        self._something.set()
        await done

    async def run(self) -> None:
        """Stores what comes, for ever."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                keys = list(self._waiting)[:MOST_IN_A_ROW]
                await self._store_these([self._waiting.pop(key) for key in keys])

    async def _store_these(self, batch: list[tuple[Vote, list[asyncio.Future[None]]]]) -> None:
        try:
            await self._store.run(lambda connection: store_all(connection, [vote for vote, _ in batch]))
        except (sa.exc.SQLAlchemyError, OSError) as error:
            # Whoever cast them is told; the next ones may fare better.
            _settle(batch, error)
        else:
            _settle(batch, None)


def _settle(batch: list[tuple[Vote, list[asyncio.Future[None]]]], error: Exception | None) -> None:
    for _vote, futures in batch:
        for done in futures:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
