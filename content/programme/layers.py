"""Live layers over a programme: a fold over a log of orders. Pure: it reads no clock, and never changes the plan.

The programme runs on underneath, so that what follows an order is what would have been on without it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from content.programme.engine import Event, Programme
from content.programme.plan import Fixed

LiveLayer = Literal["alert", "takeover", "session", "choice"]
Action = Literal["start", "extend", "end"]
Span = tuple[int, int]

HIGHEST_FIRST: tuple[LiveLayer, ...] = ("alert", "takeover", "session", "choice")
ALERT_CEILING_MS = 3_600_000
"""An alert that nobody refreshes ends after this."""
SESSION_WINDOW_MS = 3_600_000
SESSION_BUDGET_MS = SESSION_WINDOW_MS // 4
COOL_DOWN_MS = 20_000
LEAST_REJOIN_MS = 3_000
"""An item with less than this left is not joined in its middle."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One entry of the log. `order` is the order it starts, or the one it extends or ends; instants in UTC ms.

    `item` is what a start shows from its instant on, again and again; None for a text or the card.
    """

    id: str
    order: str
    layer: LiveLayer
    action: Action
    at_ms: int
    until_ms: int
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """An order's time [start_ms, end_ms), whether or not a higher one covers it."""

    start_ms: int
    end_ms: int
    start: LiveEvent


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on in [start_ms, end_ms): an order of a live layer, or (`order` None) an event of the programme.

    `is_card` says that the screen's own card stands in for what is too late to join.
    """

    start_ms: int
    end_ms: int
    layer: str
    item: str | None
    media_offset_ms: int
    order: str | None = None
    is_card: bool = False


def protected_spans(programme: Programme) -> list[Span]:
    """When protected bookings are on, in order."""
    return [
        (segment.start_ms + booked.offset_ms, segment.start_ms + booked.offset_ms + booked.duration_ms)
        for segment in programme.plan.segments
        if isinstance(segment, Fixed)
        for booked in segment.items
        if booked.protected
    ]


def stretches(events: Iterable[LiveEvent], protected: Sequence[Span]) -> list[Stretch]:
    """When each order of the log is in force; the order and number of an event's arrivals make no difference."""
    log = sorted({event.id: event for event in sorted(events, key=_key)}.values(), key=_key)
    found = [one for event in log if event.action == "start" if (one := _stretch(event, log))]
    sessions = [one for one in found if one.start.layer == "session"]
    above = [(one.start_ms, one.end_ms) for one in found if one.start.layer in ("alert", "takeover")]
    choices = [one for one in found if one.start.layer == "choice"]
    others = [one for one in found if one.start.layer not in ("session", "choice")]
    below = [*_granted(sessions, protected, above), *_giving_way(choices, protected)]
    return sorted([*others, *below], key=lambda one: (one.start_ms, one.start.id))


def timeline(
    events: Iterable[LiveEvent], programme: Programme, from_ms: int, to_ms: int, from_start: Collection[str] = ()
) -> list[Shown]:
    """What is on in [from_ms, to_ms), without a gap, cut to that window.

    The items `from_start` are joined at their start only: after an order the card stands until the next event.
    """
    live = stretches(events, protected_spans(programme))
    shown: list[Shown] = []
    for event in programme.events(from_ms, to_ms):
        shown += over(event, live, from_start)
    return [_clipped(one, from_ms, to_ms) for one in _joined(shown) if one.start_ms < to_ms and from_ms < one.end_ms]


def fold(events: Iterable[LiveEvent], programme: Programme, instant_ms: int, from_start: Collection[str] = ()) -> Shown:
    """What is on at that instant; `from_start` as in `timeline`."""
    return timeline(events, programme, instant_ms, instant_ms + 1, from_start)[0]


def _key(event: LiveEvent) -> tuple[object, ...]:
    return event.at_ms, event.id, event.order, event.layer, event.action, event.until_ms, event.item or ""


def _stretch(start: LiveEvent, log: list[LiveEvent]) -> Stretch | None:
    end_ms = _limited(start)
    for event in log:
        if (event.order, event.layer) != (start.order, start.layer) or not start.at_ms <= event.at_ms < end_ms:
            continue
        if event.action == "extend":
            end_ms = max(end_ms, _limited(event))
        elif event.action == "end":
            end_ms = event.at_ms
    return Stretch(start.at_ms, end_ms, start) if start.at_ms < end_ms else None


