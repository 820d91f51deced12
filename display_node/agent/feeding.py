"""Tells the player what is on: cues for the next hours, kept up to date, or what to draw while there are none."""

import asyncio
from pathlib import Path

from content.clock import monotonic_ns
from display_node.agent.cues import Resolved, Shelf, difference, in_lines, resolve
from display_node.agent.hours import hours_now
from display_node.agent.layering import layered
from display_node.agent.player import Player
from display_node.agent.slots import succession
from display_node.agent.standby import standby
from display_node.agent.state import State, woken
from display_node.config import CUES_AHEAD_MS, MOST_CUES_AHEAD
from display_node.manner_messages import USUAL, Manner, Ticker, TickerLine
from display_node.messages import Brightness, Cue, Cues, Overlay, Panic, Standby, Volume
from display_node.words import _

CLOCK_STEP_MS = 200


class Feeder:
    """Keeps the player's cues equal to the programme."""

    def __init__(self, state: State, player: Player) -> None:
        """The player has been told nothing yet."""
        self._state = state
        self._player = player
        self._told: list[Cue] = []
        self._told_standby: Standby | None = None
        self._told_volume: int | None = None
        self._told_brightness: int | None = None
        self._told_overlay = False
        self._told_manner: Manner | None = None
        self._told_ticker: Ticker | None = None
        self._until_ms = 0

    def met(self) -> None:
        """The player is new or was away: say everything again."""
        self._told, self._told_standby, self._told_volume, self._until_ms = [], None, None, 0
        self._told_brightness, self._told_overlay, self._told_manner = None, False, None
        self._told_ticker = None
        self._state.is_player_there = True
        self._state.strikes.met(self._state.now())
        self._player.say(Panic(self._state.panic.on))
        self._state.cues_wake.set()

    def lost(self) -> None:
        """The player is gone: what it had just opened may have broken it."""
        state = self._state
        for cue in state.strikes.lost(state.now(), self._told):
            sentence = _(
                "“{title}” broke the player twice. It is left out for a while. Take it off, or have it prepared anew."
            )
            state.faults.say(f"left out {cue.sha256}", sentence.format(title=cue.title))

    async def feed(self) -> None:
        """Goes on for ever: after each change, and now and then to look that the files are still what they were."""
        while True:
            self.say_what_changed()
            await woken(self._state.cues_wake, self._state.pace.recheck_s)

    def item_cue_at(self, instant_ms: int, item: str) -> Cue | None:
        """The cue at `instant_ms` as the player was told it, when it is for this item ("" is none)."""
        on = (cue for cue in self._told if cue.start_ms <= instant_ms < cue.end_ms)
        return next((cue for cue in on if item and cue.item == item), None)

    def dark_until_ms(self) -> int:
        """Until when the programme is dark without a gap, as the player was told; 0 when it is not dark now."""
        until_ms, now_ms = 0, self._state.now()
        for cue in self._told:
            if cue.kind == "dark" and cue.start_ms <= (until_ms or now_ms) < cue.end_ms:
                until_ms = cue.end_ms
        return until_ms

    def cue_at(self, instant_ms: int) -> Cue | None:
        """The cue at `instant_ms` as the player was told it."""
        return next((cue for cue in self._told if cue.start_ms <= instant_ms < cue.end_ms), None)

    def say_what_changed(self) -> None:
        """Sends the player whatever it does not know yet."""
        state = self._state
        state.is_player_there = self._player.is_connected
        if not self._player.is_connected:
            return
        self._say_standby()
        self._say_overlay()
        if not state.may_show:
            if self._told or self._until_ms == 0:
                self._player.say(Cues(0, ()))
            self._told, self._until_ms = [], 1
            return
        self._say_volume()
        self._say_manner()
        self._say_ticker()
        now_ms = state.now()
        self._say_brightness(now_ms)
        resolved = self._wanted(now_ms)
        if resolved.waits_for:
            state.files_wake.set()
            if not any(cue.end_ms > now_ms for cue in resolved.cues):
                # What is on now is being checked: the player goes on with what it has until that is done.
                return
        self._say_cues(resolved.cues, now_ms)

    def _wanted(self, now_ms: int) -> Resolved:
        state = self._state
        if state.current is None:
            return Resolved(())
        if not now_ms + CUES_AHEAD_MS // 2 <= self._until_ms <= now_ms + CUES_AHEAD_MS:
            self._until_ms = now_ms + CUES_AHEAD_MS
        before = None if state.before is None else state.before.programming
        line = state.current.programming.line
        slots = layered(
            succession(before, state.current.programming, now_ms, self._until_ms),
            state.live,
            lambda: line.protected,
            lambda sha256: state.cache.find(sha256) is not Shelf.MISSING,
            state.sessions,
        )
        for sha256 in state.strikes.pardoned(now_ms):
            state.faults.clear(f"left out {sha256}")
        resolved = resolve(slots, self._find, most=MOST_CUES_AHEAD)
        if any(state.cache.find(need.sha256) is Shelf.MISSING for need in state.current.manifest.files):
            state.fetch_wake.set()
        return resolved

    def _find(self, sha256: str) -> Path | Shelf:
        state = self._state
        return Shelf.MISSING if state.strikes.is_out(sha256, state.now()) else state.cache.find(sha256)

    def _say_cues(self, wanted: tuple[Cue, ...], now_ms: int) -> None:
        change = difference(self._told, wanted, now_ms)
        if change is None:
            return
        for message in in_lines(*change):
            self._player.say(message)
        kept = [cue for cue in self._told if cue.start_ms < change[0] and cue.end_ms > now_ms]
        self._told = [*kept, *change[1]]

    def _say_standby(self) -> None:
        state = self._state
        files = state.wanted_and_held() if state.current is None else None
        message = standby(state.identity, state.offer, files)
        if message != self._told_standby:
            self._told_standby = message
            self._player.say(message)

    def _say_brightness(self, now_ms: int) -> None:
        percent = _brightness(self._state, now_ms)
        if percent != self._told_brightness:
            self._told_brightness = percent
            self._player.say(Brightness(percent))

    def _say_overlay(self) -> None:
        is_wanted = self._state.folder.overlay.exists()
        if is_wanted != self._told_overlay:
            self._told_overlay = is_wanted
            self._player.say(Overlay(is_wanted))

    def _say_manner(self) -> None:
        current = self._state.current
        screen = None if current is None else current.manifest.screen
        manner = USUAL if screen is None else Manner(screen.is_calm, screen.hides_credits, screen.fit)
        if manner != self._told_manner:
            self._told_manner = manner
            self._player.say(manner)

    def _say_ticker(self) -> None:
        told = sorted((one.ticker for one in self._state.live.tickers), key=lambda one: (one.from_ms, one.id))
        ticker = Ticker(tuple(TickerLine(one.from_ms, one.until_ms, one.text) for one in told))
        if ticker != self._told_ticker:
            self._told_ticker = ticker
            self._player.say(ticker)

    def _say_volume(self) -> None:
        current = self._state.current
        percent = 100 if current is None else current.manifest.screen.volume_percent
        percent = min(percent, hours_now(self._state).volume_percent)
        if percent != self._told_volume:
            self._told_volume = percent
            self._player.say(Volume(percent))


