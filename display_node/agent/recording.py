"""Keeps what was really shown in the journal and hands it to the curator until every row is acknowledged."""

import asyncio
import sqlite3
from collections import deque

from content.reading import BadDocument
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.journal import Batch, Journal
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff
from display_node.config import MOST_ROWS_A_BATCH, MOST_ROWS_IN_MEMORY
from display_node.messages import Played
from display_node.words import _

REFUSALS = {400, 409, 413, 422}
WRITE_RETRY_S = 5.0


class Recorder:
    """Takes rows from the player, writes them down, sends them."""

    def __init__(self, state: State, journal: Journal) -> None:
        """`journal` belongs to this recorder alone."""
        self._state = state
        self._journal = journal
        self._one_at_a_time = asyncio.Lock()
        self._heard: deque[Played] = deque(maxlen=MOST_ROWS_IN_MEMORY)
        self._wake = asyncio.Event()

    def heard(self, played: Played) -> None:
        """The player showed something."""
        self._heard.append(played)
        self._wake.set()

    async def begin_anew(self) -> None:
        """This is another screen now: rows of the old one are nobody's."""
        self._heard.clear()
        async with self._one_at_a_time:
            await asyncio.to_thread(self._journal.begin_anew)

    async def write(self) -> None:
        """Writes rows down for ever, in the order they came; a full disk makes them wait in memory."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._heard:
                played = self._heard.popleft()
                try:
                    await self._append(played)
                except sqlite3.Error as error:
                    if len(self._heard) < MOST_ROWS_IN_MEMORY:
                        self._heard.appendleft(played)
                    sentence = _("What was shown cannot be written down ({reason}): look at the disk.")
                    self._state.faults.say("journal", sentence.format(reason=error))
                    await asyncio.sleep(WRITE_RETRY_S)
                    continue
                self._state.faults.clear("journal")
            self._state.rows_wake.set()

    async def send(self) -> None:
        """Sends rows for ever. Rows already stored are acknowledged again, so sending twice does no harm."""
        backoff = Backoff(f"{self._state.seed} rows", self._state.pace.first_retry_s, 60.0)
        most = MOST_ROWS_A_BATCH
        while True:
            await self._state.paired.wait()
            batch = await self._oldest(most)
            if not batch.rows:
                await woken(self._state.rows_wake, self._state.pace.recheck_s)
                continue
            try:
                acknowledged = await self._state.curator().send_rows(batch)
            except CuratorRefuses as error:
                most = await self._refused(batch, error, most, backoff)
            except (CuratorAway, NotWelcome, BadDocument):
                await asyncio.sleep(backoff.after_failure_s())
            else:
                most = MOST_ROWS_A_BATCH
                await self._settle(batch, acknowledged, backoff)

    async def _settle(self, batch: Batch, acknowledged: int, backoff: Backoff) -> None:
        last = batch.rows[-1][0]
        if acknowledged < batch.rows[0][0]:
            await asyncio.sleep(backoff.after_failure_s())
            return
        backoff.succeeded()
        async with self._one_at_a_time:
            # Never believe in more than was sent: a row nobody holds would be forgotten.
            await asyncio.to_thread(self._journal.acknowledged, min(acknowledged, last))

    async def _refused(self, batch: Batch, error: CuratorRefuses, most: int, backoff: Backoff) -> int:
        """Halves the batch until the one row that the curator cannot take is found and set aside."""
        if error.status not in REFUSALS:
            await asyncio.sleep(backoff.after_failure_s())
            return most
        if len(batch.rows) > 1:
            return len(batch.rows) // 2
        async with self._one_at_a_time:
            await asyncio.to_thread(self._journal.set_aside, batch.rows[0][0], str(error))
        sentence = _("The curator refused a record of what was shown ({reason}); it was set aside in as-run.db.")
        self._state.faults.say("rows", sentence.format(reason=error))
        return MOST_ROWS_A_BATCH

    async def _append(self, played: Played) -> None:
        async with self._one_at_a_time:
            await asyncio.to_thread(self._journal.append, played)
            lost = await asyncio.to_thread(self._journal.prune)
        if lost:
            sentence = _("{count} records of what was shown were dropped: the curator has been away for too long.")
            self._state.faults.say("rows", sentence.format(count=lost))

    async def _oldest(self, most: int) -> Batch:
        async with self._one_at_a_time:
            self._state.rows_waiting = await asyncio.to_thread(self._journal.waiting)
            return await asyncio.to_thread(self._journal.oldest, most)
