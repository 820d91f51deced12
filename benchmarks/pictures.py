"""Two kinds of SVG pictures, both with a logarithmic scale of per cents. They are readable on light and dark pages."""

from collections.abc import Mapping
from html import escape
from math import log10
from pathlib import Path

from content.files import write_whole

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1f24 } .page { fill: #fff } .ours { fill: #0b5cad; stroke: #0b5cad }
.theirs { fill: #8a929c; stroke: #8a929c } .grid { stroke: #d5d9de } .aim { stroke: #a33c00; stroke-dasharray: 5 4 }
.line { stroke-width: 2 } .bold { font-weight: 700 } rect { stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #e8eaed } .page { fill: #14171a } .ours { fill: #6cb2ff; stroke: #6cb2ff }
.theirs { fill: #939ba5; stroke: #939ba5 } .grid { stroke: #3a4047 } .aim { stroke: #ffa261 }
}
"""
DECADES = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
"""The per cents of the scale's lines."""
LINE_PX = 20
OURS = "L1"


def bars(path: Path, title: str, values: Mapping[str, Mapping[str, float]], aim: float) -> None:
    """Writes a column for each key of `values` with a bar for each key below it; `aim` is a dashed line."""
    names = list(next(iter(values.values())))
    column_px, left_px, top_px = 190, 215, 60
    bottom_px = top_px + LINE_PX * len(names)
    parts = [_text(10, top_px + LINE_PX * row + 14, name, name) for row, name in enumerate(names)]
    for column, (load, found) in enumerate(values.items()):
        x_px = left_px + column * column_px
        aim_px = x_px + _along(aim, column_px - 60)
        parts.append(_text(x_px, top_px - 8, load, OURS))
        parts.append(f'<line class="aim" x1="{aim_px:.1f}" x2="{aim_px:.1f}" y1="{top_px}" y2="{bottom_px}"/>')
        for row, (name, value) in enumerate(found.items()):
            y_px, long_px = top_px + LINE_PX * row, _along(value, column_px - 60)
            parts.append(f'<rect class="{_kind(name)}" x="{x_px}" y="{y_px + 3}" width="{long_px:.1f}" height="13"/>')
            parts.append(_text(x_px + long_px + 4, y_px + 14, _number(value), name))
    parts.append(_text(left_px, bottom_px + 22, f"Dashed: {aim} %. Each scale is logarithmic, from 0.01 %.", ""))
    _write(path, title, parts, left_px + column_px * len(values), bottom_px + 36)


def lines(path: Path, title: str, values: Mapping[str, list[tuple[float, float]]], aim: float) -> None:
    """Writes a line for each key of `values`, of points (x from 1, per cent); `aim` is a dashed line."""
    left_px, top_px, wide_px, high_px = 60, 50, 560, 330
    most = max(x for points in values.values() for x, _ in points)

    def place(x: float, y: float) -> tuple[float, float]:
        return left_px + wide_px * log10(x) / log10(most), top_px + high_px - _along(y, high_px)

    parts = []
    for decade in DECADES:
        _, y_px = place(1, decade)
        parts.append(f'<line class="grid" x1="{left_px}" x2="{left_px + wide_px}" y1="{y_px:.1f}" y2="{y_px:.1f}"/>')
        parts.append(_text(8, y_px + 4, f"{decade:g} %", ""))
    for hours, label in ((1, "1 h"), (4, "4 h"), (24, "1 day"), (72, "3 days"), (168, "7 days")):
        parts.append(_text(place(hours, 1)[0] - 12, top_px + high_px + 20, label, ""))
    _, aim_px = place(1, aim)
    parts.append(f'<line class="aim" x1="{left_px}" x2="{left_px + wide_px}" y1="{aim_px:.1f}" y2="{aim_px:.1f}"/>')
    lowest_px = 0.0
    for name, points in sorted(values.items(), key=lambda one: -one[1][-1][1]):
        where = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        parts.append(f'<polyline class="line {_kind(name)}" style="fill:none" points="{where}"/>')
        # Names of lines that end close together stand below each other.
        lowest_px = max(lowest_px + 16, place(*points[-1])[1] + 4)
        parts.append(_text(left_px + wide_px + 8, lowest_px, f"{name}, {_number(points[-1][1])}", name))
    _write(path, title, parts, left_px + wide_px + 270, top_px + high_px + 34)


def _along(value: float, length_px: float) -> float:
    """Where a value is on a logarithmic scale of that length."""
    shown = min(max(value, DECADES[0]), DECADES[-1])
    return length_px * log10(shown / DECADES[0]) / log10(DECADES[-1] / DECADES[0])


def _number(value: float) -> str:
    return f"{value:.2f} %" if value < 10 else f"{value:.0f} %"


def _kind(name: str) -> str:
    return "ours" if name == OURS else "theirs"


def _text(x_px: float, y_px: float, words: str, name: str) -> str:
    bold = ' class="bold"' if name == OURS else ""
    return f'<text{bold} x="{x_px:.1f}" y="{y_px:.1f}">{escape(words)}</text>'


def _write(path: Path, title: str, parts: list[str], wide_px: int, high_px: int) -> None:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {wide_px} {high_px}" width="{wide_px}" '
        f'height="{high_px}"><title>{escape(title)}</title><style>{STYLE}</style>'
        f'<rect class="page" width="{wide_px}" height="{high_px}"/>'
    )
    body = "\n".join([head, _text(10, 22, title, OURS), *parts, "</svg>"])
    write_whole(path, f"{body}\n".encode())
