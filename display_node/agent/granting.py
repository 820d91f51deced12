"""Whether the programme leaves room for a session at this screen, and for how long: by the rules of live layers.

It remembers the sessions of the last hour, which count against the next one.
"""

from collections.abc import Callable

from content.programme.layers import SESSION_WINDOW_MS, LiveEvent, Span, Stretch, stretches
from display_node.agent.state import State
from display_node.messages import Cue
from kiosks.messages import Why

SHORTEST_MS = 20_000
"""With less room than this a session is not begun."""


class Granting:
    """The time of sessions. Only the agent's event loop touches it."""

    def __init__(self, state: State, cue_at: Callable[[int], Cue | None]) -> None:
        """`cue_at` is what the programme shows at an instant."""
        self._state, self._cue_at = state, cue_at
        self._events: list[LiveEvent] = []

    def room(self, session: str, length_ms: int) -> tuple[Stretch | None, Why, int]:
        """The time that a session gets from now on; or why it gets none, and from when on it might."""
        now_ms = self._state.now()
        if self.is_dark(now_ms) or self._cue_at(now_ms) is None:
            return None, "dark", 0
        busy = [until_ms for from_ms, until_ms in self._protected() if from_ms <= now_ms < until_ms]
        if busy:
            return None, "protected", max(busy)
        wanted = LiveEvent(session, session, "session", "start", now_ms, now_ms + length_ms)
        granted = self._granted(session, [*self._events, wanted])
        if granted is None:
            is_above = any(one.start.layer != "session" for one in self._stretches([]) if one.start_ms <= now_ms)
            return None, "above" if is_above else "hour", 0
        if granted.end_ms - granted.start_ms < min(SHORTEST_MS, length_ms):
            return None, "protected", granted.end_ms
        return granted, "", 0

    def begin(self, granted: Stretch) -> None:
        """A session takes what it was granted."""
        self._events.append(granted.start)

    def end(self, session: str, until_ms: int) -> None:
        """A session is over; those that count against nothing any more are forgotten."""
        now_ms = self._state.now()
        self._events.append(LiveEvent(f"{session} end", session, "session", "end", until_ms, until_ms))
        self._events = [event for event in self._events if event.until_ms + SESSION_WINDOW_MS > now_ms]

    def reason_to_end(self, session: str, granted: Stretch) -> Why:
        """Why the rules end a session that was granted this; "" while it may go on."""
        now_ms = self._state.now()
        if self.is_dark(now_ms):
            return "dark"
        still = self._granted(session, self._events)
        if still is None or now_ms >= still.end_ms:
            return "protected" if now_ms >= granted.end_ms else "above"
        return ""

    def is_dark(self, now_ms: int) -> bool:
        """Whether the screen is to show nothing."""
        cue = self._cue_at(now_ms)
        # A player that is new has no cues for a moment.
        return self._state.panic.on or not self._state.may_show or (cue is not None and cue.kind == "dark")

    def _granted(self, session: str, events: list[LiveEvent]) -> Stretch | None:
        return next((one for one in self._stretches(events) if one.start.order == session), None)

    def _stretches(self, events: list[LiveEvent]) -> list[Stretch]:
        """The sessions and the orders above them that are not over."""
        state = self._state
        orders = [signed.order.event() for signed in state.live.orders if signed.order.layer != "session"]
        now_ms = state.now()
        return [one for one in stretches([*orders, *events], self._protected()) if one.end_ms > now_ms]

    def _protected(self) -> list[Span]:
        current = self._state.current
        return [] if current is None else current.programming.line.protected
