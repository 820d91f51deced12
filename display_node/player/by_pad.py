"""Playing with a pad: a cursor that its cross moves, and a button that presses what is under it.

One button is enough: pressed again it goes on to the next thing, and in an offer the cursor walks by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from display_node.player.controls import Button, Card, Strip
from display_node.player.pads import Gone, Pressed, Push, Pushed, Stepped
from display_node.player.timeline import NS_PER_MS
from display_node.touch_messages import MOST_PADS, MOST_SETS, Seat
from kiosks.messages import ACT, BEATS, CELLS, FULL

WALK_NS = 2_500 * NS_PER_MS
"""How long the cursor of somebody with one button stays on each line of an offer."""
REPEAT_NS = 4_000 * NS_PER_MS
"""Who holds a stick or a side goes on: it is told again so often."""
HELD_NS = 20_000 * NS_PER_MS
"""And for so long: who holds on longer is a worn stick, or something that lies on it."""
ON_NOTE = BEATS + 1
"""With one button the next note is a beat later and a pitch higher."""


class MarksLike(Protocol):
    """What stations chose, lean to, or set."""

    of: dict[tuple[int, str], list[int]]


@dataclass(slots=True)
class _Cursor:
    at: int = 0
    has_moved: bool = False
    """By hand, since it pressed last."""
    pushed: Pushed | None = None
    """Which way it is held, since when, and since when that is known to the agent."""
    since_ns: int = 0
    said_ns: int = 0


class PadPlay:
    """The cursors of all pads."""

    def __init__(self, act: Callable[[Button, int], None], ask: Callable[[int, None, int], None]) -> None:
        """`act` does what a button is for; `ask` has the agent open an offer."""
        self._act, self._ask = act, ask
        self._cursors: dict[int, _Cursor] = {}
        self._asking = -1
        self._walked_ns = 0
        self._walks = True

    def begin(self, now_ns: int) -> None:
        """An offer opened: cursors are at its first line."""
        for cursor in self._cursors.values():
            cursor.at = 0
        self._walked_ns, self._walks = now_ns, True

    def push(self, push: Push, card: Card | None, strip: Strip | None, marks: MarksLike, now_ns: int) -> None:
        """What a pad did, where this offer stands or these controls."""
        station = MOST_SETS + push.pad
        if isinstance(push, Gone):
            self._cursors.pop(push.pad, None)
            self._act(Button((0, 0, 0, 0), "next", 0, station), now_ns)
            return
        cursor = self._cursors.setdefault(push.pad, _Cursor())
        if isinstance(push, Pushed):
            cursor.since_ns = now_ns if cursor.pushed is None else cursor.since_ns
            cursor.pushed, cursor.said_ns = push if push.x or push.y else None, now_ns
        if strip is not None:
            self._play(push, cursor, strip, station, marks, now_ns)
        elif card is not None:
            self._choose(push, cursor, card, station, now_ns)
        elif isinstance(push, Pressed):
            self._ask(station, None, now_ns)

    def held(self, strip: Strip | None, marks: MarksLike, now_ns: int) -> None:
        """Says again which way pads are held."""
        for pad, cursor in self._cursors.items():
            is_held = cursor.pushed is not None and now_ns - cursor.since_ns <= HELD_NS
            if strip is not None and cursor.pushed is not None and is_held and now_ns - cursor.said_ns > REPEAT_NS:
                cursor.said_ns = now_ns
                self._play(cursor.pushed, cursor, strip, MOST_SETS + pad, marks, now_ns)

    def passed(self, card: Card | None, now_ns: int) -> bool:
        """Lets cursors walk through an offer while nobody steers them; whether one moved."""
        if card is None or not self._walks or not self._cursors or now_ns - self._walked_ns < WALK_NS:
            return False
        self._walked_ns = now_ns
        count = len(list(card.buttons()))
        for cursor in self._cursors.values():
            cursor.at = (cursor.at + 1) % count
        return True

    def places(self, seats: Mapping[int, Seat], plan: Card | Strip) -> list[tuple[Seat | None, Button | None]]:
        """Who plays with a pad, and what is under each cursor."""
        found = []
        for pad in range(MOST_PADS):
            if pad in self._cursors:
                buttons = _under(plan, pad)
                at = buttons[self._cursors[pad].at % len(buttons)] if buttons else None
                found.append((seats.get(MOST_SETS + pad), at))
        return found

    def _choose(self, push: Push, cursor: _Cursor, card: Card, station: int, now_ns: int) -> None:
        buttons = list(card.buttons())
        if isinstance(push, Stepped):
            self._walks = False
            cursor.at = (cursor.at + (push.down or push.across)) % len(buttons)
        elif isinstance(push, Pressed):
            self._act(replace(buttons[cursor.at % len(buttons)], station=station), now_ns)

    def _play(
        self, push: Push, cursor: _Cursor, strip: Strip, station: int, marks: MarksLike, now_ns: int
    ) -> None:  # fmt: skip
        if strip.control == "lean":
            leans = marks.of.get((station, "lean"), [0])
            if isinstance(push, Pushed):
                self._act(Button((0, 0, 0, 0), "lean", push.x, station), now_ns)
            elif isinstance(push, Pressed):
                other = -FULL if leans and leans[0] > 0 else FULL
                self._act(Button((0, 0, 0, 0), "lean", other, station), now_ns)
            return
        if strip.control == "pad":
            if isinstance(push, Pushed):
                self._act(Button((0, 0, 0, 0), "steer", push.x, station, push.y), now_ns)
            elif isinstance(push, Pressed):
                self._act(Button((0, 0, 0, 0), "press", ACT, station), now_ns)
            return
        buttons = _under(strip, station - MOST_SETS)
        if not buttons:
            return
        if isinstance(push, Stepped):
            cursor.at, cursor.has_moved = _stepped(cursor.at, push, strip, len(buttons)), True
        elif isinstance(push, Pressed):
            button = buttons[cursor.at % len(buttons)]
            if button.value in marks.of.get((station, button.use), []) and not cursor.has_moved:
                button = _next(buttons, button)
                cursor.at = buttons.index(button)
            cursor.has_moved = False
            self._act(replace(button, station=station), now_ns)


def _under(plan: Card | Strip, pad: int) -> list[Button]:
    """What a pad's cursor goes over."""
    if isinstance(plan, Card):
        return list(plan.buttons())
    one = plan.sets[pad % len(plan.sets)]
    return [button for button in one.buttons if button.use in ("choose", "note")]


def _next(buttons: list[Button], button: Button) -> Button:
    step = ON_NOTE if button.use == "note" else 1
    wanted = (button.value + step) % (CELLS if button.use == "note" else len(buttons))
    return next((one for one in buttons if one.value == wanted), button)


def _stepped(at: int, push: Stepped, strip: Strip, count: int) -> int:
    if strip.control != "places":
        return (at + (push.across or push.down)) % count
    row, column = divmod(at, BEATS)
    row = (row + push.down) % (count // BEATS)
    return row * BEATS + (column + push.across) % BEATS
