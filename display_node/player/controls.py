"""What can be pressed, and where it stands: an offer, and the sets of controls for each kind of activity. Pure.

How a control looks is `scenes/controls.py`; what is pressed is told to the agent, which decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pygame import Rect

from content.reading import BadDocument, Reader
from display_node.player.reach import Measures
from display_node.session_messages import LONGEST_QUESTION_JSON, SessionOn
from display_node.touch_messages import MOST_SETS, Offer
from kiosks.activities.poll import read_question
from kiosks.layouts import LAYOUTS, Control, Layout
from kiosks.messages import ACT, FULL

Use = Literal["choose", "lean", "steer", "press", "note", "wish", "lower", "close", "next"]
"""What a button does: something in the activity, begin one, move or close what can be pressed, free a set."""

GAP_UNITS = 1.2
OPTION_UNITS = 9.5
"""How high an option is: two lines of words."""
CELL_SHARE, CELL_MM = 0.052, 12
"""A place among forty may be smaller than other targets, and no smaller than a finger's tip: it can be taken back."""
WIDEST_OFFER_UNITS = 74
LEAST_SET_UNITS: dict[Control, int] = {
    "choices": 52,
    "lean": 36,
    "pad": 56,
    "places": 46,
    "words": 60,
    "ask": 60,
    "report": 60,
}
WIDEST_SET_UNITS: dict[Control, int] = {
    "choices": 120,
    "lean": 90,
    "pad": 90,
    "places": 80,
    "words": 150,
    "ask": 150,
    "report": 150,
}
FOR_PHONES: frozenset[Control] = frozenset({"words", "ask", "report"})
"""What is said with a phone, and the controls say so."""
LEAST_OPTION_UNITS = 26
SIDE_UNITS = 18
"""The column at the right end, with the button that moves the controls."""

Place = tuple[int, int, int, int]
"""Left, top, width, height."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: where, what it does, and with what."""

    place: Place
    use: Use
    value: int = 0
    station: int = 0
    y: int = 0

    @property
    def rect(self) -> Rect:
        """Its place on the picture."""
        return Rect(self.place)