def _limited(event: LiveEvent) -> int:
    return min(event.until_ms, event.at_ms + ALERT_CEILING_MS) if event.layer == "alert" else event.until_ms


def _granted(asked: list[Stretch], protected: Sequence[Span], above: Sequence[Span]) -> list[Stretch]:
    """The sessions that are held: after protected bookings, within the budget, and until something higher begins."""
    held: list[Stretch] = []
    for one in asked:
        start_ms = one.start_ms
        for from_ms, until_ms in protected:
            if from_ms <= start_ms < until_ms:
                start_ms = until_ms
        spent_ms = sum(
            max(0, other.end_ms - max(other.start_ms, start_ms - SESSION_WINDOW_MS)) for other in held
        )  # fmt: skip
        is_cool = all(start_ms >= other.end_ms + COOL_DOWN_MS for other in held)
        is_covered = any(from_ms <= start_ms < until_ms for from_ms, until_ms in above)
        ends = [from_ms for from_ms, _ in (*protected, *above) if from_ms > start_ms]
        end_ms = min([one.end_ms, start_ms + SESSION_BUDGET_MS - spent_ms, *ends])
        if is_cool and not is_covered and start_ms < end_ms:
            held.append(replace(one, start_ms=start_ms, end_ms=end_ms))
    return held


def _giving_way(choices: list[Stretch], protected: Sequence[Span]) -> Iterator[Stretch]:
    """The choices that are held: none begins in a protected booking, and each ends where one begins."""
    for one in choices:
        if not any(from_ms <= one.start_ms < until_ms for from_ms, until_ms in protected):
            begins = [from_ms for from_ms, _ in protected if from_ms > one.start_ms]
            yield replace(one, end_ms=min([one.end_ms, *begins]))


def _rank(one: Stretch) -> tuple[int, int, str]:
    return -HIGHEST_FIRST.index(one.start.layer), one.start_ms, one.start.id


def over(event: Event, live: Sequence[Stretch], from_start: Collection[str] = ()) -> list[Shown]:
    """One event of the programme, with the orders that cover parts of it: pieces in order, without a gap.

    `from_start` as in `timeline`.
    """
    near = [one for one in live if one.start_ms < event.end_ms and event.start_ms < one.end_ms]
    touching = {one.end_ms for one in live}
    cuts = sorted(
        {event.start_ms, event.end_ms}
        | {cut for one in near for cut in (one.start_ms, one.end_ms) if event.start_ms < cut < event.end_ms}
    )
    pieces: list[Shown] = []
    for start_ms, end_ms in pairwise(cuts):
        on = [one for one in near if one.start_ms <= start_ms < one.end_ms]
        if on:
            top = max(on, key=_rank)
            offset_ms = start_ms - top.start_ms
            pieces.append(Shown(start_ms, end_ms, top.start.layer, top.start.item, offset_ms, top.start.order))
            continue
        is_late = start_ms in touching and not is_joined(event.item, event.start_ms, event.end_ms, start_ms, from_start)
        if is_late or (pieces and pieces[-1].is_card and pieces[-1].end_ms == start_ms):
            pieces.append(Shown(start_ms, end_ms, "filler", None, 0, is_card=True))
        else:
            offset_ms = event.media_offset_ms + start_ms - event.start_ms
            pieces.append(Shown(start_ms, end_ms, event.layer, event.item, offset_ms))
    return pieces


def is_joined(item: str | None, start_ms: int, end_ms: int, instant_ms: int, from_start: Collection[str]) -> bool:
    """Whether what is on in [start_ms, end_ms) is shown from an instant on at which something above it has ended."""
    return instant_ms <= start_ms or (end_ms - instant_ms >= LEAST_REJOIN_MS and item not in from_start)


def _joined(shown: list[Shown]) -> list[Shown]:
    joined: list[Shown] = []
    for one in shown:
        last = joined[-1] if joined else None
        if last and one.order is not None and (last.order, last.layer) == (one.order, one.layer):
            joined[-1] = replace(last, end_ms=one.end_ms)
        else:
            joined.append(one)
    return joined


def _clipped(one: Shown, from_ms: int, to_ms: int) -> Shown:
    start_ms = max(one.start_ms, from_ms)
    offset_ms = one.media_offset_ms + start_ms - one.start_ms if one.item else one.media_offset_ms
    return replace(one, start_ms=start_ms, end_ms=min(one.end_ms, to_ms), media_offset_ms=offset_ms)
