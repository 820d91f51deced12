"""What fills the time nobody has: a stretch of filler, divided among the house's items and the plain card."""

from collections.abc import Iterator, Sequence

from content.programme.plan import HouseItem, Params
from content.programme.quota import hash64

Chunk = tuple[int, int, str | None]
"""Start and end in ms, and the house item; None is the card that the screen draws itself."""


def divide(start_ms: int, end_ms: int, house: Sequence[HouseItem], params: Params) -> Iterator[Chunk]:
    """The stretch [start_ms, end_ms) as contiguous chunks; a whole house item each, but for a card at the end.

    The items take turns in an order drawn from the start of the stretch. One is started only if it ends with the
    stretch or leaves at least `minfill_ms`, so that no card flits by.
    """
    turns = sorted(house, key=lambda item: (hash64(f"{start_ms}\n{item.item}"), item.item))
    now_ms, turn = start_ms, 0
    while now_ms < end_ms:
        spent = _next_that_fits(turns, turn, end_ms - now_ms, params.minfill_ms)
        if spent is None:
            yield now_ms, end_ms, None
            return
        item = turns[spent % len(turns)]
        yield now_ms, now_ms + item.duration_ms, item.item
        now_ms, turn = now_ms + item.duration_ms, spent + 1


def _next_that_fits(turns: Sequence[HouseItem], turn: int, left_ms: int, minfill_ms: int) -> int | None:
    for spent in range(turn, turn + len(turns)):
        after_ms = left_ms - turns[spent % len(turns)].duration_ms
        if after_ms == 0 or after_ms >= minfill_ms:
            return spent
    return None
