"""Who is owed what: the account of one group during one rotation segment, and the item at the head of its list.

    owed(t) = balance + quota * (t - start) / length - played

is a fraction of a millisecond; it is only ever compared after multiplying by `length`, so no fraction is formed.
"""

from bisect import bisect_right
from collections.abc import Mapping

from content.programme.plan import Carry, ListedItem, Rotation
from content.programme.quota import hash64

DAY_MS = 86_400_000
GOLDEN = 0x9E37_79B9_7F4A_7C15
"""2^64 divided by the golden ratio: phases of following days spread evenly."""
PHASES = 1024


def phase(group: str, start_ms: int) -> int:
    """How far into its due time a group's item is released on that UTC day, in 1024ths of its duration.

    Without it every day would repeat the one before, and a group could own 12:00 for ever.
    """
    return (hash64(f"phase\n{group}") + start_ms // DAY_MS * GOLDEN) % 2**64 >> 54


class Account:
    """One group in one rotation segment. `head` is the item that is next in its running order.

    `wake_ms` is when the head may first be played, `free_ms` when its gap ends, `deadline_ms` when it is late.
    """

    __slots__ = (
        "_balance_ms", "_gapped", "_items", "_last_order", "_length_ms", "_phase", "_position", "_quota_ms",
        "_start_ms", "_starts", "deadline_ms", "free_ms", "group", "head", "release_ms", "salt", "wake_ms",
    )  # fmt: skip

    def __init__(
        self,
        group: str,
        segment: Rotation,
        items: tuple[ListedItem, ...],
        quota_ms: int,
        carry: Carry,
        gapped: frozenset[str],
    ) -> None:
        """`items` and `quota_ms` (> 0) as in `quota`; `gapped` are the items whose starts are worth remembering."""
        self.group = group
        self.salt = hash64(f"{segment.start_ms}\n{group}")
        self._start_ms = segment.start_ms
        self._length_ms = segment.end_ms - segment.start_ms
        self._items = items
        self._quota_ms = quota_ms
        self._phase = phase(group, segment.start_ms)
        self._gapped = gapped
        self._balance_ms = carry.balance_ms
        self._last_order = carry.last_order
        self._starts: Mapping[str, int] = carry.last_starts_ms
        self._position = bisect_right(items, carry.last_order, key=lambda item: item.order) % len(items)
        self._line_up()

    def _line_up(self) -> None:
        """Finds release and deadline of the head."""
        self.head = head = self._items[self._position]
        needed_ms = self.needed_ms
        self.release_ms = max(self._start_ms, self._reaches(needed_ms))
        self.deadline_ms = self._reaches(needed_ms + head.duration_ms)
        self.free_ms = self._starts[head.item] + head.gap_ms if head.item in self._starts else self._start_ms
        self.wake_ms = max(self.release_ms, self.free_ms)

    @property
    def needed_ms(self) -> int:
        """What must be owed before the head is released."""
        return self.head.duration_ms * self._phase // PHASES

    def _reaches(self, amount_ms: int) -> int:
        """The first millisecond at which `amount_ms` is owed; before the segment's start if it long was."""
        return self._start_ms - (self._balance_ms - amount_ms) * self._length_ms // self._quota_ms

    def owed_ms(self, instant_ms: int) -> int:
        """What is owed at that instant of the segment, rounded down."""
        return self._balance_ms + self._quota_ms * (instant_ms - self._start_ms) // self._length_ms

    def last_start_ms(self, item: str) -> int | None:
        """When an item with a gap last started; None if it has not, or has no gap."""
        return self._starts.get(item)

    def play(self, start_ms: int) -> ListedItem:
        """Charges the head, played at `start_ms`, and brings up the next; returns what is played."""
        played = self.head
        self._balance_ms -= played.duration_ms
        self._last_order = played.order
        if played.item in self._gapped:
            self._starts = {**self._starts, played.item: start_ms}
        self._position = (self._position + 1) % len(self._items)
        self._line_up()
        return played

    def carry_at(self, instant_ms: int) -> Carry:
        """The account as the next segment would receive it if this one ended at `instant_ms`."""
        return Carry(self.owed_ms(instant_ms), self._last_order, self._starts)
