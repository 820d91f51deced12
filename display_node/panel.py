"""What kind of panel hangs there: one file on the node (`panel.toml`) that whoever mounts the screen writes.

How the picture lies on it, which part of a wall it is, which lamps a facade has, when it is dim, how it goes off.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content.reading import BadDocument, Reader
from content.screen_facts import FITS, Fit
from display_node.config import BadSetting
from display_node.words import _

LARGEST_FILE_BYTES = 64 << 10
MOST_ON_A_SIDE = 8
LARGEST_LENGTH_MM = 20_000.0
LARGEST_FACADE = 512
LARGEST_PX = 8_192
MOST_HOURS = 20
MOST_WORDS = 30
LONGEST_HOOK_S = 60
MINUTES_A_DAY = 24 * 60

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wall:
    """Which of `rows` x `columns` panels that show one picture this is, counted from 1 from the top left."""

    rows: int
    columns: int
    row: int
    column: int
    panel_mm: tuple[float, float]
    """Width and height of what is visible of one panel, as it hangs."""
    gap_mm: tuple[float, float]
    """From what is visible of one panel to that of the next: across and down, both their frames together."""


@dataclass(frozen=True, slots=True)
class Facade:
    """Lamps in columns and rows: where in the output each has its pixels, row by row, and how many it fills."""

    columns: int
    rows: int
    places: tuple[Point, ...]
    pixel: Point = (1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From one minute of the local day until another (past midnight if that is less): how bright, how loud, or off."""

    from_minute: int
    until_minute: int
    brightness_percent: int = 100
    volume_percent: int = 100
    is_off: bool = False

    def covers(self, minute: int) -> bool:
        """Whether it is so at this minute of the day."""
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


@dataclass(frozen=True, slots=True)
class Power:
    """The commands that switch the panel on and off, how long each may take, and whether dark hours switch it off."""

    on: tuple[str, ...]
    off: tuple[str, ...]
    timeout_s: int = 10
    is_off_when_dark: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything about one panel. `rotation` is how far the picture is turned clockwise, in degrees; `fit` None is as

    its site says.
    """

    rotation: Literal[0, 90, 180, 270] = 0
    fit: Fit | None = None
    wall: Wall | None = None
    facade: Facade | None = None
    hours: tuple[Hours, ...] = ()
    power: Power | None = None

    def hours_at(self, minute: int) -> Hours | None:
        """The first that cover this minute of the local day."""
        return next((hours for hours in self.hours if hours.covers(minute)), None)


PLAIN = Panel()


def read_panel(path: Path) -> Panel:
    """What the file says; a plain panel when there is none. Raises BadSetting that names the place."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return PLAIN
    except OSError as error:
        raise _bad(path, error.strerror or str(error)) from error
    if len(body) > LARGEST_FILE_BYTES:
        raise _bad(path, f"{len(body)} bytes")
    # Read only where there is such a file: a screen that starts again has no time for it.
    import tomllib

    try:
        return _panel(Reader(tomllib.loads(body.decode()), path.name), path.parent)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, BadDocument, OSError) as error:
        raise _bad(path, str(error)) from error


def _bad(path: Path, reason: str) -> BadSetting:
    return BadSetting(_("{file} cannot be used: {reason}").format(file=path, reason=reason))


def _panel(reader: Reader, folder: Path) -> Panel:
    fields = reader.fields(optional=("rotation", "fit", "wall", "facade", "hours", "power"))
    rotations: dict[int, Literal[0, 90, 180, 270]] = {0: 0, 90: 90, 180: 180, 270: 270}
    turned = fields["rotation"].integer() if "rotation" in fields else 0
    if turned not in rotations:
        fields["rotation"].refuse("0, 90, 180 or 270 is wanted")
    if "wall" in fields and "facade" in fields:
        fields["facade"].refuse("a panel is part of a wall or a facade, not both")
    return Panel(
        rotation=rotations[turned],
        fit=FITS[fields["fit"].one_of(*FITS)] if "fit" in fields else None,
        wall=_wall(fields["wall"]) if "wall" in fields else None,
        facade=_facade(fields["facade"], folder) if "facade" in fields else None,
        hours=tuple(_hours(row) for row in fields["hours"].items(most=MOST_HOURS)) if "hours" in fields else (),
        power=_power(fields["power"]) if "power" in fields else None,
    )


def _wall(reader: Reader) -> Wall:
    fields = reader.fields("rows", "columns", "row", "column", optional=("panel_mm", "gap_mm"))
    rows, columns = (fields[name].integer(least=1, most=MOST_ON_A_SIDE) for name in ("rows", "columns"))
    if ("panel_mm" in fields) != ("gap_mm" in fields):
        reader.refuse("'panel_mm' and 'gap_mm' go together")
    panel_mm = _pair_mm(fields["panel_mm"], least=1.0) if "panel_mm" in fields else (1.0, 1.0)
    gap_mm = _pair_mm(fields["gap_mm"], least=0.0) if "gap_mm" in fields else (0.0, 0.0)
    row, column = fields["row"].integer(least=1, most=rows), fields["column"].integer(least=1, most=columns)
    return Wall(rows, columns, row, column, panel_mm, gap_mm)


