"""Sessions at this screen: runs the activity that visitors ask for, where the programme leaves room, and ends it.

The curator wishes, the screen decides: by the signature under the activity, by the rules of live layers, and by whether
the curator is still heard. Everything here is of the moment and lives in memory.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from content.clock import monotonic_ns
from content.programme.layers import Stretch
from content.reading import BadDocument, Reader
from content.signing import BadSignature, random_token
from display_node.agent import backdrops
from display_node.agent.granting import SHORTEST_MS, Granting
from display_node.agent.inviting import NOTHING, Invitations
from display_node.agent.player import Player
from display_node.agent.state import State, woken
from display_node.messages import Cue
from display_node.session_messages import SessionNow, SessionOff, SessionOn, SessionWords
from kiosks.activities.activity import STEP_MS, Activity, Passed
from kiosks.activities.answers import believed
from kiosks.activities.bells import Bells, newest
from kiosks.activities.statement import Statement, read_activity
from kiosks.layouts import LAYOUTS
from kiosks.messages import (
    Finish,
    FromScreen,
    Invite,
    Name,
    Pattern,
    Session,
    Show,
    Snapshot,
    Start,
    Tap,
    Taps,
    ToScreen,
    Why,
)

SILENCE_MS = 1_500
"""A session of which the curator has not spoken for so long is over: nobody could tell the phones."""
IDLE_MS = 20_000
"""Nobody is there any more."""
SAID_EVERY_MS = 250
"""Phones hear so often how it stands, and the player's lease is renewed."""
LOOKED_EVERY_MS = 200
"""How often the rules are asked whether the session may go on."""
ASLEEP_S = 30.0
REMEMBERED_MS = 86_400_000
"""Whatever a session interrupted is over after this."""
STEP_LATE_MS = 0.5
"""A step is taken when it is surely due."""


@dataclass(slots=True)
class _Running:
    """A session that is on. Its own time is monotonic: a step of the wall clock does not cut it."""

    session: str
    seed: int
    statement: Statement
    activity: Activity
    granted: Stretch
    began_ns: int
    backdrop: str = ""
    """The verified file of the picture behind the words; "" for none."""
    is_local: bool = False
    """Whether visitors at the screen itself began it: then it is theirs to end, and not the curator's silence."""
    heard_ms: int = 0
    here: int = 0
    """How many the curator tells of."""
    here_ms: int = 0
    number: int = 0
    said_ms: int = -SAID_EVERY_MS
    shown_ms: int = 0
    looked_ms: int = 0
    told_notes: tuple[int, ...] | None = None
    """On the bells, as the curator told last; None before it did."""
    tapped_ms: int = 0
    """When the service heard the oldest tap that is yet to be seen (UTC ms of this screen), 0 for none."""

    def here_through_curator(self, at_ms: int) -> int:
        """How many are here of whom the curator told lately."""
        return self.here if at_ms - self.heard_ms <= SILENCE_MS else 0

    def as_news(self) -> Session:
        """That it is on, for whoever tells phones."""
        granted = self.granted
        return Session(self.session, "on", "", granted.start_ms, granted.end_ms, self.statement.activity)

    def passed_ms(self) -> int:
        """Milliseconds since it began."""
        return (monotonic_ns() - self.began_ns) // 1_000_000

    def until_step_ms(self) -> float:
        """How long until the next step of the activity: what was tapped meanwhile is in it."""
        return STEP_MS - (monotonic_ns() - self.began_ns) / 1e6 % STEP_MS + STEP_LATE_MS


