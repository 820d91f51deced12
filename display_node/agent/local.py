"""Visitors at the screen itself, not behind the curator: at its touch screen, or on its own network.

They begin what people allowed here by the same rules as everybody, keep a session on by being here, and share it with
phones that come through the curator. A vote of theirs is on the disk before they are told so. Only the agent's event
loop touches this.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from display_node.agent.ballots import Ballot, BallotBox, BoxFull
from display_node.agent.known_activities import Known, KnownActivities
from display_node.agent.sessions import Sessions
from display_node.agent.state import State
from display_node.words import _
from kiosks.activities.bells import mask_of, newest
from kiosks.activities.statement import Kind, Statement
from kiosks.layouts import LAYOUTS, is_heard
from kiosks.messages import MOST_SEQ, FromScreen, Name, Press, Steer, Tap, Tapped, Vote, Why
from kiosks.visits import ANIMALS, COLOURS, NUMBERS, Visit, number_on_own_network
from kiosks.voters import voter_of

MOST_HERE = 300
"""Visitors at the screen itself at a time."""

BY_HAND: frozenset[Kind] = frozenset({"bells", "next"})
"""What wants the curator, and can be done with hands at the screen while it is there."""

Outcome = Literal["", "over", "busy", "full"]
"""What became of what a visitor said: done (""), the activity is over, it could not be kept, too many are here."""
Heard = Callable[[FromScreen], None]


@dataclass(frozen=True, slots=True)
class LocalVisitor:
    """Somebody at the screen itself: a number no visitor through the curator has, a name, and chance as a pass is."""

    number: int
    colour: str = field(default_factory=lambda: secrets.choice(COLOURS))
    animal: str = field(default_factory=lambda: secrets.choice(ANIMALS))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that visitors here may do now, and how its votes stand."""

    known: Known
    counts: tuple[int, ...]
    is_open: bool
    """Whether it can be done while the curator is away: where a person reads first it cannot."""


