"""The frame loop: at every instant the picture its cues ask for, drawn a little early and presented on time.

It opens no file, waits for no lock and never for a decoder: what is not ready is replaced, and that is reported.
"""

import gc
from collections.abc import Callable
from typing import Protocol

from content.language import best_language
from display_node.messages import (
    Brightness,
    Cue,
    Cues,
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
from display_node.player.frames_log import FramesLog
from display_node.player.house import House
from display_node.player.pictures import Pictures
from display_node.player.scenes.media import VideoScene
from display_node.player.scenes.scene import Scene
from display_node.player.sound import Sound
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from display_node.player.turns import Turn, Turns
from display_node.player.waiting import Alarm
from display_node.player.wings import MOST_AHEAD, READY_AHEAD_MS, Wings
from display_node.words import speak

PAINT_AHEAD_NS = 45 * NS_PER_MS
"""More than a frame at 25 a second: the next one is painted as soon as one is out, and the loop wakes once for each."""

PREPARE_EVERY_NS = 200 * NS_PER_MS
RETRY_NS = 3 * NS_PER_MS
STARVED_NS = 1_000 * NS_PER_MS
FAREWELL_S = 0.5
STILL_NS = 150 * NS_PER_MS
"""What changes less often than this is presented again when somebody asks for a picture of it."""

DONE = 0
STUCK = 75
"""The exit status that asks the supervisor for a new process: too many decoders hang."""


class Partner(Protocol):
    """Whom the show listens and reports to. None of this may wait, but `close`."""

    def hear(self) -> list[ToPlayer]:
        """What was said since last asked, in order."""
        ...

    def say(self, message: ToAgent) -> None:
        """Takes a report."""
        ...

    def close(self, within_s: float) -> None:
        """The show is over."""
        ...


class Show:
    """Runs the stage until it is told to stop. One thread; `Link` and the decoders have their own."""

    def __init__(
        self,
        stage: Stage,
        typesetter: Typesetter,
        wings: Wings,
        sound: Sound,
        now_ns: Callable[[], int],
        alarm: Alarm,
        *,
        link: Partner | None = None,
        frames_log: FramesLog | None = None,
        language: str = "en",
        pulse: Callable[[], None] | None = None,
    ) -> None:
        """Presents the slate at once, then draws the card. `pulse` is called with each heartbeat."""
        self._stage, self._wings, self._sound = stage, wings, sound
        self._now_ns, self._alarm, self._link = now_ns, alarm, link
        self._language = language
        self._pulse = pulse
        self._account = Account(frames_log)
        self._as_run = AsRun()
        self._pictures = Pictures(self._say)
        self._house = House(stage.size, typesetter)
        self._turns = Turns(self._house, wings, self._report)
        self._exit: int | None = None
        self._shown: Turn | None = None
        self._shown_ns = 0
        self._presented_ns = 0
        self._painted: tuple[Scene, int] | None = None
        self._brightness = 100
        self._prepared_ns = 0
        self._house.standby.draw(stage.surface, 0, 0)
        stage.present()
        self._build()

    def run(self, until_ms: int | None = None) -> int:
        """Shows until Stop, a closed window, too many hanging decoders or `until_ms`; gives the exit status."""
        gc.collect()
        gc.freeze()
        gc.disable()
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
        match message:
            case Cues():
                self._take_cues(message)
            case Standby():
                self._take_standby(message)
            case Volume(percent=percent):
                self._sound.loudness = percent / 100
            case Brightness(percent=percent):
                self._brightness = percent
                self._painted = None
            case Panic(on=on):
                self._turns.is_panic = on
                self._sound.is_muted = on
            case TakePictures():
                self._pictures.ask(message, self._now_ns())
            case Stop():
                self.stop()

    # --- one turn of the loop ----------------------------------------------------------------------------------------

    def _step(self) -> None:
        self._hear()
        now_ns = self._now_ns()
        if now_ns - self._prepared_ns > PREPARE_EVERY_NS or now_ns < self._prepared_ns:
            self._prepare(now_ns)
        turn = self._turns.at(now_ns, now_ns, self._starved(now_ns))
        self._observe(turn, now_ns)
        turn, due_ns = self._next(turn, now_ns)
        if turn is None:
            self._alarm.wait_until(due_ns)
        elif due_ns - now_ns > PAINT_AHEAD_NS:
            self._alarm.wait_until(due_ns - PAINT_AHEAD_NS)
        elif not self._paint(turn, due_ns, now_ns):
            self._alarm.wait_until(now_ns + RETRY_NS)
        elif self._alarm.wait_until(due_ns):
            self._present(turn, due_ns)

    def _next(self, turn: Turn | None, now_ns: int) -> tuple[Turn | None, int]:
        """What to present next, and when; None while the cue that is on has no picture yet."""
        if turn is None:
            return None, now_ns + RETRY_NS
        if self._shown is None or self._shown.scene is not turn.scene or self._shown_ns > now_ns + STARVED_NS:
            return turn, now_ns
        due_ns = turn.scene.change_after(self._shown_ns)
        if due_ns <= now_ns:
            due_ns = max(due_ns, turn.scene.change_before(now_ns))
        boundary_ns = self._turns.boundary_ns(now_ns)
        if boundary_ns is not None and boundary_ns <= due_ns:
            following = self._turns.at(boundary_ns, now_ns, self._starved(now_ns))
            if following is None:
                return None, boundary_ns
            if following.scene is not turn.scene:
                return following, boundary_ns
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
        if not turn.scene.draw(self._stage.surface, due_ns, now_ns):
            return False
        self._stage.dim(self._brightness)
        self._painted = (turn.scene, due_ns)
        return True

    def _present(self, turn: Turn, due_ns: int) -> None:
        self._stage.present()
        now_ns = self._now_ns()
        is_seam = self._shown is None or self._shown.scene is not turn.scene
        self._account.presented(turn, due_ns, now_ns, None if is_seam else self._shown_ns)
        self._painted, self._shown, self._shown_ns, self._presented_ns = None, turn, due_ns, now_ns
        self._observe(turn, now_ns)
        self._pictures.presented(self._stage.surface, now_ns)
        self._beat(turn, now_ns)
        if is_seam:
            gc.collect(1)

    # --- what happens around it --------------------------------------------------------------------------------------

    def _hear(self) -> None:
        for message in self._link.hear() if self._link else ():
            self.tell(message)
        happened = self._stage.happened()
        if happened.quit:
            self.stop()
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
            if not self._as_run.has_seen(cue):
                self._say(AsRun.missed(cue))
        self._turns.timeline = timeline = self._turns.timeline.without_past(now_ms)
        soon = timeline.soon(now_ms, READY_AHEAD_MS, MOST_AHEAD)
        self._wings.prepare(soon, self._stage.size, now_ns)
        for cue in soon:
            fault = self._wings.captions_fault(cue)
            if fault is not None:
                self._say(fault)
        self._sound.prepare(soon, now_ns)
        self._house.announce(timeline.next_titled(now_ms), self._language)
        if self._wings.is_stuck(now_ns):
            self._exit = STUCK

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
        self._house.furnish(self._stage.size, self._language)

    def _observe(self, turn: Turn | None, now_ns: int) -> None:
        now_ms = now_ns // NS_PER_MS
        is_on = turn is not None and self._shown is not None and self._shown.scene is turn.scene
        cue = turn.cue if turn is not None else self._turns.timeline.at(now_ms)
        for row in self._as_run.observe(cue, turn.showing if turn is not None and is_on else "waiting", now_ms):
            self._say(row)

    def _report(self, cue: Cue, sentence: str) -> None:
        fault = self._wings.fault(cue, sentence)
        if fault is not None:
            self._say(fault)

    def _beat(self, turn: Turn, now_ns: int) -> None:
        heartbeat = self._account.heartbeat(turn, now_ns, len(self._turns.timeline.cues))
        if heartbeat is None:
            return
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
