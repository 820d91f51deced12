"""Who plays next: one rotation segment, from the accounts at its start to its plays and the accounts after them.

The head with the earliest deadline plays. A group does not follow itself, nor an item one with the same tag, if another
can play first and still let those it passes keep their deadlines. Nothing is started that does not end inside the
segment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from content.programme.ledger import Account
from content.programme.plan import Carry, Params, Rotation
from content.programme.quota import playable, quotas

Carries = Mapping[str, Carry]
Gapped = Mapping[str, frozenset[str]]
"""For each group the items that have a gap somewhere in the plan."""

_Waiting = tuple[int, int, int, str, Account]
_Ready = tuple[int, int, str, Account]


@dataclass(frozen=True, slots=True)
class RotationPlay:
    """One play: `end_ms - start_ms` is the item's whole duration."""

    start_ms: int
    end_ms: int
    item: str
    group: str


def accounts(segment: Rotation, carries: Carries, params: Params, gapped: Gapped) -> list[Account]:
    """The accounts of the groups that take part: those with a quota."""
    lists = playable(segment)
    shares = quotas(segment, lists, params)
    return [
        Account(group, segment, items, shares[group], carries[group], gapped[group])
        for group, items in lists.items()
        if shares[group]
    ]


def rotate(segment: Rotation, taking_part: list[Account], params: Params, until_ms: int) -> Iterator[RotationPlay]:
    """The plays of the segment that start before `until_ms`, in order; charges `taking_part` as it goes."""
    turns = _Turns(taking_part, segment.end_ms)
    now_ms = segment.start_ms
    before = NOTHING
    while now_ms < until_ms:
        account = turns.choose(now_ms, before) or turns.choose_early(now_ms, params.minfill_ms)
        if account is None:
            wake_ms = turns.next_wake_ms()
            if wake_ms is None:
                return
            now_ms = wake_ms
            before = NOTHING
            continue
        start_ms = now_ms
        item = account.play(start_ms)
        now_ms += item.duration_ms
        turns.put_back(account)
        before = Before(account.group, item.apart)
        yield RotationPlay(start_ms, now_ms, item.item, account.group)


@dataclass(frozen=True, slots=True)
class Before:
    """What has just played, without a pause since: its group, and the tag its item is to be kept apart from."""

    group: str | None
    apart: str

    def is_followed_badly_by(self, account: Account) -> bool:
        """Whether the account's head should not come next if another may."""
        return account.group == self.group or (self.apart != "" and account.head.apart == self.apart)


NOTHING = Before(None, "")


class _Turns:
    """The accounts in two heaps: those that wait for their head's wake, and those that are ready, by deadline."""

    def __init__(self, taking_part: list[Account], end_ms: int) -> None:
        self._end_ms = end_ms
        self._ready: list[_Ready] = []
        self._waiting: list[_Waiting] = [_waiting(account) for account in taking_part]
        heapify(self._waiting)

    def put_back(self, account: Account) -> None:
        """Lets an account that has played wait for its next head."""
        heappush(self._waiting, _waiting(account))

    def choose(self, now_ms: int, before: Before) -> Account | None:
        """Takes out the account that plays now, if any is ready."""
        waiting, ready = self._waiting, self._ready
        while waiting and waiting[0][0] <= now_ms:
            heappush(ready, heappop(waiting)[1:])
        passed: list[_Ready] = []
        chosen = self._next_ready(now_ms)
        while chosen is not None and before.is_followed_badly_by(chosen[3]):
            passed.append(chosen)
            chosen = self._next_ready(now_ms)
        if chosen is not None and not _all_can_wait(passed, now_ms + chosen[3].head.duration_ms):
            heappush(ready, chosen)
            chosen = None
        if chosen is None and passed:
            chosen = passed.pop(0)
        for turn in passed:
            heappush(ready, turn)
        return chosen[3] if chosen is not None else None

    def choose_early(self, now_ms: int, minfill_ms: int) -> Account | None:
        """Takes out the account that wakes next if the filler until then would be too short to show."""
        waiting = self._waiting
        while waiting and now_ms + waiting[0][4].head.duration_ms > self._end_ms:
            heappop(waiting)
        if not waiting:
            return None
        wake_ms, account = waiting[0][0], waiting[0][4]
        if wake_ms < self._end_ms and wake_ms - now_ms < minfill_ms and account.free_ms <= now_ms:
            heappop(waiting)
            return account
        return None

    def next_wake_ms(self) -> int | None:
        """When somebody may play next inside the segment, if anybody may."""
        return self._waiting[0][0] if self._waiting and self._waiting[0][0] < self._end_ms else None

    def _next_ready(self, now_ms: int) -> _Ready | None:
        """Takes out the ready account of least rank; those whose head no longer fits are out."""
        while self._ready:
            turn = heappop(self._ready)
            if now_ms + turn[3].head.duration_ms <= self._end_ms:
                return turn
        return None


def _all_can_wait(passed: list[_Ready], now_ms: int) -> bool:
    """Whether those passed over would keep their deadlines if they played one after another from `now_ms`."""
    for deadline_ms, _, _, account in passed:
        now_ms += account.head.duration_ms
        if now_ms > deadline_ms:
            return False
    return True


def _waiting(account: Account) -> _Waiting:
    return account.wake_ms, account.deadline_ms, account.salt, account.group, account