class Local:
    """Everybody at the screen itself."""

    def __init__(self, state: State, sessions: Sessions, known: KnownActivities, box: BallotBox) -> None:
        """Nobody is here."""
        self._state, self._sessions, self._known, self._box = state, sessions, known, box
        self._here: dict[int, LocalVisitor] = {}
        self._next = secrets.randbelow(NUMBERS // 2)
        self._named_in, self._named = "", set[int]()
        self._one_at_a_time = asyncio.Lock()
        self.votes_wake = asyncio.Event()

    # --- what there is -----------------------------------------------------------------------------------------------

    def known(self) -> tuple[Offered, ...]:
        """What visitors here may see now; it can be begun where `is_open`."""
        return tuple(
            Offered(one, self._counted(one, without=()), self.is_open(one.statement)) for one in self._known.now()
        )

    def running(self) -> str:
        """The activity of the session that is on; "" when there is none."""
        return self._sessions.running_activity

    def running_kind(self) -> Kind | None:
        """Its kind."""
        running = self._sessions.running_statement
        return None if running is None else running.kind

    def running_session(self) -> str:
        """Which session that is."""
        return self._sessions.running_session

    def listen(self, heard: Heard) -> Callable[[], None]:
        """Has `heard` called with each news and each snapshot of a session, until the function given back is called."""
        self._sessions.listeners.append(heard)

        def stop() -> None:
            with suppress(ValueError):
                self._sessions.listeners.remove(heard)

        return stop

    # --- who is here -------------------------------------------------------------------------------------------------

    def come(self, visit: Visit | None = None) -> LocalVisitor | None:
        """Somebody is here, with a pass of the screen's own network or without one; None while too many are."""
        if len(self._here) >= MOST_HERE:
            return None
        if visit is None:
            self._next = (self._next + 1) % (NUMBERS // 2)
            visitor = LocalVisitor(NUMBERS + self._next)
        else:
            number = number_on_own_network(visit.number)
            visitor = LocalVisitor(number, visit.colour, visit.animal, visit.token)
        self._here[visitor.number] = visitor
        self._count()
        return visitor

    def leave(self, visitor: LocalVisitor) -> None:
        """They are gone; what they voted stays."""
        self._here.pop(visitor.number, None)
        self._count()

    def _count(self) -> None:
        self._state.visitors_here = len(self._here)
        self._sessions.here_now(len(self._here))

    # --- what they do ------------------------------------------------------------------------------------------------

    def is_open(self, statement: Statement, *, by_hand: bool = False) -> bool:
        """Whether visitors here may do it now: with their hands, while the curator is there, more than with phones."""
        needs_service = LAYOUTS[statement.kind].wants_service
        return not needs_service or (by_hand and statement.kind in BY_HAND and self._state.is_linked)

    def begin(self, activity: str, *, by_hand: bool = False) -> Why:
        """Begins it on the screen for those here, or joins it where it is on; else why not."""
        known = self._known.find(activity)
        if known is None or not self.is_open(known.statement, by_hand=by_hand):
            return "unknown"
        if self._sessions.running_activity == activity:
            return ""
        present = [(one, voted) for one in self._here.values() if (voted := self._vote_of(one, activity)) is not None]
        base = self._counted(known, without=[voted.voter for _one, voted in present])
        if known.statement.kind == "bells":
            base = (mask_of(newest((*known.notes, *self._sessions.notes_here(activity)))),)
        why = self._sessions.begin_here(known.statement, secrets.randbelow(MOST_SEQ), base)
        for one, voted in () if why else present:
            self._say(one, Vote(0, voted.choice, activity))
        return why

    def tap(self, visitor: LocalVisitor, said: Steer | Press) -> None:
        """What a visitor here said of the moment goes to the session that is on, if that has such a control."""
        kind = self.running_kind()
        if kind is not None and is_heard(kind, said):
            self._say(visitor, said)

    async def vote(self, visitor: LocalVisitor, said: Vote) -> Outcome:
        """Returns when the vote is on the disk; the screen shows it at once, or begins its poll where it may."""
        return (await self.vote_all([(visitor, said)]))[0]

    async def vote_all(self, said: Sequence[tuple[LocalVisitor, Vote]]) -> list[Outcome]:
        """The same for many votes with one write."""
        outcomes: list[Outcome] = []
        ballots = []
        now_ms = self._state.now()
        for visitor, vote in said:
            known = self._open(vote.activity)
            question = None if known is None else known.statement.options
            is_vote = question is not None and vote.option < len(question)
            outcomes.append("" if is_vote else "over")
            if is_vote:
                self._show(visitor, vote)
                ballots.append(Ballot(vote.activity, voter_of(visitor.token, vote.activity), vote.option, now_ms))
        refused = await self._keep(ballots) if ballots else ""
        return [one or refused for one in outcomes]

    def _show(self, visitor: LocalVisitor, vote: Vote) -> None:
        if self._sessions.running_activity != vote.activity:
            self.begin(vote.activity)
        if self._sessions.running_activity == vote.activity:
            self._say(visitor, vote)

    def _say(self, visitor: LocalVisitor, said: Tapped) -> None:
        """Tells the session, and once in it what the visitor is called, where the screen shows that."""
        session, kind = self._sessions.running_session, self.running_kind()
        if session != self._named_in:
            self._named_in, self._named = session, set()
        names: list[Name] = []
        if kind is not None and LAYOUTS[kind].is_named and visitor.number not in self._named:
            self._named.add(visitor.number)
            names.append(Name(visitor.number, visitor.colour, visitor.animal))
        self._sessions.take_here((*names, Tap.of(visitor.number, said)))

    async def _keep(self, ballots: list[Ballot]) -> Outcome:
        try:
            async with self._one_at_a_time:
                await asyncio.to_thread(self._box.put, ballots)
        except BoxFull:
            return "busy"
        except sqlite3.Error as error:
            sentence = _("Votes cannot be written down ({reason}): look at the disk.")
            self._state.faults.say("votes", sentence.format(reason=error))
            return "busy"
        self.votes_wake.set()
        return ""

    def statement_of(self, activity: str) -> Statement | None:
        """What may be taken part in here at this moment under this name."""
        known = self._open(activity)
        return None if known is None else known.statement

    def _open(self, activity: str) -> Known | None:
        known = self._known.find(activity)
        running = self._sessions.running_statement
        if known is None and running is not None and running.activity == activity:
            # Phones began it a moment ago, and it is yet to be told of with the others.
            is_now = running.allows(self._state.identity.screen_id, self._state.now())
            known = Known(running, ()) if is_now else None
        return known if known is not None and self.is_open(known.statement) else None

    def _vote_of(self, visitor: LocalVisitor, activity: str) -> Ballot | None:
        return self._box.of(activity, voter_of(visitor.token, activity))

    def _counted(self, known: Known, *, without: Sequence[str]) -> tuple[int, ...]:
        """The votes for each option: what the curator counted, as changed by what it does not hold yet."""
        counts = list(known.counts)
        if len(counts) != len(known.statement.options):
            counts = [0] * len(known.statement.options)
        activity = known.statement.activity
        changes = list(self._box.changes(activity))
        changes += [(one.choice, -1) for voter in without if (one := self._box.of(activity, voter)) is not None]
        for option, change in changes:
            counts[option] += change
        return tuple(max(0, count) for count in counts)
