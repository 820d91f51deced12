"""The frame loop: at every instant the picture its cues ask for, drawn a little early and presented on time.

It opens no file, waits for no lock and never for a decoder: what is not ready is replaced, and that is reported.
"""

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from content.clock import monotonic_ns
from content.language import best_language, translations
from display_node.messages import (
    Cue,
    Cues,
    Heartbeat,
    Panic,
    Standby,
    Stop,
    TakePictures,
    ToAgent,
    ToPlayer,
    Volume,
)  # fmt: skip
from display_node.player.asrun import AsRun, Showing
from display_node.player.frames_log import FrameRow, FramesLog
from display_node.player.pictures import Pictures
from display_node.player.scenes.card import Announcement, CardScene
from display_node.player.scenes.dark import DarkScene
from display_node.player.scenes.media import VideoScene
from display_node.player.scenes.scene import Scene
from display_node.player.scenes.standby import SLATE, StandbyScene
from display_node.player.sound import Sound
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS, Timeline, frame_at, media_ms
from display_node.player.waiting import Alarm
from display_node.player.wings import MOST_AHEAD, READY_AHEAD_MS, Wings
from display_node.words import _, speak

PAINT_AHEAD_NS = 30 * NS_PER_MS
LATE_NS = 17 * NS_PER_MS
PREPARE_EVERY_NS = 200 * NS_PER_MS
HEARTBEAT_NS = 900 * NS_PER_MS
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


@dataclass(frozen=True, slots=True)
class Turn:
    """What is on at an instant: a scene, the cue it stands for, what it does for that cue, and why."""

    scene: Scene
    cue: Cue | None
    showing: Showing
    layer: str


