"""Hands at the screen itself: what the player says was pressed becomes visitors here, and what they may do.

The player decides nothing, so everything is decided here: whether there is touch at all, whether an offer opens,
whether an activity begins, and whose vote it is. Only the agent's event loop touches this.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from content.clock import monotonic_ns
from display_node.agent.ballots import Ballot, BallotBox
from display_node.agent.choices import Choices, Missing
from display_node.agent.hours import minute_of_day
from display_node.agent.known_activities import KnownActivities
from display_node.agent.local import Local, LocalVisitor, Outcome
from display_node.agent.notes import Notes
from display_node.agent.player import Player
from display_node.agent.sessions import Sessions
from display_node.agent.state import State
from display_node.touch_messages import (
    MOST_OFFERED,
    MOST_SETS,
    Did,
    FromHands,
    Kept,
    Lacks,
    Later,
    Left,
    Offer,
    Offered,
    Reach,
    Rung,
    Seat,
    Seats,
    Touched,
    Wished,
)
from kiosks.activities.poll import Question
from kiosks.activities.statement import Statement
from kiosks.activities.wall import Prompt
from kiosks.messages import Press, Steer, Vote, Why
from kiosks.rooms import Allowance
from kiosks.voters import voter_of

IDLE_S = 20.0
"""Whoever has pressed nothing for so long is gone: the next touch at that station is another person's."""
LOOKED_EVERY_S = 0.5
SITTINGS_A_MINUTE = 10
"""At one station: more people do not follow one another, and one person does not vote more often."""
MOST_UNUSED = 3
UNUSED_REST_S = 30.0
"""So long no offer opens after MOST_UNUSED of which nothing was chosen: rain, a sleeve, a joke."""
LATERS: dict[Why, Later] = {
    "protected": "protected",
    "hour": "soon",
    "busy": "soon",
    "done": "soon",
    "unknown": "nothing",
}
"""What is told of why not; of what is not here nothing is told, and nothing opens."""


@dataclass(slots=True)
class _Sitting:
    """Somebody plays at a station."""

    visitor: LocalVisitor
    pressed_ns: int
    seq: int = 0

    def next_seq(self) -> int:
        """Numbers what they say."""
        self.seq += 1
        return self.seq


