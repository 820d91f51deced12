"""Everyone on the island: passes, what they say, and the newest state for each phone. All of it of the moment.

What waits is the newest of its kind, as at the service: nobody's slowness holds up anybody, and nothing grows.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from content.canonical import Json
from display_node.island.messages import (
    MOST_VOTES,
    Came,
    Cast,
    Code,
    Kept,
    Left,
    Offer,
    Refused,
    Standing,
    ToAgent,
    ToIsland,
    Votes,
    Wish,
)
from kiosks.layouts import LAYOUTS, is_heard
from kiosks.messages import MOST_SEQ, Session, Snapshot, Tapped, Taps, Vote
from kiosks.passes import Passes, Written
from kiosks.phone import socket
from kiosks.phone.mailbox import Mailbox
from kiosks.presence import Codes
from kiosks.rooms import WRONG_CODES_A_MINUTE, Allowance, Room
from kiosks.visits import Visit, Visits

SCREEN = "island"
BUNDLE_S = 0.033
"""Taps and votes go to the agent at most so often."""
KEPT_WITHIN_S = 5.0
"""A vote that the agent does not answer within this is said not to have gone through."""
MOST_WAITING_VOTES = 2_000
JOINS_AN_HOUR = 300
"""Passes of one network address: a venue's phones may share one, but not every vote that waits may be one person's."""
BEGUN_AGAIN_MS = 5_000
PHONE_SILENT_MS = 150_000
NOBODY = Standing("", "en", is_alone=False, offers=())


@dataclass(slots=True)
class Running:
    """The session that is on, as the agent last told it."""

    session: str
    activity: str
    snapshot: dict[str, Json] | None = None


@dataclass(slots=True)
class Place:
    """The visitors of an island. `tell` says something to the agent; `now` gives UTC ms. It is a `Desk` for phones."""

    tell: Callable[[ToAgent], None]
    now: Callable[[], int]
    standing: Standing = NOBODY
    is_linked: bool = False
    """Whether the agent can be reached."""
    running: Running | None = None
    phones: dict[str, Mailbox] = field(default_factory=dict)
    codes: Codes = field(default_factory=lambda: Codes(secrets.choice))
    wrong_codes: Allowance = field(default_factory=lambda: Allowance(WRONG_CODES_A_MINUTE))
    choices: dict[tuple[str, str], int] = field(default_factory=dict)
    """What each pass chose, by activity and token."""
    room: Room = field(init=False)
    _passes: Passes = field(default_factory=lambda: Passes(secrets.token_bytes(32), secrets.token_bytes))
    _seated: dict[int, Visit] = field(default_factory=dict)
    _votes: dict[int, Cast] = field(default_factory=dict)
    _answers: dict[int, asyncio.Future[str]] = field(default_factory=dict)
    _next_vote: int = 0
    _asked_ms: int = 0

    def __post_init__(self) -> None:
        """Nobody is here."""

        def write(number: int, colour: str, animal: str, now_ms: int) -> str:
            return self._passes.write(Written(SCREEN, number, colour, animal, now_ms // 1_000))

        self.room = Room(Visits(secrets.choice, write), JOINS_AN_HOUR)

    # --- what phones are told ----------------------------------------------------------------------------------------

    def offer(self, activity: str) -> Offer | None:
        """What is open here now, by its id."""
        return next((one for one in self.standing.offers if one.id == activity and one.is_open), None)

    def state_text(self, refused: str = "") -> str:
        """What every phone here is told, as JSON: the same as at the service."""
        running = self.running
        state: dict[str, Json] = {
            "type": "state", "link": self.is_linked, "on": "" if running is None else running.activity,
            "snapshot": None if running is None else running.snapshot, "why": refused, "refused": bool(refused),
            "offers": [one.id for one in self.standing.offers], "edition": 0,
        }  # fmt: skip
        return json.dumps(state)

    def tell_phones(self, refused: str = "") -> None:
        """The newest state to everybody."""
        text = self.state_text(refused)
        for mailbox in self.phones.values():
            mailbox.put("state", text)

    # --- what phones say ---------------------------------------------------------------------------------------------

    def say(self, visit: Visit, said: Tapped) -> None:
        """What a visitor wants goes to the screen with the next bundle, while a session with such a control is on."""
        offer = None if self.running is None else self.offer(self.running.activity)
        if offer is not None and is_heard(offer.kind, said):
            self.room.put(visit, said)

    async def begin(self, activity: str) -> None:
        """Asks the agent for it."""
        if self.offer(activity) is not None and self.running is None and self.now() - self._asked_ms > BEGUN_AGAIN_MS:
            self._asked_ms = self.now()
            self._seat()
            self.tell(Wish(activity))

    async def vote(self, visit: Visit, said: Vote) -> socket.Cast:
        """Returns when a vote is on the disk, or is known not to be."""
        offer = self.offer(said.activity)
        if offer is None or said.option >= len(offer.counts):
            return "over"
        if not self.is_linked or len(self._votes) >= MOST_WAITING_VOTES:
            return "busy"
        self._next_vote = number = (self._next_vote + 1) % MOST_SEQ
        self._votes[number] = Cast(number, visit.number, said.seq, said.activity, said.option)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(KEPT_WITHIN_S):
                outcome = await answer
        except TimeoutError:
            return "busy"
        finally:
            self._answers.pop(number, None)
            self._votes.pop(number, None)
        if outcome:
            return "over" if outcome == "over" else "busy"
        self.choices[said.activity, visit.token] = said.option
        return "voted"

    # --- the agent ---------------------------------------------------------------------------------------------------

    def hear(self, said: ToIsland) -> None:
        """What the agent says."""
        match said:
            case Standing():
                is_other = [one.id for one in said.offers] != [one.id for one in self.standing.offers]
                self.standing = said
                if is_other:
                    self.tell_phones()
            case Kept(rows=rows):
                for number, outcome in rows:
                    if number in self._answers and not self._answers[number].done():
                        self._answers[number].set_result(outcome)
            case Refused(why=why):
                self.tell_phones(why)
            case Snapshot():
                if self.running is not None and self.running.session == said.session:
                    self.running.snapshot = said.state
                    self.tell_phones()
            case Session():
                self._hear_session(said)

    def _hear_session(self, said: Session) -> None:
        is_known = self.running is not None and self.running.session == said.session
        if said.state == "on" and not is_known:
            self.room.drop()
            self.running = Running(said.session, said.activity)
            self.tell_phones()
        elif said.state != "on" and is_known:
            self.room.drop()
            self.running = None
            self.tell_phones()

    def linked(self, *, is_linked: bool) -> None:
        """The agent is there, or gone: whoever has a place is told to it anew."""
        self.is_linked, self.running = is_linked, None
        self._seated.clear()
        self._votes.clear()
        self.room.drop()
        if not is_linked:
            self.standing = Standing(self.standing.screen_name, self.standing.language, is_alone=False, offers=())
        self.tell_phones()

    def invite(self) -> None:
        """Tells the agent which code the screen is to show, or that it is to show none."""
        is_open = any(one.is_open for one in self.standing.offers)
        self.tell(Code(self.codes.of(SCREEN, self.now()).text if is_open else ""))

    def send(self) -> None:
        """Who came and left, what was voted, what was said: one bundle."""
        self._seat()
        waiting = [one for one in self._votes.values() if one.number in self._seated][:MOST_VOTES]
        if waiting:
            self.tell(Votes(tuple(waiting)))
            for one in waiting:
                del self._votes[one.id]
        if self.running is not None and self.room.has_more:
            rows = self.room.bundle()
            kind = offer.kind if (offer := self.offer(self.running.activity)) is not None else None
            is_named = kind is not None and LAYOUTS[kind].is_named
            names = self.room.names(rows) if is_named else ()
            self.tell(Taps(self.running.session, len(self._seated), rows, 0, names))

    def _seat(self) -> None:
        here = {visit.number: visit for visit in self.room.visits.seated(self.now())}
        for number in self._seated.keys() - here.keys():
            self.tell(Left(number))
        for number in here.keys() - self._seated.keys():
            visit = here[number]
            self.tell(Came(number, visit.colour, visit.animal, visit.token))
        self._seated = here

    def sweep(self) -> None:
        """Forgets whoever is gone for good, and hangs up on phones whose pass is over."""
        now_ms = self.now()
        self.room.sweep(now_ms)
        for token, mailbox in self.phones.items():
            if self.room.visits.of(token, now_ms) is None:
                mailbox.end(is_over=True)
            elif now_ms - mailbox.heard_ms > PHONE_SILENT_MS:
                mailbox.end()
        self.choices = {
            key: option for key, option in self.choices.items() if self.room.visits.of(key[1], now_ms) is not None
        }
