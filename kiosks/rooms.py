"""Everyone at one screen: who may come in, how often each may say something, and what of it goes to the screen.

What a visitor said last wins: an older tap that has not left yet is replaced, never queued, so that a slow screen or a
crowd costs old states and no memory. Instants come in as arguments.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from kiosks.messages import MOST_ROWS, Name, Press, Tap, Tapped
from kiosks.visits import Visit, Visits

MOST_SEATED = 300
TAPS_A_SECOND = 20
TAPS_AT_ONCE = 20
JOINS_A_MINUTE = 60
"""From one network address: a whole square may share one."""
WRONG_CODES_A_MINUTE = 30
"""From one network address."""
MOST_ADDRESSES = 10_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000

Refusal = Literal["full", "too_many"]


class Allowance:
    """So many a minute for each key; forgets, and never grows past its bound."""

    def __init__(self, most: int, window_ms: int = MINUTE_MS) -> None:
        """Nobody has used any of it."""
        self._most, self._window_ms = most, window_ms
        self._used: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def is_spent(self, key: str, now_ms: int) -> bool:
        """Whether this key must wait for the next window."""
        from_ms, count = self._used.get(key, (now_ms, 0))
        return count >= self._most and 0 <= now_ms - from_ms < self._window_ms

    def spend(self, key: str, now_ms: int) -> bool:
        """Uses one, if there is one left; says whether there was."""
        if self.is_spent(key, now_ms):
            return False
        from_ms, count = self._used.pop(key, (now_ms, 0))
        self._used[key] = (from_ms, count + 1) if 0 <= now_ms - from_ms < self._window_ms else (now_ms, 1)
        while len(self._used) > MOST_ADDRESSES:
            self._used.popitem(last=False)
        return True


@dataclass(slots=True)
class _Bucket:
    """What one visitor may still say: fills with time, up to a bound."""

    left: float = TAPS_AT_ONCE
    at_ms: int = 0

    def take(self, now_ms: int) -> bool:
        since_ms = max(0, now_ms - self.at_ms)
        self.left = min(TAPS_AT_ONCE, self.left + since_ms * TAPS_A_SECOND / 1000)
        self.at_ms = now_ms
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Room:
    """The visitors of one screen and what they have said since the last bundle."""

    def __init__(self, visits: Visits, joins_an_hour: int = JOINS_A_MINUTE * 60) -> None:
        """Nobody is here. `joins_an_hour` is how many passes one network address gets."""
        self.visits = visits
        self._joins, self._joins_an_hour = Allowance(JOINS_A_MINUTE), Allowance(joins_an_hour, HOUR_MS)
        self._buckets: dict[int, _Bucket] = {}
        self._waiting: OrderedDict[tuple[int, type, int], Tap] = OrderedDict()
        self._names: dict[int, Name] = {}
        self._named: set[int] = set()

    def open(self, address: str, now_ms: int) -> Visit | Refusal:
        """A pass for a phone at `address`; or why there is none."""
        if len(self.visits.seated(now_ms)) >= MOST_SEATED:
            return "full"
        if self._joins_an_hour.is_spent(address, now_ms) or not self._joins.spend(address, now_ms):
            return "too_many"
        self._joins_an_hour.spend(address, now_ms)
        return self.visits.open(now_ms)

    def may_sit(self, visit: Visit, now_ms: int) -> bool:
        """Whether there is a place for the phone with this pass."""
        return visit.is_seated(now_ms) or len(self.visits.seated(now_ms)) < MOST_SEATED

    def may_say(self, visit: Visit, now_ms: int) -> bool:
        """Counts one message of this visitor; False when it is one too many and falls away."""
        bucket = self._buckets.get(visit.number)
        if bucket is None:
            bucket = self._buckets[visit.number] = _Bucket(at_ms=now_ms)
        return bucket.take(now_ms)

    def put(self, visit: Visit, said: Tapped) -> None:
        """What this visitor wants goes out with the next bundle; it replaces what they said of its kind before."""
        # A button replaces no other button.
        key = (visit.number, type(said), said.button if isinstance(said, Press) else 0)
        tap = Tap.of(visit.number, said)
        if visit.number not in self._named:
            self._names[visit.number] = Name(visit.number, visit.colour, visit.animal)
        if key not in self._waiting or self._waiting[key].seq <= tap.seq:
            self._waiting[key] = tap

    def bundle(self) -> tuple[Tap, ...]:
        """What goes to the screen now, the oldest first; what is beyond one bundle waits for the next."""
        taken: list[Tap] = []
        while self._waiting and len(taken) < MOST_ROWS:
            taken.append(self._waiting.popitem(last=False)[1])
        return tuple(taken)

    def names(self, rows: tuple[Tap, ...]) -> tuple[Name, ...]:
        """What those who said these are called: each once until `drop`."""
        new = {tap.visitor for tap in rows} & self._names.keys()
        self._named |= new
        return tuple(self._names.pop(visitor) for visitor in sorted(new))

    @property
    def has_more(self) -> bool:
        """Whether something still waits for a bundle."""
        return bool(self._waiting)

    def drop(self) -> None:
        """Forgets what has not gone out: there is nobody to hear it any more."""
        self._waiting.clear()
        self._names.clear()
        self._named.clear()

    def sweep(self, now_ms: int) -> None:
        """Forgets the passes that are over, and what belonged to them."""
        self.visits.sweep(now_ms)
        here = {visit.number for visit in self.visits.seated(now_ms)}
        self._buckets = {number: bucket for number, bucket in self._buckets.items() if number in here}