class Touching:
    """Everybody whose hands are at this screen."""

    def __init__(
        self, state: State, player: Player, sessions: Sessions, local: Local, known: KnownActivities, notes: BallotBox
    ) -> None:
        """Nobody is here. `notes` is where those of the bells are kept."""
        self._state, self._player, self._sessions, self._local = state, player, sessions, local
        self._told = Reach()
        self._sitting: dict[int, _Sitting] = {}
        self._sittings = Allowance(SITTINGS_A_MINUTE)
        self._unused = 0
        self._rests_until_ns = 0
        self._offered: Why | None = None
        """What was in the way when an offer opened last, which stands for as long as that is so; None for no offer."""
        self.notes = Notes(state, notes, self._say_rung, sessions.ring_here)
        sessions.notes_here = self.notes.unheard
        self.choices = Choices(state, known, self._answered)
        self._votes: dict[int, tuple[LocalVisitor, Vote]] = {}
        self._has_votes = asyncio.Event()

    def met(self) -> None:
        """The player is new: it is told what is here, and who."""
        self._told = self._reach()
        self._player.say(self._told)
        self._say_seats()

    def heard(self, said: FromHands) -> None:
        """What the player says of hands. Where this screen has none, nothing follows."""
        if not self._is_here(said.station):
            return
        match said:
            case Touched():
                self._touched()
            case Wished():
                self._wished(said)
            case Did():
                self._did(said)
            case Left():
                self._leave([said.station])

    async def run(self) -> None:
        """Goes on for ever: follows the screen's settings, and lets go of who is gone."""
        while True:
            await asyncio.sleep(LOOKED_EVERY_S)
            if self._reach() != self._told:
                self.met()
            self._close_what_is_over()
            before_ns = monotonic_ns() - int(IDLE_S * 1e9)
            self._leave(
                station
                for station, sitting in self._sitting.items()
                if sitting.pressed_ns < before_ns or not self._is_here(station)
            )

    async def keep_votes(self) -> None:
        """Goes on for ever: writes down the newest vote of each, all that wait with one write."""
        while True:
            await self._has_votes.wait()
            self._has_votes.clear()
            votes, self._votes = list(self._votes.values()), {}
            for (visitor, vote), outcome in zip(votes, await self._local.vote_all(votes), strict=True):
                self._say_kept(visitor, vote, outcome)

    def came_late(self, ballots: Sequence[Ballot]) -> None:
        """These votes were on the disk, and the service had counted already: whoever is still here is told."""
        for one in ballots:
            for station, sitting in self._sitting.items():
                if voter_of(sitting.visitor.token, one.activity) == one.voter:
                    self._player.say(Kept(station, one.activity, one.choice, is_kept=False, is_late=True))

    def _say_kept(self, visitor: LocalVisitor, vote: Vote, outcome: Outcome) -> None:
        """To the station where they still are."""
        for station, sitting in self._sitting.items():
            if sitting.visitor is visitor:
                self._player.say(Kept(station, vote.activity, vote.option, not outcome, outcome == "over"))

    def _say_rung(self, visitor: LocalVisitor, activity: str, notes: tuple[int, ...], is_kept: bool) -> None:
        for station, sitting in self._sitting.items():
            if sitting.visitor is visitor:
                self._player.say(Rung(station, activity, notes, is_kept))

    # --- what there is -----------------------------------------------------------------------------------------------

    def _reach(self) -> Reach:
        """What the screen's settings say; nothing on a part of a wall or a facade, where no panel shows it all."""
        current, panel = self._state.current, self._state.panel
        if current is None or not self._state.may_show or panel.wall is not None or panel.facade is not None:
            return Reach()
        screen = current.manifest.screen
        return Reach(screen.has_touch, screen.has_pads, screen.picture_height_mm, screen.lower_edge_mm)

    def _is_here(self, station: int) -> bool:
        reach = self._reach()
        return reach.has_touch if station < MOST_SETS else reach.has_pads

    def _touched(self) -> None:
        now_ns = monotonic_ns()
        if self._local.running() or now_ns < self._rests_until_ns:
            return
        why, from_ms = self._sessions.why_not_now()
        if why and why not in LATERS:
            return
        self._unused += 1
        if self._unused > MOST_UNUSED:
            self._unused, self._rests_until_ns = 0, now_ns + int(UNUSED_REST_S * 1e9)
            return
        self._say_offer(why, from_ms)

    def _say_offer(self, why: Why, from_ms: int) -> None:
        self._offered = why
        self._player.say(self._later(why, from_ms) if why else self._offer())

    def _close_what_is_over(self) -> None:
        """An offer does not stand over a booking that began meanwhile, and a reason not longer than it holds."""
        if self._offered is not None and self._sessions.why_not_now()[0] != self._offered:
            self._offered = None
            self._player.say(Offer())

    def _offer(self) -> Offer:
        rows = []
        for one in self._local.known():
            statement = one.known.statement
            asked = statement.question
            title = asked.question if isinstance(asked, Question | Prompt) else ""
            rows.append(Offered(statement.activity, statement.kind, title, self._lacks(statement)))
        rows.sort(key=lambda row: row.lacks != "")
        return Offer(tuple(rows[:MOST_OFFERED])) if rows else Offer(later="nothing")

    def _lacks(self, statement: Statement) -> Lacks:
        if self._local.is_open(statement, by_hand=True):
            return ""
        return "phone" if self._state.is_linked else "service"

    def _later(self, why: Why, from_ms: int) -> Offer:
        current = self._state.current
        if not from_ms or current is None:
            return Offer(later=LATERS[why])
        hour, minute = divmod(minute_of_day(from_ms, current.manifest.screen.zone), 60)
        return Offer(later=LATERS[why], from_time=f"{hour}:{minute:02}")

    # --- what they do ------------------------------------------------------------------------------------------------

    def _wished(self, said: Wished) -> None:
        if self._sit(said.station) is None:
            return
        if any(
            one.known.statement.activity == said.activity and not one.known.statement.runs
            for one in self._local.known()
        ):
            self._ask_choice(said)
        else:
            self._begin(said.station, said.activity)

    def _begin(self, station: int, activity: str) -> None:
        why = self._local.begin(activity, by_hand=True)
        if not why:
            self._unused, self._offered = 0, None  # the session closes it
            return
        self._not_begun(station, why)

    def _not_begun(self, station: int, why: Why) -> None:
        self._leave([station])
        if why in LATERS:
            now, from_ms = self._sessions.why_not_now()
            self._player.say(self._later(why, from_ms))
            self._offered = now

    def _ask_choice(self, said: Wished) -> None:
        """The service makes a choice, and only where it can be on the screen then."""
        why, _from_ms = self._sessions.why_not_now()
        if why:
            self._not_begun(said.station, why)
        elif not self._state.is_linked:
            self._answered(said.station, "", "service")
        else:
            self.choices.ask(said.station, said.activity)

    def _answered(self, station: int, ballot: str, why: Missing) -> None:
        """The service has, or has not, what somebody wanted to choose from. Whoever is gone by now wants it no more."""
        if station not in self._sitting:
            return
        if ballot:
            self._begin(station, ballot)
            return
        self._leave([station])
        self._offered = self._sessions.why_not_now()[0]
        self._player.say(Offer(later="choice" if why == "turn" else "service"))

    def _did(self, said: Did) -> None:
        activity = self._local.running()
        sitting = self._sit(said.station) if activity else None
        if sitting is None:
            if activity and said.deed == "choose":
                self._player.say(Kept(said.station, activity, said.value, is_kept=False))
            if activity and said.deed == "note":
                self._player.say(Rung(said.station, activity, (), is_kept=False))
            return
        match said.deed:
            case "choose":
                self._choose(sitting, said, activity)
            case "steer":
                self._local.tap(sitting.visitor, Steer(sitting.next_seq(), said.value, said.y))
            case "press":
                self._local.tap(sitting.visitor, Press(sitting.next_seq(), said.value))
            case "note" if self._local.running_kind() == "bells":
                self.notes.turn(sitting.visitor, activity, said.value)

    def _choose(self, sitting: _Sitting, said: Did, activity: str) -> None:
        statement = self._local.statement_of(activity)
        if statement is None:
            self._player.say(Kept(said.station, activity, said.value, is_kept=False, is_late=True))
        elif said.value < len(statement.options):
            self._votes[sitting.visitor.number] = sitting.visitor, Vote(sitting.next_seq(), said.value, activity)
            self._has_votes.set()

    def _sit(self, station: int) -> _Sitting | None:
        """Whoever plays at a station, somebody new where nobody did; None where too many followed one another."""
        sitting = self._sitting.get(station)
        if sitting is None:
            if not self._sittings.spend(str(station), self._state.now()):
                return None
            visitor = self._local.come()
            if visitor is None:
                return None
            sitting = self._sitting[station] = _Sitting(visitor, monotonic_ns())
            self._say_seats()
        sitting.pressed_ns = monotonic_ns()
        return sitting

    def _leave(self, stations: Iterable[int]) -> None:
        gone = [self._sitting.pop(station) for station in list(stations) if station in self._sitting]
        for sitting in gone:
            self.notes.left(sitting.visitor)
            self._local.leave(sitting.visitor)
        if gone:
            self._say_seats()

    def _say_seats(self) -> None:
        rows = sorted(self._sitting.items())
        self._player.say(Seats(tuple(Seat(station, one.visitor.colour, one.visitor.animal) for station, one in rows)))
