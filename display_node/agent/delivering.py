"""Hands the votes of visitors at the screen itself to the curator, until it holds every one."""

import asyncio
import sqlite3

from content.reading import BadDocument
from display_node.agent.ballots import Ballot, BallotBox
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.known_activities import KnownActivities
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff
from display_node.config import MOST_ROWS_A_BATCH
from display_node.words import _

REFUSALS = {400, 413, 422}
"""Answers about the votes themselves. An older curator, which does not know their address, gets them later."""


async def deliver(state: State, box: BallotBox, known: KnownActivities, wake: asyncio.Event) -> None:
    """Goes on for ever. A vote that is sent twice is counted once."""
    backoff = Backoff(f"{state.seed} votes", state.pace.first_retry_s, 60.0)
    most = MOST_ROWS_A_BATCH
    while True:
        await state.paired.wait()
        waiting = box.waiting(MOST_ROWS_A_BATCH)
        state.votes_waiting, ballots = len(waiting), waiting[:most]
        if not ballots:
            await woken(wake, state.pace.recheck_s)
            continue
        try:
            taken = await state.curator().send_votes(ballots)
        except CuratorRefuses as error:
            if error.status not in REFUSALS:
                await asyncio.sleep(backoff.after_failure_s())
                continue
            if len(ballots) > 1:
                # Until the one that it cannot take is alone.
                most = len(ballots) // 2
                continue
            taken = 0
        except (CuratorAway, NotWelcome, BadDocument):
            await asyncio.sleep(backoff.after_failure_s())
            continue
        backoff.succeeded()
        most = MOST_ROWS_A_BATCH
        if taken < len(ballots):
            sentence = _("The curator did not want {count} votes of this screen: their activity is over there.")
            state.faults.say("votes", sentence.format(count=len(ballots) - taken))
        else:
            state.faults.clear("votes")
        await _note(state, box, ballots, known)
        # The curator's counts hold them now.
        known.wake.set()


async def _note(state: State, box: BallotBox, ballots: list[Ballot], known: KnownActivities) -> None:
    try:
        await asyncio.to_thread(box.told, ballots)
        await asyncio.to_thread(box.forget_all_but, {one.signed.statement.activity for one in known.told})
    except sqlite3.Error as error:
        sentence = _("Votes cannot be written down ({reason}): look at the disk.")
        state.faults.say("votes", sentence.format(reason=error))
        await asyncio.sleep(state.pace.recheck_s)