class Sessions:
    """At most one session at a time. Only the agent's event loop touches it."""

    def __init__(
        self, state: State, player: Player, cue_at: Callable[[int], Cue | None], say_cues: Callable[[], None]
    ) -> None:
        """`cue_at` is what the programme shows at an instant; `say_cues` tells the player how that changed."""
        self._state, self._player, self._say_cues = state, player, say_cues
        self._granting = Granting(state, cue_at)
        self._running: _Running | None = None
        self._began = asyncio.Event()
        self._local_here = 0
        self.notes_here: Callable[[str], tuple[int, ...]] = lambda _activity: ()
        """What visitors here set in an activity and the curator does not hold yet."""
        self.listeners: list[Callable[[FromScreen], None]] = []
        """Who here is told, as the curator is, how sessions stand."""
        self._news: dict[tuple[type, str], FromScreen] = {}
        self._has_news = asyncio.Event()
        self.invitations = Invitations(state, player)

    async def run(self) -> None:
        """Goes on for ever: tells the activity the time, and ends it."""
        while True:
            if self._running is None:
                await woken(self._began, ASLEEP_S)
                continue
            await asyncio.sleep(self._running.until_step_ms() / 1000)
            self._step()

    def hear(self, said: ToScreen) -> None:
        """What the curator says about taking part."""
        match said:
            case Start():
                self._start(said)
            case Taps(session=session) if self._running is not None and session == self._running.session:
                self._take(self._running, said)
            case Show(session=session) if self._running is not None and session == self._running.session:
                self._take_words(self._running, said)
            case Pattern(session=session) if self._running is not None and session == self._running.session:
                self._running.told_notes = said.notes
                self._ring(self._running)
            case Finish(session=session) if self._running is not None and session == self._running.session:
                self._end("done")
            case Invite():
                self.invitations.invite(said)

    async def news(self) -> FromScreen:
        """The next thing to tell the curator, the newest of its kind, waiting for one."""
        while not self._news:
            self._has_news.clear()
            await self._has_news.wait()
        first = next((key for key in self._news if key[0] is Session), next(iter(self._news)))
        return self._news.pop(first)

    def linked(self) -> None:
        """The curator can be heard again: it is told what is on here, so that phones may join."""
        self.invitations.say()
        if self._running is not None:
            self._tell(self._running.as_news())

    def unlinked(self) -> None:
        """The curator cannot be heard: the programme, unless the session goes on without it; and no code."""
        if self._running is not None and self._goes_on_alone(self._running):
            self._running.here = 0
        else:
            self._end("away")
        self._news.clear()
        self.invitations.invite(NOTHING)

    def met(self) -> None:
        """The player is new: it is told what is on."""
        self.invitations.say()
        if self._running is not None:
            self._show(self._running)

    # --- visitors at the screen itself -------------------------------------------------------------------------------

    @property
    def running_activity(self) -> str:
        """The activity that is on; "" for none."""
        return "" if self._running is None else self._running.statement.activity

    @property
    def running_statement(self) -> Statement | None:
        """The statement of that, which a trusted key signed."""
        return None if self._running is None else self._running.statement

    def begin_here(self, statement: Statement, seed: int, base: tuple[int, ...]) -> Why:
        """Begins a session that visitors here want, of a statement that was verified; else says why not."""
        if self._running is not None:
            return "busy"
        return self._begin(Start(random_token(8), {}, seed, base), statement, is_local=True)[0]

    def why_not_now(self) -> tuple[Why, int]:
        """Why nothing can be begun at this moment, and from when on it might; "" when it can."""
        granted, why, from_ms = self._granting.room(random_token(8), SHORTEST_MS)
        return ("busy", 0) if self._running is not None else ("" if granted is not None else why, from_ms)

    def allowed(self, activities: Collection[str]) -> None:
        """Only these are allowed here from now on: what goes on here without the curator ends if it is none of them."""
        is_alone = self._running is not None and (self._running.is_local or not self._state.is_linked)
        if is_alone and self.running_activity not in activities:
            self._end("done")

    def here_now(self, count: int) -> None:
        """So many visitors are at the screen itself."""
        self._local_here = count

    @property
    def running_session(self) -> str:
        """Which session is on; "" for none."""
        return "" if self._running is None else self._running.session

    def take_here(self, rows: Sequence[Tap | Name]) -> None:
        """What visitors here said, and what they are called."""
        if self._running is not None:
            self._apply(self._running, rows, 0)

    def ring_here(self) -> None:
        """Visitors here set notes on the bells or took some away."""
        if self._running is not None:
            self._ring(self._running)

    def _ring(self, running: _Running) -> None:
        """The round: what the curator tells, and after it what it does not know of yet."""
        activity = running.activity
        if running.told_notes is None:
            running.told_notes = activity.notes if isinstance(activity, Bells) else ()
        notes = newest((*running.told_notes, *self.notes_here(running.statement.activity)))
        running.activity = activity.apply(Pattern(running.session, notes))
        self._draw(running, running.passed_ms())

    # --- beginning ---------------------------------------------------------------------------------------------------

    def _start(self, wish: Start) -> None:
        if self._running is not None:
            if wish.session != self._running.session:
                self._tell(Session(wish.session, "refused", "busy", self._running.granted.end_ms, 0))
                self._tell(self._running.as_news())
            return
        statement = self._believed(wish)
        if statement is None:
            self._tell(Session(wish.session, "refused", "unknown", 0, 0))
            return
        why, from_ms = self._begin(wish, statement)
        if why:
            self._tell(Session(wish.session, "refused", why, from_ms, 0))

    def _begin(self, wish: Start, statement: Statement, *, is_local: bool = False) -> tuple[Why, int]:
        activity = statement.begin(wish.seed, wish.base)
        granted, why, from_ms = self._granting.room(wish.session, activity.length_ms)
        if granted is None:
            return why, from_ms
        self._granting.begin(granted)
        picture = backdrops.path_for(self._state, statement)
        running = _Running(wish.session, wish.seed, statement, activity, granted, monotonic_ns(), picture, is_local)
        self._running = running
        self._show(running)
        self._note(granted.start_ms, granted.end_ms)
        self._tell(running.as_news())
        self._began.set()
        return "", 0

    def _believed(self, wish: Start) -> Statement | None:
        """The activity that is asked for, if a trusted key allowed it here and now."""
        identity = self._state.identity
        try:
            signed = read_activity(Reader(wish.activity))
            signed.verify(identity.pinned)
        except (BadDocument, BadSignature):
            return None
        is_allowed = signed.statement.allows(identity.screen_id, self._state.now())
        return signed.statement if is_allowed and signed.statement.runs else None

    # --- while it is on ----------------------------------------------------------------------------------------------

    def _take(self, running: _Running, said: Taps) -> None:
        at_ms = running.passed_ms()
        running.heard_ms = at_ms
        running.here = said.here
        if said.here:
            running.here_ms = at_ms
        if said.rows:
            self._apply(running, (*said.names, *said.rows), said.at_ms and said.at_ms - self._state.clock.offset_ms)

    def _apply(self, running: _Running, rows: Sequence[Tap | Name], tapped_ms: int) -> None:
        activity = running.activity.take(rows)
        is_seen = activity.figures != running.activity.figures
        running.activity = activity
        running.tapped_ms = running.tapped_ms or tapped_ms
        if is_seen:
            self._draw(running, running.passed_ms())

    def _take_words(self, running: _Running, said: Show) -> None:
        """What strangers wrote, as far as a trusted key says that a person read it for this activity."""
        statement = running.statement
        # What became of a report is signed for the screen it came from, whichever activity asks there now.
        name = self._state.identity.screen_id if statement.kind == "report" else statement.activity
        running.activity = running.activity.apply(believed(name, said.rows, self._state.identity.pinned))
        self._show_words(running)
        self._draw(running, running.passed_ms())

    def _show_words(self, running: _Running) -> None:
        shown = running.activity.shown
        if shown is not None:
            words = tuple(answer.words for answer in shown.answers)
            self._player.say(SessionWords(running.session, shown.edition, words))

    def _step(self) -> None:
        running = self._running
        if running is None:
            return
        at_ms = running.passed_ms()
        if self._local_here:
            running.here_ms = at_ms
        running.activity = running.activity.apply(Passed(at_ms, self._here(running, at_ms)))
        why = self._reason_to_end(running, at_ms)
        if why:
            self._end(why)
            return
        if running.activity.is_moving or at_ms - running.shown_ms >= SAID_EVERY_MS:
            self._draw(running, at_ms)
        if at_ms - running.said_ms >= SAID_EVERY_MS:
            running.said_ms = at_ms
            self._tell(Snapshot(running.session, running.activity.snapshot()))

    def _reason_to_end(self, running: _Running, at_ms: int) -> Why:
        if running.activity.phase == "over" or at_ms - running.here_ms > IDLE_MS:
            return "done"
        if at_ms - running.heard_ms > SILENCE_MS and not self._goes_on_alone(running):
            return "away"
        if at_ms - running.looked_ms < LOOKED_EVERY_MS:
            return ""
        running.looked_ms = at_ms
        if backdrops.is_gone(self._state, running.statement, running.backdrop):
            running.backdrop = ""
            self._show(running)
        return self._granting.reason_to_end(running.session, running.granted)

    def _goes_on_alone(self, running: _Running) -> bool:
        """Whether it is theirs who are at the screen itself; no words of strangers while no moderator is heard."""
        return running.is_local or (self._local_here > 0 and not LAYOUTS[running.statement.kind].wants_service)

    def _here(self, running: _Running, at_ms: int) -> int:
        return running.here_through_curator(at_ms) + self._local_here

    def _draw(self, running: _Running, at_ms: int) -> None:
        running.number += 1
        running.shown_ms = at_ms
        activity = running.activity
        left_ms = max(0, activity.until_ms - at_ms)
        self._player.say(
            SessionNow(
                running.session, running.number, activity.phase, left_ms, self._here(running, at_ms), activity.figures,
                running.tapped_ms,
            )
        )  # fmt: skip
        running.tapped_ms = 0

    def _show(self, running: _Running) -> None:
        statement, current = running.statement, self._state.current
        question = "" if statement.question is None else json.dumps(statement.question.as_json(), ensure_ascii=False)
        self._player.say(
            SessionOn(
                running.session, statement.activity, statement.kind, question, running.seed, running.granted.start_ms,
                running.granted.end_ms, 0 if current is None else current.manifest.version, statement.theme,
                running.backdrop,
            )
        )  # fmt: skip
        self._show_words(running)
        self._draw(running, running.passed_ms())

    # --- ending ------------------------------------------------------------------------------------------------------

    def _end(self, why: Why) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        now_ms = self._state.now()
        until_ms = max(running.granted.start_ms + 1, min(now_ms, running.granted.end_ms))
        self._note(running.granted.start_ms, until_ms)
        self._player.say(SessionOff(running.session))
        self._granting.end(running.session, until_ms)
        self._tell(Session(running.session, "over", why, running.granted.start_ms, until_ms))

    def _note(self, from_ms: int, until_ms: int) -> None:
        """Has the cues after the session be what the rules say, before the player hears that it is over."""
        since_ms = self._state.now() - REMEMBERED_MS
        others = (span for span in self._state.sessions if span[0] != from_ms and span[1] > since_ms)
        self._state.sessions = (*others, (from_ms, until_ms))
        self._say_cues()

    def _tell(self, news: FromScreen) -> None:
        self._news[type(news), news.session] = news
        self._has_news.set()
        for listener in list(self.listeners):
            listener(news)