def _brightness(state: State, now_ms: int) -> int:
    programmed = 100 if state.current is None else state.current.manifest.brightness_at(now_ms)
    return min(programmed, hours_now(state).brightness_percent)


async def glance(state: State) -> None:
    """Wakes the feeder when something changes that nobody says: what takes effect now, the brightness, the wall clock,

    whether somebody wants the overlay.
    """
    was_on, was_ms, was_ns = state.is_before_on, state.now(), monotonic_ns()
    was_bright, was_over = _brightness(state, was_ms), state.folder.overlay.exists()
    was_loud = hours_now(state).volume_percent
    while True:
        await asyncio.sleep(state.pace.glance_s)
        now_ms, now_ns = state.now(), monotonic_ns()
        moved_ms = (now_ms - was_ms) - (now_ns - was_ns) // 1_000_000
        bright, over = _brightness(state, now_ms), state.folder.overlay.exists()
        is_on, loud = state.is_before_on, hours_now(state).volume_percent
        if abs(moved_ms) > CLOCK_STEP_MS or (is_on, bright, loud, over) != (was_on, was_bright, was_loud, was_over):
            state.cues_wake.set()
        was_on, was_ms, was_ns, was_bright, was_loud, was_over = is_on, now_ms, now_ns, bright, loud, over
