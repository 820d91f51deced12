"""Whose turn it is in the queue: lanes, and groups that take turns in each. Pure: no database, no clock.

A lane is where an upload waits: what is urgent, what is quick to do, and what takes long. Higher lanes go first, but
a lane that passed a lower one often enough (`in_a_row`) lets that one have its turn: nothing starves. Within a lane,
groups take turns, so that one group's fifty uploads make nobody else wait for fifty.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

QUICK_BYTES = 16_000_000
"""An upload up to this size is taken for quick: most pictures, and short films. Nothing of it is read to say so."""
MOST_TOLD = 200
"""How far ahead the queue is laid out; what is further back is told as "more than"."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane, and how many of its jobs may begin in a row while somebody waits in a lower one."""

    name: str
    in_a_row: int


LANES = (Lane("urgent", 4), Lane("quick", 8), Lane("long", 1))
"""The highest first. The lowest never has to let anybody pass."""
RANK = {lane.name: rank for rank, lane in enumerate(LANES)}
MOST_STARTS = max(lane.in_a_row for lane in LANES)
"""How many of the last beginnings decide."""


def lane_of(size_bytes: int, *, is_urgent: bool) -> str:
    """The lane for an upload of this size."""
    return "urgent" if is_urgent else "quick" if size_bytes <= QUICK_BYTES else "long"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits since `since_ms`. What belongs to no group has `group_id` None: that is a group too."""

    id: str
    lane: str
    group_id: str | None
    since_ms: int


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody began with a job of this lane."""

    lane: str
    at_ms: int


@dataclass(slots=True)
class Queue:
    """What decides the next turn: who waits, how many jobs of each group run, and what began lately, newest first."""

    waiting: list[Waiting]
    running: Counter[str | None] = field(default_factory=Counter)
    served: dict[tuple[str, str | None], int] = field(default_factory=dict)
    """When a group last had its turn in a lane."""
    starts: list[Start] = field(default_factory=list)


def next_turn(queue: Queue) -> Waiting | None:
    """Whose turn it is; None when nobody waits."""
    if not queue.waiting:
        return None
    lane = _lane_in_turn(queue)
    return min((one for one in queue.waiting if one.lane == lane), key=lambda one: _turn(queue, one))


def in_turn(queue: Queue, most: int = MOST_TOLD) -> list[Waiting]:
    """The next `most` turns as they will come if nothing else is uploaded and one is prepared after the other."""
    lines: dict[tuple[str, str | None], deque[Waiting]] = defaultdict(deque)
    for one in sorted(queue.waiting, key=lambda one: (one.since_ms, one.id)):
        lines[one.lane, one.group_id].append(one)
    ahead = Queue([], Counter(), dict(queue.served), list(queue.starts))
    at_ms = max([one.since_ms for one in queue.waiting] + list(queue.served.values()), default=0)
    turns: list[Waiting] = []
    while len(turns) < most:
        ahead.waiting = [line[0] for line in lines.values() if line]
        turn = next_turn(ahead)
        if turn is None:
            break
        at_ms += 1
        turns.append(lines[turn.lane, turn.group_id].popleft())
        ahead.served[turn.lane, turn.group_id] = at_ms
        ahead.starts.insert(0, Start(turn.lane, at_ms))
    return turns


def _lane_in_turn(queue: Queue) -> str:
    there = {one.lane for one in queue.waiting}
    candidates = [lane for lane in LANES if lane.name in there]
    for lane in candidates[:-1]:
        lower_ms = min(one.since_ms for one in queue.waiting if RANK[one.lane] > RANK[lane.name])
        if _passed(queue.starts, lane, lower_ms) < lane.in_a_row:
            return lane.name
    return candidates[-1].name


def _passed(starts: Iterable[Start], lane: Lane, lower_ms: int) -> int:
    """How many jobs of this lane and higher ones began in a row since somebody waits in a lower one."""
    passed = 0
    for start in starts:
        if start.at_ms < lower_ms or RANK[start.lane] > RANK[lane.name]:
            break
        passed += 1
    return passed


def _turn(queue: Queue, one: Waiting) -> tuple[int, int, int, str]:
    """Sorts by: fewest running, served longest ago in this lane, waiting longest."""
    return queue.running[one.group_id], queue.served.get((one.lane, one.group_id), 0), one.since_ms, one.id
