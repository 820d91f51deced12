"""The contact sheet of a film: its scenes in rows, none left out because it is short. Only for the confined child."""

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from content.media.house_size import fit
from content.media.watching import Picture

MOST_TILES = 24
MOST_BRIEF = 18
COLUMNS = 6
TILE = (320, 320)
_HELD = 96
"""So many pictures that begin no shot are kept until the film is over."""
_HELD_SHOTS = 96
_QUALITY = 82

Made = tuple[bytes, tuple[int, int], tuple[int, ...]]
"""A JPEG, its width and height, and for each picture on it its time in milliseconds."""


@dataclass(slots=True)
class Sheet:
    """Keeps small pictures of a film, by when they are shown in microseconds, and puts the best of them together."""

    _shots: dict[int, Image.Image] = field(default_factory=dict)
    _brief: dict[int, Image.Image] = field(default_factory=dict)
    _between: dict[int, Image.Image] = field(default_factory=dict)

    def begin_shot(self, picture: Picture) -> None:
        """Keeps the first picture of a shot."""
        self._shots[picture.at_us] = _tile(picture)
        _thin_out(self._shots, _HELD_SHOTS)

    def settle(self, start_us: int, picture: Picture) -> None:
        """The shot that began at `start_us` is seen better in this picture."""
        if self._shots.pop(start_us, None) is not None:
            self._shots[picture.at_us] = _tile(picture)

    def was_brief(self, start_us: int) -> None:
        """The shot that began then is over already: its picture is not given up."""
        tile = self._shots.pop(start_us, None)
        if tile is not None and len(self._brief) < MOST_BRIEF:
            self._brief[start_us] = tile

    def keep(self, picture: Picture) -> None:
        """Keeps a picture from within a shot."""
        self._between[picture.at_us] = _tile(picture)
        _thin_out(self._between, _HELD)

    def make(self) -> Made:
        """The sheet: the brief shots first, then the others, then what lies between, as far as there is room."""
        taken = dict(self._brief)
        for more in (self._shots, self._between):
            taken |= {at_us: more[at_us] for at_us in evenly(sorted(more), MOST_TILES - len(taken))}
        times = sorted(taken)
        width, height = taken[times[0]].size
        columns = min(COLUMNS, len(times))
        sheet = Image.new("RGB", (width * columns, height * -(-len(times) // columns)))
        for place, at_us in enumerate(times):
            sheet.paste(taken[at_us], (place % columns * width, place // columns * height))
        body = io.BytesIO()
        sheet.save(body, "JPEG", quality=_QUALITY)
        return body.getvalue(), sheet.size, tuple(at_us // 1_000 for at_us in times)


def evenly(times: list[int], most: int) -> list[int]:
    """At most `most` of them, evenly from first to last."""
    if len(times) <= most:
        return times
    return [times[len(times) * (2 * n + 1) // (2 * most)] for n in range(most)]


def _tile(picture: Picture) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(picture.bgr[:, :, ::-1]), "RGB")
    return image.resize(fit(*image.size, *TILE), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _thin_out(kept: dict[int, Image.Image], most: int) -> None:
    """Gives up the one that stands closest between two others."""
    if len(kept) > most:
        times = sorted(kept)
        del kept[times[min(range(1, len(times) - 1), key=lambda place: times[place + 1] - times[place - 1])]]
