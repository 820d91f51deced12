"""A game for one or three hundred: everyone leans left or right, and a lantern floats where most of them lean.

Lights drift down the river; the lantern gathers them. When all lean the same way its light grows, reaches further, and
the far bank wakes: only together is everything lit. Pure: the lights come from a seed.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from content.canonical import Json
from kiosks.activities.activity import Event, Passed
from kiosks.activities.parts import InParts
from kiosks.messages import FULL, Tap

LOBBY_MS = 5_000
PLAY_MS = 75_000
RESULT_MS = 10_000
SILENT_MS = 15_000
"""Who has said nothing for so long does not steer any more."""
STEP_MS = 33
ACROSS = 10_000
"""The river is so wide, from 0 on the left bank."""
LONG = 10_000
"""A light drifts so far, from 0 where it comes in to where the lantern is."""
FALL_MS = 4_200
"""How long a light drifts."""
EVERY_MS = 900
SPEED = 95
"""How far the lantern moves in a step when all lean fully."""
REACH = 900
FAR_REACH = 2_000
WARMING = 12
COOLING = 4
"""What the glow gains in a step while all lean together, and loses otherwise."""
LEAST_LEANING = 20
LEAST_UNISON = 80
"""Of 100: so much of all leaning must be the same way for the lantern to grow warm."""
WHOLE_GLOW = 1_000
NEEDED = 30
"""Lights that fill a bank."""

_NOBODY: MappingProxyType[int, tuple[int, int, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Light:
    """A light on the river: where across, and when it comes in (ms of play)."""

    x: int
    from_ms: int


def lights(seed: int) -> tuple[Light, ...]:
    """The lights of a game: a wandering path, so that leaning together gathers most of them."""
    chance = random.Random(seed)  # noqa: S311 - a game's own chance hides nothing
    found: list[Light] = []
    x = ACROSS // 2
    for from_ms in range(600, PLAY_MS - FALL_MS, EVERY_MS):
        x = min(ACROSS - 800, max(800, x + chance.randint(-2_600, 2_600)))
        found.append(Light(x, from_ms))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Crowd(InParts):
    """One game. `leaning` is each visitor's lean, its number and when it came; `glow` is 0 to 1000."""

    seed: int
    lights: tuple[Light, ...]
    leaning: MappingProxyType[int, tuple[int, int, int]] = field(default_factory=lambda: _NOBODY)
    here: int = 0
    at_ms: int = 0
    x: int = ACROSS // 2
    lean: int = 0
    glow: int = 0
    gathered: int = 0
    together: int = 0
    """Lights gathered while the glow was full."""

    @property
    def parts_ms(self) -> tuple[int, int, int]:
        """Lobby, play and result."""
        return LOBBY_MS, PLAY_MS, RESULT_MS

    @property
    def is_lit(self) -> bool:
        """Whether the crowd lit the far bank together."""
        return self.together * 2 >= NEEDED

    @property
    def figures(self) -> tuple[int, ...]:
        """The lantern, what was gathered, and the time."""
        return self.x, self.lean, self.glow, self.gathered, self.together, self.at_ms

    @property
    def is_moving(self) -> bool:
        """The lantern floats between what people say."""
        return True

    def apply(self, event: Event) -> "Crowd":
        """The game after somebody leaned or time passed; what makes no sense changes nothing."""
        if isinstance(event, Passed):
            return _passed(replace(self, here=event.here), event.at_ms)
        return self.take((event,))

    def take(self, events: Iterable[Event]) -> "Crowd":
        """The game after the taps among these, one after another, in one go: a crowd says a hundred things at once."""
        newest = dict(self.leaning)
        for tap in events:
            if not isinstance(tap, Tap):
                continue
            if tap.kind == "steer" and -FULL <= tap.value <= FULL and newest.get(tap.visitor, (0, -1, 0))[1] < tap.seq:
                newest[tap.visitor] = (tap.value, tap.seq, self.at_ms)
        return self if newest == self.leaning else replace(self, leaning=MappingProxyType(newest))

    def snapshot(self) -> dict[str, Json]:
        """Phase, time left, the lantern, and what was gathered."""
        return {
            "phase": self.phase, "left_ms": max(0, self.until_ms - self.at_ms), "here": self.here, "x": self.x,
            "lean": self.lean, "glow": self.glow, "gathered": self.gathered, "together": self.together,
            "at_ms": self.at_ms, "seed": self.seed,
        }  # fmt: skip


def begin(seed: int) -> Crowd:
    """A new game."""
    return Crowd(seed, lights(seed))


def _mean(leaning: MappingProxyType[int, tuple[int, int, int]]) -> tuple[int, int]:
    """Where all lean on the average (-FULL to FULL), and how much of their leaning is the same way (0 to 100)."""
    leans = [row[0] for row in leaning.values() if row[0]]
    if not leans:
        return 0, 0
    total = sum(leans)
    lean = abs(total) // len(leans) * (1 if total > 0 else -1)
    return lean, abs(total) * 100 // sum(abs(one) for one in leans)


def _passed(state: Crowd, at_ms: int) -> Crowd:
    while state.at_ms + STEP_MS <= at_ms and state.phase != "over":
        state = _stepped(state)
    return state


def _stepped(state: Crowd) -> Crowd:
    at_ms = state.at_ms + STEP_MS
    heard = {visitor: row for visitor, row in state.leaning.items() if at_ms - row[2] < SILENT_MS}
    leaning = state.leaning if len(heard) == len(state.leaning) else MappingProxyType(heard)
    lean, unison = _mean(leaning)
    x = min(ACROSS, max(0, state.x + lean * SPEED // FULL))
    is_warm = abs(lean) >= LEAST_LEANING and unison >= LEAST_UNISON
    glow = min(WHOLE_GLOW, state.glow + WARMING) if is_warm else max(0, state.glow - COOLING)
    moved = replace(state, at_ms=at_ms, leaning=leaning, lean=lean, x=x, glow=glow)
    return _gathered(moved, state.at_ms - LOBBY_MS, at_ms - LOBBY_MS)


def _gathered(state: Crowd, from_ms: int, to_ms: int) -> Crowd:
    """With the lights that came to the lantern in this step."""
    reach = REACH + (FAR_REACH - REACH) * state.glow // WHOLE_GLOW
    come = [light for light in state.lights if from_ms < light.from_ms + FALL_MS <= to_ms]
    caught = sum(abs(light.x - state.x) <= reach for light in come)
    if not caught:
        return state
    together = caught if state.glow * 2 >= WHOLE_GLOW else 0
    return replace(state, gathered=state.gathered + caught, together=state.together + together)
