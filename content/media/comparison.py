"""Pictures of the same moments before and after mending, for people to compare. Stills: nothing in them can flash."""

import io
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw

from content.media.colours import Developer
from content.media.cuts import cuts_of
from content.media.film import Shot
from content.media.house_size import fit
from content.media.limits import Profile
from content.media.mends import Cut, Dim, Mends, joined

BEFORE, AFTER = "before.jpg", "after.jpg"
MOST_MOMENTS = 6
_TILE = (480, 480)
_COLUMNS = 2
_QUALITY = 82
_BETWEEN = 8
"""Pixels of white between two pictures."""
_LEFT_OUT = (24, 24, 24)
_GOLDEN = Fraction(618_034, 1_000_000)
"""Even steps could fall on the dark half of every flash; these do not repeat."""

Size = tuple[int, int]


class Comparison:
    """Keeps a few moments of an upload as it was and as it was mended. `write` makes a sheet of each."""

    def __init__(self, mends: Mends, duration_ms: int, profile: Profile) -> None:
        """Of a film that lasts about `duration_ms`."""
        self._fps = profile.fps
        self._moments_ms = moments_of(mends, duration_ms)
        self._cuts = cuts_of(mends, profile)
        self._before: list[Image.Image] = []
        self._after: dict[int, Image.Image] = {}

    def original(self, shots: Iterator[Shot], shown: Size, rotation: int, pixel_shape: Fraction) -> Iterator[Shot]:
        """The same shots, of which it keeps those it wants, whole: upright they are `shown` wide and high."""
        width, height = fit(*shown, *_TILE)
        size = max(2, width // 2 * 2), max(2, height // 2 * 2)
        developer = Developer(*size, rotation=rotation, pixel_shape=pixel_shape)
        wanted, held = deque(self._moments_ms), None
        for shot in shots:
            while wanted and held is not None and shot.at_us > wanted[0] * 1_000:
                wanted.popleft()
                self._before.append(_image(developer.develop(held.frame)))
            held = shot
            yield shot
        for _ in wanted:
            if held is not None:
                self._before.append(_image(developer.develop(held.frame)))

    def mended(self, frame: VideoFrame, first: int, times: int) -> None:
        """This is shown instead of the upload's frames from `first` on."""
        for moment_ms in self._moments_ms:
            if first <= moment_ms * self._fps // 1_000 < first + times and moment_ms not in self._after:
                self._after[moment_ms] = _image(frame)

    def write(self, out: Path) -> tuple[Size, Size]:
        """Writes before.jpg and after.jpg into `out`; their sizes. What was cut is a dark picture with a cross."""
        shapes = list(self._after.values()) or self._before
        left_out = _crossed(shapes[0].size) if shapes else _crossed(_TILE)
        after = [self._after.get(moment_ms, left_out) for moment_ms in self._moments_ms]
        return _write(self._before or [left_out], out / BEFORE), _write(after, out / AFTER)


def write_still_comparison(before: Image.Image, after: Image.Image, out: Path) -> tuple[Size, Size]:
    """The same two files for a still."""
    return _write([_tile(before)], out / BEFORE), _write([_tile(after)], out / AFTER)


def comparison_sizes(out: Path) -> tuple[Size, Size]:
    """The sizes of the two files in `out`."""
    sizes = []
    for name in (BEFORE, AFTER):
        with Image.open(out / name, formats=("JPEG",)) as image:
            sizes.append(image.size)
    return sizes[0], sizes[1]


def moments_of(mends: Mends, duration_ms: int) -> list[int]:
    """Moments worth comparing: within what is dimmed or cut, else all over the film."""
    duration_ms = max(1, duration_ms)
    spans = [
        (min(mend.start_ms, duration_ms - 1), min(mend.end_ms, duration_ms))
        for mend in mends
        if isinstance(mend, Dim | Cut)
    ]
    chosen = (joined(spans) or [(0, duration_ms)])[:MOST_MOMENTS]
    each = MOST_MOMENTS // len(chosen)
    parts = [(place + 1) * _GOLDEN % 1 for place in range(each)]
    return sorted({start + int((end - start) * part) for start, end in chosen for part in parts})


def _image(frame: VideoFrame) -> Image.Image:
    # OpenCV takes much room; most uploads are not mended.
    from content.media.flash.cells import colours_of_house

    return Image.fromarray(np.dstack(colours_of_house(frame, fit(frame.width, frame.height, *_TILE))), "RGB")


def _tile(image: Image.Image) -> Image.Image:
    return image.convert("RGB").resize(fit(*image.size, *_TILE), Image.Resampling.LANCZOS)


def _crossed(size: Size) -> Image.Image:
    picture = Image.new("RGB", size, _LEFT_OUT)
    draw = ImageDraw.Draw(picture)
    draw.line((0, 0, *size), fill="white", width=3)
    draw.line((0, size[1], size[0], 0), fill="white", width=3)
    return picture


def _write(pictures: list[Image.Image], path: Path) -> Size:
    width, height = (max(picture.size[side] for picture in pictures) for side in (0, 1))
    columns = min(_COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    step = width + _BETWEEN, height + _BETWEEN
    sheet = Image.new("RGB", (step[0] * columns - _BETWEEN, step[1] * rows - _BETWEEN), "white")
    for place, picture in enumerate(pictures):
        left, top = place % columns * step[0], place // columns * step[1]
        sheet.paste(picture, (left + (width - picture.width) // 2, top + (height - picture.height) // 2))
    body = io.BytesIO()
    sheet.save(body, "JPEG", quality=_QUALITY)
    path.write_bytes(body.getvalue())
    return sheet.size
