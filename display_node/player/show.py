"""The frame loop: at every instant the picture its cues ask for, drawn a little early and presented on time.

It opens no file, waits for no lock and never for a decoder: what is not ready is replaced, and that is reported.
"""

import gc
from collections.abc import Callable

from content.language import best_language
from display_node.manner_messages import Manner, Ticker
from display_node.messages import (
    Brightness,
    Cue,
    Cues,
    Fault,
    Invitation,
    Overlay,
    Panic,
    Standby,
    Stop,
    TakePictures,
    ToAgent,
    ToPlayer,
    Volume,
)  # fmt: skip
from display_node.player.account import Account
from display_node.player.asrun import AsRun
from display_node.player.foreground import Foreground
from display_node.player.frames_log import FramesLog
from display_node.player.hands import Hands
from display_node.player.house import House
from display_node.player.overlay import StatsOverlay
from display_node.player.partner import Partner
from display_node.player.pictures import Pictures
from display_node.player.scenes.media import VideoScene
from display_node.player.scenes.scene import Scene, Yielding
from display_node.player.session import SessionLayer
from display_node.player.stage import Stage
from display_node.player.text import Typesetter, lacking_words
from display_node.player.timeline import NS_PER_MS
from display_node.player.transitions import Transitions, cut_short
from display_node.player.turns import Turn, Turns
from display_node.player.voice import Voice
from display_node.player.waiting import LONGEST_NS, Alarm
from display_node.player.wings import MOST_AHEAD, READY_AHEAD_MS, Wings
from display_node.session_messages import SessionNow, SessionOff, SessionOn, SessionWords
from display_node.touch_messages import Kept, Offer, Reach, Rung, Seats
from display_node.words import speak

PAINT_AHEAD_NS = 45 * NS_PER_MS
"""More than a frame at 25 a second: the next one is painted as soon as one is out, and the loop wakes once for each."""

PREPARE_EVERY_NS = 200 * NS_PER_MS
RETRY_NS = 3 * NS_PER_MS
STARVED_NS = 1_000 * NS_PER_MS
FAREWELL_S = 0.5
SETTLE_NS = 400 * NS_PER_MS
"""So long the card and the sound wait for an agent: they shall not be in the way of the programme's first picture."""

PRESSED_NS = 17 * NS_PER_MS
"""What changes less often than this is presented again at once when something is pressed on it."""

STILL_NS = 150 * NS_PER_MS
"""What changes less often than this is presented again when somebody asks for a picture of it."""

DONE = 0
STUCK = 75
"""The exit status that asks the supervisor for a new process: too many decoders hang."""


