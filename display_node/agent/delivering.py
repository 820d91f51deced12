"""Hands what visitors at the screen itself did for good to the curator, until it holds all of it: votes, and notes."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from content.reading import BadDocument
from display_node.agent.answers import Taken
from display_node.agent.ballots import Ballot, BallotBox
from display_node.agent.curator import Curator, CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.known_activities import KnownActivities
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff
from display_node.config import MOST_ROWS_A_BATCH
from display_node.words import N_, _

REFUSALS = {400, 413, 422}
"""Answers about what was sent itself. An older curator, which does not know the address, gets it later."""
MOST_NOTES_A_BATCH = 50


@dataclass(frozen=True, slots=True)
class Post:
    """One kind of what is delivered: how, how many at a time, and what is said when something is wrong."""

    name: str
    send: Callable[[Curator, Sequence[Ballot]], Awaitable[Taken]]
    most: int
    unwanted: str
    broken: str


VOTES = Post(
    "votes", Curator.send_votes, MOST_ROWS_A_BATCH,
    N_("The curator did not want {count} votes of this screen: their activity is over there."),
    N_("Votes cannot be written down ({reason}): look at the disk."),
)  # fmt: skip
NOTES = Post(
    "notes", Curator.send_notes, MOST_NOTES_A_BATCH,
    N_("The curator did not want the notes of {count} visitors of this screen: their bells are over there."),
    N_("Notes cannot be written down ({reason}): look at the disk."),
)  # fmt: skip


LATE = N_("{count} votes of this screen came to the curator after theirs was counted, and changed nothing.")
Late = Callable[[Sequence[Ballot]], None]


def _let_be(_ballots: Sequence[Ballot]) -> None:
    """Nobody is told."""


async def deliver(
    post: Post, state: State, box: BallotBox, known: KnownActivities, wake: asyncio.Event, late: Late = _let_be
) -> None:
    """Goes on for ever. What is sent twice is there once; `late` is told what came too late."""
    backoff = Backoff(f"{state.seed} {post.name}", state.pace.first_retry_s, 60.0)
    most = post.most
    while True:
        await state.paired.wait()
        waiting = box.waiting(post.most)
        if post is VOTES:
            state.votes_waiting = len(waiting)
        ballots = waiting[:most]
        if not ballots:
            await woken(wake, state.pace.recheck_s)
            continue
        try:
            taken = await post.send(state.curator(), ballots)
        except CuratorRefuses as error:
            if error.status not in REFUSALS:
                await asyncio.sleep(backoff.after_failure_s())
                continue
            if len(ballots) > 1:
                # Until the one that it cannot take is alone.
                most = len(ballots) // 2
                continue
            taken = Taken(0)
        except (CuratorAway, NotWelcome, BadDocument):
            await asyncio.sleep(backoff.after_failure_s())
            continue
        backoff.succeeded()
        most = post.most
        _say(post, state, len(ballots), taken)
        late([ballots[place] for place in taken.late if place < len(ballots)])
        await _note(post, state, box, ballots, known)
        # What the curator tells of them holds them now.
        known.wake.set()


def _say(post: Post, state: State, sent: int, taken: Taken) -> None:
    """What was not taken is a fault, until all is."""
    unwanted = sent - taken.count - len(taken.late)
    sentences = [_(post.unwanted).format(count=unwanted)] if unwanted > 0 else []
    sentences += [_(LATE).format(count=len(taken.late))] if taken.late else []
    if sentences:
        state.faults.say(post.name, " ".join(sentences))
    else:
        state.faults.clear(post.name)


async def _note(post: Post, state: State, box: BallotBox, ballots: list[Ballot], known: KnownActivities) -> None:
    try:
        await asyncio.to_thread(box.told, ballots)
        await asyncio.to_thread(box.forget_all_but, {one.signed.statement.activity for one in known.told})
    except sqlite3.Error as error:
        state.faults.say(post.name, _(post.broken).format(reason=error))
        await asyncio.sleep(state.pace.recheck_s)