@dataclass(frozen=True, slots=True)
class ControlSet:
    """What one person presses, and the line above it."""

    station: int
    head: Place
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The controls of a session across the picture. `scene` is what of the picture they leave to the activity."""

    control: Control
    place: Place
    rest: Place
    """What lies beside the controls on the side away from the scene: empty ground."""
    scene: Place
    sets: tuple[ControlSet, ...]
    lower: Button | None
    is_low: bool

    def at(self, x: int, y: int) -> Button | None:
        """The button at a point."""
        return next((one for one in self.buttons() if one.rect.collidepoint(x, y)), None)

    def buttons(self) -> Iterator[Button]:
        """All there is to press."""
        for one in self.sets:
            yield from one.buttons
        if self.lower is not None:
            yield self.lower


@dataclass(frozen=True, slots=True)
class Card:
    """An offer as it stands on the picture; `said` is where its heading and, without rows, its reason stand."""

    place: Place
    said: Place
    rows: tuple[Button, ...]
    close: Button
    lower: Button | None
    is_low: bool

    def at(self, x: int, y: int) -> Button | None:
        """The button at a point."""
        return next((one for one in self.buttons() if one.rect.collidepoint(x, y)), None)

    def buttons(self) -> Iterator[Button]:
        """All there is to press."""
        yield from self.rows
        if self.lower is not None:
            yield self.lower
        yield self.close


def strip_of(
    kind: str, options: int, measures: Measures, *, is_low: bool, has_touch: bool = True
) -> Strip | None:  # fmt: skip
    """The controls for an activity of this kind with so many options; None for one this player does not know.

    Where there are only pads, one set shows where their cursors are.
    """
    layout = next((found for name, found in LAYOUTS.items() if name == kind), None)
    if layout is None or layout.control not in LEAST_SET_UNITS:
        return None
    unit, gap = measures.unit, int(GAP_UNITS * measures.unit)
    control = layout.control
    side = int(SIDE_UNITS * unit) if has_touch and _is_lowered(layout, options, measures) else 0
    room = measures.width - side
    cells = layout.columns * (measures.target_px(CELL_SHARE, CELL_MM) + gap) if control == "places" else 0
    least = max(int(LEAST_SET_UNITS[control] * unit), cells)
    is_one = control in FOR_PHONES or not has_touch
    count = 1 if is_one else replace(measures, width=room).most_beside(least, MOST_SETS)
    wide = min((room - gap) // count - gap, max(int(WIDEST_SET_UNITS[control] * unit), cells))
    height = _head(measures) + _inner(layout, options, wide, measures) + 2 * gap
    top = measures.top_of(height, is_low=is_low)
    left = gap + max(0, (room - gap - count * (wide + gap)) // 2)
    places = [Rect(left + station * (wide + gap), top + gap, wide, height - 2 * gap) for station in range(count)]
    sets = tuple(_set(layout, station, options, place, measures) for station, place in enumerate(places))
    if not has_touch:
        sets = tuple(replace(one, buttons=tuple(_not_for_fingers(one.buttons))) for one in sets)
    lower = None
    if side:
        tall = min(max(measures.target_px(), int(14 * unit)), height - 2 * gap)
        lower = Button((measures.width - side, top + (height - tall) // 2, side - gap, tall), "lower")
    above, below = top, measures.height - top - height
    parts = (0, 0, measures.width, above), (0, top + height, measures.width, below)
    scene, rest = parts if above >= below else parts[::-1]
    return Strip(control, (0, top, measures.width, height), rest, scene, sets, lower, is_low)


def card_of(offer: Offer, touched: tuple[int, int] | None, measures: Measures, *, is_low: bool) -> Card:
    """An offer near the point that was touched, or where hands reach, and always within reach as far as it fits."""
    unit, gap, target = measures.unit, int(1.4 * measures.unit), measures.target_px()
    width = min(measures.width - 2 * gap, int(WIDEST_OFFER_UNITS * unit))
    said_height = int((9 if offer.rows else 20) * unit)
    top, bottom = measures.band_px()
    rest = said_height + len(offer.rows) * gap + 3 * gap
    # As high as words like it, and lower where all would not be within reach.
    row_height = max(target, min(int(11.5 * unit), (bottom - top - rest) // (len(offer.rows) + 1)))
    height = rest + (len(offer.rows) + 1) * row_height
    lowest = measures.top_of(height, is_low=True)
    if is_low or touched is None:
        y = measures.top_of(height, is_low=is_low)
    else:
        y = min(max(touched[1] - height // 2, top), max(0, min(bottom, measures.height - gap) - height))
    x = (measures.width - width) // 2 if touched is None else touched[0] - width // 2
    y = max(0, min(y, measures.height - height))
    place = Rect(max(gap, min(x, measures.width - width - gap)), y, width, height)
    at = place.y + gap + said_height
    rows = []
    for index in range(len(offer.rows)):
        rows.append(Button((place.x + gap, at, width - 2 * gap, row_height), "wish", index))
        at += row_height + gap
    half = (width - 3 * gap) // 2
    can_lower = lowest - y >= int(0.04 * measures.height) and measures.hangs_known
    close = Button((place.x + 2 * gap + half, at, half, row_height), "close")
    lower = None
    if offer.rows and (can_lower or is_low):
        lower = Button((place.x + gap, at, half, row_height), "lower")
    said = (place.x + gap, place.y + gap, width - 2 * gap, said_height)
    return Card(_of(place), said, tuple(rows), close, lower, is_low)


def options_of(told: SessionOn) -> tuple[str, ...]:
    """What is voted on in this session; nothing where nobody votes."""
    if told.kind != "poll":
        return ()
    try:
        return read_question(Reader.of_bytes(told.question.encode(), limit_bytes=4 * LONGEST_QUESTION_JSON)).options
    except (BadDocument, ValueError):
        return ()


def _of(rect: Rect) -> Place:
    return rect.x, rect.y, rect.width, rect.height


def _head(measures: Measures) -> int:
    """How high the line above a set is: who plays there, and a button."""
    return measures.target_px() + int(GAP_UNITS * measures.unit) // 2


def _is_lowered(layout: Layout, options: int, measures: Measures) -> bool:
    """Whether controls can come lower than they stand; reckoned for sets of the least width, which are the highest."""
    wide = int(LEAST_SET_UNITS[layout.control] * measures.unit)
    height = _head(measures) + _inner(layout, options, wide, measures) + 2 * int(GAP_UNITS * measures.unit)
    return measures.can_lower(height)


def _inner(layout: Layout, options: int, wide: int, measures: Measures) -> int:
    """How high the buttons of a set are together."""
    unit, gap, target = measures.unit, int(GAP_UNITS * measures.unit), measures.target_px()
    match layout.control:
        case "choices":
            rows = -(-options // _columns(options, wide, unit))
            return rows * max(target, int(OPTION_UNITS * unit)) + (rows - 1) * gap
        case "lean":
            return max(target, int(15 * unit))
        case "pad":
            return 3 * target + gap
        case "places":
            return layout.rows * measures.target_px(CELL_SHARE, CELL_MM) + (layout.rows - 1) * (gap // 2)
        case _:
            return int(9 * unit)


def _columns(options: int, wide: int, unit: float) -> int:
    most = max(1, min(options, wide // int(LEAST_OPTION_UNITS * unit)))
    return -(-options // -(-options // most)) if options else 1


def _set(layout: Layout, station: int, options: int, place: Rect, measures: Measures) -> ControlSet:
    unit, gap = measures.unit, int(GAP_UNITS * measures.unit)
    head = Rect(place.x, place.y, place.width, _head(measures))
    inner = Rect(place.x, head.bottom, place.width, place.bottom - head.bottom)
    match layout.control:
        case "choices":
            columns = _columns(options, place.width, unit)
            cells = _grid(inner, options, columns, gap)
            buttons = [Button(_of(cell), "choose", index, station) for index, cell in enumerate(cells)]
        case "lean":
            left, right = _grid(inner, 2, 2, gap)
            buttons = [Button(_of(left), "lean", -FULL, station), Button(_of(right), "lean", FULL, station)]
        case "pad":
            buttons = _pad(inner, station, measures)
        case "places":
            buttons = [
                # The lowest pitch is at the foot.
                Button(
                    _of(cell),
                    "note",
                    (layout.rows - 1 - index // layout.columns) * layout.columns + index % layout.columns,
                    station,
                )
                for index, cell in enumerate(_grid(inner, layout.rows * layout.columns, layout.columns, gap // 2))
            ]
        case _:
            buttons = []
    if buttons:
        wide = max(measures.target_px(), int(19 * unit))
        buttons.append(Button((head.right - wide, head.y, wide, head.height - gap // 2), "next", 0, station))
    return ControlSet(station, _of(head), tuple(buttons))


def _pad(place: Rect, station: int, measures: Measures) -> list[Button]:
    """A cross at the left, and one large button at the right."""
    side, gap = measures.target_px(), int(GAP_UNITS * measures.unit) // 2
    wide = min(place.width * 3 // 16, 2 * side)
    x, y = place.x + wide + gap, place.y
    cross = (
        (Rect(x, y, wide, side), (0, -FULL)), (Rect(x, y + 2 * (side + gap), wide, side), (0, FULL)),
        (Rect(x - wide - gap, y + side + gap, wide, side), (-FULL, 0)),
        (Rect(x + wide + gap, y + side + gap, wide, side), (FULL, 0)),
    )  # fmt: skip
    left = x + 2 * (wide + gap) + gap
    press = Rect(left, y + side // 2, place.right - left, 2 * side + 2 * gap)
    arrows = [Button(_of(rect), "steer", way[0], station, way[1]) for rect, way in cross]
    return [*arrows, Button(_of(press), "press", ACT, station)]


def _not_for_fingers(buttons: tuple[Button, ...]) -> Iterator[Button]:
    return (one for one in buttons if one.use != "next")


def _grid(place: Rect, count: int, columns: int, gap: int) -> list[Rect]:
    rows = -(-count // columns)
    wide, tall = (place.width - (columns - 1) * gap) // columns, (place.height - (rows - 1) * gap) // rows
    return [
        Rect(place.x + index % columns * (wide + gap), place.y + index // columns * (tall + gap), wide, tall)
        for index in range(count)
    ]