@dataclass(slots=True)
class Counters:
    """Since the player's start."""

    shown: int = 0
    late: int = 0
    dropped: int = 0


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
        self._stage, self._typesetter, self._wings, self._sound = stage, typesetter, wings, sound
        self._now_ns, self._alarm, self._link, self._frames_log = now_ns, alarm, link, frames_log
        self._language = language
        self._pulse = pulse
        self._timeline = Timeline()
        self._as_run = AsRun()
        self._pictures = Pictures(self._say)
        self._counters = Counters()
        self._player_id = os.getpid()
        self._standby, self._is_standby_news, self._is_panic = SLATE, True, False
        self._exit: int | None = None
        self._shown: Turn | None = None
        self._shown_ns = 0
        self._presented_ns = 0
        self._painted: tuple[Scene, int] | None = None
        self._prepared_ns = self._beat_ns = self._starved_ns = 0
        self._dark = DarkScene()
        self._standby_scene: StandbyScene | None = None
        self._composed_standby().draw(stage.surface, 0, 0)
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
            case Panic(on=on):
                self._is_panic = on
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
        turn = self._turn_at(now_ns, now_ns)
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
        boundary_ns = self._boundary_ns(now_ns)
        if boundary_ns is not None and boundary_ns <= due_ns:
            following = self._turn_at(boundary_ns, now_ns)
            if following is None:
                return None, boundary_ns
            if following.scene is not turn.scene:
                return following, boundary_ns
        wanted_ns = self._pictures.due_ns()
        if wanted_ns is not None and due_ns - now_ns > STILL_NS:
            due_ns = max(now_ns, min(due_ns, wanted_ns))
        return turn, due_ns

    def _boundary_ns(self, now_ns: int) -> int | None:
        cue = self._timeline.at(now_ns // NS_PER_MS)
        following = self._timeline.after(now_ns // NS_PER_MS)
        ends = [cue.end_ms] if cue else [following.start_ms] if following else []
        return ends[0] * NS_PER_MS if ends else None

    def _turn_at(self, instant_ns: int, now_ns: int) -> Turn | None:
        """What is on at `instant_ns` as far as is known at `now_ns`; None while it is not ready and still may be."""
        cue = self._timeline.at(instant_ns // NS_PER_MS)
        if self._is_panic:
            return Turn(self._dark, cue, "panic", "dark")
        if cue is None:
            if self._is_standby_news:
                return Turn(self._composed_standby(), None, "waiting", "standby")
            return Turn(self._card, None, "waiting", "filler")
        if cue.kind in ("card", "dark"):
            return Turn(self._card if cue.kind == "card" else self._dark, cue, "shown", cue.layer)
        return self._media_turn(cue, now_ns)

    def _media_turn(self, cue: Cue, now_ns: int) -> Turn | None:
        media = self._wings.scene(cue)
        if media is not None and media.failure is None and media.is_ready and not self._is_starved(media, now_ns):
            return Turn(media, cue, "shown", cue.layer)
        if media is not None and media.failure is not None:
            self._report(cue, media.failure.sentence)
            return Turn(self._card, cue, media.failure.cause, "filler")
        if self._wings.is_overdue(cue, now_ns):
            self._report(cue, _("The file takes too long to decode; the card is shown until it comes."))
            return Turn(self._card, cue, "decoder", "filler")
        return None

    def _is_starved(self, media: Scene, now_ns: int) -> bool:
        is_on = self._shown is not None and self._shown.scene is media
        return is_on and isinstance(media, VideoScene) and now_ns - self._presented_ns > STARVED_NS

    def _paint(self, turn: Turn, due_ns: int, now_ns: int) -> bool:
        if self._painted == (turn.scene, due_ns):
            return True
        if not turn.scene.draw(self._stage.surface, due_ns, now_ns):
            return False
        self._painted = (turn.scene, due_ns)
        return True

    def _present(self, turn: Turn, due_ns: int) -> None:
        self._stage.present()
        now_ns = self._now_ns()
        is_seam = self._shown is None or self._shown.scene is not turn.scene
        self._count(turn, due_ns, now_ns, is_seam)
        self._painted, self._shown, self._shown_ns, self._presented_ns = None, turn, due_ns, now_ns
        self._observe(turn, now_ns)
        self._pictures.presented(self._stage.surface, now_ns)
        if now_ns - self._beat_ns > HEARTBEAT_NS or now_ns < self._beat_ns:
            self._say_heartbeat(turn, now_ns)
        if is_seam:
            gc.collect(1)

    def _count(self, turn: Turn, due_ns: int, now_ns: int, is_seam: bool) -> None:
        counters = self._counters
        counters.shown += 1
        is_late = now_ns - due_ns > LATE_NS
        counters.late += is_late
        if turn.cue and isinstance(turn.scene, VideoScene) and not is_seam:
            counters.dropped += max(0, frame_at(turn.cue, due_ns) - frame_at(turn.cue, self._shown_ns) - 1)
        if self._frames_log is not None:
            is_media = turn.showing == "shown" and turn.cue is not None
            self._frames_log.add(FrameRow(
                monotonic_ns(), now_ns // NS_PER_MS, turn.layer, turn.cue.item if is_media and turn.cue else "",
                media_ms(turn.cue, due_ns) if is_media and turn.cue else 0, round((now_ns - due_ns) / NS_PER_MS, 3),
            ))  # fmt: skip

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
        for cue in self._timeline.cues:
            if cue.end_ms > now_ms:
                break
            if not self._as_run.has_seen(cue):
                self._say(AsRun.missed(cue))
        self._timeline = self._timeline.without_past(now_ms)
        soon = self._timeline.soon(now_ms, READY_AHEAD_MS, MOST_AHEAD)
        self._wings.prepare(soon, self._stage.size, now_ns)
        self._sound.prepare(soon, now_ns)
        self._announce(now_ms)
        if self._wings.is_stuck(now_ns):
            self._exit = STUCK

    def _announce(self, now_ms: int) -> None:
        coming = self._timeline.next_titled(now_ms)
        words = translations("display_node", self._language)
        if coming is None:
            self._card.announce(Announcement(self._standby.screen_name), words)
        else:
            self._card.announce(
                Announcement(self._standby.screen_name, coming.title, coming.group_name, coming.start_ms), words
            )

    def _take_cues(self, message: Cues) -> None:
        now_ns = self._now_ns()
        coming = tuple(cue for cue in message.cues if cue.end_ms > now_ns // NS_PER_MS)
        self._timeline = self._timeline.changed(Cues(message.replace_from_ms, coming))
        self._is_standby_news = self._is_standby_news and not self._timeline.cues
        self._prepare(now_ns)

    def _take_standby(self, message: Standby) -> None:
        self._standby, self._is_standby_news = message, True
        self._language = best_language([message.language, self._language])
        speak(self._language)
        self._standby_scene = None
        self._announce(self._now_ns() // NS_PER_MS)

    def _build(self) -> None:
        """Draws what depends on the size of the stage."""
        self._shown = self._painted = self._standby_scene = None
        self._card = CardScene(self._stage.size, self._typesetter, translations("display_node", self._language))

    def _composed_standby(self) -> StandbyScene:
        if self._standby_scene is None:
            self._standby_scene = StandbyScene(self._standby, self._stage.size, self._typesetter)
        return self._standby_scene

    def _observe(self, turn: Turn | None, now_ns: int) -> None:
        now_ms = now_ns // NS_PER_MS
        is_on = turn is not None and self._shown is not None and self._shown.scene is turn.scene
        cue = turn.cue if turn is not None else self._timeline.at(now_ms)
        for row in self._as_run.observe(cue, turn.showing if turn is not None and is_on else "waiting", now_ms):
            self._say(row)

    def _report(self, cue: Cue, sentence: str) -> None:
        fault = self._wings.fault(cue, sentence)
        if fault is not None:
            self._say(fault)

    def _say_heartbeat(self, turn: Turn, now_ns: int) -> None:
        self._beat_ns = now_ns
        if self._pulse is not None:
            self._pulse()
        item = turn.cue.item if turn.cue and turn.showing == "shown" else ""
        kind = turn.cue.kind if turn.cue and turn.showing == "shown" else turn.layer
        counters, left = self._counters, len(self._timeline.cues)
        self._say(Heartbeat(
            now_ns // NS_PER_MS, turn.layer, item, kind, counters.shown, counters.late, counters.dropped, left,
            self._player_id,
        ))  # fmt: skip

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
        if self._frames_log is not None:
            self._frames_log.close()
        gc.enable()
        self._stage.close()