def _facade(reader: Reader, folder: Path) -> Facade:
    fields = reader.fields("size", optional=("origin", "pitch", "pixel", "serpentine", "map"))
    columns, rows = _pair(fields["size"], 1, LARGEST_FACADE)
    pixel = _pair(fields["pixel"], 1, LARGEST_PX) if "pixel" in fields else (1, 1)
    if "map" in fields:
        if fields.keys() & {"origin", "pitch", "serpentine"}:
            reader.refuse("'map' says where each lamp is; 'origin', 'pitch' and 'serpentine' cannot be said too")
        return Facade(columns, rows, _mapped(fields["map"], folder, columns, rows), pixel)
    origin = _pair(fields["origin"], 0, LARGEST_PX) if "origin" in fields else (0, 0)
    pitch = _pair(fields["pitch"], 1, LARGEST_PX) if "pitch" in fields else pixel
    winds = "serpentine" in fields and fields["serpentine"].flag()
    places = tuple(
        (origin[0] + (columns - 1 - x if winds and y % 2 else x) * pitch[0], origin[1] + y * pitch[1])
        for y in range(rows)
        for x in range(columns)
    )
    return Facade(columns, rows, places, pixel)


def _mapped(reader: Reader, folder: Path, columns: int, rows: int) -> tuple[Point, ...]:
    """The places that a file lists, one `column,row,x,y` a line, counted from 0; each lamp once."""
    path = folder / Path(reader.text(least=1, most=200)).name
    found: dict[Point, Point] = {}
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                column, row, x, y = (int(word) for word in line.split(","))
            except ValueError:
                reader.refuse(f"{path.name}, line {number}: four whole numbers are wanted")
            is_lamp = 0 <= column < columns and 0 <= row < rows and (column, row) not in found
            if not is_lamp or not (0 <= x < LARGEST_PX and 0 <= y < LARGEST_PX):
                reader.refuse(f"{path.name}, line {number}: no lamp of this facade, one named before, or out of reach")
            found[column, row] = (x, y)
    if len(found) != columns * rows:
        reader.refuse(f"{path.name} names {len(found)} lamps of {columns * rows}")
    return tuple(found[column, row] for row in range(rows) for column in range(columns))


def _hours(reader: Reader) -> Hours:
    fields = reader.fields("from", "until", optional=("brightness", "volume", "off"))
    return Hours(
        _minute(fields["from"]),
        _minute(fields["until"]),
        fields["brightness"].integer(least=1, most=100) if "brightness" in fields else 100,
        fields["volume"].integer(least=0, most=100) if "volume" in fields else 100,
        "off" in fields and fields["off"].flag(),
    )


def _power(reader: Reader) -> Power:
    fields = reader.fields("on", "off", optional=("timeout_s", "when_dark"))
    commands = (
        tuple(word.text(least=1, most=500) for word in fields[name].items(most=MOST_WORDS)) for name in ("on", "off")
    )
    on, off = commands
    if not on or not off:
        reader.refuse("a command has at least one word")
    timeout_s = fields["timeout_s"].integer(least=1, most=LONGEST_HOOK_S) if "timeout_s" in fields else 10
    return Power(on, off, timeout_s, fields["when_dark"].flag() if "when_dark" in fields else True)


def _minute(reader: Reader) -> int:
    """The minute of the day of a time such as 22:30."""
    hour, colon, minute = reader.text(most=5).partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and len(minute) == 2):
        reader.refuse("a time such as 22:30 is wanted")
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > MINUTES_A_DAY:
        reader.refuse("a time such as 22:30 is wanted")
    return found


def _pair(reader: Reader, least: int, most: int) -> Point:
    one, other = _two(reader)
    return one.integer(least=least, most=most), other.integer(least=least, most=most)


def _pair_mm(reader: Reader, least: float) -> tuple[float, float]:
    one, other = _two(reader)
    return _length(one, least), _length(other, least)


def _two(reader: Reader) -> tuple[Reader, Reader]:
    both = reader.items(most=2)
    if len(both) != 2:
        reader.refuse("two numbers are wanted")
    return both[0], both[1]


def _length(reader: Reader, least: float) -> float:
    value = reader.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        reader.refuse("a length in mm is wanted")
    if not least <= value <= LARGEST_LENGTH_MM:
        reader.refuse(f"a length from {least:g} to {LARGEST_LENGTH_MM:g} mm is wanted")
    return float(value)