class Show:
    """Runs the stage until it is told to stop. One thread; `Link` and the decoders have their own."""

    def __init__(
        self,
        stage: Stage,
        typesetter: Typesetter,
        wings: Wings,
        sound: Voice,
        now_ns: Callable[[], int],
        alarm: Alarm,
        *,
        link: Partner | None = None,
        frames_log: FramesLog | None = None,
        language: str = "en",
        pulse: Callable[[], None] | None = None,
    ) -> None:
        """Presents the slate at once. `pulse` is called with each heartbeat."""
        self._stage, self._wings, self._sound = stage, wings, sound
        self._now_ns, self._alarm, self._link = now_ns, alarm, link
        self._language = language
        self._typesetter = typesetter
        self._pulse = pulse
        self._account = Account(frames_log)
        self._as_run = AsRun()
        self._pictures = Pictures(self._say)
        self._house = House(stage.size, typesetter)
        self._foreground = Foreground(typesetter)
        self._transitions = Transitions()
        self._overlay = StatsOverlay(typesetter)
        self._session = SessionLayer(typesetter)
        self._has_session = False
        self._hands = Hands(typesetter, self._session, self._say)
        self._turns = Turns(self._house, wings, self._report, self._session, stage)
        self._exit: int | None = None
        self._began_ns = now_ns()
        self._shown: Turn | None = None
        self._shown_ns = 0
        self._presented_ns = 0
        self._painted: tuple[Scene, int] | None = None
        self._brightness = 100
        self._is_pressed = False
        self._prepared_ns = 0
        self._is_settled = False
        self._house.standby.draw(stage.surface, 0, 0)
        stage.deliver()
        stage.present()

    def run(self, until_ms: int | None = None) -> int:
        """Shows until Stop, a closed window, too many hanging decoders or `until_ms`; gives the exit status."""
        # What was read at the start stays; looking through it for what could go would take a frame's time.
        gc.freeze()
        gc.disable()
        self._began_ns = self._now_ns()
        while self._exit is None:
            self._step()
            if until_ms is not None and self._now_ns() >= until_ms * NS_PER_MS:
                self.stop()
        self._finish()
        return self._exit

    def stop(self) -> None:
        """Ends `run` within a quarter of a second. Safe in a signal handler, since it takes no lock."""
        self._exit = DONE

    def tell(self, message: ToPlayer) -> None:
        """Does what `message` says. Only in the frame loop's thread, or before `run`."""
        self._painted = None
        match message:
            case Cues():
                self._take_cues(message)
            case Standby():
                self._take_standby(message)
            case Volume(percent=percent):
                self._sound.loudness = percent / 100
            case Brightness(percent=percent):
                self._brightness = percent
            case Panic(on=on):
                self._turns.is_panic = on
                self._hush()
            case Overlay(on=on):
                self._overlay.is_on = on
            case SessionOn() | SessionNow() | SessionWords() | SessionOff():
                self._session.hear(message, self._stage.size, self._now_ns())
            case Reach() | Offer() | Seats() | Kept() | Rung():
                self._hands.hear(message, self._now_ns())
                self._alarm.longest_ns = self._hands.attentive_ns or LONGEST_NS
            case TakePictures():
                self._pictures.ask(message, self._now_ns())
            case Manner() | Ticker() | Invitation():
                self._behave(message)
            case Stop():
                self.stop()

    # --- one turn of the loop ----------------------------------------------------------------------------------------

    def _step(self) -> None:
        self._hear()
        now_ns = self._now_ns()
        self._attend_session(now_ns)
        if now_ns - self._prepared_ns > PREPARE_EVERY_NS or now_ns < self._prepared_ns:
            self._prepare(now_ns)
        turn = self._turns.at(now_ns, now_ns, self._starved(now_ns))
        self._observe(turn, now_ns)
        if not self._is_settled:
            self._settle(turn, now_ns)
        turn, due_ns = self._next(turn, now_ns)
        if turn is None:
            self._alarm.wait_until(due_ns)
        elif due_ns - now_ns > PAINT_AHEAD_NS:
            self._alarm.wait_until(due_ns - PAINT_AHEAD_NS)
        elif not self._paint(turn, due_ns, now_ns):
            self._alarm.wait_until(now_ns + RETRY_NS)
        elif self._alarm.wait_until(due_ns):
            self._present(turn, due_ns)

    def _settle(self, turn: Turn | None, now_ns: int) -> None:
        """Begins what can wait until the first picture of the programme is on, or until there is clearly none."""
        is_on = self._shown is not None and self._shown.cue is not None
        is_card = turn is not None and turn.scene is self._house.card
        is_free = turn is not None and not 0 <= now_ns - self._began_ns < SETTLE_NS
        if is_on or is_card or is_free:
            self._is_settled = True
            self._house.furnish(self._stage.size, self._language)
            self._sound.start()

    def _next(self, turn: Turn | None, now_ns: int) -> tuple[Turn | None, int]:
        """What to present next, and when; None while the cue that is on has no picture yet."""
        if turn is None:
            return None, now_ns + RETRY_NS
        if self._shown is None or self._shown.scene is not turn.scene or self._shown_ns > now_ns + STARVED_NS:
            return turn, now_ns
        due_ns = turn.scene.change_after(self._shown_ns)
        if due_ns <= now_ns:
            due_ns = max(due_ns, turn.scene.change_before(now_ns))
        if not isinstance(turn.scene, VideoScene):
            due_ns = min(due_ns, self._transitions.change_after(self._shown_ns) or due_ns)
            ticker_ns = self._foreground.change_after(self._stage.size, turn.layer, self._shown_ns)
            due_ns = due_ns if ticker_ns is None else min(due_ns, max(ticker_ns, now_ns))
        boundary_ns = self._turns.boundary_ns(now_ns)
        if boundary_ns is not None and boundary_ns <= due_ns:
            following = self._turns.at(boundary_ns, now_ns, self._starved(now_ns))
            if following is None:
                return None, boundary_ns
            if following.scene is not turn.scene:
                return following, boundary_ns
        if self._is_pressed and not isinstance(turn.scene, VideoScene) and due_ns - now_ns > PRESSED_NS:
            return turn, now_ns
        wanted_ns = self._pictures.due_ns()
        if wanted_ns is not None and due_ns - now_ns > STILL_NS:
            due_ns = max(now_ns, min(due_ns, wanted_ns))
        return turn, due_ns

    def _starved(self, now_ns: int) -> Scene | None:
        """The video that is on, when it has given nothing new for too long."""
        scene = self._shown.scene if self._shown else None
        is_starved = isinstance(scene, VideoScene) and now_ns - self._presented_ns > STARVED_NS
        return scene if is_starved else None

    def _paint(self, turn: Turn, due_ns: int, now_ns: int) -> bool:
        if self._painted == (turn.scene, due_ns):
            return True
        if self._shown is None or self._shown.scene is not turn.scene:
            is_fit = self._shown is not None and turn.showing == "shown"
            self._transitions.begin(self._stage.surface, turn.cue if is_fit else None, due_ns)
        if isinstance(turn.scene, Yielding):
            turn.scene.keep_off = self._foreground.places(self._stage.size, turn.layer, due_ns)
        part = self._hands.part(self._stage.surface, turn)
        if not turn.scene.draw(part, due_ns, now_ns):
            return False
        self._foreground.lay(part, turn.layer, due_ns, now_ns)
        self._hands.lay(self._stage.surface, turn.layer)
        self._overlay.draw(self._stage.surface)
        self._stage.dim(self._brightness)
        self._transitions.lay(self._stage.surface, due_ns)
        self._stage.deliver()
        self._painted = (turn.scene, due_ns)
        return True

    def _present(self, turn: Turn, due_ns: int) -> None:
        self._stage.present()
        now_ns = self._now_ns()
        is_seam = self._shown is None or self._shown.scene is not turn.scene
        self._account.presented(turn, due_ns, now_ns, None if is_seam else self._shown_ns)
        if turn.layer == "session":
            self._session.presented(now_ns)
        self._painted, self._shown, self._shown_ns, self._presented_ns = None, turn, due_ns, now_ns
        self._is_pressed = False
        self._observe(turn, now_ns)
        if (given_up := self._transitions.presented(now_ns - due_ns)) is not None:
            self._say(Fault(given_up.sha256, cut_short(given_up)))
        self._pictures.presented(self._stage.upright, now_ns)
        self._beat(turn, now_ns)
        if is_seam:
            gc.collect(1)

    # --- what happens around it --------------------------------------------------------------------------------------

    def _hear(self) -> None:
        for message in self._link.hear() if self._link else ():
            self.tell(message)
        happened = self._stage.happened(is_public=self._hands.has_pads)
        if happened.quit:
            self.stop()
        if happened.overlay:
            self._overlay.is_on = not self._overlay.is_on
        layer = self._shown.layer if self._shown else ""
        if self._hands.take(happened.events, self._stage, layer, self._now_ns()):
            self._is_pressed, self._painted = True, None
        if happened.exposed:
            self._shown = self._painted = None
        if happened.resized:
            self._wings.clear(self._now_ns())
            self._build()
            self._prepare(self._now_ns())

    def _prepare(self, now_ns: int) -> None:
        """Gets ready what comes, forgets what has gone."""
        self._prepared_ns = now_ns
        now_ms = now_ns // NS_PER_MS
        for cue in self._turns.timeline.cues:
            if cue.end_ms > now_ms:
                break
            if not (self._as_run.has_seen(cue) or self._has_session):
                self._say(AsRun.missed(cue))
        self._turns.timeline = timeline = self._turns.timeline.without_past(now_ms)
        soon = timeline.soon(now_ms, READY_AHEAD_MS, MOST_AHEAD)
        self._wings.prepare(soon, self._stage.size, now_ns)
        for cue in soon:
            if (fault := self._wings.trouble_fault(cue)) is not None:
                self._say(fault)
            if cue.kind == "words":
                self._house.words_of(cue)
        self._tell_lacking()
        self._sound.prepare(soon, now_ns)
        self._house.announce(timeline.next_titled(now_ms), self._language)
        if self._wings.is_stuck(now_ns):
            self._exit = STUCK

    def _tell_lacking(self) -> None:
        if letters := self._typesetter.lacking():
            self._say(Fault("", lacking_words(letters)))

    def _attend_session(self, now_ns: int) -> None:
        """The programme is silent under a session, and its media, which nobody drew meanwhile, open anew after it."""
        has_session = self._session.scene_at(now_ns, self._stage.size) is not None
        if has_session == self._has_session:
            return
        self._has_session = has_session
        self._hush()
        if not has_session:
            if not self._session.is_on(now_ns):
                self._session.end()
            self._wings.clear(now_ns)
            self._prepare(now_ns)

    def _behave(self, manner: Manner | Ticker | Invitation) -> None:
        """Shows everything in this manner, with this ticker or this invitation, from the next picture on."""
        if isinstance(manner, Ticker):
            self._foreground.tell(manner)
            return
        if isinstance(manner, Invitation):
            self._foreground.invite(manner, self._now_ns())
            return
        if manner == self._wings.manner:
            return
        self._transitions.is_calm = self._session.is_calm = self._house.is_calm = manner.is_calm
        self._foreground.is_calm, self._wings.manner = manner.is_calm, manner
        self._wings.clear(self._now_ns())
        self._prepare(self._now_ns())

    def _hush(self) -> None:
        self._sound.is_muted = self._turns.is_panic or self._has_session

    def _take_cues(self, message: Cues) -> None:
        now_ns = self._now_ns()
        coming = tuple(cue for cue in message.cues if cue.end_ms > now_ns // NS_PER_MS)
        self._turns.timeline = self._turns.timeline.changed(Cues(message.replace_from_ms, coming))
        self._turns.is_waiting = self._turns.is_waiting and not self._turns.timeline.cues
        self._prepare(now_ns)

    def _take_standby(self, message: Standby) -> None:
        self._turns.is_waiting = True
        self._language = best_language([message.language, self._language])
        speak(self._language)
        self._house.receive(message)
        self._house.announce(self._turns.timeline.next_titled(self._now_ns() // NS_PER_MS), self._language)

    def _build(self) -> None:
        """Draws what depends on the size of the stage."""
        self._shown = self._painted = None
        self._is_settled = True
        self._sound.start()
        self._house.furnish(self._stage.size, self._language)

    def _observe(self, turn: Turn | None, now_ns: int) -> None:
        now_ms = now_ns // NS_PER_MS
        is_on = turn is not None and self._shown is not None and self._shown.scene is turn.scene
        cue = turn.cue if turn is not None else self._turns.timeline.at(now_ms)
        for row in self._as_run.observe(cue, turn.showing if turn is not None and is_on else "waiting", now_ms):
            self._say(row)

    def _report(self, cue: Cue, sentence: str) -> None:
        if (fault := self._wings.fault(cue, sentence)) is not None:
            self._say(fault)

    def _beat(self, turn: Turn, now_ns: int) -> None:
        cues_left = len(self._turns.timeline.cues)
        heartbeat = self._account.heartbeat(turn, now_ns, cues_left, self._sound, self._session.taps)
        if heartbeat is None:
            return
        self._overlay.hear(heartbeat)
        if self._pulse is not None:
            self._pulse()
        self._say(heartbeat)

    def _say(self, message: ToAgent) -> None:
        if self._link is not None:
            self._link.say(message)

    def _finish(self) -> None:
        for row in self._as_run.finish(self._now_ns() // NS_PER_MS):
            self._say(row)
        self._wings.clear(self._now_ns())
        self._sound.close(FAREWELL_S)
        if self._link is not None:
            self._link.close(FAREWELL_S)
        self._account.close()
        gc.enable()
        self._stage.close()
