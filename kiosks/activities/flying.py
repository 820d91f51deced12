"""What visitors of the kites do with their hands, many at once: steer, turn, cheer, come and go."""

from collections.abc import Mapping
from dataclasses import replace

from kiosks.activities.activity import Event, Phase
from kiosks.activities.guests import Guest, called
from kiosks.activities.seating import Seating
from kiosks.activities.sky import Kite
from kiosks.messages import ACT, BACK, FULL, MOST_BUTTONS, START, Name, Tap

MOST_GUESTS = 400
CHEERED_EVERY_MS = 2_000
"""Somebody's cheer counts so often."""
CHEER = 1_000
"""What all who watch are worth together when each has cheered."""


class Hands:
    """The game while a bundle of taps is taken. Nobody keeps it longer than that."""

    def __init__(
        self, guests: Mapping[int, Guest], kites: Mapping[int, Kite], seating: Seating, at_ms: int, phase: Phase,
        warmth: int, again: bool,
    ) -> None:  # fmt: skip
        """Nothing was said yet."""
        self.guests, self.kites, self.seating = dict(guests), dict(kites), seating
        self.warmth, self.again, self.is_changed = warmth, again, False
        self._at_ms, self._phase = at_ms, phase

    def take(self, event: Event) -> None:
        """Takes one; what makes no sense, or comes late, changes nothing."""
        match event:
            case Name(visitor=visitor) if self._knows(visitor):
                colour, animal = called(event)
                self.guests[visitor] = replace(self.guests[visitor], colour=colour, animal=animal)
                self.is_changed = True
            case Tap(visitor, seq, "steer", x, y) if self._is_newest(visitor, 0, seq):
                self._steer(visitor, (_within(x), _within(y)))
            case Tap(visitor, seq, "press", button) if 0 <= button < MOST_BUTTONS:
                if self._is_newest(visitor, 1 + button, seq):
                    self._press(visitor, button)

    def _knows(self, visitor: int) -> bool:
        """Whether this visitor is one of those the game has room for."""
        if visitor not in self.guests and len(self.guests) < MOST_GUESTS:
            self.guests[visitor] = replace(Guest.of(visitor), heard_ms=self._at_ms, hand_ms=self._at_ms)
        return visitor in self.guests

    def _is_newest(self, visitor: int, kind: int, seq: int) -> bool:
        if not self._knows(visitor) or self.guests[visitor].seqs[kind] >= seq:
            return False
        guest = self.guests[visitor]
        seqs = tuple(seq if index == kind else other for index, other in enumerate(guest.seqs))
        self.guests[visitor] = replace(guest, seqs=seqs, heard_ms=self._at_ms)
        self.is_changed = True
        return True

    def _steer(self, visitor: int, steer: tuple[int, int]) -> None:
        guest = self.guests[visitor]
        if guest.steer == steer:
            return
        self.guests[visitor] = replace(guest, steer=steer, hand_ms=self._at_ms)
        if visitor in self.kites:
            self.kites[visitor] = self.kites[visitor].steered(*steer)

    def _press(self, visitor: int, button: int) -> None:
        self.guests[visitor] = replace(self.guests[visitor], hand_ms=self._at_ms)
        is_playing = visitor in self.seating.playing
        if button == START:
            self.again = self.again or (is_playing and self._phase == "result")
            self.seating = self.seating.join(visitor)
        elif button == BACK:
            self.seating = self.seating.leave(visitor)
        elif button == ACT and visitor in self.kites:
            self.kites[visitor] = self.kites[visitor].turned()
        elif button == ACT and not is_playing:
            self._cheer(visitor)

    def _cheer(self, visitor: int) -> None:
        guest = self.guests[visitor]
        if self._phase != "play" or self._at_ms - guest.cheered_ms < CHEERED_EVERY_MS:
            return
        watching = len(self.guests) - len(self.seating.playing)
        self.guests[visitor] = replace(guest, cheered_ms=self._at_ms)
        self.warmth = min(2 * CHEER, self.warmth + -(-CHEER // max(1, watching)))


def _within(value: int) -> int:
    return min(FULL, max(-FULL, value))
