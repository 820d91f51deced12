"""What is on when, out of an accepted manifest: one gapless row of slots for any window. Pure: no clock, no files.

The engine answers inside the plan; the explicit running list answers when the engine cannot be trusted with this plan;
past the end the last week (or day) is repeated, so that nights stay dark and the hours for children stay theirs.
"""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from content.approval import SignedApproval
from content.live import LiveOrder
from content.manifest import ListedPlay, Manifest
from content.programme.engine import Event, Programme
from content.programme.layers import Span, protected_spans

SlotKind = Literal["item", "filler", "dark", "off"]

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
CARD_GRID_MS = 600_000
"""Time without a programme is cut on this grid, so that the same window always gives the same cards."""


@dataclass(frozen=True, slots=True)
class Live:
    """A live order that is on, and the approvals of its item and of the item's captions."""

    order: LiveOrder
    approval: SignedApproval | None = None
    captions: tuple[SignedApproval, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """What is on from `start_ms` until `end_ms`. `offset_ms` is the media position at `start_ms`.

    `live` is the order that lies over the programme here; `muted` asks for no sound.
    """

    start_ms: int
    end_ms: int
    kind: SlotKind
    item: str | None = None
    offset_ms: int = 0
    is_booked: bool = False
    muted: bool = False
    live: Live | None = None

    def clipped(self, from_ms: int, to_ms: int) -> "Slot":
        """The part within the window; an item that loses its beginning goes on from the right position."""
        if from_ms <= self.start_ms and self.end_ms <= to_ms:
            return self
        start_ms = max(self.start_ms, from_ms)
        offset_ms = self.offset_ms + (start_ms - self.start_ms if self.item else 0)
        return replace(self, start_ms=start_ms, end_ms=min(self.end_ms, to_ms), offset_ms=offset_ms)

    def moved(self, by_ms: int) -> "Slot":
        """The same at another time."""
        return replace(self, start_ms=self.start_ms + by_ms, end_ms=self.end_ms + by_ms)


class Line(Protocol):
    """Whole slots that overlap a window inside `span`: contiguous and without a gap there."""

    @property
    def span(self) -> tuple[int, int]:
        """From when until when the line knows what is on."""

    @property
    def protected(self) -> list[Span]:
        """When protected bookings are on, in order."""

    def slots(self, from_ms: int, to_ms: int) -> list[Slot]:
        """The whole slots that overlap the window."""


class EngineLine:
    """What the programme engine says."""

    def __init__(self, programme: Programme) -> None:
        """Wraps a programme that reproduces its manifest's digests."""
        self._programme = programme

    @property
    def span(self) -> tuple[int, int]:
        """The plan's own."""
        return self._programme.span

    @property
    def protected(self) -> list[Span]:
        """The plan's own."""
        return protected_spans(self._programme)

    def slots(self, from_ms: int, to_ms: int) -> list[Slot]:
        """The engine's events."""
        return [_of_event(event) for event in self._programme.events(from_ms, to_ms)]


class ListLine:
    """What the explicit running list of a manifest says; time between two rows is filler."""

    def __init__(self, rows: tuple[ListedPlay, ...]) -> None:
        """Takes the rows in order; raises ValueError when they overlap, run backwards or there are none."""
        if not rows:
            raise ValueError("the manifest carries no running list")
        self._slots: list[Slot] = []
        end_ms = rows[0].start_ms
        for row in rows:
            if row.start_ms < end_ms or row.end_ms <= row.start_ms:
                raise ValueError(f"the running list is not in order at {row.start_ms}")
            if row.start_ms > end_ms:
                self._slots.append(Slot(end_ms, row.start_ms, "filler"))
            self._slots.append(_of_row(row))
            end_ms = row.end_ms
        self._span = (rows[0].start_ms, end_ms)

    @property
    def span(self) -> tuple[int, int]:
        """From the first row's start until the last one's end."""
        return self._span

    @property
    def protected(self) -> list[Span]:
        """None: a running list does not say."""
        return []

    def slots(self, from_ms: int, to_ms: int) -> list[Slot]:
        """The rows that overlap the window."""
        return [slot for slot in self._slots if slot.end_ms > from_ms and slot.start_ms < to_ms]


@dataclass(frozen=True, slots=True)
class Programming:
    """A manifest with what it shows when."""

    manifest: Manifest
    line: Line
    is_listed: bool = False
    """True while the running list stands in for the engine."""

    def slots(self, from_ms: int, to_ms: int) -> list[Slot]:
        """What is on in the window, without a gap; the first slot may begin before it and the last end after it."""
        start_ms, end_ms = self.line.span
        found: list[Slot] = []
        if from_ms < start_ms:
            found += _cards(from_ms, min(to_ms, start_ms))
        if from_ms < end_ms and to_ms > start_ms:
            inside = self.line.slots(max(from_ms, start_ms), min(to_ms, end_ms))
            found += [slot.clipped(start_ms, end_ms) for slot in inside]
        if to_ms > end_ms:
            found += _repeated(self.line, max(from_ms, end_ms), to_ms)
        return found


def succession(before: Programming | None, now: Programming, from_ms: int, to_ms: int) -> list[tuple[Slot, Manifest]]:
    """What is on in the window when `now` takes over from `before` at its effective instant."""
    if before is None:
        return [(slot, now.manifest) for slot in now.slots(from_ms, to_ms)]
    turn_ms = now.manifest.effective_ms
    found: list[tuple[Slot, Manifest]] = []
    if from_ms < turn_ms:
        early = before.slots(from_ms, min(to_ms, turn_ms))
        found += [(slot.clipped(slot.start_ms, turn_ms), before.manifest) for slot in early]
    if to_ms > turn_ms:
        late = now.slots(max(from_ms, turn_ms), to_ms)
        found += [(slot.clipped(turn_ms, slot.end_ms), now.manifest) for slot in late]
    return found


def repeat_period_ms(span: tuple[int, int]) -> int:
    """How much of the end of a plan is repeated after it: a week, else a day, else all of it."""
    length_ms = span[1] - span[0]
    return next((period for period in (WEEK_MS, DAY_MS) if length_ms >= period), max(length_ms, 1))


def _repeated(line: Line, from_ms: int, to_ms: int) -> list[Slot]:
    end_ms = line.span[1]
    period_ms = repeat_period_ms(line.span)
    found: list[Slot] = []
    lap = (from_ms - end_ms) // period_ms
    while end_ms + lap * period_ms < to_ms:
        shift_ms = (lap + 1) * period_ms
        first_ms = max(from_ms - shift_ms, end_ms - period_ms)
        last_ms = min(to_ms - shift_ms, end_ms)
        inside = line.slots(first_ms, last_ms)
        found += [_again(slot.clipped(end_ms - period_ms, end_ms)).moved(shift_ms) for slot in inside]
        lap += 1
    return found


def _again(slot: Slot) -> Slot:
    # A booking was made for its own date: its words may be wrong a week later.
    return Slot(slot.start_ms, slot.end_ms, "filler") if slot.is_booked else slot


def _cards(from_ms: int, to_ms: int) -> list[Slot]:
    first_ms = from_ms // CARD_GRID_MS * CARD_GRID_MS
    return [
        Slot(start_ms, min(start_ms + CARD_GRID_MS, to_ms), "off") for start_ms in range(first_ms, to_ms, CARD_GRID_MS)
    ]


def _of_event(event: Event) -> Slot:
    return Slot(
        event.start_ms,
        event.end_ms,
        event.kind,
        event.item,
        event.media_offset_ms,
        is_booked=event.layer == "booking",
        muted=event.muted,
    )


_KINDS: dict[str, SlotKind] = {"item": "item", "filler": "filler", "dark": "dark", "off": "off"}


def _of_row(row: ListedPlay) -> Slot:
    if row.kind not in _KINDS:
        raise ValueError(f"the running list speaks of '{row.kind}'")
    return Slot(row.start_ms, row.end_ms, _KINDS[row.kind], row.item)
